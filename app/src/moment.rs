//! A point in time as the browser needs it: the zone's arithmetic stays on the server.

use serde::{Deserialize, Serialize};

/// A point in time and how the organisation's clocks show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// Milliseconds since 1970.
    pub ms: i64,
    /// In the organisation's zone, to the minute, with the day: `Tue 14 Jul, 3:05 pm`.
    pub exact: String,
    /// The time of day alone: `3:05 pm`.
    pub time: String,
}

#[cfg(feature = "ssr")]
impl Moment {
    /// A point in time as this organisation's clocks show it.
    pub fn of(org: &backend::org::Org, at: chrono::DateTime<chrono::Utc>) -> Self {
        let local = org.local(at);
        Self {
            ms: at.timestamp_millis(),
            exact: local.format("%a %-d %b %Y, %-I:%M %P").to_string(),
            time: local.format("%-I:%M %P").to_string(),
        }
    }
}

/// Milliseconds since 1970, by the clock of whoever runs this.
pub fn now_ms() -> i64 {
    #[cfg(feature = "hydrate")]
    {
        leptos::web_sys::js_sys::Date::now() as i64
    }
    #[cfg(not(feature = "hydrate"))]
    {
        chrono::Utc::now().timestamp_millis()
    }
}
