use std::collections::HashSet;

use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::*;
use crate::{
    caption::Caption,
    model::{Fault, FaultSpec},
    voice,
};

#[test]
fn a_session_begins_with_what_it_is_before_anybody_configured_it() {
    let mut world = World::new();

    let created = world.events().remove(0);

    assert_eq!(created["type"], "session.created");
    assert_eq!(created["session"]["audio"]["input"]["format"], json!({ "type": "audio/pcm", "rate": 24_000 }));
    assert_eq!(created["session"]["expires_at"], 1_000 + 3_600);
}

#[test]
fn a_spoken_turn_has_its_events_in_the_order_of_the_protocol() {
    let mut world = World::configured(&[]);

    world.say("Hello!");
    world.pass(20_000);

    let kinds = world.kinds_without_repetition();
    assert_eq!(
        kinds,
        [
            "input_audio_buffer.speech_started",
            "input_audio_buffer.speech_stopped",
            "input_audio_buffer.committed",
            "conversation.item.added",
            "conversation.item.done",
            "response.created",
            "rate_limits.updated",
            "response.output_item.added",
            "conversation.item.added",
            "response.content_part.added",
            "response.output_audio_transcript.delta",
            "response.output_audio.delta",
            "conversation.item.input_audio_transcription.delta",
            "conversation.item.input_audio_transcription.completed",
            "response.output_audio.done",
            "response.output_audio_transcript.done",
            "response.content_part.done",
            "response.output_item.done",
            "conversation.item.done",
            "response.done",
        ]
    );
}

#[test]
fn every_event_has_an_id_of_its_own() {
    let mut world = World::configured(&[]);
    world.say("Hello!");
    world.pass(20_000);

    let events = world.events();
    let ids: HashSet<&str> = events.iter().filter_map(|it| it["event_id"].as_str()).collect();

    assert_eq!(ids.len(), events.len());
}

#[test]
fn speech_is_reported_in_milliseconds_of_the_audio_that_was_appended() {
    let mut world = World::configured(&[]);

    world.append(&[0xFF; 8_000]);
    world.append(&loud(1_000));
    world.append(&[0xFF; 8_000]);

    let events = world.events();
    let [started, stopped] =
        ["started", "stopped"].map(|it| event(&events, &format!("input_audio_buffer.speech_{it}")).clone());
    assert_eq!((&started["audio_start_ms"], &stopped["audio_end_ms"]), (&json!(700), &json!(2_500)));
    assert_eq!(started["item_id"], stopped["item_id"]);
    assert_eq!(event(&events, "input_audio_buffer.committed")["item_id"], started["item_id"]);
}

#[test]
fn the_audio_of_an_answer_and_its_transcript_are_whole() {
    let mut world = World::configured(&[]);
    world.say("Hello!");
    world.pass(20_000);

    let events = world.events();
    let text: String =
        all(&events, "response.output_audio_transcript.delta").map(|it| it["delta"].as_str().unwrap_or("")).collect();
    let sizes: Vec<usize> = all(&events, "response.output_audio.delta").map(|it| decoded(&it["delta"]).len()).collect();

    assert_eq!(text, "Hello! How can I help you?");
    assert_eq!(event(&events, "response.output_audio_transcript.done")["transcript"], text);
    assert_eq!(sizes.iter().sum::<usize>(), World::rendered(&text));
    assert!(sizes.iter().any(|it| it % 160 != 0), "{sizes:?}");
}

#[test]
fn an_answer_whose_voice_comes_in_parts_is_one_answer() {
    let mut world = World::configured(&[]);
    world.by_hand = true;
    world.send(&json!({ "type": "response.create", "response": { "instructions": "\"One. Two three.\"" } }));
    world.pass(1_000);
    let Some(Output::Speak { response_id, .. }) = world.last.clone() else { panic!("nothing to speak") };
    for (text_bytes, last) in [(5, false), (10, true)] {
        let part = SpokenPart { audio: loud(1_000).into(), text_bytes, last };
        world.session.spoken(&response_id, &part, world.now);
        world.pass(300);
    }

    let events = world.events();
    let sent: usize = all(&events, "response.output_audio.delta").map(|it| decoded(&it["delta"]).len()).sum();
    assert_eq!(sent, 16_000);
    assert_eq!(event(&events, "response.output_audio_transcript.done")["transcript"], "One. Two three.");
    assert_eq!(event(&events, "response.done")["response"]["status"], "completed");
}

