//! Gives money of an order back.

use model::OrderId;
use serde::{Deserialize, Serialize};

use super::{Done, Job, JobError, Work};
use crate::{
    packs::events::orders,
    providers::payments::{PaymentError, PaymentFact, RefundState},
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
        let failed = match work.backend.providers().payments.refund(new).await {
            Ok(refund) => refund.state == RefundState::Failed,
            Err(PaymentError::Refused { .. }) => true,
            Err(error) => return Err(error.into()),
        };
        orders::refunded(org, self.order, self.number, !failed).await?;
        let total = orders::given_back(org, self.order).await?;
        let fact = match (failed, total) {
            (true, _) => PaymentFact::RefundFailed,
            (false, (back, of)) => PaymentFact::Refunded { amount_refunded_minor: back, of_minor: of },
        };
        let key = format!("our refund {}", self.number);
        orders::learn(&work.backend, org, self.order, &key, &fact).await?;
        Ok(Done::Finished)
    }
}
