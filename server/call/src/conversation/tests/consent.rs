//! Changes need the caller's word: what the tool that makes one is told of the conversation.

use serde_json::json;

use super::script::*;
use crate::{
    AfterTool, Channel, Input, Ms, Plan, ToolOutcome, ToolStatus,
    consent::{Agreed, NotAgreed},
};

const READ_BACK: &str =
    "Two VIP tickets, eighty-five dollars each, one hundred and seventy dollars in all. Shall I go ahead?";
/// How long it takes to say.
const LENGTH_MS: usize = 6_500;

/// The caller wants tickets, the server has proposed them. With it the moment of the proposal.
fn proposed() -> (Script, Ms) {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Two VIP tickets, please.");
    call.response_begins("R1");
    call.calls("R1", "call_1", "purchase_tickets");
    call.response_ends("R1", "completed");
    let since = call.moments.last().expect("a function was called").at;
    call.tool_answers("call_1", r#"{"status":"proposed"}"#);
    call.wait(200);
    (call, since)
}

/// The model wants it done: what the server makes of that.
fn confirms(call: &mut Script, response: &str, since: Ms) -> Result<Agreed, NotAgreed> {
    call.calls(response, &format!("confirm_{response}"), "confirm");
    call.moments.last().expect("a function was called").agreed(READ_BACK, since)
}

#[test]
fn the_callers_yes_after_the_heard_sentence_commits() {
    let (mut call, since) = proposed();
    call.answers("R2", "A1", LENGTH_MS, READ_BACK);
    call.wait(7_000);
    let asked = call.now;
    call.caller_says("U2", "A1", "Yes, please.");
    call.response_begins("R3");

    let agreed = confirms(&mut call, "R3", since).expect("the caller agreed");

    assert!(agreed.from.0 >= asked - 1_000 && agreed.from <= agreed.to && agreed.to.0 <= call.now, "{agreed:?}");
}

#[test]
fn a_model_that_confirms_in_the_response_in_which_it_read_the_sentence_is_refused() {
    let (mut call, since) = proposed();
    call.says("R2", "A1", LENGTH_MS, READ_BACK);
    assert_eq!(confirms(&mut call, "R2", since), Err(NotAgreed::NotHeard));
    call.response_ends("R2", "completed");
    call.wait(7_000);
    // It was heard by now, and still nobody has said yes.
    call.response_begins("R3");
    assert_eq!(confirms(&mut call, "R3", since), Err(NotAgreed::NotAnswered));
}

#[test]
fn a_model_that_confirms_in_the_response_in_which_it_proposed_is_refused() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Two VIP tickets, please, yes.");
    call.response_begins("R1");
    call.calls("R1", "call_1", "purchase_tickets");
    let since = call.moments[0].at;

    assert_eq!(confirms(&mut call, "R1", since), Err(NotAgreed::NotHeard));
}

#[test]
fn a_caller_who_cuts_in_has_not_heard_the_sentence() {
    let (mut call, since) = proposed();
    call.says("R2", "A1", LENGTH_MS, READ_BACK);
    call.completes("R2", "A1", READ_BACK);
    call.wait(2_000);
    call.caller_says("U2", "A1", "Yes, yes.");
    call.response_begins("R3");

    assert_eq!(confirms(&mut call, "R3", since), Err(NotAgreed::NotHeard));
}

#[test]
fn a_sentence_that_was_sent_but_whose_sound_has_not_been_played_is_not_heard() {
    let (mut call, since) = proposed();
    call.answers("R2", "A1", LENGTH_MS, READ_BACK);
    call.wait(1_000);
    call.response_begins("R3");

    assert_eq!(confirms(&mut call, "R3", since), Err(NotAgreed::NotHeard));
}

#[test]
fn a_key_pressed_after_the_sentence_is_an_answer() {
    let (mut call, since) = proposed();
    call.answers("R2", "A1", LENGTH_MS, READ_BACK);
    call.wait(7_000);
    let pressed = call.now;
    call.presses("1");
    call.wait(1_600);
    call.response_begins("R3");

    assert_eq!(confirms(&mut call, "R3", since).map(|agreed| agreed.from), Ok(Ms(pressed)));
}

#[test]
fn a_cough_is_not_an_answer() {
    let (mut call, since) = proposed();
    call.answers("R2", "A1", LENGTH_MS, READ_BACK);
    call.wait(7_000);
    call.caller_says("U2", "A1", "");
    call.response_begins("R3");

    assert_eq!(confirms(&mut call, "R3", since), Err(NotAgreed::NotAnswered));
}

