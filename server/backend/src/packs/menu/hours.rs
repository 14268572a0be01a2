//! Opening hours: a week, its exceptions, and whether it is open at a moment.
//!
//! Hours are times on the organisation's own clocks. A closing time at or before the opening time is on the next day. The
//! change to and from daylight saving time is resolved where a moment is needed, in [`Hours::state`].

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use serde::Serialize;
use sqlx::FromRow;

use super::changes::{self, Change, DAWN};
use crate::{args, db::DbResult, org::Org, speech, sql, today};

/// The opening hours of an organisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Hours {
    zone: Tz,
    regular: Vec<(Weekday, Interval)>,
    exceptions: Vec<Exception>,
    changes: Vec<Change>,
}

/// An interval in which it is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Interval {
    /// When it opens.
    pub opens: NaiveTime,
    /// When it closes; at or before `opens` it is on the next day.
    pub closes: NaiveTime,
}

/// A day with hours of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// The day.
    pub day: NaiveDate,
    /// Its name: "Christmas Day".
    pub name: String,
    /// When it is open; `None` for closed all day. A day may have several.
    pub interval: Option<Interval>,
}

/// A day of the calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// The date.
    pub date: NaiveDate,
    /// Why it differs from other weeks; `None` for an ordinary day.
    pub exception: Option<String>,
    /// When it is open, in order; empty when closed.
    pub intervals: Vec<Interval>,
}

/// Whether it is open at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenState {
    /// It is open; `None` when it never closes.
    Open {
        /// When it closes.
        until: Option<DateTime<Tz>>,
    },
    /// It is closed; `None` when it does not open again within two months.
    Closed {
        /// When it opens.
        opens: Option<DateTime<Tz>>,
    },
    /// No hours are known.
    Unknown,
}

/// Whether an organisation is open at a moment.
pub async fn open_state(org: &Org, at: DateTime<Utc>) -> DbResult<OpenState> {
    Ok(load(org).await?.state(at))
}

#[derive(FromRow)]
struct RegularRow {
    weekday: i64,
    opens: String,
    closes: String,
}

#[derive(FromRow)]
struct ExceptionRow {
    day: String,
    name: String,
    opens: Option<String>,
    closes: Option<String>,
}

/// The opening hours of an organisation, with what the today board changes of them.
pub async fn load(org: &Org) -> DbResult<Hours> {
    let changes = today::changes(&today::active(org, org.now()).await?);
    Ok(Hours { changes, ..written(org).await? })
}

/// The opening hours of an organisation as they are written down.
pub async fn written(org: &Org) -> DbResult<Hours> {
    let regular: Vec<RegularRow> = org
        .all(
            sql!("select weekday, opens, closes from opening_hours where org_id = $1 order by weekday, opens"),
            args![],
        )
        .await?;
    let exceptions: Vec<ExceptionRow> = org
        .all(
            sql!(
                "select day, name, opens, closes
                   from hour_exceptions where org_id = $1 and deleted_at is null order by day, opens"
            ),
            args![],
        )
        .await?;
    let regular = regular.into_iter().filter_map(|row| {
        let weekday = Weekday::try_from(u8::try_from(row.weekday - 1).ok()?).ok()?;
        Some((weekday, Interval::parse(&row.opens, &row.closes)?))
    });
    let exceptions = exceptions.into_iter().filter_map(|row| {
        let interval = match (row.opens, row.closes) {
            (Some(opens), Some(closes)) => Some(Interval::parse(&opens, &closes)?),
            _ => None,
        };
        Some(Exception { day: row.day.parse().ok()?, name: row.name, interval })
    });
    Ok(Hours::new(org.time_zone(), regular.collect(), exceptions.collect()))
}

impl Interval {
    /// The interval between two times written as HH:MM.
    pub fn parse(opens: &str, closes: &str) -> Option<Self> {
        let time = |text| NaiveTime::parse_from_str(text, "%H:%M").ok();
        Some(Self { opens: time(opens)?, closes: time(closes)? })
    }

