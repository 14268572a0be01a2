//! Work that is done later, and is not forgotten: rows that any instance may claim.
//!
//! A job is one file: what it needs to know, its name, what it does. It is put in the transaction of the change that asks for it
//! ([`put`]), claimed with a lease, tried again after a failure, later each time, and given up after a number of attempts, for
//! a person to see. A runner that loses its lease (its machine stood still) cannot write what became of the job: somebody
//! else has it by then. Every job must therefore bear being run twice.
//!
//! ```text
//!            claim              done
//!  waiting ────────▶ running ────────▶ (deleted)
//!     ▲                │ │
//!     └── fails, later─┘ └─ fails too often ─▶ dead
//! ```

mod backoff;
mod runner;
mod table;

use std::{future::Future, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use model::JobId;
use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::Notify;

pub use backoff::backoff;
pub use runner::{run, run_due};

use crate::{
    Backend, Org, args,
    db::{
        DbResult,
        scoped::{SystemTx, tenant::OrgTx},
    },
    sql,
};

/// Work of one kind.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Its name in the database.
    const KIND: &'static str;

    /// How often it is done by itself; such work belongs to no tenant and needs to know nothing.
    const EVERY: Option<Duration> = None;

    /// How often it is tried before a person has to look: about a day.
    const ATTEMPTS: i64 = 36;

    /// Does it. May be run again after it succeeded, if the machine stops before that is written down.
    fn run(self, work: &Work) -> impl Future<Output = Result<Done, JobError>> + Send;
}

/// One run of a job.
#[derive(Clone, Debug)]
pub struct Work {
    /// The server.
    pub backend: Backend,
    /// Whose work it is.
    pub org: Option<Org>,
    /// Which attempt this is, from 1.
    pub attempt: i64,
}

impl Work {
    /// Whose work it is; work that was put for nobody fails.
    pub fn org(&self) -> Result<&Org, JobError> {
        self.org.as_ref().ok_or_else(|| JobError::new("the job names no organisation"))
    }
}

/// How a run ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// The job is done.
    Finished,
    /// There is more to do, after this long. Does not count as an attempt.
    Again(TimeDelta),
}

/// A run that failed. Its words are stored and logged: they name no person and quote nobody.
#[derive(Debug)]
pub struct JobError(String);

impl JobError {
    /// A failure in our own words.
    pub fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<E: std::error::Error> From<E> for JobError {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// Wakes this process's runner; another's finds the work when it looks by itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bell(Arc<Notify>);

impl Bell {
    pub(crate) fn ring(&self) {
        self.0.notify_one();
    }

    async fn rung(&self) {
        self.0.notified().await;
    }
}

/// Puts work in the transaction that makes it necessary. Work of the same kind and key is one; work that was given up begins anew.
pub async fn put<J: Job>(tx: &mut OrgTx, job: &J, key: &str, run_at: DateTime<Utc>) -> DbResult<()> {
    let sql = sql!(
        "insert into jobs (org_id, id, kind, key, data, state, attempts, run_at, last_error, created_at)
         values ($1, $2, $3, $4, $5, 'waiting', 0, $6, '', $6)
         on conflict (kind, key) do update set state = 'waiting', attempts = 0, run_at = excluded.run_at
         where jobs.org_id = $1 and jobs.state <> 'running'"
    );
    tx.run(sql, args![JobId::new(), J::KIND, key, data(job), run_at]).await.map(|_| ())
}

/// As [`put`], for work that belongs to no tenant (yet).
pub async fn put_system<J: Job>(backend: &Backend, job: &J, key: &str) -> DbResult<()> {
    let now = backend.clock().now();
    backend
        .db()
        .system("a job for no tenant")
        .run(table::PUT_SYSTEM, args![JobId::new(), J::KIND, key, data(job), now])
        .await?;
    backend.bell().ring();
    Ok(())
}

/// As [`put_system`], in the transaction that makes it necessary.
pub(crate) async fn put_in<J: Job>(tx: &mut SystemTx, job: &J, key: &str, now: DateTime<Utc>) -> DbResult<()> {
    tx.run(table::PUT_SYSTEM, args![JobId::new(), J::KIND, key, data(job), now]).await.map(|_| ())
}

fn data<J: Job>(job: &J) -> serde_json::Value {
    serde_json::to_value(job).expect("a job is plain data")
}

/// Lists every job: one file each.
macro_rules! jobs {
    ($($file:ident::$job:ident),* $(,)?) => {
        $(pub mod $file;)*

        /// Runs a job by its name in the database.
        async fn dispatch(kind: &str, data: serde_json::Value, work: &Work) -> Result<Done, JobError> {
            match kind {
                $(<$file::$job as Job>::KIND => serde_json::from_value::<$file::$job>(data)?.run(work).await,)*
                _ => Err(JobError::new("this version does not know the job")),
            }
        }

        /// How often a kind is done by itself, and how often it is tried.
        fn manner(kind: &str) -> (Option<Duration>, i64) {
            match kind {
                $(<$file::$job as Job>::KIND => (<$file::$job as Job>::EVERY, <$file::$job as Job>::ATTEMPTS),)*
                _ => (None, i64::MAX),
            }
        }

        /// The kinds that are done by themselves.
        fn periodic() -> impl Iterator<Item = &'static str> {
            [$((<$file::$job as Job>::KIND, <$file::$job as Job>::EVERY)),*]
                .into_iter()
                .filter_map(|(kind, every)| every.map(|_| kind))
        }
    };
}

jobs! {
    deliver_message::DeliverMessage,
    end_forgotten_calls::EndForgottenCalls,
    end_offers::EndOffers,
    learn_payment_event::LearnPaymentEvent,
    open_checkout::OpenCheckout,
    refund_order::RefundOrder,
    release_hold::ReleaseHold,
    remember_card::RememberCard,
    sweep_expired::SweepExpired,
    sweep_orders::SweepOrders,
    watch_charge::WatchCharge,
    watch_checkout::WatchCheckout,
}

#[cfg(test)]
mod tests;
