//! What the passing of time calls for, and when it next does.

use super::Call;
use crate::{
    io::{EndReason, Finish, Ms, Output},
    openai::{ClientEvent, EventKind, NewItem},
    phrases,
    plan::Phrase,
    silence::{Comfort, Prompt, Scene},
    turn::Why,
};

/// A telephone that opens a socket and does not start its stream within this is none.
pub(super) const START_MS: u64 = 10_000;
/// A model that does not notice within this that the caller has stopped speaking is late: the most patient end of a turn takes one second.
const UNNOTICED_MS: u64 = 1_800;

impl Call {
    fn scene(&self) -> Scene {
        Scene {
            sound_ends: self.playback.ends_at(),
            no_model_since: self.sessions.missing_since(),
            tool_since: self.tools.running_since(),
        }
    }

    /// Since when the line has been quiet, on either side.
    pub(super) fn quiet_since(&self) -> Ms {
        let begun = self.started.unwrap_or(self.now);
        begun.max(self.playback.ends_at()).max(self.caller.loud_at()).min(self.now)
    }

    /// Nobody is left in silence: the caller who waits, nor the one who does not speak.
    pub(super) fn keep_company(&mut self) {
        if self.started.is_none() {
            return;
        }
        if self.goodbye_is_owed() {
            return self.comfort(&self.scene());
        }
        if !self.ending.is_far() {
            return;
        }
        self.notice_stall();
        let scene = self.scene();
        if self.silence.rescue_at(&scene).is_some_and(|at| at <= self.now) {
            return self.give_up();
        }
        if self.silence.stall_at(&scene).is_some_and(|at| at <= self.now) {
            self.note_event("model_stalled", "The model said nothing for five seconds.");
            if let Some(no) = self.sessions.ready() {
                let event_id = self.event_id(EventKind::Cancel);
                self.send(no, ClientEvent::CancelResponse { event_id, response_id: None });
            }
            self.lose_session();
        }
        if self.turn.caller_speaks() {
            if let Some(no) = self.sessions.ready() {
                self.caller.fill_stall(self.now);
                self.forward_caller(no);
            }
        } else {
            self.comfort(&self.scene());
        }
        if self.reheard_by.is_some_and(|by| by <= self.now) && self.sessions.ready().is_some() {
            self.reheard_by = None;
            self.silence.model_speaks();
            self.ask_the_caller(Phrase::WhereWereWe);
        }
        if self.prompt_at().is_some_and(|at| at <= self.now) {
            self.prompt();
        }
    }

    /// A response that stops in the middle leaves the caller waiting as one that never begins does; so does a model that has not noticed
    /// that the caller has stopped speaking.
    fn notice_stall(&mut self) {
        let speaks_on = self.playback.is_busy(self.now) || self.tools.running_since().is_some();
        if self.turn.active().is_some_and(|active| !active.stopped) && !speaks_on {
            self.silence.wait(self.now);
        }
        if self.unnoticed_at().is_some_and(|at| at <= self.now) {
            let quiet_since = self.silence.last_sign().max(self.caller.loud_at());
            if let Some(since) = self.turn.speech_stopped(self.now) {
                self.metrics.caller_talk_ms += quiet_since.since(since);
            }
            self.silence.wait(quiet_since);
        }
    }

    /// When a caller who has become silent must be noticed by the model.
    fn unnoticed_at(&self) -> Option<Ms> {
        let speaks = self.turn.caller_speaks() && self.sessions.ready().is_some();
        speaks.then(|| self.silence.last_sign().max(self.caller.loud_at()).plus(UNNOTICED_MS))
    }

    fn comfort(&mut self, scene: &Scene) {
        let Some(comfort) = self.comfort_due(scene).and_then(|(at, comfort)| (at <= self.now).then_some(comfort))
        else {
            return;
        };
        self.silence.comforted();
        self.note_event("filler", "The caller was asked for patience.");
        self.say(match comfort {
            Comfort::First => Phrase::OneMoment,
            Comfort::Again => Phrase::StillLooking,
        });
    }

