//! Disks that are full and databases that are away, during calls.

use std::time::Duration;

use backend::{args, calls, orgs};
use model::CallStatus;
use tokio::sync::oneshot;

use crate::world::{Engine, Setup, World, assert_never_silent, until};

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
        // Holds what every writer needs until the call is over: nothing that it writes down meanwhile arrives.
        let mut holding = world.backend.db().system("a test stands in the way").begin().await.expect("begun");
        if engine == Engine::Postgres {
            let lock = "lock table calls, utterances, call_events, tool_calls, recordings in exclusive mode";
            holding.run(lock, args![]).await.expect("locked");
        }
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
