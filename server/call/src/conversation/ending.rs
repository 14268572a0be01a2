//! How a call ends: exactly once, and never in the middle of a word.

use super::Call;
use crate::{
    io::{AfterTool, EndReason, Fact, Finish, Ms, Output, ToolStatus},
    plan::Phrase,
    tools::ABANDONED,
    turn::Why,
};

/// A model that was told to say goodbye and does not begin within this is spoken for.
const GOODBYE_MS: u64 = 2_500;
/// A goodbye longer than this is cut.
const LONGEST_GOODBYE_MS: u64 = 20_000;
/// How long the assistant may go on before a call that is over its limit is wound up.
const WIND_UP_MS: u64 = 6_000;

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
            let call_id = run.call_id.clone();
            self.tool_is_slow(&call_id);
        }
        while let Some((then, spoke)) = self.tools.next_complete() {
            if !self.ending.lets_speak() {
                continue;
            }
            match then {
                AfterTool::GoOn => {
                    self.turn.want(Why::Answer);
                    self.silence.wait(self.now);
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

    pub(super) fn goodbye_said(&mut self) {
        if let Ending::Goodbye { said, .. } = &mut self.ending {
            *said = true;
        }
    }

    pub(super) fn shut_down(&mut self) {
        self.wind_up(Phrase::ShutdownGoodbye, Finish::HangUp(EndReason::Shutdown));
    }

    /// Ends a call that has lasted, or cost, too much.
    pub(super) fn keep_limits(&mut self) {
        if !self.ending.is_far() {
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
            self.wind_up(Phrase::LimitGoodbye, Finish::HangUp(EndReason::Limit));
        }
    }

    fn wind_up(&mut self, phrase: Phrase, finish: Finish) {
        if self.started.is_none() {
            return self.finish(finish);
        }
        if matches!(self.ending, Ending::No | Ending::Goodbye { .. }) {
            self.turn.want_nothing();
            self.ending = Ending::WindUp { phrase, finish, by: self.now.plus(WIND_UP_MS) };
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

    pub(super) fn keep_ending(&mut self) {
        match self.ending {
            Ending::No | Ending::Over => {}
            Ending::Goodbye { said: true, .. } => {
                if self.playback.is_settled() && self.turn.active().is_none() && !self.turn.caller_speaks() {
                    self.finish(Finish::HangUp(EndReason::AssistantEnded));
                }
            }
            Ending::Goodbye { since, said: false } => {
                let begun = self.turn.active().is_some_and(|active| active.audio_ms > 0 || active.words);
                let allowed = if begun { LONGEST_GOODBYE_MS } else { GOODBYE_MS };
                if since.plus(allowed) <= self.now {
                    self.last_words(Phrase::Goodbye, Finish::HangUp(EndReason::AssistantEnded));
                    self.send_audio();
                }
            }
            Ending::WindUp { phrase, finish, by } => {
                let quiet =
                    !self.playback.is_busy(self.now) && self.turn.active().is_none() && !self.turn.caller_speaks();
                if quiet || by <= self.now {
                    if let Some(no) = self.sessions.ready() {
                        self.cancel_response(no);
                    }
                    self.stop_speaking();
                    self.last_words(phrase, finish);
                    self.send_audio();
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
            Ending::Goodbye { since, said: false } => {
                let begun = self.turn.active().is_some_and(|active| active.audio_ms > 0 || active.words);
                let allowed = if begun { LONGEST_GOODBYE_MS } else { GOODBYE_MS };
                Some((since.plus(allowed), "the assistant says goodbye"))
            }
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
        let abandoned: Vec<(String, Ms)> = self.tools.running().map(|run| (run.call_id.clone(), run.started)).collect();
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
