//! Which days a caller means: "Saturday", "tomorrow", "Christmas Eve", "December twenty-fourth", "the 24th".

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::{holidays, hours::Exception};
use crate::{packs::heard, speech};

/// What a caller asks the hours for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// This moment.
    Now,
    /// The ordinary week.
    Week,
    /// A weekday in general ("on Saturdays").
    Every(Weekday),
    /// Certain days.
    Days(Vec<NaiveDate>),
    /// A holiday by its name.
    Holiday(String, NaiveDate),
    /// A day that is over.
    Past(NaiveDate),
}

/// What is meant by a day as the caller said it; `None` when it is not understood.
pub fn asked(text: &str, today: NaiveDate, exceptions: &[Exception]) -> Option<Asked> {
    if let Ok(date) = text.trim().parse::<NaiveDate>() {
        return Some(day_or_past(date, today));
    }
    let said = heard::plain(text);
    let words: Vec<&str> = said.split(' ').collect();
    let says = |word: &str| words.contains(&word);
    if said.is_empty() || says("week") || says("days") || said == "all" || said == "every day" || said == "everyday" {
        return Some(Asked::Week);
    }
    if says("now") || says("currently") || says("moment") {
        return Some(Asked::Now);
    }
    if said.contains("day after tomorrow") {
        return Some(Asked::Days(vec![later(today, 2)]));
    }
    if let Some(holiday) = named(&said, today, exceptions) {
        return Some(holiday);
    }
    if says("tomorrow") {
        return Some(Asked::Days(vec![later(today, 1)]));
    }
    if says("today") || says("tonight") {
        return Some(Asked::Days(vec![today]));
    }
    if says("yesterday") {
        return Some(Asked::Past(today.pred_opt()?));
    }
    if let Some(date) = calendar(text, &said, &words, today) {
        return Some(day_or_past(date, today));
    }
    if says("weekend") || says("weekends") {
        let saturday = coming(Weekday::Sat, today);
        return Some(Asked::Days(vec![saturday, later(saturday, 1)]));
    }
    if says("weekday") || says("weekdays") {
        let monday = coming(Weekday::Mon, today);
        return Some(Asked::Days((0..5).map(|n| later(monday, n)).collect()));
    }
    let part_of_today = said.starts_with("this ") && (says("morning") || says("afternoon") || says("evening"));
    weekday(&words, today).or_else(|| part_of_today.then(|| Asked::Days(vec![today])))
}

fn day_or_past(date: NaiveDate, today: NaiveDate) -> Asked {
    if date < today { Asked::Past(date) } else { Asked::Days(vec![date]) }
}

fn later(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_add_days(Days::new(days)).unwrap_or(date)
}

/// The next such weekday, today included.
fn coming(weekday: Weekday, today: NaiveDate) -> NaiveDate {
    later(today, u64::from((7 + weekday.num_days_from_monday() - today.weekday().num_days_from_monday()) % 7))
}

/// A holiday that everybody knows, or one that the organisation has named itself.
fn named(said: &str, today: NaiveDate, exceptions: &[Exception]) -> Option<Asked> {
    if let Some((name, date)) = holidays::named(said, today) {
        return Some(Asked::Holiday(name.to_owned(), date));
    }
    let heard = heard::words(said);
    exceptions
        .iter()
        .filter(|exception| exception.day >= today)
        .find(|exception| heard::fit(&heard, &heard::words(&exception.name)).covered >= 0.9)
        .map(|exception| Asked::Holiday(exception.name.clone(), exception.day))
}

fn weekday(words: &[&str], today: NaiveDate) -> Option<Asked> {
    words.iter().enumerate().find_map(|(at, word)| {
        let (day, every) = match word.strip_suffix('s') {
            Some(stem) if stem.ends_with("day") => (stem, true),
            _ => (*word, false),
        };
        let weekday = match day {
            "mon" | "monday" => Weekday::Mon,
            "tue" | "tues" | "tuesday" => Weekday::Tue,
            "wed" | "weds" | "wednesday" => Weekday::Wed,
            "thu" | "thur" | "thurs" | "thursday" => Weekday::Thu,
            "fri" | "friday" => Weekday::Fri,
            "sat" | "saturday" => Weekday::Sat,
            "sun" | "sunday" => Weekday::Sun,
            _ => return None,
        };
        if every {
            return Some(Asked::Every(weekday));
        }
        let date = coming(weekday, today);
        let next = at > 0 && words[at - 1] == "next";
        Some(Asked::Days(vec![if next && date == today { later(date, 7) } else { date }]))
    })
}

/// "December 24", "the 24th of December", "12/24", "the 24th": the next such date, unless a year is said.
fn calendar(text: &str, said: &str, words: &[&str], today: NaiveDate) -> Option<NaiveDate> {
    let year = words.iter().filter(|word| word.len() == 4).find_map(|word| word.parse::<i32>().ok());
    let month = words.iter().find_map(|word| month(word));
    if let Some(month) = month {
        return on(year, month, day_of_month(said, words)?, today);
    }
    if text.contains('/') {
        let numbers: Vec<u32> = words.iter().filter_map(|word| word.parse().ok()).collect();
        let [month, day, ..] = numbers.as_slice() else { return None };
        return on(year, *month, *day, today);
    }
    let day = words.iter().find_map(|word| ordinal_figure(word)).or_else(|| ordinal_words(said))?;
    let this_month = today.with_day(day).filter(|date| *date >= today);
    this_month.or_else(|| {
        let (year, month) = if today.month() == 12 { (today.year() + 1, 1) } else { (today.year(), today.month() + 1) };
        NaiveDate::from_ymd_opt(year, month, day)
    })
}

