//! Mail addresses.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The text is not a mail address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write an e-mail address, for instance ana@example.org")]
pub struct EmailAddressError;

/// A mail address: something, `@`, a domain. `Debug` shows the domain only, because debug output ends in logs.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

impl EmailAddress {
    /// The whole address. Show it to staff; never log it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl FromStr for EmailAddress {
    type Err = EmailAddressError;
    fn from_str(text: &str) -> Result<Self, EmailAddressError> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(EmailAddressError)?;
        // What would end the address in a mail's header has no place in one.
        let clean =
            |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | ',' | ';' | '"' | '(' | ')');
        let labels = domain.split('.').all(|label| {
            !label.is_empty() && !label.starts_with('-') && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        });
        let fits = (1..=64).contains(&local.len()) && text.len() <= 254 && !local.contains('@');
        if fits && labels && local.chars().all(clean) { Ok(Self(text.to_owned())) } else { Err(EmailAddressError) }
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = EmailAddressError;
    fn try_from(text: String) -> Result<Self, EmailAddressError> {
        text.parse()
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "…@{}", self.domain())
    }
}

#[cfg(feature = "server")]
crate::text_enum::text_column!(EmailAddress);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_what_would_break_a_header() {
        assert_eq!(
            " ana.b+soup@mail.example.org ".parse::<EmailAddress>().map(String::from).unwrap(),
            "ana.b+soup@mail.example.org"
        );
        for bad in [
            "",
            "ana",
            "@example.org",
            "ana@",
            "ana@-x.org",
            "a b@example.org",
            "a\r\nBcc: x@example.org",
            "a@b@c",
            "a@b..c",
            "<a@b.c>",
        ] {
            assert_eq!(bad.parse::<EmailAddress>(), Err(EmailAddressError), "{bad:?}");
        }
    }

    #[test]
    fn debug_output_never_shows_who_it_is() {
        assert_eq!(format!("{:?}", "ana@example.org".parse::<EmailAddress>().unwrap()), "…@example.org");
    }
}
