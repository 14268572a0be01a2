//! Gives back what was kept for a caller who has not decided: seats, or places in a group.

use model::ProposalId;
use serde::{Deserialize, Serialize};

use super::{Done, Job, JobError, Work};
use crate::packs::{events::orders::seats, tee_times::slots};

/// The proposal.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReleaseHold {
    /// Which one.
    pub proposal: ProposalId,
}

impl Job for ReleaseHold {
    const KIND: &'static str = "release_hold";

    async fn run(self, work: &Work) -> Result<Done, JobError> {
        let mut tx = work.org()?.begin().await?;
        seats::release_for(&mut tx, self.proposal).await?;
        slots::release_for(&mut tx, self.proposal).await?;
        tx.commit().await?;
        Ok(Done::Finished)
    }
}
