//! Texts and mail as staff see them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{CallId, Channel, MessageReason, MessageState, OutboxId};

/// Which messages are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxFilter {
    /// Only those that somebody should look at: they did not arrive, or nobody knows.
    pub trouble: bool,
    /// Only those that have come so far.
    pub state: Option<MessageState>,
    /// Only texts, or only mail.
    pub channel: Option<Channel>,
    /// Only those to a number or address that contains this.
    pub recipient: Option<String>,
    /// How many to leave out at the beginning.
    pub offset: i64,
    /// How many at most.
    pub limit: i64,
}

/// A message in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow))]
pub struct OutboxRow {
    /// Its identifier.
    pub id: OutboxId,
    /// Text or mail.
    pub channel: Channel,
    /// The number or address.
    pub recipient: String,
    /// The subject of mail.
    pub subject: String,
    /// Its words.
    pub body: String,
    /// How far it has come.
    pub state: MessageState,
    /// Why it is not delivered.
    pub reason: Option<MessageReason>,
    /// The provider's code.
    pub code: String,
    /// How often it was tried.
    pub attempts: i64,
    /// The call in which it came up.
    pub call_id: Option<CallId>,
    /// Who sent it again.
    pub released_by: Option<String>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When the last attempt began.
    pub tried_at: Option<DateTime<Utc>>,
}

/// A page of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutboxPage {
    /// The messages, newest first.
    pub messages: Vec<OutboxRow>,
    /// How many fit in all.
    pub total: i64,
}
