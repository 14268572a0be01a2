//! The assistant speaks.

use serde_json::json;

use super::script::*;
use crate::{Input, Patience, Plan};

#[test]
fn audio_is_sent_in_marked_pieces_a_little_ahead_of_the_ear() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Hello?");
    let before: u64 = call.audio_out.iter().map(|(_, ms)| ms).sum();
    call.answers("R1", "A1", 20_000, "A long story.");
    let begun = call.now;

    for _ in 0..100 {
        call.wait(100);
        let sent: u64 = call.audio_out.iter().map(|(_, ms)| ms).sum::<u64>() - before;
        let ahead = sent - (call.now - begun).min(sent);
        assert!((1_100..=1_500).contains(&ahead), "{ahead} ms ahead after {} ms", call.now - begun);
    }
    assert!(call.marks.iter().any(|mark| mark.starts_with("A1:200:g0:m")));
    assert!(call.marks.iter().any(|mark| mark.starts_with("A1:400:g0:m")));
}

#[test]
fn a_minute_without_a_pause_is_cut() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Tell me everything.");
    call.response_begins("R1");
    for _ in 0..13 {
        call.goes_on("R1", "A1", 5_000, "And then. ");
    }
    assert_eq!(call.done(), ["plays A1", "cancel", "truncate A1 at 60000"]);
    call.goes_on("R1", "A1", 5_000, "And then. ");
    call.response_ends("R1", "cancelled");
    call.wait(64_000);

    assert!(call.events().contains(&"monologue"));
    let heard: u64 = call.audio_out.iter().map(|(_, ms)| ms).sum();
    assert_eq!(heard, 800 + 60_000);
}

#[test]
fn the_latency_of_an_answer_is_from_the_last_word_of_the_caller_to_the_first_of_the_answer() {
    let mut call = Script::greeted();
    call.speech_starts("U1");
    call.caller_speaks(1_000);
    call.speech_ends("U1", "A0");
    call.wait(640);
    call.says("R1", "A1", 500, "Yes.");

    assert_eq!(call.latencies(), [640]);
}

#[test]
fn a_response_outside_the_conversation_is_not_spoken() {
    let mut call = Script::greeted();
    call.model(&json!({"type":"response.created","response":{"id":"R9","conversation_id":null,"metadata":{"purpose":"summary"}}}));
    call.goes_on("R9", "S1", 500, "Summary: they talked.");
    call.model(&json!({"type":"response.output_text.delta","response_id":"R9","item_id":"S1","delta":"{}"}));
    call.completes("R9", "S1", "Summary");

    assert!(call.done().is_empty());
    assert_eq!(call.transcript().len(), 1);
}

#[test]
fn a_notice_waits_for_a_pause() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Hello?");
    call.answers("R1", "A1", 2_000, "We are open.");
    call.done();

    call.input(Input::Inform { text: "The soup is sold out.", speak: true });
    assert_eq!(call.done(), ["system: The soup is sold out."]);
    call.wait(1_900);
    assert!(call.done().is_empty());
    call.wait(200);

    assert_eq!(call.done(), ["create"]);
}

#[test]
fn news_that_comes_while_a_tool_runs_is_told_after_the_answer_and_on_its_own() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Two tickets, please.");
    call.response_begins("R1");
    call.calls("R1", "F1", "purchase_tickets");
    call.response_ends("R1", "completed");
    call.done();

    call.input(Input::Inform { text: "Payment received.", speak: true });
    assert!(call.done().is_empty(), "the model is about to answer");
    call.tool_answers("F1", "{}");
    assert_eq!(call.done(), ["output F1: {}", "create"]);
    call.answers("R2", "A2", 1_000, "I am texting you a link.");
    assert_eq!(call.done(), ["plays A2", "system: Payment received."]);

    call.wait(1_100);
    assert_eq!(call.done(), ["create"], "and not before the answer was heard");
}