#[test]
fn audio_comes_faster_than_real_time_by_the_factor_asked_for() {
    let mut world = World::configured(&[]);
    world.say("Hello!");
    let begin = world.now;
    let mut sent = 0;
    while world.session.active.is_some() {
        world.pass(10);
        sent +=
            all(&world.events(), "response.output_audio.delta").map(|it| decoded(&it["delta"]).len()).sum::<usize>();
    }

    let (audio_ms, took_ms) = (sent as u64 / 8, world.now - begin - 150);
    assert!((audio_ms / 10..audio_ms / 6).contains(&took_ms), "{audio_ms} ms of audio in {took_ms} ms");
}

#[test]
fn a_question_runs_through_its_tools_to_a_spoken_answer() {
    let mut world = World::configured(&[]);

    world.say("When is the next cookoff and what does a VIP ticket cost?");
    world.pass(2_000);
    let call = world.finished_call();
    assert_eq!(call["name"], "get_upcoming_events");
    world.answer(&call, r#"{"events":[{"id":"ev-7"}],"say":"On Saturday."}"#);
    let call = world.finished_call();
    assert_eq!(
        (call["name"].as_str(), call["arguments"].as_str()),
        (Some("get_ticket_pricing"), Some(r#"{"event_id":"ev-7"}"#))
    );
    world.answer(&call, r#"{"say":"Ninety dollars."}"#);

    let events = world.events();
    assert_eq!(event(&events, "response.output_audio_transcript.done")["transcript"], "On Saturday. Ninety dollars.");
}

#[test]
fn a_function_call_has_its_life_cycle_too() {
    let mut world = World::configured(&[]);
    world.say("Are you open?");
    world.pass(2_000);

    let kinds = world.kinds_without_repetition();
    let from = kinds.iter().position(|it| it == "response.created").expect("a response");
    assert_eq!(
        kinds[from..].iter().filter(|it| !it.contains("transcription")).collect::<Vec<_>>(),
        [
            "response.created",
            "rate_limits.updated",
            "response.output_item.added",
            "conversation.item.added",
            "response.function_call_arguments.delta",
            "response.function_call_arguments.done",
            "response.output_item.done",
            "conversation.item.done",
            "response.done",
        ],
    );
}

#[test]
fn the_caller_interrupts() {
    let mut world = World::configured(&[]);
    world.say("Hello!");
    world.pass(260);
    world.events();

    world.append(&loud(200));

    let events = world.events();
    let done = &event(&events, "response.done")["response"];
    assert_eq!(done["status"], "cancelled");
    assert_eq!(done["status_details"], json!({ "type": "cancelled", "reason": "turn_detected" }));
    assert_eq!(done["output"][0]["status"], "incomplete");
    assert_eq!(event(&events, "conversation.item.done")["item"]["status"], "incomplete");
    world.pass(20_000);
    assert_eq!(all(&world.events(), "response.output_audio.delta").count(), 0, "nothing follows");
}

#[test]
fn without_interrupt_response_the_answer_goes_on() {
    let mut world = World::configured(&[]);
    world.send(
        &json!({ "type": "session.update", "session": { "type": "realtime", "audio": { "input": { "turn_detection":
        { "type": "server_vad", "interrupt_response": false, "create_response": false } } } } }),
    );
    world.send(&json!({ "type": "response.create" }));
    world.pass(200);
    world.events();

    world.append(&loud(200));
    world.pass(20_000);

    assert_eq!(event(&world.events(), "response.done")["response"]["status"], "completed");
}

#[test]
fn the_client_cancels() {
    let mut world = World::configured(&[]);
    world.send(&json!({ "type": "response.create" }));
    world.pass(300);

    world.send(&json!({ "type": "response.cancel" }));

    let done = event(&world.events(), "response.done")["response"].clone();
    assert_eq!((&done["status"], &done["status_details"]["reason"]), (&json!("cancelled"), &json!("client_cancelled")));
    assert!(done["usage"]["output_tokens"].as_u64() > Some(0), "cancelled is billed, too");
}

#[test]
fn an_answer_is_cut_to_what_was_heard_and_its_transcript_goes() {
    let mut world = World::configured(&[]);
    world.send(&json!({ "type": "response.create" }));
    world.pass(20_000);
    let item_id = event(&world.events(), "response.output_item.done")["item"]["id"].clone();

    world.send(
        &json!({ "type": "conversation.item.truncate", "item_id": item_id, "content_index": 0, "audio_end_ms": 480 }),
    );
    assert_eq!(event(&world.events(), "conversation.item.truncated")["audio_end_ms"], 480);
    world.send(&json!({ "type": "conversation.item.retrieve", "item_id": item_id }));
    assert_eq!(event(&world.events(), "conversation.item.retrieved")["item"]["content"][0]["transcript"], Value::Null);

    world.send(
        &json!({ "type": "conversation.item.truncate", "item_id": item_id, "content_index": 0, "audio_end_ms": 481 }),
    );
    let error = world.error();
    assert_eq!((error["code"].as_str(), error["param"].as_str()), (Some("invalid_value"), Some("audio_end_ms")));
    assert_eq!(error["message"], "Audio content of 480ms is already shorter than 481ms");
}

#[test]
fn what_cannot_be_done_is_refused_with_the_code_of_the_real_service() {
    let user = json!({ "type": "message", "role": "user", "content": [{ "type": "input_text", "text": "Hi" }], "id": "item_mine" });
    for (frame, code) in [
        (json!({ "type": "response.cancel" }), "response_cancel_not_active"),
        (json!({ "type": "input_audio_buffer.commit" }), "input_audio_buffer_commit_empty"),
        (json!({ "type": "input_audio_buffer.append", "audio": "not base64!" }), "invalid_value"),
        (
            json!({ "type": "conversation.item.truncate", "item_id": "nope", "content_index": 0, "audio_end_ms": 0 }),
            "item_truncate_invalid_item_id",
        ),
        (
            json!({ "type": "conversation.item.truncate", "item_id": "item_mine", "content_index": 0, "audio_end_ms": 0 }),
            "item_truncate_invalid_item_id",
        ),
        (json!({ "type": "conversation.item.delete", "item_id": "nope" }), "item_delete_invalid_item_id"),
        (json!({ "type": "conversation.item.retrieve", "item_id": "nope" }), "item_retrieve_invalid_item_id"),
        (json!({ "type": "conversation.item.create", "item": user }), "invalid_value"),
        (
            json!({ "type": "conversation.item.create", "previous_item_id": "nope", "item": { "type": "message", "role": "user", "content": [] } }),
            "item_create_invalid_previous_item_id",
        ),
        (
            json!({ "type": "conversation.item.create", "item": { "type": "function_call_output", "call_id": "nope", "output": "" } }),
            "invalid_tool_call_id",
        ),
        (json!({ "type": "session.update", "session": { "type": "transcription" } }), "invalid_value"),
    ] {
        let mut world = World::configured(&[]);
        world.send(&json!({ "type": "conversation.item.create", "item": user }));
        world.events();

        let mut frame = frame;
        frame["event_id"] = json!("mine-7");
        world.send(&frame);

        let error = world.error();
        assert_eq!((error["code"].as_str(), error["event_id"].as_str()), (Some(code), Some("mine-7")), "{frame}");
    }
}

#[test]
fn two_responses_at_once_are_refused_but_one_beside_the_conversation_is_not() {
    let mut world = World::configured(&[]);
    world.send(&json!({ "type": "response.create" }));
    world.events();

    world.send(&json!({ "type": "response.create", "event_id": "second" }));
    assert_eq!(world.error()["code"], "conversation_already_has_active_response");

    world.send(&json!({ "type": "response.create", "response": { "conversation": "none", "output_modalities": ["text"], "input": [],
        "instructions": "Say \"aside\"", "metadata": { "purpose": "summary" } } }));
    world.pass(20_000);
    let events = world.events();
    let aside = all(&events, "response.done")
        .map(|it| &it["response"])
        .find(|it| it["metadata"]["purpose"] == "summary")
        .expect("done");
    assert_eq!(aside["conversation_id"], Value::Null);
    assert_eq!(aside["output"][0]["content"][0], json!({ "type": "output_text", "text": "aside" }));
    assert_eq!(world.session.conversation.items().len(), 1, "only the main answer is in the conversation");
}

#[test]
fn the_voice_is_fixed_once_it_was_heard() {
    let mut world = World::configured(&[]);
    world.send(&json!({ "type": "response.create" }));
    world.pass(20_000);
    world.events();

    world.send(&json!({ "type": "session.update", "session": { "type": "realtime", "audio": { "output": { "voice": "cedar" } } } }));
    assert_eq!(world.error()["code"], "cannot_update_voice");

    world.send(&json!({ "type": "session.update", "session": { "type": "realtime", "instructions": "Other." } }));
    assert_eq!(event(&world.events(), "session.updated")["session"]["instructions"], "Other.");
}

#[test]
fn items_are_chained_in_their_order() {
    let mut world = World::configured(&[]);
    world.say("Hello!");
    world.pass(20_000);
    world.say("Thanks!");

    let events = world.events();
    let done: Vec<(&Value, &Value)> =
        all(&events, "conversation.item.done").map(|it| (&it["previous_item_id"], &it["item"]["id"])).collect();
    assert_eq!(done[0].0, &Value::Null);
    assert_eq!((done[1].0, done[2].0), (done[0].1, done[1].1));
    assert_eq!(all(&events, "input_audio_buffer.committed").nth(1).expect("two turns")["previous_item_id"], *done[1].1);
}

#[test]
fn items_go_where_they_are_put() {
    let mut world = World::configured(&[]);
    for (id, after) in [("b", Value::Null), ("a", json!("root")), ("c", json!("b"))] {
        let item =
            json!({ "type": "message", "role": "user", "id": id, "content": [{ "type": "input_text", "text": id }] });
        world.send(&json!({ "type": "conversation.item.create", "previous_item_id": after, "item": item }));
    }

    assert_eq!(world.session.conversation.items().iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
}

#[test]
fn a_typed_question_is_answered_in_text() {
    let mut world = World::configured(&[]);
    world.send(&json!({ "type": "session.update", "session": { "type": "realtime", "output_modalities": ["text"] } }));
    world.send(&json!({ "type": "conversation.item.create", "item": { "type": "message", "role": "user", "content": [{ "type": "input_text", "text": "hello" }] } }));
    world.send(&json!({ "type": "response.create" }));
    world.pass(5_000);

    let events = world.events();
    let deltas: String =
        all(&events, "response.output_text.delta").map(|it| it["delta"].as_str().unwrap_or("")).collect();
    assert_eq!(deltas, "Hello! How can I help you?");
    assert_eq!(event(&events, "response.output_text.done")["text"], deltas);
    assert_eq!(event(&events, "response.content_part.done")["part"], json!({ "type": "text", "text": deltas }));
    assert_eq!(all(&events, "response.output_audio.delta").count(), 0);
}

#[test]
fn speech_without_words_is_transcribed_as_its_length() {
    let mut world = World::configured(&[]);
    world.append(&loud(2_500));
    world.append(&[0xFF; 8_000]);
    world.pass(20_000);

    let events = world.events();
    let completed = event(&events, "conversation.item.input_audio_transcription.completed");
    assert_eq!(completed["transcript"], "[speech, 3.0 s]");
    assert_eq!(completed["usage"], json!({ "type": "duration", "seconds": 3.0 }));
    assert!(
        event(&events, "response.output_audio_transcript.done")["transcript"]
            .as_str()
            .expect("text")
            .starts_with("I heard about three seconds")
    );
}

#[test]
fn words_under_the_audio_become_its_transcript() {
    let mut world = World::configured(&[]);
    world.say("Two tickets, please.");
    world.pass(1_000);

    let events = world.events();
    assert_eq!(
        event(&events, "conversation.item.input_audio_transcription.completed")["transcript"],
        "Two tickets, please."
    );
}

#[test]
fn usage_counts_both_sides_and_the_second_turn_finds_the_first_in_the_cache() {
    let mut world = World::configured(&[]);
    world.send(
        &json!({ "type": "session.update", "session": { "type": "realtime", "instructions": "x".repeat(4_000) } }),
    );
    world.say("Hello!");
    world.pass(20_000);
    world.say("Thanks!");
    world.pass(20_000);

    let events = world.events();
    let usage: Vec<&Value> = all(&events, "response.done").map(|it| &it["response"]["usage"]).collect();
    let audio_ms = World::rendered("Hello! How can I help you?") as u64 / 8;
    assert_eq!(usage[0]["output_token_details"]["audio_tokens"], audio_ms.div_ceil(50));
    assert_eq!(usage[0]["input_token_details"]["cached_tokens"], 0);
    assert!(usage[1]["input_token_details"]["cached_tokens_details"]["text_tokens"].as_u64() >= Some(960));
    for usage in usage {
        assert_eq!(
            usage["total_tokens"].as_u64(),
            Some(usage["input_tokens"].as_u64().unwrap_or(0) + usage["output_tokens"].as_u64().unwrap_or(0))
        );
        assert!(usage["input_token_details"]["audio_tokens"].as_u64() > Some(0));
    }
}

#[test]
fn an_answer_that_does_not_fit_is_incomplete() {
    let mut world = World::configured(&[]);
    world.send(&json!({ "type": "response.create", "response": { "max_output_tokens": 20, "instructions": "Say \"This is a long sentence that will never ever fit.\"" } }));
    world.pass(20_000);

    let done = event(&world.events(), "response.done")["response"].clone();
    assert_eq!(done["status"], "incomplete");
    assert_eq!(done["status_details"]["reason"], "max_output_tokens");
}

#[test]
fn a_caller_who_stays_silent_is_asked_and_asked_again() {
    let mut world = World::configured(&[]);
    world.send(
        &json!({ "type": "session.update", "session": { "type": "realtime", "audio": { "input": { "turn_detection":
        { "type": "server_vad", "idle_timeout_ms": 6_000 } } } } }),
    );
    world.send(&json!({ "type": "response.create" }));
    world.pass(40_000);

    let events = world.events();
    assert!(all(&events, "input_audio_buffer.timeout_triggered").count() >= 2);
    assert_eq!(
        all(&events, "response.output_audio_transcript.done").nth(1).expect("asked")["transcript"],
        "Are you still there?"
    );
}

#[test]
fn a_session_ends_at_its_age() {
    let mut world = World::configured(&[]);
    world.pass(3_600_000);

    assert_eq!(world.error()["code"], "session_expired");
    assert!(matches!(world.last, Some(Output::Close { code: 1_001, .. })));
}

#[test]
fn manual_turns_are_committed_by_hand_and_answered_on_request() {
    let mut world = World::configured(&[]);
    world.send(&json!({ "type": "session.update", "session": { "type": "realtime", "audio": { "input": { "turn_detection": null } } } }));
    world.append(&loud(500));
    world.send(&json!({ "type": "input_audio_buffer.commit" }));
    world.pass(1_000);
    let events = world.events();
    assert_eq!(all(&events, "input_audio_buffer.speech_started").count(), 0);
    assert_eq!(all(&events, "response.created").count(), 0);

    world.send(&json!({ "type": "input_audio_buffer.clear" }));
    event(&world.events(), "input_audio_buffer.cleared");
}

#[test]
fn faults_of_a_response_happen_where_they_were_planned() {
    for (fault, status) in
        [(Fault::FailedResponse("inference_rate_limit_exceeded".into()), "failed"), (Fault::EmptyResponse, "completed")]
    {
        let mut world = World::configured(&[fault]);
        world.send(&json!({ "type": "response.create" }));
        world.pass(1_000);
        let done = event(&world.events(), "response.done")["response"].clone();
        assert_eq!((&done["status"], &done["output"]), (&json!(status), &json!([])));

        world.send(&json!({ "type": "response.create" }));
        world.pass(20_000);
        assert_eq!(
            event(&world.events(), "response.done")["response"]["output"][0]["status"],
            "completed",
            "only once"
        );
    }
}

#[test]
fn a_planned_error_takes_the_place_of_the_response() {
    let mut world = World::configured(&[Fault::Error("insufficient_quota".into(), 2)]);
    world.send(&json!({ "type": "response.create" }));
    world.pass(20_000);
    world.events();

    world.send(&json!({ "type": "response.create" }));
    world.pass(20_000);

    assert_eq!(world.error()["code"], "insufficient_quota");
}

#[test]
fn a_planned_break_comes_in_the_middle_of_the_sentence() {
    let mut world = World::configured(&[Fault::DropMidSentence(1)]);
    world.send(&json!({ "type": "response.create" }));
    world.pass(20_000);

    let sent: usize = all(&world.events(), "response.output_audio.delta").map(|it| decoded(&it["delta"]).len()).sum();
    let whole = World::rendered("Hello, how can I help you?");
    assert!((whole / 2..whole * 3 / 4).contains(&sent), "{sent} of {whole}");
    assert_eq!(world.last, Some(Output::Break));
}

#[test]
fn a_planned_silence_holds_everything_back_and_then_lets_it_go() {
    let mut world = World::configured(&[Fault::Silent(10_000)]);
    world.say("Hello!");
    world.pass(9_000);
    assert_eq!(all(&world.events(), "input_audio_buffer.committed").count(), 0);

    world.pass(2_000);
    assert_eq!(all(&world.events(), "response.created").count(), 1);
}

#[test]
fn planned_function_calls_are_wrong_as_planned() {
    for (fault, names, arguments_fit) in [
        (Fault::DuplicateCall, vec!["get_store_hours", "get_store_hours"], true),
        (Fault::BadArguments, vec!["get_store_hours"], false),
        (Fault::UnknownTool, vec!["open_pod_bay_doors"], true),
    ] {
        let mut world = World::configured(&[fault]);
        world.say("Are you open?");
        world.pass(3_000);
        let events = world.events();
        let calls: Vec<&Value> = all(&events, "response.output_item.done").map(|it| &it["item"]).collect();
        assert_eq!(calls.iter().map(|it| it["name"].as_str().unwrap_or("")).collect::<Vec<_>>(), names);
        let json = serde_json::from_str::<Value>(calls[0]["arguments"].as_str().unwrap_or(""));
        assert_eq!(json.is_ok(), arguments_fit);
    }
}

#[test]
fn a_wrong_format_fault_never_confirms_the_session() {
    let mut world = World::new();
    world.session.faults = Arc::new(Faults::new(&[FaultSpec { fault: Fault::WrongFormat, times: None }]));
    world.send(&json!({ "type": "session.update", "session": { "type": "realtime" } }));

    assert_eq!(all(&world.events(), "session.updated").count(), 0);
}

#[test]
fn the_echo_gives_every_frame_back_at_once() {
    let mut world = World::with(&[], true);
    world.send(&json!({ "type": "response.create" }));
    world.append(&[1; 160]);
    let audio = BASE64_STANDARD.encode([2; 160]);
    world.send(&json!({ "type": "input_audio_buffer.append", "event_id": "audio-2", "audio": audio }));

    let events = world.events();
    assert_eq!(all(&events, "response.created").count(), 1);
    assert_eq!(
        all(&events, "response.output_audio.delta").map(|it| decoded(&it["delta"])).collect::<Vec<_>>(),
        [[1; 160], [2; 160]]
    );
}

/// A session, its client, and what came out.
struct World {
    session: Session,
    now: u64,
    events: Vec<Value>,
    last: Option<Output>,
    /// Answers are not rendered at once.
    by_hand: bool,
}

impl World {
    fn new() -> Self {
        Self::with(&[], false)
    }

    fn with(faults: &[Fault], echo: bool) -> Self {
        let manner = Manner {
            voice: Voice::Tones,
            speed: 8.0,
            think_ms: 150,
            transcription_ms: 200,
            session_ms: 3_600_000,
            echo,
        };
        let specs: Vec<FaultSpec> = faults.iter().map(|it| FaultSpec { fault: it.clone(), times: Some(1) }).collect();
        let session = Session::open(Arc::new(manner), Arc::new(Faults::new(&specs)), "gpt-realtime-2.1", "t", 1_000, 0);
        let mut world = Self { session, now: 0, events: Vec::new(), last: None, by_hand: false };
        world.drain();
        world
    }

    /// A session as a telephone call has it.
    fn configured(faults: &[Fault]) -> Self {
        let mut world = Self::with(faults, false);
        let tool = |name: &str, parameters: Value| json!({ "type": "function", "name": name, "description": "", "parameters": parameters });
        let event =
            json!({ "type": "object", "properties": { "event_id": { "type": "string" } }, "required": ["event_id"] });
        let nothing = json!({ "type": "object", "properties": {} });
        world.send(&json!({ "type": "session.update", "session": {
            "type": "realtime",
            "audio": {
                "input": {
                    "format": { "type": "audio/pcmu" },
                    "transcription": { "model": "gpt-transcribe" },
                    "turn_detection": { "type": "server_vad", "silence_duration_ms": 500 },
                },
                "output": { "format": { "type": "audio/pcmu" }, "voice": "marin" },
            },
            "tools": [
                tool("get_upcoming_events", nothing.clone()),
                tool("get_ticket_pricing", event),
                tool("get_store_hours", nothing),
            ],
        } }));
        world.events();
        world
    }

    fn send(&mut self, frame: &Value) {
        self.session.receive(&frame.to_string(), self.now);
        self.drain();
    }

    fn append(&mut self, audio: &[u8]) {
        for frame in audio.chunks(160) {
            self.send(&json!({ "type": "input_audio_buffer.append", "audio": BASE64_STANDARD.encode(frame) }));
        }
    }

    /// Says something with its words under it, and is silent afterwards.
    fn say(&mut self, text: &str) {
        let mut audio = loud(1_200);
        Caption { id: text.len() as u16, duration_ms: 1_200, text: text.into() }.write(&mut audio);
        self.append(&audio);
        self.append(&[0xFF; 4_800]);
    }

    fn pass(&mut self, ms: u64) {
        let end = self.now + ms;
        while let Some(due) = self.session.deadline().filter(|it| *it <= end) {
            self.now = self.now.max(due);
            self.session.tick(self.now);
            self.drain();
        }
        self.now = end;
        self.session.tick(end);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.session.poll() {
            match &output {
                Output::Send(text) => self.events.push(serde_json::from_str(text).expect("JSON")),
                Output::Speak { response_id, utterance } if !self.by_hand => {
                    let audio = voice::tones(utterance).into();
                    let part = SpokenPart { audio, text_bytes: utterance.text.len(), last: true };
                    self.session.spoken(response_id, &part, self.now);
                }
                Output::Speak { .. } | Output::Close { .. } | Output::Break => {}
            }
            self.last = Some(output);
        }
    }

    fn events(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.events)
    }

    fn kinds_without_repetition(&mut self) -> Vec<String> {
        let mut kinds: Vec<String> = Vec::new();
        for event in self.events() {
            let kind = event["type"].as_str().unwrap_or("").to_owned();
            if !kind.ends_with("delta") || !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds
    }

    fn error(&mut self) -> Value {
        event(&self.events(), "error")["error"].clone()
    }

    fn finished_call(&mut self) -> Value {
        let events = self.events();
        assert_eq!(event(&events, "response.done")["response"]["status"], "completed");
        all(&events, "response.output_item.done")
            .map(|it| it["item"].clone())
            .find(|it| it["type"] == "function_call")
            .expect("a call")
    }

    fn answer(&mut self, call: &Value, output: &str) {
        let item = json!({ "type": "function_call_output", "call_id": call["call_id"], "output": output });
        self.send(&json!({ "type": "conversation.item.create", "item": item }));
        self.send(&json!({ "type": "response.create" }));
        self.pass(20_000);
    }

    /// Bytes of a sentence in the practice voice.
    fn rendered(text: &str) -> usize {
        let format = voice::Format::Mulaw;
        voice::tones(&Utterance {
            text: text.into(),
            voice: Voice::Tones,
            timbre: "marin".into(),
            speed_percent: 100,
            format,
        })
        .len()
    }
}

fn event<'a>(events: &'a [Value], kind: &str) -> &'a Value {
    all(events, kind).next().unwrap_or_else(|| panic!("no {kind} in {events:#?}"))
}

fn all<'a>(events: &'a [Value], kind: &str) -> impl Iterator<Item = &'a Value> {
    events.iter().filter(move |it| it["type"] == kind)
}

fn decoded(base64: &Value) -> Vec<u8> {
    BASE64_STANDARD.decode(base64.as_str().expect("text")).expect("base64")
}

/// A tone as loud as a voice.
fn loud(ms: usize) -> Vec<u8> {
    (0..ms * 8).map(|n| if n % 16 < 8 { 0x20 } else { 0xA0 }).collect()
}
