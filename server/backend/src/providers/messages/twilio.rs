//! Texts through Twilio's Messages resource.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use http::header::CONTENT_TYPE;
use model::MessageReason;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{Accepted, Messages, SendError, Text};

/// Clocks differ; a text that was made a little before we asked is the one.
const SKEW: TimeDelta = TimeDelta::minutes(2);

/// Messages of one number that are looked through.
const LOOKED_THROUGH: &str = "50";

/// An account at Twilio.
#[derive(Clone, Debug)]
pub struct Twilio {
    messages_url: String,
    account_sid: String,
    auth_token: SecretString,
    http: reqwest::Client,
}

impl Twilio {
    /// The account `account_sid` behind `base_url` (`https://api.twilio.com`).
    pub fn new(base_url: &str, account_sid: &str, auth_token: SecretString) -> Result<Self, reqwest::Error> {
        // The client takes the process's TLS provider; the second installation of one only says so.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let base = base_url.trim_end_matches('/');
        let base = base.strip_suffix("/2010-04-01").unwrap_or(base);
        Ok(Self {
            messages_url: format!("{base}/2010-04-01/Accounts/{account_sid}/Messages.json"),
            account_sid: account_sid.to_owned(),
            auth_token,
            http: reqwest::Client::builder()
                .connect_timeout(Duration::from_secs(5))
                .timeout(Duration::from_secs(20))
                .redirect(reqwest::redirect::Policy::none())
                .build()?,
        })
    }

    fn authorised(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        request.basic_auth(&self.account_sid, Some(self.auth_token.expose_secret()))
    }
}

#[derive(Deserialize)]
struct Message {
    sid: String,
    #[serde(default)]
    status: String,
    error_code: Option<i64>,
    #[serde(default)]
    body: String,
    date_created: Option<String>,
}

#[derive(Deserialize)]
struct Found {
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Refusal {
    code: Option<i64>,
}

impl From<Message> for Accepted {
    fn from(message: Message) -> Self {
        Self { provider_id: message.sid, status: message.status, code: message.error_code }
    }
}

#[async_trait]
impl Messages for Twilio {
    async fn send(&self, text: &Text) -> Result<Accepted, SendError> {
        let form = form(&[
            ("To", text.to.as_str()),
            ("From", text.from.as_str()),
            ("Body", &text.body),
            ("StatusCallback", &text.report_to),
        ]);
        let request = self.http.post(&self.messages_url).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = self.authorised(request).body(form).send().await.map_err(|error| not_answered(&error))?;
        let status = answer.status().as_u16();
        if answer.status().is_success() {
            // It was taken; without its name no report can be matched, and the text must not be sent again.
            return answer.json::<Message>().await.map(Into::into).map_err(|_| SendError::Unknown(String::new()));
        }
        let code = answer.json::<Refusal>().await.ok().and_then(|refusal| refusal.code);
        Err(refused(status, code))
    }

