//! The model's end of a call: one socket, and for moments a second one.

use std::{
    task::{Context, Poll},
    time::Duration,
};

use call::{
    SessionNo,
    openai::{ClientEvent, Failure},
};
use futures_util::SinkExt;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use super::wire::{Lost, Wire};
use crate::{
    metrics,
    providers::realtime::{ModelSocket, Realtime},
};

/// How long a closing socket may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(2);

/// The model's sockets of one call.
#[derive(Debug)]
pub(super) struct Sessions {
    realtime: Realtime,
    caller: String,
    open: Vec<(SessionNo, Wire<ModelSocket>)>,
    opening: JoinSet<(SessionNo, Result<ModelSocket, Failure>)>,
    /// Sessions that were closed before they opened.
    unwanted: Vec<SessionNo>,
}

/// What happens at the model's end.
#[derive(Debug)]
pub(super) enum FromModel {
    /// A socket is open.
    Open(SessionNo),
    /// A frame of text.
    Text(SessionNo, Utf8Bytes),
    /// A socket is not there, or no longer.
    Closed(SessionNo, Failure),
}

impl Sessions {
    /// `caller` names the caller to the provider without telling who it is.
    pub(super) fn new(realtime: Realtime, caller: String) -> Self {
        Self { realtime, caller, open: Vec::with_capacity(2), opening: JoinSet::new(), unwanted: Vec::new() }
    }

    /// Begins to open a socket; its fate comes out of [`Sessions::poll_event`].
    pub(super) fn open(&mut self, no: SessionNo) {
        let (realtime, caller) = (self.realtime.clone(), self.caller.clone());
        self.opening.spawn(async move { (no, realtime.open(&caller).await) });
    }

    /// Sends an event. A session that is not there takes everything: its end is on its way already.
    pub(super) fn send(&mut self, no: SessionNo, event: &ClientEvent) -> Result<(), Lost> {
        let Some((_, wire)) = self.open.iter_mut().find(|(open, _)| *open == no) else { return Ok(()) };
        wire.send(Message::Text(event.to_json().into()))
    }

    /// Closes a socket; nothing of it is reported any more.
    pub(super) fn close(&mut self, no: SessionNo) {
        match self.open.iter().position(|(open, _)| *open == no) {
            Some(at) => say_goodbye(self.open.swap_remove(at).1),
            None => self.unwanted.push(no),
        }
    }

    /// Closes every socket.
    pub(super) fn close_all(&mut self) {
        self.opening.abort_all();
        for (_, wire) in self.open.drain(..) {
            say_goodbye(wire);
        }
    }

    /// Takes a socket away that turned out to be lost.
    pub(super) fn drop_lost(&mut self, no: SessionNo) {
        self.open.retain(|(open, _)| *open != no);
    }

    pub(super) fn has_unsent(&self) -> bool {
        self.open.iter().any(|(_, wire)| wire.has_unsent())
    }

    /// Pushes out what waits; the number of a session that turned out to be lost.
    pub(super) fn poll_sent(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), SessionNo>> {
        let mut pending = false;
        for (no, wire) in &mut self.open {
            if wire.has_unsent() {
                match wire.poll_sent(cx) {
                    Poll::Ready(Ok(())) => {}
                    Poll::Ready(Err(Lost)) => return Poll::Ready(Err(*no)),
                    Poll::Pending => pending = true,
                }
            }
        }
        if pending { Poll::Pending } else { Poll::Ready(Ok(())) }
    }

    /// The next thing that happens at any socket.
    pub(super) fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<FromModel> {
        if let Poll::Ready(event) = self.poll_opening(cx) {
            return Poll::Ready(event);
        }
        for at in 0..self.open.len() {
            let (no, wire) = &mut self.open[at];
            let no = *no;
            loop {
                match wire.poll_message(cx) {
                    Poll::Pending => break,
                    Poll::Ready(Some(Ok(Message::Text(text)))) => return Poll::Ready(FromModel::Text(no, text)),
                    Poll::Ready(Some(Ok(Message::Close(frame)))) => {
                        let code = frame.map(|frame| frame.code.into());
                        self.open.swap_remove(at);
                        return Poll::Ready(FromModel::Closed(no, Failure::Closed { code }));
                    }
                    // Pings are answered by the socket itself; the protocol has no binary frames.
                    Poll::Ready(Some(Ok(_))) => {}
                    Poll::Ready(Some(Err(_)) | None) => {
                        self.open.swap_remove(at);
                        return Poll::Ready(FromModel::Closed(no, Failure::Closed { code: None }));
                    }
                }
            }
        }
        Poll::Pending
    }

    fn poll_opening(&mut self, cx: &mut Context<'_>) -> Poll<FromModel> {
        while let Poll::Ready(Some(joined)) = self.opening.poll_join_next(cx) {
            // Opening a socket neither panics nor is it aborted while the call runs.
            let Ok((no, opened)) = joined else { continue };
            metrics::model_session(match opened {
                Ok(_) => "open",
                Err(Failure::Refused { .. }) => "refused",
                Err(Failure::TimedOut) => "timed_out",
                Err(Failure::Unreachable | Failure::Closed { .. }) => "unreachable",
            });
            let wanted = !self.unwanted.contains(&no);
            match opened {
                Ok(socket) if !wanted => say_goodbye(Wire::new(socket)),
                Err(_) if !wanted => {}
                Ok(socket) => {
                    self.open.push((no, Wire::new(socket)));
                    return Poll::Ready(FromModel::Open(no));
                }
                Err(failure) => return Poll::Ready(FromModel::Closed(no, failure)),
            }
        }
        Poll::Pending
    }
}

fn say_goodbye(wire: Wire<ModelSocket>) {
    let mut socket = wire.into_inner();
    tokio::spawn(async move {
        let _ = tokio::time::timeout(GOODBYE, async {
            socket.close(None).await?;
            socket.flush().await
        })
        .await;
    });
}
