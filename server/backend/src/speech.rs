//! Numbers, prices, dates and times in English words, as a person at a counter says them.
//!
//! The assistant speaks these sentences as they are, or in the caller's language; either way it never has to read a
//! figure, which speech models do badly ("four five zero" for $4.50).

use chrono::{Datelike, NaiveDate, NaiveTime, Timelike, Weekday};
use model::{Currency, EmailAddress, Money, PhoneNumber};

const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// A whole number: "two hundred and forty".
pub fn number(n: u64) -> String {
    match n {
        0..20 => SMALL[n as usize].to_owned(),
        20..100 => {
            let tens = TENS[(n / 10) as usize];
            if n.is_multiple_of(10) { tens.to_owned() } else { format!("{tens}-{}", SMALL[(n % 10) as usize]) }
        }
        100..1_000 => joined(&format!("{} hundred", SMALL[(n / 100) as usize]), n % 100),
        1_000..1_000_000 => joined(&format!("{} thousand", number(n / 1_000)), n % 1_000),
        1_000_000..1_000_000_000_000 => joined(&format!("{} million", number(n / 1_000_000)), n % 1_000_000),
        _ => n.to_string(),
    }
}

fn joined(head: &str, rest: u64) -> String {
    match rest {
        0 => head.to_owned(),
        1..100 => format!("{head} and {}", number(rest)),
        _ => format!("{head} {}", number(rest)),
    }
}

/// Digits one by one: "four eight three". What is none is left out.
pub fn digits(text: &str) -> String {
    let words: Vec<&str> = text.chars().filter_map(|c| Some(SMALL[c.to_digit(10)? as usize])).collect();
    words.join(" ")
}

/// A telephone number: "four one five, five five five, zero one two three".
pub fn telephone(number: &PhoneNumber) -> String {
    let pretty = number.pretty();
    if let Some(national) = pretty.strip_prefix("+1 ") {
        let groups: Vec<String> = national.split(' ').map(digits).collect();
        return groups.join(", ");
    }
    let figures: Vec<char> = number.as_str().chars().filter(char::is_ascii_digit).collect();
    let groups: Vec<String> = figures.chunks(3).map(|group| digits(&group.iter().collect::<String>())).collect();
    format!("plus {}", groups.join(", "))
}

/// An e-mail address: "priya dot raman at lumen dot example".
pub fn address(address: &EmailAddress) -> String {
    let mut said = String::new();
    for c in address.as_str().chars() {
        match c {
            '@' => said.push_str(" at "),
            '.' => said.push_str(" dot "),
            '-' => said.push_str(" dash "),
            '_' => said.push_str(" underscore "),
            '+' => said.push_str(" plus "),
            other => said.push(other),
        }
    }
    said
}

/// A place in an order: "twenty-first".
pub fn ordinal(n: u32) -> String {
    let words = number(u64::from(n));
    let (head, last) = match words.rfind(['-', ' ']) {
        Some(at) => words.split_at(at + 1),
        None => ("", words.as_str()),
    };
    let last = match last {
        "one" => "first".to_owned(),
        "two" => "second".to_owned(),
        "three" => "third".to_owned(),
        "five" => "fifth".to_owned(),
        "eight" => "eighth".to_owned(),
        "nine" => "ninth".to_owned(),
        "twelve" => "twelfth".to_owned(),
        ten if ten.ends_with('y') => format!("{}ieth", &ten[..ten.len() - 1]),
        other => format!("{other}th"),
    };
    format!("{head}{last}")
}

/// So many of something: "one ticket", "three tickets", "no tickets".
pub fn count(n: u64, one: &str, many: &str) -> String {
    match n {
        0 => format!("no {many}"),
        1 => format!("one {one}"),
        _ => format!("{} {many}", number(n)),
    }
}

