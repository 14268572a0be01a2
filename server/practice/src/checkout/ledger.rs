//! What the practice Checkout knows: pages, payments, refunds, and what happened to them.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::customers::{Card, Customers};
use crate::form::{self, fresh};

/// The shortest and longest time that a page can be open.
const OPEN_FOR: std::ops::RangeInclusive<i64> = 30 * 60 - 5..=24 * 3600 + 5;

/// What has happened, and what has not been told of yet.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    sessions: HashMap<String, Value>,
    intents: HashMap<String, Value>,
    charges: HashMap<String, Value>,
    pub(super) customers: Customers,
    /// By key: what was asked, and what was answered.
    pub(super) answers: HashMap<String, (String, u16, Value)>,
    news: Vec<Value>,
}

/// A request that is refused, in Stripe's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) kind: &'static str,
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn invalid(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: 400, kind: "invalid_request_error", code, message: message.into() }
    }

    pub(super) fn missing(what: &str) -> Self {
        Self { status: 404, ..Self::invalid("resource_missing", format!("No such {what}")) }
    }

    fn card(code: &'static str, message: &str) -> Self {
        Self { status: 402, kind: "card_error", code, message: message.into() }
    }

    pub(super) fn to_json(&self) -> Value {
        json!({ "error": { "type": self.kind, "code": self.code, "message": self.message } })
    }
}

type Form = [(String, String)];

fn needed<'a>(form: &'a Form, name: &str) -> Result<&'a str, Refusal> {
    form::get(form, name)
        .ok_or_else(|| Refusal::invalid("parameter_missing", format!("Missing required param: {name}.")))
}

fn whole(form: &Form, name: &str) -> Result<i64, Refusal> {
    needed(form, name)?
        .parse()
        .map_err(|_| Refusal::invalid("parameter_invalid_integer", format!("Invalid integer: {name}")))
}

/// `metadata[a]=1` below a prefix, as an object.
fn metadata(form: &Form, prefix: &str) -> Value {
    let start = format!("{prefix}[");
    let inside = |(name, value): &(String, String)| {
        let key = name.strip_prefix(&start)?.strip_suffix(']')?;
        Some((key.to_owned(), Value::from(value.as_str())))
    };
    Value::Object(form.iter().filter_map(inside).collect::<Map<_, _>>())
}

/// Like Stripe, a parameter that is not known is refused.
fn refuse_unknown(form: &Form, known: &[&str]) -> Result<(), Refusal> {
    let root = |name: &str| name.split('[').next().unwrap_or_default().to_owned();
    match form.iter().find(|(name, _)| !known.contains(&root(name).as_str())) {
        None => Ok(()),
        Some((name, _)) => Err(Refusal::invalid("parameter_unknown", format!("Received unknown parameter: {name}"))),
    }
}

