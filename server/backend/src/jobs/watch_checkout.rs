//! Looks after a pay page that is open: asks how it stands, because no webhook is sure to come, and closes it when the seats are
//! not kept any longer.

use chrono::TimeDelta;
use model::{OrderId, OrderState};
use serde::{Deserialize, Serialize};

use super::{Done, Job, JobError, Work};
use crate::{
    org::Org,
    packs::events::orders::{self, MONEY_COMES_WITHIN, Order},
    providers::payments::{CheckoutState, PaymentError, PaymentFact},
};

/// So many minutes after the order it is asked; then at the end.
const MINUTES: [i64; 4] = [1, 5, 15, 30];
/// How often while money is on its way.
const LATER: TimeDelta = TimeDelta::hours(12);

/// The order.
#[derive(Debug, Serialize, Deserialize)]
pub struct WatchCheckout {
    /// Which one.
    pub order: OrderId,
}

impl Job for WatchCheckout {
    const KIND: &'static str = "watch_checkout";

    async fn run(self, work: &Work) -> Result<Done, JobError> {
        let org = work.org()?;
        let Some(order) = orders::get(org, self.order).await? else { return Ok(Done::Finished) };
        let Some(page) = order.checkout_id.as_deref() else { return Ok(Done::Finished) };
        if !matches!(order.state, OrderState::Open | OrderState::Pending) {
            return Ok(Done::Finished);
        }
        let (now, payments) = (org.now(), &work.backend.providers().payments);
        let over = order.held_until <= now;
        let mut state = match payments.checkout(page).await {
            Err(PaymentError::Refused { status, code }) if over => {
                tracing::warn!(order.id = %order.id, status, code, "a pay page can no longer be asked for");
                return unreadable(work, org, &order).await;
            }
            other => other?,
        };
        if matches!(state, CheckoutState::Open { .. }) && (over || orders::event_is_gone(org, &order).await?) {
            state = match payments.expire(page).await {
                // It closed, or was paid, between the two questions.
                Err(PaymentError::Refused { .. }) => payments.checkout(page).await?,
                other => other?,
            };
        }
        if let Some(fact) = PaymentFact::of_checkout(page, &state) {
            orders::learn(&work.backend, org, order.id, &format!("asked: {page}: {}", word(&fact)), &fact).await?;
        }
        Ok(match state {
            CheckoutState::Paid(_) | CheckoutState::Failed | CheckoutState::Expired => Done::Finished,
            CheckoutState::Processing => Done::Again(LATER),
            CheckoutState::Open { .. } => {
                let age = now - order.created_at;
                let next = MINUTES.iter().map(|minutes| TimeDelta::minutes(*minutes)).find(|at| *at > age);
                let until_end = order.held_until - now;
                Done::Again(next.map_or(until_end, |at| at - age).clamp(TimeDelta::seconds(5), TimeDelta::minutes(30)))
            }
        })
    }
}

/// The provider does not know the page (any more), and by our own clock it is closed.
async fn unreadable(work: &Work, org: &Org, order: &Order) -> Result<Done, JobError> {
    let fact = match order.state {
        OrderState::Pending if org.now() - order.created_at < MONEY_COMES_WITHIN => return Ok(Done::Again(LATER)),
        OrderState::Pending => PaymentFact::Failed,
        _ => PaymentFact::Expired,
    };
    orders::learn(&work.backend, org, order.id, "our clock: no page", &fact).await?;
    Ok(Done::Finished)
}

fn word(fact: &PaymentFact) -> &'static str {
    match fact {
        PaymentFact::Paid { .. } => "paid",
        PaymentFact::Failed => "failed",
        PaymentFact::Expired => "expired",
        _ => "pending",
    }
}
