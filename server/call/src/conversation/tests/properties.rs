//! Whatever comes, in whatever order: a call neither panics nor lies, and it ends.

use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*};
use serde_json::json;

use super::script::*;
use crate::{
    AfterTool, Channel, EndReason, Fact, Input, Limits, Ms, Output, Plan, SessionNo, ToolOutcome, ToolStatus,
    openai::{self, ClientEvent, Failure, NewItem},
    twilio::{FromPhone, Start, ToPhone},
};

/// Something that happens to a call. Numbers choose among few names, so that events meet.
#[derive(Clone, Debug)]
enum Step {
    Passes(u32),
    Starts,
    Media {
        timestamp_ms: u64,
        bytes: usize,
        good: bool,
    },
    Key(u8),
    /// The last mark but so many comes back.
    Mark(usize),
    OddMark(String),
    Unknown,
    Opens,
    Closes(u8),
    Created,
    Updated(bool),
    SpeechStarts(u8),
    SpeechStops(u8),
    Commits(u8, u8),
    Transcribed(u8, String),
    ResponseBegins(u8, bool),
    Audio(u8, u8, usize),
    Words(u8, u8, String),
    AudioEnds(u8, u8),
    Calls(u8, u8, bool),
    ResponseEnds(u8, u8),
    Error(u8, bool),
    Unreadable,
    Tool(u8, bool),
    Typed(String),
    Inform(bool),
    Today(u8),
    ItemKnown(u8, u8),
}

fn step() -> impl Strategy<Value = Step> {
    let id = 0..4_u8;
    prop_oneof![
        6 => (0..3_000_u32).prop_map(Step::Passes),
        1 => (0..200_000_u32).prop_map(Step::Passes),
        1 => Just(Step::Starts),
        4 => (prop_oneof![0..100_000_u64, Just(u64::MAX)], 0..2_000_usize, prop::bool::weighted(0.95))
            .prop_map(|(timestamp_ms, bytes, good)| Step::Media { timestamp_ms, bytes, good }),
        1 => any::<u8>().prop_map(Step::Key),
        4 => (0..12_usize).prop_map(Step::Mark),
        1 => "[A-Z0-3]{0,2}:?[0-9]{0,5}:g[0-9]{0,11}:m[0-9]{0,11}".prop_map(Step::OddMark),
        1 => Just(Step::Unknown),
        3 => Just(Step::Opens),
        1 => (0..5_u8).prop_map(Step::Closes),
        3 => Just(Step::Created),
        3 => prop::bool::weighted(0.95).prop_map(Step::Updated),
        3 => id.clone().prop_map(Step::SpeechStarts),
        3 => id.clone().prop_map(Step::SpeechStops),
        3 => (id.clone(), id.clone()).prop_map(|(a, b)| Step::Commits(a, b)),
        2 => (id.clone(), ".{0,20}").prop_map(|(a, text)| Step::Transcribed(a, text)),
        5 => (id.clone(), prop::bool::weighted(0.1)).prop_map(|(a, outside)| Step::ResponseBegins(a, outside)),
        6 => (id.clone(), id.clone(), 0..40_000_usize).prop_map(|(a, b, bytes)| Step::Audio(a, b, bytes)),
        4 => (id.clone(), id.clone(), ".{0,30}").prop_map(|(a, b, text)| Step::Words(a, b, text)),
        3 => (id.clone(), id.clone()).prop_map(|(a, b)| Step::AudioEnds(a, b)),
        4 => (id.clone(), 0..6_u8, prop::bool::weighted(0.9)).prop_map(|(a, b, good)| Step::Calls(a, b, good)),
        5 => (id.clone(), 0..5_u8).prop_map(|(a, status)| Step::ResponseEnds(a, status)),
        1 => (0..8_u8, any::<bool>()).prop_map(|(code, ours)| Step::Error(code, ours)),
        1 => Just(Step::Unreadable),
        4 => (0..6_u8, prop::bool::weighted(0.2)).prop_map(|(call, ends)| Step::Tool(call, ends)),
        1 => ".{0,20}".prop_map(Step::Typed),
        1 => any::<bool>().prop_map(Step::Inform),
        1 => (0..4_u8).prop_map(Step::Today),
        2 => (id.clone(), id).prop_map(|(a, b)| Step::ItemKnown(a, b)),
    ]
}

