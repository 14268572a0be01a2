//! One response from `response.created` to `response.done`.

use std::{collections::VecDeque, ops::Range, sync::Arc};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::{
    brain::Act,
    items::{Conversation, Item, Kind, Part, Role, Status},
    session::Ids,
    usage::Tokens,
};
use crate::voice::{Format, Utterance, Voice};

mod events;
mod pace;

/// What a response is made with.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) id: String,
    /// None for a response beside the conversation.
    pub(super) conversation_id: Option<String>,
    pub(super) speaks: bool,
    pub(super) format: Format,
    pub(super) format_json: Value,
    pub(super) voice: String,
    pub(super) speed_percent: u32,
    pub(super) speaker: Voice,
    pub(super) max_tokens: Option<u64>,
    pub(super) metadata: Value,
    pub(super) input: Tokens,
    pub(super) cached: Tokens,
    pub(super) begins_at: u64,
}

/// How a response is to end.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Ending {
    Completed,
    /// With this error.
    Failed(Value),
    /// The socket breaks in the middle of the audio.
    Break,
}

/// What a response wants done.
#[derive(Debug)]
pub(super) enum Effect {
    Send(Value),
    Speak { response_id: String, utterance: Utterance },
    Break,
}

/// A part of an answer, rendered.
#[derive(Clone, Debug)]
pub(super) struct SpokenPart {
    pub(super) audio: Arc<[u8]>,
    /// How much of the text it says.
    pub(super) text_bytes: usize,
    /// Whether nothing follows.
    pub(super) last: bool,
}

/// What a response works on.
pub(super) struct Stage<'a> {
    pub(super) conversation: &'a mut Conversation,
    pub(super) ids: &'a mut Ids,
    pub(super) effects: &'a mut Vec<Effect>,
}

impl Stage<'_> {
    fn send(&mut self, event: Value) {
        self.effects.push(Effect::Send(event));
    }
}

/// One thing at its time.
#[derive(Debug)]
enum Step {
    Transcript(Range<usize>),
    Audio(Range<usize>),
    Text(Range<usize>),
    Arguments(Range<usize>),
    Break,
    Close,
}

/// A response under way.
#[derive(Debug)]
pub(super) struct Response {
    made: Made,
    acts: VecDeque<Act>,
    ending: Ending,
    open: Option<Open>,
    /// When the next act begins.
    next_at: u64,
    steps: VecDeque<(u64, Step)>,
    output: Vec<Item>,
    used: Tokens,
    started_at: u64,
    audio_ms: u64,
    /// The answer did not fit into `max_output_tokens`.
    cut: bool,
}

/// The item that is being generated.
#[derive(Debug)]
struct Open {
    item: Item,
    /// All that will be said, written, or handed over.
    text: String,
    /// The voice as far as it is there, how much of the text it says, until when it is being sent, and whether that is all.
    audio: Vec<u8>,
    told: usize,
    audio_until: u64,
    planned: bool,
    sent: usize,
    audio_sent: usize,
    previous: Option<String>,
}

impl Response {
    pub(super) fn new(made: Made, acts: Vec<Act>, ending: Ending) -> Self {
        Self {
            next_at: made.begins_at,
            started_at: made.begins_at,
            made,
            acts: acts.into(),
            ending,
            open: None,
            steps: VecDeque::new(),
            output: Vec::new(),
            used: Tokens::default(),
            audio_ms: 0,
            cut: false,
        }
    }

    pub(super) fn id(&self) -> &str {
        &self.made.id
    }

    /// When its first audio was sent.
    pub(super) fn started_at(&self) -> u64 {
        self.started_at
    }

    /// How much audio it has.
    pub(super) fn audio_ms(&self) -> u64 {
        self.audio_ms
    }

    /// When it goes on; `None` while it waits for its voice.
    pub(super) fn due(&self) -> Option<u64> {
        match (&self.open, self.steps.front()) {
            (_, Some((due, _))) => Some(*due),
            (None, None) => Some(self.next_at),
            (Some(_), None) => None,
        }
    }