    /// "from seven in the morning to six in the evening".
    pub fn spoken(self) -> String {
        if self.opens == self.closes { "around the clock".to_owned() } else { speech::span(self.opens, self.closes) }
    }
}

impl Hours {
    /// Hours of a week in a zone, with exceptions.
    pub fn new(zone: Tz, mut regular: Vec<(Weekday, Interval)>, mut exceptions: Vec<Exception>) -> Self {
        regular.sort_by_key(|(weekday, interval)| (weekday.num_days_from_monday(), *interval));
        exceptions.sort_by_key(|exception| (exception.day, exception.interval));
        Self { zone, regular, exceptions, changes: Vec::new() }
    }

    /// Whether no hours are known.
    pub fn is_empty(&self) -> bool {
        self.regular.is_empty() && self.exceptions.is_empty()
    }

    /// The exceptions, in order.
    pub fn exceptions(&self) -> &[Exception] {
        &self.exceptions
    }

    /// When it is open on a weekday of an ordinary week.
    pub fn regular(&self, weekday: Weekday) -> Vec<Interval> {
        self.regular.iter().filter(|(day, _)| *day == weekday).map(|(_, interval)| *interval).collect()
    }

    /// When it is open on a day.
    pub fn day(&self, date: NaiveDate) -> Day {
        let mut day = self.written_day(date);
        for change in self.changes.iter().filter(|change| change.day == date) {
            day.intervals = changes::apply(&day.intervals, *change);
        }
        day
    }

    fn written_day(&self, date: NaiveDate) -> Day {
        let mut exceptions = self.exceptions.iter().filter(|exception| exception.day == date).peekable();
        match exceptions.peek() {
            Some(first) => Day {
                date,
                exception: Some(first.name.clone()),
                intervals: exceptions.filter_map(|exception| exception.interval).collect(),
            },
            None => Day { date, exception: None, intervals: self.regular(date.weekday()) },
        }
    }

    /// When a business day ends for customers; `None` when it is closed.
    pub fn closing(&self, date: NaiveDate) -> Option<DateTime<Utc>> {
        self.moments(date).last().map(|(_, closes)| closes.to_utc())
    }

    /// The business day of a moment: a night that began yesterday is yesterday's.
    pub fn business_day(&self, at: DateTime<Utc>) -> NaiveDate {
        let local = at.with_timezone(&self.zone);
        let today = local.date_naive();
        let yesterday = today
            .pred_opt()
            .filter(|yesterday| local.time() < DAWN && self.closing(*yesterday).is_some_and(|closes| closes > at));
        yesterday.unwrap_or(today)
    }

