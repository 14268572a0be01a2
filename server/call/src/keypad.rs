//! Keys pressed: gathered until the caller pauses. What looks like a payment card never reaches the model.

use std::collections::VecDeque;

use crate::io::Ms;

/// A pause this long ends a number.
const PAUSE_MS: u64 = 1_500;
/// Keys of one number; more are not kept.
const MAX_KEYS: usize = 32;
/// A card may be keyed in groups; keys are remembered this long to notice.
const REMEMBERED_MS: u64 = 60_000;

/// What was pressed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Pressed {
    /// Something for the model.
    Keys(String),
    /// Perhaps a card: for nobody.
    Card,
}

#[derive(Debug, Default)]
pub(crate) struct Keypad {
    keys: String,
    last: Ms,
    digits: VecDeque<(Ms, u8)>,
}

impl Keypad {
    /// A key was pressed. Whether it is one.
    pub fn press(&mut self, key: char, now: Ms) -> bool {
        let key = key.to_ascii_uppercase();
        if !matches!(key, '0'..='9' | '*' | '#' | 'A'..='D') {
            return false;
        }
        self.last = now;
        if self.keys.len() < MAX_KEYS {
            self.keys.push(key);
        }
        if let Some(digit) = key.to_digit(10) {
            if self.digits.len() == MAX_KEYS {
                self.digits.pop_front();
            }
            self.digits.push_back((now, digit as u8));
        }
        true
    }

    /// The number, once the caller has paused.
    pub fn take(&mut self, now: Ms) -> Option<Pressed> {
        if self.keys.is_empty() || now < self.last.plus(PAUSE_MS) {
            return None;
        }
        let keys = std::mem::take(&mut self.keys);
        self.digits.retain(|(at, _)| now.since(*at) <= REMEMBERED_MS);
        let recent: Vec<u8> = self.digits.iter().map(|(_, digit)| *digit).collect();
        if ends_with_card(&recent) {
            self.digits.clear();
            return Some(Pressed::Card);
        }
        Some(Pressed::Keys(keys))
    }

    /// How many keys wait.
    pub const fn waiting(&self) -> usize {
        self.keys.len()
    }

    /// When the number is complete if no key follows.
    pub fn deadline(&self) -> Option<(Ms, &'static str)> {
        (!self.keys.is_empty()).then(|| (self.last.plus(PAUSE_MS), "the caller has pressed keys"))
    }
}

/// Whether the last 13 to 19 digits are a card number by their check digit.
fn ends_with_card(digits: &[u8]) -> bool {
    (13..=19).any(|length| digits.len() >= length && luhn(&digits[digits.len() - length..]))
}

fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &digit)| match (place % 2, u32::from(digit)) {
            (0, digit) => digit,
            (_, digit) if digit > 4 => digit * 2 - 9,
            (_, digit) => digit * 2,
        })
        .sum();
    sum.is_multiple_of(10) && digits.iter().any(|&digit| digit != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(keypad: &mut Keypad, keys: &str, from: u64) -> Option<Pressed> {
        let mut at = from;
        for key in keys.chars() {
            keypad.press(key, Ms(at));
            at += 200;
        }
        assert_eq!(keypad.take(Ms(at)), None);
        keypad.take(Ms(at + PAUSE_MS))
    }

    #[test]
    fn keys_are_one_number_until_the_caller_pauses() {
        let mut keypad = Keypad::default();

        assert_eq!(press(&mut keypad, "42#", 0), Some(Pressed::Keys("42#".into())));
        assert_eq!(keypad.take(Ms(60_000)), None);
        assert!(!keypad.press('x', Ms(60_000)));
    }

    #[test]
    fn a_card_number_is_withheld_also_when_keyed_in_groups() {
        let mut keypad = Keypad::default();
        assert_eq!(press(&mut keypad, "4242424242424242", 0), Some(Pressed::Card));
        assert_eq!(press(&mut keypad, "4242424242424241", 10_000), Some(Pressed::Keys("4242424242424241".into())));

        let mut keypad = Keypad::default();
        for (n, group) in ["3782", "822463"].into_iter().enumerate() {
            assert!(matches!(press(&mut keypad, group, n as u64 * 4_000), Some(Pressed::Keys(_))));
        }
        assert_eq!(press(&mut keypad, "10005", 8_000), Some(Pressed::Card));
    }

    #[test]
    fn a_key_that_sticks_does_not_fill_the_memory() {
        let mut keypad = Keypad::default();
        for n in 0..10_000 {
            keypad.press('7', Ms(n));
        }
        assert_eq!(keypad.waiting(), MAX_KEYS);
        assert_eq!(keypad.digits.len(), MAX_KEYS);
    }
}