    /// Does what is due; true when that was all.
    pub(super) fn advance(&mut self, now: u64, stage: &mut Stage<'_>) -> bool {
        while self.due().is_some_and(|it| it <= now) {
            if let Some((due, step)) = self.steps.pop_front() {
                self.step(step, due, stage);
            } else if let Some(act) = self.acts.pop_front() {
                self.begin(act, now, stage);
            } else {
                self.finish(stage);
                return true;
            }
        }
        false
    }

    fn begin(&mut self, act: Act, now: u64, stage: &mut Stage<'_>) {
        let (kind, text) = match act {
            Act::Say(text) => (Kind::Message { role: Role::Assistant, parts: Vec::new() }, text),
            Act::Call { name, arguments } => {
                let call_id = stage.ids.make("call");
                (Kind::FunctionCall { call_id, name, arguments: String::new() }, arguments)
            }
        };
        let item = Item { id: stage.ids.make("item"), status: Status::InProgress, kind };
        stage.send(json!({
            "type": "response.output_item.added",
            "response_id": self.made.id, "output_index": self.output.len(), "item": item.to_json(),
        }));
        let mut previous = None;
        if self.made.conversation_id.is_some() {
            previous = stage.conversation.append(item.clone());
            stage.send(
                json!({ "type": "conversation.item.added", "previous_item_id": previous, "item": item.to_json() }),
            );
        }
        self.open = Some(Open {
            item,
            text,
            audio: Vec::new(),
            told: 0,
            audio_until: now,
            planned: false,
            sent: 0,
            audio_sent: 0,
            previous,
        });
        self.begin_content(now, stage);
    }

    fn begin_content(&mut self, now: u64, stage: &mut Stage<'_>) {
        let Some(open) = &mut self.open else { return };
        let Kind::Message { parts, .. } = &mut open.item.kind else {
            self.steps = pace::arguments(&open.text, now);
            return;
        };
        let part = if self.made.speaks {
            parts.push(Part::OutputAudio { transcript: Some(String::new()), ms: 0 });
            json!({ "type": "audio", "transcript": "" })
        } else {
            parts.push(Part::OutputText(String::new()));
            json!({ "type": "text", "text": "" })
        };
        let text = open.text.clone();
        self.send(stage, "response.content_part.added", &json!({ "content_index": 0, "part": part }));
        if self.made.speaks {
            let utterance = Utterance {
                text,
                voice: self.made.speaker,
                timbre: self.made.voice.clone(),
                speed_percent: self.made.speed_percent,
                format: self.made.format,
            };
            stage.effects.push(Effect::Speak { response_id: self.made.id.clone(), utterance });
        } else {
            let (steps, cut) = pace::text(&text, self.made.max_tokens, now);
            (self.steps, self.cut) = (steps, cut);
        }
    }

    /// The next part of the voice is there: `speed` seconds of it are sent in a second.
    pub(super) fn spoken(&mut self, part: &SpokenPart, speed: f64, now: u64) {
        let Some(open) = self.open.as_mut().filter(|it| !it.planned) else { return };
        let bytes_per_ms = self.made.format.bytes_per_ms();
        let start = open.audio.len();
        let mut bytes = part.audio.len();
        if let Some(limit) = self.made.max_tokens {
            // A token is 50 ms of speech, and the transcript's tokens come out of the same purse.
            let text = Tokens::of_text(&open.text).text;
            let allowed = limit.saturating_sub(text.min(limit / 2)) as usize * 50 * bytes_per_ms;
            self.cut = start + bytes > allowed;
            bytes = bytes.min(allowed - start.min(allowed));
        }
        if start == 0 {
            self.started_at = now;
        }
        open.planned = part.last || self.cut || self.ending == Ending::Break;
        let text = open.told..(open.told + part.text_bytes).min(open.text.len());
        open.told = text.end;
        open.audio.extend(&part.audio[..bytes]);
        let begins_at = now.max(open.audio_until);
        open.audio_until = begins_at + (bytes as f64 / bytes_per_ms as f64 / speed) as u64;
        self.steps.extend(pace::speech(&pace::Speech {
            words: &open.text[text.clone()],
            text_start: text.start,
            audio: start..start + bytes,
            format: self.made.format,
            speed,
            begins_at,
            breaks: self.ending == Ending::Break,
        }));
        if open.planned {
            self.steps.push_back((open.audio_until.max(begins_at), Step::Close));
        }
    }

