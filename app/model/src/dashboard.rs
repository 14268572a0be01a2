//! The first page staff see.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::CallRow;

/// Something that waits for a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attention {
    /// What it is, in one line.
    pub text: String,
    /// Where it is dealt with.
    pub href: String,
    /// When it came up.
    pub at: DateTime<Utc>,
    /// Whether it is urgent.
    pub urgent: bool,
}

/// A number with its usual value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tile {
    /// What is counted.
    pub label: String,
    /// Today's value, ready to show.
    pub value: String,
    /// The value of a usual day, ready to show.
    pub usual: String,
    /// The calls behind it.
    pub href: String,
}

/// A line of "what is coming up".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UpcomingRow {
    /// When.
    pub when: String,
    /// What.
    pub title: String,
    /// Where, or what is left.
    pub detail: String,
    /// The page of it; empty where there is none.
    pub href: String,
}

/// Everything on the dashboard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dashboard {
    /// What waits for a person, urgent first.
    pub attention: Vec<Attention>,
    /// Today against the usual day.
    pub tiles: Vec<Tile>,
    /// The last calls.
    pub recent: Vec<CallRow>,
    /// Upcoming events, or today's opening hours.
    pub upcoming: Vec<UpcomingRow>,
    /// The heading above `upcoming`.
    pub upcoming_title: String,
}
