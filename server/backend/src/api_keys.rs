//! Keys of other systems. A key is shown once; only its hash is stored.

use chrono::{DateTime, TimeDelta, Utc};
use model::{ApiKeyId, OrgId, Scope};
use secrecy::{ExposeSecret, SecretString};
use sqlx::types::Json;

use crate::{
    Backend, args,
    audit::{self, Actor},
    db::DbResult,
    org::Org,
    orgs, secret, sql,
};

/// How every key begins, so that a leaked one is recognised.
const MARK: &str = "aida_";
/// How often use of a key is written down.
const TOUCH: TimeDelta = TimeDelta::minutes(1);

/// A key that was just made.
#[derive(Debug)]
pub struct NewKey {
    /// Its identifier.
    pub id: ApiKeyId,
    /// The key itself: told here and never again.
    pub secret: SecretString,
}

/// A key that somebody has shown.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiKey {
    /// Its identifier.
    pub id: ApiKeyId,
    /// What it was made for.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
}

impl ApiKey {
    /// Whether the key may do this.
    pub fn allows(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}

/// A key as the list shows it.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct KeyRow {
    /// Its identifier.
    pub id: ApiKeyId,
    /// What it was made for.
    pub name: String,
    /// Its first characters.
    pub prefix: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last used.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was withdrawn.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// Makes a key.
pub async fn add(org: &Org, actor: Actor<'_>, name: &str, scopes: &[Scope]) -> DbResult<NewKey> {
    let id = ApiKeyId::new();
    let secret = SecretString::from(format!("{MARK}{}", secret::random_token().expose_secret()));
    let prefix: String = secret.expose_secret().chars().take(MARK.len() + 6).collect();
    let now = org.now();
    let mut tx = org.begin().await?;
    tx.run(
        sql!(
            "insert into api_keys (org_id, id, name, prefix, secret_hash, scopes, created_at)
             values ($1, $2, $3, $4, $5, $6, $7)"
        ),
        args![id, name.trim(), &prefix, secret::sha256(secret.expose_secret()), serde_json::json!(scopes), now],
    )
    .await?;
    let entry = audit::Entry {
        actor,
        action: "add",
        subject: "api_key",
        subject_id: id.to_string(),
        before: None,
        after: Some(serde_json::json!({ "name": name.trim(), "prefix": prefix, "scopes": scopes })),
    };
    audit::record(&mut tx, now, entry).await?;
    tx.commit().await?;
    Ok(NewKey { id, secret })
}

/// What the table knows of a key.
type Known = (ApiKeyId, OrgId, String, Json<Vec<Scope>>, Option<DateTime<Utc>>);

/// The key that somebody shows, and the organisation it opens.
pub async fn find(backend: &Backend, shown: &str) -> DbResult<Option<(Org, ApiKey)>> {
    if !shown.starts_with(MARK) {
        return Ok(None);
    }
    let now = backend.clock().now();
    let system = backend.db().system("the key says which organisation it opens");
    // The hash is looked up, not the key: how long it takes tells nothing about the key.
    let found: Option<Known> = system
        .optional(
            "select id, org_id, name, scopes, last_used_at from api_keys where secret_hash = $1 and revoked_at is null",
            args![secret::sha256(shown)],
        )
        .await?;
    let Some((id, org_id, name, Json(scopes), last_used_at)) = found else { return Ok(None) };
    if last_used_at.is_none_or(|last| now - last > TOUCH) {
        system.run("update api_keys set last_used_at = $2 where id = $1", args![id, now]).await?;
    }
    let org = orgs::by_id(backend, org_id).await?;
    Ok(org.map(|org| (org, ApiKey { id, name, scopes })))
}

/// Every key, the newest first.
pub async fn list(org: &Org) -> DbResult<Vec<KeyRow>> {
    org.all(
        sql!(
            "select id, name, prefix, created_at, last_used_at, revoked_at
             from api_keys where org_id = $1 order by created_at desc, id desc"
        ),
        args![],
    )
    .await
}

/// Withdraws a key; `false` when there is no such key, or it was withdrawn before.
pub async fn revoke(org: &Org, actor: Actor<'_>, id: ApiKeyId) -> DbResult<bool> {
    let now = org.now();
    let mut tx = org.begin().await?;
    let revoke = sql!("update api_keys set revoked_at = $3 where org_id = $1 and id = $2 and revoked_at is null");
    if tx.run(revoke, args![id, now]).await? == 0 {
        return Ok(false);
    }
    let subject_id = id.to_string();
    let entry = audit::Entry { actor, action: "revoke", subject: "api_key", subject_id, before: None, after: None };
    audit::record(&mut tx, now, entry).await?;
    tx.commit().await?;
    Ok(true)
}

#[cfg(test)]
mod tests;
