use std::{io, path::Path};

use call::Metrics;
use model::Heard;

use super::*;
use crate::{
    Backend, args,
    calls::{self, tests::ringing},
    engines,
    recordings::{
        RecoverError, Recovered, recover,
        writer::{Disk, JournalFile},
    },
    sql,
    testing::World,
};

fn said(line: u32, text: &str) -> Fact {
    let start = Ms(u64::from(line) * 1000);
    Fact::Line {
        line,
        position: line,
        speaker: call::Speaker::Caller,
        text: text.into(),
        heard: text.len(),
        start,
        end: start.plus(500),
        done: true,
    }
}

fn hung_up(world: &World) -> Finished {
    Finished {
        status: CallStatus::Completed,
        outcome: None,
        reason: "caller_hung_up".into(),
        ended_at: world.now(),
        duration_ms: 2_000,
        summary: String::new(),
    }
}

async fn ring(world: &World, org: &Org, sid: &str) -> CallId {
    calls::start(org, &ringing(world, sid)).await.expect("started")
}

/// Two seconds of a call.
fn talk(entry: &Entry) {
    entry.record(Ms(0), &Fact::Answered);
    for n in 0..100 {
        entry.audio(Track::Caller, Ms(n * 20), &[0x20; 160]);
    }
    entry.audio(Track::Assistant, Ms(500), &[0x30; 4_000]);
    entry.record(Ms(900), &said(0, "Is there"));
    entry.record(Ms(1_000), &said(0, "Is there parking?"));
    entry.record(Ms(1_900), &Fact::Summary(Metrics::default()));
}

async fn page(org: &Org, id: CallId) -> model::Call {
    calls::get(org, id).await.expect("read").expect("there")
}

/// The database loses a table, or finds it again: from outside this looks as if it were away.
async fn rename(world: &World, from: &str, to: &str) {
    let statement = format!("alter table {from} rename to {to}");
    world.backend.db().system("a test").run(statement.leak(), args![]).await.expect("renamed");
}

fn ledger_on(world: &World, disk: impl Disk) -> Ledger {
    let recordings = Recordings::open_on(&world.backend.config().recordings_dir, disk).expect("opened");
    Ledger::new(recordings, Prices::default())
}

/// A disk on which there is room for so many bytes.
struct Small(usize);

struct SmallFile(usize);

impl Disk for Small {
    fn open(&mut self, _: &Path) -> io::Result<Box<dyn JournalFile>> {
        Ok(Box::new(SmallFile(self.0)))
    }
}

impl JournalFile for SmallFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}

