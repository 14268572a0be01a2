//! The model's session is lost, and the caller does not notice.

use serde_json::json;

use super::script::*;
use crate::{Fact, Input, Plan, SessionNo, openai::Failure};

#[test]
fn a_fresh_session_knows_what_was_said_as_it_was_heard() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "When do you open?");
    call.answers("R1", "A1", 4_000, "We open at nine in the morning and close at five.");
    call.wait(1_050);
    call.caller_says("U2", "A1", "And on Sundays?");
    call.response_begins("R2");
    call.calls("R2", "call_1", "get_store_hours");
    call.response_ends("R2", "completed");
    call.tool_answers("call_1", "{\"open\":false}");
    call.answers("R3", "A2", 800, "On Sundays we are closed.");
    call.wait(1_000);
    call.done();

    call.model_drops();
    assert_eq!(call.done(), ["open 2"]);
    call.in_session(2);
    call.wait(300);
    call.model_ready();

    assert_eq!(
        call.done(),
        [
            "[2] settings",
            "[2] system: This conversation is already under way; what was said so far follows. Do not greet again.",
            "[2] assistant: Hello, this is the assistant.",
            "[2] user: When do you open?",
            "[2] assistant: We open at",
            "[2] user: And on Sundays?",
            "[2] call get_store_hours s1_call_1",
            "[2] output s1_call_1: {\"open\":false}",
            "[2] assistant: On Sundays we are closed.",
        ]
    );
    assert_eq!(call.events(), ["interrupted", "reconnecting", "reconnected"]);
}

#[test]
fn a_sentence_that_was_cut_plays_out_and_is_continued() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "When do you open?");
    call.says("R1", "A1", 2_000, "We open at nine in the");
    call.wait(200);
    call.model_drops();
    call.in_session(2);
    call.wait(900);
    call.model_ready();
    assert_eq!(call.done().last().unwrap(), "[2] create continue");
    call.answers("R2", "A2", 1_000, "morning.");
    call.wait(2_000);

    assert_eq!(call.done(), ["plays A2"]);
    assert_eq!(call.transcript()[2..], ["Assistant: We open at nine in the", "Assistant: morning."]);
}

#[test]
fn a_question_without_an_answer_is_answered_by_the_next_session() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "When do you open?");
    call.response_begins("R1");
    call.model_drops();
    call.in_session(2);
    call.model_ready();

    let done = call.done();
    assert_eq!(done[done.len() - 2..], ["[2] user: When do you open?", "[2] create"]);
}

#[test]
fn a_question_whose_words_are_not_known_is_heard_again() {
    let mut call = Script::greeted();
    call.caller_speaks(1_000);
    call.speech_starts("U1");
    call.caller_speaks(1_500);
    call.speech_ends("U1", "A0");
    call.model_drops();
    call.in_session(2);
    call.caller_speaks(200);
    call.model_ready();

    // The turn with its lead-in, and what came since.
    assert_eq!(call.appended_ms(2), 800 + 1_500 + 200);
    assert!(!call.done().contains(&"[2] create".to_owned()));
    call.speech_starts("V1");
    call.speech_ends("V1", "");
    call.transcribed("V1", "When do you open?");
    call.answers("R1", "A1", 500, "At nine.");
    call.wait(3_000);
    assert_eq!(call.done(), ["plays A1"]);
}

#[test]
fn a_caller_who_was_not_understood_is_asked_again() {
    let mut call = Script::greeted();
    call.speech_starts("U1");
    call.caller_speaks(500);
    call.model_drops();
    call.in_session(2);
    call.model_ready();
    call.done();
    call.wait(2_600);

    let asked = "Sorry, the line broke up for a moment. What were you saying?";
    assert_eq!(call.done(), [format!("[2] assistant: {asked}"), "plays WhereWereWe".into()]);
}

#[test]
fn a_server_that_is_overrun_is_given_more_time() {
    let mut call = Script::new(plan());
    call.phone_starts();
    call.model_closes(Failure::Refused { status: 429 });
    call.wait(950);
    assert_eq!(call.done(), ["open 1"]);
    call.wait(100);

    assert_eq!(call.done(), ["open 2"]);
}

#[test]
fn a_reconnect_that_takes_long_is_covered() {
    let mut call = Script::greeted();
    call.wait(2_000);
    call.model_drops();
    call.wait(1_150);
    assert_eq!(call.done(), ["open 2"]);
    call.wait(100);

    assert_eq!(call.done(), ["plays OneMoment"]);
}

