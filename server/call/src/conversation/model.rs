//! What comes from the model's sessions.

use super::{Call, Ending};
use crate::{
    io::{AfterTool, Fact, Ms, Output, SessionNo, Speaker, ToolOutcome, ToolStatus},
    openai::{ClientEvent, EventKind, Item, NewItem, Response, ServerEvent, Session, SessionInfo},
    session::{Severity, Which},
    tools::{Begin, Ended, Run, too_slow},
    turn::Whose,
    usage::{TranscriptionUsage, Usage},
};

/// The end of speech is told at most so much later; a count that says otherwise has slipped.
const LATE_MS: u64 = 2_000;
/// An answer that spoke so long beside its calls has said its goodbye.
const SPOKE_MS: u64 = 800;
/// What a frame of the telephone's holds.
const FRAME_MS: u64 = 20;

/// What is known of an item that is done besides itself.
#[derive(Clone, Copy)]
struct Made {
    /// It does not say so, but it is complete.
    completed: bool,
    /// Its response was cancelled.
    cancelled: bool,
}

impl Call {
    pub(super) fn model(&mut self, no: SessionNo, event: ServerEvent<'_>) {
        match self.sessions.which(no) {
            Which::Old => {}
            Which::Next => self.successor(no, &event),
            Which::Current if self.sessions.ready() == Some(no) => self.event(no, event),
            Which::Current => self.setting_up(no, event),
        }
    }

    fn setting_up(&mut self, no: SessionNo, event: ServerEvent<'_>) {
        match event {
            ServerEvent::SessionCreated(info) => self.set_up(no, &info),
            ServerEvent::SessionUpdated(info) => self.session_updated(no, &info),
            ServerEvent::Error(error) => {
                self.note_error(&error);
                if Severity::from(&error) == Severity::Fatal {
                    self.give_up();
                } else if error.ours().is_none_or(|event| event.kind == EventKind::Settings) {
                    self.lose_session();
                }
            }
            ServerEvent::Unreadable => self.unreadable_event(),
            _ => {}
        }
    }

    pub(super) fn set_up(&mut self, no: SessionNo, info: &SessionInfo) {
        self.session_ends(no, info);
        if self.sessions.created(no) {
            self.send_settings(no);
        }
    }

    pub(super) fn session_ends(&mut self, no: SessionNo, info: &SessionInfo) {
        if let (Some(zero), Some(at)) = (self.plan.zero_unix_ms, info.expires_at) {
            self.sessions.ends(no, Ms(at.saturating_mul(1_000).saturating_sub(zero)), self.now);
        }
    }

    fn send_settings(&mut self, no: SessionNo) {
        let event_id = self.event_id(EventKind::Settings);
        self.board.give(no);
        let session = Box::new(Session::of(&self.plan));
        self.send(no, ClientEvent::SessionUpdate { event_id, session });
    }

    fn session_updated(&mut self, no: SessionNo, info: &SessionInfo) {
        self.session_ends(no, info);
        // Any other format is loud noise on the telephone. A server that does not say is believed.
        let wrong = |format: &Option<String>| format.as_deref().is_some_and(|format| format != "audio/pcmu");
        if !self.is_typed() && (wrong(&info.input_format) || wrong(&info.output_format)) {
            if std::mem::replace(&mut self.formats_repeated, true) {
                self.note_event("model_error", "The model does not take the telephone's audio format.");
                self.lose_session();
            } else {
                self.send_settings(no);
            }
            return;
        }
        if self.sessions.updated(no, self.now) {
            self.session_ready(no);
        }
    }

