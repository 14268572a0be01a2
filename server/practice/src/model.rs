//! The practice model: a server that speaks the Realtime API (GA) and answers by rules.
//!
//! Read `session` for what a session does; `frames` is what a client may send, `vad` hears where speech begins and ends,
//! `brain` chooses what to answer, `response` sends it piece by piece, `faults` makes it misbehave. None of these has a
//! clock or a socket: those are in `socket`.
//!
//! Words of a caller come either typed or as a [`caption`](crate::caption) in the audio. What it says carries a caption, too.

use std::{
    fmt,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    Json, Router,
    extract::{Query, State, WebSocketUpgrade},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response as HttpResponse},
    routing::{get, post},
    serve::ListenerExt as _,
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::mpsc};
use tokio_util::sync::CancellationToken;

use crate::voice::Voice;

mod brain;
mod config;
mod faults;
mod frames;
mod input;
mod items;
mod problem;
mod record;
mod response;
mod session;
mod shape;
mod socket;
mod usage;
mod vad;

pub use faults::{FAULTS_HELP, Fault, FaultSpec};

/// Where the frames of clients are written down.
#[derive(Clone, Debug)]
pub enum Record {
    /// To a channel.
    Channel(mpsc::UnboundedSender<String>),
    /// To a file, one frame a line.
    File(PathBuf),
    /// To whoever watches, at once.
    Watcher(Watcher),
}

/// Takes every frame as it arrives.
#[derive(Clone)]
pub struct Watcher(Arc<dyn Fn(&str) + Send + Sync>);

impl Watcher {
    /// Must be quick: the session waits for it.
    pub fn new(watch: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(watch))
    }
}

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watcher")
    }
}

/// How a practice model behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// The key that clients must have; `None` accepts any key.
    pub key: Option<String>,
    /// Who speaks.
    pub voice: Voice,
    /// Seconds of audio sent in a second.
    pub speed: f64,
    /// From the end of a turn to the first word.
    pub think: Duration,
    /// From the end of a turn to its transcript.
    pub transcription: Duration,
    /// How old a session gets.
    pub session: Duration,
    /// Every frame of the caller comes back at once, and nothing else: to measure what lies in between.
    pub echo: bool,
    /// What goes wrong.
    pub faults: Vec<FaultSpec>,
    /// Where the frames of clients are written down.
    pub record: Option<Record>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            key: None,
            voice: Voice::Auto,
            speed: 8.0,
            think: Duration::from_millis(150),
            transcription: Duration::from_millis(200),
            session: Duration::from_hours(1),
            echo: false,
            faults: Vec::new(),
            record: None,
        }
    }
}

/// What all sessions of a server share.
#[derive(Debug)]
struct Shared {
    key: Option<String>,
    manner: Arc<session::Manner>,
    faults: Arc<faults::Faults>,
    record: Option<record::Recorder>,
    sessions: AtomicU32,
    stop: CancellationToken,
}

impl Shared {
    /// Something that makes the ids of a session unlike those of any other.
    fn seed(&self) -> String {
        format!("{:x}{:04x}", rand::random::<u32>(), self.sessions.fetch_add(1, Ordering::Relaxed))
    }
}

/// Serves until stopped.
pub async fn serve(listener: TcpListener, options: Options, stop: CancellationToken) {
    let manner = session::Manner {
        voice: options.voice,
        speed: options.speed.max(0.1),
        think_ms: options.think.as_millis() as u64,
        transcription_ms: options.transcription.as_millis() as u64,
        session_ms: options.session.as_millis() as u64,
        echo: options.echo,
    };
    let shared = Arc::new(Shared {
        key: options.key,
        manner: Arc::new(manner),
        faults: Arc::new(faults::Faults::new(&options.faults)),
        record: options.record.and_then(record::Recorder::start),
        sessions: AtomicU32::new(0),
        stop: stop.clone(),
    });
    let router = Router::new()
        .route("/v1/realtime", get(connect))
        .route("/v1/realtime/client_secrets", post(client_secret))
        .with_state(shared);
    // Small frames, each of them urgent.
    let listener = listener.tap_io(|it| _ = it.set_nodelay(true));
    let served = axum::serve(listener, router).with_graceful_shutdown(async move { stop.cancelled().await });
    if let Err(why) = served.await {
        tracing::error!(%why, "the practice model stopped");
    }
}

