//! What the model's socket says: read leniently, because fields and events appear without notice.

mod body;

use std::borrow::Cow;

use serde::{Deserialize, de::IgnoredAny};

use body::{AudioDeltaBody, Body, or_default};

use super::EventId;
use crate::{
    frame::FrameError,
    usage::{ResponseUsage, TranscriptionUsage},
};

/// The largest frame that is looked at: an audio delta is a few kilobytes, a `session.updated` some tens.
const MAX_FRAME_BYTES: usize = 4 * 1024 * 1024;

/// An event of a model session.
#[derive(Clone, Debug, PartialEq)]
pub enum ServerEvent<'a> {
    /// `error`: mostly harmless.
    Error(ServerError),
    /// `session.created`: admitted, with OpenAI's default settings.
    SessionCreated(SessionInfo),
    /// `session.updated`: our settings hold.
    SessionUpdated(SessionInfo),
    /// `conversation.item.added`.
    ItemAdded {
        /// The item, perhaps unfinished.
        item: Item,
        /// The item before it.
        previous: Option<String>,
    },
    /// `conversation.item.done`.
    ItemDone {
        /// The item, finished.
        item: Item,
        /// The item before it.
        previous: Option<String>,
    },
    /// `conversation.item.input_audio_transcription.delta`.
    TranscriptionDelta {
        /// The caller's item.
        item_id: String,
        /// More words.
        delta: String,
    },
    /// `conversation.item.input_audio_transcription.completed`.
    TranscriptionCompleted {
        /// The caller's item.
        item_id: String,
        /// All words.
        transcript: String,
        /// What transcribing used.
        usage: Option<TranscriptionUsage>,
    },
    /// `conversation.item.input_audio_transcription.failed`.
    TranscriptionFailed {
        /// The caller's item.
        item_id: String,
    },
    /// `input_audio_buffer.committed`: the caller's turn is closed.
    Committed {
        /// The caller's item.
        item_id: String,
        /// The item before it.
        previous: Option<String>,
    },
    /// `input_audio_buffer.speech_started`.
    SpeechStarted {
        /// The item that the speech will become.
        item_id: String,
        /// Where in all audio of the session it begins.
        audio_start_ms: u64,
    },
    /// `input_audio_buffer.speech_stopped`.
    SpeechStopped {
        /// The item that the speech becomes.
        item_id: String,
        /// Where in all audio of the session it ends.
        audio_end_ms: u64,
    },
    /// `response.created`.
    ResponseCreated(Box<Response>),
    /// `response.output_item.added`.
    OutputItemAdded {
        /// The response.
        response_id: String,
        /// The item.
        item: Item,
    },
    /// `response.output_item.done`.
    OutputItemDone {
        /// The response.
        response_id: String,
        /// The item, finished or cut off.
        item: Item,
    },
    /// `response.output_audio.delta`.
    AudioDelta {
        /// The response.
        response_id: Cow<'a, str>,
        /// The assistant's item.
        item_id: Cow<'a, str>,
        /// Base64 of µ-law, any length.
        delta: Cow<'a, str>,
    },
    /// `response.output_audio.done`: all of the item's audio has come, which is not to say that it was played.
    AudioDone {
        /// The response.
        response_id: String,
        /// The assistant's item.
        item_id: String,
    },
    /// `response.output_audio_transcript.delta` or `response.output_text.delta`.
    WordsDelta {
        /// The response.
        response_id: String,
        /// The assistant's item.
        item_id: String,
        /// More words.
        delta: String,
    },
    /// `response.output_audio_transcript.done` or `response.output_text.done`.
    WordsDone {
        /// The response.
        response_id: String,
        /// The assistant's item.
        item_id: String,
        /// All words.
        text: String,
    },
    /// `response.done`: always the last of a response, whatever became of it.
    ResponseDone(Box<Response>),
    /// `rate_limits.updated`.
    RateLimits {
        /// When the first exhausted limit is free again; `None` while nothing is exhausted.
        reset_ms: Option<u64>,
    },
    /// A frame that could not be read. [`parse`] never returns it: the driver feeds it in the place of a bad frame.
    Unreadable,
    /// A frame that needs nothing done.
    Other {
        /// Its type.
        kind: Cow<'a, str>,
    },
}

/// The body of an `error` event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ServerError {
    /// Its class, such as `server_error`.
    #[serde(rename = "type", deserialize_with = "or_default")]
    pub kind: String,
    /// What to go by; may be absent.
    #[serde(deserialize_with = "or_default")]
    pub code: Option<String>,
    /// For people. Never to be matched on.
    #[serde(deserialize_with = "or_default")]
    pub message: String,
    /// Which field it is about.
    #[serde(deserialize_with = "or_default")]
    pub param: Option<String>,
    /// The event of ours that it answers.
    #[serde(deserialize_with = "or_default")]
    pub event_id: Option<String>,
}

impl ServerError {
    /// The event of ours that it answers.
    pub fn ours(&self) -> Option<EventId> {
        EventId::parse(self.event_id.as_deref()?)
    }
}

