//! No mail server: the server is reached from outside and has none.

use async_trait::async_trait;
use model::MessageReason;

use super::{Letter, Mail, SendError};

/// Refuses everything.
#[derive(Clone, Copy, Debug)]
pub struct Off;

#[async_trait]
impl Mail for Off {
    async fn send(&self, _letter: &Letter) -> Result<(), SendError> {
        Err(SendError::Never(MessageReason::NoAccount, String::new()))
    }
}
