//! Losing the model's session and going on with another as if nothing had happened.

use super::{Call, Ending};
use crate::{
    io::{Output, SessionNo, Speaker},
    openai::{Failure, NewItem, ServerEvent},
    session::{After, Severity, Which, refusal},
    transcript::Past,
    turn::Why,
};

/// How much of the conversation a fresh session is told.
const PAST_TURNS: usize = 20;
/// A turn played to a fresh session should be noticed within this.
const REHEARD_MS: u64 = 2_500;
/// Waits before a failed response is asked for again.
const RETRY_MS: u64 = 250;
const RATE_RETRY_MS: u64 = 1_000;
/// A caller does not wait longer than this for a limit to pass.
const MAX_RATE_RETRY_MS: u64 = 3_000;

impl Call {
    pub(super) fn open_model(&mut self) {
        let no = self.sessions.open(self.now);
        self.server_errors = 0;
        self.formats_repeated = false;
        self.out.push_back(Output::OpenModel(no));
    }

    pub(super) fn model_closed(&mut self, no: SessionNo, failure: Failure) {
        match self.sessions.which(no) {
            Which::Old => {}
            Which::Next => self.sessions.next_lost(self.now),
            Which::Current => {
                let was_ready = self.sessions.ready() == Some(no);
                match refusal(failure) {
                    Severity::Fatal if !was_ready => {
                        self.note_event("model_error", "The model's server refuses us.");
                        self.give_up();
                    }
                    severity => self.replace_session(severity == Severity::RateLimited),
                }
            }
        }
    }

    /// The talking session is of no use any more: it is closed, and another one takes its place.
    pub(super) fn lose_session(&mut self) {
        if let Some(no) = self.sessions.current() {
            self.out.push_back(Output::CloseModel(no));
            self.replace_session(false);
        }
    }

    fn replace_session(&mut self, overrun: bool) {
        if self.sessions.ready().is_some() {
            self.metrics.reconnects += 1;
            self.note_event("reconnecting", "The line to the model broke; another one is opened.");
            self.remember_what_is_owed();
            if let Some(next) = self.sessions.next_ready() {
                self.sessions.switch(self.now);
                return self.session_ready(next);
            }
        }
        match self.sessions.lost(overrun, self.now) {
            After::GiveUp => self.give_up(),
            After::Again => self.keep_sessions(),
        }
    }

    /// What the next session must do: what was asked for, what was cut off, what the caller is waiting for.
    fn remember_what_is_owed(&mut self) {
        if let Some(active) = self.turn.active().filter(|active| !active.stopped) {
            let said = active.audio_ms > 0 || active.words;
            // A greeting of which something was heard is not begun again; that the call is recorded is said for itself.
            let goes_on = active.why < Why::Continue || active.why == Why::Greeting;
            let why = if said && goes_on { Why::Continue } else { active.why };
            self.turn.want(why);
        }
        // An answer that a tool is working on is asked for when it is there.
        let waits = self.silence.is_waiting() && self.tools.running_since().is_none();
        let owed = self.turn.caller_speaks() || waits;
        if owed && self.turn.wants().is_none_or(|why| why <= Why::Answer) {
            let known = self.caller_line.is_some_and(|line| self.transcript.has_words(line));
            if (self.turn.caller_speaks() || !known) && self.caller.rewind_to_turn() {
                // The next session hears the turn itself and answers it by itself.
                self.reheard_by = Some(self.now.plus(REHEARD_MS));
                self.turn.left_to_the_model();
            } else {
                self.turn.want(Why::Answer);
            }
        }
        self.turn.session_lost();
        self.tools.session_lost();
        self.playback.complete_all();
    }

    /// Our settings hold: the model can be talked to.
    pub(super) fn session_ready(&mut self, no: SessionNo) {
        self.silence.session_ready(self.now);
        self.transcript.session_begins();
        self.catch_up(no);
        self.seed(no);
        self.caller.session_begins();
        if self.reheard_by.is_some() {
            self.reheard_by = Some(self.now.plus(REHEARD_MS));
        }
        self.forward_caller(no);
        if self.metrics.reconnects > 0 {
            self.note_event("reconnected", "The model is back and knows what was said.");
        }
    }

