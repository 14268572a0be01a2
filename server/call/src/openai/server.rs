//! What the model's socket says: read leniently, because fields and events appear without notice.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, de::IgnoredAny};

use crate::{
    frame::FrameError,
    usage::{ResponseUsage, TranscriptionUsage},
};

/// The largest frame that is looked at: an audio delta is a few kilobytes, a `session.updated` some tens.
const MAX_FRAME_BYTES: usize = 4 * 1024 * 1024;

/// An event of a model session.
#[derive(Clone, Debug, PartialEq)]
pub enum ServerEvent<'a> {
    /// `error`: mostly harmless, see [`crate::session`].
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

/// What we look at in a session's settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionInfo {
    /// `audio.input.format.type`.
    pub input_format: Option<String>,
    /// `audio.output.format.type`.
    pub output_format: Option<String>,
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

#[derive(Deserialize)]
struct AudioDeltaBody<'a> {
    #[serde(borrow, default)]
    response_id: Cow<'a, str>,
    #[serde(borrow)]
    item_id: Cow<'a, str>,
    #[serde(borrow)]
    delta: Cow<'a, str>,
}

/// The fields of all other events together; each event takes its own.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    #[serde(deserialize_with = "or_default")]
    error: Option<ServerError>,
    #[serde(deserialize_with = "or_default")]
    session: Option<SessionBody>,
    #[serde(deserialize_with = "or_default")]
    item: Option<Item>,
    #[serde(deserialize_with = "or_default")]
    item_id: Option<String>,
    #[serde(deserialize_with = "or_default")]
    previous_item_id: Option<String>,
    #[serde(deserialize_with = "or_default")]
    response_id: Option<String>,
    #[serde(deserialize_with = "or_default")]
    delta: Option<String>,
    #[serde(deserialize_with = "or_default")]
    transcript: Option<String>,
    #[serde(deserialize_with = "or_default")]
    text: Option<String>,
    #[serde(deserialize_with = "or_default")]
    usage: Option<TranscriptionUsage>,
    #[serde(deserialize_with = "or_default")]
    audio_start_ms: Option<f64>,
    #[serde(deserialize_with = "or_default")]
    audio_end_ms: Option<f64>,
    #[serde(deserialize_with = "or_default")]
    response: Option<ResponseBody>,
    #[serde(deserialize_with = "or_default")]
    rate_limits: Vec<RateLimit>,
}

