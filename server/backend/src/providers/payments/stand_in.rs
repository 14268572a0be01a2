//! A payment provider that only remembers: for tests. Practice without an account uses the practice Checkout instead, over a socket.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use model::OrderId;

use super::{
    Charge, ChargeState, Checkout, CheckoutState, NewCharge, NewCheckout, NewRefund, Payment, PaymentError,
    PaymentState, Payments, Refund, RefundState, SavedCard,
};

/// Remembers pages, refunds and charges by their idempotency keys.
#[derive(Debug, Default)]
pub struct StandIn(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    pages: HashMap<String, Page>,
    refunds: HashMap<String, (NewRefund, Refund)>,
    charges: HashMap<String, (NewCharge, Charge)>,
    /// By the customer's name.
    cards: HashMap<String, SavedCard>,
    /// Charges that took longer, by the payment's name.
    payments: HashMap<String, PaymentState>,
    failing: Option<PaymentError>,
}

#[derive(Clone, Debug)]
struct Page {
    new: NewCheckout,
    state: CheckoutState,
}

impl StandIn {
    /// Fails every request in this way from here on, or none with `None`.
    pub fn fail_with(&self, error: Option<PaymentError>) {
        self.inner().failing = error;
    }

    /// The customer pays (all of it).
    pub fn pay(&self, id: &str) {
        self.paid_by(id);
    }

    /// The customer pays, with the box ticked that saves the card.
    pub fn pay_and_save(&self, id: &str, card: SavedCard) {
        let Some(customer) = self.paid_by(id) else { return };
        self.inner().cards.insert(customer, card);
    }

    /// The customer takes a saved card away; the provider no longer knows it.
    pub fn remove_card(&self, payment_method: &str) {
        self.inner().cards.retain(|_, card| card.payment_method != payment_method);
    }

    /// A charge to `pm_processing` comes to its end: the money arrives, or not.
    pub fn settle(&self, order: OrderId, arrives: bool) {
        let mut inner = self.inner();
        let charged = inner.charges.values().find(|(new, _)| new.order == order).cloned();
        let Some((new, Charge { payment_intent: Some(id), .. })) = charged else { return };
        let paid = Payment {
            payment_intent: Some(id.clone()),
            amount_minor: new.amount.minor,
            currency: new.amount.currency.to_string(),
            email: None,
            customer: new.customer,
        };
        inner.payments.insert(id, if arrives { PaymentState::Paid(paid) } else { PaymentState::Failed });
    }

    /// Forgets every page, as after a change of the account.
    pub fn forget_pages(&self) {
        self.inner().pages.clear();
    }

    fn paid_by(&self, id: &str) -> Option<String> {
        let mut inner = self.inner();
        let page = inner.pages.get_mut(id)?;
        let customer = page.new.customer.clone().unwrap_or_else(|| format!("cus_{id}"));
        page.state = CheckoutState::Paid(Payment {
            payment_intent: Some(format!("pi_{id}")),
            amount_minor: page.new.unit.minor * i64::from(page.new.quantity),
            currency: page.new.unit.currency.to_string(),
            email: None,
            customer: Some(customer.clone()),
        });
        Some(customer)
    }

    /// Every page that was asked for, by its id.
    pub fn pages(&self) -> Vec<(String, NewCheckout)> {
        let mut pages: Vec<_> = self.inner().pages.iter().map(|(id, page)| (id.clone(), page.new.clone())).collect();
        pages.sort_by(|a, b| a.0.cmp(&b.0));
        pages
    }

    /// Every refund that was made.
    pub fn refunds(&self) -> Vec<NewRefund> {
        let mut refunds: Vec<_> = self.inner().refunds.values().map(|(new, _)| new.clone()).collect();
        refunds.sort_by_key(|refund| (refund.order, refund.number));
        refunds
    }

    /// Every charge to a saved card that was asked for.
    pub fn charges(&self) -> Vec<NewCharge> {
        let mut charges: Vec<_> = self.inner().charges.values().map(|(new, _)| new.clone()).collect();
        charges.sort_by_key(|charge| (charge.order, charge.attempt));
        charges
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reached(&self) -> Result<MutexGuard<'_, Inner>, PaymentError> {
        let inner = self.inner();
        match &inner.failing {
            Some(error) => Err(error.clone()),
            None => Ok(inner),
        }
    }
}

fn not_there() -> PaymentError {
    PaymentError::Refused { status: 404, code: Some("resource_missing".into()) }
}

fn reused() -> PaymentError {
    PaymentError::Refused { status: 400, code: Some("idempotency_error".into()) }
}

