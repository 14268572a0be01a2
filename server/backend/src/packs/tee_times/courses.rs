//! Courses, and what a round costs when.

use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta, Weekday};
use model::{CourseId, Currency, Money};
use sqlx::FromRow;

use crate::{args, db::DbResult, org::Org, sql};

/// A course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    /// Its identifier.
    pub id: CourseId,
    /// What golfers call it.
    pub name: String,
    /// 9 or 18.
    pub holes: i64,
    /// When the first group of the day plays, by the organisation's clocks.
    pub first_tee: NaiveTime,
    /// When the last one does.
    pub last_tee: NaiveTime,
    /// Minutes from one group to the next.
    pub interval_min: i64,
    /// Players in a group at most, from 1 to 4.
    pub max_players: i64,
    /// For how many days ahead it can be booked.
    pub book_ahead_days: i64,
    /// Until so many hours before, a change costs nothing.
    pub free_hours: i64,
    /// The part of the green fee that is due after that, in percent.
    pub late_percent: i64,
    /// What a round costs; the first that fits holds.
    pub rates: Vec<Rate>,
}

/// What a round costs on some days at some times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    /// What it is called: "Twilight".
    pub name: String,
    /// One bit for each day, Monday the lowest.
    pub weekdays: i64,
    /// The first time at which it holds.
    pub from: NaiveTime,
    /// The time from which on it does not.
    pub to: NaiveTime,
    /// For one player.
    pub price: Money,
}

impl Course {
    /// The times at which groups start.
    pub fn times(&self) -> impl Iterator<Item = NaiveTime> + use<> {
        let (first, last, interval) = (self.first_tee, self.last_tee, TimeDelta::minutes(self.interval_min));
        std::iter::successors(Some(first), move |time| {
            let (next, days) = time.overflowing_add_signed(interval);
            (days == 0).then_some(next)
        })
        .take_while(move |time| *time <= last)
    }

    /// What a round costs; holidays cost what Sundays do. `None` where nobody plays.
    pub fn rate(&self, date: NaiveDate, holiday: bool, time: NaiveTime) -> Option<&Rate> {
        let weekday = if holiday { Weekday::Sun } else { date.weekday() };
        let bit = 1 << weekday.num_days_from_monday();
        self.rates.iter().find(|rate| rate.weekdays & bit != 0 && rate.from <= time && time < rate.to)
    }
}

#[derive(FromRow)]
struct CourseRow {
    id: CourseId,
    name: String,
    holes: i64,
    first_tee: String,
    last_tee: String,
    interval_min: i64,
    max_players: i64,
    book_ahead_days: i64,
    free_hours: i64,
    late_percent: i64,
}

#[derive(FromRow)]
struct RateRow {
    course_id: CourseId,
    name: String,
    weekdays: i64,
    from_time: String,
    to_time: String,
    price_minor: i64,
    currency: Currency,
}

/// The courses, in the order in which they are offered.
pub async fn all(org: &Org) -> DbResult<Vec<Course>> {
    let rows: Vec<CourseRow> = org
        .all(
            sql!(
                "select id, name, holes, first_tee, last_tee, interval_min, max_players, book_ahead_days, free_hours, late_percent
                   from courses where org_id = $1 order by sort, id"
            ),
            args![],
        )
        .await?;
    let rates: Vec<RateRow> = org
        .all(
            sql!(
                "select course_id, name, weekdays, from_time, to_time, price_minor, currency
                   from tee_rates where org_id = $1 order by sort, id"
            ),
            args![],
        )
        .await?;
    Ok(rows.into_iter().filter_map(|row| course(row, &rates)).collect())
}

/// A course whose times cannot be read is not played; the database holds what the forms let through.
fn course(row: CourseRow, rates: &[RateRow]) -> Option<Course> {
    let rates = rates.iter().filter(|rate| rate.course_id == row.id);
    Some(Course {
        id: row.id,
        name: row.name,
        holes: row.holes,
        first_tee: clock(&row.first_tee)?,
        last_tee: clock(&row.last_tee)?,
        interval_min: row.interval_min,
        max_players: row.max_players,
        book_ahead_days: row.book_ahead_days,
        free_hours: row.free_hours,
        late_percent: row.late_percent,
        rates: rates.filter_map(rate).collect(),
    })
}

fn rate(row: &RateRow) -> Option<Rate> {
    Some(Rate {
        name: row.name.clone(),
        weekdays: row.weekdays,
        from: clock(&row.from_time)?,
        to: clock(&row.to_time)?,
        price: Money { minor: row.price_minor, currency: row.currency },
    })
}

fn clock(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").ok()
}
