//! Stripe, through `async-stripe`'s client: it knows the addresses, the version and the idempotency keys. What is asked are our own
//! forms, and of the answers only the few fields that we use are read: the crate's own objects refuse an answer that lacks
//! any field their version of the interface promises.

mod forms;

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use miniserde::json::Value;
use secrecy::{ExposeSecret, SecretString};
use stripe::{IdempotencyKey, RequestStrategy, StripeError};
use stripe_client_core::{RequestBuilder, StripeMethod};

use super::{
    Charge, ChargeState, Checkout, CheckoutState, NewCharge, NewCheckout, NewRefund, Payment, PaymentError,
    PaymentState, Payments, Refund, RefundState, SavedCard,
};

/// The client has none of its own. A person on the telephone waits for the page's address.
const ANSWER_WITHIN: Duration = Duration::from_secs(8);

/// An account at Stripe.
#[derive(Clone, Debug)]
pub struct Stripe {
    client: stripe::Client,
    live: bool,
}

impl Stripe {
    /// The account of `key` behind `base_url` (`https://api.stripe.com`).
    pub fn new(base_url: &str, key: &SecretString) -> Result<Self, StripeError> {
        // The client takes the process's TLS provider; the second installation of one only says so.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let key = key.expose_secret();
        let client = stripe::ClientBuilder::new(key)
            .url(format!("{}/", base_url.trim_end_matches('/')))
            .timeout(ANSWER_WITHIN)
            .build()?;
        Ok(Self { client, live: key.starts_with("sk_live_") || key.starts_with("rk_live_") })
    }

    async fn get<T: miniserde::Deserialize>(&self, path: String) -> Result<T, PaymentError> {
        let request = RequestBuilder::new(StripeMethod::Get, path).customize::<T>();
        request.send(&self.client).await.map_err(|error| failure(&error))
    }

    async fn post<T: miniserde::Deserialize>(
        &self,
        path: String,
        form: &impl serde::Serialize,
        key: &str,
    ) -> Result<T, PaymentError> {
        let key = IdempotencyKey::new(key).map_err(|_| PaymentError::Unreadable)?;
        let request = RequestBuilder::new(StripeMethod::Post, path)
            .form(form)
            .customize::<T>()
            .request_strategy(RequestStrategy::Idempotent(key));
        request.send(&self.client).await.map_err(|error| failure(&error))
    }

    /// A bank's transfer that failed leaves the page complete and unpaid for ever: only the payment tells.
    async fn settled(&self, state: CheckoutState, payment_intent: Option<&str>) -> Result<CheckoutState, PaymentError> {
        let (CheckoutState::Processing, Some(id)) = (&state, payment_intent) else { return Ok(state) };
        let intent: Intent = self.get(format!("/payment_intents/{}", checked(id)?)).await?;
        Ok(match intent.status.as_deref() {
            Some("requires_payment_method" | "canceled") => CheckoutState::Failed,
            _ => state,
        })
    }
}

#[async_trait]
impl Payments for Stripe {
    async fn create_checkout(&self, new: NewCheckout) -> Result<Checkout, PaymentError> {
        let key = format!("{}:checkout:{}", new.order, new.attempt);
        let session: Session = self.post("/checkout/sessions".into(), &forms::checkout(&new), &key).await?;
        let (Some(id), Some(url)) = (session.id, session.url) else { return Err(PaymentError::Unreadable) };
        Ok(Checkout { id, url, expires_at: session.expires_at.and_then(moment).unwrap_or(new.expires_at) })
    }

    async fn checkout(&self, id: &str) -> Result<CheckoutState, PaymentError> {
        let session: Session = self.get(format!("/checkout/sessions/{}", checked(id)?)).await?;
        let payment_intent = session.payment_intent.clone();
        self.settled(session.state()?, payment_intent.as_deref()).await
    }

    async fn expire(&self, id: &str) -> Result<CheckoutState, PaymentError> {
        let path = format!("/checkout/sessions/{}/expire", checked(id)?);
        let request = RequestBuilder::new(StripeMethod::Post, path).customize::<Session>();
        match request.send(&self.client).await.map_err(|error| failure(&error)) {
            Ok(session) => session.state(),
            // It is not open: paid, or expired by itself.
            Err(PaymentError::Refused { status: 400, .. }) => self.checkout(id).await,
            Err(error) => Err(error),
        }
    }

    async fn refund(&self, new: NewRefund) -> Result<Refund, PaymentError> {
        let key = format!("{}:refund:{}", new.order, new.number);
        let answer: Given = self.post("/refunds".into(), &forms::refund(&new), &key).await?;
        let state = match answer.status.as_deref() {
            Some("succeeded") => RefundState::Succeeded,
            Some("failed" | "canceled") => RefundState::Failed,
            _ => RefundState::Pending,
        };
        Ok(Refund { id: answer.id.ok_or(PaymentError::Unreadable)?, state })
    }

    async fn payment(&self, payment_intent: &str) -> Result<PaymentState, PaymentError> {
        let intent: Intent = self.get(format!("/payment_intents/{}", checked(payment_intent)?)).await?;
        Ok(match intent.status.as_deref() {
            Some("succeeded") => PaymentState::Paid(Payment {
                payment_intent: intent.id,
                amount_minor: intent.amount_received.ok_or(PaymentError::Unreadable)?,
                currency: intent.currency.ok_or(PaymentError::Unreadable)?,
                email: None,
                customer: None,
            }),
            Some("processing" | "requires_capture") => PaymentState::Processing,
            Some(_) => PaymentState::Failed,
            None => return Err(PaymentError::Unreadable),
        })
    }

