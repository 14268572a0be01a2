//! Sends one message of the outbox.

use model::OutboxId;
use serde::{Deserialize, Serialize};

use super::{Done, Job, JobError, Work};
use crate::outbox;

/// The message.
#[derive(Debug, Serialize, Deserialize)]
pub struct DeliverMessage {
    /// Which one.
    pub id: OutboxId,
}

impl Job for DeliverMessage {
    const KIND: &'static str = "deliver_message";

    async fn run(self, work: &Work) -> Result<Done, JobError> {
        outbox::deliver(work.org()?, &work.backend, self.id).await
    }
}