#[test]
fn a_response_refused_because_another_is_active_is_asked_for_when_that_is_done() {
    let mut call = Script::greeted();
    call.input(Input::Inform { text: "Sold out.", speak: true });
    let event_id = call.last_sent("response.create")["event_id"].as_str().unwrap().to_owned();
    call.response_begins("R1"); // The model's own, in the same moment.
    call.error("invalid_request_error", "conversation_already_has_active_response", &event_id);
    call.done();

    call.goes_on("R1", "A1", 200, "Hm?");
    call.completes("R1", "A1", "Hm?");
    call.wait(300);

    assert_eq!(call.done(), ["plays A1", "create"]);
}

#[test]
fn a_failed_response_is_asked_for_again_then_from_another_session_then_given_up() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Hello?");
    call.response_begins("R1");
    call.fails("R1", "server_error");
    call.wait(260);
    assert_eq!(call.done(), ["create"]);
    call.response_begins("R2");
    call.response_ends("R2", "completed"); // Empty: as good as failed.
    call.wait(260);
    assert_eq!(call.done(), ["create"]);
    call.response_begins("R3");
    call.fails("R3", "server_error");
    assert_eq!(call.done(), ["close 1", "open 2"]);

    call.in_session(2);
    call.model_ready();
    let done = call.done();
    assert_eq!(done.last().unwrap(), "[2] create");
    call.response_begins("R4");
    call.fails("R4", "server_error");

    call.wait(10_000);
    assert_eq!(call.done().last().unwrap(), "Rescue(ModelLost)");
}

#[test]
fn a_rate_limit_is_waited_out_with_a_filler() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Hello?");
    call.model(&json!({"type":"rate_limits.updated","rate_limits":[{"name":"tokens","limit":1,"remaining":0,"reset_seconds":2.5}]}));
    call.response_begins("R1");
    call.fails("R1", "inference_rate_limit_exceeded");
    call.wait(2_400);
    assert_eq!(call.done(), ["plays OneMoment"]);
    call.wait(200);

    assert_eq!(call.done(), ["create"]);
}

#[test]
fn half_an_answer_is_continued() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Hello?");
    call.says("R1", "A1", 500, "We open at");
    call.fails("R1", "server_error");
    call.wait(300);

    assert_eq!(call.done(), ["plays A1", "create continue"]);
}

#[test]
fn harmless_errors_change_nothing() {
    let mut call = Script::greeted();
    for code in [
        "response_cancel_not_active",
        "input_audio_buffer_commit_empty",
        "item_truncate_invalid_item_id",
        "invalid_value",
    ] {
        call.error("invalid_request_error", code, "truncate-7");
    }
    call.error("server_error", "", "");
    call.wait(1_000);

    assert!(call.done().is_empty());
}

#[test]
fn a_model_that_does_not_answer_is_covered_replaced_and_given_up_in_time() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Hello?");
    let asked = call.now;
    // Half a second of silence passed before the turn was taken.
    call.wait(1_290);
    assert!(call.done().is_empty());
    call.wait(20);
    assert_eq!(call.done(), ["plays OneMoment"]);

    call.wait(3_750);
    assert_eq!(call.now - asked, 5_060);
    let done = call.done();
    assert!(done.ends_with(&["cancel".into(), "close 1".into(), "open 2".into()]), "{done:?}");

    call.wait(4_000);
    assert!(call.done().contains(&"plays TechnicalProblem".to_owned()));
    call.wait(5_000);
    assert_eq!(call.done(), ["Rescue(ModelLost)"]);
}

#[test]
fn a_response_that_the_model_does_not_begin_by_itself_is_asked_for() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Hello?");
    call.wait(2_400);
    assert_eq!(call.done(), ["plays OneMoment"]);
    call.wait(200);

    assert_eq!(call.done(), ["create"]);
}

