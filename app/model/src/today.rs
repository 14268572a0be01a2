//! The today board: what is different today.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{NoticeId, text_enum::text_enum};

text_enum! {
    /// What a notice is about.
    NoticeKind {
        /// Something of the menu, or something that can be added to it, is gone.
        SoldOut = "sold_out",
        /// The house closes earlier today.
        ClosingEarly = "closing_early",
        /// The house opens later today.
        OpeningLate = "opening_late",
        /// No more tickets for an event are sold.
        EventSoldOut = "event_sold_out",
        /// Frost on the course: play begins later.
        FrostDelay = "frost_delay",
        /// Anything else, in words of the staff.
        Custom = "custom",
    }
}

text_enum! {
    /// How long a notice stays on.
    Lasts {
        /// To the end of the business day.
        Today = "today",
        /// Until the house closes.
        Close = "close",
        /// One hour.
        Hour = "hour",
        /// Until somebody takes it off, two weeks at most.
        UntilTakenOff = "until_taken_off",
    }
}

impl NoticeKind {
    /// Whether it tells of the hours of one day, and so ends with it.
    pub const fn is_of_hours(self) -> bool {
        matches!(self, Self::ClosingEarly | Self::OpeningLate | Self::FrostDelay)
    }
}

/// What staff put on the board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeForm {
    /// What it is about.
    pub kind: NoticeKind,
    /// The menu item, modifier or event.
    pub subject: String,
    /// HH:MM, where a time belongs to it.
    pub time: String,
    /// The sentence of a [`NoticeKind::Custom`] notice.
    pub sentence: String,
    /// How long it stays on.
    pub lasts: Lasts,
}

/// A notice on the board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow))]
pub struct Notice {
    /// Its identifier.
    pub id: NoticeId,
    /// What it is about.
    pub kind: NoticeKind,
    /// The menu item, modifier or event.
    pub subject_id: Option<String>,
    /// HH:MM in the organisation's zone.
    pub at_time: Option<String>,
    /// What the assistant says.
    pub sentence: String,
    /// The business day on which it was put up: YYYY-MM-DD.
    pub day: String,
    /// Since when it is on.
    pub starts_at: DateTime<Utc>,
    /// Until when.
    pub expires_at: DateTime<Utc>,
    /// Who put it up.
    pub put_by: String,
}

/// Something that a notice can be about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeSubject {
    /// Its identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where it belongs: a category of the menu, "Extras", a date.
    pub group: String,
}