    /// When a business day ends: at midnight, or when the night that goes beyond it ends.
    pub fn end_of_day(&self, date: NaiveDate) -> DateTime<Utc> {
        let tomorrow = date.succ_opt().unwrap_or(date);
        let midnight = self.moment(tomorrow, NaiveTime::MIN, Edge::Opens).map(|at| at.to_utc());
        midnight.max(self.closing(date)).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// Whether it is open at a moment, and until or from when.
    pub fn state(&self, at: DateTime<Utc>) -> OpenState {
        if self.is_empty() {
            return OpenState::Unknown;
        }
        let today = at.with_timezone(&self.zone).date_naive();
        let yesterday = today.pred_opt().unwrap_or(today);
        let moments = yesterday.iter_days().take(DAYS_AHEAD).flat_map(|date| self.moments(date));
        let mut until: Option<DateTime<Tz>> = None;
        for (opens, closes) in moments {
            match until {
                Some(end) if opens <= end => until = Some(end.max(closes)),
                Some(end) => return OpenState::Open { until: Some(end) },
                None if closes <= at => {}
                None if opens <= at => until = Some(closes),
                None => return OpenState::Closed { opens: Some(opens) },
            }
        }
        match until {
            // Open through everything that was looked at.
            Some(end) if end.date_naive() - today > TimeDelta::days(DAYS_AHEAD as i64 - 4) => {
                OpenState::Open { until: None }
            }
            Some(end) => OpenState::Open { until: Some(end) },
            None => OpenState::Closed { opens: None },
        }
    }

    /// The ordinary week as it is said; days in a row with the same hours together: "Monday to Thursday from …; …".
    pub fn week_spoken(&self) -> String {
        let mut groups: Vec<(Weekday, Weekday, Vec<Interval>)> = Vec::new();
        for weekday in WEEK {
            let intervals = self.regular(weekday);
            match groups.last_mut() {
                Some((_, last, same)) if *same == intervals => *last = weekday,
                _ => groups.push((weekday, weekday, intervals)),
            }
        }
        let line = |(first, last, intervals): (Weekday, Weekday, Vec<Interval>)| {
            let days = match (speech::weekday(first), speech::weekday(last)) {
                (first, last) if first == last => first.to_owned(),
                (first, last) => format!("{first} to {last}"),
            };
            let hours = spoken(&intervals).unwrap_or_else(|| "closed".to_owned());
            format!("{days} {hours}")
        };
        groups.into_iter().map(line).collect::<Vec<_>>().join("; ")
    }

    /// The intervals of a day as moments, in order.
    fn moments(&self, date: NaiveDate) -> Vec<(DateTime<Tz>, DateTime<Tz>)> {
        let moment = |interval: Interval| {
            let closing_day =
                if interval.closes <= interval.opens { date.checked_add_days(Days::new(1))? } else { date };
            let opens = self.moment(date, interval.opens, Edge::Opens)?;
            let closes = self.moment(closing_day, interval.closes, Edge::Closes)?;
            (opens < closes).then_some((opens, closes))
        };
        self.day(date).intervals.into_iter().filter_map(moment).collect()
    }

    /// A time on a day's clocks as a moment. A time that comes twice (clocks go back) opens at its first and closes at its
    /// second coming; one that is skipped (clocks go forward) is the moment after the gap.
    fn moment(&self, date: NaiveDate, time: NaiveTime, edge: Edge) -> Option<DateTime<Tz>> {
        let local = date.and_time(time);
        (0..=12).find_map(|quarters| {
            let found = self.zone.from_local_datetime(&(local + TimeDelta::minutes(15 * quarters)));
            match edge {
                Edge::Opens => found.earliest(),
                Edge::Closes => found.latest(),
            }
        })
    }
}

/// The days of a week.
pub const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// How far [`Hours::state`] looks.
const DAYS_AHEAD: usize = 62;

#[derive(Clone, Copy)]
enum Edge {
    Opens,
    Closes,
}

impl OpenState {
    /// Whether it is open.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Open { .. })
    }

    /// The state as it is said at the moment `now`: "We are open now, until six in the evening."
    pub fn spoken(self, now: DateTime<Tz>) -> String {
        let today = now.date_naive();
        match self {
            Self::Open { until: None } => "We are open around the clock.".to_owned(),
            Self::Open { until: Some(until) } => {
                let days = (until.date_naive() - today).num_days();
                // Up to dawn a closing time after midnight is part of the night that people are in.
                let night = days == 1 && until.time() <= DAWN;
                let day = if days == 0 || night {
                    String::new()
                } else {
                    format!("{} at ", speech::day(until.date_naive(), today))
                };
                format!("We are open now, until {day}{}.", speech::time(until.time()))
            }
            Self::Closed { opens: None } => "We are closed at the moment.".to_owned(),
            Self::Closed { opens: Some(opens) } => {
                let day = match speech::day(opens.date_naive(), today) {
                    near if near == "today" || near == "tomorrow" => near,
                    date => format!("on {date},"),
                };
                format!("We are closed now. We open again {day} at {}.", speech::time(opens.time()))
            }
            Self::Unknown => "I do not have opening hours here.".to_owned(),
        }
    }
}

/// Several intervals as they are said: "from seven to noon, and from one to six"; `None` for closed.
pub fn spoken(intervals: &[Interval]) -> Option<String> {
    let parts: Vec<String> = intervals.iter().map(|interval| interval.spoken()).collect();
    (!parts.is_empty()).then(|| speech::list(&parts))
}

#[cfg(test)]
mod tests;