    fn comfort_due(&self, scene: &Scene) -> Option<(Ms, Comfort)> {
        // Who types sees that something is going on.
        let possible = !self.is_typed() && !self.turn.caller_speaks() && !self.playback.is_busy(self.now);
        self.silence.comfort_at(scene).filter(|_| possible)
    }

    fn prompt_at(&self) -> Option<Ms> {
        let possible = !self.is_typed() && self.sessions.ready().is_some() && self.is_quiet();
        possible.then(|| self.silence.prompt_at(self.playback.ends_at()))
    }

    fn prompt(&mut self) {
        match self.silence.prompt() {
            Prompt::Ask => {
                self.note_event("silence", "The caller was asked whether they are still there.");
                self.ask_the_caller(Phrase::StillThere);
            }
            Prompt::GiveUp => {
                self.note_event("silence", "The caller does not speak.");
                self.last_words(Phrase::SilenceGoodbye, Finish::HangUp(EndReason::Silence));
            }
        }
    }

    /// Asks something from memory; the model must know, or the answer makes no sense to it.
    fn ask_the_caller(&mut self, phrase: Phrase) {
        self.say(phrase);
        if let Some(no) = self.sessions.ready() {
            let text = phrases::text(&self.plan.language, phrase).to_owned();
            self.add_item(no, NewItem::Assistant { text });
        }
    }

    /// The next deadline, and what it is for.
    pub(super) fn wait(&self) -> Output {
        if self.is_over() {
            return Output::Wait { until: Ms(u64::MAX), why: "the call is over" };
        }
        let (until, why) = self.deadlines().into_iter().flatten().min().unwrap_or((Ms(u64::MAX), "nothing is due"));
        // What is due now has been done; what could not be done yet is looked at again soon, not at once.
        Output::Wait { until: until.max(self.now.plus(1)), why }
    }

    fn deadlines(&self) -> [Option<(Ms, &'static str)>; 12] {
        let Some(started) = self.started else {
            let start = (self.made.plus(START_MS), "the stream should have started");
            return std::array::from_fn(|n| (n == 0).then_some(start));
        };
        let speaks = self.ending.lets_speak();
        let far = self.ending.is_far();
        let scene = self.scene();
        let because = |why: &'static str| move |at: Ms| (at, why);
        let sound = self.playback.ends_at();
        [
            self.playback.deadline(),
            (sound > self.now).then_some((sound, "the assistant has finished")),
            self.transcript.deadline(),
            self.keypad.deadline(),
            self.ending_deadline(),
            self.sessions.deadline(self.plan.limits.session_ms).filter(|_| speaks),
            self.turn.deadline().filter(|_| speaks && self.sessions.ready().is_some()),
            self.tools.overdue_at(self.plan.limits.tool_ms).map(because("a tool is slow")),
            self.comfort_due(&scene).filter(|_| far || self.goodbye_is_owed()).map(|(at, _)| (at, "the caller waits")),
            self.silence
                .stall_at(&scene)
                .into_iter()
                .chain(self.silence.rescue_at(&scene))
                .min()
                .filter(|_| far)
                .map(because("the model says nothing")),
            self.other_deadline().filter(|_| far),
            (far || self.goodbye_is_owed())
                .then(|| (started.plus(self.plan.limits.call_ms), "the call may not last longer")),
        ]
    }

    fn other_deadline(&self) -> Option<(Ms, &'static str)> {
        let stall = self.caller.stalls_at().filter(|_| self.turn.caller_speaks() && self.sessions.ready().is_some());
        let reheard = self.reheard_by.filter(|_| self.sessions.ready().is_some());
        let unnoticed = self.unnoticed_at().map(|at| (at, "the model has not noticed the end of a turn"));
        let stall = stall.map(|at| (at, "the caller's audio stalls"));
        let reheard = reheard.map(|at| (at, "the caller may have to be asked again"));
        let silence = self.prompt_at().map(|at| (at, "nobody speaks"));
        [stall, unnoticed, reheard, silence].into_iter().flatten().min()
    }

    pub(super) fn wants_notice(&mut self) {
        self.turn.want(Why::Notice);
    }
}
