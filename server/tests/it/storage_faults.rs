//! Disks that are full and databases that are away, during calls.

use std::time::{Duration, Instant};

use backend::{args, calls, db::SystemTx, orgs, testing};
use futures_util::{SinkExt, StreamExt};
use model::CallStatus;
use practice::phone::{CallReport, Who};
use secrecy::ExposeSecret;
use serde_json::json;
use tokio::sync::oneshot;
use tokio_tungstenite::{connect_async, tungstenite::Message};

use crate::world::{COFFEE, Engine, Setup, World, assert_never_silent, until, within};

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_stops_the_recording_and_not_the_call() {
    let world = World::usual().await;
    let org = orgs::named(&world.backend, "mangy-dog").await.expect("readable").expect("there");
    // Where the organisation's directory should be there is a file: nothing can be written below it.
    let in_the_way = world.backend.config().recordings_dir.join(org.id().to_string());
    if in_the_way.exists() {
        std::fs::remove_dir_all(&in_the_way).expect("removable");
    }
    std::fs::write(&in_the_way, b"").expect("writable");

    let report = world.place(world.caller()).await;

    assert_never_silent(&report);
    let stored = world.stored(&report).await;
    assert_eq!(stored.call.row.status, CallStatus::Completed);
    assert!(stored.words(model::Speaker::Caller).contains("open"));
    assert!(stored.call.events.iter().any(|event| event.text.contains("recording")), "{:?}", stored.call.events);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_go_on_while_sqlite_is_locked_and_everything_is_stored_afterwards() {
    a_database_away(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_go_on_while_postgresql_does_not_answer_and_everything_is_stored_afterwards() {
    a_database_away(Engine::Postgres).await;
}

/// Holds what every writer needs: nothing that is written down meanwhile arrives.
async fn stand_in_the_way(world: &World, engine: Engine) -> SystemTx {
    let mut holding = world.backend.db().system("a test stands in the way").begin().await.expect("begun");
    if engine == Engine::Postgres {
        let lock = "lock table calls, utterances, call_events, tool_calls, recordings, stream_tokens in exclusive mode";
        holding.run(lock, args![]).await.expect("locked");
    }
    holding
}

async fn a_database_away(engine: Engine) {
    let world = World::start(Setup { engine, ..Setup::default() }).await;
    let (back, away) = oneshot::channel::<()>();
    let calling = async {
        let report = world.place(world.caller()).await;
        back.send(()).expect("the database waits");
        report
    };
    let blocking = async {
        until(Duration::from_secs(10), async || (world.backend.running().count() > 0).then_some(()))
            .await
            .expect("the call runs");
        let holding = stand_in_the_way(&world, engine).await;
        away.await.expect("the call ends");
        drop(holding);
    };
    let (report, ()) = tokio::join!(calling, blocking);

    assert_never_silent(&report);
    let stored = until(Duration::from_secs(20), async || {
        let (org, id) = calls::by_provider_id(&world.backend, &report.call_sid).await.ok()??;
        calls::get(&org, id).await.ok()?.filter(|call| call.row.status.is_final())
    });
    let call = stored.await.expect("stored once the database is back");
    assert_eq!(call.row.status, CallStatus::Completed);
    assert!(call.utterances.len() >= 3, "greeting, question and answer are there: {:?}", call.utterances);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_is_greeted_while_sqlite_is_locked_from_the_ring_on() {
    a_database_away_before_the_stream(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_is_greeted_while_postgresql_does_not_answer_from_the_ring_on() {
    a_database_away_before_the_stream(Engine::Postgres).await;
}

/// The webhook is answered, and then the database is away for as long as the call lasts.
async fn a_database_away_before_the_stream(engine: Engine) {
    const SID: &str = "CA0123456789abcdef0123456789abcdef";
    let world = World::start(Setup { engine, ..Setup::default() }).await;
    let ring = format!("CallSid={SID}&From=%2B14155550123&To={}", COFFEE.replace('+', "%2B"));
    let twiml = within(world.http.post(format!("{}/voice", world.url)).body(ring).send()).await.expect("an answer");
    let twiml = twiml.text().await.expect("a text");
    let parameter = |name: &str| {
        let (_, value) = twiml.split_once(&format!("name=\"{name}\" value=\"")).expect("the parameter is there");
        value.split('"').next().expect("a value").to_owned()
    };
    let holding = stand_in_the_way(&world, engine).await;

    let url = format!("{}/media-stream", world.url.replacen("http", "ws", 1));
    let (mut socket, _) = within(Box::pin(connect_async(url))).await.expect("the stream is taken");
    let began = Instant::now();
    let start = json!({ "event": "start", "streamSid": "MZ1", "start": { "callSid": SID, "streamSid": "MZ1",
        "customParameters": { "token": parameter("token"), "call": parameter("call") } } });
    socket.send(Message::text(start.to_string())).await.expect("sent");
    let audio = within(async {
        loop {
            let frame = socket.next().await.expect("the stream goes on").expect("readable");
            if frame.to_text().is_ok_and(|text| text.contains(r#""event":"media""#)) {
                return began.elapsed();
            }
        }
    });
    let heard_after = audio.await;
    let voice =
        json!({ "event": "media", "streamSid": "MZ1", "media": { "timestamp": "0", "payload": "/".repeat(216) } });
    socket.send(Message::text(voice.to_string())).await.expect("sent");
    socket.send(Message::text(r#"{"event":"stop","streamSid":"MZ1"}"#)).await.expect("sent");
    drop(holding);

    assert!(heard_after < Duration::from_secs(2), "{heard_after:?}");
    let stored = until(Duration::from_secs(20), async || {
        let (org, id) = calls::by_provider_id(&world.backend, SID).await.ok()??;
        calls::get(&org, id).await.ok()?.filter(|call| call.row.status.is_final())
    });
    let call = stored.await.expect("the call does not stay where it was");
    assert_eq!(call.row.status, CallStatus::Completed);
    assert!(call.recording.is_none(), "who hangs up before the notice was heard is not recorded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_goes_on_without_postgresql_and_one_that_comes_meanwhile_hears_a_sentence() {
    let world = World::start(Setup { engine: Engine::Postgres, ..Setup::default() }).await;
    let url = world.backend.config().database_url.expose_secret().to_owned();
    let gone = async {
        until(Duration::from_secs(10), async || (world.backend.running().count() > 0).then_some(()))
            .await
            .expect("the call runs");
        testing::take_away(&url).await;
        let mut late = world.caller();
        late.from = "+14155550188".into();
        world.place(late).await
    };
    let (report, late) = tokio::join!(world.place(world.caller()), gone);
    testing::give_back(&url).await;

    assert_never_silent(&report);
    let stored = until(Duration::from_secs(20), async || {
        let (org, id) = calls::by_provider_id(&world.backend, &report.call_sid).await.ok()??;
        calls::get(&org, id).await.ok()?.filter(|call| call.row.status.is_final())
    });
    let call = stored.await.expect("stored once the database is back");
    assert_eq!(call.row.status, CallStatus::Completed);
    assert!(call.utterances.len() >= 3, "greeting, question and answer are there: {:?}", call.utterances);
    assert_apology(&late);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_comes_while_sqlite_is_locked_hears_a_sentence() {
    let world = World::usual().await;
    let _holding = stand_in_the_way(&world, Engine::Sqlite).await;
    assert_apology(&world.place(world.caller()).await);
}

/// The caller heard within two seconds of ringing that there is a problem.
fn assert_apology(report: &CallReport) {
    assert!(report.words_of(Who::Network).iter().any(|words| words.contains("technical problem")), "{report}");
    assert!(report.webhook_us < 2_100_000, "{} µs", report.webhook_us);
}
