//! "Try it": a call that is typed in the browser, through the same conversation, tools and model as one by telephone.
//!
//! What is said and done comes out as live events of the call's id, like that of every other call.

use std::time::Duration;

use call::{Channel, EndReason};
use model::{CallId, CallStatus, LiveKind, Member, PersonaVersion};
use tracing::Instrument;

use super::{driver::Driver, end, notes, notes::Notes, sessions::Sessions, toolbox::Toolbox};
use crate::{
    Backend, Org,
    calls::{self, NewCall, fold::Note},
    db::DbError,
    prompt,
    running::{Command, CommandError, TrialRefusal},
};

/// How much somebody may type at once.
pub const MAX_CHARS: usize = 2_000;

/// A trial in which nobody types for this long is over.
const IDLE: Duration = Duration::from_mins(2);

/// Why a typed call does not begin.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// As many as may be are running.
    #[error("as many trials as the server has room for are running; try again in a few minutes")]
    Full,
    /// This person runs as many as one may.
    #[error("you have two trials open already; end one of them first")]
    TooMany,
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
    let plan = prompt::plan(org, persona, None, org.now(), backend.config(), Channel::Typed).await?;
    let id = CallId::new();
    let (seat, commands) =
        backend.running().enter_trial(org.id(), id, member.user_id).map_err(|refusal| match refusal {
            TrialRefusal::Full => StartError::Full,
            TrialRefusal::TooMany => StartError::TooMany,
            TrialRefusal::Draining => StartError::Draining,
        })?;
    calls::start_as(org, id, &new).await?;
    tracing::info!(call.id = %id, user.id = %member.user_id, "a typed call begins");
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
        let idle = tokio::spawn(end_when_idle(backend.clone(), org.clone(), id));
        let over = driver.run(None).await;
        idle.abort();
        end(&backend, None, over).await;
        drop(seat);
    };
    tasks.spawn(conversation.instrument(tracing::info_span!("call", call.id = %id)));
    Ok(id)
}

/// Ends a typed call in which nobody types any more, and says so where it is read: each one holds a model session.
async fn end_when_idle(backend: Backend, org: Org, id: CallId) {
    while let Some(last) = backend.running().last_typed(id) {
        if last.elapsed() < IDLE {
            tokio::time::sleep_until(last + IDLE).await;
            continue;
        }
        let text = "Nothing was typed for two minutes: the trial ended.";
        let line = Note::TrialIdle.line(id, text, IDLE.as_millis() as u64);
        if let Err(error) = calls::put_event(&org, id, &line).await {
            tracing::error!(call.id = %id, %error, "the end of an idle trial could not be written down");
        }
        backend.live().publish(org.id(), id, LiveKind::Note { text: text.into() });
        let _ = backend.running().command(org.id(), id, Command::End(EndReason::Silence));
        return;
    }
}

/// Says something in a typed call of this member.
pub fn say(backend: &Backend, org: &Org, member: &Member, id: CallId, text: &str) -> Result<(), CommandError> {
    let text: String = text.chars().take(MAX_CHARS).collect();
    backend.running().command_trial(org.id(), id, member.user_id, Command::Typed(text))
}

/// Ends a typed call of this member: the one who types hangs up.
pub fn hang_up(backend: &Backend, org: &Org, member: &Member, id: CallId) -> Result<(), CommandError> {
    backend.running().command_trial(org.id(), id, member.user_id, Command::End(EndReason::CallerHungUp))
}

#[cfg(test)]
mod tests {
    use model::Role;

    use super::*;
    use crate::testing::World;

    #[tokio::test]
    async fn a_trial_in_which_nobody_types_ends_after_two_minutes_and_says_so() {
        let world = World::sqlite().await;
        let org = world.org("ours").await;
        let (ann, id) = (world.member(&org, Role::Owner).await, CallId::new());
        let (_seat, mut commands) = world.backend.running().enter_trial(org.id(), id, ann.user_id).expect("a seat");
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(119)).await;
        say(&world.backend, &org, &ann, id, "Hello").expect("said");
        assert_eq!(commands.recv().await, Some(Command::Typed("Hello".into())));

        let typed = tokio::time::Instant::now();
        end_when_idle(world.backend.clone(), org.clone(), id).await;

        assert!(typed.elapsed() >= IDLE, "typing puts the end off");
        assert_eq!(commands.try_recv(), Ok(Command::End(EndReason::Silence)));
        let told = world.backend.live().subscribe(org.id(), None).backlog;
        assert!(matches!(&told[0].kind, LiveKind::Note { text } if text.contains("two minutes")), "{told:?}");
    }
}
