//! The numbers in a text, in figures or in words of the languages that callers are answered in.

use std::collections::BTreeSet;

/// What a word adds to a number, or multiplies it by.
type Words = &'static [(&'static str, u64)];

/// The numbers in an English text, without zero: "$170.00" and "one hundred and seventy" are 170.
pub(super) fn english(text: &str) -> BTreeSet<u64> {
    let tokens = super::words::tokens(&without_separators(text));
    let mut found: BTreeSet<u64> = tokens.iter().filter_map(|token| figures(token)).collect();
    found.extend(spelled(&tokens, &ENGLISH));
    found.remove(&0);
    found
}

/// The numbers in a text of any language. What is a number in one may be a common word in another, so that too many may be found,
/// but none is missed.
pub(super) fn any(text: &str) -> BTreeSet<u64> {
    let tokens = super::words::tokens(&without_separators(text));
    let mut found = english(text);
    found.extend(LANGUAGES.iter().flat_map(|language| spelled(&tokens, language)));
    found.extend(tokens.iter().filter_map(|token| german(token)));
    found.remove(&0);
    found
}

/// The languages in which a number is several words.
pub(super) const LANGUAGES: [Language; 3] = [ENGLISH, SPANISH, FRENCH];

/// How a language spells numbers.
pub(super) struct Language {
    pub(super) words: Words,
    /// Stands between the parts of a number.
    pub(super) and: &'static str,
    /// Four twenties are eighty.
    by_scores: bool,
}

/// "1,250" as "1250".
pub(super) fn without_separators(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    let separates = |at: usize| {
        matches!(chars[at], ',' | '.') && at > 0 && digit(at - 1) && (1..=3).all(|n| digit(at + n)) && !digit(at + 4)
    };
    (0..chars.len()).filter(|&at| !separates(at)).map(|at| chars[at]).collect()
}

/// "170", "5th", "11am".
fn figures(token: &str) -> Option<u64> {
    let end = token.find(|c: char| !c.is_ascii_digit()).unwrap_or(token.len());
    let rest_is_short = token.len() - end <= 2;
    token[..end].parse().ok().filter(|_| rest_is_short)
}

fn spelled(tokens: &[String], language: &Language) -> Vec<u64> {
    let mut number = Spelled::of(language);
    let mut found = Vec::new();
    for token in tokens {
        match language.words.iter().find(|(word, _)| word == token) {
            Some((_, value)) => found.extend(number.take(*value)),
            None if token == language.and && number.is_open() => {}
            None => found.extend(number.end()),
        }
    }
    found.extend(number.end());
    found
}

/// A number in words under way.
#[derive(Default)]
pub(super) struct Spelled {
    total: u64,
    group: u64,
    /// What the last word was worth; 0 outside a number.
    last: u64,
    by_scores: bool,
}

impl Spelled {
    pub(super) fn of(language: &Language) -> Self {
        Self { by_scores: language.by_scores, ..Self::default() }
    }

    /// Whether "and" may go on with it.
    pub(super) fn is_open(&self) -> bool {
        self.last >= 20
    }

    /// The next word; answers with the number that ended before it.
    pub(super) fn take(&mut self, value: u64) -> Option<u64> {
        let last = self.last;
        let score = self.by_scores && value == 20 && last == 4;
        let fits = match value {
            1_000.. => last > 0 && last < 1_000,
            100 => (last > 0 && last < 100) || last >= 1_000,
            200.. => last >= 1_000,
            // "Soixante-dix", "quatre-vingt-dix".
            10..=19 => last >= 100 || last == 60 || last == 80,
            20.. => score || last >= 100,
            _ => last >= 20 || (last == 10 && self.group % 100 >= 70),
        };
        let ended = if fits { None } else { self.end() };
        match value {
            1_000.. => {
                self.total += self.group.max(1).saturating_mul(value);
                self.group = 0;
            }
            100 => self.group = self.group.max(1) * 100,
            20 if score => self.group += 76,
            _ => self.group += value,
        }
        self.last = if score { 80 } else { value };
        ended
    }

