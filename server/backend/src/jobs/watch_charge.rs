//! Asks what became of a charge to a saved card that took longer: no webhook is sure to come.

use chrono::TimeDelta;
use model::{OrderId, OrderState};
use serde::{Deserialize, Serialize};

use super::{Done, Job, JobError, Work};
use crate::{
    packs::events::orders::{self, MONEY_COMES_WITHIN},
    payments,
    providers::payments::{PaymentError, PaymentFact, PaymentState},
};

/// So many minutes after the order it is asked, then twice a day.
const MINUTES: [i64; 5] = [1, 5, 15, 30, 120];
const LATER: TimeDelta = TimeDelta::hours(12);

/// The order.
#[derive(Debug, Serialize, Deserialize)]
pub struct WatchCharge {
    /// Which one.
    pub order: OrderId,
}

impl Job for WatchCharge {
    const KIND: &'static str = "watch_charge";

    async fn run(self, work: &Work) -> Result<Done, JobError> {
        let org = work.org()?;
        let Some(order) = orders::get(org, self.order).await? else { return Ok(Done::Finished) };
        if order.state != OrderState::Pending || order.checkout_id.is_some() {
            return Ok(Done::Finished);
        }
        let age = org.now() - order.created_at;
        let asked = match payments::payment_of(&work.backend, order.id).await? {
            Some(payment) => work.backend.providers().payments.payment(&payment).await,
            None => Ok(PaymentState::Processing),
        };
        let fact = match asked {
            Ok(PaymentState::Paid(payment)) => PaymentFact::Paid {
                session: None,
                payment_intent: payment.payment_intent,
                amount_minor: payment.amount_minor,
                currency: payment.currency,
                email: payment.email,
                customer: payment.customer,
            },
            Ok(PaymentState::Failed) => PaymentFact::ChargeFailed,
            Ok(PaymentState::Processing) | Err(PaymentError::Refused { .. }) if age < MONEY_COMES_WITHIN => {
                let next = MINUTES.iter().map(|minutes| TimeDelta::minutes(*minutes)).find(|at| *at > age);
                return Ok(Done::Again(next.map_or(LATER, |at| at - age)));
            }
            Ok(PaymentState::Processing) | Err(PaymentError::Refused { .. }) => PaymentFact::Failed,
            Err(error) => return Err(error.into()),
        };
        orders::learn(&work.backend, org, order.id, "asked for the charge", &fact).await?;
        Ok(Done::Finished)
    }
}
