//! Telephone numbers in E.164 form.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The text is not a telephone number with country code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write the number with its country code, for instance +14155550101")]
pub struct PhoneNumberError;

/// A telephone number in E.164 form: `+`, then 7 to 15 digits. `Debug` hides all but the last two digits,
/// because debug output ends in logs.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// The full number. Show it to staff; never log it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number as staff read it: `+1 415 555 0101` for North America, else the plain form.
    pub fn pretty(&self) -> String {
        match self.0.strip_prefix("+1") {
            Some(rest) if rest.len() == 10 => format!("+1 {} {} {}", &rest[..3], &rest[3..6], &rest[6..]),
            _ => self.0.clone(),
        }
    }

    /// What a log line may hold: the last two digits.
    pub fn masked(&self) -> String {
        format!("…{}", &self.0[self.0.len() - 2..])
    }
}

impl FromStr for PhoneNumber {
    type Err = PhoneNumberError;
    fn from_str(text: &str) -> Result<Self, PhoneNumberError> {
        let kept: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.')).collect();
        let digits = kept.strip_prefix('+').ok_or(PhoneNumberError)?;
        let plausible = (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        if plausible && !digits.starts_with('0') { Ok(Self(kept)) } else { Err(PhoneNumberError) }
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = PhoneNumberError;
    fn try_from(text: String) -> Result<Self, PhoneNumberError> {
        text.parse()
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> Self {
        number.0
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

#[cfg(feature = "server")]
crate::text_enum::text_column!(PhoneNumber);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_accepted_as_people_write_them() {
        assert_eq!("+1 (415) 555-0101".parse::<PhoneNumber>().map(String::from), Ok("+14155550101".into()));
        for bad in ["4155550101", "+1", "+0415555", "+1415555010a", "anonymous", ""] {
            assert_eq!(bad.parse::<PhoneNumber>(), Err(PhoneNumberError), "{bad}");
        }
    }

    #[test]
    fn debug_output_never_shows_the_number() {
        let number: PhoneNumber = "+14155550123".parse().unwrap();
        assert_eq!(format!("{number:?}"), "…23");
    }
}
