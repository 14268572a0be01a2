//! What of a sentence must have been heard: its numbers and its names. The rest may be said in other words.

use std::collections::BTreeSet;

/// The share of a sentence's names, or of its words where it has no names and numbers, that must be among the words heard.
const SHARE: f64 = 0.5;

/// What must have been heard.
#[derive(Debug, PartialEq)]
pub(super) struct Needed {
    numbers: BTreeSet<u64>,
    words: Vec<String>,
}

impl Needed {
    pub(super) fn of(sentence: &str) -> Self {
        let mut numbers = numbers(sentence);
        // "One ticket" is also said as "a ticket".
        numbers.remove(&1);
        let names = names(sentence);
        let words = if names.is_empty() && numbers.is_empty() { tokens(sentence) } else { names };
        Self { numbers, words }
    }

    pub(super) fn are_in(&self, heard: &str) -> bool {
        if heard.trim().is_empty() {
            return false;
        }
        let words = tokens(heard);
        let found = self.words.iter().filter(|word| words.contains(word)).count();
        self.numbers.is_subset(&numbers(heard)) && found as f64 >= SHARE * self.words.len() as f64
    }
}

/// Words with a capital letter inside a sentence. Days and months are translated, and their numbers are looked at anyway.
fn names(sentence: &str) -> Vec<String> {
    const TRANSLATED: [&str; 20] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "i",
    ];
    let mut begins = true;
    let mut names = Vec::new();
    for word in sentence.split_whitespace() {
        let name = word.trim_matches(|c: char| !c.is_alphanumeric());
        if !begins && name.chars().next().is_some_and(char::is_uppercase) {
            names.extend(tokens(name).into_iter().filter(|it| !TRANSLATED.contains(&it.as_str())));
        }
        begins = word.ends_with(['.', '?', '!', ':']);
    }
    names
}

