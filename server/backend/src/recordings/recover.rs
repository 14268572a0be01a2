//! After a crash: calls that were running are ended as interrupted, with all that their journals hold.

use std::{fs, io};

use call::{Fact, Ms};
use chrono::{DateTime, TimeDelta, Utc};
use model::{CallId, CallStatus, OrgId};

use super::{
    Peaks, RecordingRow,
    journal::{Reader, Record},
    writer::Writer,
};
use crate::{
    Backend, args,
    calls::{
        Finished,
        fold::{Fold, Note},
    },
    db::{Db, DbError, DbResult},
    ledger::{self, Entered},
    org::Org,
    orgs,
};

/// What [`recover`] found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Calls that broke off.
    pub interrupted: usize,
    /// Calls that had ended, but whose end had not reached the database.
    pub completed: usize,
}

/// Why nothing was recovered.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// Another server writes to the same directory: its calls run, and are none of ours.
    #[error("another aida serves with the same RECORDING_STORAGE_PATH")]
    InUse,
    /// The directory failed.
    #[error("RECORDING_STORAGE_PATH: {0}")]
    Io(#[from] io::Error),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Ends the calls that ran when the last server stopped. Call once, before the first call of this one; it keeps the
/// directory to itself from then on.
pub async fn recover(backend: &Backend) -> Result<Recovered, RecoverError> {
    if !backend.recordings().claim()? {
        return Err(RecoverError::InUse);
    }
    let rows: Vec<(CallId, OrgId, DateTime<Utc>)> = backend
        .db()
        .system("the calls of a server that is gone, whosever they are")
        .all("select id, org_id, started_at from calls where status in ('ringing', 'active') order by id", args![])
        .await?;
    let mut recovered = Recovered::default();
    for (call, org_id, started_at) in rows {
        let Some(org) = orgs::by_id(backend, org_id).await? else { continue };
        let file = backend.recordings().path(org_id, call);
        let journal = match tokio::task::spawn_blocking(move || fs::read(file)).await.map_err(io::Error::other)? {
            Ok(bytes) => bytes,
            // Another server may run it, with another directory and the same database.
            Err(_) if !is_ours(backend, started_at) => continue,
            Err(_) => Vec::new(),
        };
        match ingest(backend, &org, call, started_at, &journal).await {
            Ok(CallStatus::Interrupted) => recovered.interrupted += 1,
            Ok(_) => recovered.completed += 1,
            // One call must not keep the telephone from being answered.
            Err(error) => tracing::error!(call.id = %call, %error, "a call of the last server could not be finished"),
        }
    }
    Ok(recovered)
}

/// Whether a call without a journal must be that of a server that is gone.
fn is_ours(backend: &Backend, started_at: DateTime<Utc>) -> bool {
    let longest = TimeDelta::seconds(backend.config().max_call_seconds as i64 + 120);
    backend.db().engine() == Db::SQLITE || backend.clock().now() - started_at > longest
}

/// Reads a journal into the database, and ends its call.
pub(crate) async fn ingest(
    backend: &Backend,
    org: &Org,
    call: CallId,
    started_at: DateTime<Utc>,
    journal: &[u8],
) -> DbResult<CallStatus> {
    let mut fold = Fold::new(call, backend.config().openai.prices);
    let (mut finished, mut audio_ms, mut began) = (None, 0, None);
    for record in Reader::new(journal) {
        match record {
            Record::Audio { start_ms, audio, .. } => audio_ms = audio_ms.max(start_ms + audio.len() as u64 / 8),
            Record::Fact(json) => {
                let Ok(Entered { at, wall, fact }) = serde_json::from_slice::<Entered<Fact>>(json) else { continue };
                began.get_or_insert(wall - TimeDelta::milliseconds(at.0 as i64));
                fold.take(at, wall, &fact);
            }
            Record::Finished(json) => finished = serde_json::from_slice::<Finished>(json).ok(),
        }
    }
    let end = Ms(audio_ms.max(fold.end_ms()));
    let finished = finished.unwrap_or_else(|| {
        fold.note(Note::ServerStopped, "The server stopped during this call.");
        Finished {
            status: CallStatus::Interrupted,
            outcome: None,
            reason: "crash".into(),
            ended_at: began.unwrap_or(started_at) + TimeDelta::milliseconds(end.0 as i64),
            duration_ms: end.0 as i64,
            summary: String::new(),
        }
    });
    let status = finished.status;
    if audio_ms > 0 {
        fold.recording(RecordingRow {
            file: Writer::file(org.id(), call),
            state: "complete",
            reason: String::new(),
            duration_ms: audio_ms as i64,
            peaks: Some(Peaks::of(journal, audio_ms)),
        });
    }
    fold.finish(finished);
    ledger::write_possible(org, call, &fold.pending).await?;
    Ok(status)
}
