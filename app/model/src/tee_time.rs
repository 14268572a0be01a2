//! The tee sheet as staff see it.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{CallId, CourseId, Money, PhoneNumber, ReservationId};

/// A day of a course.
#[derive(Clone, Debug, PartialEq)]
pub struct TeeSheet {
    /// The course that is shown.
    pub course: CourseId,
    /// All courses, by id and name.
    pub courses: Vec<(CourseId, String)>,
    /// The day.
    pub date: NaiveDate,
    /// The day on the organisation's calendar.
    pub today: NaiveDate,
    /// Why the day differs from others: "Christmas Day".
    pub holiday: Option<String>,
    /// Nobody plays all day.
    pub closed: bool,
    /// Play begins later, by the today board.
    pub frost_until: Option<NaiveTime>,
    /// The times, in order.
    pub lines: Vec<TeeLine>,
}

/// A time at which a group can start.
#[derive(Clone, Debug, PartialEq)]
pub struct TeeLine {
    /// By the organisation's clocks.
    pub time: NaiveTime,
    /// The moment.
    pub starts_at: DateTime<Utc>,
    /// Players at most.
    pub capacity: i64,
    /// Players for whom a caller is deciding.
    pub held: i64,
    /// Why nobody can book it; empty where somebody can.
    pub label: String,
    /// For one player; `None` where nobody plays.
    pub price: Option<Money>,
    /// Who plays.
    pub groups: Vec<TeeGroup>,
}

/// A booking on the sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct TeeGroup {
    /// Its identifier.
    pub id: ReservationId,
    /// Who booked.
    pub name: String,
    /// Their number.
    pub phone: Option<PhoneNumber>,
    /// Who else plays.
    pub guests: String,
    /// How many play.
    pub players: i64,
    /// The confirmation code, as it is written.
    pub code: String,
    /// For one player.
    pub price: Money,
    /// They have come.
    pub checked_in: bool,
    /// The call in which it was booked.
    pub call: Option<CallId>,
    /// Counts changes.
    pub version: i64,
}

/// What is entered to book a time by hand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeeBookingForm {
    /// As a time field writes it.
    pub time: String,
    /// How many play.
    pub players: i64,
    /// Who books.
    pub name: String,
    /// Their number; empty for none.
    pub phone: String,
    /// Who else plays.
    pub guests: String,
}
