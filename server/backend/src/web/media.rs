//! The media stream: the web socket over which a telephone call's audio comes and goes.

use axum::{
    Router,
    extract::{State, WebSocketUpgrade},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderMap, StatusCode};

use super::signed::{is_signed, public_socket_url};
use crate::{Backend, bridge, providers::telephony::signature::Content};

/// Where streams are connected to.
pub const PATH: &str = "/media-stream";

/// Twilio's frames have some 400 bytes.
const MAX_FRAME: usize = 64 << 10;

/// `/media-stream`.
pub fn router() -> Router<Backend> {
    Router::new().route(PATH, get(media_stream))
}

async fn media_stream(State(backend): State<Backend>, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    let url = public_socket_url(&backend, PATH);
    if !is_signed(&backend.providers().keys, &url, Content::Form(&[]), &headers) {
        return (StatusCode::FORBIDDEN, "the signature is missing or wrong").into_response();
    }
    // Whoever connects costs memory before saying who they are; only so many may.
    let Ok(place) = backend.running().waiting_room() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many streams are about to begin").into_response();
    };
    let tasks = backend.running().tasks().clone();
    // The library's defaults cost 330 KB a call, take frames of 64 MiB and let what cannot be sent grow without end.
    upgrade
        .read_buffer_size(1 << 10)
        .write_buffer_size(4 << 10)
        .max_write_buffer_size(256 << 10)
        .max_message_size(MAX_FRAME)
        .max_frame_size(MAX_FRAME)
        .on_upgrade(move |socket| tasks.track_future(bridge::answer(backend, socket, place)))
}
