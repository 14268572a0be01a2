//! One Realtime session without its socket: frames in, frames out, and when to come back.

use std::{collections::VecDeque, fmt::Write as _, sync::Arc};

use serde_json::{Value, json};

use super::{
    config::Config,
    faults::{Fault, Faults},
    frames,
    input::Input,
    items::{Conversation, Item},
    problem::Problem,
    response::{Effect, Response, SpokenPart, Stage},
    usage::Tokens,
};
use crate::voice::{Utterance, Voice};

mod create;
mod echo;
mod turns;

/// How a model behaves, faults aside.
#[derive(Clone, Debug)]
pub(super) struct Manner {
    pub(super) voice: Voice,
    /// Seconds of audio sent in a second.
    pub(super) speed: f64,
    /// From the end of a turn to the first word.
    pub(super) think_ms: u64,
    /// From the end of a turn to its transcript.
    pub(super) transcription_ms: u64,
    /// How old a session gets.
    pub(super) session_ms: u64,
    /// Every frame of the caller comes back at once, and nothing else.
    pub(super) echo: bool,
}

/// What a session wants done.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Output {
    Send(String),
    /// Render this and answer with [`Session::spoken`].
    Speak {
        response_id: String,
        utterance: Utterance,
    },
    /// Close the socket properly.
    Close {
        code: u16,
        reason: String,
    },
    /// Break the socket.
    Break,
}

/// What happens later.
#[derive(Debug)]
enum Later {
    Transcribe { item_id: String, model: String },
    Idle,
    Expire,
}

/// Makes ids.
#[derive(Debug)]
pub(super) struct Ids {
    seed: String,
    made: u32,
}

impl Ids {
    pub(super) fn make(&mut self, kind: &str) -> String {
        self.made += 1;
        let mut id = format!("{kind}_{}", self.seed);
        let _ = write!(id, "{:04x}", self.made);
        id
    }
}

/// One session.
#[derive(Debug)]
pub(super) struct Session {
    manner: Arc<Manner>,
    faults: Arc<Faults>,
    now: u64,
    ids: Ids,
    config: Config,
    conversation: Conversation,
    conversation_id: String,
    input: Input,
    /// The item that is being spoken.
    speaking: Option<String>,
    /// The response that adds to the conversation, and those beside it.
    active: Option<Response>,
    asides: Vec<Response>,
    echo: Option<echo::Echo>,
    /// How many responses were made, and how many of them spoke.
    responses: u32,
    spoken_answers: u32,
    /// The input of the last response: the cache holds it.
    last_input: Tokens,
    /// When the last answer will have been heard by a caller who hears it in real time.
    heard_until: u64,
    later: Vec<(u64, Later)>,
    muted_until: Option<u64>,
    frames_sent: u32,
    over: bool,
    out: VecDeque<Output>,
}

impl Session {
    /// A session that begins; `seed` makes its ids unique, `started_at` is in seconds since 1970.
    pub(super) fn open(
        manner: Arc<Manner>,
        faults: Arc<Faults>,
        model: &str,
        seed: &str,
        started_at: u64,
        now: u64,
    ) -> Self {
        let mut ids = Ids { seed: seed.to_owned(), made: 0 };
        let config = Config::fresh(&ids.make("sess"), model, started_at + manner.session_ms / 1_000);
        let conversation_id = ids.make("conv");
        let mut session = Self {
            later: vec![(now + manner.session_ms, Later::Expire)],
            manner,
            faults,
            now,
            ids,
            config,
            conversation: Conversation::default(),
            conversation_id,
            input: Input::default(),
            speaking: None,
            active: None,
            asides: Vec::new(),
            echo: None,
            responses: 0,
            spoken_answers: 0,
            last_input: Tokens::default(),
            heard_until: now,
            muted_until: None,
            frames_sent: 0,
            over: false,
            out: VecDeque::new(),
        };
        session.send(json!({ "type": "session.created", "session": session.config.to_json() }));
        let conversation = json!({ "id": session.conversation_id, "object": "realtime.conversation" });
        session.send(json!({ "type": "conversation.created", "conversation": conversation }));
        session
    }

