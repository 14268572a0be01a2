//! What happens while a call runs, as the browser receives it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{CallId, CallStatus, PhoneNumber, Speaker, ToolStatus, UtteranceId};

/// One event on an organisation's live stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LiveEvent {
    /// Counts up within one server; a browser that reconnects names the last one it saw.
    pub seq: u64,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The call it belongs to.
    pub call_id: CallId,
    /// What happened.
    #[serde(flatten)]
    pub kind: LiveKind,
}

/// What happened in a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveKind {
    /// A call arrived.
    CallStarted {
        /// Who calls, where known.
        caller: Option<PhoneNumber>,
        /// When it began.
        started_at: DateTime<Utc>,
    },
    /// The call's status changed; a final status ends its row on the live page.
    Status {
        /// The new status.
        status: CallStatus,
    },
    /// Something was said, or what was said became better known: replaces the utterance of the same id.
    Utterance {
        /// The utterance.
        id: UtteranceId,
        /// Its place in spoken order.
        position: i64,
        /// Who speaks.
        speaker: Speaker,
        /// The words so far.
        text: String,
        /// How much of the text, in bytes, the caller has heard; for the caller's own words all of it.
        heard_bytes: usize,
        /// Whether the words are final.
        done: bool,
        /// Milliseconds since the call's audio began.
        at_ms: i64,
    },
    /// A tool began or ended.
    Tool {
        /// Its name.
        name: String,
        /// What became of it; `running` at its start.
        status: ToolStatus,
        /// How long it took, once it ended.
        duration_ms: Option<i64>,
    },
    /// Anything else worth a line on the timeline, in plain words.
    Note {
        /// The line.
        text: String,
    },
}

/// A running call, as the live page shows it before any event arrives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LiveCall {
    /// Its identifier.
    pub id: CallId,
    /// Who calls, where known.
    pub caller: Option<PhoneNumber>,
    /// Its status.
    pub status: CallStatus,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// Everything said so far, in spoken order.
    pub utterances: Vec<LiveEvent>,
    /// What is being done right now, in plain words; empty while they just talk.
    pub doing: String,
}