engines! {
    async fn a_finished_call_is_readable_with_its_words_and_its_audio(world: World) {
        let org = world.org("ours").await;
        let id = ring(world, &org, "CA1").await;
        let entry = world.backend.ledger().open(&org, id, true);
        talk(&entry);
        entry.finish(hung_up(world)).await;

        let call = page(&org, id).await;
        assert_eq!((call.row.status, call.row.summary.as_str()), (CallStatus::Completed, "Is there parking?"));
        assert_eq!((call.utterances.len(), &call.utterances[0].heard), (1, &Heard::All));
        let recording = call.recording.expect("a recording");
        assert_eq!((recording.duration_ms, recording.caller_peaks.len()), (2_000, 40));
        let wav = world.backend.recordings().wav(&org, id).await.expect("read").expect("playable");
        assert_eq!(wav.read(0..wav.len()).await.expect("read").len(), 44 + 2_000 * 64);
        assert_eq!(world.backend.ledger().waiting(), 0);
    }

    async fn another_organisation_cannot_play_it(world: World) {
        let (ours, theirs) = (world.org("ours").await, world.org("theirs").await);
        let id = ring(world, &theirs, "CA1").await;
        let entry = world.backend.ledger().open(&theirs, id, true);
        talk(&entry);
        entry.finish(hung_up(world)).await;
        assert!(world.backend.recordings().wav(&ours, id).await.expect("read").is_none());
    }

    async fn a_call_that_is_not_recorded_keeps_its_words_alone(world: World) {
        let org = world.org("ours").await;
        let id = ring(world, &org, "CA1").await;
        let entry = world.backend.ledger().open(&org, id, false);
        talk(&entry);
        entry.finish(hung_up(world)).await;
        let call = page(&org, id).await;
        assert_eq!((call.recording, call.utterances.len()), (None, 1));
        assert!(world.backend.recordings().wav(&org, id).await.expect("read").is_none());
    }

    async fn with_the_database_away_calls_go_on_and_are_stored_when_it_is_back(world: World) {
        let org = world.org("ours").await;
        let id = ring(world, &org, "CA1").await;
        rename(world, "utterances", "gone").await;
        let entry = world.backend.ledger().open(&org, id, true);
        talk(&entry);
        let ended = tokio::spawn(entry.finish(hung_up(world)));
        tokio::task::yield_now().await;
        assert!(!world.backend.ledger().settle(Duration::from_millis(300)).await);

        rename(world, "gone", "utterances").await;
        ended.await.expect("the end does not panic");
        assert!(world.backend.ledger().settle(Duration::from_secs(10)).await);
        let call = page(&org, id).await;
        assert_eq!((call.row.status, call.utterances.len()), (CallStatus::Completed, 1));
    }

    async fn rows_that_the_database_refuses_hold_up_no_other_call(world: World) {
        let org = world.org("ours").await;
        let unknown = world.backend.ledger().open(&org, CallId::new(), true);
        let id = ring(world, &org, "CA1").await;
        let known = world.backend.ledger().open(&org, id, true);
        talk(&unknown);
        talk(&known);
        unknown.finish(hung_up(world)).await;
        known.finish(hung_up(world)).await;
        assert_eq!(page(&org, id).await.row.status, CallStatus::Completed);
        assert_eq!(world.backend.ledger().waiting(), 0);
    }

    async fn a_row_that_the_database_refuses_takes_neither_the_others_nor_the_end_with_it(world: World) {
        let org = world.org("ours").await;
        let id = ring(world, &org, "CA1").await;
        world.backend.db().system("a test").run("create unique index no_echo on utterances (text)", args![]).await.expect("made");
        let entry = world.backend.ledger().open(&org, id, true);
        talk(&entry);
        entry.record(Ms(1_950), &said(1, "Is there parking?"));
        entry.record(Ms(1_960), &said(2, "Hello?"));
        entry.finish(hung_up(world)).await;

        let call = page(&org, id).await;
        let words: Vec<&str> = call.utterances.iter().map(|said| said.text.as_str()).collect();
        assert_eq!((call.row.status, words), (CallStatus::Completed, vec!["Is there parking?", "Hello?"]));
        assert!(call.recording.is_some());
        assert_eq!(world.backend.ledger().waiting(), 0);
    }

    async fn what_contains_a_nul_is_stored_without_it(world: World) {
        let org = world.org("ours").await;
        let id = ring(world, &org, "CA1").await;
        let entry = world.backend.ledger().open(&org, id, false);
        entry.record(Ms(0), &Fact::Answered);
        entry.record(Ms(1_000), &said(0, "Is\0 there parking?"));
        let (call_id, name) = ("c1".to_owned(), "find".to_owned());
        let arguments = r#"{"wh\u0000at":["par\u0000king"]}"#.to_owned();
        entry.record(Ms(1_100), &Fact::ToolStarted { call_id, name, arguments });
        entry.finish(hung_up(world)).await;

        let call = page(&org, id).await;
        assert_eq!((call.row.status, call.utterances[0].text.as_str()), (CallStatus::Completed, "Is there parking?"));
        assert_eq!(call.utterances[0].heard, Heard::All);
        assert_eq!(call.tool_calls[0].arguments, serde_json::json!({ "what": ["parking"] }));
    }

    async fn a_refusal_is_told_from_a_database_that_is_away(world: World) {
        let fails = async |sql: &'static str| {
            world.backend.db().system("a test").run(sql, args![]).await.expect_err("no such thing").refuses_the_rows()
        };
        assert!(!fails("delete from nowhere").await);
        assert!(fails("insert into sign_in_attempts (id, key, attempt_at) values (null, 'k', null)").await);
        if world.backend.db().engine() != crate::db::Db::SQLITE {
            assert!(fails("insert into jobs (id) values (chr(0))").await, "a character that cannot be");
            assert!(fails("select cast('x' as bigint)").await, "class 22");
        }
    }

    async fn after_a_crash_a_refused_row_keeps_neither_its_call_nor_another_from_being_ended(world: World) {
        let org = world.org("ours").await;
        world.backend.db().system("a test").run("create unique index no_echo on utterances (text)", args![]).await.expect("made");
        let mut ids = Vec::new();
        for sid in ["CA1", "CA2"] {
            let id = ring(world, &org, sid).await;
            let journal = world.backend.recordings().journal(org.id(), id);
            for line in [0, 1] {
                let entered = Entered { at: Ms(1_000), wall: world.now(), fact: said(line, "Is there parking?") };
                journal.fact(&serde_json::to_vec(&entered).expect("JSON"));
            }
            journal.close().await;
            ids.push(id);
        }
        assert_eq!(recover(&world.restarted()).await.expect("recovered"), Recovered { interrupted: 2, completed: 0 });
        for id in ids {
            let call = page(&org, id).await;
            assert_eq!((call.row.status, call.events.len()), (CallStatus::Interrupted, 1));
        }
    }

    async fn a_call_whose_task_died_ends_as_interrupted(world: World) {
        let org = world.org("ours").await;
        let id = ring(world, &org, "CA1").await;
        let entry = world.backend.ledger().open(&org, id, true);
        talk(&entry);
        drop(entry);
        tokio::task::yield_now().await;
        let book = world.backend.ledger().0.lock().get(&id).cloned().expect("still open");
        book.wait_until_written().await;
        let call = page(&org, id).await;
        assert_eq!((call.row.status, call.row.duration_ms), (CallStatus::Interrupted, Some(2_000)));
    }

    async fn with_the_disk_full_the_recording_stops_and_the_call_goes_on(world: World) {
        let org = world.org("ours").await;
        let id = ring(world, &org, "CA1").await;
        let ledger = ledger_on(world, Small(100));
        let entry = ledger.open(&org, id, true);
        talk(&entry);
        entry.finish(hung_up(world)).await;
        let call = page(&org, id).await;
        assert_eq!((call.row.status, call.utterances.len(), call.recording), (CallStatus::Completed, 1, None));
        assert_eq!(call.events.iter().map(|event| event.text.as_str()).collect::<Vec<_>>(), ["The recording stopped: the disk is full."]);
        let kept: Option<(String, String)> =
            org.optional(sql!("select state, reason from recordings where org_id = $1 and call_id = $2"), args![id]).await.expect("read");
        assert_eq!(kept, Some(("stopped".into(), "the disk is full".into())));
    }

    async fn after_kill_9_a_call_is_interrupted_with_everything_up_to_the_last_second(world: World) {
        let org = world.org("ours").await;
        let id = ring(world, &org, "CA1").await;
        let silent = ring(world, &org, "CA2").await;
        let entry = world.backend.ledger().open(&org, id, true);
        talk(&entry);
        world.backend.recordings().flush().await;
        // Half a record: the disk got no further.
        let path = world.backend.config().recordings_dir.join(Writer::file(org.id(), id));
        let mut journal = std::fs::read(&path).expect("a journal");
        journal.extend_from_slice(&[99, 0, 0, 0, 1, 2]);
        std::fs::write(&path, &journal).expect("written");
        std::mem::forget(entry);

        let next = world.restarted();
        assert_eq!(recover(&next).await.expect("recovered"), expected_after_crash(world));
        let call = page(&org, id).await;
        assert_eq!((call.row.status, call.row.duration_ms), (CallStatus::Interrupted, Some(2_000)));
        assert_eq!(call.utterances.len(), 1);
        assert_eq!(call.events.last().expect("an event").text, "The server stopped during this call.");
        assert_eq!(call.recording.expect("playable").duration_ms, 2_000);
        let wav = next.recordings().wav(&org, id).await.expect("read").expect("playable");
        assert_eq!(wav.read(0..wav.len()).await.expect("read").len() as u64, wav.len());
        // A call that had no audio yet, on a database that another server may share, is left to that server for a while.
        if next.db().engine() != crate::db::Db::SQLITE {
            world.pass(chrono::TimeDelta::hours(1));
            assert_eq!(recover(&next).await.expect("recovered").interrupted, 1);
        }
        assert_eq!(page(&org, silent).await.row.status, CallStatus::Interrupted);
        assert_eq!(recover(&next).await.expect("nothing to do"), Recovered::default());
        assert!(matches!(recover(&world.restarted()).await, Err(RecoverError::InUse)));
    }

    async fn an_end_that_never_reached_the_database_is_found_in_the_journal(world: World) {
        let org = world.org("ours").await;
        let id = ring(world, &org, "CA1").await;
        let journal = world.backend.recordings().journal(org.id(), id);
        let entered = Entered { at: Ms(1_000), wall: world.now(), fact: said(0, "Is there parking?") };
        journal.fact(&serde_json::to_vec(&entered).expect("JSON"));
        journal.audio(Track::Caller, 0, &[0x20; 8_000]);
        journal.finished(&serde_json::to_vec(&hung_up(world)).expect("JSON"));
        journal.close().await;

        let next: Backend = world.restarted();
        assert_eq!(recover(&next).await.expect("recovered"), Recovered { interrupted: 0, completed: 1 });
        let call = page(&org, id).await;
        assert_eq!((call.row.status, call.row.summary.as_str()), (CallStatus::Completed, "Is there parking?"));
        assert!(call.events.is_empty());
    }
}

/// On SQLite nobody else can have run a call.
fn expected_after_crash(world: &World) -> Recovered {
    let alone = world.backend.db().engine() == crate::db::Db::SQLITE;
    Recovered { interrupted: if alone { 2 } else { 1 }, completed: 0 }
}

#[test]
fn a_disk_that_is_too_slow_stops_the_recording_not_the_memory() {
    struct Stuck(std::sync::mpsc::Receiver<()>);
    impl Disk for Stuck {
        fn open(&mut self, _: &Path) -> io::Result<Box<dyn JournalFile>> {
            let _ = self.0.recv();
            Ok(Box::new(SmallFile(usize::MAX)))
        }
    }
    let dir = tempfile::tempdir().expect("a directory");
    let (release, stuck) = std::sync::mpsc::channel();
    let recordings = Recordings::open_on(dir.path(), Stuck(stuck)).expect("opened");
    let journal = recordings.journal(OrgId::from_u128(1), CallId::from_u128(2));
    for n in 0..120 {
        journal.audio(Track::Caller, n * 1000, &[0; 8_000]);
    }
    assert_eq!(journal.stopped().as_deref(), Some("the disk was too slow"));
    drop(release);
}
