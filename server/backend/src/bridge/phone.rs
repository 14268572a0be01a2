//! The telephone's end of a call.

use std::{
    error::Error,
    task::{Context, Poll},
};

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use call::twilio::ToPhone;
use futures_util::SinkExt;
use tokio_tungstenite::tungstenite;

use super::wire::{Lost, Wire};

/// How long a closing socket may take to say goodbye.
const GOODBYE: std::time::Duration = std::time::Duration::from_secs(2);

/// A telephone's media stream after its `start`.
#[derive(Debug)]
pub(super) struct Phone {
    wire: Option<Wire<WebSocket>>,
    stream_sid: String,
    /// Frames that came and went, for the figures.
    pub(super) frames_in: u64,
    pub(super) frames_out: u64,
    /// The close code to leave with, when it is not the ordinary one.
    close_code: u16,
}

/// What comes from a telephone.
#[derive(Debug)]
pub(super) enum FromSocket {
    /// A frame of text.
    Text(axum::extract::ws::Utf8Bytes),
    /// Something that has no business here.
    Nonsense,
    /// A sign of life and no more.
    Alive,
    /// The end.
    Closed,
    /// A frame larger than any honest one.
    TooLarge,
}

impl Phone {
    pub(super) fn new(socket: WebSocket, stream_sid: String) -> Self {
        let wire = Some(Wire::new(socket));
        Self { wire, stream_sid, frames_in: 0, frames_out: 0, close_code: close_code::NORMAL }
    }

    /// The stream it carries.
    pub(super) fn stream_sid(&self) -> &str {
        &self.stream_sid
    }

    /// Sends a frame. A telephone that is gone takes everything.
    pub(super) fn send(&mut self, frame: &ToPhone) -> Result<(), Lost> {
        let Some(wire) = &mut self.wire else { return Ok(()) };
        self.frames_out += 1;
        wire.send(Message::Text(frame.to_json(&self.stream_sid).into()))
    }

    pub(super) fn has_unsent(&self) -> bool {
        self.wire.as_ref().is_some_and(Wire::has_unsent)
    }

    pub(super) fn poll_sent(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Lost>> {
        self.wire.as_mut().map_or(Poll::Pending, |wire| wire.poll_sent(cx))
    }

    pub(super) fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<FromSocket> {
        let Some(wire) = &mut self.wire else { return Poll::Pending };
        wire.poll_message(cx).map(|message| match message {
            Some(Ok(Message::Text(text))) => {
                self.frames_in += 1;
                FromSocket::Text(text)
            }
            Some(Ok(Message::Binary(_))) => FromSocket::Nonsense,
            // The socket answers pings by itself.
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => FromSocket::Alive,
            Some(Err(error)) if is_too_large(&error) => {
                self.close_code = close_code::SIZE;
                FromSocket::TooLarge
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None => FromSocket::Closed,
        })
    }

    /// Takes note that the other side is gone.
    pub(super) fn forget(&mut self) {
        self.wire = None;
    }

    /// The telephone broke the protocol: it is left with the code that says so, unless another one has been chosen.
    pub(super) fn broke_the_protocol(&mut self) {
        if self.close_code == close_code::NORMAL {
            self.close_code = close_code::POLICY;
        }
    }

    /// Leaves with this reason. Whatever the telephone still sends is not read.
    pub(super) async fn close(&mut self, reason: &'static str) {
        let Some(wire) = self.wire.take() else { return };
        close(wire.into_inner(), self.close_code, reason).await;
    }
}

/// Says goodbye on a socket, and does not wait long for an answer.
pub(crate) async fn close(mut socket: WebSocket, code: u16, reason: &'static str) {
    let frame = CloseFrame { code, reason: reason.into() };
    let _ = tokio::time::timeout(GOODBYE, async {
        socket.send(Message::Close(Some(frame))).await?;
        // Closing at once with unread frames in the buffer would reset the connection, and the close frame with it.
        while let Some(Ok(message)) = socket.recv().await {
            if matches!(message, Message::Close(_)) {
                break;
            }
        }
        socket.close().await
    })
    .await;
}

pub(crate) fn is_too_large(error: &axum::Error) -> bool {
    error
        .source()
        .and_then(|source| source.downcast_ref::<tungstenite::Error>())
        .is_some_and(|error| matches!(error, tungstenite::Error::Capacity(_)))
}
