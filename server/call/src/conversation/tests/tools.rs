//! The model calls functions.

use serde_json::json;

use super::script::*;
use crate::{AfterTool, Fact, Input, ToolOutcome, ToolStatus};

/// A caller has asked for something.
fn asked() -> Script {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "What is on the menu?");
    call.response_begins("R1");
    call
}

#[test]
fn a_function_is_run_once_answered_once_and_the_model_goes_on() {
    let mut call = asked();
    call.calls("R1", "call_1", "get_menu");
    assert_eq!(call.done(), ["run get_menu for call_1"]);
    call.calls("R1", "call_1", "get_menu");
    call.response_ends("R1", "completed");
    assert!(call.done().is_empty());

    call.tool_answers("call_1", "{\"soups\":2}");

    assert_eq!(call.done(), ["output call_1: {\"soups\":2}", "create"]);
    call.tool_answers("call_1", "{\"soups\":3}");
    call.answers("R2", "A1", 500, "Two soups.");
    call.wait(1_000);
    assert_eq!(call.done(), ["plays A1"]);
}

#[test]
fn the_answer_of_a_quick_function_waits_for_the_end_of_the_response() {
    let mut call = asked();
    call.calls("R1", "call_1", "get_menu");
    call.tool_answers("call_1", "{}");
    assert_eq!(call.done(), ["run get_menu for call_1", "output call_1: {}"]);

    call.response_ends("R1", "completed");

    assert_eq!(call.done(), ["create"]);
}

#[test]
fn one_response_follows_all_calls_of_a_response() {
    let mut call = asked();
    call.calls("R1", "call_1", "get_menu");
    call.calls("R1", "call_2", "get_store_hours");
    call.response_ends("R1", "completed");
    call.tool_answers("call_2", "{}");
    call.wait(300);
    assert_eq!(call.done(), ["run get_menu for call_1", "run get_store_hours for call_2", "output call_2: {}"]);

    call.tool_answers("call_1", "{}");

    assert_eq!(call.done(), ["output call_1: {}", "create"]);
}

#[test]
fn a_call_seen_only_at_the_end_of_the_response_is_run() {
    let mut call = asked();
    let item = json!({"id":"F1","type":"function_call","status":"completed","call_id":"call_1","name":"get_menu","arguments":"{}"});
    call.model(&json!({"type":"response.done","response":{"id":"R1","status":"completed","output":[item]}}));

    assert_eq!(call.done(), ["run get_menu for call_1"]);
}

#[test]
fn a_call_that_was_cut_off_is_not_run() {
    let mut call = asked();
    let item = json!({"id":"F1","type":"function_call","status":"incomplete","call_id":"call_1","name":"buy","arguments":"{\"n\":"});
    call.model(
        &json!({"type":"response.function_call_arguments.done","response_id":"R1","item_id":"F1","call_id":"call_1",
        "name":"buy","arguments":"{\"n\":"}),
    );
    call.model(&json!({"type":"response.output_item.done","response_id":"R1","item":item}));
    call.speech_starts("U2");
    call.model(&json!({"type":"response.done","response":{"id":"R1","status":"cancelled",
        "status_details":{"reason":"turn_detected"},"output":[item]}}));

    assert!(call.done().is_empty());
}

#[test]
fn arguments_that_are_not_json_still_reach_the_registry() {
    let mut call = asked();
    let item = json!({"id":"F1","type":"function_call","status":"completed","call_id":"call_1","name":"get_menu","arguments":"{oops"});
    call.model(&json!({"type":"response.output_item.done","response_id":"R1","item":item}));

    assert_eq!(call.done(), ["run get_menu for call_1"]);
}

#[test]
fn a_slow_function_is_covered_answered_for_and_its_late_answer_told_as_a_fact() {
    let mut call = asked();
    call.calls("R1", "call_1", "get_menu");
    call.response_ends("R1", "completed");
    call.done();
    call.wait(1_190);
    assert!(call.done().is_empty());
    call.wait(20);
    assert_eq!(call.done(), ["plays OneMoment"]);
    call.wait(3_900);
    assert_eq!(call.done(), ["plays StillLooking"]);

    call.wait(3_000);
    let done = call.done();
    assert!(done[0].starts_with("output call_1: {\"status\":\"error\",\"code\":\"timeout\""), "{done:?}");
    assert_eq!(done[1..], ["create"]);
    call.answers("R2", "A1", 500, "That is taking too long.");
    call.wait(1_000);
    call.done();
    call.tool_answers("call_1", "{\"soups\":2}");
    call.tool_answers("call_1", "{\"soups\":3}");

    let done = call.done();
    assert!(done[0].starts_with("system: get_menu") && done[0].contains("{\"soups\":2}"), "{done:?}");
    assert_eq!(done[1..], ["create"]);
    assert!(call.events().ends_with(&["tool_slow", "tool_late"]));
    let ended = call.facts.iter().filter_map(|(_, fact)| match fact {
        Fact::ToolEnded { status, duration_ms, .. } => Some((*status, *duration_ms)),
        _ => None,
    });
    assert_eq!(ended.collect::<Vec<_>>(), [(ToolStatus::Failed, 8_000), (ToolStatus::Done, 9_110)]);
}

