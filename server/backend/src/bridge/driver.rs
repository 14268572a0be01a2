//! The only loop on the path of a call: sockets at both ends, running tools, commands and a timer, around [`call::Call`].
//!
//! ```text
//!   telephone ──▶ Phone ──┐                    ┌──▶ Phone ──▶ telephone
//!   model     ──▶ Sessions┼─▶ Call::handle     ├──▶ Sessions ──▶ model
//!   tools     ──▶ Tools ──┤       │            ├──▶ Tools
//!   staff     ──▶ commands┤   Call::poll ──────┼──▶ Notes (journal, database, live pages)
//!   time      ──▶ alarm ──┘                    └──▶ Finish
//! ```
//! Nothing here decides: what to do comes out of the call. Writing never waits, so that a slow reader on one side cannot
//! stop the other; nothing on this path waits for the database.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use call::{
    Call, EndReason, Fact, Finish, Input, Metrics, Ms, Output, Plan, SessionNo, openai,
    twilio::{self, FromPhone, Start},
};
use tokio::{
    sync::mpsc,
    time::{Instant, Sleep},
};

use super::{
    notes::Notes,
    phone::{FromSocket, Phone},
    sessions::{FromModel, Sessions},
    toolbox::Toolbox,
    tools::Tools,
    wire::Lost,
};
use crate::running::Command;

/// A telephone sends a frame every 20 ms. One that sends nothing for this long is gone, whatever TCP says.
const PHONE_SILENT_FOR: Duration = Duration::from_secs(20);

/// Bounds the work between two looks at the sockets: an event makes a few dozen outputs at most.
const MAX_OUTPUTS: usize = 100_000;

/// A running call.
pub(super) struct Driver {
    call: Call,
    began: Instant,
    phone: Option<Phone>,
    sessions: Sessions,
    tools: Tools,
    toolbox: Toolbox,
    commands: mpsc::Receiver<Command>,
    notes: Notes,
    alarm: Alarm,
    last_heard: Instant,
    finish: Option<Finish>,
    too_large: bool,
    summary: Metrics,
}

/// What is left of a call when it is over.
pub(super) struct Over {
    pub(super) finish: Finish,
    pub(super) phone: Option<Phone>,
    pub(super) notes: Notes,
    pub(super) summary: Metrics,
    pub(super) duration: Duration,
}

impl Driver {
    pub(super) fn new(
        plan: Plan,
        phone: Option<Phone>,
        sessions: Sessions,
        toolbox: Toolbox,
        commands: mpsc::Receiver<Command>,
        notes: Notes,
    ) -> Self {
        let began = Instant::now();
        let zero_unix_ms = u64::try_from(toolbox.org.now().timestamp_millis()).ok();
        let plan = Plan { zero_unix_ms, ..plan };
        Self {
            call: Call::new(plan, Ms(0)),
            began,
            phone,
            sessions,
            tools: Tools::default(),
            toolbox,
            commands,
            notes,
            alarm: Alarm::new(),
            last_heard: began,
            finish: None,
            too_large: false,
            summary: Metrics::default(),
        }
    }

    /// Runs the call to its end. `start` is the frame with which the telephone's stream began.
    pub(super) async fn run(mut self, start: Option<Start>) -> Over {
        if let Some(start) = start {
            self.feed(Input::Phone(FromPhone::Start(start)));
        } else {
            self.feed(Input::Tick);
        }
        while self.finish.is_none() {
            let event = self.next_event().await;
            self.take(event);
        }
        self.sessions.close_all();
        Over {
            finish: self.end(),
            duration: self.began.elapsed(),
            phone: self.phone,
            notes: self.notes,
            summary: self.summary,
        }
    }

    /// The telephone that broke the protocol is told apart from one that just went away.
    fn end(&self) -> Finish {
        match self.finish {
            Some(Finish::Gone(EndReason::PhoneLost)) if self.too_large => Finish::Rescue(EndReason::PhoneProtocol),
            Some(finish) => finish,
            None => Finish::Gone(EndReason::PhoneLost),
        }
    }

