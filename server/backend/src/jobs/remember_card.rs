//! Asks which card the buyer saved on the pay page, and keeps it for the number that called.

use model::OrderId;
use serde::{Deserialize, Serialize};

use super::{Done, Job, JobError, Work};
use crate::{
    packs::events::{cards, orders},
    providers::payments::PaymentError,
};

/// The page that was paid.
#[derive(Serialize, Deserialize)]
pub struct RememberCard {
    /// For which order.
    pub order: OrderId,
    /// The provider's name for who paid.
    pub customer: String,
}

impl Job for RememberCard {
    const KIND: &'static str = "remember_card";

    async fn run(self, work: &Work) -> Result<Done, JobError> {
        let org = work.org()?;
        let Some(order) = orders::get(org, self.order).await? else { return Ok(Done::Finished) };
        let Some(phone) = &order.phone else { return Ok(Done::Finished) };
        match work.backend.providers().payments.saved_card(&self.customer).await {
            Ok(card) => cards::keep(org, phone, order.id, &self.customer, card.as_ref()).await?,
            // Whoever wants to pay by card then gets a link.
            Err(error @ PaymentError::Refused { .. }) => {
                tracing::warn!(order.id = %order.id, %error, "the payment provider does not tell of a saved card");
            }
            Err(error) => return Err(error.into()),
        }
        Ok(Done::Finished)
    }
}