    fn event(&mut self, no: SessionNo, event: ServerEvent<'_>) {
        self.silence.model_acts(self.now);
        match event {
            ServerEvent::AudioDelta { response_id, item_id, delta } => {
                self.silence.model_responds(self.now);
                self.model_audio(no, &response_id, &item_id, &delta);
            }
            ServerEvent::WordsDelta { response_id, item_id, delta } => self.more_words(&response_id, &item_id, &delta),
            ServerEvent::WordsDone { response_id, item_id, text } => self.all_words(&response_id, &item_id, &text),
            ServerEvent::AudioDone { response_id, item_id } => {
                if !self.turn.is_outside(&response_id) {
                    self.playback.complete(no, &item_id);
                }
            }
            ServerEvent::SpeechStarted { item_id, audio_start_ms } => self.speech_started(&item_id, audio_start_ms),
            ServerEvent::SpeechStopped { item_id, audio_end_ms } => self.speech_stopped(&item_id, audio_end_ms),
            ServerEvent::Committed { item_id, previous } => self.committed(&item_id, previous.as_deref()),
            ServerEvent::TranscriptionDelta { item_id, delta } => {
                let line = self.transcript.item(&item_id, Speaker::Caller, self.now);
                self.transcript.more_words(line, &delta);
            }
            ServerEvent::TranscriptionCompleted { item_id, transcript, usage } => {
                self.transcribed(&item_id, &transcript, usage.as_ref());
            }
            ServerEvent::TranscriptionFailed { item_id } => {
                let line = self.transcript.item(&item_id, Speaker::Caller, self.now);
                self.transcript.worded(line);
                self.note_event("transcription_failed", "Something the caller said could not be written down.");
            }
            ServerEvent::ItemAdded { item, previous } | ServerEvent::ItemDone { item, previous } => {
                self.item_known(no, &item, previous.as_deref());
            }
            ServerEvent::ResponseCreated(response) => self.response_created(no, &response),
            ServerEvent::OutputItemAdded { response_id, item } => {
                if item.is_speech() && !self.turn.is_outside(&response_id) {
                    self.transcript.item(&item.id, Speaker::Assistant, self.now);
                }
                self.silence.model_responds(self.now);
            }
            ServerEvent::OutputItemDone { response_id, item } => {
                self.silence.model_responds(self.now);
                if !self.turn.is_outside(&response_id) {
                    let made = Made { completed: item.status.is_none(), cancelled: false };
                    self.output_done(no, &response_id, &item, made);
                }
            }
            ServerEvent::ResponseDone(response) => self.response_done(no, &response),
            ServerEvent::RateLimits { reset_ms } => self.rate_hint_ms = reset_ms,
            ServerEvent::Error(error) => self.error(no, &error),
            ServerEvent::Unreadable => self.unreadable_event(),
            ServerEvent::SessionCreated(_) | ServerEvent::SessionUpdated(_) | ServerEvent::Other { .. } => {}
        }
    }

    fn more_words(&mut self, response: &str, item: &str, delta: &str) {
        if self.turn.is_outside(response) {
            return;
        }
        let line = self.transcript.item(item, Speaker::Assistant, self.now);
        self.transcript.more_words(line, delta);
        self.silence.model_responds(self.now);
        if self.is_typed() {
            self.typed_words(response, line);
        }
    }

    fn all_words(&mut self, response: &str, item: &str, text: &str) {
        if self.turn.is_outside(response) {
            return;
        }
        let line = self.transcript.item(item, Speaker::Assistant, self.now);
        self.transcript.words(line, text);
        if self.is_typed() && !text.trim().is_empty() {
            self.typed_words(response, line);
        }
    }

    /// What is read is heard at once.
    fn typed_words(&mut self, response: &str, line: u32) {
        self.transcript.spoken(line, self.now, self.now, 1, 1);
        self.silence.model_speaks();
        self.sessions.proved();
        self.failures = 0;
        if let Some(active) = self.turn.active_mut(response) {
            active.words = true;
        }
    }

    fn speech_started(&mut self, item: &str, audio_start_ms: u64) {
        let at = self.caller.moment(audio_start_ms, self.now);
        let line = self.transcript.item(item, Speaker::Caller, at);
        self.transcript.began(line, at);
        self.caller_line = Some(line);
        self.reheard_by = None;
        self.caller.turn_begins(self.now);
        self.turn.speech_started(at);
        if matches!(self.ending, Ending::Goodbye { said: false, .. }) && !self.playback.has_unheard(self.now) {
            self.stay();
        }
        if self.plan.interruptible && self.ending.lets_interrupt() {
            self.barge_in();
        }
        self.silence.caller_speaks(self.now);
    }

    fn speech_stopped(&mut self, item: &str, audio_end_ms: u64) {
        let at = self.caller.moment(audio_end_ms, self.now);
        let at = at.max(Ms(self.now.0.saturating_sub(LATE_MS)));
        if let Some(since) = self.turn.speech_stopped(self.now) {
            self.metrics.caller_talk_ms += at.since(since);
        }
        let line = self.transcript.item(item, Speaker::Caller, at);
        self.transcript.ended(line, at);
        self.silence.caller_acts(self.now);
        // The caller has waited since their last word, not since it was noticed.
        self.unanswered_since = Some(self.last_word().min(at));
    }