    /// Waits for whatever comes next.
    async fn next_event(&mut self) -> Event {
        poll_fn(|cx| self.poll_event(cx)).await
    }

    /// Looks at everything in a fixed order (as a biased `select!` would), so that a run can be repeated: what is short and
    /// rare first, the model's floods of audio last.
    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Event> {
        if let Poll::Ready(Some(command)) = self.commands.poll_recv(cx) {
            return Poll::Ready(Event::Command(command));
        }
        if let Some(phone) = &mut self.phone {
            if phone.has_unsent()
                && let Poll::Ready(Err(Lost)) = phone.poll_sent(cx)
            {
                return Poll::Ready(Event::Phone(FromSocket::Closed));
            }
            if let Poll::Ready(frame) = phone.poll_frame(cx) {
                return Poll::Ready(Event::Phone(frame));
            }
        }
        if self.sessions.has_unsent()
            && let Poll::Ready(Err(no)) = self.sessions.poll_sent(cx)
        {
            return Poll::Ready(Event::Model(FromModel::Closed(no, openai::Failure::Closed { code: None })));
        }
        if let Poll::Ready((call_id, outcome)) = self.tools.poll_finished(cx) {
            return Poll::Ready(Event::Tool(call_id, outcome));
        }
        if let Poll::Ready(event) = self.sessions.poll_event(cx) {
            return Poll::Ready(Event::Model(event));
        }
        self.alarm.poll_ring(cx).map(|()| Event::Tick)
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Phone(frame) => self.take_phone(&frame),
            Event::Model(event) => self.take_model(&event),
            Event::Tool(call_id, outcome) => self.feed(Input::Tool { call_id: &call_id, outcome }),
            Event::Command(command) => match command {
                Command::End(reason) => self.feed(Input::End(reason)),
                Command::Inform { text, speak } => self.feed(Input::Inform { text: &text, speak }),
                Command::Today(notices) => self.feed(Input::Today(&notices)),
                Command::Typed(text) => self.feed(Input::Typed(&text)),
                Command::Shutdown => self.feed(Input::Shutdown),
            },
            Event::Tick if self.phone.is_some() && self.last_heard.elapsed() > PHONE_SILENT_FOR => {
                self.feed(Input::PhoneClosed);
            }
            Event::Tick => self.feed(Input::Tick),
        }
    }

    /// A frame of the telephone's; of another stream's nothing is heard.
    fn read<'a>(&self, text: &'a str) -> FromPhone<'a> {
        let stream_sid = self.phone.as_ref().map_or("", Phone::stream_sid);
        twilio::parse_of(stream_sid, text).unwrap_or(FromPhone::Unknown)
    }

    fn take_phone(&mut self, frame: &FromSocket) {
        self.last_heard = Instant::now();
        match frame {
            FromSocket::Text(text) => {
                // The call counts what it cannot understand, and gives up on a telephone that sends too much of it.
                self.feed(Input::Phone(self.read(text)));
            }
            FromSocket::Nonsense => self.feed(Input::Phone(FromPhone::Unknown)),
            FromSocket::Alive => {}
            FromSocket::Closed => {
                if let Some(phone) = &mut self.phone {
                    phone.forget();
                }
                self.feed(Input::PhoneClosed);
            }
            FromSocket::TooLarge => {
                self.too_large = true;
                self.feed(Input::PhoneClosed);
            }
        }
    }

    fn take_model(&mut self, event: &FromModel) {
        match event {
            FromModel::Open(no) => self.feed(Input::ModelOpen(*no)),
            FromModel::Text(no, text) => match openai::parse(text) {
                Ok(event) => self.feed(Input::Model(*no, event)),
                Err(error) => {
                    tracing::warn!(%error, "the model sent a frame that cannot be understood");
                    self.feed(Input::Model(*no, openai::ServerEvent::Unreadable));
                }
            },
            FromModel::Closed(no, failure) => {
                self.sessions.drop_lost(*no);
                self.feed(Input::ModelClosed(*no, *failure));
            }
        }
    }

    /// Tells the call what happened and does everything that it wants done.
    fn feed(&mut self, input: Input<'_>) {
        self.call.handle(input, self.now());
        let mut lost = self.drain();
        // A socket that turns out to be gone while it is written to is one more thing that happened.
        while let Some(end) = lost {
            if self.finish.is_some() {
                break;
            }
            match end {
                LostEnd::Phone => self.call.handle(Input::PhoneClosed, self.now()),
                LostEnd::Model(no) => {
                    self.sessions.drop_lost(no);
                    self.call.handle(Input::ModelClosed(no, openai::Failure::Closed { code: None }), self.now());
                }
            }
            lost = self.drain();
        }
    }

    fn drain(&mut self) -> Option<LostEnd> {
        let mut lost = None;
        for _ in 0..MAX_OUTPUTS {
            match self.call.poll() {
                Output::Phone(frame) => {
                    if let Some(phone) = &mut self.phone
                        && phone.send(&frame).is_err()
                    {
                        phone.forget();
                        lost = Some(LostEnd::Phone);
                    }
                }
                Output::Model(no, event) => {
                    if self.sessions.send(no, &event).is_err() {
                        lost = Some(LostEnd::Model(no));
                    }
                }
                Output::OpenModel(no) => self.sessions.open(no),
                Output::CloseModel(no) => self.sessions.close(no),
                Output::RunTool { call_id, name, arguments, moment } => {
                    self.tools.run(call_id, self.toolbox.clone().run(name, arguments, moment));
                }
                Output::Record { track, at, audio } => self.notes.audio(track, at, &audio),
                Output::Fact(fact) => {
                    if let Fact::Summary(metrics) = &fact {
                        self.summary = metrics.clone();
                    }
                    self.notes.fact(self.now(), fact);
                }
                Output::Finish(finish) => self.finish = Some(finish),
                Output::Wait { until, .. } => {
                    self.alarm.set(self.began + Duration::from_millis(until.0.min(MAX_SLEEP_MS)));
                    return lost;
                }
            }
        }
        tracing::error!("a call never came to rest and is ended");
        self.finish = Some(Finish::Rescue(EndReason::ModelLost));
        lost
    }

    fn now(&self) -> Ms {
        Ms(u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX))
    }
}

