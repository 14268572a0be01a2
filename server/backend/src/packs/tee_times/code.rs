//! Confirmation codes that survive a telephone: two letters that no other letter sounds like, four digits, and a digit that checks
//! them.

use crate::speech;

/// The letters of codes with the word that is said for each. None rhymes with another; the letters that are left out are taken for
/// one of these when they are heard.
const LETTERS: &[(char, &str)] = &[
    ('H', "hotel"),
    ('J', "juliet"),
    ('L', "lima"),
    ('M', "mike"),
    ('Q', "quebec"),
    ('R', "romeo"),
    ('W', "whiskey"),
    ('X', "x-ray"),
    ('Y', "yankee"),
];

/// A fresh code: "HR48296".
pub fn fresh() -> String {
    let letter = || LETTERS[rand::random_range(0..LETTERS.len())].0;
    let mut code: String = loop {
        let letters: String = [letter(), letter()].iter().collect();
        // "My" is what callers begin with: "my code is".
        if letters != "MY" {
            break letters;
        }
    };
    code.extend((0..4).map(|_| char::from(b'0' + rand::random_range(0..10_u8))));
    let check = check_digit(&code);
    code.push(check);
    code
}

/// As it is written: "HR 482 96".
pub fn written(code: &str) -> String {
    let (letters, digits) = code.split_at(code.len().min(2));
    let (first, last) = digits.split_at(digits.len().min(3));
    format!("{letters} {first} {last}").trim_end().to_owned()
}

/// As it is said: "H for hotel, R for romeo, four eight two, nine six".
pub fn spoken(code: &str) -> String {
    let (letters, digits) = code.split_at(code.len().min(2));
    let (first, last) = digits.split_at(digits.len().min(3));
    let mut groups: Vec<String> = letters
        .chars()
        .map(|letter| match LETTERS.iter().find(|(it, _)| *it == letter) {
            Some((_, word)) => format!("{letter} for {word}"),
            None => letter.to_string(),
        })
        .collect();
    for group in [first, last] {
        let words: Vec<String> = group.chars().filter_map(|c| Some(speech::number(c.to_digit(10)?.into()))).collect();
        groups.push(words.join(" "));
    }
    groups.join(", ")
}

/// The code that is meant by what was heard or typed; `None` where it cannot be one of ours.
pub fn heard(text: &str) -> Option<String> {
    let lower = text.to_lowercase().replace("x-ray", "xray").replace("double u", "w").replace("double-u", "w");
    let mut letters = String::new();
    let mut digits = String::new();
    let mut skip_word = false;
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    for (at, word) in words.iter().enumerate() {
        if std::mem::take(&mut skip_word) {
            continue;
        }
        // "H for hotel", "H as in hotel": the word says the letter again. After two letters "for" is a four.
        let spells = words.get(at + 1).is_some_and(|next| next.chars().count() > 2 && digit(next).is_none());
        if matches!(*word, "for" | "like") && spells && digits.is_empty() {
            skip_word = true;
            continue;
        }
        if matches!(*word, "as" | "in" | "is" | "and" | "the" | "code" | "dash" | "my" | "it") {
            continue;
        }
        if let Some(digit) = digit(word) {
            digits.push(digit);
        } else if let Some(letter) = letter(word) {
            // A word after its letter ("H, hotel") says it again.
            if word.len() > 1
                && letters.ends_with(letter)
                && words.get(at.wrapping_sub(1)).is_some_and(|it| it.len() == 1)
            {
                continue;
            }
            letters.push(letter);
        } else if word.chars().any(|c| c.is_ascii_digit()) {
            // "hr48296" and "48296" in one word.
            for c in word.chars() {
                if c.is_ascii_digit() {
                    digits.push(c);
                } else {
                    letters.push(letter(c.encode_utf8(&mut [0; 4]))?);
                }
            }
        } else if word.len() == 2 {
            for c in word.chars() {
                letters.push(letter(c.encode_utf8(&mut [0; 4]))?);
            }
        }
    }
    let code = format!("{letters}{digits}");
    is_valid(&code).then_some(code)
}

