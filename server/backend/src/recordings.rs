//! The audio of calls: written as it is heard ([`writer`]), kept as it was ([`journal`]), played from any point ([`wav`]).

pub(crate) mod journal;
mod peaks;
mod recover;
mod wav;
pub(crate) mod writer;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use model::{CallId, OrgId};

use crate::{
    args,
    db::{DbResult, scoped::tenant::OrgTx},
    error::Result,
    org::Org,
    private, sql,
};
use writer::{Disk, Journal, RealDisk, Writer};

pub(crate) use peaks::Meter;
pub use peaks::Peaks;
pub use recover::{RecoverError, Recovered, recover};
pub use wav::Wav;

/// Where the recordings are.
#[derive(Clone, Debug)]
pub struct Recordings {
    dir: PathBuf,
    writer: Writer,
    /// Held by the one server that writes here.
    lock: Arc<Mutex<Option<fs::File>>>,
}

/// What the table says of a call's audio.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordingRow {
    /// Where it is, below the directory of recordings.
    pub file: String,
    /// `running`, `complete` or `stopped`.
    pub state: &'static str,
    /// Why it stopped; else empty.
    pub reason: String,
    /// How long it is.
    pub duration_ms: i64,
    /// Its picture.
    pub peaks: Option<Peaks>,
}

impl Recordings {
    /// Uses `dir`, which exists.
    pub(crate) fn open(dir: &Path) -> io::Result<Self> {
        Self::open_on(dir, RealDisk)
    }

    /// As [`Recordings::open`], on another disk.
    pub(crate) fn open_on(dir: &Path, disk: impl Disk) -> io::Result<Self> {
        Ok(Self { dir: dir.to_owned(), writer: Writer::start(dir, disk)?, lock: Arc::default() })
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn journal(&self, org: OrgId, call: CallId) -> Journal {
        self.writer.journal(org, call)
    }

    pub(crate) async fn flush(&self) {
        self.writer.flush().await;
    }

    fn path(&self, org: OrgId, call: CallId) -> PathBuf {
        self.dir.join(Writer::file(org, call))
    }

    /// Becomes the one server that writes here; `false` when another is.
    fn claim(&self) -> io::Result<bool> {
        let mut lock = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        if lock.is_some() {
            return Ok(true);
        }
        let file = private::options().create(true).truncate(false).write(true).open(self.dir.join("serve.lock"))?;
        match file.try_lock() {
            Ok(()) => {
                *lock = Some(file);
                Ok(true)
            }
            Err(fs::TryLockError::WouldBlock) => Ok(false),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }

    /// A call's audio, ready to be read; `None` where the organisation has no such call, or it has no audio to play.
    pub async fn wav(&self, org: &Org, call: CallId) -> Result<Option<Wav>> {
        let row: Option<(i64,)> = org
            .optional(
                sql!(
                    "select r.duration_ms from recordings r join calls c on c.id = r.call_id and c.org_id = r.org_id
                     where r.org_id = $1 and r.call_id = $2 and r.state <> 'running' and r.duration_ms > 0
                       and c.deleted_at is null"
                ),
                args![call],
            )
            .await?;
        let Some((duration_ms,)) = row else { return Ok(None) };
        let path = self.path(org.id(), call);
        let opened = tokio::task::spawn_blocking(move || Wav::open(&path, duration_ms.unsigned_abs())).await;
        match opened.map_err(io::Error::other)? {
            Ok(wav) => Ok(Some(wav)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Writes what the table says of a call's audio. What is complete is not made running again.
pub(crate) async fn put(tx: &mut OrgTx, call: CallId, row: &RecordingRow) -> DbResult<()> {
    tx.run(
        sql!(
            "insert into recordings (org_id, call_id, file, state, reason, duration_ms, peaks)
             values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (call_id) do update
             set state = excluded.state, reason = excluded.reason, duration_ms = excluded.duration_ms, peaks = excluded.peaks
             where recordings.org_id = $1 and excluded.state <> 'running'"
        ),
        args![
            call,
            &row.file,
            row.state,
            &row.reason,
            row.duration_ms,
            row.peaks.as_ref().map(|peaks| serde_json::json!(peaks))
        ],
    )
    .await
    .map(|_| ())
}

#[cfg(test)]
mod tests;
