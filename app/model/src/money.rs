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
}
