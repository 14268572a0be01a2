//! A stage for tests that read like the script of a call: a telephone that plays in real time and returns marks, a model that says what the
//! test tells it to, and a clock that only the test moves.

use std::collections::VecDeque;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::{
    AfterTool, Call, Channel, Fact, Finish, Input, Limits, Ms, Output, Patience, Phrase, Plan, SessionNo, Speaker,
    ToolOutcome, ToolStatus, Track,
    consent::Moment,
    openai::{self, ClientEvent, Failure, NewItem},
    phrases,
    twilio::{self, FromPhone, ToPhone},
    usage::Prices,
};

pub(crate) const GREETING: &str = "Hello, this is the assistant.";

pub(crate) fn plan() -> Plan {
    Plan {
        channel: Channel::Telephone,
        instructions: "You answer the telephone.".into(),
        today: Vec::new(),
        rules: String::new(),
        greeting: GREETING.into(),
        voice: "marin".into(),
        speed_percent: 100,
        language: "en".into(),
        patience: Patience::Normal,
        interruptible: true,
        transcription_model: "gpt-transcribe".into(),
        keywords: vec!["Soup Cookoff".into()],
        tools: Vec::new(),
        limits: Limits::default(),
        prices: Prices::default(),
        record: true,
        zero_unix_ms: None,
    }
}

/// A line of the transcript as last told.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub number: u32,
    pub position: u32,
    pub speaker: Speaker,
    pub text: String,
    pub heard: String,
    pub start: u64,
    pub end: u64,
    pub done: bool,
}

pub(crate) struct Script {
    pub call: Call,
    pub now: u64,
    /// What was done since it was last asked for, in short words.
    done: Vec<String>,
    pub facts: Vec<(u64, Fact)>,
    pub records: Vec<(Track, Ms, Vec<u8>)>,
    /// Every event for the model, as JSON, with the session it went to.
    pub sent: Vec<(u32, Value)>,
    pub marks: Vec<String>,
    /// Audio sent to the telephone in all, in milliseconds, and when it was sent.
    pub audio_out: Vec<(u64, u64)>,
    pub finished: Vec<Finish>,
    /// What had been said when each function was called.
    pub moments: Vec<Moment>,
    finished_at: u64,
    /// The telephone's buffer: when each mark is reached.
    playing: VecDeque<(u64, String)>,
    plays_until: u64,
    pub returns_marks: bool,
    playing_item: String,
    timestamp: u64,
    session: u32,
    pub wait_until: u64,
}

impl Script {
    pub fn new(plan: Plan) -> Self {
        let mut script = Self {
            call: Call::new(plan, Ms(0)),
            now: 0,
            done: Vec::new(),
            facts: Vec::new(),
            records: Vec::new(),
            sent: Vec::new(),
            marks: Vec::new(),
            audio_out: Vec::new(),
            finished: Vec::new(),
            moments: Vec::new(),
            finished_at: 0,
            playing: VecDeque::new(),
            plays_until: 0,
            returns_marks: true,
            playing_item: String::new(),
            timestamp: 0,
            session: 1,
            wait_until: 0,
        };
        script.drain();
        script
    }

    /// A call whose greeting was heard; ready for the caller's first words.
    pub fn greeted() -> Self {
        Self::greeted_with(plan())
    }

    pub fn greeted_with(plan: Plan) -> Self {
        let mut script = Self::new(plan);
        script.phone_starts();
        script.model_ready();
        script.says("R0", "A0", 800, GREETING);
        script.completes("R0", "A0", GREETING);
        script.wait(1_000);
        script.done();
        script
    }

    // The telephone.

