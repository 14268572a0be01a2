//! Cards that callers saved on a pay page. A card belongs to one organisation and one number: whoever calls from that number may have
//! it charged there, and nobody else. By which names the provider knows it stays between here, the orders and the provider.

use model::{OrderId, PhoneNumber};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use crate::{
    args,
    db::{DbResult, scoped::tenant::OrgTx},
    org::Org,
    providers::payments::SavedCard,
    sql,
};

/// What may be said of a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromRow)]
pub struct Label {
    /// As the provider writes it: `visa`, `mastercard`.
    brand: String,
    last4: String,
}

impl Label {
    /// For those who read: "Visa ending in 4242".
    pub fn written(&self) -> String {
        format!("{} ending in {}", self.brand(), self.last4)
    }

    /// For those who hear: "Visa ending in 4 2 4 2".
    pub fn spoken(&self) -> String {
        let digits: Vec<String> = self.last4.chars().map(String::from).collect();
        format!("{} ending in {}", self.brand(), digits.join(" "))
    }

    fn brand(&self) -> &'static str {
        match self.brand.as_str() {
            "visa" => "Visa",
            "mastercard" => "Mastercard",
            "amex" => "American Express",
            "discover" => "Discover",
            "diners" => "Diners Club",
            "jcb" => "JCB",
            "unionpay" => "UnionPay",
            _ => "card",
        }
    }
}

/// A saved card.
#[derive(FromRow)]
pub(super) struct Card {
    /// The provider's name for the buyer.
    pub(super) customer: String,
    /// The provider's name for the card.
    pub(super) payment_method: String,
    #[sqlx(flatten)]
    pub(super) label: Label,
}

/// What may be said of the card that this caller saved; `None` where the number is not known.
pub(super) async fn label(org: &Org, caller: Option<&PhoneNumber>) -> DbResult<Option<Label>> {
    let Some(phone) = caller else { return Ok(None) };
    org.optional(sql!("select brand, last4 from saved_cards where org_id = $1 and phone = $2"), args![phone]).await
}

/// The card that this caller saved; `None` where the number is not known.
pub(super) async fn of(tx: &mut OrgTx, caller: Option<&PhoneNumber>) -> DbResult<Option<Card>> {
    let Some(phone) = caller else { return Ok(None) };
    let sql = sql!("select customer, payment_method, brand, last4 from saved_cards where org_id = $1 and phone = $2");
    tx.optional(sql, args![phone]).await
}

/// Keeps the card that a customer has at the provider after an order was paid; one that is no longer there is forgotten.
pub(crate) async fn keep(
    org: &Org,
    phone: &PhoneNumber,
    order: OrderId,
    customer: &str,
    card: Option<&SavedCard>,
) -> DbResult<()> {
    let Some(card) = card else {
        // Another customer of the same number may have one: each page that nobody had a card for makes a customer.
        let sql = sql!("delete from saved_cards where org_id = $1 and phone = $2 and customer = $3");
        return org.run(sql, args![phone, customer]).await.map(|_| ());
    };
    let sql = sql!(
        "insert into saved_cards (org_id, phone, customer, payment_method, brand, last4, order_id, saved_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (org_id, phone) do update
         set customer = excluded.customer, payment_method = excluded.payment_method, brand = excluded.brand,
             last4 = excluded.last4, order_id = excluded.order_id, saved_at = excluded.saved_at"
    );
    let values = args![phone, customer, &card.payment_method, &card.brand, &card.last4, order, org.now()];
    org.run(sql, values).await.map(|_| ())
}

/// Forgets the card of a number, if it is still that of this customer.
pub(super) async fn forget(tx: &mut OrgTx, phone: &PhoneNumber, customer: &str) -> DbResult<()> {
    let sql = sql!("delete from saved_cards where org_id = $1 and phone = $2 and customer = $3");
    tx.run(sql, args![phone, customer]).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_named_by_its_brand_and_last_digits() {
        let card = |brand: &str| Label { brand: brand.into(), last4: "4242".into() };

        assert_eq!(card("visa").written(), "Visa ending in 4242");
        assert_eq!(card("amex").spoken(), "American Express ending in 4 2 4 2");
        assert_eq!(card("brand_new").spoken(), "card ending in 4 2 4 2");
    }
}
