//! Reads what the payment provider's events tell: the few fields that matter, wherever an object has more or fewer of the others than
//! some version of the interface promises.

use model::OrderId;
use serde_json::Value;

use super::{PaymentFact, RefundState};

/// An event, as far as it concerns us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The provider's name for it: the same event comes several times.
    pub id: String,
    /// What it is.
    pub kind: String,
    /// Whether money is real.
    pub live: bool,
    /// The order, where the event names it.
    pub order: Option<OrderId>,
    /// The payment, where the event names it.
    pub payment_intent: Option<String>,
    /// What it tells, if that is anything to us.
    pub fact: Option<PaymentFact>,
}

impl Event {
    /// Reads an event; `None` where it is none.
    pub fn read(event: &Value) -> Option<Self> {
        let (id, kind) = (text(event, "/id")?, text(event, "/type")?);
        let object = event.pointer("/data/object")?;
        let is_intent = kind.starts_with("payment_intent.");
        let payment_intent = if is_intent { text(object, "/id") } else { named(object, "payment_intent") };
        let order = text(object, "/metadata/order_id").or_else(|| text(object, "/client_reference_id"));
        Some(Self {
            live: event.get("livemode").and_then(Value::as_bool).unwrap_or(false),
            order: order.and_then(|id| id.parse().ok()),
            fact: fact(&kind, object, payment_intent.clone()),
            payment_intent,
            id,
            kind,
        })
    }
}

fn fact(kind: &str, object: &Value, payment_intent: Option<String>) -> Option<PaymentFact> {
    let status = text(object, "/status").unwrap_or_default();
    match kind {
        "checkout.session.completed" if text(object, "/payment_status")? == "unpaid" => Some(PaymentFact::Pending),
        "checkout.session.completed" | "checkout.session.async_payment_succeeded" => Some(PaymentFact::Paid {
            session: text(object, "/id"),
            payment_intent,
            amount_minor: number(object, "/amount_total")?,
            currency: text(object, "/currency")?,
            email: text(object, "/customer_details/email").or_else(|| text(object, "/customer_email")),
            customer: named(object, "customer"),
        }),
        "checkout.session.async_payment_failed" => Some(PaymentFact::Failed),
        "checkout.session.expired" => Some(PaymentFact::Expired),
        "payment_intent.succeeded" => Some(PaymentFact::Paid {
            session: None,
            payment_intent,
            amount_minor: number(object, "/amount_received").or_else(|| number(object, "/amount"))?,
            currency: text(object, "/currency")?,
            email: text(object, "/receipt_email"),
            customer: named(object, "customer"),
        }),
        // On a pay page the customer may try another card.
        "payment_intent.payment_failed" | "payment_intent.canceled"
            if text(object, "/metadata/via").as_deref() == Some(super::VIA_STORED) =>
        {
            Some(PaymentFact::ChargeFailed)
        }
        "charge.refunded" => Some(PaymentFact::Refunded {
            amount_refunded_minor: number(object, "/amount_refunded")?,
            of_minor: number(object, "/amount")?,
        }),
        "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated" => Some(PaymentFact::Refund {
            id: text(object, "/id")?,
            amount_minor: number(object, "/amount").unwrap_or(0),
            state: match status.as_str() {
                "failed" | "canceled" => RefundState::Failed,
                "succeeded" => RefundState::Succeeded,
                _ => RefundState::Pending,
            },
        }),
        "charge.dispute.created" => Some(PaymentFact::Disputed),
        "charge.dispute.closed" => {
            Some(PaymentFact::DisputeClosed { won: matches!(status.as_str(), "won" | "warning_closed" | "prevented") })
        }
        _ => None,
    }
}