#[async_trait]
impl Payments for StandIn {
    async fn create_checkout(&self, new: NewCheckout) -> Result<Checkout, PaymentError> {
        let mut inner = self.reached()?;
        let id = format!("cs_test_{}_{}", new.order, new.attempt);
        let known = new.customer.as_ref().is_none_or(|customer| inner.cards.contains_key(customer));
        if !known && !inner.pages.contains_key(&id) {
            return Err(not_there());
        }
        let page = inner.pages.entry(id.clone()).or_insert_with(|| Page {
            state: CheckoutState::Open { url: Some(url(&id)), expires_at: Some(new.expires_at) },
            new: new.clone(),
        });
        if page.new != new {
            return Err(reused());
        }
        Ok(Checkout { url: url(&id), expires_at: new.expires_at, id })
    }

    async fn checkout(&self, id: &str) -> Result<CheckoutState, PaymentError> {
        self.reached()?.pages.get(id).map(|page| page.state.clone()).ok_or_else(not_there)
    }

    async fn expire(&self, id: &str) -> Result<CheckoutState, PaymentError> {
        let mut inner = self.reached()?;
        let page = inner.pages.get_mut(id).ok_or_else(not_there)?;
        if matches!(page.state, CheckoutState::Open { .. }) {
            page.state = CheckoutState::Expired;
        }
        Ok(page.state.clone())
    }

    async fn refund(&self, new: NewRefund) -> Result<Refund, PaymentError> {
        let mut inner = self.reached()?;
        let key = format!("{}:{}", new.order, new.number);
        let refund = Refund { id: format!("re_{key}"), state: RefundState::Succeeded };
        let (first, refund) = inner.refunds.entry(key).or_insert((new.clone(), refund));
        if *first == new { Ok(refund.clone()) } else { Err(reused()) }
    }

    async fn payment(&self, payment_intent: &str) -> Result<PaymentState, PaymentError> {
        let inner = self.reached()?;
        let charged =
            inner.charges.values().any(|(_, charge)| charge.payment_intent.as_deref() == Some(payment_intent));
        match inner.payments.get(payment_intent) {
            Some(state) => Ok(state.clone()),
            None if charged => Ok(PaymentState::Processing),
            None => Err(not_there()),
        }
    }

    async fn charge_stored(&self, new: NewCharge) -> Result<Charge, PaymentError> {
        let mut inner = self.reached()?;
        let key = format!("{}:{}", new.order, new.attempt);
        let saved =
            |customer: &String| inner.cards.get(customer).is_some_and(|card| card.payment_method == new.payment_method);
        if new.customer.as_ref().is_some_and(|customer| !saved(customer)) && !inner.charges.contains_key(&key) {
            return Err(not_there());
        }
        let state = match new.payment_method.as_str() {
            "pm_card_chargeDeclined" => ChargeState::Declined("card_declined".into()),
            "pm_card_authenticationRequired" => ChargeState::NeedsCustomer,
            "pm_processing" => ChargeState::Processing,
            _ => ChargeState::Paid,
        };
        let charge = Charge { payment_intent: Some(format!("pi_{key}")), state };
        let (first, charge) = inner.charges.entry(key).or_insert((new.clone(), charge));
        if *first == new { Ok(charge.clone()) } else { Err(reused()) }
    }

    async fn saved_card(&self, customer: &str) -> Result<Option<SavedCard>, PaymentError> {
        Ok(self.reached()?.cards.get(customer).cloned())
    }

    fn live(&self) -> bool {
        false
    }
}

fn url(id: &str) -> String {
    format!("http://checkout.test/{id}")
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use model::{Money, OrderId};

    use super::*;

    fn page() -> NewCheckout {
        NewCheckout {
            order: OrderId::from_u128(1),
            attempt: 1,
            title: "VIP".into(),
            unit: Money::usd(7_500),
            quantity: 2,
            customer: None,
            expires_at: DateTime::UNIX_EPOCH,
            success_url: "http://x/ok".into(),
            cancel_url: "http://x/no".into(),
        }
    }

    #[tokio::test]
    async fn the_same_attempt_gives_the_same_page_and_another_wish_under_its_key_is_refused() {
        let payments = StandIn::default();
        let first = payments.create_checkout(page()).await;
        assert_eq!(payments.create_checkout(page()).await, first);
        assert_eq!(payments.create_checkout(NewCheckout { quantity: 3, ..page() }).await, Err(reused()));
    }

    #[tokio::test]
    async fn what_was_paid_stays_paid() {
        let payments = StandIn::default();
        let checkout = payments.create_checkout(page()).await.unwrap();
        payments.pay(&checkout.id);
        let state = payments.expire(&checkout.id).await.unwrap();
        assert!(matches!(state, CheckoutState::Paid(Payment { amount_minor: 15_000, .. })), "{state:?}");
    }
}