    /// A text frame of the client.
    pub(super) fn receive(&mut self, text: &str, now: u64) {
        self.tick(now);
        if self.over || (self.manner.echo && self.echo_frame(text)) {
            return;
        }
        match frames::read(text) {
            Err((problem, event_id)) => self.refuse(&problem, event_id.as_deref()),
            Ok(frame) => {
                let event_id = frame["event_id"].as_str().map(str::to_owned);
                if let Err(problem) = self.handle(&frame) {
                    self.refuse(&problem, event_id.as_deref());
                }
            }
        }
    }

    fn handle(&mut self, frame: &Value) -> Result<(), Problem> {
        let text = |name: &str| frame[name].as_str().unwrap_or_default();
        match text("type") {
            "session.update" => self.update(&frame["session"]),
            "input_audio_buffer.append" => self.append(text("audio")),
            "input_audio_buffer.commit" => self.commit_by_hand(),
            "input_audio_buffer.clear" => {
                self.input.clear();
                self.send(json!({ "type": "input_audio_buffer.cleared" }));
                Ok(())
            }
            "output_audio_buffer.clear" => {
                Err(Problem::new("invalid_event", "output_audio_buffer.clear is for WebRTC and SIP sessions only."))
            }
            "conversation.item.create" => self.create_item(&frame["item"], frame["previous_item_id"].as_str()),
            "conversation.item.retrieve" => self.retrieve(text("item_id")),
            "conversation.item.delete" => {
                self.conversation.remove(text("item_id"))?;
                self.send(json!({ "type": "conversation.item.deleted", "item_id": frame["item_id"] }));
                Ok(())
            }
            "conversation.item.truncate" => self.truncate(frame),
            "response.create" => self.create_response(&frame["response"]),
            "response.cancel" => self.cancel_response(frame["response_id"].as_str()),
            other => Err(Problem::invalid("type", format!("Invalid value: '{other}'."))),
        }
    }

    /// A part of the audio of an answer, rendered.
    pub(super) fn spoken(&mut self, response_id: &str, part: &SpokenPart, now: u64) {
        self.tick(now);
        let speed = self.manner.speed;
        if let Some(response) = self.running().find(|it| it.id() == response_id) {
            response.spoken(part, speed, now);
        }
        self.run();
    }

    /// Time passed.
    pub(super) fn tick(&mut self, now: u64) {
        self.now = self.now.max(now);
        while let Some(at) = self.later.iter().position(|(due, _)| *due <= self.now) {
            let (_, what) = self.later.swap_remove(at);
            self.do_later(what);
        }
        self.run();
    }

    /// What is to be done next.
    pub(super) fn poll(&mut self) -> Option<Output> {
        let muted = self.muted_until.is_some_and(|it| self.now < it);
        if muted { None } else { self.out.pop_front() }
    }

    /// When to [`Session::tick`] at the latest.
    pub(super) fn deadline(&self) -> Option<u64> {
        let steps = self.active.iter().chain(&self.asides).filter_map(Response::due);
        let muted = self.muted_until.filter(|it| *it > self.now && !self.out.is_empty());
        steps.chain(self.later.iter().map(|(due, _)| *due)).chain(muted).min()
    }

    fn update(&mut self, wanted: &Value) -> Result<(), Problem> {
        let before = self.config.input_format();
        self.config.update(wanted, self.conversation.has_assistant_audio(), self.active.is_some())?;
        if self.config.input_format() != before {
            self.input.change_format(before);
        }
        if !self.faults.happens(&Fault::WrongFormat) {
            self.send(json!({ "type": "session.updated", "session": self.config.to_json() }));
        }
        Ok(())
    }

    fn create_item(&mut self, item: &Value, after: Option<&str>) -> Result<(), Problem> {
        let id = self.ids.make("item");
        let item = Item::read(item, id)?;
        self.add(item, after)
    }

    fn add(&mut self, item: Item, after: Option<&str>) -> Result<(), Problem> {
        let json = item.to_json();
        let previous = self.conversation.insert(item, after)?;
        self.send(json!({ "type": "conversation.item.added", "previous_item_id": previous, "item": json }));
        self.send(json!({ "type": "conversation.item.done", "previous_item_id": previous, "item": json }));
        Ok(())
    }

