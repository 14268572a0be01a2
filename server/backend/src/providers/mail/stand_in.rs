//! A mail server that only remembers: for practice without one, and for tests.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::{Letter, Mail, SendError};

/// Remembers the last letters.
#[derive(Debug, Default)]
pub struct StandIn(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    taken: Vec<Letter>,
    failing: Option<SendError>,
}

/// How many letters are remembered.
const REMEMBERED: usize = 1_000;

impl StandIn {
    /// The letters that were taken, oldest first.
    pub fn taken(&self) -> Vec<Letter> {
        self.inner().taken.clone()
    }

    /// Fails every letter in this way from here on, or none with `None`.
    pub fn fail_with(&self, error: Option<SendError>) {
        self.inner().failing = error;
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Mail for StandIn {
    async fn send(&self, letter: &Letter) -> Result<(), SendError> {
        let mut inner = self.inner();
        if let Some(error) = &inner.failing {
            return Err(error.clone());
        }
        if inner.taken.len() >= REMEMBERED {
            inner.taken.remove(0);
        }
        inner.taken.push(letter.clone());
        Ok(())
    }
}
