use std::{collections::BTreeMap, net::SocketAddr, sync::Mutex};

use axum::{
    Router,
    extract::{
        State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket},
    },
    http::HeaderMap,
    routing::{get, post},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::*;
use crate::caption::Caption;

#[tokio::test]
async fn a_call_is_a_signed_webhook_a_stream_and_callbacks_in_order() {
    let server = World::start(Script::CloseAfterAudio("hangup")).await;

    let report = place(server.options()).await.expect("a call");

    assert_eq!(report.ended, Some(Ended::Server));
    let requests = server.requests();
    let told: Vec<(&str, &str)> = requests
        .iter()
        .filter(|it| it.path == "/voice/status")
        .map(|it| (it.form["CallStatus"].as_str(), it.form["SequenceNumber"].as_str()))
        .collect();
    assert_eq!(told, [("ringing", "0"), ("in-progress", "1"), ("completed", "2")]);
    let voice = requests.iter().find(|it| it.path == "/voice").expect("asked");
    assert_eq!((voice.form["To"].as_str(), voice.form["CallStatus"].as_str()), ("+14155550101", "ringing"));
    for request in &requests {
        let form: Vec<(String, String)> = request.form.clone().into_iter().collect();
        assert_eq!(request.signature, sign("secret", &format!("https://voice.example.org{}", request.path), &form));
    }
    assert_eq!(server.stream_signature(), sign("secret", "wss://voice.example.org/media-stream", &[]));
}

#[tokio::test]
async fn the_frames_of_a_stream_are_those_of_twilio() {
    let server = World::start(Script::CloseAfterAudio("hangup")).await;

    let report = place(server.options()).await.expect("a call");

    let frames = server.frames();
    assert_eq!(frames[0], json!({ "event": "connected", "protocol": "Call", "version": "1.0.0" }));
    let start = &frames[1];
    assert_eq!((&start["event"], &start["sequenceNumber"]), (&json!("start"), &json!("1")));
    assert_eq!(start["start"]["customParameters"], json!({ "token": "t-1" }));
    assert_eq!(start["start"]["callSid"], json!(report.call_sid));
    assert_eq!(
        start["start"]["mediaFormat"],
        json!({ "encoding": "audio/x-mulaw", "sampleRate": 8_000, "channels": 1 })
    );
    let numbers: Vec<u64> = frames[1..].iter().filter_map(|it| it["sequenceNumber"].as_str()?.parse().ok()).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    let media: Vec<&Value> = frames.iter().filter(|it| it["event"] == "media").map(|it| &it["media"]).collect();
    for (n, media) in media.iter().enumerate() {
        assert_eq!((&media["chunk"], &media["timestamp"]), (&json!((n + 1).to_string()), &json!((n * 20).to_string())));
        assert_eq!(decoded(&media["payload"]).len(), 160);
    }
}

#[tokio::test]
async fn what_the_server_says_is_heard_in_real_time_with_its_words() {
    let server = World::start(Script::CloseAfterAudio("hangup")).await;

    let report = place(server.options()).await.expect("a call");

    assert_eq!(report.words_of(Who::Assistant), ["Welcome."]);
    assert_eq!((report.heard_ms, report.marks_played, report.marks_cleared), (400, 1, 0));
    // The telephone's clock and the call's begin within a frame of each other.
    assert!(report.duration_ms >= 380, "the mark came only when it was played: {report}");
    assert_eq!(report.protocol_problems, Vec::<String>::new());
}

#[tokio::test]
async fn a_clear_gives_the_marks_back_and_stops_the_sound() {
    let server = World::start(Script::ClearWhilePlaying).await;

    let report = place(server.options()).await.expect("a call");

    assert_eq!((report.clears, report.marks_played, report.marks_cleared), (1, 1, 2));
    assert!(report.heard_ms < 2_000, "{report}");
    assert!(report.transcript.last().is_some_and(|it| it.cut), "{report}");
}

#[tokio::test]
async fn when_the_socket_closes_the_next_verbs_run() {
    let server = World::start(Script::CloseAfterAudio("")).await;

    let report = place(server.options()).await.expect("a call");

    assert_eq!(report.ended, Some(Ended::Twiml));
    assert_eq!(report.words_of(Who::Network), ["We were cut off."]);
    assert!(report.happened("dials +14155550177: no-answer"), "{report}");
    let dial = server.requests().into_iter().find(|it| it.path == "/voice/dial-result").expect("asked");
    assert_eq!(dial.form["DialCallStatus"], "no-answer");
}