impl Body {
    fn into_event(self, kind: Cow<'_, str>) -> Result<ServerEvent<'_>, FrameError> {
        let item = self.item.ok_or(FrameError::Missing { part: "item" });
        let item_id = self.item_id.ok_or(FrameError::Missing { part: "item_id" });
        let response =
            self.response.map(|body| Box::new(Response::from(body))).ok_or(FrameError::Missing { part: "response" });
        let response_id = self.response_id.unwrap_or_default();
        let previous = self.previous_item_id;
        Ok(match kind.as_ref() {
            "error" => ServerEvent::Error(self.error.unwrap_or_default()),
            "session.created" => ServerEvent::SessionCreated(self.session.unwrap_or_default().into()),
            "session.updated" => ServerEvent::SessionUpdated(self.session.unwrap_or_default().into()),
            "conversation.item.added" => ServerEvent::ItemAdded { item: item?, previous },
            "conversation.item.done" => ServerEvent::ItemDone { item: item?, previous },
            "conversation.item.input_audio_transcription.delta" => {
                ServerEvent::TranscriptionDelta { item_id: item_id?, delta: self.delta.unwrap_or_default() }
            }
            "conversation.item.input_audio_transcription.completed" => ServerEvent::TranscriptionCompleted {
                item_id: item_id?,
                transcript: self.transcript.unwrap_or_default(),
                usage: self.usage,
            },
            "conversation.item.input_audio_transcription.failed" => {
                ServerEvent::TranscriptionFailed { item_id: item_id? }
            }
            "input_audio_buffer.committed" => ServerEvent::Committed { item_id: item_id?, previous },
            "input_audio_buffer.speech_started" => {
                ServerEvent::SpeechStarted { item_id: item_id?, audio_start_ms: whole(self.audio_start_ms) }
            }
            "input_audio_buffer.speech_stopped" => {
                ServerEvent::SpeechStopped { item_id: item_id?, audio_end_ms: whole(self.audio_end_ms) }
            }
            "response.created" => ServerEvent::ResponseCreated(response?),
            "response.output_item.added" => ServerEvent::OutputItemAdded { response_id, item: item? },
            "response.output_item.done" => ServerEvent::OutputItemDone { response_id, item: item? },
            "response.output_audio.done" => ServerEvent::AudioDone { response_id, item_id: item_id? },
            "response.output_audio_transcript.delta" | "response.output_text.delta" => {
                ServerEvent::WordsDelta { response_id, item_id: item_id?, delta: self.delta.unwrap_or_default() }
            }
            "response.output_audio_transcript.done" | "response.output_text.done" => ServerEvent::WordsDone {
                response_id,
                item_id: item_id?,
                text: self.transcript.or(self.text).unwrap_or_default(),
            },
            "response.done" => ServerEvent::ResponseDone(response?),
            "rate_limits.updated" => {
                let exhausted = self.rate_limits.iter().filter(|limit| limit.remaining <= 0.0);
                ServerEvent::RateLimits {
                    reset_ms: exhausted.map(|limit| whole(Some(limit.reset_seconds * 1_000.0))).max(),
                }
            }
            _ => ServerEvent::Other { kind },
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct SessionBody {
    #[serde(deserialize_with = "or_default")]
    audio: AudioBody,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct AudioBody {
    #[serde(deserialize_with = "or_default")]
    input: EndBody,
    #[serde(deserialize_with = "or_default")]
    output: EndBody,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct EndBody {
    #[serde(deserialize_with = "or_default")]
    format: FormatBody,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct FormatBody {
    #[serde(rename = "type", deserialize_with = "or_default")]
    kind: Option<String>,
}

impl From<SessionBody> for SessionInfo {
    fn from(body: SessionBody) -> Self {
        Self { input_format: body.audio.input.format.kind, output_format: body.audio.output.format.kind }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ResponseBody {
    #[serde(deserialize_with = "or_default")]
    id: String,
    #[serde(deserialize_with = "or_default")]
    status: String,
    #[serde(deserialize_with = "or_default")]
    status_details: StatusDetails,
    /// Whether the field is there and null.
    #[serde(rename = "conversation_id", deserialize_with = "is_null")]
    without_conversation: bool,
    #[serde(deserialize_with = "or_default")]
    metadata: serde_json::Map<String, serde_json::Value>,
    #[serde(deserialize_with = "or_default")]
    output: Vec<Item>,
    #[serde(deserialize_with = "or_default")]
    usage: Option<ResponseUsage>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct StatusDetails {
    #[serde(deserialize_with = "or_default")]
    reason: Option<String>,
    #[serde(deserialize_with = "or_default")]
    error: Option<ResponseError>,
}

impl From<ResponseBody> for Response {
    fn from(body: ResponseBody) -> Self {
        Self {
            id: body.id,
            status: body.status,
            reason: body.status_details.reason,
            error: body.status_details.error,
            without_conversation: body.without_conversation,
            has_metadata: !body.metadata.is_empty(),
            output: body.output,
            usage: body.usage,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RateLimit {
    #[serde(deserialize_with = "some_left")]
    remaining: f64,
    #[serde(deserialize_with = "or_default")]
    reset_seconds: f64,
}

/// A null is as good as an absent field.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

fn is_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(Option::<IgnoredAny>::deserialize(deserializer)?.is_none())
}

/// A limit that does not say what remains is not exhausted.
fn some_left<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or(f64::MAX))
}

/// Milliseconds of OpenAI are whole numbers, but JSON does not say so; a cast of a float saturates.
fn whole(number: Option<f64>) -> u64 {
    number.unwrap_or_default() as u64
}

#[cfg(test)]
mod tests;
