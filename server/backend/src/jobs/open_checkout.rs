//! Opens the page on which an order is paid, or charges what the buyer has stored.

use chrono::TimeDelta;
use model::{OrderId, OrderState};
use serde::{Deserialize, Serialize};

use super::{Done, Job, JobError, Work, watch_charge::WatchCharge, watch_checkout::WatchCheckout};
use crate::{
    jobs,
    org::Org,
    packs::events::{
        orders::{self, NotCharged, Order, PAGE_STANDS_FOR},
        store,
    },
    payments,
    providers::payments::{ChargeState, NewCharge, NewCheckout, PaymentError, PaymentFact},
};

/// The order.
#[derive(Debug, Serialize, Deserialize)]
pub struct OpenCheckout {
    /// Which one.
    pub order: OrderId,
}

impl Job for OpenCheckout {
    const KIND: &'static str = "open_checkout";

    async fn run(self, work: &Work) -> Result<Done, JobError> {
        let org = work.org()?;
        let Some(order) = orders::get(org, self.order).await? else { return Ok(Done::Finished) };
        if order.state != OrderState::Open || order.checkout_id.is_some() {
            return Ok(Done::Finished);
        }
        if order.held_until <= org.now() || orders::event_is_gone(org, &order).await? {
            // The provider was away for too long, or there is nothing to pay for any more.
            orders::learn(&work.backend, org, order.id, "our clock: no page", &PaymentFact::Expired).await?;
            return Ok(Done::Finished);
        }
        let title = title(org, &order).await?;
        match order.payment_method.clone() {
            Some(stored) => charge(work, org, &order, title, stored).await,
            None => open(work, org, &order, title).await,
        }
    }
}

async fn title(org: &Org, order: &Order) -> Result<String, JobError> {
    let events = store::all_events(org).await?;
    let event = events.into_iter().find(|event| event.id == order.event_id);
    let kind = event.as_ref().and_then(|event| event.tiers.iter().find(|tier| tier.id == order.tier_id));
    let kind = kind.map_or("Ticket", |tier| tier.kind.as_str()).to_owned();
    Ok(event.map_or(kind.clone(), |event| format!("{}, {kind}", event.title)))
}

async fn open(work: &Work, org: &Org, order: &Order, title: String) -> Result<Done, JobError> {
    let attempt = u32::try_from(order.attempt + 1).unwrap_or(1);
    let address = format!("{}/p/{}", work.backend.config().public_url, order.code);
    let new = NewCheckout {
        order: order.id,
        attempt,
        title,
        unit: order.unit,
        quantity: u32::try_from(order.quantity).unwrap_or(1),
        customer: order.customer.clone(),
        // The same for every try of this job: what is asked for again must be the same.
        expires_at: order.created_at + PAGE_STANDS_FOR,
        success_url: format!("{address}?back=paid"),
        cancel_url: address,
    };
    match work.backend.providers().payments.create_checkout(new).await {
        Ok(page) => {
            orders::page_opened(org, order.id, i64::from(attempt), &page).await?;
            let mut tx = org.begin().await?;
            let watch = WatchCheckout { order: order.id };
            jobs::put(&mut tx, &watch, &order.id.to_string(), org.now() + TimeDelta::minutes(1)).await?;
            tx.commit().await?;
            Ok(Done::Finished)
        }
        Err(PaymentError::Refused { status: 400 | 404, code }) if order.customer.is_some() => {
            tracing::warn!(order.id = %order.id, code, "the payment provider opens no page for a buyer whom it knew");
            orders::without_customer(org, order).await?;
            Ok(Done::Again(TimeDelta::zero()))
        }
        Err(PaymentError::Refused { status, code }) => {
            tracing::error!(order.id = %order.id, status, code, "the payment provider refuses to open a pay page");
            orders::learn(&work.backend, org, order.id, "no page", &PaymentFact::Failed).await?;
            Ok(Done::Finished)
        }
        Err(error) => Err(error.into()),
    }
}

/// Charges what the buyer has stored; whatever keeps that from working, they can still pay on a page.
async fn charge(work: &Work, org: &Org, order: &Order, title: String, stored: String) -> Result<Done, JobError> {
    let new = NewCharge {
        order: order.id,
        attempt: 1,
        amount: order.total,
        payment_method: stored,
        customer: order.customer.clone(),
        description: title.clone(),
    };
    let why = match work.backend.providers().payments.charge_stored(new).await {
        Ok(charge) => match charge.state {
            ChargeState::Paid => {
                let paid = PaymentFact::Paid {
                    session: None,
                    payment_intent: charge.payment_intent,
                    amount_minor: order.total.minor,
                    currency: order.total.currency.to_string(),
                    email: None,
                    customer: None,
                };
                return learned(work, org, order, paid).await;
            }
            ChargeState::Processing => return watch(work, org, order, charge.payment_intent).await,
            ChargeState::NeedsCustomer => NotCharged::NeedsOwner,
            ChargeState::Declined(_) => NotCharged::Declined,
        },
        Err(PaymentError::Refused { status, code }) => {
            tracing::warn!(order.id = %order.id, status, code, "the payment provider refuses to charge a saved card");
            if matches!(status, 400 | 404) { NotCharged::Gone } else { NotCharged::Refused }
        }
        Err(error) => return Err(error.into()),
    };
    match orders::pay_on_page(&work.backend, org, order, why).await? {
        Some(order) => open(work, org, &order, title).await,
        None => Ok(Done::Finished),
    }
}

/// The charge takes longer: somebody has to ask what became of it.
async fn watch(work: &Work, org: &Org, order: &Order, payment_intent: Option<String>) -> Result<Done, JobError> {
    if let Some(payment) = payment_intent {
        payments::belongs_to(&work.backend, &payment, order.id).await?;
    }
    let mut tx = org.begin().await?;
    let watch = WatchCharge { order: order.id };
    jobs::put(&mut tx, &watch, &order.id.to_string(), org.now() + TimeDelta::minutes(1)).await?;
    tx.commit().await?;
    learned(work, org, order, PaymentFact::Pending).await
}

async fn learned(work: &Work, org: &Org, order: &Order, fact: PaymentFact) -> Result<Done, JobError> {
    orders::learn(&work.backend, org, order.id, "stored payment", &fact).await?;
    Ok(Done::Finished)
}