#[tokio::test]
async fn the_caller_speaks_presses_keys_and_hangs_up_with_a_stop() {
    let server = World::start(Script::Listen).await;
    let options = CallOptions {
        says: vec![Utterance::Text("Are you open?".into())],
        keys: Some("4".into()),
        start_at: Some(Duration::from_millis(40)),
        hangup_after: Some(Duration::from_millis(1_600)),
        ..server.options()
    };

    let report = place(options).await.expect("a call");

    assert_eq!(report.ended, Some(Ended::Caller));
    assert_eq!(report.words_of(Who::Caller), ["Are you open?"]);
    let frames = server.frames();
    assert_eq!(frames.last().map(|it| &it["event"]), Some(&json!("stop")));
    let said: Vec<u8> =
        frames.iter().filter(|it| it["event"] == "media").flat_map(|it| decoded(&it["media"]["payload"])).collect();
    assert_eq!(crate::caption::Reader::default().read(&said)[0].caption.text, "Are you open?");
}

#[tokio::test]
async fn the_server_hangs_up_through_rest() {
    let rest = rest::Calls::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/2010-04-01/Accounts/AC1/Calls", listener.local_addr().expect("bound"));
    let stop = CancellationToken::new();
    tokio::spawn(rest::serve(listener, rest.clone(), Some(("AC1".into(), "secret".into())), stop.clone()));
    let server = World::start(Script::RestHangUp(url.clone())).await;

    let report = place(CallOptions { rest: Some(rest), ..server.options() }).await.expect("a call");

    assert_eq!(report.ended, Some(Ended::Server));
    assert_eq!(server.frames().last().map(|it| &it["event"]), Some(&json!("stop")), "told before the socket closes");
    assert_eq!(server.rest_answers(), [(401, json!(20_003)), (200, json!(null))]);
    let late = post_form(&format!("{url}/{}.json", report.call_sid), "Status=completed", Some("AC1:secret")).await;
    assert_eq!(late, (400, json!(21_220)));
    stop.cancel();
}

#[tokio::test]
async fn frames_that_twilio_would_not_understand_are_reported() {
    let server = World::start(Script::Nonsense).await;

    let report = place(server.options()).await.expect("a call");

    assert_eq!(
        report.protocol_problems,
        [
            "31951: a frame that is not JSON",
            "31951: a frame with another streamSid",
            "31951: the event Some(\"pause\")",
            "31951: a payload that is not base64",
            "a WAV header in the audio: it is heard as noise",
        ]
    );
}

#[tokio::test]
async fn a_refused_webhook_is_no_call_and_the_fallback_is_asked() {
    let server = World::start(Script::Listen).await;
    let refused = CallOptions { voice_path: "/nowhere".into(), ..server.options() };
    let error = place(refused.clone()).await.expect_err("404");
    assert_eq!(error, WebhookError::Status { url: "https://voice.example.org/nowhere".into(), status: 404 }.into());

    let report = place(CallOptions { fallback_path: Some("/voice/fallback".into()), ..refused }).await.expect("a call");
    assert_eq!(report.words_of(Who::Network), ["Please call again."]);
    let asked = server.requests().into_iter().find(|it| it.path == "/voice/fallback").expect("asked");
    assert_eq!(asked.form["ErrorCode"], "11200");
}

#[tokio::test]
async fn faults_of_the_stream_are_what_they_say() {
    for (fault, expected) in [
        (PhoneFault::MediaBeforeStart, vec!["connected", "media", "start"]),
        (PhoneFault::TwoStarts, vec!["connected", "start", "start"]),
        (PhoneFault::StopWithoutStart, vec!["connected", "stop"]),
    ] {
        let server = World::start(Script::CloseAtOnce).await;
        let options = CallOptions {
            faults: vec![fault.clone()],
            hangup_after: Some(Duration::from_millis(100)),
            ..server.options()
        };
        place(options).await.expect("a call");
        let mut events: Vec<String> =
            server.frames().iter().map(|it| it["event"].as_str().unwrap_or("").to_owned()).collect();
        events.dedup_by(|a, b| a == "media" && a == b);
        events.truncate(expected.len());
        assert_eq!(events, expected, "{fault:?}");
    }
}

#[tokio::test]
async fn a_second_stream_with_the_same_token_is_tried_and_its_end_reported() {
    let server = World::start(Script::RefuseReplay).await;
    let options = CallOptions {
        faults: vec![PhoneFault::Replay],
        hangup_after: Some(Duration::from_millis(1_300)),
        ..server.options()
    };

    let report = place(options).await.expect("a call");

    assert_eq!(report.replay.as_deref(), Some("refused: closed with 1008 used"));
}

