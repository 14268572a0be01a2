//! A telephone network that only remembers: for practice without accounts, and for tests.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use super::{Telephony, TelephonyError};

/// Remembers the last calls that were hung up.
#[derive(Debug, Default)]
pub struct StandIn {
    hung_up: Mutex<Vec<String>>,
    failing: Mutex<Option<TelephonyError>>,
}

/// How many hang-ups are remembered.
const REMEMBERED: usize = 1_000;

impl StandIn {
    /// The calls that were hung up, oldest first.
    pub fn hung_up(&self) -> Vec<String> {
        self.hung_up.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Fails every request in this way from here on, or none with `None`.
    pub fn fail_with(&self, error: Option<TelephonyError>) {
        *self.failing.lock().unwrap_or_else(PoisonError::into_inner) = error;
    }
}

#[async_trait]
impl Telephony for StandIn {
    async fn hang_up(&self, call_sid: &str) -> Result<(), TelephonyError> {
        if let Some(error) = self.failing.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            return Err(error);
        }
        let mut hung_up = self.hung_up.lock().unwrap_or_else(PoisonError::into_inner);
        if hung_up.len() >= REMEMBERED {
            hung_up.remove(0);
        }
        hung_up.push(call_sid.to_owned());
        Ok(())
    }

    fn close_reason(&self) -> &'static str {
        "hangup"
    }
}
