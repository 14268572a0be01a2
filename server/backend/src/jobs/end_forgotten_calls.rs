//! Ends calls that rang and never came to a conversation, where nobody has said how they ended.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Done, Job, JobError, Work};
use crate::calls;

/// The look for them.
#[derive(Debug, Serialize, Deserialize)]
pub struct EndForgottenCalls {}

impl Job for EndForgottenCalls {
    const KIND: &'static str = "end_forgotten_calls";
    const EVERY: Option<Duration> = Some(Duration::from_mins(1));

    async fn run(self, work: &Work) -> Result<Done, JobError> {
        let ended = calls::end_forgotten(&work.backend).await?;
        if ended > 0 {
            tracing::warn!(ended, "calls rang and never came to a conversation");
        }
        Ok(Done::Finished)
    }
}
