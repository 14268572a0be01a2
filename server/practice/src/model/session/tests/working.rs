//! Function calls, and being interrupted.

use super::{
    super::*,
    world::{World, all, event, loud},
};

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
