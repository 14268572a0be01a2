//! Who has paid, and the cards that they saved.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::ledger::Refusal;
use crate::form::fresh;

/// A card as it is shown: what it will do when it is charged later, by its last digits as with Stripe's test cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Card {
    /// It can be charged again.
    Good,
    /// It pays once and is declined from then on.
    GoodOnce,
}

impl Card {
    fn last4(self) -> &'static str {
        match self {
            Self::Good => "4242",
            Self::GoodOnce => "0341",
        }
    }
}

/// Customers by their id, each with saved cards, the newest last.
#[derive(Debug, Default)]
pub(super) struct Customers(HashMap<String, Vec<Value>>);

impl Customers {
    /// A fresh customer.
    pub(super) fn add(&mut self) -> String {
        let id = fresh("cus_");
        self.0.insert(id.clone(), Vec::new());
        id
    }

    /// The customer, if there is one of this id.
    pub(super) fn known(&self, id: &str) -> Result<String, Refusal> {
        self.cards(id).map(|_| id.to_owned())
    }

    /// Keeps a card that its owner allows to be shown again.
    pub(super) fn save(&mut self, customer: &str, card: Card, now: i64) {
        let method = json!({
            "id": fresh("pm_"), "object": "payment_method", "type": "card", "allow_redisplay": "always", "created": now,
            "customer": customer, "livemode": false, "metadata": {}, "billing_details": {},
            "card": { "brand": "visa", "last4": card.last4(), "exp_month": 12, "exp_year": 2040, "funding": "credit" },
        });
        self.0.entry(customer.to_owned()).or_default().push(method);
    }

    /// The saved cards, the newest first.
    pub(super) fn list(&self, customer: &str, limit: usize) -> Result<Value, Refusal> {
        let cards = self.cards(customer)?;
        let data: Vec<&Value> = cards.iter().rev().take(limit).collect();
        Ok(json!({
            "object": "list", "data": data, "has_more": cards.len() > limit,
            "url": format!("/v1/customers/{customer}/payment_methods"),
        }))
    }

    /// The card that a customer is charged by.
    pub(super) fn card(&self, customer: &str, method: &str) -> Result<Card, Refusal> {
        let found = self.cards(customer)?.iter().find(|card| card["id"] == method);
        let card = found.ok_or_else(|| Refusal::missing("payment_method"))?;
        Ok(if card["card"]["last4"] == Card::GoodOnce.last4() { Card::GoodOnce } else { Card::Good })
    }

    fn cards(&self, customer: &str) -> Result<&Vec<Value>, Refusal> {
        self.0.get(customer).ok_or_else(|| Refusal::missing("customer"))
    }
}
