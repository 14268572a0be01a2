//! From the first ring to the greeting.

use serde_json::json;

use super::script::*;
use crate::{ToolSpec, openai::Failure};

#[test]
fn the_greeting_is_asked_for_word_for_word_once_the_settings_hold() {
    let mut call = Script::new(plan());
    call.phone_starts();
    assert_eq!(call.done(), ["open 1"]);

    call.model_opens();
    assert_eq!(call.done(), ["settings"]);
    call.wait(100);
    call.model_ready();

    assert_eq!(call.done(), ["create greeting"]);
    let create = call.last_sent("response.create");
    assert!(create["response"]["instructions"].as_str().unwrap().contains(&format!("\"{GREETING}\"")));
    assert_eq!(create["response"]["tool_choice"], "none");
}

#[test]
fn no_audio_reaches_the_model_before_its_settings_hold_and_none_is_lost() {
    let mut call = Script::new(plan());
    call.phone_starts();
    call.caller_speaks(200);
    call.model_opens();
    call.caller_speaks(200);
    assert_eq!(call.appended_ms(1), 0);

    call.model_ready();
    call.caller_speaks(40);

    assert_eq!(call.appended_ms(1), 440);
    let order: Vec<_> = call.sent.iter().map(|(_, event)| event["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(order[..2], ["session.update", "input_audio_buffer.append"]);
}

#[test]
fn the_greeting_is_spoken_and_written_down() {
    let mut call = Script::new(plan());
    call.phone_starts();
    call.model_ready();
    call.answers("R0", "A0", 3_000, GREETING);
    call.wait(3_100);

    assert!(call.done().contains(&"plays A0".to_owned()));
    assert_eq!(call.transcript(), [format!("Assistant: {GREETING}")]);
    assert!(call.lines()[0].done);
}

#[test]
fn a_slow_model_is_covered_by_a_sentence() {
    let mut call = Script::new(plan());
    call.phone_starts();
    call.wait(1_150);
    assert_eq!(call.done(), ["open 1"]);

    call.wait(100);
    assert_eq!(call.done(), ["plays OneMoment"]);

    call.wait(1_800);
    call.model_ready();
    assert_eq!(call.done(), ["settings", "create greeting"]);
}

#[test]
fn a_refused_socket_is_tried_again_twice_with_a_growing_pause() {
    let mut call = Script::new(plan());
    call.phone_starts();
    call.model_closes(Failure::Unreachable);
    call.wait(240);
    assert_eq!(call.done(), ["open 1"]);

    call.wait(20);
    assert_eq!(call.done(), ["open 2"]);
    call.in_session(2);
    call.model_closes(Failure::Refused { status: 503 });
    call.wait(760);

    assert_eq!(call.done(), ["open 3"]);
    call.in_session(3);
    call.model_ready();
    assert_eq!(call.done(), ["[3] settings", "[3] create greeting"]);
}

#[test]
fn a_model_that_cannot_be_had_ends_in_a_sentence_and_the_rescue_verbs() {
    let mut call = Script::new(plan());
    call.phone_starts();
    for no in 1..=3 {
        call.in_session(no);
        call.model_closes(Failure::Unreachable);
        call.wait(800);
    }
    assert!(call.now < 4_500);
    call.wait(10_000);

    let done = call.done();
    assert_eq!(done[done.len() - 2..], ["plays TechnicalProblem", "Rescue(ModelLost)"]);
    let heard_until = call.plays_until();
    assert!(call.finished_at() >= heard_until, "the sentence was cut");
}

#[test]
fn a_socket_that_never_opens_is_given_up_after_four_and_a_half_seconds() {
    let mut call = Script::new(plan());
    call.phone_starts();
    call.wait(4_600);

    assert_eq!(call.done(), ["open 1", "plays OneMoment", "close 1", "plays TechnicalProblem"]);
    call.wait(9_000);
    assert_eq!(call.done(), ["Rescue(ModelLost)"]);
}

#[test]
fn a_wrong_key_is_not_tried_again() {
    for status in [401, 403, 404] {
        let mut call = Script::new(plan());
        call.phone_starts();
        call.model_closes(Failure::Refused { status });
        assert_eq!(call.done(), ["open 1", "close 1", "plays TechnicalProblem"], "{status}");
    }

    let mut call = Script::new(plan());
    call.phone_starts();
    call.model_opens();
    call.error("insufficient_quota", "insufficient_quota", "");
    assert_eq!(call.done(), ["open 1", "settings", "close 1", "plays TechnicalProblem"]);
    assert_eq!(call.events(), ["model_error", "model_lost"]);
}

#[test]
fn another_audio_format_than_the_telephones_is_never_spoken() {
    let wrong =
        json!({"type":"session.updated","session":{"audio":{"output":{"format":{"type":"audio/pcm","rate":24000}}}}});
    let mut call = Script::new(plan());
    call.phone_starts();
    call.model_opens();
    call.model(&wrong);
    assert_eq!(call.done(), ["open 1", "settings", "settings"]);

    call.model(&wrong);
    call.wait(300);
    assert_eq!(call.done(), ["close 1", "open 2"]);
}

#[test]
fn settings_carry_the_plan_in_the_shapes_of_the_api() {
    let mut plan = plan();
    plan.speed_percent = 110;
    plan.tools = vec![ToolSpec {
        name: "get_menu".into(),
        description: "The menu.".into(),
        parameters: json!({"type":"object"}),
    }];
    let mut call = Script::new(plan);
    call.phone_starts();
    call.model_opens();

    let session = &call.last_sent("session.update")["session"];
    assert_eq!(session["type"], "realtime");
    assert_eq!(session["output_modalities"], json!(["audio"]));
    assert_eq!(session["audio"]["output"], json!({"format":{"type":"audio/pcmu"},"voice":"marin","speed":1.1}));
    assert_eq!(
        session["audio"]["input"],
        json!({
            "format":{"type":"audio/pcmu"},
            "noise_reduction":{"type":"near_field"},
            "transcription":{"model":"gpt-transcribe","language":"en","keywords":["Soup Cookoff"]},
            "turn_detection":{"type":"server_vad","threshold":0.5,"prefix_padding_ms":300,"silence_duration_ms":500,
                "create_response":true,"interrupt_response":true}
        })
    );
    assert_eq!(
        session["tools"],
        json!([{"type":"function","name":"get_menu","description":"The menu.","parameters":{"type":"object"}}])
    );
}
