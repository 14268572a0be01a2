//! Items, transcripts and what they cost.

use super::{
    super::*,
    world::{World, all, event, loud},
};

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
