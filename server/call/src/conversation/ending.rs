//! How a call ends: exactly once, and never in the middle of a word.

use super::Call;
use crate::{
    io::{AfterTool, EndReason, Fact, Finish, Ms, Output, ToolStatus},
    plan::Phrase,
    tools::ABANDONED,
    turn::Why,
};

/// A model that was told to say goodbye and is silent for so long, before it or in the middle of it, is spoken for.
const GOODBYE_MS: u64 = 1_700;
/// A goodbye that has lasted this long is cut, whatever keeps it from its end.
const LONGEST_GOODBYE_MS: u64 = 20_000;
/// How long the assistant may go on before a call that is over its limit is wound up.
const WIND_UP_MS: u64 = 6_000;
/// The same when staff want it to end.
const CUT_SHORT_MS: u64 = 1_500;

/// Where a call stands on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Nobody thinks of it.
    No,
    /// The assistant ends the call and says goodbye.
    Goodbye {
        since: Ms,
        /// Words of the goodbye came to their end.
        said: bool,
    },
    /// The sentence being spoken may end, then this one follows.
    WindUp { phrase: Phrase, finish: Finish, by: Ms },
    /// The last sentence is being heard.
    LastWords { finish: Finish },
    /// Nothing follows.
    Over,
}

impl Ending {
    /// Whether the model may still speak.
    pub const fn lets_speak(self) -> bool {
        matches!(self, Self::No | Self::Goodbye { .. } | Self::WindUp { .. })
    }

    /// Whether the caller may still cut in.
    pub const fn lets_interrupt(self) -> bool {
        matches!(self, Self::No | Self::Goodbye { .. } | Self::WindUp { .. })
    }

    /// Whether the call goes on as far as anybody knows.
    pub const fn is_far(self) -> bool {
        matches!(self, Self::No)
    }
}

impl Call {
    /// Answers for tools that are too slow, and goes on when all of a response's tools have answered.
    pub(super) fn keep_tools(&mut self) {
        while let Some(run) = self.tools.next_overdue(self.plan.limits.tool_ms, self.now) {
            let id = run.id.clone();
            self.tool_is_slow(&id);
        }
        while let Some((then, spoke)) = self.tools.next_complete() {
            if !self.ending.lets_speak() {
                continue;
            }
            match then {
                AfterTool::GoOn => {
                    self.turn.want(Why::Answer);
                    self.silence.wait(self.quiet_since());
                }
                AfterTool::EndCall => self.say_goodbye(spoke),
            }
        }
    }

    /// The assistant ends the call. `spoke` says whether it has said goodbye already.
    fn say_goodbye(&mut self, spoke: bool) {
        if !matches!(self.ending, Ending::No) {
            return;
        }
        // A caller who has begun to speak again has not finished.
        if self.turn.caller_speaks() {
            return self.turn.want(Why::Answer);
        }
        self.ending = Ending::Goodbye { since: self.now, said: spoke };
        if !spoke {
            self.turn.want(Why::Goodbye);
        }
    }

    /// The caller goes on: whatever goodbye was thought of is not said.
    pub(super) fn stay(&mut self) {
        if matches!(self.ending, Ending::Goodbye { .. }) {
            self.ending = Ending::No;
            self.turn.forget(Why::Goodbye);
        }
    }

    pub(super) fn goodbye_said(&mut self) {
        if let Ending::Goodbye { said, .. } = &mut self.ending {
            *said = true;
        }
    }

    pub(super) fn shut_down(&mut self) {
        self.wind_up(Phrase::ShutdownGoodbye, Finish::HangUp(EndReason::Shutdown), WIND_UP_MS);
    }

    /// Somebody ends the call. One who listens is told; who types sees it.
    pub(super) fn end(&mut self, reason: EndReason) {
        let finish = Finish::HangUp(reason);
        if self.is_typed() { self.finish(finish) } else { self.wind_up(Phrase::Goodbye, finish, CUT_SHORT_MS) }
    }

    /// Ends a call that has lasted, or cost, too much.
    pub(super) fn keep_limits(&mut self) {
        if !self.ending.is_far() && !self.goodbye_is_owed() {
            return;
        }
        let Some(started) = self.started else {
            if self.made.plus(super::time::START_MS) <= self.now {
                self.note_event("phone_protocol", "The telephone's stream did not start.");
                self.finish(Finish::Rescue(EndReason::PhoneProtocol));
            }
            return;
        };
        let too_long = started.plus(self.plan.limits.call_ms) <= self.now;
        if too_long || self.costs_too_much() {
            let what = if too_long {
                "The call has lasted as long as it may."
            } else {
                "The call has cost as much as it may."
            };
            self.note_event("limit", what);
            self.wind_up(Phrase::LimitGoodbye, Finish::HangUp(EndReason::Limit), WIND_UP_MS);
        }
    }

