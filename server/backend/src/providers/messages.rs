//! Texts to telephones.

pub mod off;
pub mod stand_in;
pub mod twilio;

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use model::{MessageReason, PhoneNumber};

/// What we ask of the provider of texts.
#[async_trait]
pub trait Messages: fmt::Debug + Send + Sync {
    /// Hands a text over.
    async fn send(&self, text: &Text) -> Result<Accepted, SendError>;

    /// Looks for a text that was handed over since then without an answer having come back.
    async fn find(&self, text: &Text, since: DateTime<Utc>) -> Result<Vec<Accepted>, SendError>;
}

/// A text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The number it comes from.
    pub from: PhoneNumber,
    /// The number it goes to.
    pub to: PhoneNumber,
    /// Its words.
    pub body: String,
    /// Where the provider tells how far it has come.
    pub report_to: String,
}

/// A text that the provider has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The provider's name for it.
    pub provider_id: String,
    /// How far it has come, in the provider's word.
    pub status: String,
    /// The provider's code, where something went wrong.
    pub code: Option<i64>,
}

/// Why a message was not handed over, or whether nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// It was certainly not taken; trying later may help.
    #[error("the provider could not take the message")]
    Later(Code),
    /// It was not taken and never will be.
    #[error("the provider refused the message")]
    Never(MessageReason, Code),
    /// It may have been taken: the answer did not come.
    #[error("the provider did not say whether it took the message")]
    Unknown(Code),
}

/// What the other side said, as a number: never its words, which may quote the message. Empty where it said nothing.
pub type Code = String;