fn tokens(text: &str) -> Vec<String> {
    text.to_lowercase()
        .replace(['\'', '’'], "")
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The numbers in a text, in figures or in English words, without zero: "$170.00" and "one hundred and seventy" are 170.
fn numbers(text: &str) -> BTreeSet<u64> {
    let mut found = BTreeSet::new();
    let mut spelled = Spelled::default();
    for token in tokens(&without_separators(text)) {
        if let Some(number) = figures(&token) {
            found.extend(spelled.end());
            found.insert(number);
        } else if let Some(done) = spelled.take(&token) {
            found.extend(done);
        }
    }
    found.extend(spelled.end());
    found.remove(&0);
    found
}

/// "1,250" as "1250".
fn without_separators(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    let separates =
        |at: usize| chars[at] == ',' && at > 0 && digit(at - 1) && (1..=3).all(|n| digit(at + n)) && !digit(at + 4);
    (0..chars.len()).filter(|&at| !separates(at)).map(|at| chars[at]).collect()
}

/// "170", "5th", "11am".
fn figures(token: &str) -> Option<u64> {
    let end = token.find(|c: char| !c.is_ascii_digit()).unwrap_or(token.len());
    let rest_is_short = token.len() - end <= 2;
    token[..end].parse().ok().filter(|_| rest_is_short)
}

/// A number in words under way.
#[derive(Default)]
struct Spelled {
    total: u64,
    group: u64,
    /// What the last word was worth; 0 outside a number.
    last: u64,
    /// An "and" stands between; it belongs to the number if more of it follows.
    and: bool,
}

impl Spelled {
    /// The next word; answers with numbers that ended before it.
    fn take(&mut self, word: &str) -> Option<Vec<u64>> {
        if word == "and" && self.last >= 100 {
            self.and = true;
            return None;
        }
        let Some(value) = worth(word) else { return Some(self.end()) };
        let fits = match value {
            1_000_000.. | 1_000 => self.last > 0 && self.last < 1_000,
            100 => self.last > 0 && self.last < 100,
            10..=90 => self.last == 0 || self.last >= 100,
            _ => self.last == 0 || self.last >= 20,
        };
        let ended = if fits { Vec::new() } else { self.end() };
        match value {
            1_000.. => {
                self.total += self.group.max(1).saturating_mul(value);
                self.group = 0;
            }
            100 => self.group = self.group.max(1) * 100,
            _ => self.group += value,
        }
        (self.last, self.and) = (value, false);
        Some(ended)
    }

    fn end(&mut self) -> Vec<u64> {
        let ended = if self.last > 0 { vec![self.total + self.group] } else { Vec::new() };
        *self = Self::default();
        ended
    }
}

/// What a word adds to a number, or multiplies it by.
fn worth(word: &str) -> Option<u64> {
    const SMALL: [(&str, &str); 19] = [
        ("one", "first"),
        ("two", "second"),
        ("three", "third"),
        ("four", "fourth"),
        ("five", "fifth"),
        ("six", "sixth"),
        ("seven", "seventh"),
        ("eight", "eighth"),
        ("nine", "ninth"),
        ("ten", "tenth"),
        ("eleven", "eleventh"),
        ("twelve", "twelfth"),
        ("thirteen", "thirteenth"),
        ("fourteen", "fourteenth"),
        ("fifteen", "fifteenth"),
        ("sixteen", "sixteenth"),
        ("seventeen", "seventeenth"),
        ("eighteen", "eighteenth"),
        ("nineteen", "nineteenth"),
    ];
    const TENS: [(&str, &str); 8] = [
        ("twenty", "twentieth"),
        ("thirty", "thirtieth"),
        ("forty", "fortieth"),
        ("fifty", "fiftieth"),
        ("sixty", "sixtieth"),
        ("seventy", "seventieth"),
        ("eighty", "eightieth"),
        ("ninety", "ninetieth"),
    ];
    let place = |list: &[(&str, &str)]| list.iter().position(|(number, order)| word == *number || word == *order);
    match word {
        "hundred" => Some(100),
        "thousand" => Some(1_000),
        "million" => Some(1_000_000),
        "noon" => Some(12),
        _ => place(&SMALL).map(|at| at as u64 + 1).or_else(|| place(&TENS).map(|at| (at as u64 + 2) * 10)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_same_in_words_and_figures() {
        for (text, expected) in [
            ("Two VIP tickets at eighty-five dollars each, one hundred and seventy dollars in all", vec![2, 85, 170]),
            ("2 VIP tickets at $85.00 each, $170 in all", vec![2, 85, 170]),
            ("on Saturday, December fifth, at eleven in the morning", vec![5, 11]),
            ("Dec 5th at 11am, or 11:30", vec![5, 11, 30]),
            ("four dollars and fifty cents", vec![4, 50]),
            ("$1,250 or twelve hundred and fifty or two thousand five", vec![1250, 2005]),
            ("a hundred and five, three, four", vec![3, 4, 105]),
            ("the twenty-first", vec![21]),
            ("nothing at all, 0.00", vec![]),
        ] {
            assert_eq!(numbers(text), expected.into_iter().collect(), "{text}");
        }
    }

    #[test]
    fn other_words_will_do_but_not_other_amounts_or_another_name() {
        let sentence = "Two VIP tickets for the Chowder on the Bay on Saturday, December fifth, at eighty-five dollars each, \
                        one hundred and seventy dollars in all. Shall I go ahead?";
        let needed = Needed::of(sentence);

        assert!(needed.are_in(sentence));
        assert!(needed.are_in("So 2 VIP tickets, Chowder on the Bay, Dec 5th: $85 each, that makes $170. OK?"));
        assert!(
            needed.are_in("Dos entradas VIP, 2, para el Chowder on the Bay el 5 de diciembre a $85, en total $170")
        );
        for other in [
            "Two VIP tickets for the Chowder on the Bay on December fifth, seventeen dollars in all, eighty-five each",
            "Two VIP tickets for the Chowder on the Bay on the fifth. Shall I go ahead?",
            "Two tickets for the Broth Battle on the fifth at $85 each, $170 in all",
            "Shall I go ahead?",
            "",
        ] {
            assert!(!needed.are_in(other), "{other}");
        }
    }

    #[test]
    fn a_sentence_without_numbers_and_names_must_be_there_by_half_of_its_words() {
        let needed = Needed::of("The slot is moved as you wished. Shall I?");

        assert!(needed.are_in("Shall I move the slot as you wished?"));
        assert!(!needed.are_in("Is there anything else?"));
    }
}