    pub fn phone_starts(&mut self) {
        self.phone(
            &json!({"event":"start","streamSid":"MZ1","start":{"streamSid":"MZ1","callSid":"CA1","accountSid":"AC1",
            "mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},"customParameters":{}}}),
        );
    }

    pub fn phone(&mut self, frame: &Value) {
        let text = frame.to_string();
        let frame = twilio::parse(&text).unwrap_or(FromPhone::Unknown);
        self.call.handle(Input::Phone(frame), Ms(self.now));
        self.drain();
    }

    /// So much of the caller's voice, as it comes: a frame every 20 ms.
    pub fn caller_speaks(&mut self, ms: u64) {
        self.frames(ms, 0x22);
    }

    /// The line is open and nothing is said.
    pub fn caller_is_quiet(&mut self, ms: u64) {
        self.frames(ms, 0xFE);
    }

    fn frames(&mut self, ms: u64, byte: u8) {
        let payload = BASE64_STANDARD.encode([byte; 160]);
        self.timestamp = self.timestamp.max(self.now);
        for _ in 0..ms / 20 {
            self.phone(&json!({"event":"media","media":{"timestamp":self.timestamp.to_string(),"payload":payload}}));
            self.timestamp += 20;
            self.wait(20);
        }
    }

    /// So much of the caller's voice is lost on the way.
    pub fn audio_is_lost(&mut self, ms: u64) {
        self.wait(ms);
    }

    pub fn presses(&mut self, keys: &str) {
        for key in keys.chars() {
            self.phone(&json!({"event":"dtmf","dtmf":{"digit":key.to_string()}}));
            self.wait(100);
        }
    }

    pub fn hangs_up(&mut self) {
        self.phone(&json!({"event":"stop"}));
    }

    // The model.

    /// The socket opens, the session is set up.
    pub fn model_ready(&mut self) {
        self.model_opens();
        self.model(&json!({"type":"session.updated","session":{"audio":{"input":{"format":{"type":"audio/pcmu"}},
            "output":{"format":{"type":"audio/pcmu"}}}}}));
    }

    pub fn model_opens(&mut self) {
        self.input(Input::ModelOpen(SessionNo(self.session)));
        self.model(&json!({"type":"session.created","session":{}}));
    }

    /// Events are of this session from here on.
    pub fn in_session(&mut self, no: u32) {
        self.session = no;
    }

    pub fn model(&mut self, event: &Value) {
        let text = event.to_string();
        let event = openai::parse(&text).expect("the test wrote a readable event");
        self.call.handle(Input::Model(SessionNo(self.session), event), Ms(self.now));
        self.drain();
    }

    pub fn model_closes(&mut self, failure: Failure) {
        self.input(Input::ModelClosed(SessionNo(self.session), failure));
    }

    pub fn model_drops(&mut self) {
        self.model_closes(Failure::Closed { code: Some(1006) });
    }

    pub fn speech_starts(&mut self, item: &str) {
        self.model(&json!({"type":"input_audio_buffer.speech_started","item_id":item,
            "audio_start_ms":self.appended_ms(self.session)}));
    }

    /// The caller stops, the model takes the turn.
    pub fn speech_ends(&mut self, item: &str, previous: &str) {
        self.model(&json!({"type":"input_audio_buffer.speech_stopped","item_id":item,
            "audio_end_ms":self.appended_ms(self.session)}));
        self.model(&json!({"type":"input_audio_buffer.committed","item_id":item,"previous_item_id":previous}));
    }

    pub fn transcribed(&mut self, item: &str, text: &str) {
        self.model(
            &json!({"type":"conversation.item.input_audio_transcription.completed","item_id":item,"transcript":text}),
        );
    }

    /// The caller says something, all of it.
    pub fn caller_says(&mut self, item: &str, previous: &str, text: &str) {
        self.speech_starts(item);
        self.wait(400);
        self.speech_ends(item, previous);
        self.transcribed(item, text);
    }

    pub fn response_begins(&mut self, response: &str) {
        self.model(&json!({"type":"response.created","response":{"id":response,"status":"in_progress","conversation_id":"conv_1"}}));
    }

    /// A response with so much audio, which comes at once.
    pub fn says(&mut self, response: &str, item: &str, ms: usize, text: &str) {
        self.response_begins(response);
        self.goes_on(response, item, ms, text);
    }

    pub fn goes_on(&mut self, response: &str, item: &str, ms: usize, text: &str) {
        self.model(&json!({"type":"response.output_audio_transcript.delta","response_id":response,"item_id":item,"delta":text}));
        let audio = BASE64_STANDARD.encode(vec![0x33; ms * 8]);
        self.model(&json!({"type":"response.output_audio.delta","response_id":response,"item_id":item,"delta":audio}));
    }

    pub fn completes(&mut self, response: &str, item: &str, text: &str) {
        self.model(&json!({"type":"response.output_audio.done","response_id":response,"item_id":item}));
        self.model(&json!({"type":"response.output_audio_transcript.done","response_id":response,"item_id":item,"transcript":text}));
        self.response_ends(response, "completed");
    }

    pub fn response_ends(&mut self, response: &str, status: &str) {
        self.model(&json!({"type":"response.done","response":{"id":response,"status":status,"output":[]}}));
    }

    /// The response says it all.
    pub fn answers(&mut self, response: &str, item: &str, ms: usize, text: &str) {
        self.says(response, item, ms, text);
        self.completes(response, item, text);
    }

    pub fn calls(&mut self, response: &str, call_id: &str, name: &str) {
        let arguments = r#"{"q":"soup"}"#;
        self.model(
            &json!({"type":"response.output_item.done","response_id":response,"item":{"id":format!("item_{call_id}"),
            "type":"function_call","status":"completed","call_id":call_id,"name":name,"arguments":arguments}}),
        );
    }

    pub fn fails(&mut self, response: &str, code: &str) {
        self.model(&json!({"type":"response.done","response":{"id":response,"status":"failed",
            "status_details":{"type":"failed","error":{"type":"invalid_request_error","code":code}},"output":[]}}));
    }

    pub fn error(&mut self, kind: &str, code: &str, event_id: &str) {
        self.model(&json!({"type":"error","error":{"type":kind,"code":code,"message":"","event_id":event_id}}));
    }

    // Tools.

    pub fn tool_answers(&mut self, call_id: &str, output: &str) {
        let outcome =
            ToolOutcome { status: ToolStatus::Done, output: output.into(), then: AfterTool::GoOn, made: None };
        self.input(Input::Tool { call_id, outcome });
    }

    pub fn tool_ends_call(&mut self, call_id: &str) {
        let outcome =
            ToolOutcome { status: ToolStatus::Done, output: "{}".into(), then: AfterTool::EndCall, made: None };
        self.input(Input::Tool { call_id, outcome });
    }

    // Time.

    pub fn input(&mut self, input: Input<'_>) {
        self.call.handle(input, Ms(self.now));
        self.drain();
    }

    /// Time passes: marks come back when they are reached, ticks when they are asked for.
    pub fn wait(&mut self, ms: u64) {
        let until = self.now + ms;
        loop {
            let mark = self.playing.front().map_or(u64::MAX, |(at, _)| *at);
            let next = mark.min(self.wait_until).min(until);
            self.now = self.now.max(next);
            if next == mark && mark <= until {
                let (_, name) = self.playing.pop_front().expect("there is one");
                if self.returns_marks {
                    self.input(Input::Phone(FromPhone::Mark { name: name.into() }));
                }
            } else if next == self.wait_until && self.wait_until <= until {
                self.input(Input::Tick);
            } else {
                return;
            }
        }
    }

    fn drain(&mut self) {
        for steps in 0.. {
            assert!(steps < 10_000, "the call never waits");
            match self.call.poll() {
                Output::Wait { until, why } => {
                    assert!(until.0 > self.now, "a deadline of the past: {why}");
                    self.wait_until = until.0;
                    return;
                }
                output => self.note(output),
            }
        }
    }

    fn note(&mut self, output: Output) {
        assert!(self.finished.is_empty(), "after its end the call wants {output:?}");
        match output {
            Output::Phone(frame) => self.note_phone(frame),
            Output::OpenModel(no) => self.done.push(format!("open {}", no.0)),
            Output::CloseModel(no) => self.done.push(format!("close {}", no.0)),
            Output::Model(no, event) => {
                self.sent.push((no.0, serde_json::from_str(&event.to_json()).expect("events are JSON")));
                if let Some(words) = in_words(&event) {
                    self.done.push(if no.0 == 1 { words } else { format!("[{}] {words}", no.0) });
                }
            }
            Output::RunTool { call_id, name, moment, .. } => {
                self.done.push(format!("run {name} for {call_id}"));
                self.moments.push(moment);
            }
            Output::Record { track, at, audio } => self.records.push((track, at, audio)),
            Output::Fact(fact) => self.facts.push((self.now, fact)),
            Output::Finish(finish) => {
                self.done.push(format!("{finish:?}"));
                self.finished.push(finish);
                self.finished_at = self.now;
            }
            Output::Wait { .. } => {}
        }
    }

    fn note_phone(&mut self, frame: ToPhone) {
        match frame {
            ToPhone::Media { payload } => {
                let audio = BASE64_STANDARD.decode(payload).expect("base64");
                let length = audio.len() as u64 / 8;
                assert!(length <= 200, "a piece of {length} ms");
                self.plays_until = self.plays_until.max(self.now) + length;
                self.audio_out.push((self.now, length));
                let phrase = Phrase::ALL
                    .into_iter()
                    .find(|phrase| audio.len() == 1_600 && phrases::audio("en", *phrase).starts_with(&audio));
                if let Some(phrase) = phrase {
                    self.done.push(format!("plays {phrase:?}"));
                }
            }
            ToPhone::Mark { name } => {
                let item = name.split(':').next().unwrap_or_default().to_owned();
                if item != "phrase" && item != self.playing_item {
                    self.done.push(format!("plays {item}"));
                }
                self.playing_item = item;
                self.playing.push_back((self.plays_until, name.clone()));
                self.marks.push(name);
            }
            ToPhone::Clear => {
                self.done.push("clear".into());
                self.plays_until = self.now;
                // Twilio returns all pending marks at once; they arrive after the call has moved on.
                for (at, _) in &mut self.playing {
                    *at = self.now;
                }
            }
        }
    }

    // What happened.

    /// When the telephone has played all that it was given.
    pub fn plays_until(&self) -> u64 {
        self.plays_until
    }

    /// When the call ended.
    pub fn finished_at(&self) -> u64 {
        assert_eq!(self.finished.len(), 1, "a call ends once");
        self.finished_at
    }

    /// What was done since this was last asked.
    pub fn done(&mut self) -> Vec<String> {
        std::mem::take(&mut self.done)
    }

    /// Every line as it was last told, in spoken order.
    pub fn lines(&self) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        for (_, fact) in &self.facts {
            if let Fact::Line { line, position, speaker, text, heard, start, end, done } = fact {
                lines.retain(|known| known.number != *line);
                lines.push(Line {
                    number: *line,
                    position: *position,
                    speaker: *speaker,
                    text: text.clone(),
                    heard: text[..*heard].to_owned(),
                    start: start.0,
                    end: end.0,
                    done: *done,
                });
            }
        }
        lines.sort_by_key(|line| line.position);
        lines
    }

    /// The transcript on one line each, with what was not heard in brackets.
    pub fn transcript(&self) -> Vec<String> {
        self.lines()
            .into_iter()
            .map(|line| {
                let unheard = &line.text[line.heard.len()..];
                let unheard = if unheard.is_empty() { String::new() } else { format!("[{unheard}]") };
                format!("{:?}: {}{unheard}", line.speaker, line.heard)
            })
            .collect()
    }

    /// The kinds of the events noted.
    pub fn events(&self) -> Vec<&'static str> {
        self.facts
            .iter()
            .filter_map(|(_, fact)| match fact {
                Fact::Event { kind, .. } => Some(*kind),
                _ => None,
            })
            .collect()
    }

    /// Milliseconds of caller audio that each session was given.
    pub fn appended_ms(&self, session: u32) -> u64 {
        let appends =
            self.sent.iter().filter(|(no, event)| *no == session && event["type"] == "input_audio_buffer.append");
        appends
            .map(|(_, event)| {
                BASE64_STANDARD.decode(event["audio"].as_str().unwrap_or("")).map_or(0, |a| a.len() as u64 / 8)
            })
            .sum()
    }

    /// The last event of a type that the model was sent.
    pub fn last_sent(&self, kind: &str) -> Value {
        self.sent
            .iter()
            .rev()
            .find(|(_, event)| event["type"] == kind)
            .map(|(_, event)| event.clone())
            .unwrap_or_default()
    }

    pub fn metrics(&self) -> crate::Metrics {
        let summary = self.facts.iter().find_map(|(_, fact)| match fact {
            Fact::Summary(metrics) => Some(metrics.clone()),
            _ => None,
        });
        summary.expect("the call has ended")
    }

    pub fn latencies(&self) -> Vec<u64> {
        let latency = |(_, fact): &(u64, Fact)| match fact {
            Fact::Latency { latency_ms, .. } => Some(*latency_ms),
            _ => None,
        };
        self.facts.iter().filter_map(latency).collect()
    }
}

/// An event for the model in short words; audio is not worth any.
fn in_words(event: &ClientEvent) -> Option<String> {
    Some(match event {
        ClientEvent::SessionUpdate { .. } => "settings".into(),
        ClientEvent::Amend { .. } => "amends".into(),
        ClientEvent::Append { .. } => return None,
        ClientEvent::CreateItem { item, .. } => match item {
            NewItem::System { text } => format!("system: {text}"),
            NewItem::User { text } | NewItem::Keys { text, .. } => format!("user: {text}"),
            NewItem::Assistant { text } => format!("assistant: {text}"),
            NewItem::FunctionCall { call_id, name, .. } => format!("call {name} {call_id}"),
            NewItem::FunctionOutput { call_id, output } => format!("output {call_id}: {output}"),
        },
        ClientEvent::DeleteItem { item_id, .. } => format!("delete {item_id}"),
        ClientEvent::Truncate { item_id, audio_end_ms, .. } => format!("truncate {item_id} at {audio_end_ms}"),
        ClientEvent::CreateResponse { response, .. } => match response.instructions.as_deref() {
            Some(text) if text.contains(GREETING) => "create greeting".into(),
            Some(text) if text.contains("The line broke") => "create continue".into(),
            _ if response.tool_choice == Some("none") => "create goodbye".into(),
            _ => "create".into(),
        },
        ClientEvent::CancelResponse { .. } => "cancel".into(),
    })
}