    /// Tells a fresh session what the last one knew: as it was heard, not as it was generated.
    fn seed(&mut self, no: SessionNo) {
        let past = self.transcript.past(PAST_TURNS);
        let mut items = Vec::with_capacity(past.len() + 1);
        for turn in past {
            match turn {
                Past::Said(Speaker::Caller, text) => items.push(NewItem::User { text: text.to_owned() }),
                Past::Said(Speaker::Assistant, text) => items.push(NewItem::Assistant { text: text.to_owned() }),
                Past::Tool(call_id) => {
                    let Some(run) = self.tools.answered(call_id) else { continue };
                    items.push(NewItem::FunctionCall {
                        call_id: run.id_in(no),
                        name: run.name.clone(),
                        arguments: run.arguments.clone(),
                    });
                    let output = run.output.clone().unwrap_or_default();
                    items.push(NewItem::FunctionOutput { call_id: run.id_in(no), output });
                }
            }
        }
        let mut system: Vec<String> = self.notes.iter().cloned().collect();
        if !items.is_empty() && self.turn.wants() != Some(Why::Greeting) {
            system.insert(
                0,
                "This conversation is already under way; what was said so far follows. Do not greet again.".to_owned(),
            );
        }
        if !system.is_empty() {
            self.add_item(no, NewItem::System { text: system.join("\n") });
        }
        for item in items {
            self.add_item(no, item);
        }
    }

    /// A response brought nothing: again, then with another session, then not at all.
    pub(super) fn try_again(&mut self, why: Why, severity: Severity) {
        self.failures += 1;
        self.silence.wait(self.now);
        if matches!(self.ending, Ending::Goodbye { .. }) {
            return;
        }
        match self.failures {
            1 | 2 => {
                let pause = if severity == Severity::RateLimited {
                    self.rate_hint_ms.unwrap_or(RATE_RETRY_MS * u64::from(self.failures)).min(MAX_RATE_RETRY_MS)
                } else {
                    RETRY_MS
                };
                self.turn.back_off(pause, self.now);
                self.turn.want(why);
            }
            3 => {
                self.turn.want(why);
                self.lose_session();
            }
            _ => self.give_up(),
        }
    }

    /// Opens what is to be opened, gives up what is hopeless, and changes to a fresh session when nobody speaks.
    pub(super) fn keep_sessions(&mut self) {
        if !self.ending.lets_speak() {
            return;
        }
        if self.sessions.hopeless(self.now) {
            return self.give_up();
        }
        if self.sessions.retry_due(self.now) {
            self.open_model();
        }
        if self.sessions.wants_next(self.plan.limits.session_ms, self.now) {
            let no = self.sessions.open_next();
            self.out.push_back(Output::OpenModel(no));
        }
        if let Some(next) = self.sessions.next_ready()
            && self.is_quiet()
        {
            if let Some(old) = self.sessions.switch(self.now) {
                self.out.push_back(Output::CloseModel(old));
            }
            self.note_event("session_renewed", "The model's session was replaced by a fresh one.");
            self.turn.session_lost();
            self.tools.session_lost();
            self.session_ready(next);
        }
    }

    /// Events of the session that will take over.
    pub(super) fn successor(&mut self, no: SessionNo, event: &ServerEvent<'_>) {
        match event {
            ServerEvent::SessionCreated(info) => self.set_up(no, info),
            ServerEvent::SessionUpdated(info) => {
                self.session_ends(no, info);
                self.sessions.updated(no, self.now);
            }
            ServerEvent::Error(_) => {
                self.out.push_back(Output::CloseModel(no));
                self.sessions.next_lost(self.now);
            }
            _ => {}
        }
    }

    pub(super) fn close_sessions(&mut self) {
        for no in self.sessions.close_all() {
            self.out.push_back(Output::CloseModel(no));
        }
    }

    /// Whether nobody speaks, waits or works.
    pub(super) fn is_quiet(&self) -> bool {
        self.turn.is_free()
            && !self.playback.is_busy(self.now)
            && !self.silence.is_waiting()
            && self.tools.running_since().is_none()
            && self.keypad.waiting() == 0
            && self.reheard_by.is_none()
    }
}
