use std::net::SocketAddr;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _, http::HeaderValue},
};

use super::*;

#[tokio::test]
async fn a_client_is_greeted_with_its_session() {
    let model = Model::start(Options::default()).await;

    let mut socket = connect_async(model.request("key", None)).await.expect("admitted").0;
    let first = next(&mut socket).await;

    assert_eq!(
        (first["type"].as_str(), first["session"]["model"].as_str()),
        (Some("session.created"), Some("gpt-realtime-2.1"))
    );
}

#[tokio::test]
async fn without_the_key_there_is_no_socket() {
    let model = Model::start(Options { key: Some("right".into()), ..Options::default() }).await;

    for key in ["", "wrong"] {
        assert_eq!(refused(connect_async(model.request(key, None)).await.map(drop)), 401);
    }
    assert!(connect_async(model.request("right", None)).await.is_ok());
}

#[tokio::test]
async fn the_beta_header_is_told_so_and_shown_the_door() {
    let model = Model::start(Options::default()).await;

    let mut socket = connect_async(model.request("key", Some("realtime=v1"))).await.expect("upgraded").0;

    assert_eq!(next(&mut socket).await["error"]["code"], "beta_api_shape_disabled");
    let Some(Ok(Message::Close(Some(close)))) = socket.next().await else { panic!("no close frame") };
    assert_eq!(
        (u16::from(close.code), close.reason.as_str()),
        (4_000, "invalid_request_error.beta_api_shape_disabled")
    );
}

#[tokio::test]
async fn a_planned_refusal_comes_as_often_as_planned() {
    let fault = "refuse-connect=429*1".parse().expect("a fault");
    let model = Model::start(Options { faults: vec![fault], ..Options::default() }).await;

    assert_eq!(refused(connect_async(model.request("key", None)).await.map(drop)), 429);
    assert!(connect_async(model.request("key", None)).await.is_ok());
}

#[tokio::test]
async fn a_planned_break_has_no_close_frame() {
    let fault = "drop-after=3".parse().expect("a fault");
    let model = Model::start(Options { faults: vec![fault], ..Options::default() }).await;
    let mut socket = connect_async(model.request("key", None)).await.expect("admitted").0;

    socket.send(Message::Text(r#"{"type":"input_audio_buffer.clear"}"#.into())).await.expect("sent");
    let frames: Vec<_> = socket.by_ref().collect().await;

    assert!(matches!(frames.last(), Some(Err(Error::Protocol(_) | Error::Io(_)))), "{:?}", frames.last());
    assert_eq!(frames.iter().filter(|it| matches!(it, Ok(Message::Text(_)))).count(), 3);
}

#[tokio::test]
async fn what_clients_send_is_written_down() {
    let (sender, mut frames) = mpsc::unbounded_channel();
    let model = Model::start(Options { record: Some(Record::Channel(sender)), ..Options::default() }).await;
    let mut socket = connect_async(model.request("key", None)).await.expect("admitted").0;

    socket.send(Message::Text(r#"{"type":"response.create"}"#.into())).await.expect("sent");

    assert_eq!(frames.recv().await.as_deref(), Some(r#"{"type":"response.create"}"#));
}

#[tokio::test]
async fn an_answer_is_spoken_over_the_socket_with_its_words_under_it() {
    let options = Options { voice: Voice::Tones, speed: 200.0, think: Duration::ZERO, ..Options::default() };
    let model = Model::start(options).await;
    let mut socket = connect_async(model.request("key", None)).await.expect("admitted").0;

    for frame in [
        r#"{"type":"session.update","session":{"type":"realtime","audio":{"output":{"format":{"type":"audio/pcmu"}}}}}"#,
        r#"{"type":"response.create","response":{"instructions":"Say \"Welcome to the soup.\""}}"#,
    ] {
        socket.send(Message::Text(frame.into())).await.expect("sent");
    }
    let mut reader = crate::caption::Reader::default();
    let mut words = Vec::new();
    loop {
        let event = next(&mut socket).await;
        match event["type"].as_str() {
            Some("response.output_audio.delta") => {
                use base64::{Engine as _, prelude::BASE64_STANDARD};
                let audio = BASE64_STANDARD.decode(event["delta"].as_str().expect("text")).expect("base64");
                words.extend(reader.read(&audio).into_iter().map(|it| it.caption.text));
            }
            Some("response.done") => break,
            _ => {}
        }
    }

    assert_eq!(words.first().map(String::as_str), Some("Welcome to the soup."));
}

struct Model {
    address: SocketAddr,
    _stop: tokio_util::sync::DropGuard,
}

impl Model {
    async fn start(options: Options) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let stop = CancellationToken::new();
        tokio::spawn(serve(listener, options, stop.clone()));
        Self { address, _stop: stop.drop_guard() }
    }

    fn request(
        &self,
        key: &str,
        beta: Option<&'static str>,
    ) -> tokio_tungstenite::tungstenite::handshake::client::Request {
        let url = format!("ws://{}/v1/realtime?model=gpt-realtime-2.1", self.address);
        let mut request = url.into_client_request().expect("a request");
        request
            .headers_mut()
            .insert("authorization", HeaderValue::from_str(&format!("Bearer {key}")).expect("a header"));
        if let Some(beta) = beta {
            request.headers_mut().insert("openai-beta", HeaderValue::from_static(beta));
        }
        request
    }
}

fn refused(result: Result<(), Error>) -> u16 {
    match result {
        Err(Error::Http(response)) => response.status().as_u16(),
        other => panic!("{other:?}"),
    }
}

async fn next<S>(socket: &mut S) -> Value
where
    S: futures_util::Stream<Item = Result<Message, Error>> + Unpin,
{
    match socket.next().await {
        Some(Ok(Message::Text(text))) => serde_json::from_str(&text).expect("JSON"),
        other => panic!("{other:?}"),
    }
}
