//! Digits in a row: the end of a card's number, a telephone number. Each of them has its place, so that as a set of numbers they would
//! say nothing: 2222 would be heard wherever a two is.

use super::{
    numbers::{LANGUAGES, Language, Spelled, german, without_separators},
    words::tokens,
};

/// From so many on, digits that are said one by one are a row. "Seven oh five" is a time.
const A_ROW: usize = 4;

/// The rows of digits in an English sentence, and the sentence without them.
pub(super) fn taken_out_of(sentence: &str) -> (Vec<String>, String) {
    let mut rows = Vec::new();
    let mut rest = Vec::new();
    let mut row: Vec<(char, String)> = Vec::new();
    let mut end = |row: &mut Vec<(char, String)>, rest: &mut Vec<String>| {
        if row.len() >= A_ROW {
            rows.push(row.iter().map(|(digit, _)| *digit).collect());
            row.clear();
            // What stands on both sides of it is not one number.
            rest.push("…".to_owned());
        }
        rest.extend(row.drain(..).map(|(_, token)| token));
    };
    for token in tokens(&without_separators(sentence)) {
        if let Some(digit) = digit(&token) {
            row.push((digit, token));
        } else {
            end(&mut row, &mut rest);
            rest.push(token);
        }
    }
    end(&mut row, &mut rest);
    (rows, rest.join(" "))
}

fn digit(token: &str) -> Option<char> {
    const WORDS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    let mut chars = token.chars();
    match (chars.next(), chars.next()) {
        (Some(figure), None) if figure.is_ascii_digit() => Some(figure),
        _ => char::from_digit(WORDS.iter().position(|word| *word == token)? as u32, 10),
    }
}

/// Whether a row of digits is in a text of any language, whichever way they are put together: "4242", "forty-two, four two".
pub(super) fn are_in(row: &str, heard: &str) -> bool {
    let tokens = tokens(&without_separators(heard));
    let spelled = LANGUAGES.iter().flat_map(|language| joined(&tokens, language));
    spelled.chain(joined_german(&tokens)).any(|joined| joined.contains(row))
}

/// The figures of all numbers that follow each other with nothing between them.
fn joined(tokens: &[String], language: &Language) -> Vec<String> {
    let mut rows = vec![String::new()];
    let mut number = Spelled::of(language);
    let mut times = 1;
    for token in tokens {
        let spelled = language.words.iter().find(|(word, _)| word == token).map(|(_, value)| *value);
        if spelled.is_none() && token == language.and && number.is_open() {
            continue;
        }
        let ended = match spelled {
            Some(value) => number.take(value),
            None => number.end(),
        };
        let row = rows.last_mut().expect("there is always one");
        push(row, ended, &mut times);
        match (spelled, token.as_str()) {
            (Some(_), _) => {}
            (None, "double" | "doble") => times = 2,
            (None, "triple") => times = 3,
            (None, "zero" | "oh" | "o" | "cero" | "zéro" | "null") => push(row, Some(0), &mut times),
            (None, figures) if figures.bytes().all(|byte| byte.is_ascii_digit()) => row.push_str(figures),
            (None, _) => rows.push(String::new()),
        }
    }
    let ended = number.end();
    push(rows.last_mut().expect("there is always one"), ended, &mut times);
    rows
}

fn push(row: &mut String, number: Option<u64>, times: &mut usize) {
    if let Some(number) = number {
        row.push_str(&number.to_string().repeat(*times));
        *times = 1;
    }
}

fn joined_german(tokens: &[String]) -> Vec<String> {
    let mut rows = vec![String::new()];
    for token in tokens {
        let row = rows.last_mut().expect("there is always one");
        match german(token) {
            _ if token.bytes().all(|byte| byte.is_ascii_digit()) => row.push_str(token),
            _ if token == "null" => row.push('0'),
            Some(number) => row.push_str(&number.to_string()),
            None => rows.push(String::new()),
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_in_a_row_are_told_from_numbers() {
        let (rows, rest) = taken_out_of("Two tickets at $1,250, charged to your Visa ending in 2 2 2 2. Shall I?");
        assert_eq!(
            (rows, rest.as_str()),
            (vec!["2222".to_owned()], "two tickets at 1250 charged to your visa ending in … shall i")
        );
        let (rows, rest) = taken_out_of("At four one five, five five five, zero one two three, at seven oh five.");
        assert_eq!((rows, rest.as_str()), (vec!["4155550123".to_owned()], "at … at seven oh five"));
        assert_eq!(taken_out_of("Table for two, two of them small").0, Vec::<String>::new());
    }

    #[test]
    fn a_row_is_heard_in_whichever_way_it_is_said() {
        for heard in [
            "your Visa ending in 4242",
            "ending in four two four two",
            "ending in forty-two, forty-two.",
            "die auf vier zwei vier zwei endet",
            "que termina en cuatro dos cuatro dos",
            "qui finit par quatre deux quatre deux",
        ] {
            assert!(are_in("4242", heard), "{heard}");
        }
        for heard in [
            "(415) 555-0123",
            "+1 415.555.0123",
            "four one five, triple five, oh one two three",
            "four fifteen, five fifty-five, oh one twenty-three",
        ] {
            assert!(are_in("4155550123", heard), "{heard}");
        }
        for heard in ["ending in 2", "two tickets at 22 dollars, 2 of them", "", "ending in 4 2 2 4 2"] {
            assert!(!are_in("2222", heard) && !are_in("4242", heard), "{heard}");
        }
    }
}