#[test]
fn an_answer_that_stops_in_the_middle_is_noticed() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "When do you open?");
    call.says("R1", "A1", 1_000, "We open at");
    call.wait(1_000 + 1_850);
    assert_eq!(call.done(), ["plays A1", "plays OneMoment"]);
    call.wait(3_300);
    assert_eq!(call.done(), ["cancel", "close 1", "open 2"]);
    call.in_session(2);
    call.model_ready();

    assert_eq!(call.done().last().unwrap(), "[2] create continue");
}

#[test]
fn a_model_that_dies_while_the_caller_speaks_is_noticed_when_they_stop() {
    let mut call = Script::greeted();
    call.caller_speaks(1_000);
    call.speech_starts("U1");
    call.caller_speaks(6_000);
    assert!(call.done().is_empty());
    call.caller_is_quiet(1_700);
    assert!(call.done().is_empty());
    call.caller_is_quiet(200);
    assert_eq!(call.done(), ["plays OneMoment"]);
    call.caller_is_quiet(3_200);

    assert_eq!(call.done(), ["create", "cancel", "close 1", "open 2"]);
    call.in_session(2);
    call.model_ready();
    assert!(call.appended_ms(2) > 9_000, "the turn is heard again");
}

#[test]
fn a_minute_of_audio_in_one_piece_is_cut_too() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Tell me everything.");
    call.says("R1", "A1", 90_000, "Once upon a time");

    assert_eq!(call.done(), ["cancel", "truncate A1 at 60000", "plays A1"]);
}

#[test]
fn audio_ends_with_its_response_where_nothing_else_tells_its_end() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Hello?");
    call.says("R1", "A1", 1_050, "Well, hello.");
    call.response_ends("R1", "completed");
    call.wait(2_000);

    assert_eq!(call.done(), ["plays A1"]);
    let line = call.lines().into_iter().find(|line| line.text == "Well, hello.").expect("it was said");
    assert_eq!((line.heard.as_str(), line.done), ("Well, hello.", false));
    assert_eq!(line.end - line.start, 1_050);
}

#[test]
fn an_answer_refused_without_saying_which_is_asked_for_again() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "What is on the menu?");
    call.response_begins("R1");
    call.calls("R1", "call_1", "get_menu");
    call.response_ends("R1", "completed");
    call.tool_answers("call_1", "{}");
    call.done();
    call.error("invalid_request_error", "conversation_already_has_active_response", "");
    call.response_begins("R2");
    call.fails("R2", "server_error");
    call.wait(1_000);

    assert_eq!(call.done(), ["create"]);
    call.answers("R3", "A1", 500, "Two soups.");
    call.wait(1_000);
    assert_eq!(call.done(), ["plays A1"]);
}

#[test]
fn something_is_heard_within_two_seconds_of_the_callers_last_word() {
    for patience in [Patience::Quick, Patience::Normal, Patience::Patient] {
        let mut call = Script::greeted_with(Plan { patience, ..plan() });
        call.speech_starts("U1");
        call.caller_speaks(1_000);
        let last_word = call.now;
        call.caller_is_quiet(patience.silence_ms());
        call.speech_ends("U1", "A0");
        call.done();
        call.caller_is_quiet(2_000);

        let heard = call.audio_out.iter().find(|(at, _)| *at > last_word).expect("something is heard");
        assert!((1_700..2_000).contains(&(heard.0 - last_word)), "{patience:?}: after {} ms", heard.0 - last_word);
        assert_eq!(call.done(), ["plays OneMoment"]);
    }
}

#[test]
fn a_caller_whose_greeting_does_not_come_hears_something_within_two_seconds() {
    let mut call = Script::new(plan());
    call.phone_starts();
    call.wait(1_100);
    call.model_ready();
    call.wait(890);

    assert_eq!(call.done().last().unwrap(), "plays OneMoment");
}

#[test]
fn an_error_without_a_name_is_the_refusal_of_what_was_asked_for() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Hello?");
    call.wait(2_600);
    assert!(call.done().contains(&"create".to_owned()));

    call.error("server_error", "", "");
    call.wait(300);

    assert_eq!(call.done(), ["create"], "asked again at once, not after a stall");
}