    async fn find(&self, text: &Text, since: DateTime<Utc>) -> Result<Vec<Accepted>, SendError> {
        let query = form(&[("To", text.to.as_str()), ("From", text.from.as_str()), ("PageSize", LOOKED_THROUGH)]);
        let request = self.http.get(format!("{}?{query}", self.messages_url));
        let later = |_| SendError::Later(String::new());
        let answer = self.authorised(request).send().await.map_err(later)?;
        if !answer.status().is_success() {
            return Err(SendError::Later(answer.status().as_u16().to_string()));
        }
        let found: Found = answer.json().await.map_err(later)?;
        let fits = |message: &Message| {
            let made = message.date_created.as_deref().and_then(|date| DateTime::parse_from_rfc2822(date).ok());
            message.body == text.body && made.is_none_or(|made| made.to_utc() > since - SKEW)
        };
        Ok(found.messages.into_iter().filter(fits).map(Into::into).collect())
    }
}

/// Whether a request that brought no answer can have arrived.
fn not_answered(error: &reqwest::Error) -> SendError {
    if error.is_connect() || error.is_builder() {
        SendError::Later(String::new())
    } else {
        SendError::Unknown(String::new())
    }
}

fn refused(status: u16, code: Option<i64>) -> SendError {
    let told = code.map_or_else(|| format!("HTTP {status}"), |code| code.to_string());
    match (status, code) {
        (429, _) | (_, Some(20_429 | 14_107 | 21_611)) => SendError::Later(told),
        (_, Some(21_610)) => SendError::Never(MessageReason::OptedOut, told),
        (_, Some(21_211 | 21_217 | 21_612 | 21_614 | 21_635)) => SendError::Never(MessageReason::BadAddress, told),
        (_, Some(21_408)) => SendError::Never(MessageReason::Country, told),
        // Nobody knows what a server had done when it failed.
        (500.., _) => SendError::Unknown(told),
        _ => SendError::Never(MessageReason::Refused, told),
    }
}

fn form(pairs: &[(&str, &str)]) -> String {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use axum::{Json, Router, extract::RawQuery, routing::post};
    use http::StatusCode;
    use serde_json::{Value, json};

    use super::*;

    fn text() -> Text {
        Text {
            from: "+14155550101".parse().unwrap(),
            to: "+14155550123".parse().unwrap(),
            body: "2 × VIP & more: http://x/p/1".into(),
            report_to: "http://x/sms/status?message=1".into(),
        }
    }

    async fn answering(status: u16, answer: Value) -> (Twilio, Arc<Mutex<Vec<String>>>) {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (posted, asked) = (Arc::clone(&seen), Arc::clone(&seen));
        let (status, again) = (StatusCode::from_u16(status).unwrap(), answer.clone());
        let route = post(async move |body: String| {
            posted.lock().unwrap().push(body);
            (status, Json(answer))
        })
        .get(async move |RawQuery(query): RawQuery| {
            asked.lock().unwrap().push(query.unwrap_or_default());
            (status, Json(again))
        });
        let app = Router::new().route("/2010-04-01/Accounts/AC1/Messages.json", route);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (Twilio::new(&url, "AC1", "secret".to_owned().into()).unwrap(), seen)
    }

    #[tokio::test]
    async fn a_text_is_handed_over_as_twilio_wants_it() {
        let (twilio, seen) = answering(201, json!({ "sid": "SM1", "status": "queued", "error_code": null })).await;
        let accepted = twilio.send(&text()).await.unwrap();
        assert_eq!(accepted, Accepted { provider_id: "SM1".into(), status: "queued".into(), code: None });
        let form = crate::web::form::Form::parse(seen.lock().unwrap()[0].as_bytes()).unwrap();
        for (name, value) in [
            ("To", "+14155550123"),
            ("From", "+14155550101"),
            ("Body", "2 × VIP & more: http://x/p/1"),
            ("StatusCallback", "http://x/sms/status?message=1"),
        ] {
            assert_eq!(form.get(name), Some(value));
        }
    }

    #[tokio::test]
    async fn every_refusal_is_sorted_by_what_helps() {
        let outcome = async |status: u16, code: i64| {
            let (twilio, _) = answering(status, json!({ "code": code, "message": "…" })).await;
            twilio.send(&text()).await.unwrap_err()
        };
        let never = |reason, code: i64| SendError::Never(reason, code.to_string());
        assert_eq!(outcome(400, 21_610).await, never(MessageReason::OptedOut, 21_610));
        assert_eq!(outcome(400, 21_211).await, never(MessageReason::BadAddress, 21_211));
        assert_eq!(outcome(400, 21_606).await, never(MessageReason::Refused, 21_606));
        assert_eq!(outcome(401, 20_003).await, never(MessageReason::Refused, 20_003));
        assert_eq!(outcome(429, 20_429).await, SendError::Later("20429".into()));
        assert_eq!(outcome(500, 20_500).await, SendError::Unknown("20500".into()));
    }

    #[tokio::test]
    async fn a_connection_that_was_never_made_is_tried_again_and_a_lost_answer_is_not() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let twilio = Twilio::new(&url, "AC1", "secret".to_owned().into()).unwrap();
        assert_eq!(twilio.send(&text()).await, Err(SendError::Later(String::new())));

        // The request is taken, and the line goes dead.
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            use tokio::io::AsyncReadExt;
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4096]).await;
        });
        let twilio = Twilio::new(&url, "AC1", "secret".to_owned().into()).unwrap();
        assert_eq!(twilio.send(&text()).await, Err(SendError::Unknown(String::new())));
    }

    #[tokio::test]
    async fn a_text_is_found_by_its_words_and_its_time() {
        let message = |sid: &str, body: &str, date: &str| json!({ "sid": sid, "status": "sent", "body": body, "date_created": date, "error_code": null });
        let (twilio, seen) = answering(
            200,
            json!({ "messages": [
                message("SM3", &text().body, "Fri, 20 Nov 2026 18:00:05 +0000"),
                message("SM2", "something else", "Fri, 20 Nov 2026 18:00:01 +0000"),
                message("SM1", &text().body, "Fri, 20 Nov 2026 09:00:00 +0000"),
            ] }),
        )
        .await;
        let since = DateTime::parse_from_rfc3339("2026-11-20T18:00:00Z").unwrap().to_utc();
        let found: Vec<String> =
            twilio.find(&text(), since).await.unwrap().into_iter().map(|found| found.provider_id).collect();
        assert_eq!(found, ["SM3"]);
        assert_eq!(seen.lock().unwrap()[0], "To=%2B14155550123&From=%2B14155550101&PageSize=50");
    }
}
