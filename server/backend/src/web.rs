//! What the server answers that is not a page: Twilio, the media stream, the REST interface, live events.
//! Each file exports its `router()`.

pub mod access;
pub mod events;
pub mod form;
pub mod guard;
pub mod health;
pub mod media;
pub mod pay;
pub mod peer;
pub mod problem;
pub mod rest;
pub mod sentences;
pub mod signed;
pub mod sms;
pub mod stripe;
pub mod twilio;
pub mod twiml;

use axum::Router;

use crate::{Backend, sessions};

/// What programs talk to and browsers do not: no session, no cookie.
pub fn machine_doors() -> Router<Backend> {
    Router::new()
        .merge(health::router())
        .merge(twilio::router())
        .merge(media::router())
        .merge(pay::router())
        .merge(sms::router())
        .merge(stripe::router())
}

/// What browsers talk to besides the pages: needs the session layer, and [`guard::same_origin`] around it.
pub fn browser_doors(backend: &Backend) -> Router<Backend> {
    let watching = events::router().layer(sessions::watching_layer(backend));
    Router::new().merge(watching).merge(rest::router())
}