    /// The sentence being spoken may end within so long, then the call ends with this one.
    fn wind_up(&mut self, phrase: Phrase, finish: Finish, within_ms: u64) {
        if self.started.is_none() {
            return self.finish(finish);
        }
        if matches!(self.ending, Ending::No | Ending::Goodbye { .. }) {
            self.turn.want_nothing();
            self.ending = Ending::WindUp { phrase, finish, by: self.now.plus(within_ms) };
        }
    }

    /// Says the last sentence of the call; when it has been heard, the call is over.
    pub(super) fn last_words(&mut self, phrase: Phrase, finish: Finish) {
        if let Some(no) = self.sessions.ready() {
            self.cancel_response(no);
        }
        self.turn.want_nothing();
        self.playback.complete_all();
        self.ending = Ending::LastWords { finish };
        self.say(phrase);
    }

    /// Whatever is being said ends here, and the call with this sentence.
    fn cut_short(&mut self, phrase: Phrase, finish: Finish) {
        if let Some(no) = self.sessions.ready() {
            self.cancel_response(no);
        }
        self.stop_speaking();
        self.last_words(phrase, finish);
        self.send_audio();
    }

    /// When a goodbye must have come to its end. One that is owed may not leave the caller in silence either.
    fn goodbye_by(&self, since: Ms, said: bool) -> Ms {
        let longest = since.plus(LONGEST_GOODBYE_MS);
        if said { longest } else { longest.min(since.max(self.playback.ends_at()).plus(GOODBYE_MS)) }
    }

    /// Whether the caller waits for the goodbye.
    pub(super) const fn goodbye_is_owed(&self) -> bool {
        matches!(self.ending, Ending::Goodbye { said: false, .. })
    }

    pub(super) fn keep_ending(&mut self) {
        match self.ending {
            Ending::No | Ending::Over => {}
            Ending::Goodbye { since, said } => {
                let finish = Finish::HangUp(EndReason::AssistantEnded);
                let nobody_speaks = self.turn.active().is_none() && !self.turn.caller_speaks();
                if said && self.playback.is_settled() && nobody_speaks {
                    self.finish(finish);
                } else if self.goodbye_by(since, said) <= self.now {
                    self.cut_short(Phrase::Goodbye, finish);
                }
            }
            Ending::WindUp { phrase, finish, by } => {
                let quiet =
                    !self.playback.is_busy(self.now) && self.turn.active().is_none() && !self.turn.caller_speaks();
                if quiet || by <= self.now {
                    self.cut_short(phrase, finish);
                }
            }
            Ending::LastWords { finish } => {
                if self.playback.is_settled() {
                    self.finish(finish);
                }
            }
        }
    }

    /// When the ending goes on if nothing happens before.
    pub(super) fn ending_deadline(&self) -> Option<(Ms, &'static str)> {
        match self.ending {
            Ending::Goodbye { since, said } => Some((self.goodbye_by(since, said), "the assistant says goodbye")),
            Ending::WindUp { by, .. } => Some((by, "the call is wound up")),
            _ => None,
        }
    }

    /// The call is over. Everything open is closed, everything begun is told to its end.
    pub(super) fn finish(&mut self, finish: Finish) {
        if self.is_over() {
            return;
        }
        let sound_ended = self.playback.ends_at();
        self.hear_playback();
        let hangs_up = matches!(finish, Finish::HangUp(_));
        self.metrics.goodbye_to_hangup_ms = (hangs_up && sound_ended > Ms(0)).then(|| self.now.since(sound_ended));
        if self.stop_for_good() && !matches!(finish, Finish::Gone(_)) {
            self.out.push_back(Output::Phone(crate::twilio::ToPhone::Clear));
        }
        let abandoned: Vec<(String, Ms)> = self.tools.running().map(|run| (run.id.clone(), run.started)).collect();
        for (call_id, started) in abandoned {
            let (status, output) = (ToolStatus::Failed, ABANDONED.to_owned());
            self.fact(Fact::ToolEnded { call_id, status, output, duration_ms: self.now.since(started) });
        }
        if let Some(since) = self.turn.speech_stopped(self.now) {
            self.metrics.caller_talk_ms += self.now.since(since);
        }
        self.transcript.close();
        self.tell_lines();
        self.close_sessions();
        let lasted = self.started.map_or(0, |started| self.now.since(started));
        let talk = self.metrics.caller_talk_ms + self.metrics.assistant_talk_ms;
        self.metrics.silence_ms = lasted.saturating_sub(talk);
        self.fact(Fact::Summary(self.metrics.clone()));
        self.out.push_back(Output::Finish(finish));
        self.ending = Ending::Over;
    }

    /// What was not heard never will be. Whether there was any.
    fn stop_for_good(&mut self) -> bool {
        let cuts = self.playback.interrupt(self.now);
        for cut in &cuts {
            self.clip_ended(cut);
        }
        self.record_heard(Ms(u64::MAX));
        !cuts.is_empty()
    }
}