/// What may be heard of either side.
fn sound() -> impl Strategy<Value = Step> {
    let id = 0..4_u8;
    prop_oneof![
        6 => (0..3_000_u32).prop_map(Step::Passes),
        4 => id.clone().prop_map(Step::SpeechStarts),
        1 => id.clone().prop_map(Step::SpeechStops),
        1 => (id.clone(), id.clone()).prop_map(|(a, b)| Step::Commits(a, b)),
        2 => (0..12_usize).prop_map(Step::Mark),
        2 => id.clone().prop_map(|a| Step::ResponseBegins(a, false)),
        2 => (id.clone(), id, 0..40_000_usize).prop_map(|(a, b, bytes)| Step::Audio(a, b, bytes)),
    ]
}

/// What the outside saw of a call.
struct Witness {
    call: crate::Call,
    now: u64,
    session: u32,
    marks: Vec<String>,
    last_create: String,
    generated: BTreeMap<String, u64>,
    tools_run: BTreeMap<String, u32>,
    tools_ended: BTreeMap<String, u32>,
    outputs: BTreeMap<(u32, String), u32>,
    finishes: u32,
    largest_queue: usize,
    wait_until: u64,
    /// Everything the call wanted, but for waiting.
    wanted: Vec<Output>,
}

impl Witness {
    fn new(plan: Plan) -> Self {
        let mut witness = Self {
            call: crate::Call::new(plan, Ms(0)),
            now: 0,
            session: 1,
            marks: Vec::new(),
            last_create: String::new(),
            generated: BTreeMap::new(),
            tools_run: BTreeMap::new(),
            tools_ended: BTreeMap::new(),
            outputs: BTreeMap::new(),
            finishes: 0,
            largest_queue: 0,
            wait_until: 0,
            wanted: Vec::new(),
        };
        witness.drain();
        witness
    }

    /// A call whose model is ready.
    fn set_up(plan: Plan) -> Self {
        let mut witness = Self::new(plan);
        for step in [Step::Starts, Step::Opens, Step::Created, Step::Updated(true)] {
            witness.take(&step);
        }
        witness
    }

    fn drain(&mut self) {
        for steps in 0.. {
            assert!(steps < 3_000, "the call never waits");
            self.largest_queue = self.largest_queue.max(steps);
            let output = self.call.poll();
            if let Output::Wait { until, why } = output {
                assert!(until.0 > self.now, "a deadline of the past: {why}");
                self.wait_until = until.0;
                return;
            }
            assert_eq!(self.finishes, 0, "after the end: {output:?}");
            self.wanted.push(output.clone());
            self.note(output);
        }
    }

    fn note(&mut self, output: Output) {
        match output {
            Output::Phone(ToPhone::Mark { name }) => self.marks.push(name),
            Output::OpenModel(no) => self.session = no.0,
            Output::RunTool { call_id, .. } => *self.tools_run.entry(call_id).or_default() += 1,
            Output::Model(_, ClientEvent::Truncate { item_id, audio_end_ms, .. }) => {
                let generated = self.generated.get(&item_id).copied().unwrap_or(0);
                assert!(audio_end_ms <= generated, "{audio_end_ms} of {generated} ms");
            }
            Output::Model(_, event @ ClientEvent::CreateResponse { .. }) => {
                self.last_create = event.event_id().to_string();
            }
            Output::Model(no, ClientEvent::CreateItem { item: NewItem::FunctionOutput { call_id, .. }, .. }) => {
                *self.outputs.entry((no.0, call_id)).or_default() += 1;
            }
            Output::Fact(Fact::ToolEnded { call_id, .. }) => *self.tools_ended.entry(call_id).or_default() += 1,
            Output::Fact(Fact::Line { text, heard, start, end, .. }) => {
                assert!(text.is_char_boundary(heard) && !text.is_empty());
                assert!(start <= end);
            }
            Output::Finish(_) => self.finishes += 1,
            _ => {}
        }
    }

