//! Twilio's REST interface as far as a call in progress needs it: hang up, or go on with other TwiML.
//!
//! A server whose `TWILIO_API_BASE_URL` points here really ends the calls of this telephone.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::mpsc};
use tokio_util::sync::CancellationToken;

/// What the interface tells a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// `Status=completed`.
    HangUp,
    /// `Twiml=…`: leave the stream, do this.
    Twiml(String),
}

/// The calls that are in progress.
#[derive(Clone, Debug, Default)]
pub struct Calls(Arc<Mutex<HashMap<String, mpsc::UnboundedSender<Command>>>>);

impl Calls {
    /// A call begins; commands for it arrive at the receiver.
    pub fn begin(&self, call_sid: &str) -> mpsc::UnboundedReceiver<Command> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.0.lock().expect("no panic while it is locked").insert(call_sid.to_owned(), sender);
        receiver
    }

    /// A call has ended.
    pub fn end(&self, call_sid: &str) {
        self.0.lock().expect("no panic while it is locked").remove(call_sid);
    }

    fn tell(&self, call_sid: &str, command: Command) -> bool {
        let calls = self.0.lock().expect("no panic while it is locked");
        calls.get(call_sid).is_some_and(|it| it.send(command).is_ok())
    }
}

#[derive(Clone)]
struct Interface {
    calls: Calls,
    /// `account:token`, when it is checked.
    credentials: Option<String>,
}

/// Serves the interface until stopped. With credentials (`account`, `token`) it asks for them.
pub async fn serve(
    listener: TcpListener,
    calls: Calls,
    credentials: Option<(String, String)>,
    stop: CancellationToken,
) {
    let credentials = credentials.map(|(account, token)| format!("{account}:{token}"));
    let router = Router::new()
        .route("/2010-04-01/Accounts/{account}/Calls/{call}", post(update).get(show))
        .with_state(Interface { calls, credentials });
    if let Err(why) = axum::serve(listener, router).with_graceful_shutdown(async move { stop.cancelled().await }).await
    {
        tracing::error!(%why, "the practice REST interface stopped");
    }
}

async fn update(
    State(interface): State<Interface>,
    Path((account, call)): Path<(String, String)>,
    headers: HeaderMap,
    body: String,
) -> Response {
    if !interface.knows(&headers) {
        return problem(StatusCode::UNAUTHORIZED, 20_003, "Authenticate");
    }
    let Some(call) = call.strip_suffix(".json") else { return problem(StatusCode::NOT_FOUND, 20_404, "Not found") };
    let form: HashMap<String, String> = reqwest::Url::parse(&format!("form:?{body}"))
        .map(|it| it.query_pairs().into_owned().collect())
        .unwrap_or_default();
    let command = match (form.get("Status").map(String::as_str), form.get("Twiml")) {
        (Some("completed" | "canceled"), None) => Command::HangUp,
        (None, Some(twiml)) if twiml.chars().count() > 4_000 => {
            return problem(StatusCode::BAD_REQUEST, 32_018, "TwiML is longer than 4000 characters");
        }
        (None, Some(twiml)) => Command::Twiml(twiml.clone()),
        _ => return problem(StatusCode::BAD_REQUEST, 20_001, "Status=completed or Twiml is expected"),
    };
    let status = if command == Command::HangUp { "completed" } else { "in-progress" };
    if !interface.calls.tell(call, command) {
        return problem(StatusCode::BAD_REQUEST, 21_220, "Call is not in-progress. Cannot redirect.");
    }
    Json(resource(&account, call, status)).into_response()
}

async fn show(
    State(interface): State<Interface>,
    Path((account, call)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    if !interface.knows(&headers) {
        return problem(StatusCode::UNAUTHORIZED, 20_003, "Authenticate");
    }
    let call = call.trim_end_matches(".json");
    let running = interface.calls.0.lock().expect("no panic while it is locked").contains_key(call);
    Json(resource(&account, call, if running { "in-progress" } else { "completed" })).into_response()
}

impl Interface {
    fn knows(&self, headers: &HeaderMap) -> bool {
        let Some(expected) = &self.credentials else { return true };
        let given =
            headers.get("authorization").and_then(|it| it.to_str().ok()).and_then(|it| it.strip_prefix("Basic "));
        given.and_then(|it| BASE64_STANDARD.decode(it).ok()).is_some_and(|it| it == expected.as_bytes())
    }
}

fn resource(account: &str, call: &str, status: &str) -> Value {
    let uri = format!("/2010-04-01/Accounts/{account}/Calls/{call}.json");
    json!({ "sid": call, "account_sid": account, "status": status, "direction": "inbound", "api_version": "2010-04-01", "uri": uri })
}

fn problem(status: StatusCode, code: u32, message: &str) -> Response {
    let more = format!("https://www.twilio.com/docs/errors/{code}");
    let body = json!({ "code": code, "message": message, "more_info": more, "status": status.as_u16() });
    (status, Json(body)).into_response()
}
