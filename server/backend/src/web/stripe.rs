//! `POST /stripe/webhook`: events of the payment provider. The signature is checked over the raw bytes, the event is stored, and only then
//! is the provider told that we have it; what it means is a job's business.

use std::time::Duration;

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    response::{IntoResponse, Response},
    routing::post,
};
use http::{HeaderMap, StatusCode};

use crate::{Backend, metrics, payments, providers::payments::signature};

/// Events have a few kilobytes.
const MAX_BODY: usize = 1 << 20;

/// The provider waits longer; it tries again for days.
const STORE_WITHIN: Duration = Duration::from_secs(8);

/// The webhook.
pub fn router() -> Router<Backend> {
    Router::new().route("/stripe/webhook", post(event)).layer(DefaultBodyLimit::max(MAX_BODY))
}

async fn event(State(backend): State<Backend>, headers: HeaderMap, body: Bytes) -> Response {
    let began = std::time::Instant::now();
    let response = take(&backend, &headers, &body).await;
    metrics::webhook("stripe", response.status().as_u16(), began.elapsed());
    response
}

async fn take(backend: &Backend, headers: &HeaderMap, body: &Bytes) -> Response {
    let header = headers.get("stripe-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let secrets = &backend.config().stripe.webhook_secrets;
    if let Err(error) = signature::verify(secrets, header, body, backend.clock().now()) {
        tracing::warn!(%error, "an event of the payment provider was refused");
        return (StatusCode::BAD_REQUEST, error.to_string()).into_response();
    }
    match tokio::time::timeout(STORE_WITHIN, payments::store(backend, body)).await {
        Ok(Ok(())) => return StatusCode::OK.into_response(),
        Ok(Err(error)) => tracing::error!(%error, "an event of the payment provider could not be stored"),
        Err(_) => tracing::error!("an event of the payment provider could not be stored in time"),
    }
    // The provider tries again.
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}
