//! Texts from callers, and what became of ours: `POST /sms` and `POST /sms/status`.

use std::time::Duration;

use axum::{
    Router,
    extract::{DefaultBodyLimit, OriginalUri, State},
    response::{IntoResponse, Response},
    routing::post,
};
use http::StatusCode;

use super::{form::Form, signed::Signed, twiml::Twiml};
use crate::{
    Backend,
    db::DbError,
    inbound_texts::{self, Arrived},
    orgs,
    outbox::reports,
    providers::messages::Accepted,
};

/// Forms have a few kilobytes.
const MAX_BODY: usize = 64 << 10;

/// Twilio gives up after 15 seconds.
const ANSWER_WITHIN: Duration = Duration::from_secs(8);

/// `/sms` and `/sms/status`.
pub fn router() -> Router<Backend> {
    Router::new().route("/sms", post(text)).route("/sms/status", post(status)).layer(DefaultBodyLimit::max(MAX_BODY))
}

/// A text arrives; the organisation is the one that owns `To`.
async fn text(State(backend): State<Backend>, Signed(form): Signed) -> Response {
    let Some(arrived) = read(&form) else {
        return (StatusCode::BAD_REQUEST, "MessageSid, From or To is missing or malformed").into_response();
    };
    match tokio::time::timeout(ANSWER_WITHIN, take(&backend, &arrived)).await {
        Ok(Ok(Some(answer))) => return Twiml::default().message(&answer).into_response(),
        Ok(Ok(None)) => return Twiml::default().into_response(),
        Ok(Err(error)) => tracing::error!(%error, "a text could not be stored"),
        Err(_) => tracing::error!("a text could not be stored in time"),
    }
    // Twilio tries again where it is told to, and shows the error to the operator.
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

fn read(form: &Form) -> Option<Arrived> {
    Some(Arrived {
        id: form.get("MessageSid").filter(|sid| is_sid(sid))?.to_owned(),
        from: form.get("From")?.parse().ok()?,
        to: form.get("To")?.parse().ok()?,
        body: form.get("Body").unwrap_or_default().to_owned(),
        handled: form.get("OptOutType").is_some(),
    })
}

async fn take(backend: &Backend, arrived: &Arrived) -> Result<Option<String>, DbError> {
    let Some(org) = orgs::by_number(backend, &arrived.to).await? else {
        tracing::warn!("a text came for a number that belongs to nobody here");
        return Ok(None);
    };
    inbound_texts::take(&org, arrived).await
}

/// How far one of our texts has come. These requests come in any order and several times.
async fn status(State(backend): State<Backend>, OriginalUri(uri): OriginalUri, Signed(form): Signed) -> Response {
    let (Some(sid), Some(status)) = (form.get("MessageSid").filter(|sid| is_sid(sid)), form.get("MessageStatus"))
    else {
        return (StatusCode::BAD_REQUEST, "MessageSid or MessageStatus is missing or malformed").into_response();
    };
    let query = uri.query().and_then(|query| Form::parse(query.as_bytes()).ok()).unwrap_or_default();
    let message = query.get("message").and_then(|id| id.parse().ok());
    let report = Accepted {
        provider_id: sid.to_owned(),
        status: status.to_owned(),
        code: form.get("ErrorCode").and_then(|code| code.parse().ok()),
    };
    match tokio::time::timeout(ANSWER_WITHIN, reports::take(&backend, message, &report)).await {
        // A text that nobody here knows may be another program's; asking again would not help.
        Ok(Ok(_)) => return StatusCode::NO_CONTENT.into_response(),
        Ok(Err(error)) => tracing::error!(%error, "a delivery report could not be stored"),
        Err(_) => tracing::error!("a delivery report could not be stored in time"),
    }
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

/// Sids are stored and compared; their letters are checked once, here.
fn is_sid(sid: &str) -> bool {
    (3..=64).contains(&sid.len()) && sid.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
