//! Tokens that open a call's media stream: used once, by the call they were made for, within thirty seconds.

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
    /// It was made for another call.
    #[error("the stream's token belongs to another call")]
    OtherCall,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// A token for a call's stream. A repeated webhook gets the same token again, as long as no stream has used it.
pub async fn issue(org: &Org, call: CallId, provider_id: &str) -> DbResult<String> {
    // Computed, not drawn: what the first webhook handed out is known again without being stored.
    let token = org.shared().secret.keyed_hash("stream token", &call.to_string());
    let insert = sql!(
        "insert into stream_tokens (org_id, token_hash, call_id, provider_id, expires_at) values ($1, $2, $3, $4, $5)
         on conflict (token_hash) do update set expires_at = excluded.expires_at
         where stream_tokens.org_id = $1 and stream_tokens.used_at is null"
    );
    let expires_at = org.now() + LIFETIME;
    org.run(insert, args![crate::secret::sha256(&token), call, provider_id, expires_at]).await?;
    Ok(token)
}

/// Takes a token: the stream belongs to this organisation's call. Of streams that come at the same time one gets it.
pub async fn redeem(backend: &Backend, token: &str, provider_id: &str) -> Result<(Org, CallId), TokenError> {
    let hash = crate::secret::sha256(token);
    let now = backend.clock().now();
    let system = backend.db().system("the token says whose stream it is");
    let opened: Vec<(OrgId, CallId)> = system
        .returning(
            "update stream_tokens set used_at = $3
             where token_hash = $1 and provider_id = $2 and used_at is null and expires_at > $3
             returning org_id, call_id",
            args![hash.as_str(), provider_id, now],
        )
        .await?;
    let Some((org_id, call)) = opened.into_iter().next() else {
        return Err(reason(backend, &hash, provider_id).await?);
    };
    let org = orgs::by_id(backend, org_id).await?.ok_or(TokenError::Unknown)?;
    Ok((org, call))
}

async fn reason(backend: &Backend, hash: &str, provider_id: &str) -> DbResult<TokenError> {
    let found: Option<(String, Option<DateTime<Utc>>)> = backend
        .db()
        .system("the token says whose stream it is")
        .optional("select provider_id, used_at from stream_tokens where token_hash = $1", args![hash])
        .await?;
    Ok(match found {
        None => TokenError::Unknown,
        Some((owner, _)) if owner != provider_id => TokenError::OtherCall,
        Some((_, Some(_))) => TokenError::Used,
        Some(_) => TokenError::Expired,
    })
}

/// Removes tokens that nobody can use any more.
pub async fn remove_expired(backend: &Backend) -> DbResult<u64> {
    backend
        .db()
        .system("tokens of every organisation grow old")
        .run("delete from stream_tokens where expires_at < $1", args![backend.clock().now() - TimeDelta::days(1)])
        .await
}

#[cfg(test)]
mod tests;
