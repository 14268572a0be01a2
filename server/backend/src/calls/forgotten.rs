//! Calls that the database takes for running when nothing of them is left: callers who hung up before their audio came, streams that
//! were refused, callbacks that never arrived.

use chrono::{DateTime, TimeDelta, Utc};
use model::{CallId, CallStatus, LiveKind, OrgId, Outcome};

use super::{Finished, NEVER_CONNECTED, fold::Note, write};
use crate::{Backend, args, db::DbResult, org::Org, orgs};

/// Audio follows the webhook within seconds, or does not follow.
const RINGS_FOR: TimeDelta = TimeDelta::seconds(60);

/// What an end may take after the longest call.
const GRACE: TimeDelta = TimeDelta::minutes(2);

/// Ends calls that were forgotten; returns how many.
pub async fn end_forgotten(backend: &Backend) -> DbResult<usize> {
    let now = backend.clock().now();
    let longest = TimeDelta::seconds(backend.config().max_call_seconds as i64) + GRACE;
    let found: Vec<(CallId, OrgId, CallStatus, DateTime<Utc>)> = backend
        .db()
        .system("calls that nobody has, whosever they are")
        .all(
            "select id, org_id, status, started_at from calls
             where (status = 'ringing' and started_at < $1)
                or (status = 'active' and coalesce(answered_at, started_at) < $2)
             order by id",
            args![now - RINGS_FOR, now - longest],
        )
        .await?;
    let mut ended = 0;
    for (id, org_id, status, started_at) in found {
        if backend.running().knows(id) || backend.ledger().has(id) {
            continue;
        }
        let Some(org) = orgs::by_id(backend, org_id).await? else { continue };
        end(backend, &org, id, status, started_at).await?;
        ended += 1;
    }
    Ok(ended)
}

async fn end(backend: &Backend, org: &Org, id: CallId, was: CallStatus, started_at: DateTime<Utc>) -> DbResult<()> {
    let now = org.now();
    let (note, text, finished) = if was == CallStatus::Ringing {
        let text = "The call was announced, and its audio never came.";
        (Note::NeverBegan, text, finished(CallStatus::Failed, Outcome::Abandoned, NEVER_CONNECTED, now))
    } else {
        let text = "Nothing was heard of this call any more, long after the longest call ends.";
        (Note::Forgotten, text, finished(CallStatus::Interrupted, Outcome::Technical, "crash", now))
    };
    let at_ms = (now - started_at).num_milliseconds().max(0).unsigned_abs();
    let mut tx = org.begin().await?;
    write::event(&mut tx, id, &note.line(id, text, at_ms)).await?;
    write::finish(&mut tx, id, &finished).await?;
    tx.commit().await?;
    backend.handed().revoke(id);
    tracing::warn!(call.id = %id, was = was.as_str(), "a forgotten call was ended");
    backend.live().publish(org.id(), id, LiveKind::Status { status: finished.status });
    Ok(())
}

fn finished(status: CallStatus, outcome: Outcome, reason: &str, ended_at: DateTime<Utc>) -> Finished {
    let (reason, summary) = (reason.to_owned(), String::new());
    Finished { status, outcome: Some(outcome), reason, ended_at, duration_ms: 0, summary }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        calls::{self, tests::ringing},
        engines,
        testing::World,
    };

    async fn call_of(world: &World, org: &Org, sid: &str) -> CallId {
        calls::start(org, &ringing(world, sid)).await.expect("started")
    }

    async fn page(org: &Org, id: CallId) -> model::Call {
        calls::get(org, id).await.expect("read").expect("there")
    }

    engines! {
        async fn a_call_whose_audio_never_came_ends_after_a_minute_and_says_why(world: World) {
            let org = world.org("ours").await;
            let id = call_of(world, &org, "CA1").await;
            world.pass(TimeDelta::seconds(60));
            assert_eq!(end_forgotten(&world.backend).await.expect("ended"), 0);

            world.pass(TimeDelta::seconds(1));
            assert_eq!(end_forgotten(&world.backend).await.expect("ended"), 1);
            let call = page(&org, id).await;
            assert_eq!((call.row.status, call.row.outcome), (CallStatus::Failed, Some(Outcome::Abandoned)));
            assert_eq!(call.events[0].kind, "never_began");
            assert_eq!(end_forgotten(&world.backend).await.expect("ended"), 0);
        }

        async fn a_call_that_is_expected_or_runs_is_left_alone(world: World) {
            let org = world.org("ours").await;
            let (expected, running) = (call_of(world, &org, "CA1").await, call_of(world, &org, "CA2").await);
            world.backend.running().expect(expected, None).expect("a place");
            let _seat = world.backend.running().enter(org.id(), running);
            world.pass(TimeDelta::hours(2));
            assert_eq!(end_forgotten(&world.backend).await.expect("ended"), 0);
        }

        async fn an_active_call_past_the_limit_ends_as_interrupted(world: World) {
            let org = world.org("ours").await;
            let id = call_of(world, &org, "CA1").await;
            calls::answered(&org, id, world.now(), None).await.expect("answered");
            world.pass(TimeDelta::seconds(900));
            assert_eq!(end_forgotten(&world.backend).await.expect("ended"), 0);
            world.pass(TimeDelta::seconds(121));
            assert_eq!(end_forgotten(&world.backend).await.expect("ended"), 1);
            let call = page(&org, id).await;
            assert_eq!((call.row.status, call.events[0].kind.as_str()), (CallStatus::Interrupted, "forgotten"));
        }
    }
}
