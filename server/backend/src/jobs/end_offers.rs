//! Gives back what was kept for the offers of a call that is over.

use model::CallId;
use serde::{Deserialize, Serialize};

use super::{Done, Job, JobError, Work};
use crate::{packs::ToolError, writes};

/// The call.
#[derive(Debug, Serialize, Deserialize)]
pub struct EndOffers {
    /// Which one.
    pub call: CallId,
}

impl Job for EndOffers {
    const KIND: &'static str = "end_offers";

    async fn run(self, work: &Work) -> Result<Done, JobError> {
        writes::end_offers(work.org()?, self.call).await.map_err(|error| match error {
            ToolError::Told { code, .. } => JobError::new(code),
            ToolError::Failed(cause) => JobError::new(cause.to_string()),
        })?;
        Ok(Done::Finished)
    }
}