impl Ledger {
    /// What happened since this was last asked, as events.
    pub(super) fn news(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.news)
    }

    fn happened(&mut self, kind: &str, object: &Value) {
        self.news.push(json!({
            "id": fresh("evt_"), "object": "event", "api_version": "2026-09-30.endive", "created": super::unix_now(),
            "livemode": false, "pending_webhooks": 1, "request": { "id": null, "idempotency_key": null },
            "type": kind, "data": { "object": object },
        }));
    }

    pub(super) fn create_session(&mut self, form: &Form, origin: &str, now: i64) -> Result<Value, Refusal> {
        let known = [
            "mode",
            "success_url",
            "cancel_url",
            "client_reference_id",
            "expires_at",
            "line_items",
            "metadata",
            "payment_intent_data",
            "customer",
            "customer_creation",
            "customer_email",
            "saved_payment_method_options",
            "submit_type",
            "locale",
        ];
        refuse_unknown(form, &known)?;
        if needed(form, "mode")? != "payment" {
            return Err(Refusal::invalid("parameter_invalid", "Only mode=payment is practised here."));
        }
        let quantity = whole(form, "line_items[0][quantity]")?;
        let unit = whole(form, "line_items[0][price_data][unit_amount]")?;
        let currency = needed(form, "line_items[0][price_data][currency]")?;
        let name = needed(form, "line_items[0][price_data][product_data][name]")?;
        if quantity < 1 || unit < 0 || unit * quantity < 50 {
            return Err(Refusal::invalid("amount_too_small", "The amount must be at least 50 cents."));
        }
        let expires_at =
            if form::get(form, "expires_at").is_some() { whole(form, "expires_at")? } else { now + 86_400 };
        if !OPEN_FOR.contains(&(expires_at - now)) {
            return Err(Refusal::invalid("parameter_invalid", "expires_at must be from 30 minutes to 24 hours ahead."));
        }
        let customer = form::get(form, "customer").map(|id| self.customers.known(id)).transpose()?;
        if customer.is_some() && form::get(form, "customer_creation").is_some() {
            return Err(Refusal::invalid(
                "parameter_invalid",
                "You may only specify one of: customer, customer_creation.",
            ));
        }
        let saves = form::get(form, "saved_payment_method_options[payment_method_save]") == Some("enabled");
        let id = fresh("cs_test_");
        let session = json!({
            "id": id, "object": "checkout.session", "created": now, "expires_at": expires_at, "livemode": false,
            "mode": "payment", "status": "open", "payment_status": "unpaid", "url": format!("{origin}/pay/{id}"),
            "success_url": needed(form, "success_url")?, "cancel_url": form::get(form, "cancel_url"),
            "client_reference_id": form::get(form, "client_reference_id"), "metadata": metadata(form, "metadata"),
            "amount_subtotal": unit * quantity, "amount_total": unit * quantity, "currency": currency,
            "payment_intent": null, "customer": customer, "customer_creation": form::get(form, "customer_creation"),
            "customer_details": null, "payment_method_types": ["card"], "custom_fields": [],
            "custom_text": {}, "shipping_options": [], "automatic_tax": { "enabled": false },
            // Not Stripe's: what the page shows, and what the payment will carry.
            "practice": { "name": name, "unit": unit, "quantity": quantity, "saves": saves, "intent_metadata": metadata(form, "payment_intent_data[metadata]") },
        });
        self.sessions.insert(id, session.clone());
        Ok(session)
    }

    pub(super) fn session(&self, id: &str) -> Result<Value, Refusal> {
        self.sessions.get(id).cloned().ok_or_else(|| Refusal::missing("checkout.session"))
    }

    pub(super) fn intent(&self, id: &str) -> Result<Value, Refusal> {
        self.intents.get(id).cloned().ok_or_else(|| Refusal::missing("payment_intent"))
    }

    pub(super) fn expire(&mut self, id: &str) -> Result<Value, Refusal> {
        let session = self.open(id)?;
        session["status"] = "expired".into();
        session["url"] = Value::Null;
        let session = session.clone();
        self.happened("checkout.session.expired", &session);
        Ok(session)
    }

    pub(super) fn expire_old(&mut self, now: i64) {
        let is_over = |session: &&Value| {
            session["status"] == "open" && session["expires_at"].as_i64().is_some_and(|at| at <= now)
        };
        let over: Vec<String> =
            self.sessions.values().filter(is_over).filter_map(|it| it["id"].as_str().map(str::to_owned)).collect();
        for id in over {
            // It was open a line ago.
            let _ = self.expire(&id);
        }
    }

    fn open(&mut self, id: &str) -> Result<&mut Value, Refusal> {
        let session = self.sessions.get_mut(id).ok_or_else(|| Refusal::missing("checkout.session"))?;
        if session["status"] == "open" {
            Ok(session)
        } else {
            Err(Refusal::invalid("resource_state", "Only Checkout Sessions with a status of open can be changed."))
        }
    }

    /// The customer pays by card, and may save it on a page that offers that.
    pub(super) fn pay(&mut self, id: &str, email: &str, saved: Option<Card>, now: i64) -> Result<Value, Refusal> {
        let session = self.complete(id, email, "paid", now)?;
        if let (Some(card), Some(customer)) = (saved, session["customer"].as_str())
            && session["practice"]["saves"] == true
        {
            self.customers.save(customer, card, now);
        }
        self.money_came(&session, now);
        self.happened("checkout.session.completed", &session);
        Ok(session)
    }

    /// The customer tells the bank to pay: that takes days.
    pub(super) fn pay_by_bank(&mut self, id: &str, email: &str, now: i64) -> Result<Value, Refusal> {
        let session = self.complete(id, email, "unpaid", now)?;
        self.set_intent(&session, "processing");
        self.happened("checkout.session.completed", &session);
        Ok(session)
    }

    fn complete(&mut self, id: &str, email: &str, payment_status: &str, now: i64) -> Result<Value, Refusal> {
        let intent = fresh("pi_");
        if self.open(id)?["customer_creation"] == "always" {
            let customer = self.customers.add();
            self.open(id)?["customer"] = customer.into();
        }
        let session = self.open(id)?;
        session["status"] = "complete".into();
        session["payment_status"] = payment_status.into();
        session["url"] = Value::Null;
        session["payment_intent"] = intent.as_str().into();
        session["customer_details"] = json!({ "email": email, "phone": null, "name": null });
        let session = session.clone();
        let metadata = session["practice"]["intent_metadata"].clone();
        let amount = session["amount_total"].as_i64().unwrap_or_default();
        self.add_intent(&intent, amount, &session["currency"], &metadata, "succeeded", now);
        self.set_customer(&intent, &session["customer"]);
        Ok(session)
    }

    fn add_intent(&mut self, id: &str, amount: i64, currency: &Value, metadata: &Value, status: &str, now: i64) {
        let received = if status == "succeeded" { amount } else { 0 };
        let intent = json!({
            "id": id, "object": "payment_intent", "amount": amount, "amount_capturable": 0, "amount_received": received,
            "capture_method": "automatic_async", "confirmation_method": "automatic", "created": now, "currency": currency,
            "livemode": false, "metadata": metadata, "payment_method_types": ["card"], "status": status, "latest_charge": null,
        });
        self.intents.insert(id.to_owned(), intent);
    }

    fn set_customer(&mut self, intent: &str, customer: &Value) {
        if let Some(intent) = self.intents.get_mut(intent) {
            intent["customer"] = customer.clone();
        }
    }

    fn set_intent(&mut self, session: &Value, status: &str) {
        let intent = session["payment_intent"].as_str().and_then(|id| self.intents.get_mut(id));
        if let Some(intent) = intent {
            intent["status"] = status.into();
        }
    }

    fn money_came(&mut self, session: &Value, now: i64) {
        self.set_intent(session, "succeeded");
        let Some(intent) = session["payment_intent"].as_str().and_then(|id| self.intents.get(id)).cloned() else {
            return;
        };
        self.charge(&intent, now);
        self.happened("payment_intent.succeeded", &intent);
    }

    fn charge(&mut self, intent: &Value, now: i64) {
        let id = fresh("ch_");
        let charge = json!({
            "id": id, "object": "charge", "amount": intent["amount"], "amount_captured": intent["amount"], "amount_refunded": 0,
            "billing_details": {}, "captured": true, "created": now, "currency": intent["currency"], "disputed": false,
            "livemode": false, "metadata": intent["metadata"], "paid": true, "refunded": false, "status": "succeeded",
            "payment_intent": intent["id"],
        });
        self.charges.insert(intent["id"].as_str().unwrap_or_default().to_owned(), charge);
    }

    /// The card says no; the customer may try another.
    pub(super) fn decline(&mut self, id: &str) -> Result<Value, Refusal> {
        let session = self.open(id)?.clone();
        let intent = json!({
            "id": fresh("pi_"), "object": "payment_intent", "amount": session["amount_total"], "currency": session["currency"],
            "metadata": session["practice"]["intent_metadata"], "status": "requires_payment_method", "livemode": false,
            "last_payment_error": { "code": "card_declined", "decline_code": "generic_decline" },
        });
        self.happened("payment_intent.payment_failed", &intent);
        Ok(session)
    }

    /// The bank's transfer arrives, or not.
    pub(super) fn settle(&mut self, id: &str, arrives: bool, now: i64) -> Result<Value, Refusal> {
        let session = self.sessions.get_mut(id).ok_or_else(|| Refusal::missing("checkout.session"))?;
        if session["status"] != "complete" || session["payment_status"] != "unpaid" {
            return Err(Refusal::invalid("resource_state", "No transfer is on its way."));
        }
        if arrives {
            session["payment_status"] = "paid".into();
        }
        let session = session.clone();
        if arrives {
            self.money_came(&session, now);
            self.happened("checkout.session.async_payment_succeeded", &session);
        } else {
            self.set_intent(&session, "requires_payment_method");
            self.happened("checkout.session.async_payment_failed", &session);
        }
        Ok(session)
    }

    /// The customer disputes the charge at the bank, or the bank decides.
    pub(super) fn dispute(&mut self, id: &str, status: &str) -> Result<Value, Refusal> {
        let session = self.session(id)?;
        let intent = session["payment_intent"].as_str().unwrap_or_default();
        let charge = self.charges.get_mut(intent).ok_or_else(|| Refusal::missing("charge"))?;
        charge["disputed"] = true.into();
        let dispute = json!({
            "id": format!("dp_{intent}"), "object": "dispute", "amount": charge["amount"], "currency": charge["currency"],
            "charge": charge["id"], "payment_intent": intent, "reason": "general", "status": status, "livemode": false,
            "metadata": {}, "created": super::unix_now(),
        });
        let kind = if status == "needs_response" { "charge.dispute.created" } else { "charge.dispute.closed" };
        self.happened(kind, &dispute);
        Ok(session)
    }

    pub(super) fn refund(&mut self, form: &Form, now: i64) -> Result<Value, Refusal> {
        refuse_unknown(form, &["payment_intent", "charge", "amount", "reason", "metadata"])?;
        let intent = needed(form, "payment_intent")?;
        let charge = self.charges.get_mut(intent).ok_or_else(|| Refusal::missing("payment_intent"))?;
        let number = |charge: &Value, name: &str| charge[name].as_i64().unwrap_or_default();
        let left = number(charge, "amount") - number(charge, "amount_refunded");
        let amount = if form::get(form, "amount").is_some() { whole(form, "amount")? } else { left };
        if left == 0 {
            return Err(Refusal::invalid("charge_already_refunded", "The charge has already been refunded."));
        }
        if amount < 1 || amount > left {
            return Err(Refusal::invalid("amount_too_large", "The refund is greater than what is left of the charge."));
        }
        charge["amount_refunded"] = (number(charge, "amount_refunded") + amount).into();
        charge["refunded"] = (amount == left).into();
        let charge = charge.clone();
        let refund = json!({
            "id": fresh("re_"), "object": "refund", "amount": amount, "created": now, "currency": charge["currency"],
            "charge": charge["id"], "payment_intent": intent, "reason": form::get(form, "reason"), "status": "succeeded",
            "metadata": metadata(form, "metadata"),
        });
        self.happened("charge.refunded", &charge);
        self.happened("refund.created", &refund);
        Ok(refund)
    }

    pub(super) fn create_intent(&mut self, form: &Form, now: i64) -> Result<Value, Refusal> {
        let known = [
            "amount",
            "currency",
            "payment_method",
            "customer",
            "description",
            "confirm",
            "off_session",
            "metadata",
            "receipt_email",
        ];
        refuse_unknown(form, &known)?;
        let (amount, currency) = (whole(form, "amount")?, Value::from(needed(form, "currency")?));
        if amount < 50 {
            return Err(Refusal::invalid("amount_too_small", "The amount must be at least 50 cents."));
        }
        if form::get(form, "confirm") != Some("true") {
            return Err(Refusal::invalid("parameter_invalid", "Only confirm=true is practised here."));
        }
        let (id, metadata) = (fresh("pi_"), metadata(form, "metadata"));
        let refused = match needed(form, "payment_method")? {
            "pm_card_chargeDeclined" | "pm_card_visa_chargeDeclined" => {
                Some(Refusal::card("card_declined", "Your card was declined."))
            }
            "pm_card_authenticationRequired" => {
                Some(Refusal::card("authentication_required", "The customer has to confirm the payment."))
            }
            test if test.starts_with("pm_card_") => None,
            saved => match self.customers.card(needed(form, "customer")?, saved)? {
                Card::Good => None,
                Card::GoodOnce => Some(Refusal::card("card_declined", "Your card was declined.")),
            },
        };
        let status = if refused.is_some() { "requires_payment_method" } else { "succeeded" };
        self.add_intent(&id, amount, &currency, &metadata, status, now);
        self.set_customer(&id, &form::get(form, "customer").into());
        let intent = self.intent(&id)?;
        if let Some(refused) = refused {
            self.happened("payment_intent.payment_failed", &intent);
            return Err(refused);
        }
        self.charge(&intent, now);
        self.happened("payment_intent.succeeded", &intent);
        Ok(intent)
    }
}
