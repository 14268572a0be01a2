//! Tokens that open a call's media stream: used once, by the call they were made for, within thirty seconds.
//!
//! This process knows the tokens that it has handed out, so that a stream begins also while the database is away. The database has them for
//! a process that has not: one that was started in between.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use model::{CallId, OrgId};

use crate::{
    Backend, args,
    db::{DbError, DbResult},
    org::Org,
    orgs, sql,
};

/// How long the telephone network has to open the stream after the webhook.
const LIFETIME: TimeDelta = TimeDelta::seconds(30);

/// Why a stream is refused.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Nobody handed out this token.
    #[error("the stream's token is unknown")]
    Unknown,
    /// It has opened a stream before.
    #[error("the stream's token has been used")]
    Used,
    /// It is too old.
    #[error("the stream's token has expired")]
    Expired,
    /// Its call is over.
    #[error("the call of the stream's token is over")]
    Over,
    /// It was made for another call.
    #[error("the stream's token belongs to another call")]
    OtherCall,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Longer than `MAX_CALL_SECONDS` can be set to; a call that is over is known as such by the webhook.
const LONGEST_CALL: TimeDelta = TimeDelta::hours(2);

/// How long the database may take to hear of a token; it is not needed as long as this process lives.
const WRITTEN_WITHIN: Duration = Duration::from_millis(500);

/// The tokens that this process has handed out.
#[derive(Debug, Default)]
pub(crate) struct Handed(Mutex<HashMap<String, Ticket>>);

#[derive(Clone, Debug)]
struct Ticket {
    org: Org,
    call: CallId,
    provider_id: String,
    expires_at: DateTime<Utc>,
    used: bool,
}

impl Handed {
    /// A token was handed out, perhaps again.
    fn give(&self, hash: &str, ticket: Ticket, now: DateTime<Utc>) {
        let mut tickets = self.tickets();
        // What was used stays known as long as its call may last: asked for again, it would open a second stream.
        let kept = |ticket: &Ticket| if ticket.used { LONGEST_CALL } else { LIFETIME };
        tickets.retain(|_, ticket| ticket.expires_at + kept(ticket) > now);
        let expires_at = ticket.expires_at;
        tickets.entry(hash.to_owned()).or_insert(ticket).expires_at = expires_at;
    }

    /// Takes a token, if it was handed out here. Of streams that come at the same time one gets it.
    fn take(&self, hash: &str, provider_id: &str, now: DateTime<Utc>) -> Option<Result<(Org, CallId), TokenError>> {
        let mut tickets = self.tickets();
        let ticket = tickets.get_mut(hash)?;
        Some(if ticket.provider_id != provider_id {
            Err(TokenError::OtherCall)
        } else if std::mem::replace(&mut ticket.used, true) {
            Err(TokenError::Used)
        } else if ticket.expires_at <= now {
            Err(TokenError::Expired)
        } else {
            Ok((ticket.org.clone(), ticket.call))
        })
    }

    /// The token of a call that is over opens nothing any more.
    pub(crate) fn revoke(&self, call: CallId) {
        for ticket in self.tickets().values_mut().filter(|ticket| ticket.call == call) {
            ticket.used = true;
        }
    }

    fn tickets(&self) -> MutexGuard<'_, HashMap<String, Ticket>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A token for a call's stream. A repeated webhook gets the same token again, as long as no stream has used it.
pub(crate) async fn issue(backend: &Backend, org: &Org, call: CallId, provider_id: &str) -> String {
    // Computed, not drawn: what the first webhook handed out is known again without being stored.
    let token = org.shared().secret.keyed_hash("stream token", &call.to_string());
    let hash = crate::secret::sha256(&token);
    let expires_at = org.now() + LIFETIME;
    let ticket = Ticket { org: org.clone(), call, provider_id: provider_id.to_owned(), expires_at, used: false };
    backend.handed().give(&hash, ticket, org.now());
    let insert = sql!(
        "insert into stream_tokens (org_id, token_hash, call_id, provider_id, expires_at) values ($1, $2, $3, $4, $5)
         on conflict (token_hash) do update set expires_at = excluded.expires_at
         where stream_tokens.org_id = $1 and stream_tokens.used_at is null"
    );
    let written = org.run(insert, args![hash, call, provider_id, expires_at]);
    match tokio::time::timeout(WRITTEN_WITHIN, written).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::warn!(call.id = %call, %error, "a stream's token is known to this process only"),
        Err(_) => tracing::warn!(call.id = %call, "a stream's token is known to this process only"),
    }
    token
}

