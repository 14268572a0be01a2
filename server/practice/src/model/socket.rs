//! A session on its socket.

use std::{sync::Arc, time::Duration};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::{SinkExt as _, StreamExt as _, stream::SplitSink};
use serde_json::json;
use tokio::{sync::mpsc, time::Instant};

use super::{
    Shared,
    faults::Fault,
    problem::Problem,
    response::SpokenPart,
    session::{Output, Session},
    unix_now,
};
use crate::{
    caption::Caption,
    voice::{self, Format, Utterance},
};

/// What a client with the beta header gets: an error, then the door.
pub(super) async fn refuse_beta(mut socket: WebSocket) {
    let message = "The Realtime Beta API is no longer supported. Please use /v1/realtime for the GA API.";
    let error = Problem::new("beta_api_shape_disabled", message).to_json(None);
    let event = json!({ "type": "error", "event_id": "event_beta", "error": error });
    let close = CloseFrame { code: 4_000, reason: "invalid_request_error.beta_api_shape_disabled".into() };
    if socket.send(Message::Text(event.to_string().into())).await.is_ok() {
        _ = socket.send(Message::Close(Some(close))).await;
    }
}

/// A part of an answer's audio, rendered.
struct Spoken {
    response_id: String,
    part: SpokenPart,
}

/// Runs a session to its end.
pub(super) async fn run(socket: WebSocket, shared: Arc<Shared>, model: String) {
    let (mut to_client, mut from_client) = socket.split();
    if shared.faults.happens(&Fault::Hang) {
        while let Some(Ok(_)) = from_client.next().await {}
        return;
    }
    let started = Instant::now();
    let now = || started.elapsed().as_millis() as u64;
    let mut session =
        Session::open(shared.manner.clone(), shared.faults.clone(), &model, &shared.seed(), unix_now(), now());
    let (speaker, mut voices) = mpsc::channel(4);
    loop {
        while let Some(output) = session.poll() {
            if !act(output, &mut to_client, &speaker).await {
                return;
            }
        }
        let deadline = session.deadline().map(|it| started + Duration::from_millis(it));
        tokio::select! {
            biased;
            frame = from_client.next() => match frame {
                Some(Ok(Message::Text(text))) => {
                    if let Some(recorder) = &shared.record {
                        recorder.note(&text);
                    }
                    session.receive(&text, now());
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Binary(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
            },
            Some(Spoken { response_id, part }) = voices.recv() => session.spoken(&response_id, &part, now()),
            () = sleep_until(deadline) => session.tick(now()),
            () = shared.stop.cancelled() => {
                let close = CloseFrame { code: 1_001, reason: "the practice model stops".into() };
                _ = to_client.send(Message::Close(Some(close))).await;
                return;
            }
        }
    }
}

/// Does what the session wants; false when that was the end.
async fn act(output: Output, to_client: &mut SplitSink<WebSocket, Message>, speaker: &mpsc::Sender<Spoken>) -> bool {
    match output {
        Output::Send(text) => to_client.send(Message::Text(text.into())).await.is_ok(),
        Output::Speak { response_id, utterance } => {
            tokio::spawn(speak(response_id, utterance, speaker.clone()));
            true
        }
        Output::Close { code, reason } => {
            _ = to_client.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
            false
        }
        // Dropping the socket without a close frame is what a lost connection looks like from the other side.
        Output::Break => false,
    }
}

/// Speaks sentence by sentence: the first is heard while the next is rendered.
async fn speak(response_id: String, utterance: Utterance, speaker: mpsc::Sender<Spoken>) {
    let mut rest = utterance.text.as_str();
    while !rest.is_empty() {
        let (sentence, more) = rest.split_at(sentence_end(rest));
        rest = more;
        let mut audio = captioned(&Utterance { text: sentence.trim().to_owned(), ..utterance.clone() }).await;
        if !rest.is_empty() {
            audio.extend(utterance.format.silence(PAUSE_MS));
        }
        let part = SpokenPart { audio: audio.into(), text_bytes: sentence.len(), last: rest.is_empty() };
        if speaker.send(Spoken { response_id: response_id.clone(), part }).await.is_err() {
            // The session is over.
            return;
        }
    }
}

/// Between two sentences.
const PAUSE_MS: usize = 150;

/// Where the first sentence ends, the space behind it included. What is very short stays with what follows: "Dr. Lee".
fn sentence_end(text: &str) -> usize {
    const SHORTEST: usize = 24;
    let ends = [". ", "? ", "! "].iter().flat_map(|it| text.match_indices(it)).map(|(at, _)| at + 2);
    ends.filter(|it| *it >= SHORTEST).min().unwrap_or(text.len())
}

/// Speaks, and writes the words under it where the format can carry them.
async fn captioned(utterance: &Utterance) -> Vec<u8> {
    let mut audio = voice::speak(utterance).await.to_vec();
    if utterance.format == Format::Mulaw {
        let duration_ms = (audio.len() / utterance.format.bytes_per_ms()) as u32;
        Caption { id: rand::random(), duration_ms, text: utterance.text.clone() }.write(&mut audio);
    }
    audio
}

async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
