//! The snapshot that a call is given: made while the telephone still rings, so that the call itself never waits for the database.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use call::{Channel, Plan};
use model::{CallId, OrgId, PersonaVersion, PhoneNumber};

use crate::{Backend, Org, args, db::DbResult, personas, prompt, sql};

/// A stream that has not begun by then does not begin any more.
const KEPT: Duration = Duration::from_mins(1);

/// How long a call waits for a plan that was not ready, before it takes the last one of its organisation.
const MADE_WITHIN: Duration = Duration::from_millis(150);

/// What a call begins with.
#[derive(Clone, Debug)]
pub(crate) struct Ready {
    /// Everything the call needs to know.
    pub(crate) plan: Plan,
    /// Who calls, where known.
    pub(crate) caller: Option<PhoneNumber>,
}

/// Plans that wait for their stream, and the last good one of every organisation.
#[derive(Debug, Default)]
pub struct Plans {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    ready: HashMap<CallId, (Instant, Ready)>,
    last_good: HashMap<OrgId, Plan>,
}

impl Plans {
    /// Makes the plan of a call that is about to begin. Nothing is lost when that fails: it is tried again at the start.
    pub(crate) async fn prepare(
        &self,
        backend: &Backend,
        org: &Org,
        id: CallId,
        caller: Option<&PhoneNumber>,
        persona: Option<&PersonaVersion>,
    ) {
        let Some(persona) = persona else { return };
        let plan = match prompt::plan(org, persona, caller, org.now(), backend.config(), Channel::Telephone).await {
            Ok(plan) => plan,
            Err(error) => {
                tracing::warn!(call.id = %id, %error, "a plan could not be made yet");
                return;
            }
        };
        let mut inner = self.inner();
        let now = Instant::now();
        inner.ready.retain(|_, (made, _)| now.duration_since(*made) < KEPT);
        inner.last_good.insert(org.id(), plan.clone());
        inner.ready.insert(id, (now, Ready { plan, caller: caller.cloned() }));
    }

    /// What a call begins with; `None` when nothing is known of its organisation.
    pub(crate) async fn take(&self, backend: &Backend, org: &Org, id: CallId) -> Option<Ready> {
        if let Some((_, ready)) = self.inner().ready.remove(&id) {
            return Some(ready);
        }
        // The webhook went to another process, or the database was away when it came.
        if let Ok(Ok(Some(ready))) = tokio::time::timeout(MADE_WITHIN, from_database(backend, org, id)).await {
            return Some(ready);
        }
        tracing::warn!("a call begins with the last good plan of its organisation");
        let plan = self.inner().last_good.get(&org.id()).cloned()?;
        Some(Ready { plan, caller: None })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn from_database(backend: &Backend, org: &Org, id: CallId) -> DbResult<Option<Ready>> {
    let Some(persona) = personas::published(org).await? else { return Ok(None) };
    let found: Option<(Option<PhoneNumber>,)> =
        org.optional(sql!("select caller from calls where org_id = $1 and id = $2"), args![id]).await?;
    let caller = found.and_then(|(caller,)| caller);
    let plan = prompt::plan(org, &persona, caller.as_ref(), org.now(), backend.config(), Channel::Telephone).await?;
    Ok(Some(Ready { plan, caller }))
}
