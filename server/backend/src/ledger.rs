//! What running calls write down: first into the call's journal on disk, then, by a task of its own, into the database.
//!
//! A call never waits for either. With the database away its rows wait in memory, replaced as they become better known,
//! and the journal holds them for the case that the server dies too.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use call::{Fact, Ms, Track, usage::Prices};
use chrono::{DateTime, Utc};
use model::{CallId, CallStatus, OrgId};
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, watch};

use crate::{
    calls::{
        Finished,
        fold::{Fold, Note, Pending},
    },
    db::DbResult,
    metrics,
    org::Org,
    recordings::{
        RecordingRow, Recordings,
        writer::{Journal, Writer},
    },
};

/// How often rows of running calls are written: what is known better meanwhile costs nothing.
const EVERY: Duration = Duration::from_secs(1);
/// Calls that end within this time are written in one transaction.
const GATHER: Duration = Duration::from_millis(20);
/// How long the end of a call waits for the database.
const PATIENCE: Duration = Duration::from_secs(2);
/// The longest pause between two attempts while the database is away.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Opens the books of calls.
#[derive(Clone, Debug)]
pub struct Ledger(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    recordings: Recordings,
    prices: Prices,
    open: Mutex<HashMap<CallId, Arc<Book>>>,
    ended: Arc<Notify>,
    started: AtomicBool,
}

/// What is written down of one call. Dropped without [`Entry::finish`] (its task died), the call ends as interrupted.
#[derive(Debug)]
pub struct Entry {
    book: Arc<Book>,
    finished: bool,
}

#[derive(Debug)]
struct Book {
    org: Org,
    call: CallId,
    record: bool,
    journal: Journal,
    ended: Arc<Notify>,
    state: Mutex<State>,
    written: watch::Sender<bool>,
}

#[derive(Debug)]
struct State {
    fold: Fold,
    /// Whether the call is over.
    ended: bool,
    /// Whether the timeline tells that the recording stopped.
    stop_noted: bool,
}

/// A fact as the journal keeps it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Entered<F> {
    pub(crate) at: Ms,
    pub(crate) wall: DateTime<Utc>,
    pub(crate) fact: F,
}

impl Ledger {
    pub(crate) fn new(recordings: Recordings, prices: Prices) -> Self {
        Self(Arc::new(Inner {
            recordings,
            prices,
            open: Mutex::default(),
            ended: Arc::default(),
            started: AtomicBool::new(false),
        }))
    }

    /// Opens the book of a call whose audio begins to flow; with `record` its audio is kept. Call inside a tokio runtime.
    pub fn open(&self, org: &Org, call: CallId, record: bool) -> Entry {
        let mut fold = Fold::new(call, self.0.prices);
        if record {
            fold.recording(running(org.id(), call));
        }
        let book = Arc::new(Book {
            org: org.clone(),
            call,
            record,
            journal: self.0.recordings.journal(org.id(), call),
            ended: Arc::clone(&self.0.ended),
            state: Mutex::new(State { fold, ended: false, stop_noted: false }),
            written: watch::Sender::new(false),
        });
        self.0.lock().insert(call, Arc::clone(&book));
        if !self.0.started.swap(true, Ordering::AcqRel) {
            tokio::spawn(write_through(Arc::downgrade(&self.0), Arc::clone(&self.0.ended)));
        }
        Entry { book, finished: false }
    }

    /// Whether the book of this call is open: it runs here, or its end waits for the database.
    pub fn has(&self, call: CallId) -> bool {
        self.0.lock().contains_key(&call)
    }

    /// How many calls have rows that the database does not have yet.
    pub fn waiting(&self) -> usize {
        self.0.lock().values().filter(|book| !book.lock().fold.pending.is_empty()).count()
    }

