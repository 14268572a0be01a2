//! The echo: every frame of the caller comes back at once as audio of one endless answer. For measuring what lies in between.

use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Value, json};

use super::{
    super::{
        items::{Item, Kind, Part, Role, Status},
        response::Response,
    },
    Session,
};

/// The endless answer.
#[derive(Debug)]
pub(super) struct Echo {
    response_id: String,
    item_id: String,
    bytes: u64,
}

/// The one frame that comes fifty times a second, read without a detour.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Append<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    audio: &'a str,
    /// Comes back only with an error.
    #[serde(default, rename = "event_id")]
    _event_id: IgnoredAny,
}

impl Session {
    /// Sends a frame of audio back; false when it is another frame.
    pub(super) fn echo_frame(&mut self, text: &str) -> bool {
        let Ok(frame) = serde_json::from_str::<Append<'_>>(text) else { return false };
        if frame.kind != "input_audio_buffer.append" {
            return false;
        }
        if self.echo.is_none() {
            self.start_echo();
        }
        let event_id = self.ids.make("event");
        let Some(echo) = &mut self.echo else { return false };
        echo.bytes += frame.audio.len() as u64 * 3 / 4;
        let event = format!(
            r#"{{"type":"response.output_audio.delta","event_id":"{event_id}","response_id":"{}","item_id":"{}","output_index":0,"content_index":0,"delta":"{}"}}"#,
            echo.response_id, echo.item_id, frame.audio
        );
        self.raw(event);
        true
    }

    pub(super) fn start_echo(&mut self) {
        let echo = Echo { response_id: self.ids.make("resp"), item_id: self.ids.make("item"), bytes: 0 };
        let parts = vec![Part::OutputAudio { transcript: Some(String::new()), ms: 0 }];
        let kind = Kind::Message { role: Role::Assistant, parts };
        let item = Item { id: echo.item_id.clone(), status: Status::InProgress, kind };
        let place =
            json!({ "response_id": echo.response_id, "item_id": echo.item_id, "output_index": 0, "content_index": 0 });
        self.send(
            json!({ "type": "response.created", "response": self.echo_response(&echo, "in_progress", &Value::Null) }),
        );
        self.send(json!({ "type": "response.output_item.added", "response_id": echo.response_id, "output_index": 0, "item": item.to_json() }));
        let previous = self.conversation.append(item.clone());
        self.send(json!({ "type": "conversation.item.added", "previous_item_id": previous, "item": item.to_json() }));
        let mut part = json!({ "type": "response.content_part.added", "part": { "type": "audio", "transcript": "" } });
        for (name, value) in place.as_object().into_iter().flatten() {
            part[name] = value.clone();
        }
        self.send(part);
        self.echo = Some(echo);
    }

    /// Cancels the answer; the next frame begins another.
    pub(super) fn end_echo(&mut self) {
        let Some(echo) = self.echo.take() else { return };
        if let Some((_, ms)) = self.conversation.get_mut(&echo.item_id).and_then(Item::spoken) {
            *ms = echo.bytes / 8;
        }
        let details = json!({ "type": "cancelled", "reason": "client_cancelled" });
        self.send(json!({ "type": "response.done", "response": self.echo_response(&echo, "cancelled", &details) }));
    }

    fn echo_response(&self, echo: &Echo, status: &str, details: &Value) -> Value {
        Response::bare(&echo.response_id, &self.conversation_id, status, details)
    }
}
