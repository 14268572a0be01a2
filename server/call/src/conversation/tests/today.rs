//! The today board reaches a caller who is on the line.

use super::script::{Script, plan};
use crate::{Input, Plan};

const OAT: &str = "We are out of oat milk today.";
const EARLY: &str = "We close at three in the afternoon today.";

fn board(notices: &[&str]) -> Vec<String> {
    notices.iter().map(|notice| (*notice).to_owned()).collect()
}

impl Script {
    fn board_says(&mut self, notices: &[&str]) {
        self.input(Input::Today(&board(notices)));
    }
}

#[test]
fn a_notice_changes_the_instructions_and_is_told_without_a_word_to_the_caller() {
    let mut call = Script::greeted();

    call.board_says(&[OAT]);

    assert_eq!(call.done(), ["amends", "system: The staff tell you at this moment: We are out of oat milk today."]);
    let sent = call.last_sent("session.update")["session"].clone();
    assert!(sent["instructions"].as_str().unwrap().ends_with("- We are out of oat milk today."), "{sent}");
    // An update that touches the voice or the speed may be refused, and then nothing of it holds.
    assert_eq!(sent["audio"]["output"].as_object().unwrap().keys().collect::<Vec<_>>(), ["format"]);
    assert_eq!(sent["audio"]["input"].as_object().unwrap().keys().collect::<Vec<_>>(), ["format"]);
    call.wait(5_000);
    assert!(call.done().is_empty(), "nothing is said unasked");
    assert_eq!(call.events(), ["today"]);
}

#[test]
fn the_caller_asks_again_and_is_answered_in_the_usual_way() {
    let mut call = Script::greeted();
    call.board_says(&[OAT]);
    call.done();

    call.caller_says("U1", "A0", "Do you have oat milk?");
    call.answers("R1", "A1", 400, "Sorry, not today.");

    assert_eq!(call.done(), ["plays A1"], "the model's own response is the only one");
}

#[test]
fn a_notice_does_not_stop_what_is_being_said() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "What is on the menu?");
    call.says("R1", "A1", 2_000, "We have");
    call.done();

    call.board_says(&[OAT]);
    call.wait(1_000);
    call.goes_on("R1", "A1", 500, " lattes.");
    call.completes("R1", "A1", "We have lattes.");
    call.wait(3_000);

    assert_eq!(call.done(), ["amends", "system: The staff tell you at this moment: We are out of oat milk today."]);
    assert_eq!(call.transcript().last().unwrap(), "Assistant: We have lattes.");
}

#[test]
fn a_notice_that_is_taken_off_is_taken_back() {
    let mut call = Script::greeted();
    call.board_says(&[OAT, EARLY]);
    call.done();

    call.board_says(&[EARLY]);

    let told =
        "system: The staff tell you at this moment: This does not hold any more: \"We are out of oat milk today.\"";
    assert_eq!(call.done(), ["amends", told]);
    let sent = call.last_sent("session.update")["session"]["instructions"].clone();
    assert!(sent.as_str().unwrap().ends_with("- We close at three in the afternoon today."), "{sent}");
    call.board_says(&[EARLY]);
    assert!(call.done().is_empty(), "the same board once more is no news");
}

#[test]
fn a_fresh_session_begins_with_the_board_as_it_is() {
    let mut call = Script::greeted_with(Plan { rules: "# Rules\nYou are an AI.".into(), ..plan() });
    call.board_says(&[OAT]);
    call.model_drops();
    call.in_session(2);
    call.model_ready();

    let done = call.done();
    assert!(done.contains(&"[2] settings".to_owned()) && !done.contains(&"[2] amends".to_owned()), "{done:?}");
    assert!(done.iter().any(|it| it.starts_with("[2] system:") && it.ends_with(OAT)), "{done:?}");
    let instructions = call.last_sent("session.update")["session"]["instructions"].clone();
    let instructions = instructions.as_str().unwrap();
    assert!(instructions.contains(OAT) && instructions.ends_with("You are an AI."), "{instructions}");
}

#[test]
fn a_session_that_is_being_set_up_catches_up() {
    let mut call = Script::new(plan());
    call.phone_starts();
    call.model_opens();
    assert_eq!(call.done(), ["open 1", "settings"]);

    call.board_says(&[OAT]);
    assert!(call.done().is_empty(), "its settings are on their way");
    call.model(&serde_json::json!({"type":"session.updated","session":{}}));

    assert_eq!(call.done()[0], "amends");
    assert!(call.last_sent("session.update")["session"]["instructions"].as_str().unwrap().contains(OAT));
}

#[test]
fn the_session_that_will_take_over_learns_it_too() {
    let mut plan = plan();
    plan.limits.session_ms = 5_000;
    plan.limits.silence_ms = 600_000;
    let mut call = Script::greeted_with(plan);
    call.caller_speaks(4_500);
    call.speech_starts("U1");
    call.in_session(2);
    call.model_ready();
    call.done();

    call.board_says(&[OAT]);

    let told = "system: The staff tell you at this moment: We are out of oat milk today.";
    assert_eq!(call.done(), ["amends", told, "[2] amends"]);
}
