//! Days and times as golfers say them.

use chrono::{Datelike, Days, NaiveDate, NaiveTime};

use crate::{
    packs::{
        ToolError, heard,
        menu::{
            day::{self, Asked},
            hours::Exception,
        },
    },
    speech,
};

/// The day that is meant. A weekday is the next such day.
pub fn date(text: &str, today: NaiveDate, exceptions: &[Exception]) -> Result<NaiveDate, ToolError> {
    match day::asked(text, today, exceptions) {
        Some(Asked::Now) => Ok(today),
        Some(Asked::Days(days)) if !days.is_empty() => Ok(days[0]),
        Some(Asked::Holiday(_, date)) if date >= today => Ok(date),
        Some(Asked::Every(weekday)) => {
            let ahead = (7 + weekday.num_days_from_monday() - today.weekday().num_days_from_monday()) % 7;
            Ok(today.checked_add_days(Days::new(ahead.into())).unwrap_or(today))
        }
        Some(Asked::Past(past) | Asked::Holiday(_, past)) => {
            let say = format!("{} is over. For which day would you like a tee time?", speech::date(past, today));
            Err(ToolError::told("past_day", say).with("field", "date"))
        }
        Some(Asked::Week | Asked::Days(_)) | None => {
            let say = "For which day would you like a tee time? You can say a weekday or a date.";
            Err(ToolError::told("unknown_day", say)
                .with("field", "date")
                .with("accepted", "2026-12-05, Saturday, tomorrow"))
        }
    }
}

/// A time of day: "08:30", "8:30 am", "eight thirty in the morning", "half past two", "noon". A time that nobody says in full is
/// one at which golf is played: "two" is in the afternoon, "eight" in the morning.
pub fn time(text: &str) -> Option<NaiveTime> {
    let lower = text.to_lowercase().replace("a.m.", "am").replace("p.m.", "pm").replace("o'clock", "");
    if let Ok(exact) = NaiveTime::parse_from_str(lower.trim(), "%H:%M") {
        // "08:30" and "13:30" say all there is to say.
        if lower.trim().len() == 5 {
            return Some(exact);
        }
    }
    let spaced: String = separate(&lower);
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let says = |these: &[&str]| words.iter().any(|word| these.contains(word));
    if says(&["noon", "midday"]) {
        return NaiveTime::from_hms_opt(12, 0, 0);
    }
    let half_past = says(&["half"]);
    let quarter = says(&["quarter"]);
    let numbers: Vec<u32> = numbers(&words);
    let (mut hour, mut minute) = match numbers.as_slice() {
        [hour] => (*hour, 0),
        [hour, minute] => (*hour, *minute),
        _ => return None,
    };
    if half_past {
        minute = 30;
    } else if quarter && says(&["to"]) {
        (hour, minute) = (hour.checked_sub(1)?, 45);
    } else if quarter {
        minute = 15;
    }
    let evening = says(&["pm", "afternoon", "evening", "tonight"]);
    let morning = says(&["am", "morning"]);
    if hour < 12 && (evening || (!morning && (1..6).contains(&hour))) {
        hour += 12;
    }
    NaiveTime::from_hms_opt(hour, minute, 0)
}

/// A part of the day by its name: "morning", "twilight".
pub fn part_of_day(text: &str) -> Option<(NaiveTime, NaiveTime)> {
    let said = heard::plain(text);
    let is = |word: &str| said.split(' ').any(|it| it == word);
    let (from, to) = if is("early") {
        (0, 9)
    } else if is("morning") {
        (0, 12)
    } else if is("lunchtime") || is("midday") {
        (11, 14)
    } else if is("afternoon") {
        (12, 18)
    } else if is("evening") || is("twilight") || is("late") {
        (15, 22)
    } else {
        return None;
    };
    Some((NaiveTime::from_hms_opt(from, 0, 0)?, NaiveTime::from_hms_opt(to, 0, 0)?))
}

/// Digits apart from letters: "8:30am" is "8 30 am".
fn separate(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = ' ';
    for c in text.chars() {
        let c = if c.is_alphanumeric() { c } else { ' ' };
        if c.is_ascii_digit() != before.is_ascii_digit() {
            out.push(' ');
        }
        out.push(c);
        before = c;
    }
    out
}

/// The numbers that are said, tens and ones joined: "eight forty-five" is 8, 45.
fn numbers(words: &[&str]) -> Vec<u32> {
    const ONES: [&str; 20] = [
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
    const TENS: [(&str, u32); 4] = [("twenty", 20), ("thirty", 30), ("forty", 40), ("fifty", 50)];
    let mut found: Vec<u32> = Vec::new();
    let mut open = false;
    for word in words {
        if let Some((_, tens)) = TENS.iter().find(|(it, _)| it == word) {
            found.push(*tens);
            open = true;
        } else if let Some(ones) = ONES.iter().position(|it| it == word) {
            let ones = ones as u32;
            match found.last_mut() {
                Some(last) if open && (1..10).contains(&ones) => *last += ones,
                _ => found.push(ones),
            }
            open = false;
        } else if let Ok(number) = word.parse::<u32>() {
            found.push(number);
            open = false;
        } else {
            open = false;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_understood_as_they_are_said() {
        for (said, hour, minute) in [
            ("08:30", 8, 30),
            ("13:10", 13, 10),
            ("8:30 am", 8, 30),
            ("8:30am", 8, 30),
            ("2 p.m.", 14, 0),
            ("two", 14, 0),
            ("eight", 8, 0),
            ("eight thirty in the morning", 8, 30),
            ("eight forty-five", 8, 45),
            ("nine oh five", 9, 5),
            ("half past two in the afternoon", 14, 30),
            ("quarter past nine", 9, 15),
            ("quarter to nine", 8, 45),
            ("noon", 12, 0),
            ("twelve ten", 12, 10),
            ("seven in the evening", 19, 0),
        ] {
            assert_eq!(time(said), NaiveTime::from_hms_opt(hour, minute, 0), "{said}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for said in ["", "early", "25:00", "8:75", "99", "one two three", "soon"] {
            assert_eq!(time(said), None, "{said}");
        }
    }

    #[test]
    fn parts_of_the_day_have_their_hours() {
        let (from, to) = part_of_day("in the afternoon").expect("known");
        assert_eq!((from.to_string(), to.to_string()), ("12:00:00".into(), "18:00:00".into()));
        assert_eq!(part_of_day("whenever"), None);
    }
}
