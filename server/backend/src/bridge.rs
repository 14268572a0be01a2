//! The shell around one conversation: sockets, tools, time and storage for [`call::Call`].
//!
//! [`answer`] takes a telephone's media stream from its first frame to the stored call; [`typed`] does the same for a call that
//! is typed in the browser. Both run the loop in `driver`.

mod driver;
mod ending;
mod handshake;
mod notes;
mod phone;
pub mod plans;
mod sessions;
mod toolbox;
mod tools;
pub mod typed;
mod wire;

use std::time::Duration;

use axum::extract::ws::{WebSocket, close_code};
use call::{EndReason, Finish, twilio::Start};
use model::{CallId, LiveKind};
use tokio::sync::OwnedSemaphorePermit;
use tracing::Instrument;

use self::{
    driver::{Driver, Over},
    handshake::Admitted,
    notes::Notes,
    phone::Phone,
    plans::Ready,
    sessions::Sessions,
    toolbox::Toolbox,
};
use crate::{
    Backend, Org,
    calls::{self, fold::Note},
    db::DbResult,
    metrics,
};

/// Answers a media stream. `place` is given back as soon as the stream has said which call it belongs to.
pub(crate) async fn answer(backend: Backend, mut socket: WebSocket, place: OwnedSemaphorePermit) {
    let admitted = handshake::admit(&backend, &mut socket).await;
    drop(place);
    match admitted {
        Ok(Admitted { start, org, id }) => {
            let span = tracing::info_span!("call", call.id = %id);
            converse(&backend, &org, id, start, socket).instrument(span).await;
        }
        Err(refusal) => {
            let why = refusal.why.reason();
            tracing::warn!(reason = why, "a media stream was refused");
            let note = tokio::time::timeout(Duration::from_secs(1), note_refusal(&backend, refusal.call_sid, why));
            let (noted, ()) = tokio::join!(note, phone::close(socket, refusal.why.close_code(), why));
            if let Ok(Err(error)) = noted {
                tracing::error!(%error, "a refused stream could not be written down");
            }
        }
    }
}

/// Tells staff, on the timeline of the call that a refused stream named.
async fn note_refusal(backend: &Backend, call_sid: Option<String>, why: &str) -> DbResult<()> {
    let Some(call_sid) = call_sid else { return Ok(()) };
    let Some((org, id)) = calls::by_provider_id(backend, &call_sid).await? else { return Ok(()) };
    let text = format!("A connection for this call's audio was refused: {why}.");
    calls::put_event(&org, id, &Note::StreamRefused.line(id, &text, 0)).await?;
    backend.live().publish(org.id(), id, LiveKind::Note { text });
    Ok(())
}

async fn converse(backend: &Backend, org: &Org, id: CallId, start: Start, socket: WebSocket) {
    let Some(Ready { plan, caller }) = backend.plans().take(backend, org, id).await else {
        tracing::error!("a call came while nothing is known of its organisation");
        phone::close(socket, close_code::ERROR, "").await;
        refused(backend, org, id, "no_plan").await;
        return;
    };
    let (_seat, commands) = backend.running().enter(org.id(), id);
    tracing::info!("a conversation begins");
    let call_sid = start.call_sid.clone();
    let phone = Phone::new(socket, start.stream_sid.clone());
    let who = caller.as_ref().map_or_else(|| org.id().to_string(), ToString::to_string);
    let sessions = Sessions::new(backend.providers().realtime.clone(), backend.safety_identifier(&who));
    let notes = Notes::begin(backend, org, id, plan.record);
    let toolbox = Toolbox {
        org: org.clone(),
        call_id: id,
        caller,
        rehearsal: false,
        public_url: backend.config().public_url.clone(),
    };
    let over = Driver::new(plan, Some(phone), sessions, toolbox, commands, notes).run(Some(start)).await;
    end(backend, Some(&call_sid), over).await;
}

/// Ends a call as it wants to be ended, and closes its record.
async fn end(backend: &Backend, call_sid: Option<&str>, over: Over) {
    let Over { finish, phone, notes, summary, duration } = over;
    let reason = ending::reason(finish);
    metrics::call_ended(reason.as_str());
    metrics::reconnects(summary.reconnects);
    let leave = async {
        let Some(mut phone) = phone else { return };
        metrics::frames(phone.frames_in, phone.frames_out, u64::from(summary.bad_frames));
        if reason == EndReason::PhoneProtocol {
            phone.broke_the_protocol();
        }
        let farewell = match (finish, call_sid) {
            // First the hang-up, then the close: a socket that closes on a running call starts the rescue verbs.
            (Finish::HangUp(_), Some(call_sid)) => hang_up(backend, call_sid).await,
            _ => "",
        };
        phone.close(farewell).await;
    };
    tokio::join!(leave, notes.finish(finish, &summary, duration));
    tracing::info!(reason = reason.as_str(), seconds = duration.as_secs(), "a conversation is over");
}

async fn hang_up(backend: &Backend, call_sid: &str) -> &'static str {
    let telephony = &backend.providers().telephony;
    for attempt in 1..=2 {
        match telephony.hang_up(call_sid).await {
            Ok(()) => return telephony.close_reason(),
            Err(error) => tracing::error!(%error, attempt, "a call could not be hung up"),
        }
    }
    ""
}

/// Writes down that a call never became a conversation.
pub(crate) async fn refused(backend: &Backend, org: &Org, id: CallId, reason: &str) {
    let finished = ending::never_begun(reason, backend.clock().now());
    notes::status(backend, org, id, finished.status);
    match tokio::time::timeout(Duration::from_secs(1), calls::finish(org, id, &finished)).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::error!(call.id = %id, %error, "a refused call could not be written down"),
        Err(_) => tracing::error!(call.id = %id, "a refused call could not be written down in time"),
    }
}
