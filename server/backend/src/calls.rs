//! Calls: from the webhook that announces one to the row that staff read.

pub mod fold;
pub mod forgotten;
mod ids;
mod list;
mod page;
mod provider;
mod search;
pub(crate) mod write;

use chrono::{DateTime, Utc};
use model::{CallId, CallStatus, Member, OrgId, Outcome, PersonaId, PhoneNumber, Role};

use crate::{
    Backend, args,
    db::{DbError, DbResult},
    error::{Error, Result, require},
    org::Org,
    orgs, sql,
};

pub use ids::{event_id, tool_call_id, utterance_id};
pub(crate) use list::midnight;
pub use list::{list, live_calls};
pub use page::get;
pub use provider::{ProviderStatus, provider_status};
pub use write::{Cost, put_costs, put_event, put_metrics, put_tool_call, put_utterance};

/// How a caller takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// By telephone.
    Phone,
    /// By typing, on the page "Try it".
    Typed,
}

impl Channel {
    /// The word stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Typed => "typed",
        }
    }
}

/// What is known of a call when it arrives.
#[derive(Clone, Debug)]
pub struct NewCall {
    /// The telephone network's id of it; none for a typed call.
    pub provider_id: Option<String>,
    /// How the caller takes part.
    pub channel: Channel,
    /// Who calls, where known.
    pub caller: Option<PhoneNumber>,
    /// The number that was called.
    pub called: Option<PhoneNumber>,
    /// The persona that answers.
    pub persona: Option<(PersonaId, i64)>,
    /// The language it begins in.
    pub language: String,
    /// When it arrived.
    pub started_at: DateTime<Utc>,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Finished {
    /// A final status.
    pub status: CallStatus,
    /// How it ended for the caller.
    pub outcome: Option<Outcome>,
    /// Why, in a fixed word.
    pub reason: String,
    /// When.
    pub ended_at: DateTime<Utc>,
    /// From the beginning of the audio to its end.
    pub duration_ms: i64,
    /// One line on what it was about.
    pub summary: String,
}

/// The reason of a call that ended before audio flowed, told by the telephone network alone.
const NEVER_CONNECTED: &str = "never_connected";

/// Writes down that a call arrived. A webhook that is repeated finds the call of the first.
pub async fn start(org: &Org, new: &NewCall) -> DbResult<CallId> {
    start_as(org, CallId::new(), new).await
}

/// As [`start`], with an id that was chosen before.
pub(crate) async fn start_as(org: &Org, id: CallId, new: &NewCall) -> DbResult<CallId> {
    let mut tx = org.begin().await?;
    let inserted: Option<(CallId,)> = tx
        .optional(
            sql!(
                "insert into calls (org_id, id, provider_id, channel, caller, called, status, summary, notes,
                                    persona_id, persona_version, language, started_at, updated_at)
                 values ($1, $2, $3, $4, $5, $6, 'ringing', '', '', $7, $8, $9, $10, $10)
                 on conflict (provider_id) do nothing
                 returning id"
            ),
            args![
                id,
                new.provider_id.as_deref(),
                new.channel.as_str(),
                new.caller.as_ref(),
                new.called.as_ref(),
                new.persona.map(|(id, _)| id),
                new.persona.map(|(_, version)| version),
                &new.language,
                new.started_at
            ],
        )
        .await?;
    let found = if inserted.is_some() {
        inserted
    } else {
        let known = sql!("select id from calls where org_id = $1 and provider_id = $2");
        tx.optional(known, args![new.provider_id.as_deref()]).await?
    };
    tx.commit().await?;
    found.map(|(id,)| id).ok_or(DbError::Sqlx(sqlx::Error::RowNotFound))
}

/// Whether a call has come to its end.
pub async fn is_over(org: &Org, id: CallId) -> DbResult<bool> {
    let found: Option<(CallStatus,)> =
        org.optional(sql!("select status from calls where org_id = $1 and id = $2"), args![id]).await?;
    Ok(found.is_some_and(|(status,)| status.is_final()))
}

/// The call that the telephone network knows under this id.
pub async fn by_provider_id(backend: &Backend, provider_id: &str) -> DbResult<Option<(Org, CallId)>> {
    let found: Option<(OrgId, CallId)> = backend
        .db()
        .system("a callback names only the telephone network's id")
        .optional("select org_id, id from calls where provider_id = $1", args![provider_id])
        .await?;
    let Some((org_id, id)) = found else { return Ok(None) };
    Ok(orgs::by_id(backend, org_id).await?.map(|org| (org, id)))
}

/// Writes down that audio flows.
pub async fn answered(org: &Org, id: CallId, at: DateTime<Utc>, stream_id: Option<&str>) -> DbResult<()> {
    let mut tx = org.begin().await?;
    write::answered(&mut tx, id, at, stream_id).await?;
    tx.commit().await
}

/// Ends a call; `false` when it had ended before, which changes nothing.
pub async fn finish(org: &Org, id: CallId, finished: &Finished) -> DbResult<bool> {
    let mut tx = org.begin().await?;
    let changed = write::finish(&mut tx, id, finished).await?;
    tx.commit().await?;
    Ok(changed)
}

/// Replaces what staff wrote about a call.
pub async fn set_notes(org: &Org, by: &Member, id: CallId, notes: &str) -> Result<()> {
    require(by.role, Role::FrontDesk)?;
    if notes.chars().count() > 10_000 {
        return Err(Error::field("notes", "Keep notes below 10,000 characters."));
    }
    write_notes(org, id, notes).await
}

/// As [`set_notes`], for another system that showed a key.
pub async fn write_notes(org: &Org, id: CallId, notes: &str) -> Result<()> {
    let update =
        sql!("update calls set notes = $3, updated_at = $4 where org_id = $1 and id = $2 and deleted_at is null");
    match org.run(update, args![id, notes, org.now()]).await? {
        0 => Err(Error::NotFound),
        _ => Ok(()),
    }
}

#[cfg(test)]
pub(crate) mod tests;
