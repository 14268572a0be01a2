//! Payments: a page on which a caller pays, refunds, and charges to what a caller has stored.
//!
//! Amounts are whole minor units and come from the database. Every request that moves money carries an idempotency key made of the
//! order and the attempt, so that asking again after a time-out asks for the same thing.

pub mod events;
pub mod off;
pub mod signature;
pub mod stand_in;
pub mod stripe;

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use model::{Money, OrderId};

/// What the metadata of a payment says of how it was made.
const VIA_CHECKOUT: &str = "checkout";
const VIA_STORED: &str = "stored";

/// What we ask of the payment provider.
#[async_trait]
pub trait Payments: fmt::Debug + Send + Sync {
    /// A page on which an order is paid. The same order and attempt give the same page.
    async fn create_checkout(&self, new: NewCheckout) -> Result<Checkout, PaymentError>;

    /// How far a page has come.
    async fn checkout(&self, id: &str) -> Result<CheckoutState, PaymentError>;

    /// Closes a page that is open. Answers how it stands then: one that was paid meanwhile stays paid.
    async fn expire(&self, id: &str) -> Result<CheckoutState, PaymentError>;

    /// Gives money back. The same order and number give it back once.
    async fn refund(&self, new: NewRefund) -> Result<Refund, PaymentError>;

    /// How far a payment has come.
    async fn payment(&self, payment_intent: &str) -> Result<PaymentState, PaymentError>;

    /// Charges a stored payment method while the customer is not there. The same order and attempt charge once.
    async fn charge_stored(&self, new: NewCharge) -> Result<Charge, PaymentError>;

    /// The card that a customer saved on a page and allowed to be offered again: the newest, if there is one.
    async fn saved_card(&self, customer: &str) -> Result<Option<SavedCard>, PaymentError>;

    /// Whether money is real. Events of the other kind are not for us.
    fn live(&self) -> bool;
}

/// A page on which an order is to be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCheckout {
    /// The order.
    pub order: OrderId,
    /// Which page of this order it is, from 1.
    pub attempt: u32,
    /// What is bought, as the page shows it.
    pub title: String,
    /// The price of one.
    pub unit: Money,
    /// How many.
    pub quantity: u32,
    /// The provider's name for the buyer, who has saved a card before; without it the page makes a customer of them.
    pub customer: Option<String>,
    /// Until when it can be paid: from 30 minutes to 24 hours ahead.
    pub expires_at: DateTime<Utc>,
    /// Where the page leads after the payment.
    pub success_url: String,
    /// Where it leads when the customer turns back.
    pub cancel_url: String,
}

/// A page on which an order is paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkout {
    /// The provider's name for it.
    pub id: String,
    /// Where it is.
    pub url: String,
    /// Until when it can be paid.
    pub expires_at: DateTime<Utc>,
}

/// How far a page has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckoutState {
    /// It can be paid.
    Open {
        /// Where it is.
        url: Option<String>,
        /// Until when.
        expires_at: Option<DateTime<Utc>>,
    },
    /// The customer chose a way to pay that takes days; the money is on its way or not.
    Processing,
    /// It is paid.
    Paid(Payment),
    /// The money that was on its way did not come.
    Failed,
    /// It cannot be paid any more.
    Expired,
}

/// Money that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The provider's name for the payment: what a refund refers to.
    pub payment_intent: Option<String>,
    /// How much.
    pub amount_minor: i64,
    /// In which currency, as the provider writes it.
    pub currency: String,
    /// The customer's address, as typed on the page.
    pub email: Option<String>,
    /// The provider's name for the customer.
    pub customer: Option<String>,
}

/// Money to be given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRefund {
    /// The order.
    pub order: OrderId,
    /// Which refund of this order it is, from 1.
    pub number: u32,
    /// The payment it was paid with.
    pub payment_intent: String,
    /// How much.
    pub amount: Money,
}

/// Money that is on its way back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// The provider's name for it.
    pub id: String,
    /// How far it has come.
    pub state: RefundState,
}