#[test]
fn a_fourth_loss_in_a_row_is_the_last() {
    let mut call = Script::greeted();
    for no in 1..=4 {
        call.in_session(no);
        if no > 1 {
            call.model_ready();
        }
        call.model_drops();
    }
    assert!(call.done().ends_with(&["plays TechnicalProblem".into()]));
    call.wait(8_000);

    assert_eq!(call.done(), ["Rescue(ModelLost)"]);
}

#[test]
fn losses_with_answers_between_them_do_not_add_up() {
    let mut call = Script::greeted();
    for no in 1..=8 {
        call.in_session(no);
        if no > 1 {
            call.model_ready();
        }
        let (user, response, item) = (format!("U{no}"), format!("R{no}"), format!("A{no}"));
        call.caller_says(&user, "", "Hello?");
        call.answers(&response, &item, 300, "Yes?");
        call.wait(500);
        call.model_drops();
    }

    assert!(call.finished.is_empty());
    call.hangs_up();
    assert_eq!(call.metrics().reconnects, 8);
}

#[test]
fn what_an_old_session_still_says_is_ignored() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Hello?");
    call.model_drops();
    call.done();
    call.says("R1", "A1", 500, "Late.");
    call.model_closes(Failure::Closed { code: None });
    call.error("invalid_request_error", "session_expired", "");

    assert!(call.done().is_empty());
}

#[test]
fn a_session_that_expires_is_replaced() {
    let mut call = Script::greeted();
    call.error("invalid_request_error", "session_expired", "");

    assert_eq!(call.done(), ["close 1", "open 2"]);
}

#[test]
fn a_tool_that_answers_after_its_session_is_lost_answers_the_next_one() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "What soups are there?");
    call.response_begins("R1");
    call.calls("R1", "call_1", "get_menu");
    call.response_ends("R1", "completed");
    call.model_drops();
    call.in_session(2);
    call.model_ready();
    call.done();
    call.tool_answers("call_1", "{\"soups\":2}");

    assert_eq!(call.done(), ["[2] call get_menu s1_call_1", "[2] output s1_call_1: {\"soups\":2}", "[2] create"]);
}

#[test]
fn a_greeting_that_was_not_heard_is_said_by_the_next_session() {
    let mut call = Script::new(plan());
    call.phone_starts();
    call.model_ready();
    call.response_begins("R0");
    call.model_drops();
    call.in_session(2);
    call.model_ready();

    assert_eq!(call.done().last().unwrap(), "[2] create greeting");
}

#[test]
fn an_old_session_is_replaced_in_a_pause_without_losing_a_frame() {
    let mut plan = plan();
    plan.limits.session_ms = 20_000;
    plan.limits.silence_ms = 600_000;
    let mut call = Script::greeted_with(plan);
    call.caller_speaks(19_000);
    assert_eq!(call.done(), ["open 2"]);
    call.speech_starts("U1");
    call.in_session(2);
    call.model_ready();
    call.caller_speaks(500);
    assert_eq!(call.done(), ["[2] settings"]);

    call.in_session(1);
    call.speech_ends("U1", "A0");
    call.transcribed("U1", "Hello?");
    call.answers("R1", "A1", 400, "Yes?");
    call.caller_speaks(1_000);

    let done = call.done();
    assert_eq!(done[..2], ["plays A1", "close 1"]);
    assert_eq!(done.last().unwrap(), "[2] assistant: Yes?");
    assert_eq!(call.appended_ms(1) + call.appended_ms(2), 20_500);
    assert_eq!(call.events(), ["session_renewed"]);
}

#[test]
fn a_successor_that_is_ready_takes_over_at_once_when_the_session_breaks() {
    let mut plan = plan();
    plan.limits.session_ms = 5_000;
    let mut call = Script::greeted_with(plan);
    call.caller_speaks(4_500);
    call.speech_starts("U1");
    call.in_session(2);
    call.model_ready();
    call.done();
    call.in_session(1);
    call.model_drops();

    assert_eq!(
        call.done()[0],
        "[2] system: This conversation is already under way; what was said so far follows. Do not greet again."
    );
    assert!(call.events().contains(&"reconnected"));
}

#[test]
fn a_fresh_session_knows_what_staff_have_told() {
    let mut call = Script::greeted();
    call.input(Input::Inform { text: "The soup is sold out.", speak: false });
    assert_eq!(call.done(), ["system: The soup is sold out."]);
    call.model_drops();
    call.in_session(2);
    call.model_ready();

    assert!(call.done().iter().any(|it| it.starts_with("[2] system:") && it.ends_with("The soup is sold out.")));
}