/// A day: no call lasts as long, and the sum stays within what an instant can hold.
const MAX_SLEEP_MS: u64 = 24 * 3_600_000;

enum LostEnd {
    Phone,
    Model(SessionNo),
}

enum Event {
    Command(Command),
    Phone(FromSocket),
    Model(FromModel),
    Tool(String, call::ToolOutcome),
    Tick,
}

/// One timer that is moved only when it must ring earlier: the next deadline changes with nearly every frame, and each move would go
/// through the runtime's timer wheel.
struct Alarm {
    sleep: Pin<Box<Sleep>>,
    wanted: Instant,
}

impl Alarm {
    fn new() -> Self {
        let far = Instant::now() + Duration::from_millis(MAX_SLEEP_MS);
        Self { sleep: Box::pin(tokio::time::sleep_until(far)), wanted: far }
    }

    fn set(&mut self, at: Instant) {
        self.wanted = at;
        if at < self.sleep.deadline() {
            self.sleep.as_mut().reset(at);
        }
    }

    fn poll_ring(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while self.sleep.as_mut().poll(cx).is_ready() {
            let now = Instant::now();
            if now >= self.wanted {
                // Until the call names its next deadline.
                self.sleep.as_mut().reset(now + Duration::from_secs(1));
                return Poll::Ready(());
            }
            self.sleep.as_mut().reset(self.wanted);
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_alarm_rings_at_the_last_time_set_whether_earlier_or_later() {
        let began = Instant::now();
        let mut alarm = Alarm::new();

        alarm.set(began + Duration::from_secs(10));
        alarm.set(began + Duration::from_secs(2));
        poll_fn(|cx| alarm.poll_ring(cx)).await;
        assert_eq!(began.elapsed().as_secs(), 2);

        alarm.set(began + Duration::from_secs(3));
        alarm.set(began + Duration::from_secs(7));
        poll_fn(|cx| alarm.poll_ring(cx)).await;
        assert_eq!(began.elapsed().as_secs(), 7);
    }
}