fn on(year: Option<i32>, month: u32, day: u32, today: NaiveDate) -> Option<NaiveDate> {
    match year {
        Some(year) => NaiveDate::from_ymd_opt(year, month, day),
        None => [today.year(), today.year() + 1]
            .into_iter()
            .filter_map(|year| NaiveDate::from_ymd_opt(year, month, day))
            .find(|date| *date >= today),
    }
}

fn month(word: &str) -> Option<u32> {
    let at = speech::MONTHS.iter().position(|name| {
        let name = name.to_lowercase();
        word == name
            || (word.len() >= 3 && word != "mar" && name.starts_with(word))
            || (word == "mar" && name == "march")
    })?;
    u32::try_from(at + 1).ok()
}

fn day_of_month(said: &str, words: &[&str]) -> Option<u32> {
    let figure = words.iter().find_map(|word| ordinal_figure(word).or_else(|| word.parse().ok().filter(|n| *n <= 31)));
    figure.or_else(|| ordinal_words(said)).or_else(|| {
        (1..=31).rev().find(|n| {
            let cardinal = speech::number(u64::from(*n)).replace('-', " ");
            format!(" {said} ").contains(&format!(" {cardinal} "))
        })
    })
}

fn ordinal_figure(word: &str) -> Option<u32> {
    let figure = ["st", "nd", "rd", "th"].iter().find_map(|ending| word.strip_suffix(ending))?;
    figure.parse().ok().filter(|n| (1..=31).contains(n))
}

fn ordinal_words(said: &str) -> Option<u32> {
    (1..=31).rev().find(|n| {
        let ordinal = speech::ordinal(*n).replace('-', " ");
        format!(" {said} ").contains(&format!(" {ordinal} "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    /// Asked on Friday, 20 November 2026.
    fn meant(text: &str) -> Option<Asked> {
        let exceptions = [Exception { day: date("2026-12-12"), name: "Staff party".into(), interval: None }];
        asked(text, date("2026-11-20"), &exceptions)
    }

    #[test]
    fn days_are_understood_as_callers_name_them() {
        for (text, day) in [
            ("today", "2026-11-20"),
            ("tonight", "2026-11-20"),
            ("Tomorrow", "2026-11-21"),
            ("the day after tomorrow", "2026-11-22"),
            ("friday", "2026-11-20"),
            ("next Friday", "2026-11-27"),
            ("on Saturday", "2026-11-21"),
            ("this sunday morning", "2026-11-22"),
            ("thurs", "2026-11-26"),
            ("2026-12-24", "2026-12-24"),
            ("December 24", "2026-12-24"),
            ("Dec. 24th", "2026-12-24"),
            ("24 December 2026", "2026-12-24"),
            ("Thursday, December twenty-fourth", "2026-12-24"),
            ("the third of December", "2026-12-03"),
            ("december three", "2026-12-03"),
            ("March 1", "2027-03-01"),
            ("12/24", "2026-12-24"),
            ("12/24/2026", "2026-12-24"),
            ("the 24th", "2026-11-24"),
            ("the fifth", "2026-12-05"),
        ] {
            assert_eq!(meant(text), Some(Asked::Days(vec![date(day)])), "{text}");
        }
    }

    #[test]
    fn groups_of_days_and_this_moment_are_understood() {
        assert_eq!(meant(""), Some(Asked::Week));
        assert_eq!(meant("all week"), Some(Asked::Week));
        assert_eq!(meant("right now"), Some(Asked::Now));
        assert_eq!(meant("Saturdays"), Some(Asked::Every(Weekday::Sat)));
        assert_eq!(meant("the weekend"), Some(Asked::Days(vec![date("2026-11-21"), date("2026-11-22")])));
    }

    #[test]
    fn holidays_are_understood_by_name_even_those_of_the_house() {
        assert_eq!(meant("Thanksgiving Day"), Some(Asked::Holiday("Thanksgiving".into(), date("2026-11-26"))));
        assert_eq!(meant("x-mas eve").map(|_| ()), None);
        assert_eq!(meant("xmas eve"), Some(Asked::Holiday("Christmas Eve".into(), date("2026-12-24"))));
        assert_eq!(meant("your staff party"), Some(Asked::Holiday("Staff party".into(), date("2026-12-12"))));
    }

    #[test]
    fn past_and_unknown_days_are_told_apart() {
        assert_eq!(meant("yesterday"), Some(Asked::Past(date("2026-11-19"))));
        assert_eq!(meant("2020-01-01"), Some(Asked::Past(date("2020-01-01"))));
        for unknown in ["blursday", "February 30", "13/45", "soon"] {
            assert_eq!(meant(unknown), None, "{unknown}");
        }
    }
}