#[test]
fn a_session_whose_frames_cannot_be_read_is_replaced() {
    let mut call = Script::greeted();
    for _ in 0..20 {
        call.input(Input::Model(crate::SessionNo(1), crate::openai::ServerEvent::Unreadable));
    }

    assert_eq!(call.done(), ["close 1", "open 2"]);
}

/// The first session was used and lost; the second is ready.
fn replaced() -> Script {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "What is on the menu?");
    call.response_begins("R1");
    call.calls("R1", "call_1", "get_menu");
    call.response_ends("R1", "completed");
    call.tool_answers("call_1", "{\"soups\":2}");
    call.answers("R2", "A1", 1_000, "Two soups.");
    call.wait(500);
    call.speech_starts("U2");
    call.wait(300);
    call.speech_ends("U2", "A1");
    call.transcribed("U2", "And to drink?");
    call.model_drops();
    call.in_session(2);
    call.model_ready();
    assert_eq!(call.done().last().unwrap(), "[2] create");
    call
}

#[test]
fn a_session_that_counts_its_items_from_one_again_is_heard() {
    let mut call = replaced();
    call.answers("R2", "A0", 800, "Tea and coffee.");
    call.wait(1_000);
    assert_eq!(call.done(), ["plays A0"]);

    call.caller_says("U1", "A0", "Thank you.");
    call.answers("R1", "A1", 500, "You are welcome.");
    call.wait(1_000);

    assert_eq!(call.done(), ["plays A1"]);
    let said = ["Caller: Thank you.", "Assistant: You are welcome."];
    assert_eq!(call.transcript()[1..3], ["Caller: What is on the menu?", "Assistant: Two[ soups.]"]);
    assert_eq!(call.transcript()[4..], ["Assistant: Tea and coffee.", said[0], said[1]]);
}

#[test]
fn a_session_that_counts_its_function_calls_from_one_again_is_answered() {
    let mut call = replaced();
    call.response_begins("R1");
    call.calls("R1", "call_1", "get_drinks");
    call.response_ends("R1", "completed");
    assert_eq!(call.done(), ["run get_drinks for s2_call_1"]);

    call.tool_answers("s2_call_1", "{\"tea\":true}");

    assert_eq!(call.done(), ["[2] output call_1: {\"tea\":true}", "[2] create"]);
    let ended = |(_, fact): &(u64, Fact)| match fact {
        Fact::ToolEnded { call_id, output, .. } => Some(format!("{call_id} {output}")),
        _ => None,
    };
    let ended: Vec<_> = call.facts.iter().filter_map(ended).collect();
    assert_eq!(ended, ["call_1 {\"soups\":2}", "s2_call_1 {\"tea\":true}"]);
}

#[test]
fn a_session_that_says_when_it_ends_is_replaced_before() {
    let mut plan = Plan { zero_unix_ms: Some(1_795_000_000_000), ..plan() };
    plan.limits.silence_ms = 1_000_000;
    let mut call = Script::new(plan);
    call.phone_starts();
    call.input(Input::ModelOpen(SessionNo(1)));
    call.model(&json!({"type":"session.created","session":{"expires_at":1_795_000_300}}));
    call.model(&json!({"type":"session.updated","session":{}}));
    call.answers("R0", "A0", 800, GREETING);
    call.wait(239_990);
    assert!(!call.done().contains(&"open 2".to_owned()));
    call.wait(20);

    assert_eq!(call.done(), ["open 2"]);
}

#[test]
fn a_turn_that_is_heard_again_is_answered_once_though_an_answer_had_been_asked_for() {
    let mut call = Script::greeted();
    call.caller_speaks(1_000);
    call.speech_starts("U1");
    call.caller_speaks(1_500);
    call.speech_ends("U1", "A0");
    // The model neither answers by itself nor when it is asked.
    call.wait(8_500);
    let done = call.done();
    assert!(done.contains(&"create".to_owned()) && done.contains(&"open 2".to_owned()), "{done:?}");

    call.in_session(2);
    call.model_ready();
    call.wait(400);
    assert!(call.appended_ms(2) > 1_500, "the turn is heard again");
    assert!(!call.done().contains(&"[2] create".to_owned()), "and the model answers it by itself");
}

#[test]
fn a_greeting_of_which_something_was_heard_is_not_begun_again() {
    let mut call = Script::new(plan());
    call.phone_starts();
    call.model_ready();
    call.says("R0", "A0", 2_000, "Thanks for calling.");
    call.model_drops();
    call.in_session(2);
    call.model_ready();
    call.wait(3_000);

    let done = call.done();
    assert!(!done.contains(&"[2] create greeting".to_owned()), "{done:?}");
    assert!(done.iter().any(|it| it.starts_with("[2] create ")), "{done:?}");
}
