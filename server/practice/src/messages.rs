//! The practice Messages: Twilio's resource of that name, and a screen on which the texts can be read.
//!
//! A text is taken and then reported on, from `queued` to `delivered`. Twilio's own numbers for tests fail as they do there:
//! `+15005550001` is no number, `+15005550004` has written STOP, `+15005550009` cannot take texts. `/` shows what was sent, so that
//! a person who practises can follow the links.

pub mod inbound;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::Utc;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    fault::{Faults, Spec},
    form::{self, escape, fresh},
    phone::sign,
};

/// What can go wrong here.
pub const FAULTS: &[&str] =
    &["refuse", "error", "hang", "undelivered", "failed", "lose", "duplicate", "reorder", "delay"];

/// What `--help` says of the faults.
pub const FAULTS_HELP: &str = "\
Faults, separated by commas; each for ever unless limited by *TIMES:
  refuse=STATUS      answer with this HTTP status and take nothing (500, 429 ...)
  error=CODE         refuse the text with this code (21610, 21211, 20429 ...)
  hang               take the text, and never answer
  undelivered=CODE   report that the text did not arrive (30003 ...)
  failed=CODE        report that it could not be sent (30007 ...)
  lose               report nothing
  duplicate          report everything twice
  reorder            report the end first
  delay=MS           report so much later";

/// How the practice Messages behave.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `account` and `token` that clients must have, when they are checked; reports are signed with the token.
    pub credentials: Option<(String, String)>,
    /// What goes wrong.
    pub faults: Vec<Spec>,
}

#[derive(Clone)]
struct Shared {
    credentials: Option<(String, String)>,
    texts: Arc<Mutex<Vec<Value>>>,
    faults: Faults,
    client: reqwest::Client,
}

impl Shared {
    fn texts(&self) -> MutexGuard<'_, Vec<Value>> {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn knows(&self, headers: &HeaderMap) -> bool {
        let Some((account, token)) = &self.credentials else { return true };
        let given =
            headers.get("authorization").and_then(|it| it.to_str().ok()).and_then(|it| it.strip_prefix("Basic "));
        let expected = format!("{account}:{token}");
        given.and_then(|it| BASE64_STANDARD.decode(it).ok()).is_some_and(|it| it == expected.as_bytes())
    }
}

/// Serves until stopped.
pub async fn serve(listener: TcpListener, options: Options, stop: CancellationToken) {
    _ = rustls::crypto::ring::default_provider().install_default();
    let shared = Shared {
        credentials: options.credentials,
        texts: Arc::default(),
        faults: Faults::new(&options.faults),
        client: reqwest::Client::new(),
    };
    let router = Router::new()
        .route("/", get(screen))
        .route("/2010-04-01/Accounts/{account}/Messages.json", get(list).post(create))
        .route("/2010-04-01/Accounts/{account}/Messages/{sid}", get(show))
        .with_state(shared);
    let served = axum::serve(listener, router).with_graceful_shutdown(async move { stop.cancelled().await });
    if let Err(why) = served.await {
        tracing::error!(%why, "the practice Messages stopped");
    }
}

async fn create(
    State(shared): State<Shared>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: String,
) -> Response {
    if !shared.knows(&headers) {
        return problem(401, 20_003, "Authenticate");
    }
    if let Some(status) = shared.faults.number("refuse", 500) {
        return problem(u16::try_from(status).unwrap_or(500), 20_500, "The practice Messages were told to refuse.");
    }
    let form = form::read(&body);
    let get = |name: &str| form::get(&form, name).unwrap_or_default().to_owned();
    let (to, from, words, report_to) = (get("To"), get("From"), get("Body"), get("StatusCallback"));
    let told = shared.faults.number("error", 21_610).map(|code| (code, "The practice Messages were told to refuse."));
    if let Some((code, message)) = told.or_else(|| refusal(&to, &from, &words)) {
        let status = if code == 20_429 { 429 } else { 400 };
        return problem(status, code, message);
    }
    let now = Utc::now().to_rfc2822();
    let sid = fresh("SM");
    let text = json!({
        "sid": sid, "account_sid": account, "status": "queued", "from": from, "to": to, "body": words, "num_segments": "1",
        "num_media": "0", "direction": "outbound-api", "error_code": null, "error_message": null,
        "messaging_service_sid": null, "price": null, "price_unit": "USD", "date_created": now, "date_sent": null,
        "date_updated": now, "api_version": "2010-04-01",
        "uri": format!("/2010-04-01/Accounts/{account}/Messages/{sid}.json"),
    });
    shared.texts().push(text.clone());
    if !report_to.is_empty() {
        tokio::spawn(report(shared.clone(), text.clone(), report_to));
    }
    if shared.faults.take("hang").is_some() {
        std::future::pending::<()>().await;
    }
    (StatusCode::CREATED, Json(text)).into_response()
}