#[derive(Deserialize)]
struct Address {
    model: Option<String>,
}

async fn connect(
    State(shared): State<Arc<Shared>>,
    Query(address): Query<Address>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> HttpResponse {
    if let Some(ms) = shared.faults.take(|it| if let Fault::SlowConnect(ms) = it { Some(*ms) } else { None }) {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
    let status = shared.faults.take(|it| if let Fault::RefuseConnect(status) = it { Some(*status) } else { None });
    if let Some(status) = status.and_then(|it| StatusCode::from_u16(it).ok()) {
        return refusal(status, "practice_fault", "The practice model was told to refuse.");
    }
    if !authorised(&shared, &headers) {
        return refusal(StatusCode::UNAUTHORIZED, "invalid_api_key", "Incorrect API key provided.");
    }
    let Some(model) = address.model.filter(|it| !it.is_empty()) else {
        return refusal(StatusCode::BAD_REQUEST, "missing_required_parameter", "Missing required parameter: 'model'.");
    };
    let beta = headers.get("openai-beta").is_some();
    upgrade.protocols(["realtime"]).on_upgrade(move |socket| async move {
        if beta {
            socket::refuse_beta(socket).await;
        } else {
            socket::run(socket, shared, model).await;
        }
    })
}

/// A key comes in the header, or, from a browser, among the subprotocols.
fn authorised(shared: &Shared, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let protocols = text("sec-websocket-protocol");
    let key = text("authorization")
        .strip_prefix("Bearer ")
        .map(str::trim)
        .or_else(|| protocols.split(',').find_map(|it| it.trim().strip_prefix("openai-insecure-api-key.")));
    key.is_some_and(|key| {
        !key.is_empty() && shared.key.as_deref().is_none_or(|it| it == key || key.starts_with("ek_practice_"))
    })
}

fn refusal(status: StatusCode, code: &str, message: &str) -> HttpResponse {
    let error = json!({ "message": message, "type": "invalid_request_error", "param": null, "code": code });
    (status, Json(json!({ "error": error }))).into_response()
}

/// An ephemeral key for a browser.
async fn client_secret(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String) -> HttpResponse {
    if !authorised(&shared, &headers) {
        return refusal(StatusCode::UNAUTHORIZED, "invalid_api_key", "Incorrect API key provided.");
    }
    let Ok(request) = serde_json::from_str::<Value>(if body.is_empty() { "{}" } else { &body }) else {
        return refusal(StatusCode::BAD_REQUEST, "invalid_json", "The body is not JSON.");
    };
    let wanted = &request["session"];
    if !wanted.is_null()
        && let Err(problem) = frames::check_session(wanted)
    {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": problem.to_json(None) }))).into_response();
    }
    let seconds = request["expires_after"]["seconds"].as_u64().unwrap_or(600);
    if !(10..=7_200).contains(&seconds) {
        return refusal(
            StatusCode::BAD_REQUEST,
            "invalid_value",
            "'expires_after.seconds' must be between 10 and 7200.",
        );
    }
    let model = wanted["model"].as_str().unwrap_or("gpt-realtime-2.1");
    let mut config = config::Config::fresh(&format!("sess_{}", shared.seed()), model, unix_now() + seconds);
    if let Err(problem) = if wanted.is_null() { Ok(()) } else { config.update(wanted, false, false) } {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": problem.to_json(None) }))).into_response();
    }
    let value = format!("ek_practice_{}", shared.seed());
    Json(json!({ "value": value, "expires_at": unix_now() + seconds, "session": config.to_json() })).into_response()
}

fn unix_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_secs())
}

#[cfg(test)]
mod tests;
