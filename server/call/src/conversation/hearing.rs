//! What comes from the caller: frames, keys, typed sentences.

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{Call, Ending};
use crate::{
    caller::Taken,
    io::{EndReason, Finish, Ms, Output, SessionNo, Track},
    keypad::{Pressed, REMEMBERED_MS},
    openai::{ClientEvent, EventKind, NewItem},
    tools::cut,
    turn::Why,
    twilio::{FromPhone, Start},
};

/// Frames that are not understood before the stream is given up.
const MAX_BAD_FRAMES: u32 = 50;
/// The longest sentence taken of one who types.
const MAX_TYPED_BYTES: usize = 4_000;

/// A number that the model was told of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keyed {
    at: Ms,
    line: u32,
    session: SessionNo,
}

impl Call {
    pub(super) fn phone(&mut self, frame: FromPhone<'_>) {
        if self.is_typed() {
            return;
        }
        match frame {
            FromPhone::Connected | FromPhone::Other => {}
            FromPhone::Start(start) => self.stream_starts(&start),
            FromPhone::Stop if self.started.is_some() => self.finish(Finish::Gone(EndReason::CallerHungUp)),
            FromPhone::Media { .. } | FromPhone::Stop if self.started.is_none() => {
                self.protocol_broken("The telephone sent audio, or its end, before the start of the stream.");
            }
            FromPhone::Media { timestamp_ms, payload } => self.caller_frame(timestamp_ms, payload.into_owned()),
            FromPhone::Dtmf { digit } => self.key_pressed(digit),
            FromPhone::Mark { name } => self.playback.mark(&name, self.now),
            FromPhone::Stop | FromPhone::Unknown => self.bad_frame(),
        }
    }

    fn stream_starts(&mut self, start: &Start) {
        if self.started.is_some() {
            return self.protocol_broken("The telephone started the stream twice.");
        }
        let is_mulaw =
            matches!(start.encoding.as_str(), "" | "audio/x-mulaw") && matches!(start.sample_rate, 0 | 8_000);
        if !is_mulaw {
            return self.protocol_broken("The telephone's audio is not µ-law at 8 kHz.");
        }
        self.begin();
    }

    fn protocol_broken(&mut self, what: &str) {
        self.note_event("phone_protocol", what);
        self.finish(Finish::Rescue(EndReason::PhoneProtocol));
    }

    fn bad_frame(&mut self) {
        self.metrics.bad_frames += 1;
        if self.metrics.bad_frames > MAX_BAD_FRAMES {
            self.protocol_broken("The telephone sent too many frames that could not be understood.");
        }
    }

    /// 20 ms of the caller's voice: to the recording, and to the model as it came.
    fn caller_frame(&mut self, timestamp_ms: u64, payload: String) {
        let audio = match BASE64_STANDARD.decode(&payload) {
            Ok(audio) if !audio.is_empty() => audio,
            _ => return self.bad_frame(),
        };
        let Taken::At { at, gap_ms } = self.caller.take(timestamp_ms, &audio, self.now) else { return };
        self.metrics.frames_in += 1;
        self.metrics.padded_ms += gap_ms;
        let length = audio.len();
        if self.is_recording() {
            self.out.push_back(Output::Record { track: Track::Caller, at, audio });
        }
        let Some(no) = self.sessions.ready() else { return };
        if self.caller.pass_through(length) {
            self.append(no, payload);
        } else {
            self.forward_caller(no);
        }
    }

    /// Gives the model everything of the caller that it does not have.
    pub(super) fn forward_caller(&mut self, no: SessionNo) {
        while let Some(audio) = self.caller.next_unsent() {
            self.append(no, BASE64_STANDARD.encode(audio));
        }
    }

    fn append(&mut self, no: SessionNo, audio: String) {
        let event_id = self.event_id(EventKind::Audio);
        self.send(no, ClientEvent::Append { event_id, audio });
    }

    fn key_pressed(&mut self, key: char) {
        if self.started.is_none() || !self.keypad.press(key, self.now) {
            return self.bad_frame();
        }
        self.silence.caller_acts(self.now);
        // Who presses keys has not finished: what they mean is known when all of them are there.
        self.stay();
    }

    /// A number is complete: the model is told, as if it had been said.
    pub(super) fn keep_keypad(&mut self) {
        let began = self.keypad.began();
        let Some(pressed) = self.keypad.take(self.now) else { return };
        if !matches!(self.ending, Ending::No | Ending::Goodbye { .. }) {
            return;
        }
        let item = match pressed {
            Pressed::Keys(keys) => {
                let many = if keys.len() == 1 { "a key".to_owned() } else { format!("{} keys", keys.len()) };
                self.note_event("keypad", format!("The caller pressed {many}."));
                let text = format!("[The caller pressed keypad digits: {keys}]");
                self.keyed(text, began)
            }
            Pressed::Card => {
                self.take_keys_back();
                self.note_event(
                    "keypad",
                    "The caller pressed keys that look like a payment card; they were not passed on.",
                );
                NewItem::System {
                    text: "The caller has keyed in what looks like a payment card number. It was thrown away. Tell them that cards are \
                           not taken over the telephone."
                        .to_owned(),
                }
            }
        };
        if let Some(no) = self.sessions.ready() {
            self.cancel_response(no);
        }
        self.stop_speaking();
        self.caller_said(item);
    }

    /// A number for the model, remembered for the case that it turns out to be part of a card's.
    fn keyed(&mut self, text: String, began: Ms) -> NewItem {
        let line = self.transcript.did(&text, began, self.now);
        let id = format!("keys_{line}");
        self.keyed.retain(|keyed| self.now.since(keyed.at) <= REMEMBERED_MS);
        if let Some(session) = self.sessions.ready() {
            self.keyed.push(Keyed { at: self.now, line, session });
        }
        NewItem::Keys { id, text }
    }

    /// What was passed on within the last minute was the beginning of a card's number.
    fn take_keys_back(&mut self) {
        for Keyed { line, session, .. } in std::mem::take(&mut self.keyed) {
            self.transcript.undo(line);
            if self.sessions.ready() == Some(session) {
                let event_id = self.event_id(EventKind::Delete);
                self.send(session, ClientEvent::DeleteItem { event_id, item_id: format!("keys_{line}") });
            }
        }
    }

    /// "Try it": a sentence of one who types.
    pub(super) fn typed(&mut self, text: &str) {
        let text = cut(text.trim(), MAX_TYPED_BYTES);
        if text.is_empty() || !self.is_typed() || !matches!(self.ending, Ending::No | Ending::Goodbye { .. }) {
            return;
        }
        self.stay();
        self.silence.caller_acts(self.now);
        self.transcript.typed(text, self.now);
        self.caller_said(NewItem::User { text: text.to_owned() });
    }

    fn caller_said(&mut self, item: NewItem) {
        if let Some(no) = self.sessions.ready() {
            self.add_item(no, item);
        }
        self.turn.want(Why::Answer);
        self.silence.wait(self.now);
    }
}
