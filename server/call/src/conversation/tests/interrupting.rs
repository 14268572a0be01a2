//! The caller cuts in.

use super::script::*;
use crate::{Input, Ms, twilio::FromPhone};

#[test]
fn barge_in_truncates_at_what_the_caller_heard() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "When do you open?");
    call.says("R1", "A1", 4_000, "We open at nine in the morning and close at five.");
    call.wait(1_050);
    call.done();

    call.speech_starts("U2");

    assert_eq!(call.done(), ["clear", "truncate A1 at 1050"]);
    assert_eq!(call.transcript()[2], "Assistant: We open at[ nine in the morning and close at five.]");
    assert!(call.events().contains(&"interrupted"));
}

#[test]
fn barge_in_works_when_the_response_is_done_but_still_playing() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Tell me everything.");
    call.answers("R1", "A1", 10_000, "Well, it is a long story.");
    call.wait(2_000);
    call.done();

    call.speech_starts("U2");

    assert_eq!(call.done(), ["clear", "truncate A1 at 2000"]);
}

#[test]
fn items_that_wait_behind_the_one_playing_are_truncated_to_nothing() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Tell me everything.");
    call.says("R1", "A1", 1_000, "First.");
    call.goes_on("R1", "A2", 3_000, "Second.");
    call.wait(500);
    call.done();

    call.speech_starts("U2");

    assert_eq!(call.done(), ["clear", "truncate A1 at 500", "truncate A2 at 0"]);
}

#[test]
fn an_item_heard_to_its_end_is_not_truncated() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Tell me everything.");
    call.says("R1", "A1", 1_000, "First.");
    call.goes_on("R1", "A2", 3_000, "Second.");
    call.wait(1_500);
    call.done();

    call.speech_starts("U2");

    assert_eq!(call.done(), ["clear", "truncate A2 at 500"]);
}

#[test]
fn nothing_is_cleared_when_nothing_plays() {
    let mut call = Script::greeted();
    call.speech_starts("U1");

    assert!(call.done().is_empty());
    assert!(!call.events().contains(&"interrupted"));
}

#[test]
fn marks_returned_by_the_clear_are_not_taken_for_playback() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Hello?");
    call.says("R1", "A1", 4_000, "One two three four five six seven eight.");
    call.wait(1_000);
    call.speech_starts("U2");
    call.wait(50); // All marks of A1 have come back.
    call.speech_ends("U2", "A1");
    call.answers("R2", "A2", 2_000, "Yes?");
    call.wait(100);
    call.done();

    call.speech_starts("U3");

    assert_eq!(call.done(), ["clear", "truncate A2 at 100"]);
    assert!(
        call.lines().iter().any(|line| line.text.starts_with("One two") && line.heard == "One two"),
        "{:?}",
        call.transcript()
    );
}

#[test]
fn late_audio_of_an_interrupted_response_is_thrown_away() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Hello?");
    call.says("R1", "A1", 4_000, "We open at nine,");
    call.wait(1_000);
    call.speech_starts("U2");
    call.done();

    call.goes_on("R1", "A1", 2_000, " and close at five.");
    call.response_ends("R1", "cancelled");
    call.wait(1_500);

    assert!(call.done().is_empty());
    // 1,000 of the 6,000 ms were heard.
    assert_eq!(call.transcript()[2], "Assistant: We[ open at nine, and close at five.]");
}

#[test]
fn a_response_that_has_no_audio_yet_is_thrown_away_too() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Hello?");
    call.response_begins("R1");
    call.speech_starts("U2");
    call.goes_on("R1", "A1", 500, "Too late.");
    call.response_ends("R1", "cancelled");

    assert_eq!(call.done(), Vec::<String>::new());
}

#[test]
fn what_was_heard_is_estimated_between_two_marks_and_never_beyond_the_next() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Hello?");
    call.says("R1", "A1", 4_000, "A long sentence.");
    call.wait(650);
    call.returns_marks = false;
    call.wait(900); // The telephone stalls after the mark at 600 ms.
    call.done();

    call.speech_starts("U2");

    assert_eq!(call.done(), ["clear", "truncate A1 at 800"]);
}

#[test]
fn a_telephone_that_returns_no_marks_is_followed_by_the_clock() {
    let mut call = Script::new(plan());
    call.returns_marks = false;
    call.phone_starts();
    call.model_ready();
    call.says("R0", "A0", 4_000, GREETING);
    call.wait(1_234);
    call.done();

    call.speech_starts("U1");

    assert_eq!(call.done(), ["clear", "truncate A0 at 1234"]);
}

#[test]
fn the_truncation_never_exceeds_what_was_generated() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Hello?");
    call.says("R1", "A1", 300, "Short.");
    call.goes_on("R1", "A1", 133, " Odd.");
    for mark in ["A1:999999:g0:m999", "A1:200:g7:m9", "nonsense", ":g0:m", "A1:0:g0:m18446744073709551616"] {
        call.input(Input::Phone(FromPhone::Mark { name: mark.into() }));
    }
    call.done();

    call.speech_starts("U2");

    let truncated = call.done();
    assert!(truncated.is_empty() || truncated == ["clear", "truncate A1 at 0"], "{truncated:?}");
    assert!(call.lines().iter().all(|line| line.heard.len() <= line.text.len()));
}

#[test]
fn a_caller_who_may_not_interrupt_is_answered_after_the_sentence() {
    let mut plan = plan();
    plan.interruptible = false;
    let mut call = Script::greeted_with(plan);
    call.caller_says("U1", "A0", "Hello?");
    call.says("R1", "A1", 2_000, "This call is recorded.");
    call.wait(500);
    call.done();

    call.speech_starts("U2");
    call.wait(300);
    call.speech_ends("U2", "A1");
    assert!(call.done().is_empty());
    call.completes("R1", "A1", "This call is recorded.");

    assert_eq!(call.done(), ["create"]);
}

#[test]
fn a_response_that_begins_while_the_caller_speaks_is_cancelled() {
    let mut call = Script::greeted();
    call.input(Input::Inform { text: "The kitchen closes in ten minutes.", speak: true });
    call.speech_starts("U1");
    call.response_begins("R1");

    assert_eq!(call.done(), ["system: The kitchen closes in ten minutes.", "create", "cancel"]);
}

#[test]
fn keys_stop_the_assistant_as_words_do() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Hello?");
    call.answers("R1", "A1", 8_000, "Press one for the menu, two for the hours.");
    call.wait(1_000);
    call.done();

    call.presses("2");
    call.wait(1_600);

    assert_eq!(call.done(), ["clear", "truncate A1 at 2500", "user: [The caller pressed keypad digits: 2]", "create"]);
}

#[test]
fn time_that_goes_back_does_no_harm() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Hello?");
    call.says("R1", "A1", 2_000, "Well.");
    call.call.handle(Input::Tick, Ms(0));
    call.wait(500);
    call.done();

    call.speech_starts("U2");

    assert_eq!(call.done(), ["clear", "truncate A1 at 500"]);
}