/// What the server does on the media stream.
#[derive(Clone)]
enum Script {
    /// Says "Welcome." in 400 ms, waits for its mark, closes with this reason.
    CloseAfterAudio(&'static str),
    CloseAtOnce,
    Listen,
    ClearWhilePlaying,
    RestHangUp(String),
    Nonsense,
    RefuseReplay,
}

/// A server that knows a caller's part of the protocol and writes everything down.
#[derive(Clone)]
struct World {
    address: SocketAddr,
    script: Script,
    seen: Arc<Mutex<Seen>>,
    _stop: Arc<DropGuard>,
}

#[derive(Default)]
struct Seen {
    requests: Vec<Request>,
    frames: Vec<Value>,
    stream_signature: String,
    rest_answers: Vec<(u16, Value)>,
    streams: u32,
}

#[derive(Clone)]
struct Request {
    path: String,
    form: BTreeMap<String, String>,
    signature: String,
}

impl World {
    async fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let stop = CancellationToken::new();
        let address = listener.local_addr().expect("bound");
        let world = Self { address, script, seen: Arc::default(), _stop: Arc::new(stop.clone().drop_guard()) };
        let router = Router::new()
            .route("/voice", post(voice))
            .route("/voice/status", post(note))
            .route("/voice/dial-result", post(note))
            .route("/voice/fallback", post(fallback))
            .route("/media-stream", get(stream))
            .with_state(World { _stop: Arc::new(CancellationToken::new().drop_guard()), ..world.clone() });
        tokio::spawn(async move {
            axum::serve(listener, router).with_graceful_shutdown(async move { stop.cancelled().await }).await
        });
        world
    }

    fn options(&self) -> CallOptions {
        CallOptions {
            url: format!("http://{}", self.address),
            public_url: Some("https://voice.example.org".into()),
            auth_token: Some("secret".into()),
            voice: Voice::Tones,
            ..CallOptions::default()
        }
    }

    fn requests(&self) -> Vec<Request> {
        self.seen.lock().expect("unlocked").requests.clone()
    }

    fn frames(&self) -> Vec<Value> {
        self.seen.lock().expect("unlocked").frames.clone()
    }

    fn stream_signature(&self) -> String {
        self.seen.lock().expect("unlocked").stream_signature.clone()
    }

    fn rest_answers(&self) -> Vec<(u16, Value)> {
        self.seen.lock().expect("unlocked").rest_answers.clone()
    }

    fn note(&self, path: &str, headers: &HeaderMap, body: &str) {
        let form = reqwest::Url::parse(&format!("form:?{body}")).expect("a form").query_pairs().into_owned().collect();
        let signature = header(headers, "x-twilio-signature");
        self.seen.lock().expect("unlocked").requests.push(Request { path: path.into(), form, signature });
    }

    /// Reads frames until one of this event came; `None` when the socket ended.
    async fn wait_for(&self, socket: &mut WebSocket, event: &str) -> Option<Value> {
        while let Some(Ok(message)) = socket.recv().await {
            if let Message::Text(text) = message {
                let frame: Value = serde_json::from_str(&text).expect("JSON");
                self.seen.lock().expect("unlocked").frames.push(frame.clone());
                if frame["event"] == event {
                    return Some(frame);
                }
            }
        }
        None
    }
}

async fn voice(State(world): State<World>, headers: HeaderMap, body: String) -> &'static str {
    world.note("/voice", &headers, &body);
    "<Response><Connect><Stream url=\"wss://voice.example.org/media-stream\"><Parameter name=\"token\" value=\"t-1\"/></Stream></Connect>\
     <Say>We were cut off.</Say><Dial action=\"/voice/dial-result\">+14155550177</Dial></Response>"
}

async fn note(State(world): State<World>, uri: axum::http::Uri, headers: HeaderMap, body: String) -> &'static str {
    world.note(uri.path(), &headers, &body);
    "<Response/>"
}

async fn fallback(State(world): State<World>, headers: HeaderMap, body: String) -> &'static str {
    world.note("/voice/fallback", &headers, &body);
    "<Response><Say>Please call again.</Say></Response>"
}

async fn stream(State(world): State<World>, headers: HeaderMap, upgrade: WebSocketUpgrade) -> axum::response::Response {
    world.seen.lock().expect("unlocked").stream_signature = header(&headers, "x-twilio-signature");
    upgrade.on_upgrade(move |socket| async move { _ = play(&world, socket).await })
}

