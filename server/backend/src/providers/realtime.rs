//! The speech model: opens sockets of OpenAI's Realtime API (GA). The stand-in is the practice model, which speaks the same protocol
//! over the same sockets.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use call::openai::Failure;
use http::{HeaderValue, Request, header::AUTHORIZATION};
use rustls::{ClientConfig, RootCertStore};
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config,
    tungstenite::{self, client::IntoClientRequest, protocol::WebSocketConfig},
};

/// A socket of the model.
pub type ModelSocket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A caller hears a filler while this passes; longer than this is answered by a second attempt.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);

/// Where the model is.
#[derive(Clone, Debug)]
pub struct Realtime {
    url: String,
    key: Option<SecretString>,
}

/// The base URL is not one that a socket can be derived from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("OPENAI_BASE_URL must begin with http://, https://, ws:// or wss://")]
pub struct BaseUrlError;

impl Realtime {
    /// The model `model` behind a REST base URL such as `https://api.openai.com/v1`.
    pub fn new(base_url: &str, model: &str, key: Option<SecretString>) -> Result<Self, BaseUrlError> {
        Ok(Self { url: socket_url(base_url, model)?, key })
    }

    /// Opens a socket. `caller` is a hash that names the caller to OpenAI's abuse protection and to nobody else.
    pub async fn open(&self, caller: &str) -> Result<ModelSocket, Failure> {
        let request = self.request(caller).map_err(|_| Failure::Unreachable)?;
        let connector = self.url.starts_with("wss://").then(|| Connector::Rustls(tls()));
        // Without TCP_NODELAY a 20 ms frame waits for the acknowledgement of the one before it.
        let connecting = connect_async_tls_with_config(request, Some(buffers()), true, connector);
        match tokio::time::timeout(CONNECT_TIMEOUT, connecting).await {
            Err(_) => Err(Failure::TimedOut),
            Ok(Ok((socket, _))) => Ok(socket),
            Ok(Err(tungstenite::Error::Http(response))) => Err(Failure::Refused { status: response.status().as_u16() }),
            Ok(Err(_)) => Err(Failure::Unreachable),
        }
    }

    fn request(&self, caller: &str) -> Result<Request<()>, tungstenite::Error> {
        let mut request = self.url.as_str().into_client_request()?;
        if let Some(key) = &self.key {
            let mut bearer = HeaderValue::from_str(&format!("Bearer {}", key.expose_secret()))?;
            bearer.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, bearer);
        }
        request.headers_mut().insert("OpenAI-Safety-Identifier", HeaderValue::from_str(caller)?);
        Ok(request)
    }
}

fn socket_url(base_url: &str, model: &str) -> Result<String, BaseUrlError> {
    let base = base_url.trim_end_matches('/');
    let base = if let Some(rest) = base.strip_prefix("http") { format!("ws{rest}") } else { base.to_owned() };
    if !base.starts_with("ws://") && !base.starts_with("wss://") {
        return Err(BaseUrlError);
    }
    let model: String = percent_encoding::utf8_percent_encode(model, percent_encoding::NON_ALPHANUMERIC)
        .to_string()
        .replace("%2D", "-");
    Ok(format!("{base}/realtime?model={}", model.replace("%2E", ".")))
}

/// The library's defaults cost 330 KB a call and an unbounded write buffer. The model sends up to about a second of
/// audio in one frame, and whole sessions with every tool in one `session.updated`.
fn buffers() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(2 << 10)
        .write_buffer_size(4 << 10)
        .max_write_buffer_size(512 << 10)
        .max_message_size(Some(4 << 20))
        .max_frame_size(Some(4 << 20))
}

fn tls() -> Arc<ClientConfig> {
    static CONFIG: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    Arc::clone(CONFIG.get_or_init(|| {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring speaks TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Arc::new(config)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_socket_is_derived_from_the_rest_address() {
        let url = |base| socket_url(base, "gpt-realtime-2.1");
        assert_eq!(
            url("https://api.openai.com/v1"),
            Ok("wss://api.openai.com/v1/realtime?model=gpt-realtime-2.1".to_owned())
        );
        assert_eq!(url("http://127.0.0.1:9/v1/"), Ok("ws://127.0.0.1:9/v1/realtime?model=gpt-realtime-2.1".to_owned()));
        assert_eq!(url("ftp://example.org"), Err(BaseUrlError));
    }

    #[test]
    fn the_upgrade_carries_the_key_and_not_the_header_of_the_dead_beta() {
        let realtime = Realtime::new("https://api.openai.com/v1", "m", Some("sk-1".to_owned().into())).unwrap();
        let request = realtime.request("abc").unwrap();
        assert_eq!(request.headers()["authorization"], "Bearer sk-1");
        assert_eq!(request.headers()["openai-safety-identifier"], "abc");
        assert!(!request.headers().contains_key("openai-beta"));
        assert!(!format!("{realtime:?}").contains("sk-1"));
    }

    #[tokio::test]
    async fn a_model_that_is_not_there_is_told_apart_from_one_that_refuses() {
        let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = gone.local_addr().unwrap();
        drop(gone);
        let realtime = Realtime::new(&format!("http://{address}/v1"), "m", None).unwrap();
        assert_eq!(realtime.open("abc").await.err(), Some(Failure::Unreachable));

        let refusing = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = refusing.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(refusing, axum::Router::new()).await });
        let realtime = Realtime::new(&format!("http://{address}/v1"), "m", None).unwrap();
        assert_eq!(realtime.open("abc").await.err(), Some(Failure::Refused { status: 404 }));
    }
}
