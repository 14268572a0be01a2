//! When the holidays are that callers ask for by name.

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// A holiday and the names by which callers know it, as [`heard::plain`](crate::packs::heard::plain) writes them.
struct Holiday {
    name: &'static str,
    called: &'static [&'static str],
    date: fn(i32) -> Option<NaiveDate>,
}

/// Longer names before those they contain: "christmas eve" before "christmas".
const HOLIDAYS: &[Holiday] = &[
    Holiday {
        name: "New Year's Eve",
        called: &["new years eve", "new year eve", "silvester"],
        date: |y| on(y, 12, 31),
    },
    Holiday { name: "New Year's Day", called: &["new years day", "new years", "new year"], date: |y| on(y, 1, 1) },
    Holiday {
        name: "Martin Luther King Day",
        called: &["martin luther king", "mlk"],
        date: |y| nth(y, 1, Weekday::Mon, 3),
    },
    Holiday { name: "Valentine's Day", called: &["valentine"], date: |y| on(y, 2, 14) },
    Holiday { name: "Presidents' Day", called: &["presidents day", "president"], date: |y| nth(y, 2, Weekday::Mon, 3) },
    Holiday { name: "Good Friday", called: &["good friday"], date: |y| easter(y)?.checked_sub_days(Days::new(2)) },
    Holiday { name: "Easter Monday", called: &["easter monday"], date: |y| easter(y)?.checked_add_days(Days::new(1)) },
    Holiday { name: "Easter Sunday", called: &["easter"], date: easter },
    Holiday { name: "Mother's Day", called: &["mothers day", "mother day"], date: |y| nth(y, 5, Weekday::Sun, 2) },
    Holiday { name: "Memorial Day", called: &["memorial day", "memorial"], date: |y| last(y, 5, Weekday::Mon) },
    Holiday { name: "Juneteenth", called: &["juneteenth"], date: |y| on(y, 6, 19) },
    Holiday { name: "Father's Day", called: &["fathers day", "father day"], date: |y| nth(y, 6, Weekday::Sun, 3) },
    Holiday {
        name: "Independence Day",
        called: &["independence day", "fourth of july", "july fourth", "july 4th", "4th of july"],
        date: |y| on(y, 7, 4),
    },
    Holiday { name: "Labor Day", called: &["labor day", "labour day"], date: |y| nth(y, 9, Weekday::Mon, 1) },
    Holiday { name: "Halloween", called: &["halloween"], date: |y| on(y, 10, 31) },
    Holiday { name: "Veterans Day", called: &["veterans day", "veteran"], date: |y| on(y, 11, 11) },
    Holiday { name: "Thanksgiving", called: &["thanksgiving"], date: thanksgiving },
    Holiday {
        name: "Black Friday",
        called: &["black friday", "day after thanksgiving"],
        date: |y| thanksgiving(y)?.checked_add_days(Days::new(1)),
    },
    Holiday { name: "Christmas Eve", called: &["christmas eve", "xmas eve"], date: |y| on(y, 12, 24) },
    Holiday { name: "Boxing Day", called: &["boxing day", "day after christmas"], date: |y| on(y, 12, 26) },
    Holiday { name: "Christmas Day", called: &["christmas", "xmas"], date: |y| on(y, 12, 25) },
];

/// The next holiday, from `today` on, that `said` (as [`heard::plain`](crate::packs::heard::plain) writes it) names.
pub fn named(said: &str, today: NaiveDate) -> Option<(&'static str, NaiveDate)> {
    let holiday = HOLIDAYS
        .iter()
        .filter_map(|holiday| {
            let longest = holiday.called.iter().filter(|name| said.contains(**name)).map(|name| name.len()).max()?;
            Some((longest, holiday))
        })
        .max_by_key(|(length, _)| *length)?
        .1;
    Some((holiday.name, next(holiday.date, today)?))
}

/// The next holiday of exactly this name, from `today` on.
pub fn next_called(name: &str, today: NaiveDate) -> Option<NaiveDate> {
    let holiday = HOLIDAYS.iter().find(|holiday| holiday.name == name)?;
    next(holiday.date, today)
}

fn next(date: fn(i32) -> Option<NaiveDate>, today: NaiveDate) -> Option<NaiveDate> {
    [today.year(), today.year() + 1].into_iter().filter_map(date).find(|date| *date >= today)
}

fn on(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day)
}

fn nth(year: i32, month: u32, weekday: Weekday, n: u8) -> Option<NaiveDate> {
    NaiveDate::from_weekday_of_month_opt(year, month, weekday, n)
}

fn last(year: i32, month: u32, weekday: Weekday) -> Option<NaiveDate> {
    nth(year, month, weekday, 5).or_else(|| nth(year, month, weekday, 4))
}

fn thanksgiving(year: i32) -> Option<NaiveDate> {
    nth(year, 11, Weekday::Thu, 4)
}

/// Gauss's rule in the form of Meeus, Jones and Butcher, with the letters it is always printed with.
#[allow(clippy::many_single_char_names)]
fn easter(year: i32) -> Option<NaiveDate> {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 19 * l) / 433;
    let month = (h + l - 7 * m + 90) / 25;
    let day = (h + l - 7 * m + 33 * month + 19) % 32;
    on(year, month.unsigned_abs(), day.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn holidays_are_found_by_the_names_callers_use() {
        let today = day("2026-11-20");
        for (said, name, date) in [
            ("thanksgiving", "Thanksgiving", "2026-11-26"),
            ("the day after thanksgiving", "Black Friday", "2026-11-27"),
            ("christmas", "Christmas Day", "2026-12-25"),
            ("christmas eve", "Christmas Eve", "2026-12-24"),
            ("new years eve", "New Year's Eve", "2026-12-31"),
            ("new years", "New Year's Day", "2027-01-01"),
            ("easter", "Easter Sunday", "2027-03-28"),
            ("good friday", "Good Friday", "2027-03-26"),
            ("memorial day", "Memorial Day", "2027-05-31"),
            ("fourth of july", "Independence Day", "2027-07-04"),
            ("labor day", "Labor Day", "2027-09-06"),
        ] {
            assert_eq!(named(said, today), Some((name, day(date))), "{said}");
        }
        assert_eq!(named("my birthday", today), None);
    }

    #[test]
    fn a_holiday_that_is_today_is_the_next_one() {
        assert_eq!(next_called("Christmas Day", day("2026-12-25")), Some(day("2026-12-25")));
        assert_eq!(next_called("Christmas Day", day("2026-12-26")), Some(day("2027-12-25")));
    }
}
