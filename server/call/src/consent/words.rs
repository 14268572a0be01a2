//! What of a sentence must have been heard: its numbers, its rows of digits and its names. The rest may be said in other words.

use std::collections::BTreeSet;

use super::{digits, numbers};

/// The share of a sentence's names, or of its words where it has no names and numbers, that must be among the words heard.
const SHARE: f64 = 0.5;

/// What must have been heard.
#[derive(Debug, PartialEq)]
pub(super) struct Needed {
    numbers: BTreeSet<u64>,
    /// Digits in a row, each in its place.
    rows: Vec<String>,
    words: Vec<String>,
}

impl Needed {
    pub(super) fn of(sentence: &str) -> Self {
        let (rows, rest) = digits::taken_out_of(sentence);
        let mut numbers = numbers::english(&rest);
        // "One ticket" is also said as "a ticket".
        numbers.remove(&1);
        let names = names(sentence);
        let by_words = names.is_empty() && numbers.is_empty() && rows.is_empty();
        let words = if by_words { tokens(sentence) } else { names };
        Self { numbers, rows, words }
    }

    pub(super) fn are_in(&self, heard: &str) -> bool {
        if heard.trim().is_empty() {
            return false;
        }
        let words = tokens(heard);
        let found = self.words.iter().filter(|word| words.contains(word)).count();
        self.numbers.is_subset(&numbers::any(heard))
            && self.rows.iter().all(|row| digits::are_in(row, heard))
            && found as f64 >= SHARE * self.words.len() as f64
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

/// The words of a text in small letters.
pub(super) fn tokens(text: &str) -> Vec<String> {
    text.to_lowercase()
        .replace(['\'', '’'], "")
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn the_end_of_a_cards_number_cannot_be_left_out_whatever_its_digits_are() {
        let needed = Needed::of(
            "Two VIP tickets for the Chowder on the Bay, at twenty-two dollars each, forty-four dollars in all, charged to your Visa \
             ending in 2 2 2 2. Shall I go ahead?",
        );

        assert!(
            needed.are_in("2 VIP tickets for Chowder on the Bay at $22 each, $44 in all, on your Visa ending in 2222?")
        );
        for other in [
            "2 VIP tickets for Chowder on the Bay at $22 each, $44 in all. Shall I go ahead?",
            "2 VIP tickets for Chowder on the Bay at $22 each, $44 in all, on your Visa ending in 2223?",
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