fn text(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn number(value: &Value, pointer: &str) -> Option<i64> {
    value.pointer(pointer)?.as_i64()
}

/// The id of another object, which is there as its id or as the whole object.
fn named(value: &Value, field: &str) -> Option<String> {
    text(value, &format!("/{field}")).or_else(|| text(value, &format!("/{field}/id")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fact_of(kind: &str, object: &Value) -> Option<PaymentFact> {
        read(kind, object).fact
    }

    fn read(kind: &str, object: &Value) -> Event {
        let event = json!({ "id": "evt_1", "type": kind, "livemode": false, "data": { "object": object } });
        Event::read(&event).expect("an event")
    }

    fn session(payment_status: &str) -> Value {
        json!({
            "id": "cs_1", "payment_status": payment_status, "amount_total": 15_000, "currency": "usd",
            "client_reference_id": OrderId::from_u128(7).to_string(), "payment_intent": "pi_1",
            "customer": "cus_1", "customer_details": { "email": "ana@example.org" },
        })
    }

    #[test]
    fn a_completed_page_is_paid_only_where_it_says_so() {
        let paid = PaymentFact::Paid {
            session: Some("cs_1".into()),
            payment_intent: Some("pi_1".into()),
            amount_minor: 15_000,
            currency: "usd".into(),
            email: Some("ana@example.org".into()),
            customer: Some("cus_1".into()),
        };
        assert_eq!(fact_of("checkout.session.completed", &session("paid")), Some(paid.clone()));
        assert_eq!(fact_of("checkout.session.completed", &session("unpaid")), Some(PaymentFact::Pending));
        assert_eq!(fact_of("checkout.session.async_payment_succeeded", &session("paid")), Some(paid.clone()));
        let mut expanded = session("paid");
        expanded["customer"] = json!({ "id": "cus_1", "object": "customer" });
        assert_eq!(fact_of("checkout.session.completed", &expanded), Some(paid));
        assert_eq!(fact_of("checkout.session.async_payment_failed", &session("unpaid")), Some(PaymentFact::Failed));
        assert_eq!(fact_of("checkout.session.expired", &session("unpaid")), Some(PaymentFact::Expired));
        assert_eq!(read("checkout.session.completed", &session("paid")).order, Some(OrderId::from_u128(7)));
    }

    #[test]
    fn a_declined_card_on_a_page_is_nothing_and_one_that_was_saved_is_told() {
        let on_page = json!({ "id": "pi_1", "status": "requires_payment_method", "metadata": {} });
        let stored = json!({ "id": "pi_1", "status": "requires_payment_method", "metadata": { "via": "stored" } });
        assert_eq!(fact_of("payment_intent.payment_failed", &on_page), None);
        assert_eq!(fact_of("payment_intent.payment_failed", &stored), Some(PaymentFact::ChargeFailed));
        assert_eq!(read("payment_intent.payment_failed", &on_page).payment_intent.as_deref(), Some("pi_1"));
    }

    #[test]
    fn refunds_and_disputes_name_the_payment() {
        let charge =
            json!({ "id": "ch_1", "amount": 9_000, "amount_refunded": 4_500, "payment_intent": { "id": "pi_9" } });
        let event = read("charge.refunded", &charge);
        assert_eq!(event.fact, Some(PaymentFact::Refunded { amount_refunded_minor: 4_500, of_minor: 9_000 }));
        assert_eq!(event.payment_intent.as_deref(), Some("pi_9"));

        let dispute = |status: &str| json!({ "id": "dp_1", "status": status, "payment_intent": "pi_9" });
        assert_eq!(fact_of("charge.dispute.created", &dispute("needs_response")), Some(PaymentFact::Disputed));
        assert_eq!(fact_of("charge.dispute.closed", &dispute("won")), Some(PaymentFact::DisputeClosed { won: true }));
        assert_eq!(fact_of("charge.dispute.closed", &dispute("lost")), Some(PaymentFact::DisputeClosed { won: false }));
        for (status, state) in [
            ("pending", RefundState::Pending),
            ("succeeded", RefundState::Succeeded),
            ("failed", RefundState::Failed),
            ("canceled", RefundState::Failed),
        ] {
            let refund = json!({ "id": "re_1", "amount": 4_500, "status": status, "payment_intent": "pi_9" });
            let event = read("refund.updated", &refund);
            assert_eq!(event.fact, Some(PaymentFact::Refund { id: "re_1".into(), amount_minor: 4_500, state }));
            assert_eq!(event.payment_intent.as_deref(), Some("pi_9"));
        }
    }

    #[test]
    fn objects_of_any_shape_are_read_without_harm() {
        assert_eq!(Event::read(&json!([])), None);
        assert_eq!(Event::read(&json!({ "id": "evt_1", "type": "x" })), None);
        for object in [json!(null), json!("x"), json!({ "amount_total": "many", "payment_status": 3, "metadata": [] })]
        {
            assert_eq!(fact_of("checkout.session.completed", &object), None);
        }
        assert_eq!(fact_of("customer.created", &json!({})), None);
    }
}
