//! Models that refuse, break off, stay silent or talk nonsense.

use model::{CallStatus, Speaker, ToolStatus};
use practice::phone::{CallReport, Utterance, Who};

use crate::world::{QUESTION, Stored, World, assert_never_silent};

async fn call(faults: &'static str) -> (CallReport, Stored) {
    let world = World::with_model(faults).await;
    let report = world.place(world.caller()).await;
    let stored = world.stored(&report).await;
    (report, stored)
}

/// The caller noticed nothing that matters, and the call is complete.
fn assert_unharmed((report, stored): &(CallReport, Stored)) {
    assert_never_silent(report);
    assert_eq!(stored.call.row.status, CallStatus::Completed, "{report}");
    assert!(report.words_of(Who::Assistant).len() >= 2, "a greeting and an answer: {report}");
    assert!(!report.answers_ms.is_empty(), "the caller's question was answered: {report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_model_the_caller_hears_a_sentence_and_the_network_takes_over() {
    let (report, stored) = call("refuse-connect=503").await;
    assert_never_silent(&report);
    assert!(report.words_of(Who::Network).iter().any(|words| words.contains("cut off")), "{report}");
    assert!(matches!(stored.call.row.status, CallStatus::Failed | CallStatus::Interrupted));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_refuses_once_is_asked_again() {
    assert_unharmed(&call("refuse-connect=503*1").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_accepts_and_says_nothing_is_given_up() {
    let (report, _) = call("hang").await;
    assert_never_silent(&report);
    assert!(report.words_of(Who::Network).iter().any(|words| words.contains("cut off")), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_connection_is_covered_by_a_sentence() {
    let (report, _) = call("slow-connect=2500*1").await;
    assert_never_silent(&report);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_breaks_mid_sentence_is_replaced_and_the_conversation_goes_on() {
    let outcome = call("drop-mid-sentence=2").await;
    assert_unharmed(&outcome);
    let (report, stored) = outcome;
    assert!(stored.has_event("reconnected"), "{:?}", stored.call.events);
    assert!(stored.words(Speaker::Caller).contains("open"), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_tools_found_out_survives_a_lost_session() {
    let world = World::with_model("drop-mid-sentence=2").await;
    let mut caller = world.caller();
    caller.says = vec![Utterance::Text(QUESTION.into()), Utterance::Text("And are you open tomorrow?".into())];
    let report = world.place(caller).await;
    let stored = world.stored(&report).await;

    assert_never_silent(&report);
    assert!(stored.call.tool_calls.iter().any(|run| run.status == ToolStatus::Done));
    assert_eq!(stored.call.row.status, CallStatus::Completed);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_silent_seconds_of_the_model_are_covered() {
    let (report, _) = call("silent=10000").await;
    assert_never_silent(&report);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_harmless_error_event_is_not_heard() {
    assert_unharmed(&call("error=response_cancel_not_active@2").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_limit_is_waited_out() {
    assert_unharmed(&call("error=rate_limit_exceeded@2").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exhausted_account_ends_with_a_sentence() {
    let (report, stored) = call("error=insufficient_quota@2").await;
    assert_never_silent(&report);
    assert!(stored.call.row.status.is_final());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_that_fails_is_asked_for_again() {
    assert_unharmed(&call("failed-response").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_without_output_is_no_dead_air() {
    assert_unharmed(&call("empty-response").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_that_is_not_json_is_skipped() {
    assert_unharmed(&call("bad-json").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_of_eight_megabytes_costs_the_session_and_not_the_call() {
    let (report, _) = call("huge-frame=8000000").await;
    assert_never_silent(&report);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_expires_is_replaced() {
    assert_unharmed(&call("session-expired").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn tool_arguments_that_do_not_fit_are_answered_with_what_is_wrong() {
    let outcome = call("bad-arguments").await;
    assert_never_silent(&outcome.0);
    let failed = outcome.1.call.tool_calls.iter().find(|run| run.status == ToolStatus::Failed);
    let told = failed.and_then(|run| run.output.as_ref()).map(ToString::to_string).unwrap_or_default();
    assert!(told.contains("invalid_arguments"), "{:?}", outcome.1.call.tool_calls);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_that_does_not_exist_is_refused_in_words() {
    let (report, stored) = call("unknown-tool").await;
    assert_never_silent(&report);
    assert!(stored.call.tool_calls.iter().any(|run| run.status == ToolStatus::Refused), "{:?}", stored.call.tool_calls);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_call_that_comes_twice_runs_twice_at_most_and_is_answered() {
    let outcome = call("duplicate-call").await;
    assert_unharmed(&outcome);
    let runs = &outcome.1.call.tool_calls;
    assert!((1..=2).contains(&runs.len()), "{} runs: {runs:?}", runs.len());
    assert!(runs.iter().all(|run| run.name == runs[0].name && run.output.is_some()), "{runs:?}");
}
