//! The caller's turns: heard, closed, written down, and missed.

use serde_json::{Value, json};

use super::{Later, Session};
use crate::model::{
    faults::Fault,
    input::Heard,
    items::{Item, Kind, Part, Role, Status},
    problem::Problem,
    usage,
    vad::Edge,
};

impl Session {
    pub(super) fn append(&mut self, audio: &str) -> Result<(), Problem> {
        let format = self.config.input_format();
        let turns = self.config.turn_detection();
        let edges = self.input.append(audio, format, turns.map(|it| it.sensitivity))?;
        let Some(turns) = turns else { return Ok(()) };
        for edge in edges {
            match edge {
                Edge::Started { audio_start_ms } => self.speech_started(audio_start_ms, turns.interrupt_response),
                Edge::Stopped { audio_end_ms } => self.speech_stopped(audio_end_ms, turns.create_response),
            }
        }
        Ok(())
    }

    fn speech_started(&mut self, audio_start_ms: u64, interrupt: bool) {
        let item_id = self.ids.make("item");
        self.input.speech_from(audio_start_ms);
        self.later.retain(|(_, it)| !matches!(it, Later::Idle));
        self.send(json!({ "type": "input_audio_buffer.speech_started", "audio_start_ms": audio_start_ms, "item_id": item_id }));
        self.speaking = Some(item_id);
        if interrupt && let Some(response) = self.active.take() {
            self.stop(response, "turn_detected");
        }
    }

    fn speech_stopped(&mut self, audio_end_ms: u64, respond: bool) {
        let item_id = self.speaking.take().unwrap_or_else(|| self.ids.make("item"));
        self.send(
            json!({ "type": "input_audio_buffer.speech_stopped", "audio_end_ms": audio_end_ms, "item_id": item_id }),
        );
        let heard = self.input.take_speech(audio_end_ms, self.config.input_format());
        self.commit(item_id, heard);
        if respond && !self.over {
            self.respond_by_itself();
        }
    }

    fn respond_by_itself(&mut self) {
        if let Err(problem) = self.create_response(&Value::Null) {
            self.refuse(&problem, None);
        }
    }

    pub(super) fn commit_by_hand(&mut self) -> Result<(), Problem> {
        let heard = self.input.take_all(self.config.input_format())?;
        let item_id = self.speaking.take().unwrap_or_else(|| self.ids.make("item"));
        self.commit(item_id, heard);
        Ok(())
    }

    fn commit(&mut self, item_id: String, heard: Heard) {
        let previous = self.conversation.last_id();
        self.send(json!({ "type": "input_audio_buffer.committed", "previous_item_id": previous, "item_id": item_id }));
        let part = Part::InputAudio { audio: heard.audio, ms: heard.ms, words: heard.words, transcript: None };
        let kind = Kind::Message { role: Role::User, parts: vec![part] };
        self.add(Item { id: item_id.clone(), status: Status::Completed, kind }, None)
            .unwrap_or_else(|problem| self.refuse(&problem, None));
        if let Some(model) = self.config.transcription() {
            self.later.push((self.now + self.manner.transcription_ms, Later::Transcribe { item_id, model }));
        }
        if let Some(ms) = self.faults.take(|it| if let Fault::Silent(ms) = it { Some(*ms) } else { None }) {
            self.muted_until = Some(self.now + ms);
        }
        if self.faults.happens(&Fault::SessionExpired) {
            self.expire();
        }
    }

    /// Starts the clock on a caller who says nothing.
    pub(super) fn wait_for_caller(&mut self) {
        let timeout = self.config.turn_detection().and_then(|it| it.idle_timeout_ms);
        self.later.retain(|(_, it)| !matches!(it, Later::Idle));
        if let Some(timeout) = timeout.filter(|_| self.speaking.is_none()) {
            self.later.push((self.heard_until + timeout, Later::Idle));
        }
    }

    pub(super) fn transcribe(&mut self, item_id: &str, model: &str) {
        let Some(Kind::Message { parts, .. }) = self.conversation.get_mut(item_id).map(|it| &mut it.kind) else {
            return;
        };
        let Some(Part::InputAudio { ms, words, transcript, .. }) = parts.first_mut() else { return };
        let text = words.clone().unwrap_or_else(|| format!("[speech, {:.1} s]", *ms as f64 / 1_000.0));
        *transcript = Some(text.clone());
        let usage = usage::of_transcription(model, *ms, &text);
        self.send(json!({
            "type": "conversation.item.input_audio_transcription.delta", "item_id": item_id, "content_index": 0, "delta": text,
        }));
        self.send(json!({
            "type": "conversation.item.input_audio_transcription.completed",
            "item_id": item_id, "content_index": 0, "transcript": text, "usage": usage,
        }));
    }

    pub(super) fn nobody_spoke(&mut self) {
        if self.active.is_some() || self.speaking.is_some() {
            return;
        }
        let item_id = self.ids.make("item");
        let (start, end) = self.input.span(self.config.input_format());
        self.send(json!({
            "type": "input_audio_buffer.timeout_triggered", "audio_start_ms": start, "audio_end_ms": end, "item_id": item_id,
        }));
        self.input.clear();
        self.commit(item_id, Heard::default());
        self.respond_by_itself();
    }
}
