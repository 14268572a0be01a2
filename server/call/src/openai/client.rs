//! What is said to the model's socket.

use std::fmt;

use serde::{Serialize, Serializer};

use super::{Amendment, Session};

/// An event for a model session.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type")]
pub enum ClientEvent {
    /// Sets a session up.
    #[serde(rename = "session.update")]
    SessionUpdate {
        /// Ours, for error events.
        event_id: EventId,
        /// All settings.
        session: Box<Session>,
    },
    /// Gives a session that runs other instructions.
    #[serde(rename = "session.update")]
    Amend {
        /// Ours, for error events.
        event_id: EventId,
        /// What changes.
        session: Box<Amendment>,
    },
    /// The caller's voice.
    #[serde(rename = "input_audio_buffer.append")]
    Append {
        /// Ours, for error events.
        event_id: EventId,
        /// Base64 of µ-law.
        audio: String,
    },
    /// Something for the conversation that was not spoken.
    #[serde(rename = "conversation.item.create")]
    CreateItem {
        /// Ours, for error events.
        event_id: EventId,
        /// What it is.
        item: NewItem,
    },
    /// Takes something out of the conversation.
    #[serde(rename = "conversation.item.delete")]
    DeleteItem {
        /// Ours, for error events.
        event_id: EventId,
        /// The item.
        item_id: String,
    },
    /// Tells the model how much of what it said was heard.
    #[serde(rename = "conversation.item.truncate")]
    Truncate {
        /// Ours, for error events.
        event_id: EventId,
        /// The assistant's item.
        item_id: String,
        /// Which part of it; audio is the first.
        content_index: u32,
        /// What was heard of it.
        audio_end_ms: u64,
    },
    /// Makes the model speak.
    #[serde(rename = "response.create")]
    CreateResponse {
        /// Ours, for error events.
        event_id: EventId,
        /// What is different for this response only.
        #[serde(skip_serializing_if = "ResponseOptions::is_empty")]
        response: ResponseOptions,
    },
    /// Stops the model.
    #[serde(rename = "response.cancel")]
    CancelResponse {
        /// Ours, for error events.
        event_id: EventId,
        /// Which response.
        #[serde(skip_serializing_if = "Option::is_none")]
        response_id: Option<String>,
    },
}

impl ClientEvent {
    /// The event as OpenAI reads it.
    ///
    /// # Panics
    /// Never: every part of an event is data that JSON can hold.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("events hold strings, numbers and JSON values")
    }

    /// Its id.
    pub const fn event_id(&self) -> EventId {
        match self {
            Self::SessionUpdate { event_id, .. }
            | Self::Amend { event_id, .. }
            | Self::Append { event_id, .. }
            | Self::CreateItem { event_id, .. }
            | Self::DeleteItem { event_id, .. }
            | Self::Truncate { event_id, .. }
            | Self::CreateResponse { event_id, .. }
            | Self::CancelResponse { event_id, .. } => *event_id,
        }
    }
}

/// What an event of ours is for; OpenAI repeats its id in the error that answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EventKind {
    /// `session.update`.
    Settings,
    /// `input_audio_buffer.append`.
    Audio,
    /// `conversation.item.create`.
    Item,
    /// `conversation.item.delete`.
    Delete,
    /// `conversation.item.truncate`.
    Truncate,
    /// `response.create`.
    Create,
    /// `response.cancel`.
    Cancel,
}

impl EventKind {
    const ALL: [Self; 7] =
        [Self::Settings, Self::Audio, Self::Item, Self::Delete, Self::Truncate, Self::Create, Self::Cancel];

    const fn prefix(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Audio => "audio",
            Self::Item => "item",
            Self::Delete => "delete",
            Self::Truncate => "truncate",
            Self::Create => "create",
            Self::Cancel => "cancel",
        }
    }
}

/// The id of an event of ours, unique within a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId {
    /// What it is for.
    pub kind: EventKind,
    /// Counts up.
    pub number: u32,
}

impl EventId {
    /// The id as OpenAI gave it back, if it is one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let (prefix, number) = text.split_once('-')?;
        let kind = EventKind::ALL.into_iter().find(|kind| kind.prefix() == prefix)?;
        Some(Self { kind, number: number.parse().ok()? })
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.kind.prefix(), self.number)
    }
}

impl Serialize for EventId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Something for the conversation that was not spoken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewItem {
    /// A fact for the model, from us.
    System {
        /// As a sentence.
        text: String,
    },
    /// What the caller typed, or said in an earlier session.
    User {
        /// The words.
        text: String,
    },
    /// What the caller keyed in.
    Keys {
        /// An id of ours, to take it back by.
        id: String,
        /// In words.
        text: String,
    },
    /// What the assistant said in an earlier session, as far as it was heard.
    Assistant {
        /// The words.
        text: String,
    },
    /// A function call of an earlier session.
    FunctionCall {
        /// Its id.
        call_id: String,
        /// The function.
        name: String,
        /// Its arguments.
        arguments: String,
    },
    /// What a function answered.
    FunctionOutput {
        /// The id of the call.
        call_id: String,
        /// A JSON document.
        output: String,
    },
}

impl Serialize for NewItem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(tag = "type", rename_all = "snake_case")]
        enum Wire<'a> {
            Message {
                #[serde(skip_serializing_if = "Option::is_none")]
                id: Option<&'a str>,
                role: &'a str,
                content: [Content<'a>; 1],
            },
            FunctionCall {
                call_id: &'a str,
                name: &'a str,
                arguments: &'a str,
            },
            FunctionCallOutput {
                call_id: &'a str,
                output: &'a str,
            },
        }
        #[derive(Serialize)]
        #[serde(tag = "type", rename_all = "snake_case")]
        enum Content<'a> {
            InputText { text: &'a str },
            OutputText { text: &'a str },
        }
        let message = |role, content| Wire::Message { id: None, role, content: [content] };
        match self {
            Self::System { text } => message("system", Content::InputText { text }),
            Self::User { text } => message("user", Content::InputText { text }),
            Self::Keys { id, text } => {
                Wire::Message { id: Some(id), role: "user", content: [Content::InputText { text }] }
            }
            Self::Assistant { text } => message("assistant", Content::OutputText { text }),
            Self::FunctionCall { call_id, name, arguments } => Wire::FunctionCall { call_id, name, arguments },
            Self::FunctionOutput { call_id, output } => Wire::FunctionCallOutput { call_id, output },
        }
        .serialize(serializer)
    }
}

/// What is different for one response.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ResponseOptions {
    /// Replaces the session's instructions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// `none` where no tool may be called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_choice: Option<&'static str>,
}

impl ResponseOptions {
    fn is_empty(&self) -> bool {
        self.instructions.is_none() && self.tool_choice.is_none()
    }
}
