//! Keys pressed: gathered until the caller pauses or presses `#`. What looks like a payment card never reaches the model, and where it was
//! keyed in groups, what has reached it is taken back.

use std::collections::VecDeque;

use crate::io::Ms;

/// A pause this long after one key: it was a choice.
const CHOICE_MS: u64 = 1_500;
/// A pause this long ends a number: long ones are read off a paper, group by group.
const NUMBER_MS: u64 = 2_500;
/// Keys of one number; more are not kept.
const MAX_KEYS: usize = 32;
/// A card may be keyed in groups; keys are remembered this long to notice.
pub(crate) const REMEMBERED_MS: u64 = 60_000;

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
    first: Ms,
    last: Ms,
    /// `#` was pressed after a number.
    ended: bool,
    digits: VecDeque<(Ms, u8)>,
}

impl Keypad {
    /// A key was pressed. Whether it is one.
    pub fn press(&mut self, key: char, now: Ms) -> bool {
        let key = key.to_ascii_uppercase();
        if !matches!(key, '0'..='9' | '*' | '#' | 'A'..='D') {
            return false;
        }
        if self.keys.is_empty() {
            self.first = now;
        }
        self.last = now;
        self.ended |= key == '#' && !self.keys.is_empty();
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
        if self.complete_at()? > now {
            return None;
        }
        self.ended = false;
        let keys = std::mem::take(&mut self.keys);
        self.digits.retain(|(at, _)| now.since(*at) <= REMEMBERED_MS);
        let recent: Vec<u8> = self.digits.iter().map(|(_, digit)| *digit).collect();
        if ends_with_card(&recent) {
            self.digits.clear();
            return Some(Pressed::Card);
        }
        Some(Pressed::Keys(keys))
    }

    /// When the first key of the number was pressed.
    pub const fn began(&self) -> Ms {
        self.first
    }

    /// How many keys wait.
    pub const fn waiting(&self) -> usize {
        self.keys.len()
    }

    /// When the number is complete if no key follows.
    pub fn deadline(&self) -> Option<(Ms, &'static str)> {
        Some((self.complete_at()?, "the caller has pressed keys"))
    }

    fn complete_at(&self) -> Option<Ms> {
        let pause_ms = match self.keys.len() {
            0 => return None,
            _ if self.ended => 0,
            1 => CHOICE_MS,
            _ => NUMBER_MS,
        };
        Some(self.last.plus(pause_ms))
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
        keypad.take(Ms(at + NUMBER_MS))
    }

    #[test]
    fn keys_are_one_number_until_the_caller_pauses() {
        let mut keypad = Keypad::default();

        assert_eq!(press(&mut keypad, "42", 0), Some(Pressed::Keys("42".into())));
        assert_eq!(keypad.take(Ms(60_000)), None);
        assert!(!keypad.press('x', Ms(60_000)));
    }

    #[test]
    fn a_choice_is_taken_sooner_than_a_number_and_a_number_at_once_when_it_is_ended() {
        let mut keypad = Keypad::default();
        keypad.press('1', Ms(0));
        assert_eq!(keypad.take(Ms(CHOICE_MS)), Some(Pressed::Keys("1".into())));

        for (key, at) in [('4', 5_000), ('1', 7_400), ('5', 9_800)] {
            keypad.press(key, Ms(at));
            assert_eq!(keypad.take(Ms(at + 1_400)), None, "keyed slowly, but not finished");
        }
        assert_eq!(keypad.deadline().map(|(at, _)| at), Some(Ms(9_800 + NUMBER_MS)));
        keypad.press('#', Ms(11_000));
        assert_eq!(keypad.take(Ms(11_000)), Some(Pressed::Keys("415#".into())));

        keypad.press('#', Ms(20_000));
        assert_eq!(keypad.take(Ms(20_000)), None, "alone it ends nothing");
        assert_eq!(keypad.take(Ms(20_000 + CHOICE_MS)), Some(Pressed::Keys("#".into())));
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