#[test]
fn words_that_could_not_be_written_down_are_an_answer_all_the_same() {
    let (mut call, since) = proposed();
    call.answers("R2", "A1", LENGTH_MS, READ_BACK);
    call.wait(7_000);
    call.speech_starts("U2");
    call.wait(400);
    call.speech_ends("U2", "A1");
    call.model(
        &json!({"type":"conversation.item.input_audio_transcription.failed","item_id":"U2","error":{"code":"x"}}),
    );
    call.response_begins("R3");

    assert!(confirms(&mut call, "R3", since).is_ok());
}

#[test]
fn a_model_that_is_lost_between_proposal_and_yes_still_finds_the_sentence_heard() {
    let (mut call, since) = proposed();
    call.answers("R2", "A1", LENGTH_MS, READ_BACK);
    call.wait(7_000);
    call.model_drops();
    call.in_session(2);
    call.model_ready();
    call.wait(200);
    call.caller_says("U2", "A1", "Yes.");
    call.response_begins("R3");

    assert!(confirms(&mut call, "R3", since).is_ok());
}

#[test]
fn a_model_that_is_lost_while_it_reads_has_to_read_again() {
    let (mut call, since) = proposed();
    call.says("R2", "A1", 1_500, "Two VIP tickets, eighty-five");
    call.model_drops();
    call.in_session(2);
    call.model_ready();
    call.wait(3_000);
    call.caller_says("U2", "A1", "Yes.");
    call.response_begins("R3");
    assert_eq!(confirms(&mut call, "R3", since), Err(NotAgreed::NotHeard));

    call.response_ends("R3", "completed");
    call.tool_answers("confirm_R3", r#"{"status":"refused","code":"not_heard"}"#);
    call.answers("R4", "A2", LENGTH_MS, READ_BACK);
    call.wait(7_000);
    call.caller_says("U3", "A2", "Yes!");
    call.response_begins("R5");
    assert!(confirms(&mut call, "R5", since).is_ok());
}

#[test]
fn one_who_types_agrees_by_typing_after_the_sentence_is_there() {
    let mut call = Script::new(Plan { channel: Channel::Typed, ..plan() });
    let writes = |call: &mut Script, response: &str, item: &str, text: &str| {
        call.response_begins(response);
        call.model(&json!({"type":"response.output_text.done","response_id":response,"item_id":item,"text":text}));
        call.response_ends(response, "completed");
    };
    call.model_ready();
    writes(&mut call, "R0", "A0", GREETING);
    call.input(Input::Typed("Two VIP tickets, yes!"));
    call.response_begins("R1");
    call.calls("R1", "call_1", "purchase_tickets");
    call.response_ends("R1", "completed");
    let since = call.moments[0].at;
    call.tool_answers("call_1", r#"{"status":"proposed"}"#);
    writes(&mut call, "R2", "A1", READ_BACK);
    call.wait(10);

    call.response_begins("R3");
    assert_eq!(confirms(&mut call, "R3", since), Err(NotAgreed::NotAnswered));
    call.response_ends("R3", "completed");
    call.tool_answers("confirm_R3", "{}");
    call.input(Input::Typed("yes"));
    call.response_begins("R4");
    assert!(confirms(&mut call, "R4", since).is_ok());
}

fn made() -> ToolOutcome {
    let output = r#"{"status":"done","reference":"K7Q2"}"#.into();
    ToolOutcome {
        status: ToolStatus::Done,
        output,
        then: AfterTool::GoOn,
        made: Some("Ordered: two VIP tickets, K7Q2.".into()),
    }
}

#[test]
fn a_session_that_comes_long_after_a_change_knows_that_it_was_made() {
    let (mut call, _) = proposed();
    call.response_begins("R2");
    call.calls("R2", "call_2", "confirm");
    call.response_ends("R2", "completed");
    call.input(Input::Tool { call_id: "call_2", outcome: made() });
    call.response_begins("R3");
    for n in 0..30 {
        call.calls("R3", &format!("more_{n}"), "get_menu");
        call.tool_answers(&format!("more_{n}"), "{}");
    }
    call.answers("R3", "A1", 500, "That is all.");
    call.wait(1_000);
    call.done();
    call.model_drops();
    call.in_session(2);
    call.model_ready();

    let told = call.done();
    assert!(
        told.iter().any(|it| it.starts_with("[2] system: ") && it.contains("Ordered: two VIP tickets, K7Q2.")),
        "{told:?}"
    );
}

#[test]
fn a_change_that_comes_about_after_the_model_gave_up_on_it_is_told() {
    let (mut call, _) = proposed();
    call.response_begins("R2");
    call.calls("R2", "call_2", "confirm");
    call.response_ends("R2", "completed");
    call.wait(9_000);
    call.done();
    call.input(Input::Tool { call_id: "call_2", outcome: made() });

    let told = call.done();
    assert!(
        told.iter().any(|it| it.starts_with("system: confirm, which had not answered") && it.contains("K7Q2")),
        "{told:?}"
    );
}
