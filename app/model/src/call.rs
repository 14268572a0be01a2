//! Calls as staff see them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{CallEventId, CallId, PhoneNumber, ToolCallId, UtteranceId, text_enum::text_enum};

text_enum! {
    /// Where a call stands. The last four are final.
    CallStatus {
        /// The webhook came; no audio yet.
        Ringing = "ringing",
        /// Audio flows.
        Active = "active",
        /// Ended in the ordinary way.
        Completed = "completed",
        /// Never became a conversation (refused, no model and no fallback).
        Failed = "failed",
        /// The server or the line broke off; what was heard up to then is kept.
        Interrupted = "interrupted",
        /// Handed to a person.
        Transferred = "transferred",
    }
}

impl CallStatus {
    /// Whether the call is over.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Ringing | Self::Active)
    }
}

text_enum! {
    /// How a call ended, for the caller.
    Outcome {
        /// The caller got what they asked for.
        Answered = "answered",
        /// The caller hung up before the assistant could help.
        Abandoned = "abandoned",
        /// The caller never spoke.
        Silent = "silent",
        /// A limit on length or cost ended it.
        LimitReached = "limit_reached",
        /// Something failed.
        Technical = "technical",
    }
}

text_enum! {
    /// The caller's mood over the whole call.
    Sentiment {
        /// Content.
        Positive = "positive",
        /// Neither.
        Neutral = "neutral",
        /// Annoyed or worried.
        Negative = "negative",
    }
}

text_enum! {
    /// Who says something.
    Speaker {
        /// The person who called.
        Caller = "caller",
        /// The assistant.
        Assistant = "assistant",
    }
}

text_enum! {
    /// What became of a tool call.
    ToolStatus {
        /// Not answered yet.
        Running = "running",
        /// It answered.
        Done = "done",
        /// It said why it could not.
        Refused = "refused",
        /// It failed or took too long; the assistant was told what to say.
        Failed = "failed",
    }
}

/// A call as the list shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallRow {
    /// Its identifier.
    pub id: CallId,
    /// Who called, where known.
    pub caller: Option<PhoneNumber>,
    /// The number that was called.
    pub called: Option<PhoneNumber>,
    /// Where it stands.
    pub status: CallStatus,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// How long it lasted, once it ended.
    pub duration_ms: Option<i64>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// The caller's mood.
    pub sentiment: Option<Sentiment>,
    /// One line on what it was about.
    pub summary: String,
    /// Whether there is audio to play.
    pub has_recording: bool,
    /// True cost of the model in nano-dollars.
    pub cost_nano_usd: i64,
}

/// What the list is asked for; every field is a filter that may be absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CallFilter {
    /// Part of the caller's number.
    pub caller: Option<String>,
    /// Where calls stand.
    pub status: Option<CallStatus>,
    /// How they ended.
    pub outcome: Option<Outcome>,
    /// The caller's mood.
    pub sentiment: Option<Sentiment>,
    /// First day, in the organisation's zone.
    pub from: Option<NaiveDate>,
    /// Last day, in the organisation's zone.
    pub to: Option<NaiveDate>,
    /// Words said in the call.
    pub words: Option<String>,
    /// Rows to skip.
    pub offset: i64,
    /// Rows to return, 1 to 100.
    pub limit: i64,
}

/// A page of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallPage {
    /// The calls, newest first.
    pub calls: Vec<CallRow>,
    /// How many fit the filter in all.
    pub total: i64,
    /// Whether more follow.
    pub has_more: bool,
}

/// How much of what was generated the caller heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Heard {
    /// All of it.
    All,
    /// The first bytes of the text (a character boundary), then the caller interrupted.
    Part(usize),
}

/// Something said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Utterance {
    /// Its identifier.
    pub id: UtteranceId,
    /// Its place in spoken order, from 0.
    pub position: i64,
    /// Who speaks.
    pub speaker: Speaker,
    /// The words; for the assistant all that were generated.
    pub text: String,
    /// How much of `text` was heard.
    pub heard: Heard,
    /// Milliseconds since the call's audio began.
    pub start_ms: i64,
    /// Milliseconds since the call's audio began.
    pub end_ms: i64,
}

/// A run of a tool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// Its identifier.
    pub id: ToolCallId,
    /// The tool's name.
    pub name: String,
    /// What the model asked, as JSON.
    pub arguments: serde_json::Value,
    /// What it was told, as JSON.
    pub output: Option<serde_json::Value>,
    /// What became of it.
    pub status: ToolStatus,
    /// Milliseconds since the call's audio began.
    pub at_ms: i64,
    /// How long it took.
    pub duration_ms: Option<i64>,
}

/// A line of the call's timeline that is neither speech nor a tool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimelineEvent {
    /// Its identifier.
    pub id: CallEventId,
    /// A short fixed word: `interrupted`, `reconnected`, `silence`, `keypad`, `model_error`, `limit`, …
    pub kind: String,
    /// What happened, in plain words.
    pub text: String,
    /// Milliseconds since the call's audio began.
    pub at_ms: i64,
}

/// The audio of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    /// Its length.
    pub duration_ms: i64,
    /// Where it is played from.
    pub href: String,
    /// Loudest sample per step of [`Recording::peak_step_ms`], caller, 0 to 100.
    pub caller_peaks: Vec<u8>,
    /// Loudest sample per step, assistant, 0 to 100.
    pub assistant_peaks: Vec<u8>,
    /// Milliseconds that one peak covers.
    pub peak_step_ms: i64,
}

/// How long the caller waited for the first word of one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnLatency {
    /// When the caller stopped speaking, milliseconds since the call's audio began.
    pub at_ms: i64,
    /// From there to the first word of the answer.
    pub latency_ms: i64,
}

/// One line of a call's cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CostLine {
    /// What was used, in plain words ("audio heard", "audio spoken", …).
    pub label: String,
    /// How much of it, in tokens, or seconds for transcription.
    pub quantity: i64,
    /// What it cost, in nano-dollars.
    pub nano_usd: i64,
}

/// A whole call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Its row in the list.
    pub row: CallRow,
    /// What staff wrote about it.
    pub notes: String,
    /// The persona version that answered.
    pub persona_version: Option<i64>,
    /// Everything said, in spoken order.
    pub utterances: Vec<Utterance>,
    /// Tools that ran, in order.
    pub tool_calls: Vec<ToolCall>,
    /// The rest of the timeline, in order.
    pub events: Vec<TimelineEvent>,
    /// Its audio, where it was recorded.
    pub recording: Option<Recording>,
    /// Response times, in order.
    pub latencies: Vec<TurnLatency>,
    /// What it cost.
    pub costs: Vec<CostLine>,
    /// The call before it, for paging through.
    pub previous: Option<CallId>,
    /// The call after it.
    pub next: Option<CallId>,
}