/// Takes a token: the stream belongs to this organisation's call. Of streams that come at the same time one gets it.
pub(crate) async fn redeem(backend: &Backend, token: &str, provider_id: &str) -> Result<(Org, CallId), TokenError> {
    let hash = crate::secret::sha256(token);
    match backend.handed().take(&hash, provider_id, backend.clock().now()) {
        Some(outcome) => {
            if outcome.is_ok() {
                let backend = backend.clone();
                // For a process that is started within the token's life; the stream does not wait for it.
                tokio::spawn(async move {
                    if let Err(error) = mark_used(&backend, &hash).await {
                        tracing::warn!(%error, "the database does not know that a stream's token was used");
                    }
                });
            }
            outcome
        }
        None => redeem_from_database(backend, &hash, provider_id).await,
    }
}

async fn mark_used(backend: &Backend, hash: &str) -> DbResult<()> {
    let now = backend.clock().now();
    let system = backend.db().system("the token says whose stream it is");
    system.run("update stream_tokens set used_at = $2 where token_hash = $1", args![hash, now]).await.map(|_| ())
}

async fn redeem_from_database(backend: &Backend, hash: &str, provider_id: &str) -> Result<(Org, CallId), TokenError> {
    let now = backend.clock().now();
    let system = backend.db().system("the token says whose stream it is");
    let opened: Vec<(OrgId, CallId)> = system
        .returning(
            "update stream_tokens set used_at = $3
             where token_hash = $1 and provider_id = $2 and used_at is null and expires_at > $3
               and exists (select 1 from calls c where c.id = call_id and c.status in ('ringing', 'active'))
             returning org_id, call_id",
            args![hash, provider_id, now],
        )
        .await?;
    let Some((org_id, call)) = opened.into_iter().next() else {
        return Err(reason(backend, hash, provider_id).await?);
    };
    let org = orgs::by_id(backend, org_id).await?.ok_or(TokenError::Unknown)?;
    Ok((org, call))
}

async fn reason(backend: &Backend, hash: &str, provider_id: &str) -> DbResult<TokenError> {
    let now = backend.clock().now();
    let found: Option<(String, Option<DateTime<Utc>>, DateTime<Utc>)> = backend
        .db()
        .system("the token says whose stream it is")
        .optional("select provider_id, used_at, expires_at from stream_tokens where token_hash = $1", args![hash])
        .await?;
    Ok(match found {
        None => TokenError::Unknown,
        Some((owner, ..)) if owner != provider_id => TokenError::OtherCall,
        Some((_, Some(_), _)) => TokenError::Used,
        Some((.., expires_at)) if expires_at <= now => TokenError::Expired,
        Some(_) => TokenError::Over,
    })
}

/// Removes tokens that nobody can use any more. Those of calls that go on are kept: a token that was used must not become unused.
pub async fn remove_expired(backend: &Backend) -> DbResult<u64> {
    backend
        .db()
        .system("tokens of every organisation grow old")
        .run(
            "delete from stream_tokens
             where expires_at < $1
               and not exists (select 1 from calls c where c.id = call_id and c.status in ('ringing', 'active'))",
            args![backend.clock().now() - TimeDelta::days(1)],
        )
        .await
}

#[cfg(test)]
mod tests;