    fn step(&mut self, step: Step, due: u64, stage: &mut Stage<'_>) {
        let Some(open) = &mut self.open else { return };
        match step {
            Step::Audio(range) => {
                open.audio_sent = range.end;
                let delta = BASE64_STANDARD.encode(&open.audio[range]);
                self.send(stage, "response.output_audio.delta", &json!({ "content_index": 0, "delta": delta }));
                self.keep(stage);
            }
            Step::Transcript(range) => {
                open.sent = range.end;
                let delta = open.text[range].to_owned();
                self.send(
                    stage,
                    "response.output_audio_transcript.delta",
                    &json!({ "content_index": 0, "delta": delta }),
                );
                self.keep(stage);
            }
            Step::Text(range) => {
                open.sent = range.end;
                let delta = open.text[range].to_owned();
                self.send(stage, "response.output_text.delta", &json!({ "content_index": 0, "delta": delta }));
                self.keep(stage);
            }
            Step::Arguments(range) => {
                open.sent = range.end;
                let delta = open.text[range].to_owned();
                let call_id = open.call_id().to_owned();
                self.send(
                    stage,
                    "response.function_call_arguments.delta",
                    &json!({ "call_id": call_id, "delta": delta }),
                );
                self.keep(stage);
            }
            Step::Break => stage.effects.push(Effect::Break),
            Step::Close => {
                self.close(if self.cut { Status::Incomplete } else { Status::Completed }, stage);
                self.next_at = due;
            }
        }
    }

    /// Brings the item up to what was sent, here and in the conversation.
    fn keep(&mut self, stage: &mut Stage<'_>) {
        let Some(open) = &mut self.open else { return };
        let said = open.text[..open.sent].trim_end().to_owned();
        match &mut open.item.kind {
            Kind::FunctionCall { arguments, .. } => *arguments = said,
            Kind::Message { parts, .. } => match parts.first_mut() {
                Some(Part::OutputAudio { transcript, ms }) => {
                    *transcript = Some(said);
                    *ms = (open.audio_sent / self.made.format.bytes_per_ms()) as u64;
                }
                Some(Part::OutputText(text)) => *text = said,
                _ => {}
            },
            _ => {}
        }
        if let Some(item) = stage.conversation.get_mut(&open.item.id) {
            item.clone_from(&open.item);
        }
    }

    /// Ends the open item.
    fn close(&mut self, status: Status, stage: &mut Stage<'_>) {
        self.steps.clear();
        let Some(open) = &mut self.open else { return };
        open.item.status = status;
        self.keep(stage);
        self.close_content(stage);
        let Some(open) = self.open.take() else { return };
        let item = open.item.to_json();
        stage.send(json!({
            "type": "response.output_item.done",
            "response_id": self.made.id, "output_index": self.output.len(), "item": item,
        }));
        if self.made.conversation_id.is_some() {
            stage.send(json!({ "type": "conversation.item.done", "previous_item_id": open.previous, "item": item }));
        }
        self.audio_ms += (open.audio_sent / self.made.format.bytes_per_ms()) as u64;
        self.used = self.used + Tokens::of_item(&open.item);
        self.output.push(open.item);
    }

    /// Stops here and now.
    pub(super) fn cancel(&mut self, reason: &str, stage: &mut Stage<'_>) {
        self.close(Status::Incomplete, stage);
        self.done("cancelled", &json!({ "type": "cancelled", "reason": reason }), stage);
    }

    fn finish(&mut self, stage: &mut Stage<'_>) {
        match self.ending.clone() {
            Ending::Failed(error) => self.done("failed", &json!({ "type": "failed", "error": error }), stage),
            _ if self.cut => {
                self.done("incomplete", &json!({ "type": "incomplete", "reason": "max_output_tokens" }), stage);
            }
            _ => self.done("completed", &Value::Null, stage),
        }
    }

    fn done(&mut self, status: &str, details: &Value, stage: &mut Stage<'_>) {
        stage.send(json!({ "type": "response.done", "response": self.to_json(status, details) }));
    }
}

impl Open {
    fn call_id(&self) -> &str {
        match &self.item.kind {
            Kind::FunctionCall { call_id, .. } => call_id,
            _ => "",
        }
    }
}
