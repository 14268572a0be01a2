//! Texts and mail that go out: put in the transaction of what they tell of, sent by a job, followed until they arrive.
//!
//! ```text
//!  put ─▶ waiting ─▶ sending ─▶ sent ─▶ delivered
//!            │          │         └──▶ failed (a report says so)
//!            │          ├─ refused for good ─▶ failed
//!            │          └─ nobody knows ─▶ unknown ─▶ the provider is asked, or a person decides
//!            └─ STOP ─▶ suppressed      └─ a cap, another country ─▶ failed
//! ```

mod country;
mod deliver;
mod gate;
mod list;
pub mod reports;

use chrono::{DateTime, Utc};
use model::{CallId, Channel, EmailAddress, MessageState, OutboxId, PhoneNumber};
use serde::{Deserialize, Serialize};

use crate::{
    args,
    db::{DbError, DbResult, scoped::tenant::OrgTx},
    jobs::{self, deliver_message::DeliverMessage},
    org::Org,
    sql,
};

pub(crate) use deliver::deliver;
pub(crate) use gate::{hold as hold_gate, obstacle};

pub use list::{changed_at, list, retry, troubled};

/// Whom a message is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// A text to a number.
    Phone(PhoneNumber),
    /// Mail to an address.
    Mail(EmailAddress),
}

impl Recipient {
    fn channel(&self) -> Channel {
        match self {
            Self::Phone(_) => Channel::Text,
            Self::Mail(_) => Channel::Mail,
        }
    }

    fn address(&self) -> &str {
        match self {
            Self::Phone(number) => number.as_str(),
            Self::Mail(address) => address.as_str(),
        }
    }
}

/// A file that comes with mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its name: `soup-cookoff.ics`.
    pub name: String,
    /// Its media type: `text/calendar; charset=utf-8; method=PUBLISH`.
    pub kind: String,
    /// What is in it.
    pub content: String,
}

/// A message to be sent.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// Whom it is for.
    pub to: Recipient,
    /// The subject of mail; a text has none.
    pub subject: String,
    /// Its words.
    pub body: String,
    /// A file with it; only mail carries one.
    pub attachment: Option<Attachment>,
    /// What it is about: a kind, and which one: `("order", id)`.
    pub about: (&'static str, String),
    /// The call in which it came up.
    pub call_id: Option<CallId>,
    /// What makes two requests for this message one: `order 123 confirmation text`.
    pub dedupe_key: String,
}

/// On which terms a message goes out that are not those of all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terms {
    /// From when on it is of no use, where that is sooner than a day from now.
    pub useless_after: Option<DateTime<Utc>>,
    /// It goes out whatever else the call has caused: the caller has paid for it.
    pub owed: bool,
}

/// Why a message is not taken.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// A text of more than [`LONGEST_TEXT`] characters, or of none.
    #[error("a text has from 1 to {LONGEST_TEXT} characters")]
    Length,
    /// A subject that would end the header it stands in.
    #[error("a subject is one line of at most 200 characters")]
    Subject,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Twilio takes no longer text.
pub const LONGEST_TEXT: usize = 1_600;

/// Puts a message in the transaction of what it tells of; it is sent soon after the commit. A message that was put before, by its
/// `dedupe_key`, is not put again: its id comes back.
pub async fn put(tx: &mut OrgTx, now: DateTime<Utc>, new: NewMessage) -> Result<OutboxId, PutError> {
    put_on(tx, now, new, Terms::default()).await
}

/// As [`put`], on other terms.
pub async fn put_on(tx: &mut OrgTx, now: DateTime<Utc>, new: NewMessage, terms: Terms) -> Result<OutboxId, PutError> {
    let fits = match new.to {
        Recipient::Phone(_) => (1..=LONGEST_TEXT).contains(&new.body.chars().count()),
        Recipient::Mail(_) => !new.body.is_empty(),
    };
    if !fits {
        return Err(PutError::Length);
    }
    if new.subject.chars().count() > 200 || new.subject.chars().any(char::is_control) {
        return Err(PutError::Subject);
    }
    let insert = sql!(
        "insert into outbox (org_id, id, channel, recipient, subject, body, attachment, about_kind, about_id, call_id, dedupe_key,
                             state, code, attempts, progress, created_at, updated_at, queued_at, useless_after, owed)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '', 0, 0, $13, $13, $13, $14, $15)
         on conflict (org_id, dedupe_key) do nothing"
    );
    let (id, (about_kind, about_id)) = (OutboxId::new(), new.about);
    let attachment = new.attachment.map(|file| serde_json::json!(file));
    let (channel, to) = (new.to.channel(), new.to.address());
    let values = args![
        id,
        channel,
        to,
        new.subject,
        new.body,
        attachment,
        about_kind,
        about_id,
        new.call_id,
        &new.dedupe_key,
        MessageState::Waiting,
        now,
        terms.useless_after,
        terms.owed
    ];
    if tx.run(insert, values).await? == 0 {
        let known = sql!("select id from outbox where org_id = $1 and dedupe_key = $2");
        let found: Option<(OutboxId,)> = tx.optional(known, args![new.dedupe_key]).await?;
        return Ok(found.map_or(id, |(id,)| id));
    }
    jobs::put(tx, &DeliverMessage { id }, &id.to_string(), now).await?;
    Ok(id)
}

/// Sends a number no more texts.
pub async fn suppress(org: &Org, number: &str, source: &'static str) -> DbResult<()> {
    let mut tx = org.begin().await?;
    hold_gate(&mut tx).await?;
    suppress_in(&mut tx, number, source, org.now()).await?;
    tx.commit().await
}

/// As [`suppress`], in a transaction that holds the gate.
pub(crate) async fn suppress_in(
    tx: &mut OrgTx,
    number: &str,
    source: &'static str,
    now: DateTime<Utc>,
) -> DbResult<()> {
    let sql = sql!(
        "insert into suppressions (org_id, number, source, since) values ($1, $2, $3, $4)
         on conflict (org_id, number) do nothing"
    );
    tx.run(sql, args![number, source, now]).await.map(|_| ())
}

/// Sends a number texts again.
pub(crate) async fn unsuppress_in(tx: &mut OrgTx, number: &str) -> DbResult<()> {
    let sql = sql!("delete from suppressions where org_id = $1 and number = $2");
    tx.run(sql, args![number]).await.map(|_| ())
}

/// Lets an organisation's texts go to another country, by its calling code.
pub async fn allow_country(org: &Org, code: &str) -> DbResult<()> {
    let sql = sql!("insert into text_countries (org_id, code) values ($1, $2) on conflict (org_id, code) do nothing");
    org.run(sql, args![code]).await.map(|_| ())
}

/// Lets an organisation's texts come from one of its numbers, whichever was called. Answers whether the number is its own.
pub async fn send_from(org: &Org, number: &PhoneNumber) -> DbResult<bool> {
    let sql = sql!(
        "insert into text_senders (org_id, number) select org_id, number from phone_numbers where org_id = $1 and number = $2
         on conflict (org_id) do update set number = excluded.number"
    );
    Ok(org.run(sql, args![number]).await? > 0)
}

#[cfg(test)]
mod tests;
