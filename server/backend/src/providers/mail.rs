//! Mail.

pub mod off;
pub mod smtp;
pub mod stand_in;

use std::fmt;

use async_trait::async_trait;
use model::EmailAddress;

pub use super::messages::SendError;
use crate::outbox::Attachment;

/// What we ask of the mail server.
#[async_trait]
pub trait Mail: fmt::Debug + Send + Sync {
    /// Hands a letter over.
    async fn send(&self, letter: &Letter) -> Result<(), SendError>;
}

/// A letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// What makes it one letter, also where a mail server gets it twice.
    pub message_id: String,
    /// The organisation in whose name it is written.
    pub from_name: String,
    /// Whom it is for.
    pub to: EmailAddress,
    /// Its subject.
    pub subject: String,
    /// Its words.
    pub body: String,
    /// A file with it.
    pub attachment: Option<Attachment>,
}
