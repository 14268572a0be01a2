use chrono_tz::America::Los_Angeles;

use super::*;

fn interval(opens: &str, closes: &str) -> Interval {
    Interval::parse(opens, closes).expect("times")
}

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

/// A moment by the clocks in Los Angeles.
fn at(text: &str) -> DateTime<Utc> {
    let local = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a time");
    Los_Angeles.from_local_datetime(&local).earliest().expect("a time that exists").to_utc()
}

fn said(hours: &Hours, text: &str) -> String {
    hours.state(at(text)).spoken(at(text).with_timezone(&Los_Angeles))
}

/// Monday to Thursday 7 to 12 and 13 to 18, Friday 7 to 1 at night, Saturday 8 to 16, Sunday closed.
fn shop(exceptions: Vec<Exception>) -> Hours {
    let mut week = Vec::new();
    for day in [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu] {
        week.push((day, interval("13:00", "18:00")));
        week.push((day, interval("07:00", "12:00")));
    }
    week.push((Weekday::Fri, interval("07:00", "01:00")));
    week.push((Weekday::Sat, interval("08:00", "16:00")));
    Hours::new(Los_Angeles, week, exceptions)
}

#[test]
fn open_now_tells_until_when_and_closed_tells_from_when() {
    let shop = shop(vec![]);
    for (when, sentence) in [
        ("2026-11-23 06:59", "We are closed now. We open again today at seven in the morning."),
        ("2026-11-23 07:00", "We are open now, until noon."),
        ("2026-11-23 12:00", "We are closed now. We open again today at one in the afternoon."),
        ("2026-11-23 17:59", "We are open now, until six in the evening."),
        ("2026-11-23 18:00", "We are closed now. We open again tomorrow at seven in the morning."),
        (
            "2026-11-28 16:30",
            "We are closed now. We open again on Monday, November thirtieth, at seven in the morning.",
        ),
    ] {
        assert_eq!(said(&shop, when), sentence, "{when}");
    }
}

#[test]
fn a_night_belongs_to_the_day_on_which_it_opened() {
    let shop = shop(vec![]);
    assert_eq!(said(&shop, "2026-11-27 23:00"), "We are open now, until one in the morning.");
    assert_eq!(said(&shop, "2026-11-28 00:59"), "We are open now, until one in the morning.");
    assert_eq!(said(&shop, "2026-11-28 01:00"), "We are closed now. We open again today at eight in the morning.");
}

#[test]
fn holidays_replace_the_hours_of_their_day() {
    let closed = Exception { day: date("2026-11-26"), name: "Thanksgiving".into(), interval: None };
    let short =
        Exception { day: date("2026-11-27"), name: "Black Friday".into(), interval: Some(interval("09:00", "15:00")) };
    let shop = shop(vec![short, closed]);
    assert_eq!(shop.day(date("2026-11-26")).intervals, []);
    assert_eq!(shop.day(date("2026-11-27")).exception.as_deref(), Some("Black Friday"));
    assert_eq!(said(&shop, "2026-11-26 10:00"), "We are closed now. We open again tomorrow at nine in the morning.");
    assert_eq!(said(&shop, "2026-11-27 23:00"), "We are closed now. We open again tomorrow at eight in the morning.");
}

#[test]
fn the_hour_that_comes_twice_and_the_hour_that_is_skipped_are_open_once() {
    // On 1 November 2026 the hour from one to two comes twice; on 8 March 2026 two to three is skipped.
    let bar = Hours::new(
        Los_Angeles,
        vec![(Weekday::Sat, interval("20:00", "01:30")), (Weekday::Sun, interval("02:30", "10:00"))],
        vec![],
    );
    let second_one_fifteen = at("2026-11-01 00:15") + TimeDelta::hours(2);
    assert!(bar.state(second_one_fifteen).is_open());
    assert!(!bar.state(second_one_fifteen + TimeDelta::minutes(15)).is_open());
    let before_the_gap = at("2026-03-08 01:59");
    let OpenState::Closed { opens: Some(opens) } = bar.state(before_the_gap) else { panic!("closed before the gap") };
    assert_eq!(opens.to_utc(), at("2026-03-08 03:30") - TimeDelta::minutes(30));
}

#[test]
fn hours_that_meet_are_one_and_round_the_clock_never_closes() {
    let day = |closes: &str, opens: &str| {
        vec![(Weekday::Mon, interval("08:00", closes)), (Weekday::Tue, interval(opens, "12:00"))]
    };
    let meets = Hours::new(Los_Angeles, day("00:00", "00:00"), vec![]);
    assert_eq!(said(&meets, "2026-11-23 22:00"), "We are open now, until tomorrow at noon.");

    let always = (0..7).map(|day| (Weekday::try_from(day).expect("a weekday"), interval("00:00", "00:00")));
    let always = Hours::new(Los_Angeles, always.collect(), vec![]);
    assert_eq!(always.state(at("2026-11-23 22:00")), OpenState::Open { until: None });
}

#[test]
fn no_hours_are_not_closed() {
    assert_eq!(Hours::new(Los_Angeles, vec![], vec![]).state(at("2026-11-23 22:00")), OpenState::Unknown);
}
