//! Whether the server lives, whether it takes calls, and its figures.

use std::{
    sync::OnceLock,
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{StatusCode, header};
use serde_json::json;

use crate::{Backend, metrics};

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

async fn health() -> Response {
    Json(json!({ "status": "ok", "uptime": began().elapsed().as_secs() })).into_response()
}

async fn ready(State(backend): State<Backend>) -> Response {
    let draining = backend.running().is_draining();
    let database = matches!(tokio::time::timeout(PING_WITHIN, backend.db().ping()).await, Ok(Ok(())));
    let ready = database && !draining;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body =
        json!({ "ready": ready, "draining": draining, "database": database, "calls": backend.running().count() });
    (status, Json(body)).into_response()
}

async fn figures() -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics::render()).into_response()
}
