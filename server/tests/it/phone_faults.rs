//! Telephones that break the protocol, and strangers who pretend to be one.

use backend::{calls, running::Arriving};
use model::{CallId, CallStatus};
use practice::phone::{CallReport, Ended, PhoneFault, Who};

use crate::world::{World, assert_never_silent, until};

/// A call with a telephone that does this wrong.
async fn call(world: &World, fault: PhoneFault) -> CallReport {
    let mut caller = world.caller();
    caller.faults = vec![fault];
    world.place(caller).await
}

/// The stream was refused before any model session was opened, and the network spoke the rescue sentence.
fn assert_refused(report: &CallReport, code: u16) {
    assert_eq!(report.stream_closed.as_ref().and_then(|(code, _)| *code), Some(code), "{report}");
    assert!(report.words_of(Who::Assistant).is_empty(), "{report}");
    assert!(report.words_of(Who::Network).iter().any(|words| words.contains("cut off")), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_with_a_token_that_nobody_gave_out_is_refused() {
    let world = World::usual().await;
    let report = call(&world, PhoneFault::WrongToken).await;
    assert_refused(&report, 1008);
    assert_eq!(world.backend.running().count(), 0);
    let stored = world.stored(&report).await;
    assert!(stored.has_event("stream_refused"), "staff can see why: {:?}", stored.call.events);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_good_for_its_own_call_only() {
    let world = World::usual().await;
    assert_refused(&call(&world, PhoneFault::WrongCall).await, 1008);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_one_stream_and_the_call_goes_on_undisturbed() {
    let world = World::usual().await;
    let report = call(&world, PhoneFault::Replay).await;
    assert!(report.replay.as_deref().is_some_and(|fate| fate.contains("1008")), "{:?}", report.replay);
    assert_never_silent(&report);
    assert_eq!(world.stored(&report).await.call.row.status, CallStatus::Completed);
}

#[tokio::test(flavor = "multi_thread")]
async fn audio_before_the_start_is_refused() {
    let world = World::usual().await;
    assert_refused(&call(&world, PhoneFault::MediaBeforeStart).await, 1008);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_never_starts_is_closed() {
    let world = World::usual().await;
    assert_refused(&call(&world, PhoneFault::NoStart).await, 1008);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_without_a_start_ends_quietly() {
    let world = World::usual().await;
    let report = call(&world, PhoneFault::StopWithoutStart).await;
    assert!(report.words_of(Who::Assistant).is_empty());
    assert_eq!(world.backend.running().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_ends_the_stream_with_the_rescue_sentence_or_is_ignored() {
    let world = World::usual().await;
    let report = call(&world, PhoneFault::TwoStarts).await;
    assert_never_silent(&report);
    let stored = world.stored(&report).await;
    assert!(stored.call.row.status.is_final());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_of_two_megabytes_closes_the_stream_and_the_network_speaks() {
    let world = World::usual().await;
    let report = call(&world, PhoneFault::HugeFrame).await;
    assert_eq!(report.stream_closed.as_ref().and_then(|(code, _)| *code), Some(1009), "{report}");
    assert!(report.words_of(Who::Network).iter().any(|words| words.contains("cut off")), "{report}");
    assert_eq!(world.stored(&report).await.call.row.status, CallStatus::Interrupted);
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_that_are_not_json_do_not_disturb_a_call() {
    let world = World::usual().await;
    let report = call(&world, PhoneFault::Garbage).await;
    assert_never_silent(&report);
    assert!(world.stored(&report).await.call.row.status.is_final());
}

#[tokio::test(flavor = "multi_thread")]
async fn audio_that_is_not_base64_does_not_disturb_a_call() {
    let world = World::usual().await;
    let report = call(&world, PhoneFault::BadBase64).await;
    assert_never_silent(&report);
    assert!(world.stored(&report).await.call.row.status.is_final());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_breaks_leaves_a_finished_call_with_all_that_was_said() {
    let world = World::usual().await;
    let report = call(&world, PhoneFault::Drop(12_000)).await;
    let stored = world.stored(&report).await;
    assert!(matches!(stored.call.row.status, CallStatus::Interrupted | CallStatus::Completed));
    assert!(stored.words(model::Speaker::Assistant).contains("Mangy Dog"));
    assert!(stored.call.recording.is_some_and(|recording| recording.duration_ms > 3_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_without_frames_is_padded_and_nobody_notices() {
    let world = World::usual().await;
    let report = call(&world, PhoneFault::Gap(1_000)).await;
    assert_never_silent(&report);
    assert_eq!(world.stored(&report).await.call.row.status, CallStatus::Completed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_beyond_the_last_line_hears_that_all_are_busy() {
    let setup = crate::world::Setup { settings: vec![("MAX_CALLS", "1".into())], ..Default::default() };
    let world = World::start(setup).await;
    let elsewhere = CallId::new();
    assert_eq!(world.backend.running().expect(elsewhere, None), Ok(Arriving::First));

    let report = world.place(world.caller()).await;

    assert!(report.words_of(Who::Network).iter().any(|words| words.contains("busy")), "{report}");
    assert_ne!(report.ended, Some(Ended::Caller));
    let stored = world.stored(&report).await;
    assert_eq!(stored.call.row.status, CallStatus::Failed);
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_end_a_running_call() {
    let world = World::usual().await;
    let mut caller = world.caller();
    caller.says.clear();
    caller.silent = true;
    let calling = world.place(caller);
    let ending = async {
        let org = backend::orgs::named(&world.backend, "mangy-dog").await.expect("readable").expect("there");
        let running = until(std::time::Duration::from_secs(10), async || {
            let live = calls::live_calls(&org).await.expect("readable").into_iter().next()?;
            (live.status == CallStatus::Active && world.backend.running().contains(live.id)).then_some(live)
        });
        let live = running.await.expect("the call runs");
        let end = backend::running::Command::End(call::EndReason::StaffEnded);
        world.backend.running().command(org.id(), live.id, end).expect("the call takes commands");
    };
    let (report, ()) = tokio::join!(calling, ending);

    assert_eq!(report.ended, Some(Ended::Server), "{report}");
    assert_eq!(world.stored(&report).await.call.row.status, CallStatus::Completed);
}
