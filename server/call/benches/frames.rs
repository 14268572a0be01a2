//! How many frames of telephone audio one core takes through a call: read, handled, and written for the other side, both ways.

use std::hint::black_box;

use base64::{Engine, prelude::BASE64_STANDARD};
use call::{
    Call, Channel, Input, Limits, Ms, Output, Patience, Plan, SessionNo,
    openai::{self, ServerEvent},
    twilio,
    usage::Prices,
};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

/// Ten seconds of audio each way: 20 ms a frame from the telephone, 100 ms a delta from the model.
const FRAMES: usize = 500;
const DELTAS: usize = 100;

fn plan() -> Plan {
    Plan {
        channel: Channel::Telephone,
        instructions: "You answer the telephone.".into(),
        today: Vec::new(),
        rules: String::new(),
        greeting: "Hello.".into(),
        voice: "marin".into(),
        speed_percent: 100,
        language: "en".into(),
        patience: Patience::Normal,
        interruptible: true,
        transcription_model: "gpt-transcribe".into(),
        keywords: Vec::new(),
        tools: Vec::new(),
        limits: Limits::default(),
        prices: Prices::default(),
        record: true,
        zero_unix_ms: None,
    }
}

/// Writes everything that is to be sent; the count of bytes keeps the work from being optimised away.
fn drain(call: &mut Call) -> usize {
    let mut bytes = 0;
    loop {
        match call.poll() {
            Output::Wait { .. } => return bytes,
            Output::Phone(frame) => bytes += frame.to_json("MZ0123456789abcdef0123456789abcdef").len(),
            Output::Model(_, event) => bytes += event.to_json().len(),
            Output::Record { audio, .. } => bytes += audio.len(),
            _ => {}
        }
    }
}

/// A call that has begun, with a response under way.
fn begun() -> Call {
    let mut call = Call::new(plan(), Ms(0));
    call.handle(Input::Phone(twilio::FromPhone::Start(twilio::Start::default())), Ms(0));
    for text in [
        r#"{"type":"session.created","session":{}}"#,
        r#"{"type":"session.updated","session":{}}"#,
        r#"{"type":"response.created","response":{"id":"resp_1","status":"in_progress","conversation_id":"conv_1"}}"#,
    ] {
        let event = openai::parse(text).expect("an event");
        call.handle(Input::Model(SessionNo(1), event), Ms(0));
    }
    drain(&mut call);
    call
}

fn from_phone() -> Vec<String> {
    let payload = BASE64_STANDARD.encode([0x5A; 160]);
    (0..FRAMES)
        .map(|n| {
            format!(
                r#"{{"event":"media","sequenceNumber":"{n}","streamSid":"MZ0123456789abcdef0123456789abcdef","media":{{"track":"inbound","chunk":"{n}","timestamp":"{}","payload":"{payload}"}}}}"#,
                n * 20
            )
        })
        .collect()
}

fn from_model() -> Vec<String> {
    let delta = BASE64_STANDARD.encode([0x3C; 800]);
    (0..DELTAS)
        .map(|n| {
            format!(
                r#"{{"type":"response.output_audio.delta","event_id":"event_{n}","response_id":"resp_1","item_id":"item_1","output_index":0,"content_index":0,"delta":"{delta}"}}"#
            )
        })
        .collect()
}

fn frames(criterion: &mut Criterion) {
    let (phone, model) = (from_phone(), from_model());
    let mut group = criterion.benchmark_group("call");

    group.throughput(Throughput::Elements(FRAMES as u64));
    group.bench_function("caller to model", |bencher| {
        bencher.iter_batched_ref(
            begun,
            |call| {
                for (n, text) in phone.iter().enumerate() {
                    let frame = twilio::parse(text).expect("a frame");
                    call.handle(Input::Phone(frame), Ms(n as u64 * 20));
                    black_box(drain(call));
                }
            },
            BatchSize::SmallInput,
        );
    });

    group.throughput(Throughput::Elements((FRAMES + DELTAS) as u64));
    group.bench_function("both ways with marks", |bencher| {
        bencher.iter_batched_ref(
            begun,
            |call| {
                for (n, text) in phone.iter().enumerate() {
                    let now = Ms(n as u64 * 20);
                    let frame = twilio::parse(text).expect("a frame");
                    call.handle(Input::Phone(frame), now);
                    if let Some(delta) = model.get(n) {
                        let event: ServerEvent<'_> = openai::parse(delta).expect("an event");
                        call.handle(Input::Model(SessionNo(1), event), now);
                    }
                    if n % 10 == 9 {
                        let name = format!("item_1:{}:g0:m{}", (n + 1) * 20, (n + 1) / 10);
                        call.handle(Input::Phone(twilio::FromPhone::Mark { name: name.into() }), now.plus(20));
                    }
                    black_box(drain(call));
                }
            },
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

criterion_group!(benches, frames);
criterion_main!(benches);