    fn committed(&mut self, item: &str, previous: Option<&str>) {
        let line = self.transcript.item(item, Speaker::Caller, self.now);
        self.transcript.follows(item, previous);
        self.transcript.ended(line, self.now.min(self.unanswered_since.unwrap_or(self.now)));
        self.reheard_by = None;
        self.silence.caller_acts(self.now);
        let last_word = self.last_word();
        self.silence.wait(last_word);
        if self.turn.active().is_some() && !self.plan.interruptible {
            // The model cannot answer by itself while it speaks.
            self.turn.committed_beside();
        } else {
            self.turn.committed(self.now);
        }
    }

    /// When the caller was last loud, as far back as a pause may be before it is noticed.
    fn last_word(&self) -> Ms {
        let heard_to = self.caller.loud_at().plus(FRAME_MS);
        heard_to.max(Ms(self.now.0.saturating_sub(self.plan.patience.silence_ms())))
    }

    fn transcribed(&mut self, item: &str, text: &str, usage: Option<&TranscriptionUsage>) {
        let line = self.transcript.item(item, Speaker::Caller, self.now);
        self.transcript.words(line, text);
        if self.caller_line == Some(line) && !self.turn.caller_speaks() {
            self.caller.turn_is_known();
        }
        if let Some(usage) = usage {
            self.spend(Usage::from(usage));
        }
    }

    /// An item has its place in the conversation.
    fn item_known(&mut self, no: SessionNo, item: &Item, previous: Option<&str>) {
        if item.kind == "function_call_output"
            && let Some(call_id) = &item.call_id
        {
            self.tools.arrived(no, call_id);
        }
        self.transcript.follows(&item.id, previous);
    }

    fn response_created(&mut self, no: SessionNo, response: &Response) {
        let answered = self.tools.all_arrived(no);
        match self.turn.created(response, answered) {
            Whose::Outside => return,
            // It was asked for before the caller began to speak; what they say now is answered with it.
            Whose::Asked(_) if self.turn.caller_speaks() && self.plan.interruptible => self.cancel_response(no),
            Whose::Asked(_) | Whose::Own if !self.ending.lets_speak() => self.cancel_response(no),
            Whose::Asked(_) | Whose::Own => {}
        }
        self.silence.model_responds(self.now);
    }

    /// An item of a response is finished: speech is known to its end, a function can be run. Only a completed call is one: the arguments of
    /// an interrupted one are cut off.
    fn output_done(&mut self, no: SessionNo, response: &str, item: &Item, made: Made) {
        if item.is_speech() {
            let line = self.transcript.item(&item.id, Speaker::Assistant, self.now);
            self.transcript.words(line, item.words().unwrap_or_default());
            self.playback.complete(no, &item.id);
            return;
        }
        let completed = item.status.as_deref() == Some("completed") || made.completed;
        let (Some(call_id), Some(name)) = (&item.call_id, &item.name) else { return };
        if item.kind != "function_call" || !completed || !self.ending.lets_speak() {
            return;
        }
        if let Some(active) = self.turn.active_mut(response) {
            active.calls = true;
        }
        let call = (call_id.as_str(), name.as_str(), item.arguments.as_deref().unwrap_or_default());
        // The caller has gone on to something else: what a stopped answer wanted is not done behind their back.
        let begin = if made.cancelled || !self.turn.may_speak(response) {
            self.tools.refuse(no, call, self.now)
        } else {
            self.tools.begin(response, no, call, self.now)
        };
        self.run_tool(call, begin);
    }

    fn run_tool(&mut self, call: (&str, &str, &str), begin: Begin) {
        let (call_id, refusal) = match begin {
            Begin::Run(id) => (id, None),
            Begin::Refuse(id, why) => (id, Some(why)),
            Begin::Repeated => return,
        };
        let (name, arguments) = (call.1.to_owned(), call.2.to_owned());
        self.transcript.tool(&call_id, self.now);
        self.failures = 0;
        let fact = Fact::ToolStarted { call_id: call_id.clone(), name: name.clone(), arguments: arguments.clone() };
        self.fact(fact);
        if let Some(why) = refusal {
            let (status, output, then) = (ToolStatus::Failed, why.to_owned(), AfterTool::GoOn);
            self.tool_ended(&call_id, &ToolOutcome { status, output, then, made: None });
        } else {
            let moment = self.moment();
            self.out.push_back(Output::RunTool { call_id, name, arguments, moment });
        }
    }

