//! What Stripe is asked, in its own words. The order's id is in every object that an event may later be about.

use model::{Currency, OrderId};
use serde::Serialize;

use crate::providers::payments::{NewCharge, NewCheckout, NewRefund, VIA_CHECKOUT, VIA_STORED};

#[derive(Debug, Serialize)]
pub(super) struct Checkout<'a> {
    mode: &'static str,
    success_url: &'a str,
    cancel_url: &'a str,
    client_reference_id: OrderId,
    expires_at: i64,
    line_items: [LineItem<'a>; 1],
    metadata: Metadata,
    payment_intent_data: PaymentIntentData<'a>,
    /// Either of the two: Stripe refuses both together.
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_creation: Option<&'static str>,
    saved_payment_method_options: SavedPaymentMethodOptions,
}

#[derive(Debug, Serialize)]
struct SavedPaymentMethodOptions {
    /// The page has a box to tick; the card is kept only for those who tick it.
    payment_method_save: &'static str,
}

#[derive(Debug, Serialize)]
struct LineItem<'a> {
    quantity: u32,
    price_data: PriceData<'a>,
}

#[derive(Debug, Serialize)]
struct PriceData<'a> {
    currency: Currency,
    unit_amount: i64,
    product_data: ProductData<'a>,
}

#[derive(Debug, Serialize)]
struct ProductData<'a> {
    name: &'a str,
}

#[derive(Debug, Serialize)]
struct PaymentIntentData<'a> {
    description: &'a str,
    // Stripe does not copy the page's metadata to the payment, and refunds and disputes know the payment alone.
    metadata: Metadata,
}

#[derive(Debug, Serialize)]
struct Metadata {
    order_id: OrderId,
    via: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct Refund<'a> {
    payment_intent: &'a str,
    amount: i64,
    reason: &'static str,
    metadata: Metadata,
}

#[derive(Debug, Serialize)]
pub(super) struct Charge<'a> {
    amount: i64,
    currency: Currency,
    payment_method: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<&'a str>,
    description: &'a str,
    confirm: bool,
    off_session: bool,
    metadata: Metadata,
}

pub(super) fn checkout(new: &NewCheckout) -> Checkout<'_> {
    let metadata = || Metadata { order_id: new.order, via: VIA_CHECKOUT };
    Checkout {
        mode: "payment",
        success_url: &new.success_url,
        cancel_url: &new.cancel_url,
        client_reference_id: new.order,
        expires_at: new.expires_at.timestamp(),
        line_items: [LineItem {
            quantity: new.quantity,
            price_data: PriceData {
                currency: new.unit.currency,
                unit_amount: new.unit.minor,
                product_data: ProductData { name: &new.title },
            },
        }],
        metadata: metadata(),
        payment_intent_data: PaymentIntentData { description: &new.title, metadata: metadata() },
        customer: new.customer.as_deref(),
        customer_creation: if new.customer.is_none() { Some("always") } else { None },
        saved_payment_method_options: SavedPaymentMethodOptions { payment_method_save: "enabled" },
    }
}

pub(super) fn refund(new: &NewRefund) -> Refund<'_> {
    Refund {
        payment_intent: &new.payment_intent,
        amount: new.amount.minor,
        reason: "requested_by_customer",
        metadata: Metadata { order_id: new.order, via: VIA_CHECKOUT },
    }
}

pub(super) fn charge(new: &NewCharge) -> Charge<'_> {
    Charge {
        amount: new.amount.minor,
        currency: new.amount.currency,
        payment_method: &new.payment_method,
        customer: new.customer.as_deref(),
        description: &new.description,
        confirm: true,
        off_session: true,
        metadata: Metadata { order_id: new.order, via: VIA_STORED },
    }
}
