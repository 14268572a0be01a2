//! One call from the first frame to the last: what the parts decide together.
//!
//! Every input changes the parts, then [`Call::settle`] lets everything happen that is due, in one fixed order, until nothing more is.

mod ending;
mod errors;
mod facts;
mod hearing;
mod model;
mod notice;
mod recovery;
mod speaking;
mod time;
mod today;

use std::collections::VecDeque;

use crate::{
    caller::Caller,
    io::{EndReason, Fact, Finish, Input, Metrics, Ms, Output, SessionNo},
    keypad::Keypad,
    openai::{ClientEvent, EventId, EventKind, NewItem},
    plan::{Channel, Plan},
    playback::Playback,
    session::Sessions,
    silence::Silence,
    tools::Tools,
    transcript::Transcript,
    turn::{Turn, Why},
    usage::Usage,
};
use ending::Ending;
use hearing::Keyed;
use notice::Notice;
use today::Board;

/// Rounds in which what is due may make something else due.
const ROUNDS: usize = 8;

/// One telephone call.
#[derive(Debug)]
pub struct Call {
    plan: Plan,
    now: Ms,
    out: VecDeque<Output>,
    /// When the stream began; a typed call begins at once.
    started: Option<Ms>,
    made: Ms,
    sessions: Sessions,
    caller: Caller,
    keypad: Keypad,
    keyed: Vec<Keyed>,
    turn: Turn,
    playback: Playback,
    tools: Tools,
    silence: Silence,
    transcript: Transcript,
    ending: Ending,
    notice: Notice,
    /// How often it was said from memory.
    notices: u32,
    /// What the model must know besides the conversation.
    notes: VecDeque<String>,
    /// What the caller is to be told once the model has made the answer that it is at.
    news: VecDeque<String>,
    /// Which state of the today board each session knows.
    board: Board,
    /// The caller's line that was begun last.
    caller_line: Option<u32>,
    /// When the caller stopped speaking, until they are answered.
    unanswered_since: Option<Ms>,
    /// A turn was played to a fresh session; until then it should have noticed.
    reheard_by: Option<Ms>,
    /// Responses in a row that brought nothing, and errors of the model's server in this session.
    failures: u32,
    server_errors: u32,
    rate_hint_ms: Option<u64>,
    unreadable: VecDeque<Ms>,
    formats_repeated: bool,
    used: Usage,
    metrics: Metrics,
    events: u32,
}

impl Call {
    /// A call that has not begun: the telephone's `start` begins it, a typed call begins at once.
    pub fn new(plan: Plan, now: Ms) -> Self {
        let mut call = Self {
            now,
            out: VecDeque::new(),
            started: None,
            made: now,
            sessions: Sessions::default(),
            caller: Caller::default(),
            keypad: Keypad::default(),
            keyed: Vec::new(),
            turn: Turn::default(),
            playback: Playback::new(plan.limits.ahead_ms, plan.record),
            tools: Tools::default(),
            silence: Silence::new(plan.limits.silence_ms, plan.limits.silence_prompts),
            transcript: Transcript::default(),
            ending: Ending::No,
            notice: Notice::Unsaid,
            notices: 0,
            notes: VecDeque::new(),
            news: VecDeque::new(),
            board: Board::default(),
            caller_line: None,
            unanswered_since: None,
            reheard_by: None,
            failures: 0,
            server_errors: 0,
            rate_hint_ms: None,
            unreadable: VecDeque::new(),
            formats_repeated: false,
            used: Usage::default(),
            metrics: Metrics::default(),
            events: 0,
            plan,
        };
        if call.is_typed() {
            call.begin();
        }
        call
    }

    /// Takes an input in, at this time. Time never goes back: an earlier moment is taken for the last one.
    pub fn handle(&mut self, input: Input<'_>, now: Ms) {
        self.now = self.now.max(now);
        if self.is_over() {
            return;
        }
        match input {
            Input::Phone(frame) => self.phone(frame),
            Input::PhoneClosed => self.phone_closed(),
            Input::ModelOpen(no) => self.sessions.opened(no),
            Input::Model(no, event) => self.model(no, event),
            Input::ModelClosed(no, failure) => self.model_closed(no, failure),
            Input::Tool { call_id, outcome } => self.tool_ended(call_id, &outcome),
            Input::Typed(text) => self.typed(text),
            Input::End(reason) => self.end(reason),
            Input::Inform { text, speak } => self.inform(text, speak),
            Input::Today(notices) => self.today(notices),
            Input::Shutdown => self.shut_down(),
            Input::Tick => {}
        }
        self.settle();
    }

    /// What is to be done next. Drain until [`Output::Wait`].
    pub fn poll(&mut self) -> Output {
        self.out.pop_front().unwrap_or_else(|| self.wait())
    }

    /// The call begins: the model is opened and the greeting wanted.
    fn begin(&mut self) {
        self.started = Some(self.now);
        self.caller.start(self.now);
        self.silence.caller_acts(self.now);
        self.fact(Fact::Answered);
        self.turn.want(Why::Greeting);
        self.open_model();
    }

    fn settle(&mut self) {
        for _ in 0..ROUNDS {
            if self.is_over() {
                return;
            }
            let before = self.out.len();
            self.hear_playback();
            self.keep_notice();
            self.keep_limits();
            self.keep_keypad();
            self.keep_sessions();
            self.keep_tools();
            self.keep_company();
            self.keep_news();
            self.ask();
            self.send_audio();
            self.keep_ending();
            self.tell_lines();
            if self.out.len() == before {
                return;
            }
        }
    }

    /// Asks for the response that is wanted, when the floor is free.
    fn ask(&mut self) {
        let Some(no) = self.sessions.ready().filter(|_| self.ending.lets_speak()) else { return };
        // A notice waits for a pause; everything else follows what is playing.
        if self.turn.wants() == Some(Why::Notice) && (self.playback.is_busy(self.now) || self.silence.is_waiting()) {
            return;
        }
        let Some(why) = self.turn.next(self.now) else { return };
        let event_id = self.event_id(EventKind::Create);
        self.turn.ask(event_id, why);
        // Who has just called has heard nothing yet.
        self.silence.wait(if why == Why::Greeting { self.quiet_since() } else { self.now });
        let response = self.options(why);
        self.send(no, ClientEvent::CreateResponse { event_id, response });
    }

    fn is_typed(&self) -> bool {
        self.plan.channel == Channel::Typed
    }

    fn is_over(&self) -> bool {
        matches!(self.ending, Ending::Over)
    }

    fn phone_closed(&mut self) {
        let reason = if self.is_typed() { EndReason::CallerHungUp } else { EndReason::PhoneLost };
        self.finish(Finish::Gone(reason));
    }

    fn send(&mut self, no: SessionNo, event: ClientEvent) {
        self.out.push_back(Output::Model(no, event));
    }

    /// Adds something to the model's conversation.
    fn add_item(&mut self, no: SessionNo, item: NewItem) {
        let event_id = self.event_id(EventKind::Item);
        self.send(no, ClientEvent::CreateItem { event_id, item });
    }

    fn event_id(&mut self, kind: EventKind) -> EventId {
        self.events = self.events.wrapping_add(1);
        EventId { kind, number: self.events }
    }

    fn fact(&mut self, fact: Fact) {
        self.out.push_back(Output::Fact(fact));
    }

    fn note_event(&mut self, kind: &'static str, text: impl Into<String>) {
        self.fact(Fact::Event { kind, text: text.into() });
    }
}

#[cfg(test)]
mod tests;
