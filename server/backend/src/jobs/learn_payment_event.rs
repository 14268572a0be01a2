//! Tells an order what an event of the payment provider says.

use model::WebhookId;
use serde::{Deserialize, Serialize};

use super::{Done, Job, JobError, Work};
use crate::payments;

/// The event.
#[derive(Debug, Serialize, Deserialize)]
pub struct LearnPaymentEvent {
    /// As it was stored.
    pub id: WebhookId,
}

impl Job for LearnPaymentEvent {
    const KIND: &'static str = "learn_payment_event";

    async fn run(self, work: &Work) -> Result<Done, JobError> {
        payments::learn(&work.backend, self.id).await
    }
}
