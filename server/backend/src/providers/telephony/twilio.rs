//! Twilio's REST interface.

use std::time::Duration;

use async_trait::async_trait;
use http::header::CONTENT_TYPE;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{Telephony, TelephonyError};

/// "Call is not in-progress": it ended before we asked.
const NOT_IN_PROGRESS: i64 = 21_220;

/// An account at Twilio.
#[derive(Clone, Debug)]
pub struct Twilio {
    calls_url: String,
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
            calls_url: format!("{base}/2010-04-01/Accounts/{account_sid}/Calls"),
            account_sid: account_sid.to_owned(),
            auth_token,
            http: reqwest::Client::builder()
                .connect_timeout(Duration::from_secs(2))
                .timeout(Duration::from_secs(4))
                .redirect(reqwest::redirect::Policy::none())
                .build()?,
        })
    }
}

#[derive(Deserialize)]
struct Refusal {
    code: Option<i64>,
}

#[async_trait]
impl Telephony for Twilio {
    async fn hang_up(&self, call_sid: &str) -> Result<(), TelephonyError> {
        let answer = self
            .http
            .post(format!("{}/{call_sid}.json", self.calls_url))
            .basic_auth(&self.account_sid, Some(self.auth_token.expose_secret()))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body("Status=completed")
            .send()
            .await
            .map_err(|_| TelephonyError::Unreachable)?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let code = answer.json().await.ok().and_then(|refusal: Refusal| refusal.code);
        if code == Some(NOT_IN_PROGRESS) {
            return Ok(());
        }
        Err(TelephonyError::Refused { status: status.as_u16(), code })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use axum::{Json, Router, extract::Path, routing::post};
    use http::{HeaderMap, StatusCode};
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn a_hang_up_is_asked_for_as_twilio_wants_it() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let remember = Arc::clone(&seen);
        let app = Router::new().route(
            "/2010-04-01/Accounts/AC1/Calls/{file}",
            post(async move |Path(file): Path<String>, headers: HeaderMap, body: String| {
                let authorization = headers["authorization"].to_str().unwrap_or_default().to_owned();
                remember.lock().unwrap().push((file, authorization, body));
                Json(json!({"status": "completed"}))
            }),
        );
        let twilio = Twilio::new(&serve(app).await, "AC1", "secret".to_owned().into()).unwrap();

        assert_eq!(twilio.hang_up("CA1").await, Ok(()));

        // QUMxOnNlY3JldA== is AC1:secret.
        let expected = ("CA1.json".to_owned(), "Basic QUMxOnNlY3JldA==".to_owned(), "Status=completed".to_owned());
        assert_eq!(*seen.lock().unwrap(), [expected]);
    }

    #[tokio::test]
    async fn a_call_that_is_over_already_is_no_error_and_anything_else_is() {
        let app = Router::new().route(
            "/2010-04-01/Accounts/AC1/Calls/{file}",
            post(async |Path(file): Path<String>| match file.as_str() {
                "CAover.json" => (StatusCode::BAD_REQUEST, Json(json!({"code": 21_220, "message": "not in-progress"}))),
                _ => (StatusCode::UNAUTHORIZED, Json(json!({"code": 20_003}))),
            }),
        );
        let twilio = Twilio::new(&serve(app).await, "AC1", "secret".to_owned().into()).unwrap();

        assert_eq!(twilio.hang_up("CAover").await, Ok(()));
        assert_eq!(twilio.hang_up("CAother").await, Err(TelephonyError::Refused { status: 401, code: Some(20_003) }));
    }

    #[tokio::test]
    async fn a_provider_that_is_not_there_is_reported_as_such() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let twilio = Twilio::new(&url, "AC1", "secret".to_owned().into()).unwrap();
        assert_eq!(twilio.hang_up("CA1").await, Err(TelephonyError::Unreachable));
    }

    async fn serve(app: Router) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        url
    }
}
