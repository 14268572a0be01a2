//! A session, its client, and what came out.

use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::super::*;
use crate::{caption::Caption, model::FaultSpec, voice};

/// A session, its client, and what came out.
pub(super) struct World {
    pub(super) session: Session,
    pub(super) now: u64,
    events: Vec<Value>,
    pub(super) last: Option<Output>,
    /// Answers are not rendered at once.
    pub(super) by_hand: bool,
}

impl World {
    pub(super) fn new() -> Self {
        Self::with(&[], false)
    }

    pub(super) fn with(faults: &[Fault], echo: bool) -> Self {
        let manner = Manner {
            voice: Voice::Tones,
            speed: 8.0,
            think_ms: 150,
            transcription_ms: 200,
            session_ms: 3_600_000,
            echo,
        };
        let specs: Vec<FaultSpec> = faults.iter().map(|it| FaultSpec { fault: it.clone(), times: Some(1) }).collect();
        let session = Session::open(Arc::new(manner), Arc::new(Faults::new(&specs)), "gpt-realtime-2.1", "t", 1_000, 0);
        let mut world = Self { session, now: 0, events: Vec::new(), last: None, by_hand: false };
        world.drain();
        world
    }

    /// A session as a telephone call has it.
    pub(super) fn configured(faults: &[Fault]) -> Self {
        let mut world = Self::with(faults, false);
        let tool = |name: &str, parameters: Value| json!({ "type": "function", "name": name, "description": "", "parameters": parameters });
        let event =
            json!({ "type": "object", "properties": { "event_id": { "type": "string" } }, "required": ["event_id"] });
        let nothing = json!({ "type": "object", "properties": {} });
        world.send(&json!({ "type": "session.update", "session": {
            "type": "realtime",
            "audio": {
                "input": {
                    "format": { "type": "audio/pcmu" },
                    "transcription": { "model": "gpt-transcribe" },
                    "turn_detection": { "type": "server_vad", "silence_duration_ms": 500 },
                },
                "output": { "format": { "type": "audio/pcmu" }, "voice": "marin" },
            },
            "tools": [
                tool("get_upcoming_events", nothing.clone()),
                tool("get_ticket_pricing", event),
                tool("get_store_hours", nothing),
            ],
        } }));
        world.events();
        world
    }

    pub(super) fn send(&mut self, frame: &Value) {
        self.session.receive(&frame.to_string(), self.now);
        self.drain();
    }

    pub(super) fn append(&mut self, audio: &[u8]) {
        for frame in audio.chunks(160) {
            self.send(&json!({ "type": "input_audio_buffer.append", "audio": BASE64_STANDARD.encode(frame) }));
        }
    }

    /// Says something with its words under it, and is silent afterwards.
    pub(super) fn say(&mut self, text: &str) {
        let mut audio = loud(1_200);
        Caption { id: text.len() as u16, duration_ms: 1_200, text: text.into() }.write(&mut audio);
        self.append(&audio);
        self.append(&[0xFF; 4_800]);
    }

    pub(super) fn pass(&mut self, ms: u64) {
        let end = self.now + ms;
        while let Some(due) = self.session.deadline().filter(|it| *it <= end) {
            self.now = self.now.max(due);
            self.session.tick(self.now);
            self.drain();
        }
        self.now = end;
        self.session.tick(end);
        self.drain();
    }

    pub(super) fn drain(&mut self) {
        while let Some(output) = self.session.poll() {
            match &output {
                Output::Send(text) => self.events.push(serde_json::from_str(text).expect("JSON")),
                Output::Speak { response_id, utterance } if !self.by_hand => {
                    let audio = voice::tones(utterance).into();
                    let part = SpokenPart { audio, text_bytes: utterance.text.len(), last: true };
                    self.session.spoken(response_id, &part, self.now);
                }
                Output::Speak { .. } | Output::Close { .. } | Output::Break => {}
            }
            self.last = Some(output);
        }
    }

    pub(super) fn events(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.events)
    }

    pub(super) fn kinds_without_repetition(&mut self) -> Vec<String> {
        let mut kinds: Vec<String> = Vec::new();
        for event in self.events() {
            let kind = event["type"].as_str().unwrap_or("").to_owned();
            if !kind.ends_with("delta") || !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds
    }

    pub(super) fn error(&mut self) -> Value {
        event(&self.events(), "error")["error"].clone()
    }

    pub(super) fn finished_call(&mut self) -> Value {
        let events = self.events();
        assert_eq!(event(&events, "response.done")["response"]["status"], "completed");
        all(&events, "response.output_item.done")
            .map(|it| it["item"].clone())
            .find(|it| it["type"] == "function_call")
            .expect("a call")
    }

    pub(super) fn answer(&mut self, call: &Value, output: &str) {
        let item = json!({ "type": "function_call_output", "call_id": call["call_id"], "output": output });
        self.send(&json!({ "type": "conversation.item.create", "item": item }));
        self.send(&json!({ "type": "response.create" }));
        self.pass(20_000);
    }

    /// Bytes of a sentence in the practice voice.
    pub(super) fn rendered(text: &str) -> usize {
        let format = voice::Format::Mulaw;
        voice::tones(&Utterance {
            text: text.into(),
            voice: Voice::Tones,
            timbre: "marin".into(),
            speed_percent: 100,
            format,
        })
        .len()
    }
}

pub(super) fn event<'a>(events: &'a [Value], kind: &str) -> &'a Value {
    all(events, kind).next().unwrap_or_else(|| panic!("no {kind} in {events:#?}"))
}

pub(super) fn all<'a>(events: &'a [Value], kind: &str) -> impl Iterator<Item = &'a Value> {
    events.iter().filter(move |it| it["type"] == kind)
}

pub(super) fn decoded(base64: &Value) -> Vec<u8> {
    BASE64_STANDARD.decode(base64.as_str().expect("text")).expect("base64")
}

/// A tone as loud as a voice.
pub(super) fn loud(ms: usize) -> Vec<u8> {
    (0..ms * 8).map(|n| if n % 16 < 8 { 0x20 } else { 0xA0 }).collect()
}