/// A price: "four dollars and fifty cents", "free".
pub fn price(money: Money) -> String {
    let (whole, cents) = (money.minor.unsigned_abs() / 100, money.minor.unsigned_abs() % 100);
    let (one, many, cent, cents_word) = match money.currency {
        Currency::Usd => ("dollar", "dollars", "cent", "cents"),
        Currency::Eur => ("euro", "euros", "cent", "cents"),
        Currency::Gbp => ("pound", "pounds", "penny", "pence"),
        Currency::Cad => ("Canadian dollar", "Canadian dollars", "cent", "cents"),
    };
    match (whole, cents) {
        (0, 0) => "free".to_owned(),
        (0, cents) => count(cents, cent, cents_word),
        (whole, 0) => count(whole, one, many),
        (whole, cents) => format!("{} and {}", count(whole, one, many), count(cents, cent, cents_word)),
    }
}

/// A date with its weekday: "Saturday, December fifth". The year is said when it is not the year of `today`, unless the
/// date is less than four months ahead.
pub fn date(date: NaiveDate, today: NaiveDate) -> String {
    let days_ahead = (date - today).num_days();
    let year = if date.year() == today.year() || (0..120).contains(&days_ahead) {
        String::new()
    } else {
        format!(", {}", year(date.year()))
    };
    format!("{}, {} {}{year}", weekday(date.weekday()), month(date.month()), ordinal(date.day()))
}

/// A date close to `today`: "today", "tomorrow", else like [`date`].
pub fn day(date: NaiveDate, today: NaiveDate) -> String {
    match (date - today).num_days() {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        _ => self::date(date, today),
    }
}

fn year(year: i32) -> String {
    let year = u64::from(year.unsigned_abs());
    match (year / 100, year % 100) {
        (20, rest @ 0..10) => joined("two thousand", rest),
        (century, 0) => format!("{} hundred", number(century)),
        (century, rest @ 1..10) => format!("{} oh {}", number(century), number(rest)),
        (century, rest) => format!("{} {}", number(century), number(rest)),
    }
}

/// A weekday's name.
pub const fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

/// The names of the months.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn month(month: u32) -> &'static str {
    MONTHS[(month as usize - 1).min(11)]
}

/// A time of day: "eleven in the morning", "six thirty in the evening", "noon", "midnight".
pub fn time(time: NaiveTime) -> String {
    let (hour, minute) = (time.hour(), time.minute());
    match (hour, minute) {
        (0, 0) => return "midnight".to_owned(),
        (12, 0) => return "noon".to_owned(),
        _ => {}
    }
    let clock = SMALL[match hour % 12 {
        0 => 12,
        hour => hour as usize,
    }];
    let part = match hour {
        0..12 => "in the morning",
        12..17 => "in the afternoon",
        17..21 => "in the evening",
        _ => "at night",
    };
    match minute {
        0 => format!("{clock} {part}"),
        1..10 => format!("{clock} oh {} {part}", SMALL[minute as usize]),
        _ => format!("{clock} {} {part}", number(minute.into())),
    }
}

/// From one time of day to another: "from seven in the morning to six in the evening".
pub fn span(from: NaiveTime, to: NaiveTime) -> String {
    format!("from {} to {}", time(from), time(to))
}

/// A list: "soup, bread, and salad".
pub fn list<T: AsRef<str>>(things: &[T]) -> String {
    series(things, "and")
}

/// A choice: "small, medium, or large".
pub fn choice<T: AsRef<str>>(things: &[T]) -> String {
    series(things, "or")
}

fn series<T: AsRef<str>>(things: &[T], word: &str) -> String {
    match things {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [one, two] => format!("{} {word} {}", one.as_ref(), two.as_ref()),
        [head @ .., last] => {
            let head: Vec<&str> = head.iter().map(AsRef::as_ref).collect();
            format!("{}, {word} {}", head.join(", "), last.as_ref())
        }
    }
}