/// How far a refund has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundState {
    /// It is on its way.
    Pending,
    /// It was given back.
    Succeeded,
    /// It was not.
    Failed,
}

/// A charge to what the customer has stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCharge {
    /// The order.
    pub order: OrderId,
    /// Which charge of this order it is, from 1.
    pub attempt: u32,
    /// How much.
    pub amount: Money,
    /// The provider's name for what is stored.
    pub payment_method: String,
    /// The provider's name for the customer who stored it.
    pub customer: Option<String>,
    /// What it is for.
    pub description: String,
}

/// What became of a charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// The provider's name for the payment, where one came of it.
    pub payment_intent: Option<String>,
    /// How far it has come.
    pub state: ChargeState,
}

/// How far a charge has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChargeState {
    /// It is paid.
    Paid,
    /// It takes longer.
    Processing,
    /// The customer would have to confirm it on a page: send one.
    NeedsCustomer,
    /// It was declined, with the provider's code.
    Declined(String),
}

/// How far a payment has come that took longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentState {
    /// It is on its way.
    Processing,
    /// It is there.
    Paid(Payment),
    /// It did not come.
    Failed,
}

/// A card that a customer saved: what it can be charged by, and what may be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedCard {
    /// The provider's name for it.
    pub payment_method: String,
    /// As the provider writes it: `visa`, `mastercard`.
    pub brand: String,
    /// The last four digits of its number.
    pub last4: String,
}

/// Why the payment provider did not do as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PaymentError {
    /// It could not be reached, did not answer in time, or was busy: ask again, with the same key.
    #[error("the payment provider could not be reached")]
    Unreachable,
    /// It said no.
    #[error("the payment provider refused: HTTP {status}, code {}", code.as_deref().unwrap_or("none"))]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The provider's own code.
        code: Option<String>,
    },
    /// It answered something that we do not understand.
    #[error("the payment provider's answer could not be understood")]
    Unreadable,
}

/// What an event of the payment provider tells about an order, whatever it is called there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentFact {
    /// The money is there.
    Paid {
        /// The page it was paid on.
        session: Option<String>,
        /// The payment.
        payment_intent: Option<String>,
        /// How much.
        amount_minor: i64,
        /// In which currency, as the provider writes it.
        currency: String,
        /// The customer's address.
        email: Option<String>,
        /// The provider's name for the customer.
        customer: Option<String>,
    },
    /// It is on its way, and may take days.
    Pending,
    /// It did not come.
    Failed,
    /// A charge to a saved card did not go through. Whoever made the charge learns that from the answer to it, unless it takes longer.
    ChargeFailed,
    /// The page cannot be paid any more.
    Expired,
    /// Money was given back.
    Refunded {
        /// How much, all in all.
        amount_refunded_minor: i64,
        /// Of how much.
        of_minor: i64,
    },
    /// How far one refund has come.
    Refund {
        /// The provider's name for it.
        id: String,
        /// How much.
        amount_minor: i64,
        /// How far.
        state: RefundState,
    },
    /// Money could not be given back: the provider took no refund at all.
    RefundFailed,
    /// The customer disputes the charge at the bank.
    Disputed,
    /// The bank decided.
    DisputeClosed {
        /// In our favour.
        won: bool,
    },
}

impl PaymentFact {
    /// The fact that a poll of the page tells, if it tells one.
    pub fn of_checkout(session: &str, state: &CheckoutState) -> Option<Self> {
        match state {
            CheckoutState::Open { .. } => None,
            CheckoutState::Processing => Some(Self::Pending),
            CheckoutState::Failed => Some(Self::Failed),
            CheckoutState::Expired => Some(Self::Expired),
            CheckoutState::Paid(payment) => Some(Self::Paid {
                session: Some(session.to_owned()),
                payment_intent: payment.payment_intent.clone(),
                amount_minor: payment.amount_minor,
                currency: payment.currency.clone(),
                email: payment.email.clone(),
                customer: payment.customer.clone(),
            }),
        }
    }
}
