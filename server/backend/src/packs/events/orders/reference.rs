//! Confirmation numbers, made to be said and keyed in: seven digits, the last of which tells most mishearings.

use crate::speech;

/// A fresh confirmation number.
pub fn fresh() -> String {
    let digits: String = (0..6).map(|at| char::from(b'0' + rand::random_range(u8::from(at == 0)..10))).collect();
    let check = check_digit(&digits);
    format!("{digits}{check}")
}

/// A fresh code for a link: nobody can guess one.
pub fn link_code() -> String {
    // Without letters and digits that look alike, for those who type the link off a screen.
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    (0..12).map(|_| char::from(LETTERS[rand::random_range(0..LETTERS.len())])).collect()
}

/// As it is written: "483-2917".
pub fn written(reference: &str) -> String {
    let (first, last) = reference.split_at(reference.len().min(3));
    format!("{first}-{last}")
}

/// As it is said: "four eight three, two nine one seven".
pub fn spoken(reference: &str) -> String {
    let (first, last) = reference.split_at(reference.len().min(3));
    format!("{}, {}", speech::digits(first), speech::digits(last))
}

/// The digit that makes the sum by Luhn's rule end in zero: one wrong digit, and most swapped neighbours, are noticed.
fn check_digit(digits: &str) -> u32 {
    let sum: u32 = digits
        .chars()
        .rev()
        .filter_map(|c| c.to_digit(10))
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, double) if double > 9 => double - 9,
            (0, double) => double,
            _ => digit,
        })
        .sum();
    (10 - sum % 10) % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_said_in_two_groups() {
        assert_eq!(spoken("4832917"), "four eight three, two nine one seven");
        assert_eq!(written("4832917"), "483-2917");
    }

    #[test]
    fn a_misheard_digit_is_noticed() {
        let reference = fresh();
        assert_eq!(reference.len(), 7);
        assert!(!reference.starts_with('0'));
        let (digits, check) = reference.split_at(6);
        assert_eq!(check_digit(digits).to_string(), check);
        for at in 0..6 {
            let mut other = digits.as_bytes().to_vec();
            other[at] = b'0' + (other[at] - b'0' + 1) % 10;
            let other = String::from_utf8(other).expect("digits");
            assert_ne!(check_digit(&other).to_string(), check);
        }
    }

    #[test]
    fn codes_differ() {
        assert_ne!(link_code(), link_code());
        assert_eq!(link_code().len(), 12);
    }
}
