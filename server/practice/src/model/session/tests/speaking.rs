//! What is heard of the model.

use std::collections::HashSet;

use super::{
    super::*,
    world::{World, all, decoded, event, loud},
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
