//! No provider of texts: the server is reached from outside and has no account.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use model::MessageReason;

use super::{Accepted, Messages, SendError, Text};

/// Refuses everything.
#[derive(Clone, Copy, Debug)]
pub struct Off;

#[async_trait]
impl Messages for Off {
    async fn send(&self, _text: &Text) -> Result<Accepted, SendError> {
        Err(SendError::Never(MessageReason::NoAccount, String::new()))
    }

    async fn find(&self, _text: &Text, _since: DateTime<Utc>) -> Result<Vec<Accepted>, SendError> {
        Ok(Vec::new())
    }
}