/// What we look at in a session's settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionInfo {
    /// `audio.input.format.type`.
    pub input_format: Option<String>,
    /// `audio.output.format.type`.
    pub output_format: Option<String>,
    /// `expires_at`: when the server ends the session, as Unix time in seconds.
    pub expires_at: Option<u64>,
}

/// A conversation item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Item {
    /// Its id.
    #[serde(deserialize_with = "or_default")]
    pub id: String,
    /// `message`, `function_call`, …
    #[serde(rename = "type", deserialize_with = "or_default")]
    pub kind: String,
    /// `completed`, `incomplete` or `in_progress`.
    #[serde(deserialize_with = "or_default")]
    pub status: Option<String>,
    /// `user`, `assistant` or `system`, of a message.
    #[serde(deserialize_with = "or_default")]
    pub role: Option<String>,
    /// What a message holds.
    #[serde(deserialize_with = "or_default")]
    pub content: Vec<Part>,
    /// The function, of a function call.
    #[serde(deserialize_with = "or_default")]
    pub name: Option<String>,
    /// The id to answer to, of a function call.
    #[serde(deserialize_with = "or_default")]
    pub call_id: Option<String>,
    /// What the model wrote as arguments: text that may not be JSON.
    #[serde(deserialize_with = "or_default")]
    pub arguments: Option<String>,
}

impl Item {
    /// Whether it is something the assistant says.
    pub fn is_speech(&self) -> bool {
        self.kind == "message" && self.role.as_deref() == Some("assistant")
    }

    /// Its words, transcript or text.
    pub fn words(&self) -> Option<&str> {
        self.content.iter().find_map(|part| part.transcript.as_deref().or(part.text.as_deref()))
    }
}

/// A part of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Part {
    /// The words of audio.
    #[serde(deserialize_with = "or_default")]
    pub transcript: Option<String>,
    /// Text.
    #[serde(deserialize_with = "or_default")]
    pub text: Option<String>,
}

/// A response, at its beginning or its end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Response {
    /// Its id.
    pub id: String,
    /// `in_progress`, `completed`, `cancelled`, `failed` or `incomplete`.
    pub status: String,
    /// `turn_detected`, `client_cancelled`, `max_output_tokens` or `content_filter`.
    pub reason: Option<String>,
    /// Why it failed.
    pub error: Option<ResponseError>,
    /// Whether it says that it belongs to no conversation (`conversation_id` is there and null).
    pub without_conversation: bool,
    /// Whether it carries metadata: only responses made out of band do.
    pub has_metadata: bool,
    /// What it produced.
    pub output: Vec<Item>,
    /// What it used.
    pub usage: Option<ResponseUsage>,
}

/// Why a response failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ResponseError {
    /// Its class.
    #[serde(rename = "type", deserialize_with = "or_default")]
    pub kind: String,
    /// What to go by.
    #[serde(deserialize_with = "or_default")]
    pub code: Option<String>,
}

/// Reads a frame. Unknown types are [`ServerEvent::Other`].
pub fn parse(text: &str) -> Result<ServerEvent<'_>, FrameError> {
    if text.len() > MAX_FRAME_BYTES {
        return Err(FrameError::TooLarge { bytes: text.len() });
    }
    let kind = kind_of(text)?;
    if kind == "response.output_audio.delta" {
        let body: AudioDeltaBody<'_> = serde_json::from_str(text)?;
        return Ok(ServerEvent::AudioDelta { response_id: body.response_id, item_id: body.item_id, delta: body.delta });
    }
    if !KINDS.contains(&kind.as_ref()) {
        // Still JSON to its end, or it is not a frame at all.
        serde_json::from_str::<IgnoredAny>(text)?;
        return Ok(ServerEvent::Other { kind });
    }
    let body: Body = serde_json::from_str(text)?;
    body.into_event(kind)
}

/// The types that are acted upon; the rest is [`ServerEvent::Other`].
const KINDS: &[&str] = &[
    "error",
    "session.created",
    "session.updated",
    "conversation.item.added",
    "conversation.item.done",
    "conversation.item.input_audio_transcription.delta",
    "conversation.item.input_audio_transcription.completed",
    "conversation.item.input_audio_transcription.failed",
    "input_audio_buffer.committed",
    "input_audio_buffer.speech_started",
    "input_audio_buffer.speech_stopped",
    "response.created",
    "response.output_item.added",
    "response.output_item.done",
    "response.output_audio.done",
    "response.output_audio_transcript.delta",
    "response.output_audio_transcript.done",
    "response.output_text.delta",
    "response.output_text.done",
    "response.done",
    "rate_limits.updated",
];

/// The frame's type. OpenAI writes it first, which saves reading the frame twice.
fn kind_of(text: &str) -> Result<Cow<'_, str>, FrameError> {
    let first = text.strip_prefix(r#"{"type":""#).and_then(|rest| rest.split_once('"'));
    if let Some((kind, _)) = first
        && !kind.contains('\\')
    {
        return Ok(Cow::Borrowed(kind));
    }
    Ok(serde_json::from_str::<Kind<'_>>(text)?.kind)
}

#[derive(Deserialize)]
struct Kind<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
}

#[cfg(test)]
mod tests;
