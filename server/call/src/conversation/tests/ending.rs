//! How calls end.

use super::script::*;
use crate::{AfterTool, EndReason, Input, Plan, Speaker, ToolOutcome, ToolStatus};

/// The assistant has decided to end the call.
fn ending() -> Script {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Thank you, that is all.");
    call.response_begins("R1");
    call.calls("R1", "call_1", "end_call");
    call.response_ends("R1", "completed");
    call.tool_ends_call("call_1");
    assert_eq!(call.done(), ["run end_call for call_1", "output call_1: {}", "create goodbye"]);
    call
}

#[test]
fn the_goodbye_is_heard_to_its_end_before_the_call_is_hung_up() {
    let mut call = ending();
    call.answers("R2", "A1", 2_000, "Thank you for calling. Goodbye.");
    call.wait(1_990);
    assert_eq!(call.done(), ["plays A1"]);
    call.wait(20);

    assert_eq!(call.done(), ["close 1", "HangUp(AssistantEnded)"]);
    assert_eq!(call.metrics().goodbye_to_hangup_ms, Some(0));
    assert!(call.lines().iter().all(|line| line.done));
}

#[test]
fn the_last_mark_decides_when_the_goodbye_was_heard_but_not_for_ever() {
    let mut call = ending();
    call.returns_marks = false;
    call.answers("R2", "A1", 2_000, "Goodbye.");
    call.wait(9_900);
    assert_eq!(call.done(), ["plays A1"]);
    call.wait(200);

    assert_eq!(call.done(), ["close 1", "HangUp(AssistantEnded)"]);
}

#[test]
fn a_model_that_forgets_to_say_goodbye_is_spoken_for() {
    let mut call = ending();
    call.wait(1_350);
    assert_eq!(call.done(), ["plays OneMoment"]);
    call.wait(1_000);
    let heard_until = call.plays_until();
    call.wait(heard_until - call.now + 1_710);
    assert_eq!(call.done(), ["plays Goodbye"]);
    call.wait(4_000);

    assert_eq!(call.done(), ["close 1", "HangUp(AssistantEnded)"]);
}

#[test]
fn a_goodbye_that_stops_in_the_middle_is_finished_from_memory() {
    let mut call = ending();
    call.says("R2", "A1", 500, "Thank you");
    call.wait(2_190);
    assert_eq!(call.done(), ["plays A1"]);
    call.wait(20);
    assert_eq!(call.done(), ["cancel", "plays Goodbye"]);
    call.wait(4_000);

    assert_eq!(call.done(), ["close 1", "HangUp(AssistantEnded)"]);
}

#[test]
fn noise_after_the_goodbye_does_not_keep_the_call() {
    let mut call = Script::greeted_with(Plan { interruptible: false, ..plan() });
    call.caller_says("U1", "A0", "That is all.");
    call.says("R1", "A1", 1_500, "You are welcome. Goodbye.");
    call.calls("R1", "call_1", "end_call");
    call.completes("R1", "A1", "You are welcome. Goodbye.");
    call.tool_ends_call("call_1");
    call.wait(1_000);
    call.speech_starts("U2");
    call.caller_speaks(18_900);
    assert!(call.finished.is_empty());
    call.caller_speaks(5_000);

    assert_eq!(call.done().last().unwrap(), "HangUp(AssistantEnded)");
}

#[test]
fn a_goodbye_said_beside_the_call_of_the_function_is_enough() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "That is all.");
    call.says("R1", "A1", 1_500, "You are welcome. Goodbye.");
    call.calls("R1", "call_1", "end_call");
    call.completes("R1", "A1", "You are welcome. Goodbye.");
    call.tool_ends_call("call_1");
    call.wait(1_600);

    assert_eq!(
        call.done(),
        ["plays A1", "run end_call for call_1", "output call_1: {}", "close 1", "HangUp(AssistantEnded)"]
    );
}