    fn retrieve(&mut self, id: &str) -> Result<(), Problem> {
        let item = self.conversation.get(id).map(Item::to_json_with_audio);
        let item = item.ok_or_else(|| super::items::not_found("item_retrieve_invalid_item_id", "item_id", id))?;
        self.send(json!({ "type": "conversation.item.retrieved", "item": item }));
        Ok(())
    }

    fn truncate(&mut self, frame: &Value) -> Result<(), Problem> {
        let (index, end) = (&frame["content_index"], &frame["audio_end_ms"]);
        let id = frame["item_id"].as_str().unwrap_or_default();
        self.conversation.truncate(id, index.as_u64().unwrap_or(0), end.as_u64().unwrap_or(0))?;
        let event = json!({ "type": "conversation.item.truncated", "item_id": id, "content_index": index, "audio_end_ms": end });
        self.send(event);
        Ok(())
    }

    fn cancel_response(&mut self, id: Option<&str>) -> Result<(), Problem> {
        if self.echo.is_some() {
            self.end_echo();
            return Ok(());
        }
        let named = |it: &Response| id.is_none_or(|id| id == it.id());
        let aside = self.asides.iter().position(|it| id.is_some() && named(it)).map(|at| self.asides.remove(at));
        let response =
            aside.or_else(|| if self.active.as_ref().is_some_and(named) { self.active.take() } else { None });
        let nothing = || Problem::new("response_cancel_not_active", "Cancellation failed: no active response found");
        let response = response.ok_or_else(nothing)?;
        self.stop(response, "client_cancelled");
        Ok(())
    }

    fn stop(&mut self, mut response: Response, reason: &str) {
        let mut effects = Vec::new();
        response.cancel(
            reason,
            &mut Stage { conversation: &mut self.conversation, ids: &mut self.ids, effects: &mut effects },
        );
        self.take_effects(effects);
    }

    /// Lets the responses do what is due.
    fn run(&mut self) {
        let mut effects = Vec::new();
        let mut stage = Stage { conversation: &mut self.conversation, ids: &mut self.ids, effects: &mut effects };
        let done = self.active.take_if(|it| it.advance(self.now, &mut stage));
        self.asides.retain_mut(|it| !it.advance(self.now, &mut stage));
        self.take_effects(effects);
        if let Some(response) = done {
            self.heard_until = self.now.max(self.heard_until.max(response.started_at()) + response.audio_ms());
            self.wait_for_caller();
        }
    }

    fn take_effects(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send(event) => self.send(event),
                Effect::Speak { response_id, utterance } => {
                    self.out.push_back(Output::Speak { response_id, utterance });
                }
                Effect::Break => self.end(Output::Break),
            }
        }
    }

    fn do_later(&mut self, what: Later) {
        match what {
            Later::Transcribe { item_id, model } => self.transcribe(&item_id, &model),
            Later::Idle => self.nobody_spoke(),
            Later::Expire => self.expire(),
        }
    }

    fn expire(&mut self) {
        let reason = "Your session hit the maximum duration of 60 minutes.";
        self.refuse(&Problem::new("session_expired", reason), None);
        self.end(Output::Close { code: 1001, reason: reason.to_owned() });
    }

    fn refuse(&mut self, problem: &Problem, event_id: Option<&str>) {
        self.send(json!({ "type": "error", "error": problem.to_json(event_id) }));
    }

    fn send(&mut self, mut event: Value) {
        event["event_id"] = json!(self.ids.make("event"));
        self.send_text(event.to_string());
    }

    fn send_text(&mut self, text: String) {
        if self.over {
            return;
        }
        self.out.push_back(Output::Send(text));
        self.frames_sent += 1;
        let sent = self.frames_sent;
        if self.faults.take(|it| matches!(it, Fault::DropAfter(frames) if *frames == sent).then_some(())).is_some() {
            self.end(Output::Break);
        }
    }

    fn end(&mut self, how: Output) {
        self.over = true;
        self.active = None;
        self.asides.clear();
        self.later.clear();
        self.out.push_back(how);
    }

    fn running(&mut self) -> impl Iterator<Item = &mut Response> {
        self.active.iter_mut().chain(&mut self.asides)
    }
}

#[cfg(test)]
mod tests;
