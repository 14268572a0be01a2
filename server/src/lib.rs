//! The server: its doors in one router, and the commands of `aida`.

pub mod commands;
pub mod listen;
mod pages;
mod refused;
pub mod serve;
mod stand_ins;
pub mod telemetry;

use axum::{Router, middleware};
use backend::{
    Backend, sessions,
    web::{self, guard},
};

/// Every door of the server.
pub fn router(backend: &Backend) -> Router {
    let own = guard::OwnOrigin(Some(backend.config().public_url.clone()).filter(|_| !backend.config().is_loopback()));
    let browser = web::browser_doors(backend)
        .with_state(backend.clone())
        .merge(pages::router(backend))
        .layer(sessions::layer(backend))
        .layer(middleware::from_fn_with_state(own, guard::same_origin));
    Router::new()
        .merge(web::machine_doors().with_state(backend.clone()))
        .merge(browser)
        .layer(middleware::from_fn(guard::headers))
}