#[test]
fn a_caller_who_cuts_into_the_goodbye_is_listened_to() {
    let mut call = ending();
    call.says("R2", "A1", 2_000, "Thank you for calling. Goodbye.");
    call.wait(600);
    call.speech_starts("U2");
    assert_eq!(call.done(), ["plays A1", "clear", "truncate A1 at 600"]);
    call.response_ends("R2", "cancelled");
    call.speech_ends("U2", "A1");
    call.answers("R3", "A2", 500, "Yes, we have parking.");
    call.wait(3_000);

    assert_eq!(call.done(), ["plays A2"]);
    assert!(call.finished.is_empty());
}

#[test]
fn a_caller_who_speaks_before_the_goodbye_begins_is_listened_to() {
    let mut call = ending();
    call.speech_starts("U2");
    call.wait(5_000);

    assert!(call.finished.is_empty());
}

#[test]
fn a_caller_who_hangs_up_is_gone_and_nothing_is_left_open() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Hello?");
    call.says("R1", "A1", 2_000, "We open at nine.");
    call.wait(500);
    call.done();
    call.hangs_up();

    assert_eq!(call.done(), ["close 1", "Gone(CallerHungUp)"]);
    assert_eq!(call.transcript()[2], "Assistant: We[ open at nine.]");
    call.input(Input::Tick);
    call.hangs_up();
    assert!(call.done().is_empty());
}

#[test]
fn a_telephone_whose_socket_breaks_is_lost() {
    let mut call = Script::greeted();
    call.input(Input::PhoneClosed);

    assert_eq!(call.done(), ["close 1", "Gone(PhoneLost)"]);
}

#[test]
fn a_silent_caller_is_asked_twice_and_let_go() {
    let mut call = Script::greeted();
    call.wait(11_900);
    assert_eq!(call.done(), ["assistant: Are you still there?", "plays StillThere"]);
    call.wait(12_000 + 1_100);
    assert_eq!(call.done(), ["assistant: Are you still there?", "plays StillThere"]);
    call.wait(12_000 + 1_100);
    assert_eq!(call.done(), ["plays SilenceGoodbye"]);
    call.wait(6_000);

    assert_eq!(call.done(), ["close 1", "HangUp(Silence)"]);
    assert_eq!(call.events(), ["silence", "silence", "silence"]);
    let asked: Vec<_> = call.lines().into_iter().filter(|line| line.text == "Are you still there?").collect();
    assert_eq!(asked.len(), 2);
    assert!(asked.iter().all(|line| line.speaker == Speaker::Assistant && line.done && line.heard == line.text));
}

#[test]
fn a_caller_who_answers_is_asked_again_from_the_beginning() {
    let mut call = Script::greeted();
    call.wait(13_000);
    call.caller_says("U1", "A0", "Yes, one moment.");
    call.answers("R1", "A1", 500, "Take your time.");
    call.done();
    call.wait(30_000);

    assert_eq!(call.done().iter().filter(|it| *it == "plays StillThere").count(), 2);
}

#[test]
fn a_call_over_its_time_is_wound_up_after_the_sentence() {
    let mut plan = plan();
    plan.limits.call_ms = 10_000;
    let mut call = Script::greeted_with(plan);
    call.wait(8_000);
    call.caller_says("U1", "A0", "Hello?");
    call.answers("R1", "A1", 3_000, "We are open.");
    call.wait(2_900);
    assert_eq!(call.done(), ["plays A1"]);
    call.wait(200);
    assert_eq!(call.done(), ["plays LimitGoodbye"]);
    call.speech_starts("U2");
    call.wait(7_000);

    assert_eq!(call.done(), ["close 1", "HangUp(Limit)"]);
    assert_eq!(call.events(), ["limit"]);
}

#[test]
fn an_endless_sentence_does_not_keep_a_call_beyond_its_limit() {
    let mut plan = plan();
    plan.limits.call_ms = 3_000;
    let mut call = Script::greeted_with(plan);
    call.caller_says("U1", "A0", "Hello?");
    call.says("R1", "A1", 50_000, "Once upon a time");
    call.wait(15_000);

    assert_eq!(
        call.done(),
        ["plays A1", "cancel", "clear", "truncate A1 at 7600", "plays LimitGoodbye", "close 1", "HangUp(Limit)"]
    );
}