    fn input(&mut self, input: Input<'_>) {
        self.call.handle(input, Ms(self.now));
        self.drain();
    }

    fn passes(&mut self, ms: u64) {
        let until = self.now + ms;
        while self.wait_until <= until {
            self.now = self.wait_until;
            self.input(Input::Tick);
        }
        self.now = until;
    }

    fn model(&mut self, event: &serde_json::Value) {
        let text = event.to_string();
        let event = openai::parse(&text).expect("written by us");
        self.input(Input::Model(SessionNo(self.session), event));
    }

    fn take(&mut self, step: &Step) {
        let session = SessionNo(self.session);
        match step {
            Step::Passes(ms) => self.passes(u64::from(*ms)),
            Step::Starts => self.input(Input::Phone(FromPhone::Start(Start::default()))),
            Step::Media { timestamp_ms, bytes, good } => {
                let payload = if *good { base64(*bytes) } else { "***".into() };
                self.input(Input::Phone(FromPhone::Media { timestamp_ms: *timestamp_ms, payload: payload.into() }));
            }
            Step::Key(key) => self.input(Input::Phone(FromPhone::Dtmf { digit: char::from(*key) })),
            Step::Mark(back) => {
                let name = self.marks.iter().rev().nth(*back).cloned().unwrap_or_default();
                self.input(Input::Phone(FromPhone::Mark { name: name.into() }));
            }
            Step::OddMark(name) => self.input(Input::Phone(FromPhone::Mark { name: name.into() })),
            Step::Unknown => self.input(Input::Phone(FromPhone::Unknown)),
            Step::Opens => self.input(Input::ModelOpen(session)),
            Step::Closes(how) => {
                let failure = match how {
                    0 => Failure::Unreachable,
                    1 => Failure::TimedOut,
                    2 => Failure::Refused { status: 503 },
                    3 => Failure::Refused { status: 401 },
                    _ => Failure::Closed { code: Some(1006) },
                };
                self.input(Input::ModelClosed(session, failure));
            }
            Step::Created => self.model(&json!({"type":"session.created","session":{}})),
            Step::Updated(good) => {
                let format = if *good { "audio/pcmu" } else { "audio/pcm" };
                self.model(&json!({"type":"session.updated","session":{"audio":{"input":{"format":{"type":format}}}}}));
            }
            Step::SpeechStarts(u) => {
                self.model(&json!({"type":"input_audio_buffer.speech_started","item_id":user(*u),"audio_start_ms":self.now / 2}));
            }
            Step::SpeechStops(u) => {
                self.model(&json!({"type":"input_audio_buffer.speech_stopped","item_id":user(*u),"audio_end_ms":self.now * 2}));
            }
            Step::Commits(u, a) => {
                self.model(&json!({"type":"input_audio_buffer.committed","item_id":user(*u),"previous_item_id":item(*a)}));
            }
            Step::Transcribed(u, text) => self.model(
                &json!({"type":"conversation.item.input_audio_transcription.completed","item_id":user(*u),"transcript":text}),
            ),
            Step::ResponseBegins(r, outside) => {
                let mut response = json!({"id":response(*r),"conversation_id":"c"});
                if *outside {
                    response = json!({"id":response["id"],"conversation_id":null,"metadata":{"purpose":"x"}});
                }
                self.model(&json!({"type":"response.created","response":response}));
            }
            Step::Audio(r, a, bytes) => {
                *self.generated.entry(item(*a)).or_default() += *bytes as u64 / 8 + 1;
                self.model(&json!({"type":"response.output_audio.delta","response_id":response(*r),"item_id":item(*a),
                    "delta":base64(*bytes)}));
            }
            Step::Words(r, a, text) => {
                self.model(&json!({"type":"response.output_text.delta","response_id":response(*r),"item_id":item(*a),"delta":text}));
            }
            Step::AudioEnds(r, a) => {
                self.model(&json!({"type":"response.output_audio.done","response_id":response(*r),"item_id":item(*a)}));
            }
            Step::Calls(r, call, good) => {
                let status = if *good { "completed" } else { "incomplete" };
                self.model(&json!({"type":"response.output_item.done","response_id":response(*r),"item":{"id":"F","status":status,
                    "type":"function_call","call_id":tool(*call),"name":"t","arguments":"{"}}));
            }
            Step::ResponseEnds(r, status) => {
                let status = ["completed", "cancelled", "failed", "incomplete", "nonsense"][usize::from(*status)];
                self.model(&json!({"type":"response.done","response":{"id":response(*r),"status":status,"output":[
                    {"id":item(*r),"type":"message","role":"assistant","content":[{"transcript":"said"}]},
                    {"id":"F","status":"completed","type":"function_call","call_id":tool(*r),"name":"t","arguments":"{}"}]}}));
            }
            Step::Error(code, ours) => {
                let code = ["conversation_already_has_active_response", "server_error", "rate_limit_exceeded", "session_expired",
                    "invalid_value", "insufficient_quota", "response_cancel_not_active", ""][usize::from(*code)];
                let event_id = if *ours { self.last_create.clone() } else { String::new() };
                self.model(&json!({"type":"error","error":{"code":code,"event_id":event_id}}));
            }
            Step::Unreadable => self.input(Input::Model(session, openai::ServerEvent::Unreadable)),
            Step::Tool(call, ends) => {
                let then = if *ends { AfterTool::EndCall } else { AfterTool::GoOn };
                let outcome = ToolOutcome { status: ToolStatus::Done, output: "{}".into(), then, made: None };
                // Some by the name that the model gave, some by the one that the call gave.
                let known = self.tools_run.keys().nth_back(usize::from(*call)).cloned().unwrap_or_default();
                let call_id = if *call < 3 { tool(*call) } else { known };
                self.input(Input::Tool { call_id: &call_id, outcome });
            }
            Step::Typed(text) => self.input(Input::Typed(text)),
            Step::Inform(speak) => self.input(Input::Inform { text: "Sold out.", speak: *speak }),
            Step::Today(notice) => self.input(Input::Today(&[format!("Number {notice} is sold out.")])),
            Step::ItemKnown(a, b) => {
                self.model(&json!({"type":"conversation.item.added","previous_item_id":item(*a),"item":{"id":user(*b)}}));
            }
        }
    }