    /// Waits until the database has every call that is over, or for `patience`; `false` when it was not long enough.
    pub async fn settle(&self, patience: Duration) -> bool {
        let settled = async {
            loop {
                let next = self.0.lock().values().find(|book| book.lock().ended).cloned();
                let Some(book) = next else { return };
                book.wait_until_written().await;
            }
        };
        tokio::time::timeout(patience, settled).await.is_ok()
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, HashMap<CallId, Arc<Book>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    /// Writes down something that happened `at` milliseconds into the call.
    pub fn record(&self, at: Ms, fact: &Fact) {
        let wall = self.book.org.now();
        if let Ok(json) = serde_json::to_vec(&Entered { at, wall, fact }) {
            self.book.journal.fact(&json);
        }
        self.book.lock().fold.take(at, wall, fact);
    }

    /// Keeps a stretch of audio (µ-law, 8 kHz), where the call is recorded.
    pub fn audio(&self, track: Track, at: Ms, audio: &[u8]) {
        if !self.book.record || audio.is_empty() {
            return;
        }
        self.book.journal.audio(track, at.0, audio);
    }

    /// Ends the call: returns when its journal is safe on disk and the database has its rows, or is too slow to wait for.
    pub async fn finish(mut self, finished: Finished) {
        self.finished = true;
        self.book.end(finished).await;
        let _ = tokio::time::timeout(PATIENCE, self.book.wait_until_written()).await;
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if self.finished {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let book = Arc::clone(&self.book);
        tracing::error!(call.id = %book.call, "a call was dropped before its end");
        runtime.spawn(async move {
            let duration_ms = book.journal.end_ms().max(book.lock().fold.end_ms()) as i64;
            let finished = Finished {
                status: CallStatus::Interrupted,
                outcome: None,
                reason: "crash".into(),
                ended_at: book.org.now(),
                duration_ms,
                summary: String::new(),
            };
            book.end(finished).await;
        });
    }
}

impl Book {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn end(&self, finished: Finished) {
        self.lock().ended = true;
        if let Ok(json) = serde_json::to_vec(&finished) {
            self.journal.finished(&json);
        }
        self.journal.clone().close().await;
        let stopped = self.note_stop();
        {
            let mut state = self.lock();
            if self.record {
                let (duration_ms, peaks) = self.journal.kept();
                state.fold.recording(RecordingRow {
                    file: Writer::file(self.org.id(), self.call),
                    state: if stopped.is_some() { "stopped" } else { "complete" },
                    reason: stopped.unwrap_or_default(),
                    duration_ms: duration_ms as i64,
                    peaks: Some(peaks),
                });
            }
            state.fold.finish(finished);
        }
        self.ended.notify_one();
    }

    /// Tells once, on the timeline, that the recording stopped. Returns why.
    fn note_stop(&self) -> Option<String> {
        let reason = self.journal.stopped()?;
        let mut state = self.lock();
        if self.record && !state.stop_noted {
            state.stop_noted = true;
            state.fold.note(Note::RecordingStopped, &format!("The recording stopped: {reason}."));
        }
        Some(reason)
    }

    async fn wait_until_written(&self) {
        // An error says that the sender is gone; it lives in this book.
        let _ = self.written.subscribe().wait_for(|written| *written).await;
    }
}

fn running(org: OrgId, call: CallId) -> RecordingRow {
    let file = Writer::file(org, call);
    RecordingRow { file, state: "running", reason: String::new(), duration_ms: 0, peaks: None }
}

/// Brings rows to the database for as long as there is a ledger.
async fn write_through(ledger: Weak<Inner>, ended: Arc<Notify>) {
    let mut pause = GATHER;
    loop {
        if pause == GATHER {
            let _ = tokio::time::timeout(EVERY, ended.notified()).await;
        }
        tokio::time::sleep(pause).await;
        let Some(ledger) = ledger.upgrade() else { return };
        pause = if write_all(&ledger).await { GATHER } else { LONGEST_PAUSE.min(pause * 2) };
    }
}

/// Writes what waits, one transaction per organisation; `false` when the database is away.
async fn write_all(ledger: &Inner) -> bool {
    let books: Vec<Arc<Book>> = ledger.lock().values().cloned().collect();
    let mut by_org: BTreeMap<OrgId, Vec<(Arc<Book>, Pending)>> = BTreeMap::new();
    for book in books {
        book.note_stop();
        let pending = std::mem::take(&mut book.lock().fold.pending);
        if !pending.is_empty() {
            by_org.entry(book.org.id()).or_default().push((book, pending));
        }
    }
    let mut there = true;
    for (_, waiting) in by_org {
        match write_together(&waiting).await {
            Ok(()) => waiting.into_iter().for_each(|(book, pending)| written(ledger, &book, &pending)),
            Err(error) if error.refuses_the_rows() => {
                for (book, pending) in waiting {
                    there &= write_one(ledger, &book, pending).await;
                }
            }
            Err(error) => {
                there = false;
                metrics::ledger_retry();
                tracing::warn!(%error, calls = waiting.len(), "the database is away; calls go on and are stored later");
                for (book, pending) in waiting {
                    book.lock().fold.pending.put_back(pending);
                }
            }
        }
    }
    there
}

async fn write_together(waiting: &[(Arc<Book>, Pending)]) -> DbResult<()> {
    let Some((first, _)) = waiting.first() else { return Ok(()) };
    let mut tx = first.org.begin().await?;
    for (book, pending) in waiting {
        pending.write(&mut tx, book.call).await?;
    }
    tx.commit().await
}

/// Writes one call's rows, so that rows that the database refuses do not hold up those of other calls.
async fn write_one(ledger: &Inner, book: &Arc<Book>, pending: Pending) -> bool {
    let there = write_possible(&book.org, book.call, &pending).await.is_ok();
    if there {
        written(ledger, book, &pending);
    } else {
        book.lock().fold.pending.put_back(pending);
    }
    there
}

/// Writes a call's rows: in one transaction, or, where the database refuses one of them, each by itself, so that the end of the call
/// and everything else is kept. Fails when the database is away.
pub(crate) async fn write_possible(org: &Org, call: CallId, pending: &Pending) -> DbResult<()> {
    match write_all_or_none(org, call, pending).await {
        Err(error) if error.refuses_the_rows() => {}
        done => return done,
    }
    for row in pending.clone().apart() {
        match write_all_or_none(org, call, &row).await {
            Err(error) if error.refuses_the_rows() => {
                tracing::error!(%error, call.id = %call, "the database refuses a row of a call; its journal keeps it");
            }
            done => done?,
        }
    }
    Ok(())
}

async fn write_all_or_none(org: &Org, call: CallId, pending: &Pending) -> DbResult<()> {
    let mut tx = org.begin().await?;
    pending.write(&mut tx, call).await?;
    tx.commit().await
}

fn written(ledger: &Inner, book: &Arc<Book>, pending: &Pending) {
    if pending.has_finish() {
        ledger.lock().remove(&book.call);
        book.written.send_replace(true);
    }
}

#[cfg(test)]
mod tests;
