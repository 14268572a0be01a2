//! Whether the server lives, whether it takes calls, and its figures.

use std::{
    sync::OnceLock,
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{StatusCode, header};
use secrecy::ExposeSecret;
use serde_json::json;

use super::{peer, problem::Problem};
use crate::{Backend, metrics, secret};

/// A database that takes longer does not answer.
const PING_WITHIN: Duration = Duration::from_secs(1);

/// `/health`, `/ready` and `/metrics`.
pub fn router() -> Router<Backend> {
    began();
    Router::new().route("/health", get(health)).route("/ready", get(ready)).route("/metrics", get(figures))
}

fn began() -> Instant {
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    *BEGAN.get_or_init(Instant::now)
}

/// How busy an organisation's telephone is, is nobody else's business.
fn may_read_figures(backend: &Backend, request: &Request) -> bool {
    let shown = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let shown = shown.and_then(|value| value.strip_prefix("Bearer ")).map(secret::sha256);
    let wanted = backend.config().metrics_token.as_ref().map(|token| secret::sha256(token.expose_secret()));
    // Hashes are compared, so that the time taken tells nothing about the token.
    (shown.is_some() && shown == wanted) || peer::is_local(request.extensions(), request.headers())
}

async fn health() -> Response {
    Json(json!({ "status": "ok", "uptime": began().elapsed().as_secs() })).into_response()
}

async fn ready(State(backend): State<Backend>, request: Request) -> Response {
    let draining = backend.running().is_draining();
    let database = matches!(tokio::time::timeout(PING_WITHIN, backend.db().ping()).await, Ok(Ok(())));
    let ready = database && !draining;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let mut body = json!({ "ready": ready, "draining": draining, "database": database });
    if may_read_figures(&backend, &request) {
        body["calls"] = backend.running().count().into();
    }
    (status, Json(body)).into_response()
}

async fn figures(State(backend): State<Backend>, request: Request) -> Response {
    if !may_read_figures(&backend, &request) {
        return Problem::forbidden("The figures are for this machine, and for who has METRICS_TOKEN.").into_response();
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics::render()).into_response()
}
