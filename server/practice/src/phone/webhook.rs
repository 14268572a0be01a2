//! The requests that Twilio makes to the server: signed forms.

use std::time::Duration;

use reqwest::{Client, Url};

use super::signature::sign;

/// Twilio waits no longer than this.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Where requests really go, and what they are signed for.
///
/// A server behind a proxy, or on this machine, believes in its public address: that is signed and written in TwiML. The
/// requests go to wherever the server really listens.
#[derive(Clone, Debug)]
pub(super) struct Server {
    client: Client,
    real: Url,
    public: Url,
    auth_token: Option<String>,
}

/// Why a request brought nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// An address that is none.
    #[error("{0} is not an http(s) address")]
    Address(String),
    /// Nothing answered: Twilio's error 11205.
    #[error("{url} cannot be reached: {why}")]
    Unreachable {
        /// What was asked.
        url: String,
        /// What happened.
        why: String,
    },
    /// It answered with an error: Twilio's error 11200.
    #[error("{url} answered {status}")]
    Status {
        /// What was asked.
        url: String,
        /// What it answered.
        status: u16,
    },
}

impl Server {
    pub(super) fn new(real: &str, public: Option<&str>, auth_token: Option<String>) -> Result<Self, WebhookError> {
        let address = |text: &str| {
            let url = Url::parse(text).ok().filter(|it| matches!(it.scheme(), "http" | "https") && it.has_host());
            url.ok_or_else(|| WebhookError::Address(text.to_owned()))
        };
        let real = address(real)?;
        let public = public.map_or_else(|| Ok(real.clone()), address)?;
        // Whoever runs this program may have chosen already; then this changes nothing.
        _ = rustls::crypto::ring::default_provider().install_default();
        // Cookies and redirects are Twilio's business only for GET; a POST webhook that redirects is an error.
        let client = Client::builder().timeout(TIMEOUT).redirect(reqwest::redirect::Policy::none()).build();
        let client = client.map_err(|why| WebhookError::Unreachable { url: real.to_string(), why: why.to_string() })?;
        Ok(Self { client, real, public, auth_token })
    }

    /// The public address of a path or of an address found in the document at `base`.
    pub(super) fn resolve(base: &Url, found: &str) -> Result<Url, WebhookError> {
        base.join(found).map_err(|_| WebhookError::Address(found.to_owned()))
    }

    pub(super) fn public(&self, path: &str) -> Result<Url, WebhookError> {
        Self::resolve(&self.public, path)
    }

    /// Where a public address is really reached. The media stream's `ws(s)` becomes what the real server speaks.
    pub(super) fn reach(&self, public: &Url) -> Url {
        let same = public.host_str() == self.real.host_str()
            && public.port_or_known_default() == self.real.port_or_known_default();
        let ours = public.host_str() == self.public.host_str() || public.scheme().starts_with("ws");
        let mut url = public.clone();
        if same || !ours {
            return url;
        }
        let secure = self.real.scheme() == "https";
        let scheme = match (public.scheme().starts_with("ws"), secure) {
            (true, true) => "wss",
            (true, false) => "ws",
            (false, true) => "https",
            (false, false) => "http",
        };
        // A change between web schemes with a host always succeeds.
        _ = url.set_scheme(scheme);
        _ = url.set_host(self.real.host_str());
        _ = url.set_port(self.real.port());
        url
    }

    /// The signature for an address, when there is a token to sign with.
    pub(super) fn signature(&self, public: &str, form: &[(String, String)]) -> Option<String> {
        self.auth_token.as_deref().map(|it| sign(it, public, form))
    }

    /// Posts a form; gives the body.
    pub(super) async fn post(&self, public: &Url, form: &[(String, String)]) -> Result<String, WebhookError> {
        let url = public.to_string();
        let body = reqwest::Url::parse_with_params("form:", form).map(|it| it.query().unwrap_or_default().to_owned());
        let body = body.map_err(|_| WebhookError::Address(url.clone()))?;
        let mut request = self
            .client
            .post(self.reach(public))
            .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
            .header("user-agent", "TwilioProxy/1.1")
            .body(body);
        if let Some(signature) = self.signature(&url, form) {
            request = request.header("x-twilio-signature", signature);
        }
        let failed = |why: reqwest::Error| WebhookError::Unreachable { url: url.clone(), why: reason(&why) };
        let answer = request.send().await.map_err(failed)?;
        let status = answer.status().as_u16();
        if !answer.status().is_success() {
            return Err(WebhookError::Status { url: url.clone(), status });
        }
        answer.text().await.map_err(failed)
    }
}

/// The innermost cause: "connection refused" rather than "error sending request".
fn reason(why: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = why;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_addresses_are_reached_where_the_server_really_is() {
        let server = Server::new("http://127.0.0.1:3000", Some("https://voice.example.org"), None).expect("addresses");
        for (public, real) in [
            ("https://voice.example.org/voice/status?a=1", "http://127.0.0.1:3000/voice/status?a=1"),
            ("wss://voice.example.org/media-stream", "ws://127.0.0.1:3000/media-stream"),
            ("https://elsewhere.example.org/hook", "https://elsewhere.example.org/hook"),
        ] {
            assert_eq!(server.reach(&Url::parse(public).expect("an address")).as_str(), real);
        }
    }

    #[test]
    fn without_a_public_address_the_real_one_is_it() {
        let server = Server::new("https://voice.example.org", None, None).expect("an address");

        let url = server.public("/voice").expect("an address");
        assert_eq!(url.as_str(), "https://voice.example.org/voice");
        assert_eq!(server.reach(&url), url);
        assert_eq!(server.signature(url.as_str(), &[]), None);
    }

    #[test]
    fn what_is_no_address_is_told() {
        assert!(matches!(Server::new("localhost:3000", None, None), Err(WebhookError::Address(_))));
        assert!(matches!(Server::new("ftp://localhost", None, None), Err(WebhookError::Address(_))));
    }
}
