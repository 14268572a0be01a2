//! Money in whole minor units, never in fractions.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text_enum::text_enum;

text_enum! {
    /// An ISO 4217 currency.
    Currency {
        /// United States dollar.
        Usd = "usd",
        /// Euro.
        Eur = "eur",
        /// Pound sterling.
        Gbp = "gbp",
        /// Canadian dollar.
        Cad = "cad",
    }
}

impl Currency {
    /// The sign written before an amount.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Usd => "$",
            Self::Eur => "€",
            Self::Gbp => "£",
            Self::Cad => "CA$",
        }
    }
}

/// An amount in the currency's minor unit (cents).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Whole minor units; negative for a refund.
    pub minor: i64,
    /// The currency that `minor` counts.
    pub currency: Currency,
}

impl Money {
    /// An amount in United States cents.
    pub const fn usd(cents: i64) -> Self {
        Self { minor: cents, currency: Currency::Usd }
    }
}

impl Money {
    /// The amount as people write it into a field, without the sign: `8.50`.
    pub fn written(self) -> String {
        let sign = if self.minor < 0 { "-" } else { "" };
        format!("{sign}{}.{:02}", self.minor.unsigned_abs() / 100, self.minor.unsigned_abs() % 100)
    }

    /// The minor units of an amount as people write it: `8.50`, `$8.50`, `8,50`, `8`, `1,250`. `None` for anything else.
    pub fn read(text: &str) -> Option<i64> {
        let text: String = text.chars().filter(|letter| !letter.is_whitespace() && !"$€£".contains(*letter)).collect();
        let (sign, text) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.as_str()),
        };
        // The last point or comma is the decimal one if at most two digits follow it; all others group thousands.
        let (whole, rest) = match text.rfind(['.', ',']) {
            Some(at) if text.len() - at <= 3 => (&text[..at], &text[at + 1..]),
            _ => (text, ""),
        };
        // Nobody can tell whether 8.505 is a slip of the finger or eight thousand.
        if rest.is_empty() && whole.matches('.').count() == 1 && !whole.contains(',') {
            return None;
        }
        let mut groups = whole.split(['.', ',']);
        let first = groups.next().unwrap_or_default();
        let grouped: Vec<&str> = groups.collect();
        if grouped.iter().any(|group| group.len() != 3) || (!grouped.is_empty() && !(1..=3).contains(&first.len())) {
            return None;
        }
        let whole = format!("{first}{}", grouped.concat());
        let digits = |text: &str| text.bytes().all(|letter| letter.is_ascii_digit());
        if whole.len() + rest.len() == 0 || whole.len() > 9 || !digits(&whole) || !digits(rest) {
            return None;
        }
        let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let rest: i64 = format!("{rest:0<2}").parse().ok()?;
        Some(sign * (whole * 100 + rest))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.minor < 0 { "-" } else { "" };
        let (whole, rest) = (self.minor.unsigned_abs() / 100, self.minor.unsigned_abs() % 100);
        write!(f, "{sign}{}{whole}.{rest:02}", self.currency.sign())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_with_two_decimals() {
        assert_eq!(Money::usd(450).to_string(), "$4.50");
        assert_eq!(Money::usd(-1205).to_string(), "-$12.05");
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, minor) in
            [("8.50", 850), ("$ 8.5", 850), ("8,50", 850), ("8", 800), ("1,250.00", 125_000), ("1,250", 125_000)]
        {
            assert_eq!(Money::read(text), Some(minor), "{text}");
        }
        assert_eq!([Money::read(".5"), Money::read("-0.25"), Money::read("8.")], [Some(50), Some(-25), Some(800)]);
        for text in ["", "-", ".", "eight", "8.5x", "8.505", "1,50,0", "12,5000", "99999999999"] {
            assert_eq!(Money::read(text), None, "{text}");
        }
        assert_eq!([Money::usd(850).written(), Money::usd(-5).written()], ["8.50", "-0.05"]);
    }
}
