//! The tee sheet of a day: every time at which a group can start, who is on it, and what it costs.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use model::{Money, NoticeKind, TeeSlotId};
use sqlx::FromRow;

use super::courses::Course;
use crate::{
    args,
    db::DbResult,
    org::Org,
    packs::menu::hours::{self, Hours},
    sql, today,
};

/// A line of the sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The time by the organisation's clocks.
    pub time: NaiveTime,
    /// The moment.
    pub starts_at: DateTime<Utc>,
    /// Its row, if something has happened to it.
    pub slot: Option<TeeSlotId>,
    /// Players at most.
    pub capacity: i64,
    /// Players who are booked.
    pub taken: i64,
    /// Players for whom a caller is deciding.
    pub held: i64,
    /// Why nobody can book it; empty where somebody can.
    pub label: String,
    /// For one player; `None` where nobody plays.
    pub price: Option<Money>,
}

impl Line {
    /// How many more can join; none where it is blocked, closed or over.
    pub fn free(&self, now: DateTime<Utc>) -> i64 {
        if self.label.is_empty() && self.price.is_some() && self.starts_at > now {
            (self.capacity - self.taken - self.held).max(0)
        } else {
            0
        }
    }
}

/// Why a course is not played on a day as on others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// The day's name, where it differs from other weeks: "Christmas Day".
    pub holiday: Option<String>,
    /// Nobody plays all day.
    pub closed: bool,
    /// Play begins later, by the today board.
    pub frost_until: Option<NaiveTime>,
    /// Play begins later, and nobody knows when.
    pub frost: bool,
}

/// How a day differs from others.
pub async fn conditions(org: &Org, date: NaiveDate, now: DateTime<Utc>) -> DbResult<Conditions> {
    let hours = hours::written(org).await?;
    let notices = today::active(org, now).await?;
    let frost: Vec<_> = notices
        .iter()
        .filter(|notice| notice.kind == NoticeKind::FrostDelay && notice.day.parse() == Ok(date))
        .collect();
    Ok(Conditions {
        frost_until: frost
            .iter()
            .filter_map(|notice| NaiveTime::parse_from_str(notice.at_time.as_deref()?, "%H:%M").ok())
            .max(),
        frost: !frost.is_empty(),
        ..of_hours(&hours, date)
    })
}

fn of_hours(hours: &Hours, date: NaiveDate) -> Conditions {
    let day = hours.day(date);
    Conditions {
        closed: !hours.is_empty() && day.intervals.is_empty(),
        holiday: day.exception,
        ..Conditions::default()
    }
}

#[derive(FromRow)]
struct SlotRow {
    id: TeeSlotId,
    starts_at: DateTime<Utc>,
    capacity: i64,
    taken: i64,
    held: i64,
    label: String,
}

/// The sheet of a course on a day. Times that the course no longer has are on it while somebody is booked there.
pub async fn day(org: &Org, course: &Course, date: NaiveDate, conditions: &Conditions) -> DbResult<Vec<Line>> {
    let (from, to) = (midnight(org, date), midnight(org, date + TimeDelta::days(1)));
    let rows: Vec<SlotRow> = org
        .all(
            sql!(
                "select id, starts_at, capacity, taken, held, label from tee_slots
                  where org_id = $1 and course_id = $2 and starts_at >= $3 and starts_at < $4"
            ),
            args![course.id, from, to],
        )
        .await?;
    let mut lines: BTreeMap<DateTime<Utc>, Line> = BTreeMap::new();
    for time in course.times() {
        // On the night of the change a time does not exist, or exists twice: the first counts.
        let Some(at) = org.time_zone().from_local_datetime(&date.and_time(time)).earliest() else { continue };
        let begun = conditions.frost_until.is_none_or(|until| time >= until);
        let rate = course.rate(date, conditions.holiday.is_some(), time).filter(|_| begun && !conditions.closed);
        let line = Line {
            time,
            starts_at: at.to_utc(),
            slot: None,
            capacity: course.max_players,
            taken: 0,
            held: 0,
            label: String::new(),
            price: rate.map(|rate| rate.price),
        };
        lines.insert(line.starts_at, line);
    }
    for row in rows {
        let time = org.local(row.starts_at).time();
        let line = lines.entry(row.starts_at).or_insert_with(|| Line {
            time,
            starts_at: row.starts_at,
            slot: None,
            capacity: row.capacity,
            taken: 0,
            held: 0,
            label: String::new(),
            price: None,
        });
        *line = Line {
            slot: Some(row.id),
            capacity: row.capacity,
            taken: row.taken,
            held: row.held,
            label: row.label,
            ..line.clone()
        };
    }
    lines.retain(|_, line| line.price.is_some() || line.taken > 0 || !line.label.is_empty());
    Ok(lines.into_values().collect())
}

/// When a day of the organisation begins.
pub fn midnight(org: &Org, date: NaiveDate) -> DateTime<Utc> {
    crate::calls::midnight(org.time_zone(), date)
}
