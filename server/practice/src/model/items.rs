//! The conversation: its items in their order.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::problem::Problem;

/// One item.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Item {
    pub(super) id: String,
    pub(super) status: Status,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    InProgress,
    Completed,
    Incomplete,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Message {
        role: Role,
        parts: Vec<Part>,
    },
    FunctionCall {
        call_id: String,
        name: String,
        arguments: String,
    },
    FunctionCallOutput {
        call_id: String,
        output: String,
    },
    /// Kept as it came.
    Other(Value),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    System,
    User,
    Assistant,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    InputText(String),
    InputAudio {
        audio: Vec<u8>,
        ms: u64,
        /// Words that came along with the audio, if any did.
        words: Option<String>,
        /// What the transcription made of it.
        transcript: Option<String>,
    },
    OutputText(String),
    OutputAudio {
        /// Gone once the item is truncated.
        transcript: Option<String>,
        ms: u64,
    },
    Other(Value),
}

impl Item {
    /// Takes an item that a client sent, whose shape was checked. `path` is for problems, `new_id` for an item without id.
    pub(super) fn read(item: &Value, new_id: String) -> Result<Self, Problem> {
        let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let kind = match text("type").as_str() {
            "message" => message(item)?,
            "function_call" => Kind::FunctionCall {
                call_id: item
                    .get("call_id")
                    .and_then(Value::as_str)
                    .map_or_else(|| format!("call_{new_id}"), str::to_owned),
                name: text("name"),
                arguments: text("arguments"),
            },
            "function_call_output" => Kind::FunctionCallOutput { call_id: text("call_id"), output: text("output") },
            _ => Kind::Other(item.clone()),
        };
        let id = item.get("id").and_then(Value::as_str).map_or(new_id, str::to_owned);
        if id.is_empty() || id.len() > 32 {
            return Err(Problem::invalid("item.id", "Invalid 'item.id': it must have 1 to 32 characters."));
        }
        Ok(Self { id, status: Status::Completed, kind })
    }

    pub(super) fn to_json(&self) -> Value {
        let mut json = match &self.kind {
            Kind::Message { role, parts } => {
                let parts: Vec<Value> = parts.iter().map(Part::to_json).collect();
                json!({ "type": "message", "role": role.word(), "content": parts })
            }
            Kind::FunctionCall { call_id, name, arguments } => {
                json!({ "type": "function_call", "call_id": call_id, "name": name, "arguments": arguments })
            }
            Kind::FunctionCallOutput { call_id, output } => {
                json!({ "type": "function_call_output", "call_id": call_id, "output": output })
            }
            Kind::Other(item) => item.clone(),
        };
        json["id"] = json!(self.id);
        json["object"] = json!("realtime.item");
        json["status"] = json!(self.status.word());
        json
    }

    /// As `conversation.item.retrieve` shows it: the caller's audio included.
    pub(super) fn to_json_with_audio(&self) -> Value {
        let mut json = self.to_json();
        if let Kind::Message { parts, .. } = &self.kind {
            for (n, part) in parts.iter().enumerate() {
                if let Part::InputAudio { audio, .. } = part {
                    json["content"][n]["audio"] = json!(BASE64_STANDARD.encode(audio));
                }
            }
        }
        json
    }

    /// The spoken part of an assistant's message.
    pub(super) fn spoken(&mut self) -> Option<(&mut Option<String>, &mut u64)> {
        match &mut self.kind {
            Kind::Message { role: Role::Assistant, parts } => match parts.first_mut() {
                Some(Part::OutputAudio { transcript, ms }) => Some((transcript, ms)),
                _ => None,
            },
            _ => None,
        }
    }
}

impl Part {
    fn to_json(&self) -> Value {
        match self {
            Self::InputText(text) => json!({ "type": "input_text", "text": text }),
            Self::InputAudio { transcript, .. } => json!({ "type": "input_audio", "transcript": transcript }),
            Self::OutputText(text) => json!({ "type": "output_text", "text": text }),
            Self::OutputAudio { transcript, .. } => json!({ "type": "output_audio", "transcript": transcript }),
            Self::Other(part) => part.clone(),
        }
    }
}

impl Role {
    const fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

impl Status {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Incomplete => "incomplete",
        }
    }
}

fn message(item: &Value) -> Result<Kind, Problem> {
    let role = match item.get("role").and_then(Value::as_str) {
        Some("system") => Role::System,
        Some("assistant") => Role::Assistant,
        _ => Role::User,
    };
    let parts = item.get("content").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let parts = parts.iter().enumerate().map(|(n, it)| part(role, it, n)).collect::<Result<_, _>>()?;
    Ok(Kind::Message { role, parts })
}