async fn play(world: &World, mut socket: WebSocket) -> Option<()> {
    let first = {
        let mut seen = world.seen.lock().expect("unlocked");
        seen.streams += 1;
        seen.streams == 1
    };
    if matches!(world.script, Script::CloseAtOnce) {
        for _ in 0..3 {
            if let Message::Text(text) = socket.recv().await?.ok()? {
                world.seen.lock().expect("unlocked").frames.push(serde_json::from_str(&text).expect("JSON"));
            }
            if world.seen.lock().expect("unlocked").frames.last().is_some_and(|it| it["event"] == "stop") {
                break;
            }
        }
        while world.frames().iter().any(|it| it["event"] == "media")
            && !world.frames().iter().any(|it| it["event"] == "start")
        {
            world.wait_for(&mut socket, "start").await?;
        }
        return close(&mut socket, 1_002, "protocol").await;
    }
    let start = world.wait_for(&mut socket, "start").await?;
    let sid = start["streamSid"].clone();
    match &world.script {
        Script::CloseAfterAudio(reason) => {
            send(&mut socket, json!({ "event": "media", "streamSid": sid, "media": { "payload": welcome(3_200) } }))
                .await?;
            send(&mut socket, json!({ "event": "mark", "streamSid": sid, "mark": { "name": "m" } })).await?;
            world.wait_for(&mut socket, "mark").await?;
            close(&mut socket, 1_000, reason).await
        }
        Script::ClearWhilePlaying => {
            send(&mut socket, json!({ "event": "media", "streamSid": sid, "media": { "payload": welcome(1_600) } }))
                .await?;
            send(&mut socket, json!({ "event": "mark", "streamSid": sid, "mark": { "name": "1" } })).await?;
            send(&mut socket, json!({ "event": "media", "streamSid": sid, "media": { "payload": welcome(24_000) } }))
                .await?;
            for name in ["2", "3"] {
                send(&mut socket, json!({ "event": "mark", "streamSid": sid, "mark": { "name": name } })).await?;
            }
            world.wait_for(&mut socket, "mark").await?;
            for _ in 0..25 {
                world.wait_for(&mut socket, "media").await?;
            }
            send(&mut socket, json!({ "event": "clear", "streamSid": sid })).await?;
            for _ in 0..2 {
                world.wait_for(&mut socket, "mark").await?;
            }
            close(&mut socket, 1_000, "hangup").await
        }
        Script::RestHangUp(url) => {
            let url = format!("{url}/{}.json", start["start"]["callSid"].as_str()?);
            for credentials in [Some("AC1:wrong"), Some("AC1:secret")] {
                let answer = post_form(&url, "Status=completed", credentials).await;
                world.seen.lock().expect("unlocked").rest_answers.push(answer);
            }
            world.wait_for(&mut socket, "stop").await?;
            close(&mut socket, 1_000, "").await
        }
        Script::Nonsense => {
            let wav = BASE64_STANDARD.encode(b"RIFF....WAVE");
            socket.send(Message::Text("nonsense".into())).await.ok()?;
            send(&mut socket, json!({ "event": "clear", "streamSid": "MZ1" })).await?;
            send(&mut socket, json!({ "event": "pause", "streamSid": sid })).await?;
            send(&mut socket, json!({ "event": "media", "streamSid": sid, "media": { "payload": "%" } })).await?;
            send(&mut socket, json!({ "event": "media", "streamSid": sid, "media": { "payload": wav } })).await?;
            close(&mut socket, 1_000, "hangup").await
        }
        Script::RefuseReplay if !first => close(&mut socket, 1_008, "used").await,
        Script::Listen | Script::RefuseReplay | Script::CloseAtOnce => {
            world.wait_for(&mut socket, "stop").await?;
            close(&mut socket, 1_000, "").await
        }
    }
}

async fn send(socket: &mut WebSocket, frame: Value) -> Option<()> {
    socket.send(Message::Text(frame.to_string().into())).await.ok()
}

async fn close(socket: &mut WebSocket, code: u16, reason: &'static str) -> Option<()> {
    socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await.ok()?;
    while let Some(Ok(_)) = socket.recv().await {}
    Some(())
}

/// "Welcome." in a tone of so many bytes.
fn welcome(bytes: usize) -> String {
    let mut audio: Vec<u8> = (0..bytes).map(|n| if n % 16 < 8 { 0x20 } else { 0xA0 }).collect();
    Caption { id: bytes as u16, duration_ms: bytes as u32 / 8, text: "Welcome.".into() }.write(&mut audio);
    BASE64_STANDARD.encode(audio)
}

async fn post_form(url: &str, body: &'static str, credentials: Option<&str>) -> (u16, Value) {
    let mut request = reqwest::Client::new().post(url).body(body);
    if let Some((account, token)) = credentials.and_then(|it| it.split_once(':')) {
        request = request.basic_auth(account, Some(token));
    }
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    let body: Value = serde_json::from_str(&answer.text().await.expect("text")).expect("JSON");
    (status, body["code"].clone())
}

fn header(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default().to_owned()
}

fn decoded(base64: &Value) -> Vec<u8> {
    BASE64_STANDARD.decode(base64.as_str().expect("text")).expect("base64")
}
