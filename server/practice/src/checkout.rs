//! The practice Checkout: Stripe's interface as far as tickets need it, with a page on which a person pays by clicking.
//!
//! Pages (`checkout/sessions`), customers with the cards that they saved there, payments with a stored method (`payment_intents`) and
//! refunds; idempotency keys are replayed; whatever changes is told in signed events, in whatever order and number the faults say.
//! `ledger` is what it knows and decides, without a socket; `customers` is its part about people; `api` speaks the interface, `page`
//! shows the pay page, `events` delivers.

mod api;
mod customers;
mod events;
mod ledger;
mod page;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    routing::{get, post},
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use self::{events::Courier, ledger::Ledger};
use crate::fault::{Faults, Spec};

/// What can go wrong here.
pub const FAULTS: &[&str] = &["refuse", "hang", "lose", "duplicate", "reorder", "delay"];

/// What `--help` says of the faults.
pub const FAULTS_HELP: &str = "\
Faults, separated by commas; each for ever unless limited by *TIMES:
  refuse=STATUS     answer a request with this HTTP status and do nothing (500, 429 ...)
  hang              do what is asked, and never answer
  lose[=KIND]       never tell of this kind of event, or of any (checkout.session.completed ...)
  duplicate         tell of an event twice
  reorder           tell of an event only after the next one
  delay=MS          tell of an event so much later";

/// How a practice Checkout behaves.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The key that clients must have; `None` accepts any.
    pub key: Option<String>,
    /// Where events go.
    pub webhook: Option<Webhook>,
    /// What goes wrong.
    pub faults: Vec<Spec>,
}

/// Where events go.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// The address.
    pub url: String,
    /// What they are signed with.
    pub secret: String,
}

#[derive(Clone, Debug)]
struct Shared {
    key: Option<String>,
    origin: String,
    ledger: Arc<Mutex<Ledger>>,
    faults: Faults,
    courier: Courier,
}

impl Shared {
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells of what happened since this was last called.
    fn tell(&self) {
        let news = self.ledger().news();
        for event in news {
            self.courier.send(event);
        }
    }
}

/// Serves until stopped.
pub async fn serve(listener: TcpListener, options: Options, stop: CancellationToken) {
    let origin = listener.local_addr().map(|address| format!("http://{address}")).unwrap_or_default();
    let faults = Faults::new(&options.faults);
    let shared = Shared {
        key: options.key,
        ledger: Arc::default(),
        courier: Courier::start(options.webhook, faults.clone(), stop.clone()),
        origin,
        faults,
    };
    tokio::spawn(expire_in_time(shared.clone(), stop.clone()));
    let router = Router::new()
        .route("/v1/checkout/sessions", post(api::create_session))
        .route("/v1/checkout/sessions/{id}", get(api::session))
        .route("/v1/checkout/sessions/{id}/expire", post(api::expire))
        .route("/v1/customers/{id}/payment_methods", get(api::payment_methods))
        .route("/v1/payment_intents", post(api::create_intent))
        .route("/v1/payment_intents/{id}", get(api::intent))
        .route("/v1/refunds", post(api::refund))
        .route("/pay/{id}", get(page::show))
        .route("/pay/{id}/{action}", post(page::act))
        .with_state(shared);
    let served = axum::serve(listener, router).with_graceful_shutdown(async move { stop.cancelled().await });
    if let Err(why) = served.await {
        tracing::error!(%why, "the practice Checkout stopped");
    }
}

/// Closes pages whose time is up.
async fn expire_in_time(shared: Shared, stop: CancellationToken) {
    let mut every = tokio::time::interval(std::time::Duration::from_secs(1));
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = every.tick() => {}
        }
        shared.ledger().expire_old(unix_now());
        shared.tell();
    }
}

fn unix_now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_secs() as i64)
}

#[cfg(test)]
mod tests;