/// What is wrong with a text, by Twilio's code.
fn refusal(to: &str, from: &str, words: &str) -> Option<(u64, &'static str)> {
    let is_number = |text: &str| {
        let digits = text.strip_prefix('+').unwrap_or_default();
        (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    match to {
        "+15005550001" => Some((21_211, "The 'To' number is not a valid phone number.")),
        "+15005550002" => Some((21_612, "The 'To' number is not reachable.")),
        "+15005550003" => Some((21_408, "Permission to send an SMS has not been enabled for the region.")),
        "+15005550004" => Some((21_610, "Attempt to send to unsubscribed recipient.")),
        "+15005550009" => Some((21_614, "The 'To' number is not a mobile number.")),
        _ if !is_number(to) => Some((21_211, "The 'To' number is not a valid phone number.")),
        _ if !is_number(from) => Some((21_212, "The 'From' number is not a valid phone number.")),
        _ if words.is_empty() => Some((21_602, "Message body is required.")),
        _ if words.chars().count() > 1_600 => Some((21_617, "The message body exceeds the 1600 character limit.")),
        _ => None,
    }
}

/// Tells how far a text has come.
async fn report(shared: Shared, text: Value, to: String) {
    let mut steps: Vec<(&str, Option<String>)> = vec![("queued", None), ("sent", None)];
    steps.push(match (shared.faults.take("undelivered"), shared.faults.take("failed")) {
        (Some(code), _) => ("undelivered", Some(code)),
        (None, Some(code)) => ("failed", Some(code)),
        (None, None) => ("delivered", None),
    });
    if shared.faults.take("reorder").is_some() {
        steps.reverse();
    }
    if shared.faults.take("duplicate").is_some() {
        steps = steps.iter().flat_map(|step| [step.clone(), step.clone()]).collect();
    }
    let pause = shared.faults.number("delay", 1_000).unwrap_or(20);
    let silent = shared.faults.take("lose").is_some();
    let sid = text["sid"].as_str().unwrap_or_default();
    for (status, code) in steps {
        tokio::time::sleep(Duration::from_millis(pause)).await;
        if let Some(text) = shared.texts().iter_mut().find(|text| text["sid"] == sid) {
            text["status"] = status.into();
            text["error_code"] = code.as_deref().and_then(|code| code.parse::<i64>().ok()).into();
        }
        if silent {
            continue;
        }
        let field = |name: &str| text[name].as_str().unwrap_or_default().to_owned();
        let mut form = vec![
            ("AccountSid".to_owned(), field("account_sid")),
            ("ApiVersion".to_owned(), "2010-04-01".to_owned()),
            ("From".to_owned(), field("from")),
            ("MessageSid".to_owned(), sid.to_owned()),
            ("MessageStatus".to_owned(), status.to_owned()),
            ("SmsSid".to_owned(), sid.to_owned()),
            ("SmsStatus".to_owned(), status.to_owned()),
            ("To".to_owned(), field("to")),
        ];
        form.extend(code.map(|code| ("ErrorCode".to_owned(), code)));
        post(&shared, &to, &form).await;
    }
}

async fn post(shared: &Shared, url: &str, form: &[(String, String)]) {
    let Ok(encoded) = reqwest::Url::parse_with_params("form:", form) else { return };
    let mut request = shared
        .client
        .post(url)
        .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
        .timeout(Duration::from_secs(15))
        .body(encoded.query().unwrap_or_default().to_owned());
    if let Some((_, token)) = &shared.credentials {
        request = request.header("x-twilio-signature", sign(token, url, form));
    }
    if let Err(why) = request.send().await {
        tracing::debug!(%why, "a practice report was not taken");
    }
}

async fn list(State(shared): State<Shared>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    if !shared.knows(&headers) {
        return problem(401, 20_003, "Authenticate");
    }
    let query = form::read(&query.unwrap_or_default());
    let fits = |text: &&Value| {
        [("To", "to"), ("From", "from")]
            .iter()
            .all(|(name, field)| form::get(&query, name).is_none_or(|wanted| text[*field] == wanted))
    };
    let texts: Vec<Value> = shared.texts().iter().rev().filter(fits).cloned().collect();
    Json(json!({ "messages": texts, "page": 0, "page_size": 50, "next_page_uri": null })).into_response()
}

async fn show(State(shared): State<Shared>, Path((_, sid)): Path<(String, String)>, headers: HeaderMap) -> Response {
    if !shared.knows(&headers) {
        return problem(401, 20_003, "Authenticate");
    }
    let found = shared.texts().iter().find(|text| text["sid"] == sid.trim_end_matches(".json")).cloned();
    found.map_or_else(|| problem(404, 20_404, "Not found"), |text| Json(text).into_response())
}

/// The texts, newest first, with links that can be followed.
async fn screen(State(shared): State<Shared>) -> Html<String> {
    let text = |value: &Value| escape(value.as_str().unwrap_or_default());
    let row = |it: &Value| {
        let words = linked(it["body"].as_str().unwrap_or_default());
        let (to, from, status) = (text(&it["to"]), text(&it["from"]), text(&it["status"]));
        format!("<article><p><strong>{to}</strong> from {from} · {status}</p><p>{words}</p></article>")
    };
    let rows = shared.texts().iter().rev().map(row).collect::<Vec<_>>().concat();
    let rows = if rows.is_empty() { "<p>No texts yet.</p>".to_owned() } else { rows };
    Html(format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Practice texts</title><style>body{{font:1.1rem/1.5 system-ui;max-width:40rem;margin:2rem auto;padding:0 1rem}}\
         article{{border:1px solid #8885;border-radius:.5rem;padding:0 1rem;margin:1rem 0;overflow-wrap:anywhere}}</style>\
         <main><h1>Practice texts</h1>{rows}</main></html>"
    ))
}

fn linked(words: &str) -> String {
    let piece = |word: &str| {
        let is_link = word.starts_with("http://") || word.starts_with("https://");
        if is_link { format!("<a href=\"{0}\">{0}</a>", escape(word)) } else { escape(word) }
    };
    words.split(' ').map(piece).collect::<Vec<_>>().join(" ")
}

fn problem(status: u16, code: u64, message: &str) -> Response {
    let more = format!("https://www.twilio.com/docs/errors/{code}");
    let body = json!({ "code": code, "message": message, "more_info": more, "status": status });
    (StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST), Json(body)).into_response()
}

#[cfg(test)]
mod tests;