/// The sentence with its first letter in upper case.
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a date that exists")
    }

    fn at(hour: u32, minute: u32) -> NaiveTime {
        NaiveTime::from_hms_opt(hour, minute, 0).expect("a time that exists")
    }

    #[test]
    fn numbers_are_words() {
        for (n, words) in [
            (0, "zero"),
            (13, "thirteen"),
            (40, "forty"),
            (86, "eighty-six"),
            (100, "one hundred"),
            (240, "two hundred and forty"),
            (1_000, "one thousand"),
            (2_500, "two thousand five hundred"),
            (12_042, "twelve thousand and forty-two"),
            (1_000_001, "one million and one"),
        ] {
            assert_eq!(number(n), words);
        }
    }

    #[test]
    fn what_is_written_down_is_said_so_that_it_can_be() {
        let phone = |number: &str| telephone(&number.parse().expect("a number"));
        assert_eq!(phone("+14155550123"), "four one five, five five five, zero one two three");
        assert_eq!(phone("+442079460000"), "plus four four two, zero seven nine, four six zero, zero zero zero");
        let mail: EmailAddress = "priya.raman+soup@lumen-foods.example".parse().expect("an address");
        assert_eq!(address(&mail), "priya dot raman plus soup at lumen dash foods dot example");
    }

    #[test]
    fn ordinals_are_words() {
        for (n, words) in [
            (1, "first"),
            (2, "second"),
            (3, "third"),
            (4, "fourth"),
            (5, "fifth"),
            (8, "eighth"),
            (9, "ninth"),
            (12, "twelfth"),
            (20, "twentieth"),
            (21, "twenty-first"),
            (30, "thirtieth"),
            (31, "thirty-first"),
        ] {
            assert_eq!(ordinal(n), words);
        }
    }

    #[test]
    fn prices_are_said_as_at_a_counter() {
        for (cents, words) in [
            (450, "four dollars and fifty cents"),
            (400, "four dollars"),
            (100, "one dollar"),
            (101, "one dollar and one cent"),
            (75, "seventy-five cents"),
            (0, "free"),
            (12_000, "one hundred and twenty dollars"),
            (250_000, "two thousand five hundred dollars"),
        ] {
            assert_eq!(price(Money::usd(cents)), words);
        }
        assert_eq!(price(Money { minor: 250, currency: Currency::Gbp }), "two pounds and fifty pence");
        assert_eq!(price(Money { minor: 1_00, currency: Currency::Eur }), "one euro");
    }

    #[test]
    fn dates_carry_the_weekday_and_a_year_only_where_it_helps() {
        let today = on(2026, 11, 20);
        assert_eq!(date(on(2026, 12, 5), today), "Saturday, December fifth");
        assert_eq!(date(on(2027, 1, 1), today), "Friday, January first");
        assert_eq!(date(on(2027, 6, 12), today), "Saturday, June twelfth, twenty twenty-seven");
        assert_eq!(date(on(2025, 12, 6), today), "Saturday, December sixth, twenty twenty-five");
        assert_eq!(date(on(2005, 3, 1), today), "Tuesday, March first, two thousand and five");
        assert_eq!(day(today, today), "today");
        assert_eq!(day(on(2026, 11, 21), today), "tomorrow");
    }

    #[test]
    fn times_name_the_part_of_the_day() {
        for (hour, minute, words) in [
            (0, 0, "midnight"),
            (0, 30, "twelve thirty in the morning"),
            (7, 0, "seven in the morning"),
            (7, 5, "seven oh five in the morning"),
            (11, 0, "eleven in the morning"),
            (12, 0, "noon"),
            (12, 30, "twelve thirty in the afternoon"),
            (16, 45, "four forty-five in the afternoon"),
            (18, 0, "six in the evening"),
            (21, 0, "nine at night"),
        ] {
            assert_eq!(time(at(hour, minute)), words);
        }
        assert_eq!(span(at(7, 0), at(18, 0)), "from seven in the morning to six in the evening");
    }

    #[test]
    fn lists_end_with_and() {
        assert_eq!(list::<&str>(&[]), "");
        assert_eq!(list(&["soup"]), "soup");
        assert_eq!(list(&["soup", "bread"]), "soup and bread");
        assert_eq!(list(&["soup", "bread", "salad"]), "soup, bread, and salad");
        assert_eq!(choice(&["small", "medium", "large"]), "small, medium, or large");
    }

    #[test]
    fn a_sentence_begins_with_a_capital() {
        assert_eq!(sentence("éclairs are out"), "Éclairs are out");
        assert_eq!(sentence(""), "");
    }
}