    async fn charge_stored(&self, new: NewCharge) -> Result<Charge, PaymentError> {
        let key = format!("{}:charge:{}", new.order, new.attempt);
        let answer: Result<Intent, _> = self.post("/payment_intents".into(), &forms::charge(&new), &key).await;
        let intent = match answer {
            Ok(intent) => intent,
            // 402: the card said no, and the payment stays as a record of it.
            Err(PaymentError::Refused { status: 402, code }) => {
                let code = code.unwrap_or_default();
                let state = match code.as_str() {
                    "authentication_required" => ChargeState::NeedsCustomer,
                    _ => ChargeState::Declined(code),
                };
                return Ok(Charge { payment_intent: None, state });
            }
            Err(error) => return Err(error),
        };
        let state = match intent.status.as_deref() {
            Some("succeeded") => ChargeState::Paid,
            Some("processing") => ChargeState::Processing,
            Some("requires_action" | "requires_confirmation") => ChargeState::NeedsCustomer,
            _ => ChargeState::Declined("card_declined".into()),
        };
        Ok(Charge { payment_intent: intent.id, state })
    }

    async fn saved_card(&self, customer: &str) -> Result<Option<SavedCard>, PaymentError> {
        let customer = checked(customer)?;
        let query = "type=card&allow_redisplay=always&limit=1";
        let listed: Listed = self.get(format!("/customers/{customer}/payment_methods?{query}")).await?;
        let newest = listed.data.ok_or(PaymentError::Unreadable)?.into_iter().next();
        newest.map(Method::card).transpose()
    }

    fn live(&self) -> bool {
        self.live
    }
}

#[derive(Debug, miniserde::Deserialize)]
struct Session {
    id: Option<String>,
    url: Option<String>,
    status: Option<String>,
    payment_status: Option<String>,
    payment_intent: Option<String>,
    amount_total: Option<i64>,
    currency: Option<String>,
    expires_at: Option<i64>,
    customer: Option<Value>,
    customer_details: Option<CustomerDetails>,
}

#[derive(Debug, miniserde::Deserialize)]
struct CustomerDetails {
    email: Option<String>,
}

#[derive(Debug, miniserde::Deserialize)]
struct Intent {
    id: Option<String>,
    status: Option<String>,
    amount_received: Option<i64>,
    currency: Option<String>,
}

#[derive(Debug, miniserde::Deserialize)]
struct Given {
    id: Option<String>,
    status: Option<String>,
}

#[derive(Debug, miniserde::Deserialize)]
struct Listed {
    data: Option<Vec<Method>>,
}

#[derive(Debug, miniserde::Deserialize)]
struct Method {
    id: Option<String>,
    card: Option<Face>,
}

#[derive(Debug, miniserde::Deserialize)]
struct Face {
    brand: Option<String>,
    last4: Option<String>,
}

impl Method {
    fn card(self) -> Result<SavedCard, PaymentError> {
        let (Some(id), Some(face)) = (self.id, self.card) else { return Err(PaymentError::Unreadable) };
        let four_digits = |it: &String| it.len() == 4 && it.bytes().all(|byte| byte.is_ascii_digit());
        Ok(SavedCard {
            payment_method: checked(&id)?.to_owned(),
            brand: face.brand.ok_or(PaymentError::Unreadable)?,
            last4: face.last4.filter(four_digits).ok_or(PaymentError::Unreadable)?,
        })
    }
}

impl Session {
    fn state(self) -> Result<CheckoutState, PaymentError> {
        let paid = matches!(self.payment_status.as_deref(), Some("paid" | "no_payment_required"));
        Ok(match self.status.as_deref() {
            Some("open") => CheckoutState::Open { url: self.url, expires_at: self.expires_at.and_then(moment) },
            Some("expired") => CheckoutState::Expired,
            Some("complete") if paid => CheckoutState::Paid(Payment {
                payment_intent: self.payment_intent,
                amount_minor: self.amount_total.ok_or(PaymentError::Unreadable)?,
                currency: self.currency.ok_or(PaymentError::Unreadable)?,
                email: self.customer_details.and_then(|customer| customer.email),
                customer: self.customer.and_then(named),
            }),
            Some("complete") => CheckoutState::Processing,
            _ => return Err(PaymentError::Unreadable),
        })
    }
}

/// The id of another object, which is there as its id or as the whole object.
fn named(value: Value) -> Option<String> {
    match value {
        Value::String(id) => Some(id),
        Value::Object(mut object) => match object.remove("id") {
            Some(Value::String(id)) => Some(id),
            _ => None,
        },
        _ => None,
    }
}

fn moment(seconds: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(seconds, 0)
}

/// Ids go into addresses; their letters are checked.
fn checked(id: &str) -> Result<&str, PaymentError> {
    let plain = (4..=255).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain { Ok(id) } else { Err(PaymentError::Refused { status: 404, code: Some("resource_missing".into()) }) }
}

fn failure(error: &StripeError) -> PaymentError {
    match error {
        // Not there, busy, or at work on the same key: the same request may succeed later.
        StripeError::Timeout | StripeError::ClientError(_) | StripeError::Stripe(_, 409 | 424 | 429 | 500..) => {
            PaymentError::Unreachable
        }
        StripeError::Stripe(told, status) => {
            PaymentError::Refused { status: *status, code: told.code.as_ref().map(|code| code.as_str().to_owned()) }
        }
        StripeError::JSONDeserialize(_) | StripeError::ConfigError(_) => PaymentError::Unreadable,
    }
}

#[cfg(test)]
mod tests;