/// Whether a code is one of ours: right in form, and its last digit fits the others.
pub fn is_valid(code: &str) -> bool {
    let known = |c: char| LETTERS.iter().any(|(letter, _)| *letter == c);
    code.is_ascii()
        && code.len() == 7
        && code[..2].chars().all(known)
        && code[2..].chars().all(|c| c.is_ascii_digit())
        && code.ends_with(check_digit(&code[..6]))
}

/// One wrong letter or digit, and two neighbours that changed places, are noticed: the sum of the places' values modulo 11 would be
/// another one. Ten, which is no digit, is written 0; that costs one mistake in a hundred.
fn check_digit(code: &str) -> char {
    let value = |c: char| match c.to_digit(10) {
        Some(digit) => digit,
        None => LETTERS.iter().position(|(letter, _)| *letter == c).unwrap_or(0) as u32,
    };
    let sum: u32 = code.chars().zip(2..).map(|(c, weight)| value(c) * weight).sum();
    char::from_digit(sum % 11 % 10, 10).unwrap_or('0')
}

fn digit(word: &str) -> Option<char> {
    Some(match word {
        "0" | "zero" | "oh" | "o" | "nought" => '0',
        "1" | "one" | "won" => '1',
        "2" | "two" | "to" | "too" => '2',
        "3" | "three" => '3',
        "4" | "four" | "for" | "fore" => '4',
        "5" | "five" => '5',
        "6" | "six" => '6',
        "7" | "seven" => '7',
        "8" | "eight" | "ate" => '8',
        "9" | "nine" => '9',
        _ => return None,
    })
}

/// The letter that is meant: its name, its spelling word, or another letter that sounds like it.
fn letter(word: &str) -> Option<char> {
    Some(match word {
        "h" | "aitch" | "hotel" => 'H',
        "j" | "jay" | "juliet" | "juliett" | "a" | "k" | "kay" | "g" => 'J',
        "l" | "el" | "ell" | "lima" => 'L',
        "m" | "em" | "mike" | "n" | "en" => 'M',
        "q" | "queue" | "cue" | "quebec" | "u" | "you" => 'Q',
        "r" | "are" | "ar" | "romeo" => 'R',
        "w" | "whiskey" | "whisky" => 'W',
        "x" | "ex" | "xray" | "s" | "f" => 'X',
        "y" | "why" | "yankee" | "i" => 'Y',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_said_in_groups() {
        assert_eq!(spoken("HR48296"), "H for hotel, R for romeo, four eight two, nine six");
        assert_eq!(written("HR48296"), "HR 482 96");
    }

    #[test]
    fn what_is_said_is_understood_again() {
        for _ in 0..500 {
            let code = fresh();
            assert!(is_valid(&code), "{code}");
            assert_eq!(heard(&spoken(&code)).as_deref(), Some(code.as_str()));
            assert_eq!(heard(&written(&code)).as_deref(), Some(code.as_str()));
            assert_eq!(heard(&code.to_lowercase()).as_deref(), Some(code.as_str()));
        }
    }

    #[test]
    fn letters_heard_wrong_are_put_right() {
        let code = (0..1000).map(|_| fresh()).find(|code| code.starts_with("ML")).expect("one of eighty begins so");
        let digits = &code[2..];
        for heard_as in ["N L", "en el", "M ell", "N as in November L"] {
            let said = format!("{} {digits}", heard_as.replace(" as in November", ""));
            assert_eq!(heard(&said).as_deref(), Some(code.as_str()), "{said}");
        }
    }

    #[test]
    fn a_misheard_digit_is_noticed() {
        let mut missed = 0;
        for _ in 0..1_000 {
            let code = fresh();
            for at in 2..6 {
                let mut other = code.clone().into_bytes();
                other[at] = b'0' + (other[at] - b'0' + 1) % 10;
                missed += u32::from(is_valid(&String::from_utf8(other).expect("letters and digits")));
            }
        }
        assert!(missed < 200, "{missed} of 4000 wrong digits went unnoticed");
    }

    #[test]
    fn other_words_are_no_code() {
        for text in ["", "my reservation", "12345", "HR 1", "ABC1234", "ü1234567", "HR482967"] {
            assert_eq!(heard(text), None, "{text}");
        }
    }
}
