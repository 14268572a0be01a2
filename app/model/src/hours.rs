//! Opening hours as staff edit them. Times are written as people write them into a time field (`07:00`), on the organisation's clocks;
//! a closing time at or before the opening time is on the next day.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A time of opening and one of closing, as they were entered; both empty for a row that was left blank.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpanForm {
    /// When it opens.
    #[serde(default)]
    pub opens: String,
    /// When it closes.
    #[serde(default)]
    pub closes: String,
}

/// A span of the ordinary week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeekSpan {
    /// 1 Monday to 7 Sunday.
    pub weekday: i64,
    /// From when to when.
    pub span: SpanForm,
}

/// The ordinary week.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeekForm {
    /// When it is open; a day without a span is closed.
    pub spans: Vec<WeekSpan>,
    /// The version that was edited.
    pub version: i64,
}

/// A day that differs from the ordinary week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionForm {
    /// The day.
    pub day: NaiveDate,
    /// Its name as callers hear it: "Christmas Day".
    pub name: String,
    /// When it is open; empty for closed all day.
    pub spans: Vec<SpanForm>,
    /// The version that was edited; 0 for a new one.
    pub version: i64,
}
