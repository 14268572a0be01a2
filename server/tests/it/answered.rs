//! A caller is answered.

use model::{CallStatus, Outcome, Speaker, ToolStatus};
use practice::phone::{Ended, Who};

use crate::world::{Engine, QUESTION, Setup, World, assert_never_silent};

#[tokio::test(flavor = "multi_thread")]
async fn from_the_ring_to_the_stored_call_on_sqlite() {
    a_call(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_ring_to_the_stored_call_on_postgresql() {
    a_call(Engine::Postgres).await;
}

async fn a_call(engine: Engine) {
    let world = World::start(Setup { engine, ..Setup::default() }).await;

    let report = world.place(world.caller()).await;

    assert_never_silent(&report);
    assert!(report.first_word_ms.is_some_and(|ms| ms < 2_000), "the greeting comes at once");
    assert_eq!(report.ended, Some(Ended::Caller));
    let greeting = report.words_of(Who::Assistant).first().copied().unwrap_or_default().to_owned();
    assert!(greeting.contains("Mangy Dog"), "{greeting}");

    let stored = world.stored(&report).await;
    assert_eq!(stored.call.row.status, CallStatus::Completed);
    assert_eq!(stored.call.row.outcome, Some(Outcome::Answered));
    assert!(stored.words(Speaker::Caller).contains("open"), "{}", stored.words(Speaker::Caller));
    assert_eq!(stored.call.row.summary, QUESTION);
    assert!(stored.words(Speaker::Assistant).contains("Mangy Dog"));
    assert!(!stored.call.tool_calls.is_empty(), "the hours were looked up");
    assert!(stored.call.tool_calls.iter().all(|run| run.status == ToolStatus::Done && run.duration_ms.is_some()));
    assert!(!stored.call.costs.is_empty());
    assert!(!stored.call.latencies.is_empty());
    let positions: Vec<i64> = stored.call.utterances.iter().map(|said| said.position).collect();
    assert!(positions.is_sorted(), "{positions:?}");

    let recording = stored.call.recording.expect("it was recorded");
    let wav = world.backend.recordings().wav(&stored.org, stored.id).await.expect("readable").expect("there");
    assert!(recording.duration_ms.abs_diff(report.duration_ms as i64) < 1_500, "{} ms", recording.duration_ms);
    let sound = wav.read(0..wav.len()).await.expect("readable");
    assert_eq!(sound.len() as u64, 44 + recording.duration_ms as u64 * 64);
    let (caller, assistant) = loudness(&sound[44..]);
    assert!(caller > 500 && assistant > 500, "both voices are on it: {caller}, {assistant}");
}

/// The loudest sample of each side.
fn loudness(pcm: &[u8]) -> (u16, u16) {
    pcm.chunks_exact(4).fold((0, 0), |(left, right), frame| {
        let sample = |at: usize| i16::from_le_bytes([frame[at], frame[at + 1]]).unsigned_abs();
        (left.max(sample(0)), right.max(sample(2)))
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_says_goodbye_is_hung_up_on_after_the_last_word() {
    let world = World::usual().await;
    let mut caller = world.caller();
    caller.says = vec![practice::phone::Utterance::Text("Thank you, goodbye.".into())];

    let report = world.place(caller).await;

    assert_eq!(report.ended, Some(Ended::Server));
    assert_never_silent(&report);
    assert_eq!(world.stored(&report).await.call.row.status, CallStatus::Completed);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_an_account_the_call_is_signed_and_hung_up_through_rest() {
    let calls = practice::phone::rest::Calls::default();
    let interface = crate::world::listen().await;
    let rest = format!("http://{}", interface.local_addr().expect("an address"));
    let stop = tokio_util::sync::CancellationToken::new();
    let credentials = (ACCOUNT.to_owned(), TOKEN.to_owned());
    tokio::spawn(practice::phone::rest::serve(interface, calls.clone(), Some(credentials), stop.clone()));
    let settings = vec![
        ("TWILIO_ACCOUNT_SID", ACCOUNT.to_owned()),
        ("TWILIO_AUTH_TOKEN", TOKEN.to_owned()),
        ("TWILIO_API_BASE_URL", rest),
    ];
    let world = World::start(Setup { settings, ..Setup::default() }).await;
    let mut caller = world.caller();
    caller.says = vec![practice::phone::Utterance::Text("Thank you, goodbye.".into())];
    caller.auth_token = Some(TOKEN.into());
    caller.account_sid = ACCOUNT.into();
    caller.rest = Some(calls);

    let report = world.place(caller).await;

    assert_eq!(report.ended, Some(Ended::Server));
    assert!(report.words_of(Who::Network).is_empty(), "no rescue verb runs: {report}");
    assert_eq!(world.stored(&report).await.call.row.status, CallStatus::Completed);
    stop.cancel();
}

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const TOKEN: &str = "7f3c1d9ab2e84506a1c0ffee5eed1234";
