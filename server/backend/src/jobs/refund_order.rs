//! Gives money of an order back.

use model::OrderId;
use serde::{Deserialize, Serialize};

use super::{Done, Job, JobError, Work};
use crate::{
    packs::events::orders,
    providers::payments::{PaymentError, PaymentFact},
};

/// The refund.
#[derive(Debug, Serialize, Deserialize)]
pub struct RefundOrder {
    /// The order.
    pub order: OrderId,
    /// Which of its refunds, from 1.
    pub number: i64,
}

impl Job for RefundOrder {
    const KIND: &'static str = "refund_order";

    async fn run(self, work: &Work) -> Result<Done, JobError> {
        let org = work.org()?;
        let Some(new) = orders::to_refund(org, self.order, self.number).await? else {
            return match orders::get(org, self.order).await? {
                // The message that names the payment is still on its way.
                Some(order) if order.known.paid.as_ref().is_some_and(|paid| paid.payment_intent.is_none()) => {
                    Err(JobError::new("the payment has no name yet"))
                }
                _ => Ok(Done::Finished),
            };
        };
        let amount_minor = new.amount.minor;
        let fact = match work.backend.providers().payments.refund(new).await {
            Ok(refund) => {
                orders::named_refund(org, self.order, self.number, &refund.id).await?;
                PaymentFact::Refund { id: refund.id, amount_minor, state: refund.state }
            }
            Err(PaymentError::Refused { .. }) => {
                orders::refused_refund(org, self.order, self.number).await?;
                PaymentFact::RefundFailed
            }
            Err(error) => return Err(error.into()),
        };
        let key = format!("our refund {}", self.number);
        orders::learn(&work.backend, org, self.order, &key, &fact).await?;
        Ok(Done::Finished)
    }
}
