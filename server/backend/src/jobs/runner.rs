//! Runs what is due, a few jobs at a time, until told to stop.

use std::{sync::Arc, time::Duration};

use tokio::{sync::Semaphore, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    Done, JobError, Work, dispatch, periodic,
    table::{self, Claimed, Written},
};
use crate::{Backend, db::DbResult, metrics, orgs};

/// Jobs that run at a time in this process.
const AT_ONCE: usize = 8;

/// How often the runner looks by itself: also for what other instances have put.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// After this a run is cut off, well before its lease ends.
const LONGEST_RUN: Duration = Duration::from_mins(1);

/// The wait after the database did not answer.
const AFTER_A_FAILURE: Duration = Duration::from_secs(2);

/// Runs jobs until `stop`, and returns when the last one that runs has ended.
pub async fn run(backend: Backend, stop: CancellationToken) {
    let (places, running) = (Arc::new(Semaphore::new(AT_ONCE)), TaskTracker::new());
    let mut planted = false;
    while !stop.is_cancelled() {
        let pause = match round(&backend, &mut planted, &places, &running).await {
            Ok(0) => LOOK_EVERY,
            Ok(_) => Duration::ZERO,
            Err(error) => {
                tracing::warn!(%error, "jobs could not be claimed");
                AFTER_A_FAILURE
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = backend.bell().rung(), if !pause.is_zero() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
    running.close();
    running.wait().await;
}

/// Starts what is due, as far as there are places; returns how much that was.
async fn round(
    backend: &Backend,
    planted: &mut bool,
    places: &Arc<Semaphore>,
    running: &TaskTracker,
) -> DbResult<usize> {
    if !*planted {
        table::plant(backend, periodic()).await?;
        *planted = true;
    }
    let free = places.available_permits();
    if free == 0 {
        return Ok(0);
    }
    let claimed = table::claim(backend, free as i64).await?;
    let started = claimed.len();
    for job in claimed {
        let place = places.clone().acquire_owned().await.expect("the semaphore is never closed");
        let backend = backend.clone();
        running.spawn(async move {
            run_one(&backend, &job).await;
            drop(place);
            backend.bell().ring();
        });
    }
    Ok(started)
}

/// Runs everything that is due, one after the other, until nothing is; returns how many runs that took.
pub async fn run_due(backend: &Backend) -> DbResult<usize> {
    table::plant(backend, periodic()).await?;
    let mut runs = 0;
    loop {
        let claimed = table::claim(backend, 1).await?;
        let Some(job) = claimed.first() else { return Ok(runs) };
        run_one(backend, job).await;
        runs += 1;
    }
}

pub(super) async fn run_one(backend: &Backend, job: &Claimed) {
    let outcome = match timeout(LONGEST_RUN, attempt(backend, job)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(JobError::new("it took too long")),
    };
    let (id, kind, attempt) = (job.id, job.kind.as_str(), job.attempts);
    if let Err(error) = &outcome {
        tracing::warn!(job.id = %id, kind, attempt, error = error.as_str(), "a job failed");
    }
    match table::finish(backend, job, &outcome).await {
        Ok(written) => {
            metrics::job(kind, word(&outcome, written));
            match written {
                Written::Dead => tracing::error!(job.id = %id, kind, attempt, "a job was given up"),
                Written::LeaseLost => tracing::warn!(job.id = %id, kind, "a job took longer than its lease"),
                Written::Done | Written::Later => {}
            }
        }
        // Its lease runs out, and it is run again.
        Err(error) => tracing::error!(job.id = %id, kind, %error, "what became of a job could not be written down"),
    }
}

async fn attempt(backend: &Backend, job: &Claimed) -> Result<Done, JobError> {
    let org = match job.org_id {
        Some(id) => Some(orgs::by_id(backend, id).await?.ok_or_else(|| JobError::new("the organisation is gone"))?),
        None => None,
    };
    let work = Work { backend: backend.clone(), org, attempt: job.attempts };
    dispatch(&job.kind, job.data.0.clone(), &work).await
}

fn word(outcome: &Result<Done, JobError>, written: Written) -> &'static str {
    match (written, outcome) {
        (Written::LeaseLost, _) => "lease_lost",
        (Written::Dead, _) => "given_up",
        (_, Ok(_)) => "done",
        (_, Err(_)) => "failed",
    }
}
