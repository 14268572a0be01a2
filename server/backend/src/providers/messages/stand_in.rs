//! A provider of texts that only remembers: for tests. Practice without an account uses the practice Messages instead, over a socket.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Accepted, Messages, SendError, Text};

/// Remembers what was handed over.
#[derive(Debug, Default)]
pub struct StandIn(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    taken: Vec<Text>,
    failing: Option<SendError>,
    /// The text is taken although the answer says otherwise.
    taken_anyway: bool,
    cannot_look: bool,
}

impl StandIn {
    /// Every text that was taken, oldest first.
    pub fn taken(&self) -> Vec<Text> {
        self.inner().taken.clone()
    }

    /// Fails every handing over in this way from here on, or none with `None`.
    pub fn fail_with(&self, error: Option<SendError>) {
        let mut inner = self.inner();
        inner.failing = error;
        inner.taken_anyway = false;
    }

    /// From here on takes every text and answers this, as a provider does whose answer is lost.
    pub fn take_and_fail_with(&self, error: SendError) {
        let mut inner = self.inner();
        inner.failing = Some(error);
        inner.taken_anyway = true;
    }

    /// Whether it can be asked what it has taken.
    pub fn can_look(&self, can: bool) {
        self.inner().cannot_look = !can;
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn accepted(position: usize) -> Accepted {
    Accepted { provider_id: format!("SM{position:032x}"), status: "queued".into(), code: None }
}

#[async_trait]
impl Messages for StandIn {
    async fn send(&self, text: &Text) -> Result<Accepted, SendError> {
        let mut inner = self.inner();
        if inner.failing.is_none() || inner.taken_anyway {
            inner.taken.push(text.clone());
        }
        match &inner.failing {
            Some(error) => Err(error.clone()),
            None => Ok(accepted(inner.taken.len())),
        }
    }

    async fn find(&self, text: &Text, _since: DateTime<Utc>) -> Result<Vec<Accepted>, SendError> {
        let inner = self.inner();
        if inner.cannot_look {
            return Err(SendError::Later(String::new()));
        }
        let same = |taken: &Text| taken.to == text.to && taken.from == text.from && taken.body == text.body;
        let found = inner.taken.iter().enumerate().filter(|(_, taken)| same(taken));
        Ok(found.map(|(position, _)| accepted(position + 1)).collect())
    }
}
