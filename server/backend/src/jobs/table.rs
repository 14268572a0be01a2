//! The rows: claimed by one runner at a time, and written only by the one that holds the lease.

use chrono::{DateTime, TimeDelta, Utc};
use model::{JobId, OrgId};
use serde_json::Value;
use sqlx::types::Json;

use super::{Done, JobError, backoff, manner};
use crate::{
    Backend, args,
    db::{Db, DbResult},
};

/// How long nobody else may run what was claimed. A run is cut off well before that.
pub(super) const LEASE: TimeDelta = TimeDelta::seconds(90);

/// A claimed job.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Claimed {
    pub(super) id: JobId,
    pub(super) org_id: Option<OrgId>,
    pub(super) kind: String,
    pub(super) key: String,
    pub(super) data: Json<Value>,
    pub(super) attempts: i64,
    pub(super) lease: String,
}

/// What became of a run, as far as the table is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// The job is gone.
    Done,
    /// It will run again.
    Later,
    /// It was given up.
    Dead,
    /// Somebody else holds the lease: nothing was written.
    LeaseLost,
}

pub(super) const PUT_SYSTEM: &str =
    "insert into jobs (id, kind, key, data, state, attempts, run_at, last_error, created_at)
     values ($1, $2, $3, $4, 'waiting', 0, $5, '', $5)
     on conflict (kind, key) do update set state = 'waiting', attempts = 0, run_at = excluded.run_at
     where jobs.state <> 'running'";

/// Periodic work has one row for ever; what stands in it is left alone.
const PUT_PERIODIC: &str = "insert into jobs (id, kind, key, data, state, attempts, run_at, last_error, created_at)
     values ($1, $2, '', $3, 'waiting', 0, $4, '', $4) on conflict (kind, key) do nothing";

const DUE: &str = "select id from jobs
     where (state = 'waiting' and run_at <= $1) or (state = 'running' and leased_until <= $1) limit 1";

macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "update jobs set state = 'running', lease = $2, leased_until = $3, attempts = attempts + 1
             where id in (
                 select id from jobs
                 where (state = 'waiting' and run_at <= $1) or (state = 'running' and leased_until <= $1)
                 order by run_at, id limit $4 ",
            $lock,
            ") returning id, org_id, kind, key, data, attempts, lease"
        )
    };
}

/// Makes sure that the work which is done by itself has its row.
pub(super) async fn plant(backend: &Backend, kinds: impl Iterator<Item = &'static str>) -> DbResult<()> {
    let system = backend.db().system("periodic work belongs to no tenant");
    for kind in kinds {
        system.run(PUT_PERIODIC, args![JobId::new(), kind, serde_json::json!({}), backend.clock().now()]).await?;
    }
    Ok(())
}

/// Takes up to `limit` jobs that are due, also those whose runner has not been heard of for the length of a lease.
pub(super) async fn claim(backend: &Backend, limit: i64) -> DbResult<Vec<Claimed>> {
    let now = backend.clock().now();
    let system = backend.db().system("any instance runs the jobs of all");
    // Reading first keeps the one writer of SQLite free while there is nothing to do.
    let due: Option<(JobId,)> = system.optional(DUE, args![now]).await?;
    if due.is_none() {
        return Ok(Vec::new());
    }
    let lease = JobId::new().to_string();
    // SQLite has one writer and needs no lock of a row; it would not understand the words.
    let sql = match backend.db().engine() {
        Db::SQLITE => claim!(""),
        _ => claim!("for update skip locked"),
    };
    system.returning(sql, args![now, lease, now + LEASE, limit]).await
}

/// Writes down how a run ended, unless the lease was lost meanwhile.
pub(super) async fn finish(backend: &Backend, job: &Claimed, outcome: &Result<Done, JobError>) -> DbResult<Written> {
    let now = backend.clock().now();
    let (every, attempts) = manner(&job.kind);
    // Work of a periodic kind that somebody asked for by name is done once.
    let every = every.filter(|_| job.key.is_empty()).and_then(|every| TimeDelta::from_std(every).ok());
    let jitter = rand::random::<f64>();
    let (written, touched) = match (outcome, every) {
        (Ok(Done::Finished), None) => (Written::Done, remove(backend, job).await?),
        (Ok(Done::Again(after)), _) => (Written::Later, wait(backend, job, now + *after, job.attempts - 1, "").await?),
        (Ok(Done::Finished), Some(every)) => (Written::Later, wait(backend, job, now + every, 0, "").await?),
        (Err(error), Some(every)) => {
            let after = backoff(job.attempts, jitter).min(every);
            (Written::Later, wait(backend, job, now + after, job.attempts, error.as_str()).await?)
        }
        (Err(error), None) if job.attempts >= attempts => (Written::Dead, bury(backend, job, error).await?),
        (Err(error), None) => {
            let after = backoff(job.attempts, jitter);
            (Written::Later, wait(backend, job, now + after, job.attempts, error.as_str()).await?)
        }
    };
    Ok(if touched == 0 { Written::LeaseLost } else { written })
}

async fn remove(backend: &Backend, job: &Claimed) -> DbResult<u64> {
    let system = backend.db().system("a job's own row");
    system.run("delete from jobs where id = $1 and lease = $2", args![job.id, &job.lease]).await
}

async fn wait(backend: &Backend, job: &Claimed, run_at: DateTime<Utc>, attempts: i64, error: &str) -> DbResult<u64> {
    let system = backend.db().system("a job's own row");
    let sql = "update jobs set state = 'waiting', lease = null, leased_until = null, run_at = $3, attempts = $4, last_error = $5
               where id = $1 and lease = $2";
    system.run(sql, args![job.id, &job.lease, run_at, attempts, error]).await
}

async fn bury(backend: &Backend, job: &Claimed, error: &JobError) -> DbResult<u64> {
    let system = backend.db().system("a job's own row");
    let sql = "update jobs set state = 'dead', lease = null, leased_until = null, last_error = $3
               where id = $1 and lease = $2";
    system.run(sql, args![job.id, &job.lease, error.as_str()]).await
}