    /// What must hold at any time.
    fn check(&self) {
        assert!(self.finishes <= 1);
        assert!(self.tools_run.values().all(|runs| *runs == 1), "{:?}", self.tools_run);
        // Twice only: answered for, and answering after all.
        assert!(self.tools_ended.values().all(|ends| *ends <= 2), "{:?}", self.tools_ended);
        assert!(self.outputs.values().all(|outputs| *outputs == 1), "{:?}", self.outputs);
    }
}

fn user(n: u8) -> String {
    format!("U{n}")
}

fn item(n: u8) -> String {
    format!("A{n}")
}

fn response(n: u8) -> String {
    format!("R{n}")
}

fn tool(n: u8) -> String {
    format!("call_{n}")
}

fn base64(bytes: usize) -> String {
    use base64::{Engine, prelude::BASE64_STANDARD};
    BASE64_STANDARD.encode(vec![0x22; bytes])
}

fn any_plan() -> impl Strategy<Value = Plan> {
    (any::<bool>(), any::<bool>(), prop::bool::weighted(0.2), 0..3_000_u64).prop_map(
        |(interruptible, record, typed, ahead_ms)| Plan {
            interruptible,
            record,
            channel: if typed { Channel::Typed } else { Channel::Telephone },
            limits: Limits { call_ms: 120_000, ahead_ms, session_ms: 40_000, ..Limits::default() },
            ..plan()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn every_call_ends_once_and_answers_every_tool_once(plan in any_plan(), steps in vec(step(), 0..120)) {
        let mut call = Witness::new(plan);
        for step in &steps {
            call.take(step);
            call.check();
        }
        // Time alone brings every call to its end.
        call.passes(400_000);

        call.check();
        prop_assert_eq!(call.finishes, 1);
        prop_assert!(call.tools_run.keys().all(|id| call.tools_ended.contains_key(id)));
    }

    #[test]
    fn a_call_that_is_set_up_ends_when_the_telephone_is_gone(steps in vec(step(), 0..80), stop in any::<bool>()) {
        let mut call = Witness::set_up(plan());
        for step in &steps {
            if !matches!(step, Step::Starts) || call.session == 1 && call.marks.is_empty() {
                call.take(step);
            }
            call.check();
        }
        call.input(if stop { Input::Phone(FromPhone::Stop) } else { Input::PhoneClosed });

        call.check();
        prop_assert_eq!(call.finishes, 1);
        prop_assert!(call.tools_run.keys().all(|id| call.tools_ended.contains_key(id)));
    }

    #[test]
    fn a_goodbye_that_was_said_ends_the_call_whatever_is_heard(steps in vec(sound(), 0..60)) {
        let mut call = Witness::set_up(Plan { interruptible: false, ..plan() });
        let goodbye = [Step::SpeechStarts(0), Step::SpeechStops(0), Step::Commits(0, 0), Step::ResponseBegins(1, false),
            Step::Audio(1, 1, 16_000), Step::Calls(1, 1, true), Step::ResponseEnds(1, 0), Step::Tool(1, true)];
        for step in goodbye.iter().chain(&steps) {
            call.take(step);
            call.check();
        }
        // The longest goodbye, the sentence from memory, and marks that do not come back.
        call.passes(20_000 + 3_000 + 8_000);

        prop_assert_eq!(call.finishes, 1);
    }

    #[test]
    fn the_same_inputs_make_the_same_call(steps in vec(step(), 0..60)) {
        let run = || {
            let mut call = Witness::set_up(plan());
            for step in &steps {
                call.take(step);
            }
            call.input(Input::End(EndReason::StaffEnded));
            call.passes(30_000);
            call.wanted
        };
        prop_assert_eq!(run(), run());
    }

    #[test]
    fn no_frame_makes_a_codec_panic(text in ".{0,200}") {
        let _ = crate::twilio::parse(&text);
        let _ = openai::parse(&text);
    }

    #[test]
    fn no_frame_of_nearly_the_right_shape_makes_a_codec_panic(
        kind in prop_oneof![Just("media"), Just("start"), Just("mark"), Just("dtmf"), Just("stop"), Just("response.done"), Just("error"),
            Just("response.output_audio.delta"), Just("session.updated"), Just("rate_limits.updated")],
        part in prop_oneof![Just("media"), Just("start"), Just("mark"), Just("response"), Just("error"), Just("session"), Just("delta")],
        value in prop_oneof![Just(json!(null)), Just(json!(7)), Just(json!([])), Just(json!({})), Just(json!({"id":[],"usage":{}})),
            Just(json!("text")), Just(json!({"payload":"","name":"","status_details":7}))],
    ) {
        let text = json!({"type":kind,"event":kind,part:value}).to_string();
        let _ = crate::twilio::parse(&text);
        let _ = openai::parse(&text);
    }
}
