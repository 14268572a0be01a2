use std::sync::{Arc, Mutex};

use axum::{Json, Router, extract::Request, response::IntoResponse};
use chrono::TimeZone;
use http::StatusCode;
use model::{Money, OrderId};
use serde_json::{Value, json};

use super::*;

/// Answers everything in one way, and remembers what it was asked: method, path, key, form.
async fn answering(status: StatusCode, answer: Value) -> (Stripe, Arc<Mutex<Vec<[String; 4]>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let remember = Arc::clone(&seen);
    let app = Router::new().fallback(async move |request: Request| {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        let form = percent_encoding::percent_decode(&body).decode_utf8().unwrap().into_owned();
        let key = parts.headers.get("idempotency-key").map_or_else(String::new, |key| key.to_str().unwrap().into());
        remember.lock().unwrap().push([parts.method.to_string(), parts.uri.to_string(), key, form]);
        (status, Json(answer.clone())).into_response()
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (Stripe::new(&url, &"sk_test_x".to_owned().into()).unwrap(), seen)
}

fn order() -> OrderId {
    OrderId::from_u128(7)
}

fn checkout() -> NewCheckout {
    NewCheckout {
        order: order(),
        attempt: 2,
        title: "VIP, The Soup Cookoff".into(),
        unit: Money::usd(7_500),
        quantity: 2,
        customer: None,
        expires_at: Utc.timestamp_opt(1_795_170_000, 0).unwrap(),
        success_url: "https://x.example/ok".into(),
        cancel_url: "https://x.example/no".into(),
    }
}

#[tokio::test]
async fn a_page_is_asked_for_as_stripe_wants_it() {
    // Fewer fields than the crate's own objects insist on.
    let answer = json!({ "id": "cs_test_1", "url": "https://checkout.example/1", "status": "open", "brand_new": [1] });
    let (stripe, seen) = answering(StatusCode::OK, answer).await;

    let page = stripe.create_checkout(checkout()).await.unwrap();

    assert_eq!((page.id.as_str(), page.url.as_str()), ("cs_test_1", "https://checkout.example/1"));
    let [method, path, key, form] = seen.lock().unwrap()[0].clone();
    assert_eq!([method.as_str(), &path], ["POST", "/v1/checkout/sessions"]);
    assert_eq!(key, format!("{}:checkout:2", order()));
    for part in [
        "mode=payment",
        "line_items[0][quantity]=2",
        "line_items[0][price_data][currency]=usd",
        "line_items[0][price_data][unit_amount]=7500",
        "expires_at=1795170000",
        &format!("client_reference_id={}", order()),
        &format!("metadata[order_id]={}", order()),
        &format!("payment_intent_data[metadata][order_id]={}", order()),
        "customer_creation=always",
        "saved_payment_method_options[payment_method_save]=enabled",
    ] {
        assert!(form.split('&').any(|found| found == part), "{part} in {form}");
    }

    let known = NewCheckout { customer: Some("cus_1".into()), ..checkout() };
    stripe.create_checkout(known).await.unwrap();
    let form = seen.lock().unwrap()[1][3].clone();
    assert!(form.contains("&customer=cus_1&") && !form.contains("customer_creation"), "{form}");
}

#[tokio::test]
async fn the_newest_card_that_may_be_offered_again_is_asked_for() {
    let card = |last4: &str| json!({ "id": "pm_1", "type": "card", "card": { "brand": "visa", "last4": last4, "exp_year": 2031 } });
    let (stripe, seen) = answering(StatusCode::OK, json!({ "object": "list", "data": [card("4242")] })).await;
    let saved = SavedCard { payment_method: "pm_1".into(), brand: "visa".into(), last4: "4242".into() };
    assert_eq!(stripe.saved_card("cus_1").await, Ok(Some(saved)));
    let [method, path, ..] = seen.lock().unwrap()[0].clone();
    let query = "type=card&allow_redisplay=always&limit=1";
    assert_eq!((method.as_str(), path), ("GET", format!("/v1/customers/cus_1/payment_methods?{query}")));

    let (none, _) = answering(StatusCode::OK, json!({ "data": [] })).await;
    assert_eq!(none.saved_card("cus_1").await, Ok(None));
    assert!(none.saved_card("cus_1/../cus_2").await.is_err(), "an id is no path");
    for odd in [json!({}), json!({ "data": [card("42<b")] }), json!({ "data": [{ "id": "pm_1", "card": null }] })] {
        let (stripe, _) = answering(StatusCode::OK, odd).await;
        assert_eq!(stripe.saved_card("cus_1").await, Err(PaymentError::Unreadable));
    }
}

#[tokio::test]
async fn pages_are_read_in_every_state() {
    let state = async |answer: Value| answering(StatusCode::OK, answer).await.0.checkout("cs_test_1").await;
    let paid = Payment {
        payment_intent: Some("pi_1".into()),
        amount_minor: 15_000,
        currency: "usd".into(),
        email: Some("ana@example.org".into()),
        customer: Some("cus_1".into()),
    };
    let complete = |payment_status: &str| {
        json!({
            "id": "cs_test_1", "status": "complete", "payment_status": payment_status, "payment_intent": "pi_1",
            "amount_total": 15_000, "currency": "usd", "customer": "cus_1", "customer_details": { "email": "ana@example.org", "name": null },
        })
    };
    assert_eq!(state(complete("paid")).await, Ok(CheckoutState::Paid(paid.clone())));
    let mut expanded = complete("paid");
    expanded["customer"] = json!({ "id": "cus_1", "object": "customer", "email": null });
    assert_eq!(state(expanded).await, Ok(CheckoutState::Paid(paid)));
    assert_eq!(state(complete("unpaid")).await, Ok(CheckoutState::Processing));
    assert_eq!(state(json!({ "id": "cs_test_1", "status": "expired" })).await, Ok(CheckoutState::Expired));
    let open = CheckoutState::Open { url: None, expires_at: None };
    assert_eq!(state(json!({ "id": "cs_test_1", "status": "open", "url": null })).await, Ok(open));
    assert_eq!(state(json!({ "id": "cs_test_1" })).await, Err(PaymentError::Unreadable));
}

#[tokio::test]
async fn refusals_are_told_from_what_may_be_asked_again() {
    let problem = |code: &str| json!({ "error": { "type": "invalid_request_error", "code": code, "message": "no" } });
    let refund = NewRefund { order: order(), number: 1, payment_intent: "pi_1".into(), amount: Money::usd(100) };
    let answer = async |status: u16, code: &str| {
        answering(StatusCode::from_u16(status).unwrap(), problem(code)).await.0.refund(refund.clone()).await
    };
    let refused = PaymentError::Refused { status: 400, code: Some("charge_already_refunded".into()) };
    assert_eq!(answer(400, "charge_already_refunded").await, Err(refused));
    for status in [409, 429, 500, 503] {
        assert_eq!(answer(status, "lock_timeout").await, Err(PaymentError::Unreachable), "{status}");
    }
    let (stripe, _) = answering(StatusCode::OK, json!({})).await;
    assert!(stripe.checkout("../../v1/customers").await.is_err(), "an id is no path");
}

#[tokio::test]
async fn a_refund_is_asked_for_once_by_its_number() {
    let (stripe, seen) = answering(StatusCode::OK, json!({ "id": "re_1", "status": "pending" })).await;
    let refund = NewRefund { order: order(), number: 3, payment_intent: "pi_1".into(), amount: Money::usd(4_500) };
    let given = stripe.refund(refund).await;
    assert_eq!(given, Ok(Refund { id: "re_1".into(), state: RefundState::Pending }));
    let [_, path, key, form] = seen.lock().unwrap()[0].clone();
    assert_eq!((path.as_str(), key), ("/v1/refunds", format!("{}:refund:3", order())));
    assert!(form.contains("payment_intent=pi_1&amount=4500"), "{form}");
}

#[tokio::test]
async fn a_stored_payment_method_is_charged_declined_or_needs_its_owner() {
    let charge = NewCharge {
        order: order(),
        attempt: 1,
        amount: Money::usd(15_000),
        payment_method: "pm_card_visa".into(),
        customer: None,
        description: "VIP".into(),
    };
    let (stripe, seen) = answering(StatusCode::OK, json!({ "id": "pi_1", "status": "succeeded" })).await;
    let paid = stripe.charge_stored(charge.clone()).await;
    assert_eq!(paid, Ok(Charge { payment_intent: Some("pi_1".into()), state: ChargeState::Paid }));
    let form = seen.lock().unwrap()[0][3].clone();
    assert!(form.contains("confirm=true&off_session=true") && !form.contains("customer="), "{form}");

    let problem =
        |code: &str| json!({ "error": { "type": "card_error", "code": code, "decline_code": "generic_decline" } });
    for (code, state) in [
        ("card_declined", ChargeState::Declined("card_declined".into())),
        ("authentication_required", ChargeState::NeedsCustomer),
    ] {
        let (stripe, _) = answering(StatusCode::PAYMENT_REQUIRED, problem(code)).await;
        assert_eq!(stripe.charge_stored(charge.clone()).await, Ok(Charge { payment_intent: None, state }));
    }
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_reported_as_such() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let stripe = Stripe::new(&url, &"sk_live_x".to_owned().into()).unwrap();
    assert_eq!(stripe.checkout("cs_test_1").await, Err(PaymentError::Unreachable));
    assert!(stripe.live());
}

#[tokio::test]
async fn answers_of_versions_that_are_long_past_are_read() {
    // As localstripe answers, which speaks the version of 2017: an object where a name is today, and many fields that nobody promised.
    let charge =
        json!({ "id": "ch_1", "object": "charge", "amount": 15_000, "refunds": { "data": [], "object": "list" } });
    let intent = json!({
        "id": "pi_1", "object": "payment_intent", "status": "succeeded", "amount": 15_000, "currency": "usd",
        "latest_charge": charge, "charges": { "data": [charge], "has_more": false }, "payment_method": "pm_1",
    });
    let (stripe, _) = answering(StatusCode::OK, intent).await;
    let charge = NewCharge {
        order: order(),
        attempt: 1,
        amount: Money::usd(15_000),
        payment_method: "pm_1".into(),
        customer: Some("cus_1".into()),
        description: "VIP".into(),
    };
    let paid = stripe.charge_stored(charge).await;
    assert_eq!(paid, Ok(Charge { payment_intent: Some("pi_1".into()), state: ChargeState::Paid }));
}
