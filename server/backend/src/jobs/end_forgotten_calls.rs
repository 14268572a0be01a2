//! Ends calls that are taken for running when nothing of them is left.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Done, Job, JobError, Work};
use crate::calls::forgotten;

/// The look at all calls that should have ended.
#[derive(Debug, Serialize, Deserialize)]
pub struct EndForgottenCalls {}

impl Job for EndForgottenCalls {
    const KIND: &'static str = "end_forgotten_calls";
    const EVERY: Option<Duration> = Some(Duration::from_mins(1));

    async fn run(self, work: &Work) -> Result<Done, JobError> {
        forgotten::end_forgotten(&work.backend).await?;
        Ok(Done::Finished)
    }
}