#[test]
fn a_late_answer_is_known_to_the_session_that_follows() {
    let mut call = asked();
    call.calls("R1", "call_1", "get_menu");
    call.response_ends("R1", "completed");
    call.wait(8_200);
    call.answers("R2", "A1", 500, "That is taking too long.");
    call.wait(1_000);
    call.model_drops();
    call.tool_answers("call_1", "{\"soups\":2}");
    call.done();

    call.in_session(2);
    call.model_ready();

    let done = call.done();
    assert!(done.contains(&"[2] output s1_call_1: {\"soups\":2}".to_owned()), "{done:?}");
}

#[test]
fn a_function_that_fails_late_is_for_the_record_only() {
    let mut call = asked();
    call.calls("R1", "call_1", "get_menu");
    call.response_ends("R1", "completed");
    call.wait(8_200);
    call.answers("R2", "A1", 500, "That is taking too long.");
    call.wait(1_000);
    call.done();

    let outcome = ToolOutcome { status: ToolStatus::Failed, output: "{}".into(), then: AfterTool::GoOn, made: None };
    call.input(Input::Tool { call_id: "call_1", outcome });

    assert!(call.done().is_empty());
    assert!(call.events().ends_with(&["tool_late"]));
}

#[test]
fn no_filler_is_spoken_while_the_assistant_speaks() {
    let mut call = asked();
    call.goes_on("R1", "A1", 3_000, "Let me look that up for you.");
    call.calls("R1", "call_1", "get_menu");
    call.completes("R1", "A1", "Let me look that up for you.");
    call.wait(2_900);
    assert_eq!(call.done(), ["plays A1", "run get_menu for call_1"]);
    call.wait(800);

    assert_eq!(call.done(), ["plays OneMoment"]);
}

#[test]
fn the_answer_is_told_while_the_caller_speaks_but_no_response_asked_for() {
    let mut call = asked();
    call.calls("R1", "call_1", "get_menu");
    call.response_ends("R1", "completed");
    call.speech_starts("U2");
    call.done();
    call.tool_answers("call_1", "{}");
    assert_eq!(call.done(), ["output call_1: {}"]);

    call.model(
        &json!({"type":"conversation.item.added","item":{"id":"O1","type":"function_call_output","call_id":"call_1"}}),
    );
    call.speech_ends("U2", "O1");
    call.answers("R2", "A1", 500, "Two soups, and yes.");
    call.wait(2_000);

    assert_eq!(call.done(), ["plays A1"]);
}

#[test]
fn an_answer_that_the_models_own_response_missed_is_not_forgotten() {
    let mut call = asked();
    call.calls("R1", "call_1", "get_menu");
    call.response_ends("R1", "completed");
    call.speech_starts("U2");
    call.speech_ends("U2", "A0");
    call.tool_answers("call_1", "{}");
    call.done();
    call.answers("R2", "A1", 500, "Pardon?"); // Begun before the answer had arrived there.

    assert_eq!(call.done(), ["plays A1", "create"]);
}

#[test]
fn many_functions_at_once_are_all_answered() {
    let mut call = asked();
    for n in 0..12 {
        call.calls("R1", &format!("call_{n}"), "get_menu");
    }
    call.response_ends("R1", "completed");
    for n in 0..12 {
        call.tool_answers(&format!("call_{n}"), "{}");
    }

    let done = call.done();
    for n in 0..12 {
        assert_eq!(done.iter().filter(|it| it.starts_with(&format!("output call_{n}:"))).count(), 1);
    }
    assert_eq!(done.iter().filter(|it| *it == "create").count(), 1);
}

#[test]
fn running_functions_are_recorded_as_ended_when_the_caller_hangs_up() {
    let mut call = asked();
    call.calls("R1", "call_1", "get_menu");
    call.hangs_up();

    assert_eq!(call.done(), ["run get_menu for call_1", "close 1", "Gone(CallerHungUp)"]);
    assert!(call.facts.iter().any(|(_, fact)| matches!(fact, Fact::ToolEnded { status: ToolStatus::Failed, .. })));
}

#[test]
fn a_call_of_a_stopped_response_is_answered_but_not_run() {
    let mut call = asked();
    call.goes_on("R1", "A1", 2_000, "I order it for you.");
    call.wait(500);
    call.speech_starts("U2");
    call.done();
    call.calls("R1", "call_1", "buy");
    assert_eq!(call.done(), [r#"output call_1: {"status":"error","code":"interrupted"}"#]);

    call.response_ends("R1", "cancelled");
    call.speech_ends("U2", "A1");
    call.answers("R2", "A2", 500, "Sorry, what would you like?");
    call.wait(1_000);

    assert_eq!(call.done(), ["plays A2"]);
}

#[test]
fn a_call_seen_only_at_the_end_of_a_cancelled_response_is_not_run() {
    let mut call = asked();
    let item =
        json!({"id":"F1","type":"function_call","status":"completed","call_id":"call_1","name":"buy","arguments":"{}"});
    call.model(&json!({"type":"response.done","response":{"id":"R1","status":"cancelled",
        "status_details":{"type":"cancelled","reason":"turn_detected"},"output":[item]}}));

    assert_eq!(call.done(), [r#"output call_1: {"status":"error","code":"interrupted"}"#]);
}
