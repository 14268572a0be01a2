//! Hours of a single day that differ from what is written down: the house closes early, or opens late.

use chrono::{NaiveDate, NaiveTime, Timelike};

use super::hours::Interval;

/// What is different about a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The business day.
    pub day: NaiveDate,
    /// Which end of it.
    pub end: End,
    /// When it opens or closes instead.
    pub at: NaiveTime,
}

/// An end of a business day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It opens later.
    Opens,
    /// It closes earlier.
    Closes,
}

const DAY: u32 = 24 * 60;

/// Before this a time is of the night that began the day before.
pub const DAWN: NaiveTime = NaiveTime::from_hms_opt(6, 0, 0).expect("six exists");

/// The intervals that are left of a day.
pub fn apply(intervals: &[Interval], change: Change) -> Vec<Interval> {
    let goes_on_at_night = intervals.iter().any(|interval| interval.closes <= interval.opens);
    let is_night = change.end == End::Closes && goes_on_at_night && change.at < DAWN;
    let at = minute(change.at) + if is_night { DAY } else { 0 };
    let left = intervals.iter().filter_map(|interval| {
        let from = minute(interval.opens);
        let to = minute(interval.closes) + if interval.closes <= interval.opens { DAY } else { 0 };
        let (from, to) = match change.end {
            End::Opens => (from.max(at), to),
            End::Closes => (from, to.min(at)),
        };
        (from < to).then(|| Interval { opens: time(from), closes: time(to) })
    });
    left.collect()
}

fn minute(time: NaiveTime) -> u32 {
    time.hour() * 60 + time.minute()
}

fn time(minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(minute / 60 % 24, minute % 60, 0).unwrap_or(NaiveTime::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(intervals: &[&str], end: End, at: &str) -> Vec<String> {
        let parse = |text: &&str| {
            let (opens, closes) = text.split_once('-').expect("from-to");
            Interval::parse(opens, closes).expect("times")
        };
        let intervals: Vec<Interval> = intervals.iter().map(parse).collect();
        let at = NaiveTime::parse_from_str(at, "%H:%M").expect("a time");
        let day = NaiveDate::from_ymd_opt(2026, 11, 20).expect("a day");
        let written = |it: Interval| format!("{}-{}", it.opens.format("%H:%M"), it.closes.format("%H:%M"));
        apply(&intervals, Change { day, end, at }).into_iter().map(written).collect()
    }

    #[test]
    fn closing_early_cuts_what_comes_after() {
        assert_eq!(changed(&["07:00-18:00"], End::Closes, "15:00"), ["07:00-15:00"]);
        assert_eq!(changed(&["07:00-12:00", "13:00-18:00"], End::Closes, "15:00"), ["07:00-12:00", "13:00-15:00"]);
        assert_eq!(changed(&["07:00-12:00", "13:00-18:00"], End::Closes, "12:30"), ["07:00-12:00"]);
        assert_eq!(changed(&["07:00-12:00"], End::Closes, "06:30"), [""; 0]);
        assert_eq!(changed(&["07:00-12:00"], End::Closes, "15:00"), ["07:00-12:00"]);
    }

    #[test]
    fn a_night_is_cut_before_or_after_midnight() {
        assert_eq!(changed(&["17:00-02:00"], End::Closes, "23:00"), ["17:00-23:00"]);
        assert_eq!(changed(&["17:00-02:00"], End::Closes, "00:30"), ["17:00-00:30"]);
        assert_eq!(changed(&["00:00-00:00"], End::Closes, "20:00"), ["00:00-20:00"]);
    }

    #[test]
    fn opening_late_cuts_what_comes_before() {
        assert_eq!(changed(&["07:00-12:00", "13:00-18:00"], End::Opens, "10:00"), ["10:00-12:00", "13:00-18:00"]);
        assert_eq!(changed(&["17:00-02:00"], End::Opens, "19:30"), ["19:30-02:00"]);
    }
}