fn part(role: Role, part: &Value, index: usize) -> Result<Part, Problem> {
    let text = |name: &str| part.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let kind = text("type");
    let path = format!("item.content[{index}].type");
    match (role, kind.as_str()) {
        (Role::System | Role::User, "input_text") => Ok(Part::InputText(text("text"))),
        (Role::User, "input_audio") => {
            let audio = BASE64_STANDARD
                .decode(text("audio"))
                .map_err(|_| bad_audio(&format!("item.content[{index}].audio")))?;
            let transcript = part.get("transcript").and_then(Value::as_str).map(str::to_owned);
            // The format of such audio is the session's; as a length, that of the telephone is good enough here.
            Ok(Part::InputAudio { ms: audio.len() as u64 / 8, audio, words: transcript.clone(), transcript })
        }
        (Role::User, "input_image") => Ok(Part::Other(part.clone())),
        (Role::Assistant, "output_text") => Ok(Part::OutputText(text("text"))),
        (Role::Assistant, "output_audio") if part.get("audio").is_none() => {
            Ok(Part::OutputAudio { transcript: Some(text("transcript")), ms: 0 })
        }
        (Role::Assistant, "output_audio") => {
            Err(Problem::invalid(&path, "Assistant audio cannot be created by a client."))
        }
        (Role::System, other) => Err(Problem::unsupported(&path, other, &["input_text"])),
        (Role::User, other) => Err(Problem::unsupported(&path, other, &["input_text", "input_audio", "input_image"])),
        (Role::Assistant, other) => Err(Problem::unsupported(&path, other, &["output_text", "output_audio"])),
    }
}

pub(super) fn bad_audio(path: &str) -> Problem {
    Problem::invalid(path, format!("Invalid '{path}'. Expected base64-encoded audio bytes."))
}

/// The items in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Conversation {
    items: Vec<Item>,
}

impl Conversation {
    pub(super) fn items(&self) -> &[Item] {
        &self.items
    }

    /// Appends an item; gives the id of the one before it.
    pub(super) fn append(&mut self, item: Item) -> Option<String> {
        let previous = self.last_id();
        self.items.push(item);
        previous
    }

    /// Puts a client's item where it asked; gives the id of the one before it.
    pub(super) fn insert(&mut self, item: Item, after: Option<&str>) -> Result<Option<String>, Problem> {
        if self.get(&item.id).is_some() {
            return Err(Problem::invalid("item.id", format!("An item with id '{}' already exists.", item.id)));
        }
        if let Kind::FunctionCallOutput { call_id, .. } = &item.kind
            && !self.calls(call_id)
        {
            let message = format!("Tool call ID '{call_id}' not found in conversation.");
            return Err(Problem::new("invalid_tool_call_id", message).at("item.call_id"));
        }
        match after {
            None => Ok(self.append(item)),
            Some("root") => {
                self.items.insert(0, item);
                Ok(None)
            }
            Some(after) => {
                let at = self
                    .place(after)
                    .ok_or_else(|| not_found("item_create_invalid_previous_item_id", "previous_item_id", after))?;
                self.items.insert(at + 1, item);
                Ok(Some(after.to_owned()))
            }
        }
    }

    pub(super) fn remove(&mut self, id: &str) -> Result<(), Problem> {
        let at = self.place(id).ok_or_else(|| not_found("item_delete_invalid_item_id", "item_id", id))?;
        self.items.remove(at);
        Ok(())
    }

    /// Cuts an assistant's message to what was heard; its transcript goes, since nobody knows which words that is.
    pub(super) fn truncate(&mut self, id: &str, content_index: u64, audio_end_ms: u64) -> Result<(), Problem> {
        let item = self.get_mut(id).ok_or_else(|| not_found("item_truncate_invalid_item_id", "item_id", id))?;
        let Some((transcript, ms)) = item.spoken() else {
            let message = format!("Only model output audio messages can be truncated: '{id}' is not one.");
            return Err(Problem::new("item_truncate_invalid_item_id", message).at("item_id"));
        };
        if content_index != 0 {
            return Err(Problem::invalid("content_index", format!("Item '{id}' has no content part {content_index}.")));
        }
        if audio_end_ms > *ms {
            let message = format!("Audio content of {ms}ms is already shorter than {audio_end_ms}ms");
            return Err(Problem::invalid("audio_end_ms", message));
        }
        *ms = audio_end_ms;
        *transcript = None;
        Ok(())
    }

    pub(super) fn get(&self, id: &str) -> Option<&Item> {
        self.items.iter().find(|it| it.id == id)
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Item> {
        self.items.iter_mut().find(|it| it.id == id)
    }

    pub(super) fn last_id(&self) -> Option<String> {
        self.items.last().map(|it| it.id.clone())
    }

    /// Whether assistant audio exists: then the voice is fixed.
    pub(super) fn has_assistant_audio(&self) -> bool {
        self.items.iter().any(|it| match &it.kind {
            Kind::Message { role: Role::Assistant, parts } => {
                parts.iter().any(|it| matches!(it, Part::OutputAudio { ms, .. } if *ms > 0))
            }
            _ => false,
        })
    }

    fn calls(&self, wanted: &str) -> bool {
        self.items.iter().any(|it| matches!(&it.kind, Kind::FunctionCall { call_id, .. } if call_id == wanted))
    }

    fn place(&self, id: &str) -> Option<usize> {
        self.items.iter().position(|it| it.id == id)
    }
}

pub(super) fn not_found(code: &str, param: &str, id: &str) -> Problem {
    Problem::new(code, format!("Item with item_id '{id}' does not exist.")).at(param)
}