    /// A tool answered: the model is told once.
    pub(super) fn tool_ended(&mut self, call_id: &str, outcome: &ToolOutcome) {
        if let Some(made) = &outcome.made {
            self.remember(made);
        }
        match self.tools.end(call_id, outcome) {
            Ended::Answer(run) => self.tell_outcome(run, outcome.status),
            Ended::Late(run) => self.tell_late(run, outcome.status),
            Ended::Unknown => {}
        }
    }

    /// A tool does not answer in time: the model hears that it is slow.
    pub(super) fn tool_is_slow(&mut self, call_id: &str) {
        let outcome = too_slow();
        if let Ended::Answer(run) = self.tools.answer_for(call_id, &outcome) {
            self.note_event("tool_slow", format!("{} did not answer in time.", run.name));
            self.tell_outcome(run, outcome.status);
        }
    }

    fn tell_outcome(&mut self, run: Run, status: ToolStatus) {
        self.record_outcome(&run, status);
        let call_id = run.id_in(self.sessions.ready().unwrap_or(run.session));
        let output = run.output.unwrap_or_default();
        self.silence.tool_answered(self.now);
        let Some(no) = self.sessions.ready() else { return };
        if run.session != no {
            // The session that asked is gone; this one learns of question and answer together.
            let (name, arguments) = (run.name, run.arguments);
            self.add_item(no, NewItem::FunctionCall { call_id: call_id.clone(), name, arguments });
        }
        self.add_item(no, NewItem::FunctionOutput { call_id, output });
    }

    /// What a tool did is true also when the model was told that it takes too long: a model that does not know would do it again.
    fn tell_late(&mut self, run: Run, status: ToolStatus) {
        self.record_outcome(&run, status);
        let after_ms = self.now.since(run.started);
        self.note_event("tool_late", format!("{} answered after {after_ms} ms.", run.name));
        if status == ToolStatus::Failed {
            return;
        }
        // A session that begins later learns of it from the call's own output.
        if let Some(no) = self.sessions.ready() {
            let output = run.output.unwrap_or_default();
            let text = format!(
                "{}, which had not answered in time, has answered after all: {output} If this was what the caller waits for, tell them.",
                run.name
            );
            self.add_item(no, NewItem::System { text });
        }
        self.wants_notice();
    }

    fn record_outcome(&mut self, run: &Run, status: ToolStatus) {
        self.fact(Fact::ToolEnded {
            call_id: run.id.clone(),
            status,
            output: run.output.clone().unwrap_or_default(),
            duration_ms: self.now.since(run.started),
        });
    }

    fn response_done(&mut self, no: SessionNo, response: &Response) {
        if let Some(usage) = &response.usage {
            self.spend(Usage::from(usage));
        }
        if self.turn.is_outside(&response.id) {
            return;
        }
        for item in &response.output {
            let completed = response.status == "completed" && item.status.is_none();
            let made = Made { completed, cancelled: response.status == "cancelled" };
            self.output_done(no, &response.id, item, made);
            if item.is_speech() && self.playback.generated_ms(no, &item.id) == 0 && !self.is_typed() {
                let line = self.transcript.item(&item.id, Speaker::Assistant, self.now);
                self.transcript.unspoken(line);
            }
        }
        let active = self.turn.done(&response.id);
        if active.is_some() {
            // Some do not tell the end of the audio by itself.
            self.playback.complete_all();
        }
        let spoke = active.as_ref().is_some_and(|active| active.audio_ms >= SPOKE_MS || active.words);
        self.tools.response_done(no, &response.id, spoke);
        if let Some(active) = active {
            self.judge(response, &active);
        }
    }

    fn spend(&mut self, used: Usage) {
        if used != Usage::default() {
            self.used += used;
            self.fact(Fact::Usage(used));
        }
    }

    /// Whether the model's cost has reached its limit.
    pub(super) fn costs_too_much(&self) -> bool {
        self.plan.limits.cost_nano_usd.is_some_and(|limit| self.used.cost(&self.plan.prices) >= limit)
    }
}
