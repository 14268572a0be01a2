//! "Try it": a call that is typed in the browser, through the same conversation, tools and model as one by telephone.
//!
//! What is said and done comes out as live events of the call's id, like that of every other call.

use call::{Channel, EndReason};
use model::{CallId, CallStatus, Member, PersonaVersion};
use tracing::Instrument;

use super::{driver::Driver, end, notes, notes::Notes, sessions::Sessions, toolbox::Toolbox};
use crate::{
    Backend, Org,
    calls::{self, NewCall},
    db::DbError,
    prompt,
    running::{Command, CommandError, Refusal},
};

/// How much somebody may type at once.
pub const MAX_CHARS: usize = 2_000;

/// Why a typed call does not begin.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Every line is taken.
    #[error("every line is busy at the moment")]
    Full,
    /// The server is about to stop.
    #[error("the server is restarting")]
    Draining,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Begins a typed call with this version of the persona, published or not. `member` is who types.
pub async fn start(
    backend: &Backend,
    org: &Org,
    persona: &PersonaVersion,
    member: &Member,
) -> Result<CallId, StartError> {
    let new = NewCall {
        provider_id: None,
        channel: calls::Channel::Typed,
        caller: None,
        called: None,
        persona: Some((persona.id, persona.version)),
        language: persona.persona.language.clone(),
        started_at: org.now(),
    };
    if backend.running().is_draining() {
        return Err(StartError::Draining);
    }
    let plan = prompt::plan(org, persona, None, org.now(), backend.config(), Channel::Typed).await?;
    let id = calls::start(org, &new).await?;
    match backend.running().expect(id, None) {
        Ok(_) => {}
        Err(refusal) => {
            super::refused(backend, org, id, "full").await;
            return Err(match refusal {
                Refusal::Full | Refusal::CallerFull => StartError::Full,
                Refusal::Draining => StartError::Draining,
            });
        }
    }
    tracing::info!(call.id = %id, user.id = %member.user_id, "a typed call begins");
    let (seat, commands) = backend.running().enter(org.id(), id);
    let sessions =
        Sessions::new(backend.providers().realtime.clone(), backend.safety_identifier(&member.user_id.to_string()));
    let notes = Notes::begin(backend, org, id, false);
    let toolbox = Toolbox {
        org: org.clone(),
        call_id: id,
        caller: None,
        rehearsal: true,
        public_url: backend.config().public_url.clone(),
    };
    let driver = Driver::new(plan, None, sessions, toolbox, commands, notes);
    let (backend, org) = (backend.clone(), org.clone());
    let tasks = backend.running().tasks().clone();
    let conversation = async move {
        notes::status(&backend, &org, id, CallStatus::Active);
        let over = driver.run(None).await;
        end(&backend, None, over).await;
        drop(seat);
    };
    tasks.spawn(conversation.instrument(tracing::info_span!("call", call.id = %id)));
    Ok(id)
}

/// Says something in a typed call of this organisation.
pub fn say(backend: &Backend, org: &Org, id: CallId, text: &str) -> Result<(), CommandError> {
    let text: String = text.chars().take(MAX_CHARS).collect();
    backend.running().command(org.id(), id, Command::Typed(text))
}

/// Ends a typed call of this organisation: the one who types hangs up.
pub fn hang_up(backend: &Backend, org: &Org, id: CallId) -> Result<(), CommandError> {
    backend.running().command(org.id(), id, Command::End(EndReason::CallerHungUp))
}
