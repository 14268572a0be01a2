//! What is told of a response.

use serde_json::{Value, json};

use super::{Response, Stage};
use crate::model::{
    items::{Item, Kind, Part},
    usage::{self, Tokens},
};

impl Response {
    /// The end of what the open item holds.
    pub(super) fn close_content(&self, stage: &mut Stage<'_>) {
        let Some(open) = &self.open else { return };
        match &open.item.kind {
            Kind::FunctionCall { call_id, name, arguments } => {
                let event = json!({ "call_id": call_id, "name": name, "arguments": arguments });
                self.send(stage, "response.function_call_arguments.done", &event);
            }
            Kind::Message { parts, .. } => match parts.first() {
                Some(Part::OutputAudio { transcript, .. }) => {
                    self.send(stage, "response.output_audio.done", &json!({ "content_index": 0 }));
                    let event = json!({ "content_index": 0, "transcript": transcript });
                    self.send(stage, "response.output_audio_transcript.done", &event);
                    let event = json!({ "content_index": 0, "part": { "type": "audio", "transcript": transcript } });
                    self.send(stage, "response.content_part.done", &event);
                }
                Some(Part::OutputText(text)) => {
                    self.send(stage, "response.output_text.done", &json!({ "content_index": 0, "text": text }));
                    let event = json!({ "content_index": 0, "part": { "type": "text", "text": text } });
                    self.send(stage, "response.content_part.done", &event);
                }
                _ => {}
            },
            _ => {}
        }
    }

    /// An event about the open item: with its place added.
    pub(super) fn send(&self, stage: &mut Stage<'_>, kind: &str, rest: &Value) {
        let Some(open) = &self.open else { return };
        let mut event = json!({
            "type": kind, "response_id": self.made.id, "item_id": open.item.id, "output_index": self.output.len(),
        });
        for (name, value) in rest.as_object().into_iter().flatten() {
            event[name] = value.clone();
        }
        stage.send(event);
    }

    /// The `response` object.
    pub(in crate::model) fn to_json(&self, status: &str, details: &Value) -> Value {
        let usage = match status {
            "in_progress" => Value::Null,
            "failed" => usage::to_json(Tokens::default(), Tokens::default(), Tokens::default()),
            _ => usage::to_json(self.made.input, self.made.cached, self.used),
        };
        json!({
            "object": "realtime.response",
            "id": self.made.id,
            "status": status,
            "status_details": details,
            "output": self.output.iter().map(Item::to_json).collect::<Vec<_>>(),
            "conversation_id": self.made.conversation_id,
            "output_modalities": [if self.made.speaks { "audio" } else { "text" }],
            "max_output_tokens": self.made.max_tokens.map_or(json!("inf"), |it| json!(it)),
            "audio": { "output": { "format": self.made.format_json, "voice": self.made.voice } },
            "usage": usage,
            "metadata": self.made.metadata,
        })
    }

    /// A `response` object without output.
    pub(in crate::model) fn bare(id: &str, conversation_id: &str, status: &str, details: &Value) -> Value {
        json!({
            "object": "realtime.response",
            "id": id,
            "status": status,
            "status_details": details,
            "output": [],
            "conversation_id": conversation_id,
            "output_modalities": ["audio"],
            "usage": null,
            "metadata": null,
        })
    }
}
