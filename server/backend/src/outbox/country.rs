//! Which country a telephone number is in, as far as its price is concerned.

use model::PhoneNumber;

/// Calling codes of two digits (ITU-T E.164); +1 and +7 have one, all others three.
const TWO_DIGITS: &[&str] = &[
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49", "51",
    "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84", "86", "90",
    "91", "92", "93", "94", "95", "98",
];

/// Area codes behind +1 that are countries of their own. They look like a domestic number and cost many times as much, which makes
/// them what people who earn by texts ask for.
const ISLANDS: &[&str] = &[
    "242", "246", "264", "268", "284", "345", "441", "473", "649", "658", "664", "721", "758", "767", "784", "809",
    "829", "849", "868", "869", "876",
];

/// The calling code, without the plus; with the area code where that is a country of its own.
pub fn calling_code(number: &PhoneNumber) -> &str {
    let digits = number.as_str().trim_start_matches('+');
    let start = |length: usize| digits.get(..length).unwrap_or(digits);
    match start(1) {
        "1" if digits.get(1..4).is_some_and(|area| ISLANDS.contains(&area)) => start(4),
        one @ ("1" | "7") => one,
        _ if TWO_DIGITS.contains(&start(2)) => start(2),
        _ => start(3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_apart_by_country_also_behind_the_common_one() {
        for (number, code) in [
            ("+14155550101", "1"),
            ("+18765550101", "1876"),
            ("+442079460000", "44"),
            ("+4930123456", "49"),
            ("+77011234567", "7"),
            ("+35312345678", "353"),
            ("+8816123456789", "881"),
        ] {
            assert_eq!(calling_code(&number.parse().unwrap()), code, "{number}");
        }
    }
}