#[test]
fn a_call_that_costs_too_much_is_wound_up() {
    let mut plan = plan();
    plan.limits.cost_nano_usd = Some(10_000_000);
    let mut call = Script::greeted_with(plan);
    call.caller_says("U1", "A0", "Hello?");
    call.says("R1", "A1", 500, "Yes?");
    call.model(&serde_json::json!({"type":"response.done","response":{"id":"R1","status":"completed","output":[],
        "usage":{"input_token_details":{"text_tokens":0,"audio_tokens":0},"output_token_details":{"text_tokens":0,"audio_tokens":200}}}}));
    call.wait(10_000);

    assert_eq!(call.done(), ["plays A1", "plays LimitGoodbye", "close 1", "HangUp(Limit)"]);
}

#[test]
fn a_server_that_stops_excuses_itself() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Hello?");
    call.answers("R1", "A1", 1_000, "We are open.");
    call.input(Input::Shutdown);
    call.wait(900);
    assert_eq!(call.done(), ["plays A1"]);
    call.wait(9_000);

    assert_eq!(call.done(), ["plays ShutdownGoodbye", "close 1", "HangUp(Shutdown)"]);
}

#[test]
fn a_call_that_staff_end_says_goodbye() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Hello?");
    call.says("R1", "A1", 5_000, "We are open.");
    call.input(Input::End(EndReason::StaffEnded));
    assert_eq!(call.done(), ["plays A1"]);
    call.wait(1_500);
    assert_eq!(call.done(), ["cancel", "clear", "truncate A1 at 1500", "plays Goodbye"]);
    call.wait(4_000);

    assert_eq!(call.done(), ["close 1", "HangUp(StaffEnded)"]);
}

#[test]
fn a_quiet_call_that_staff_end_says_goodbye_at_once() {
    let mut call = Script::greeted();
    call.input(Input::End(EndReason::StaffEnded));
    assert_eq!(call.done(), ["plays Goodbye"]);
}

#[test]
fn a_key_pressed_during_the_goodbye_keeps_the_call() {
    let mut call = ending();
    call.answers("R2", "A1", 1_000, "Thank you for calling. Goodbye.");
    call.wait(600);
    call.presses("2");
    call.wait(5_000);
    assert!(call.finished.is_empty());
    let done = call.done();
    assert_eq!(done[..2], ["plays A1", "user: [The caller pressed keypad digits: 2]"]);
    assert_eq!(done[2], "create");
    call.answers("R3", "A2", 500, "You pressed two.");
    call.wait(3_000);

    assert_eq!(call.done().last().unwrap(), "plays A2");
    assert!(call.finished.is_empty());
}

#[test]
fn nothing_that_comes_after_the_end_matters() {
    let mut call = Script::greeted();
    call.hangs_up();
    call.done();
    call.phone_starts();
    call.speech_starts("U1");
    call.input(Input::Shutdown);
    let outcome = ToolOutcome { status: ToolStatus::Done, output: "{}".into(), then: AfterTool::EndCall, made: None };
    call.input(Input::Tool { call_id: "call_1", outcome });
    call.wait(1_000_000);

    assert!(call.done().is_empty());
    assert_eq!(call.finished.len(), 1);
}

#[test]
fn the_figures_of_a_call_add_up() {
    let mut call = Script::greeted();
    call.speech_starts("U1");
    call.caller_speaks(2_000);
    call.speech_ends("U1", "A0");
    call.wait(500);
    call.answers("R1", "A1", 1_500, "We are open.");
    call.wait(2_000);
    let lasted = call.now;
    call.hangs_up();

    let metrics = call.metrics();
    assert_eq!((metrics.caller_talk_ms, metrics.assistant_talk_ms), (2_000, 2_300));
    assert_eq!(metrics.silence_ms, lasted - 4_300);
    assert_eq!((metrics.first_word_ms, metrics.interruptions, metrics.reconnects), (Some(0), 0, 0));
}
