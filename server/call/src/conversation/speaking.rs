//! What the caller hears: the model's audio, sentences from memory, and being interrupted.

use base64::{Engine, prelude::BASE64_STANDARD};

use super::Call;
use crate::{
    io::{Fact, Ms, Output, SessionNo, Speaker, Track},
    openai::{ClientEvent, EventKind, ResponseOptions},
    phrases,
    plan::Phrase,
    playback::{Progress, Source},
    turn::Why,
    twilio::ToPhone,
};

/// The longest answer without a word of the caller; what comes after is cut.
const MONOLOGUE_MS: u64 = 60_000;

impl Call {
    /// Audio of the model, to be spoken after what is there.
    pub(super) fn model_audio(&mut self, no: SessionNo, response: &str, item: &str, delta: &str) {
        let Ok(audio) = BASE64_STANDARD.decode(delta) else { return self.unreadable_event() };
        if self.turn.is_outside(response) || self.is_typed() || audio.is_empty() {
            return;
        }
        let line = self.transcript.item(item, Speaker::Assistant, self.now);
        let length_ms = audio.len() as u64 / crate::audio::BYTES_PER_MS as u64;
        if !self.turn.may_speak(response) || !self.ending.lets_speak() {
            self.transcript.lost_sound(line, length_ms);
            return;
        }
        let source = Source { line, item: Some((no, item.to_owned())) };
        let spoken_ms = self.turn.active().filter(|active| active.id == response).map_or(0, |active| active.audio_ms);
        let room_ms = MONOLOGUE_MS.saturating_sub(spoken_ms.max(self.playback.held_ms()));
        let kept = audio.len().min(room_ms as usize * crate::audio::BYTES_PER_MS);
        if !self.playback.add(source, &audio[..kept]) {
            return;
        }
        self.silence.model_speaks();
        self.sessions.proved();
        self.caller.turn_is_known();
        self.failures = 0;
        self.reheard_by = None;
        if let Some(active) = self.turn.active_mut(response) {
            active.audio_ms += length_ms;
        }
        if kept < audio.len() {
            self.note_event("monologue", "The assistant spoke for a minute without a pause and was cut.");
            self.cancel_response(no);
            let audio_end_ms = self.playback.generated_ms(no, item);
            self.playback.complete(no, item);
            self.truncate(no, item.to_owned(), audio_end_ms);
        }
    }

    /// Says a sentence from memory after what is playing.
    pub(super) fn say(&mut self, phrase: Phrase) {
        let text = phrases::text(&self.plan.language, phrase);
        let audio = phrases::audio(&self.plan.language, phrase);
        let length_ms = audio.len() as u64 / crate::audio::BYTES_PER_MS as u64;
        // What asks for an answer must be known to the model, or the answer makes no sense to it.
        let line = match phrase {
            Phrase::StillThere | Phrase::WhereWereWe => self.transcript.told(text, length_ms, self.now),
            _ => self.transcript.memory(text, length_ms, self.now),
        };
        if self.is_typed() {
            self.transcript.spoken(line, self.now, self.now, length_ms, length_ms);
        } else if self.started.is_some() {
            self.playback.say(line, audio);
        }
    }

    /// Gives the telephone what it should have by now.
    pub(super) fn send_audio(&mut self) {
        while let Some(piece) = self.playback.next_piece(self.now) {
            let payload = BASE64_STANDARD.encode(&piece.audio);
            self.out.push_back(Output::Phone(ToPhone::Media { payload }));
            self.out.extend(piece.mark.map(|name| Output::Phone(ToPhone::Mark { name })));
            if self.metrics.first_word_ms.is_none() {
                self.metrics.first_word_ms = self.started.map(|started| self.now.since(started));
            }
            if piece.first_of_item
                && let Some(at) = self.unanswered_since.take()
            {
                self.fact(Fact::Latency { at, latency_ms: self.now.since(at) });
            }
        }
        if let Some(name) = self.playback.next_mark(self.now) {
            self.out.push_back(Output::Phone(ToPhone::Mark { name }));
        }
    }

    /// Notes what has been heard: for the recording, for the transcript, for the figures.
    pub(super) fn hear_playback(&mut self) {
        self.record_heard(self.now);
        while let Some(progress) = self.playback.next_finished(self.now) {
            self.clip_ended(&progress);
        }
        for progress in self.playback.progress(self.now) {
            let Progress { source, heard_ms, generated_ms, start, end } = progress;
            self.transcript.speaking(source.line, start, end, heard_ms, generated_ms);
        }
    }

    pub(super) fn record_heard(&mut self, until: Ms) {
        while let Some((at, audio)) = self.playback.next_recorded(until) {
            if !self.is_recording() {
                continue;
            }
            self.out.push_back(Output::Record { track: Track::Assistant, at, audio });
        }
    }

    pub(super) fn clip_ended(&mut self, progress: &Progress) {
        self.metrics.assistant_talk_ms += progress.heard_ms;
        let Progress { source, heard_ms, generated_ms, start, end } = progress;
        self.transcript.spoken(source.line, *start, *end, *heard_ms, *generated_ms);
    }

    /// The caller speaks while the assistant is speaking.
    pub(super) fn barge_in(&mut self) {
        if self.stop_speaking() {
            self.metrics.interruptions += 1;
            self.note_event("interrupted", "The caller cut in.");
            self.stay();
        }
    }

    /// Throws away what the caller has not heard, and tells the model how much that was. Whether there was any.
    pub(super) fn stop_speaking(&mut self) -> bool {
        self.turn.discard();
        let current = self.sessions.ready();
        let cuts = self.playback.interrupt(self.now);
        if cuts.is_empty() {
            return false;
        }
        self.notice_cut();
        self.out.push_back(Output::Phone(ToPhone::Clear));
        self.record_heard(self.now);
        for cut in cuts {
            self.clip_ended(&cut);
            let Some((no, item)) = cut.source.item else { continue };
            // An older session is gone with its items, and what was heard to its end keeps its words.
            if current == Some(no) && cut.heard_ms < cut.generated_ms {
                self.truncate(no, item, cut.heard_ms);
            }
        }
        true
    }

    fn truncate(&mut self, no: SessionNo, item_id: String, audio_end_ms: u64) {
        let event_id = self.event_id(EventKind::Truncate);
        self.send(no, ClientEvent::Truncate { event_id, item_id, content_index: 0, audio_end_ms });
    }

    /// Stops the active response, if there is one; what still comes of it is late.
    pub(super) fn cancel_response(&mut self, no: SessionNo) {
        if let Some(id) = self.turn.discard() {
            let event_id = self.event_id(EventKind::Cancel);
            let response_id = (!id.is_empty()).then_some(id);
            self.send(no, ClientEvent::CancelResponse { event_id, response_id });
        }
    }

    /// How a response differs from others by why it is wanted.
    pub(super) fn options(&self, why: Why) -> ResponseOptions {
        match why {
            Why::Greeting => ResponseOptions {
                instructions: Some(format!(
                    "Say exactly the following sentence to the caller, word for word, and nothing else: \"{}\"",
                    self.plan.greeting
                )),
                tool_choice: Some("none"),
            },
            Why::Continue => ResponseOptions {
                instructions: Some(format!(
                    "{}\n\nThe line broke while you were speaking. Go on where your last sentence stopped, without greeting the caller and \
                     without repeating what you have said.",
                    self.plan.prompt().replace(['"', '“', '”'], "'")
                )),
                tool_choice: None,
            },
            Why::Goodbye => ResponseOptions { instructions: None, tool_choice: Some("none") },
            Why::Answer | Why::Notice => ResponseOptions::default(),
        }
    }
}
