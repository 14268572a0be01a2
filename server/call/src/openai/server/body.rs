//! The frames of the model's socket as JSON has them: everything may be missing or null.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, de::IgnoredAny};

use super::{Item, Response, ResponseError, ServerError, ServerEvent, SessionInfo};
use crate::{
    frame::FrameError,
    usage::{ResponseUsage, TranscriptionUsage},
};

#[derive(Deserialize)]
pub(super) struct AudioDeltaBody<'a> {
    #[serde(borrow, default)]
    pub response_id: Cow<'a, str>,
    #[serde(borrow)]
    pub item_id: Cow<'a, str>,
    #[serde(borrow)]
    pub delta: Cow<'a, str>,
}

/// The fields of all other events together; each event takes its own.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Body {
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
    pub fn into_event(self, kind: Cow<'_, str>) -> Result<ServerEvent<'_>, FrameError> {
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
    expires_at: Option<f64>,
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
        Self {
            input_format: body.audio.input.format.kind,
            output_format: body.audio.output.format.kind,
            expires_at: body.expires_at.map(|at| at as u64),
        }
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
pub(super) fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
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
