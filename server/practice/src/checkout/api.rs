//! The interface: forms in, JSON out, errors and idempotency as Stripe has them.

use axum::{
    Json,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use serde_json::Value;

use super::{
    Shared,
    ledger::{Ledger, Refusal},
    unix_now,
};
use crate::form;

type Form = Vec<(String, String)>;

pub(super) async fn create_session(State(shared): State<Shared>, headers: HeaderMap, body: String) -> Response {
    let origin = shared.origin.clone();
    post(&shared, &headers, "/v1/checkout/sessions", &body, |ledger, form| {
        ledger.create_session(form, &origin, unix_now())
    })
    .await
}

pub(super) async fn expire(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let path = format!("/v1/checkout/sessions/{id}/expire");
    post(&shared, &headers, &path, &body, |ledger, _| ledger.expire(&id)).await
}

pub(super) async fn create_intent(State(shared): State<Shared>, headers: HeaderMap, body: String) -> Response {
    post(&shared, &headers, "/v1/payment_intents", &body, |ledger, form| ledger.create_intent(form, unix_now())).await
}

pub(super) async fn refund(State(shared): State<Shared>, headers: HeaderMap, body: String) -> Response {
    post(&shared, &headers, "/v1/refunds", &body, |ledger, form| ledger.refund(form, unix_now())).await
}

pub(super) async fn session(State(shared): State<Shared>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    read(&shared, &headers, |ledger| ledger.session(&id)).await
}

pub(super) async fn intent(State(shared): State<Shared>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    read(&shared, &headers, |ledger| ledger.intent(&id)).await
}

pub(super) async fn payment_methods(
    State(shared): State<Shared>,
    Path(customer): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = form::read(&query.unwrap_or_default());
    let limit = form::get(&query, "limit").and_then(|it| it.parse().ok()).unwrap_or(10);
    read(&shared, &headers, |ledger| ledger.customers.list(&customer, limit)).await
}

async fn read(shared: &Shared, headers: &HeaderMap, look: impl FnOnce(&Ledger) -> Result<Value, Refusal>) -> Response {
    if let Some(refusal) = refused(shared, headers) {
        return refusal;
    }
    let found = look(&shared.ledger());
    hang(shared).await;
    answer(found.map(outside))
}

async fn post(
    shared: &Shared,
    headers: &HeaderMap,
    path: &str,
    body: &str,
    act: impl FnOnce(&mut Ledger, &Form) -> Result<Value, Refusal>,
) -> Response {
    if let Some(refusal) = refused(shared, headers) {
        return refusal;
    }
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).map(str::to_owned);
    let asked = format!("{path} {body}");
    let (response, replayed) = {
        let mut ledger = shared.ledger();
        let known = key.as_ref().and_then(|key| ledger.answers.get(key)).cloned();
        match known {
            Some((first, ..)) if first != asked => {
                let message =
                    "Keys for idempotent requests can only be used with the same parameters they were first used with.";
                let refusal =
                    Refusal { kind: "idempotency_error", ..Refusal::invalid("idempotency_key_in_use", message) };
                (answer(Err(refusal)), false)
            }
            Some((_, status, stored)) => (stored_answer(status, stored), true),
            None => {
                let outcome = act(&mut ledger, &form::read(body)).map(outside);
                // As with Stripe: what failed before anything was done is not kept under its key.
                if let Some(key) = key {
                    match &outcome {
                        Ok(value) => _ = ledger.answers.insert(key, (asked, 200, value.clone())),
                        Err(refusal) if refusal.status == 402 => {
                            ledger.answers.insert(key, (asked, 402, refusal.to_json()));
                        }
                        Err(_) => {}
                    }
                }
                (answer(outcome), false)
            }
        }
    };
    shared.tell();
    hang(shared).await;
    if replayed {
        ([("idempotent-replayed", HeaderValue::from_static("true"))], response).into_response()
    } else {
        response
    }
}

/// What is not Stripe's stays inside.
fn outside(mut value: Value) -> Value {
    if let Some(object) = value.as_object_mut() {
        object.remove("practice");
    }
    value
}

async fn hang(shared: &Shared) {
    if shared.faults.take("hang").is_some() {
        std::future::pending::<()>().await;
    }
}

fn refused(shared: &Shared, headers: &HeaderMap) -> Option<Response> {
    if let Some(status) = shared.faults.number("refuse", 500) {
        let refusal = Refusal {
            status: u16::try_from(status).unwrap_or(500),
            kind: "api_error",
            code: "practice_fault",
            message: "The practice Checkout was told to refuse.".into(),
        };
        return Some(answer(Err(refusal)));
    }
    let given = headers.get("authorization").and_then(|it| it.to_str().ok()).and_then(|it| it.strip_prefix("Bearer "));
    let known = given.is_some_and(|given| shared.key.as_deref().is_none_or(|key| key == given));
    if known {
        return None;
    }
    let refusal = Refusal { status: 401, ..Refusal::invalid("invalid_api_key", "Invalid API Key provided.") };
    Some(answer(Err(refusal)))
}

fn answer(outcome: Result<Value, Refusal>) -> Response {
    match outcome {
        Ok(value) => Json(value).into_response(),
        Err(refusal) => stored_answer(refusal.status, refusal.to_json()),
    }
}

fn stored_answer(status: u16, body: Value) -> Response {
    (StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), Json(body)).into_response()
}