    /// Nothing more comes; answers with the number that was under way.
    pub(super) fn end(&mut self) -> Option<u64> {
        let ended = (self.last > 0).then_some(self.total + self.group);
        *self = Self { by_scores: self.by_scores, ..Self::default() };
        ended
    }
}

/// A German number is one word: "einhundertfünfundachtzig", "fünften".
pub(super) fn german(word: &str) -> Option<u64> {
    cardinal(word).or_else(|| ["sten", "ste", "ten", "te", "en"].iter().find_map(|it| cardinal(word.strip_suffix(it)?)))
}

fn cardinal(word: &str) -> Option<u64> {
    for (power, worth) in [("tausend", 1_000), ("hundert", 100)] {
        if let Some((before, after)) = word.split_once(power) {
            let before = if before.is_empty() { 1 } else { cardinal(before)? };
            let after = after.strip_prefix("und").unwrap_or(after);
            let after = if after.is_empty() { 0 } else { cardinal(after)? };
            return Some(before * worth + after);
        }
    }
    let known = |word: &str| GERMAN.iter().find(|(known, _)| *known == word).map(|(_, value)| *value);
    known(word).or_else(|| {
        let (units, tens) = word.split_once("und")?;
        Some(known(units).filter(|it| *it < 10)? + known(tens).filter(|it| *it >= 20)?)
    })
}

const ENGLISH: Language = Language {
    and: "and",
    by_scores: false,
    words: &[
        ("one", 1),
        ("first", 1),
        ("two", 2),
        ("second", 2),
        ("three", 3),
        ("third", 3),
        ("four", 4),
        ("fourth", 4),
        ("five", 5),
        ("fifth", 5),
        ("six", 6),
        ("sixth", 6),
        ("seven", 7),
        ("seventh", 7),
        ("eight", 8),
        ("eighth", 8),
        ("nine", 9),
        ("ninth", 9),
        ("ten", 10),
        ("tenth", 10),
        ("eleven", 11),
        ("eleventh", 11),
        ("twelve", 12),
        ("twelfth", 12),
        ("noon", 12),
        ("thirteen", 13),
        ("thirteenth", 13),
        ("fourteen", 14),
        ("fourteenth", 14),
        ("fifteen", 15),
        ("fifteenth", 15),
        ("sixteen", 16),
        ("sixteenth", 16),
        ("seventeen", 17),
        ("seventeenth", 17),
        ("eighteen", 18),
        ("eighteenth", 18),
        ("nineteen", 19),
        ("nineteenth", 19),
        ("twenty", 20),
        ("twentieth", 20),
        ("thirty", 30),
        ("thirtieth", 30),
        ("forty", 40),
        ("fifty", 50),
        ("sixty", 60),
        ("seventy", 70),
        ("eighty", 80),
        ("ninety", 90),
        ("hundred", 100),
        ("thousand", 1_000),
        ("million", 1_000_000),
    ],
};

const SPANISH: Language = Language {
    and: "y",
    by_scores: false,
    words: &[
        ("un", 1),
        ("uno", 1),
        ("una", 1),
        ("primero", 1),
        ("dos", 2),
        ("tres", 3),
        ("cuatro", 4),
        ("cinco", 5),
        ("seis", 6),
        ("siete", 7),
        ("ocho", 8),
        ("nueve", 9),
        ("diez", 10),
        ("once", 11),
        ("doce", 12),
        ("mediodía", 12),
        ("trece", 13),
        ("catorce", 14),
        ("quince", 15),
        ("dieciséis", 16),
        ("diecisiete", 17),
        ("dieciocho", 18),
        ("diecinueve", 19),
        ("veinte", 20),
        ("veintiuno", 21),
        ("veintiún", 21),
        ("veintidós", 22),
        ("veintitrés", 23),
        ("veinticuatro", 24),
        ("veinticinco", 25),
        ("veintiséis", 26),
        ("veintisiete", 27),
        ("veintiocho", 28),
        ("veintinueve", 29),
        ("treinta", 30),
        ("cuarenta", 40),
        ("cincuenta", 50),
        ("sesenta", 60),
        ("setenta", 70),
        ("ochenta", 80),
        ("noventa", 90),
        ("cien", 100),
        ("ciento", 100),
        ("doscientos", 200),
        ("trescientos", 300),
        ("cuatrocientos", 400),
        ("quinientos", 500),
        ("seiscientos", 600),
        ("setecientos", 700),
        ("ochocientos", 800),
        ("novecientos", 900),
        ("mil", 1_000),
    ],
};

