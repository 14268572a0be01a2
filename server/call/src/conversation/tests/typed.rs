//! "Try it": the same conversation in writing.

use serde_json::json;

use super::script::*;
use crate::{Channel, EndReason, Input, Plan};

fn typed() -> Plan {
    Plan { channel: Channel::Typed, ..plan() }
}

fn writes(call: &mut Script, response: &str, item: &str, text: &str) {
    call.response_begins(response);
    call.model(&json!({"type":"response.output_text.delta","response_id":response,"item_id":item,"delta":text}));
    call.model(&json!({"type":"response.output_text.done","response_id":response,"item_id":item,"text":text}));
    call.response_ends(response, "completed");
}

#[test]
fn the_model_is_asked_for_text_and_greets_in_it() {
    let mut call = Script::new(typed());
    assert_eq!(call.done(), ["open 1"]);
    call.model_ready();
    assert_eq!(call.done(), ["settings", "create greeting"]);
    assert_eq!(call.last_sent("session.update")["session"]["output_modalities"], json!(["text"]));

    writes(&mut call, "R0", "A0", GREETING);

    assert_eq!(call.transcript(), [format!("Assistant: {GREETING}")]);
    assert!(call.audio_out.is_empty());
}

#[test]
fn who_writes_before_the_greeting_is_greeted_and_then_answered() {
    let mut call = Script::new(typed());
    call.input(Input::Typed("What soups are there?"));
    call.done();
    call.model_ready();
    assert_eq!(call.done(), ["settings", "user: What soups are there?", "create greeting"]);

    writes(&mut call, "R0", "A0", GREETING);

    assert_eq!(call.done(), ["create"]);
    writes(&mut call, "R1", "A1", "Tomato.");
    assert!(call.done().is_empty(), "one answer is enough");
}

#[test]
fn a_typed_question_is_answered_with_tools_as_a_spoken_one_is() {
    let mut call = Script::new(typed());
    call.model_ready();
    writes(&mut call, "R0", "A0", GREETING);
    call.done();
    call.input(Input::Typed("  What soups are there? "));
    assert_eq!(call.done(), ["user: What soups are there?", "create"]);
    call.response_begins("R1");
    call.calls("R1", "call_1", "get_menu");
    call.response_ends("R1", "completed");
    call.tool_answers("call_1", "{}");
    assert_eq!(call.done(), ["run get_menu for call_1", "output call_1: {}", "create"]);
    writes(&mut call, "R2", "A1", "Leek and pumpkin.");

    assert_eq!(call.transcript()[1..], ["Caller: What soups are there?", "Assistant: Leek and pumpkin."]);
    assert!(call.lines().iter().all(|line| line.done));
}

#[test]
fn one_who_types_slowly_is_not_asked_whether_they_are_there() {
    let mut call = Script::new(typed());
    call.model_ready();
    writes(&mut call, "R0", "A0", GREETING);
    call.done();
    call.wait(120_000);

    assert!(call.done().is_empty());
}

#[test]
fn a_typed_call_ends_when_the_goodbye_is_written_or_the_caller_leaves() {
    let mut call = Script::new(typed());
    call.model_ready();
    writes(&mut call, "R0", "A0", GREETING);
    call.input(Input::Typed("Bye"));
    call.response_begins("R1");
    call.calls("R1", "call_1", "end_call");
    call.response_ends("R1", "completed");
    call.tool_ends_call("call_1");
    call.done();
    writes(&mut call, "R2", "A1", "Goodbye.");
    assert_eq!(call.done(), ["close 1", "HangUp(AssistantEnded)"]);

    let mut left = Script::new(typed());
    left.input(Input::End(EndReason::CallerHungUp));
    assert_eq!(left.done(), ["open 1", "close 1", "HangUp(CallerHungUp)"]);
}

#[test]
fn without_a_model_a_typed_call_says_so_and_ends() {
    let mut call = Script::new(typed());
    call.wait(4_600);

    assert_eq!(call.done(), ["open 1", "close 1", "Rescue(ModelLost)"]);
    assert_eq!(call.transcript(), ["Assistant: I am sorry, we have a technical problem."]);
}

#[test]
fn what_was_typed_before_the_model_was_there_is_not_lost() {
    let mut call = Script::new(typed());
    call.input(Input::Typed("Hello?"));
    call.model_ready();

    assert!(call.done().contains(&"user: Hello?".to_owned()));
}
