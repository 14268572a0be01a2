//! Sweeps out what nobody can use any more: old sessions and tokens.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Done, Job, JobError, Work};
use crate::{sessions, stream_tokens};

/// The sweep.
#[derive(Debug, Serialize, Deserialize)]
pub struct SweepExpired {}

impl Job for SweepExpired {
    const KIND: &'static str = "sweep_expired";
    const EVERY: Option<Duration> = Some(Duration::from_mins(1));

    async fn run(self, work: &Work) -> Result<Done, JobError> {
        sessions::remove_expired(&work.backend).await?;
        stream_tokens::remove_expired(&work.backend).await?;
        Ok(Done::Finished)
    }
}