const FRENCH: Language = Language {
    and: "et",
    by_scores: true,
    words: &[
        ("un", 1),
        ("une", 1),
        ("premier", 1),
        ("deux", 2),
        ("trois", 3),
        ("quatre", 4),
        ("cinq", 5),
        ("six", 6),
        ("sept", 7),
        ("huit", 8),
        ("neuf", 9),
        ("dix", 10),
        ("onze", 11),
        ("douze", 12),
        ("midi", 12),
        ("treize", 13),
        ("quatorze", 14),
        ("quinze", 15),
        ("seize", 16),
        ("vingt", 20),
        ("vingts", 20),
        ("trente", 30),
        ("quarante", 40),
        ("cinquante", 50),
        ("soixante", 60),
        ("cent", 100),
        ("cents", 100),
        ("mille", 1_000),
    ],
};

const GERMAN: Words = &[
    ("ein", 1),
    ("eins", 1),
    ("eine", 1),
    ("ers", 1),
    ("zwei", 2),
    ("zwo", 2),
    ("drei", 3),
    ("drit", 3),
    ("vier", 4),
    ("fünf", 5),
    ("sechs", 6),
    ("sieben", 7),
    ("sieb", 7),
    ("acht", 8),
    ("neun", 9),
    ("zehn", 10),
    ("elf", 11),
    ("zwölf", 12),
    ("mittag", 12),
    ("dreizehn", 13),
    ("vierzehn", 14),
    ("fünfzehn", 15),
    ("sechzehn", 16),
    ("siebzehn", 17),
    ("achtzehn", 18),
    ("neunzehn", 19),
    ("zwanzig", 20),
    ("dreißig", 30),
    ("vierzig", 40),
    ("fünfzig", 50),
    ("sechzig", 60),
    ("siebzig", 70),
    ("achtzig", 80),
    ("neunzig", 90),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn are_in(text: &str, expected: &[u64]) {
        let found = any(text);
        assert!(expected.iter().all(|number| found.contains(number)), "{text}: {found:?} lacks some of {expected:?}");
    }

    #[test]
    fn numbers_are_the_same_in_words_and_figures() {
        for (text, expected) in [
            ("Two VIP tickets at eighty-five dollars each, one hundred and seventy dollars in all", vec![2, 85, 170]),
            ("2 VIP tickets at $85.00 each, $170 in all", vec![2, 85, 170]),
            ("on Saturday, December fifth, at eleven in the morning", vec![5, 11]),
            ("Dec 5th at 11am, or 11:30", vec![5, 11, 30]),
            ("four dollars and fifty cents", vec![4, 50]),
            ("$1,250 or two thousand five", vec![1250, 2005]),
            ("the twenty-first", vec![21]),
            ("nothing at all, 0.00", vec![]),
        ] {
            are_in(text, &expected);
        }
        assert_eq!(english("two hundred and forty dollars"), BTreeSet::from([240]));
        assert_eq!(english("a hundred and five, three"), BTreeSet::from([3, 105]));
    }

    #[test]
    fn numbers_are_understood_in_the_languages_of_callers() {
        are_in("Dos entradas a ochenta y cinco dólares cada una, ciento setenta dólares en total", &[2, 85, 170]);
        are_in("mil doscientos cincuenta, el veinticinco de diciembre", &[1250, 25]);
        are_in("Deux billets à quatre-vingt-cinq dollars, cent soixante-dix dollars en tout", &[2, 85, 170]);
        are_in("quatre-vingt-dix-sept dollars, le vingt et un, ou mille deux cent cinquante", &[97, 21, 1250]);
        are_in("Zwei Karten zu je fünfundachtzig Dollar, zusammen einhundertsiebzig Dollar", &[2, 85, 170]);
        are_in("am fünften Dezember, am einundzwanzigsten, am ersten, tausendzweihundertfünfzig", &[5, 21, 1, 1250]);
        are_in("1.250 Euro und 85,50", &[1250, 85, 50]);
    }
}
