//! Tools that break, in the middle of a call.

use std::time::Duration;

use backend::testing::{Break, break_tool};
use model::{CallStatus, Speaker, ToolStatus};
use practice::phone::{CallReport, Utterance, Who};

use crate::world::{Stored, World, assert_never_silent};

/// What answers the question.
const TOOL: &str = "get_store_hours";

/// A caller asks what a broken tool should answer, and then perhaps something else.
async fn call_with(how: Break, then: Option<&str>) -> (CallReport, Stored) {
    let world = World::usual().await;
    break_tool(&world.backend, TOOL, how);
    let mut caller = world.caller();
    caller.says.extend(then.map(|words| Utterance::Text(words.into())));
    let report = world.place(caller).await;
    let stored = world.stored(&report).await;
    assert_never_silent(&report);
    assert_eq!(stored.call.row.status, CallStatus::Completed);
    (report, stored)
}

/// How the broken tool's first run stands in the record: its state, and what the model was told in the end.
fn run_of(stored: &Stored) -> (ToolStatus, String) {
    let run = stored.call.tool_calls.iter().find(|run| run.name == TOOL).expect("it was called");
    (run.status, run.output.as_ref().map(ToString::to_string).unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_that_panics_is_excused_and_the_call_goes_on() {
    let (report, stored) = call_with(Break::Panics, Some("What is a latte?")).await;

    assert!(report.words_of(Who::Assistant).iter().any(|words| words.contains("cannot look that up")), "{report}");
    let (status, told) = run_of(&stored);
    assert_eq!(status, ToolStatus::Failed);
    assert!(told.contains("unavailable"), "{told}");
    let others = stored.call.tool_calls.iter().filter(|run| run.name != TOOL && run.status == ToolStatus::Done);
    assert!(others.count() > 0, "{:?}", stored.call.tool_calls);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_that_hangs_is_covered_then_excused_and_the_call_goes_on() {
    let (report, stored) = call_with(Break::Hangs, None).await;

    let said = report.words_of(Who::Assistant);
    assert!(said.iter().any(|words| words.contains("One moment")), "{report}");
    assert!(said.iter().any(|words| words.contains("taking too long")), "{report}");
    let (status, told) = run_of(&stored);
    assert_eq!(status, ToolStatus::Failed);
    assert!(told.contains("timeout"), "{told}");
    assert!(stored.has_event("filler") && stored.has_event("tool_slow"), "{:?}", stored.call.events);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_slow_tool_answers_after_all_is_told_to_the_caller_and_kept() {
    let (report, stored) = call_with(Break::Takes(Duration::from_millis(9_500)), None).await;

    assert!(stored.has_event("tool_slow") && stored.has_event("tool_late"), "{:?}", stored.call.events);
    let (status, told) = run_of(&stored);
    assert_eq!(status, ToolStatus::Done);
    let say = told.split_once(r#""say":""#).and_then(|(_, rest)| rest.split_once('"')).map_or("", |(say, _)| say);
    assert!(!say.is_empty() && stored.words(Speaker::Assistant).contains(say), "{say:?}: {report}");
}
