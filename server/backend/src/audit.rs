//! The audit log: who changed what, with before and after.

use chrono::{DateTime, Utc};
use model::{AuditId, Member, UserId};
use serde_json::Value;
use sqlx::types::Json;

use crate::{
    args,
    db::{DbResult, scoped::tenant::OrgTx},
    org::Org,
    sql,
};

/// Who did something.
#[derive(Clone, Copy, Debug)]
pub enum Actor<'a> {
    /// A person who is signed in.
    Member(&'a Member),
    /// The assistant, a command, a job, another system: by its name.
    Machine(&'a str),
}

/// Something that was done.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// Who did it.
    pub actor: Actor<'a>,
    /// What was done, in a fixed word: `publish`, `save`, `delete`, …
    pub action: &'static str,
    /// What kind of thing it was done to: `persona`, `article`, …
    pub subject: &'static str,
    /// Which one.
    pub subject_id: String,
    /// How it was.
    pub before: Option<Value>,
    /// How it is.
    pub after: Option<Value>,
}

/// A line of the log as it is shown.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Line {
    /// When.
    pub at: DateTime<Utc>,
    /// Who, by name.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// What kind of thing it was done to.
    pub subject: String,
    /// Which one.
    pub subject_id: String,
    /// How it was.
    pub before: Option<Json<Value>>,
    /// How it is.
    pub after: Option<Json<Value>>,
}

/// Writes a line in the transaction of the change it tells of.
pub async fn record(tx: &mut OrgTx, at: DateTime<Utc>, entry: Entry<'_>) -> DbResult<()> {
    let (user, actor): (Option<UserId>, &str) = match entry.actor {
        Actor::Member(member) => (Some(member.user_id), &member.name),
        Actor::Machine(name) => (None, name),
    };
    tx.run(
        sql!(
            "insert into audit_log (org_id, id, at, user_id, actor, action, subject, subject_id, before, after)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        ),
        args![
            AuditId::new(),
            at,
            user,
            actor,
            entry.action,
            entry.subject,
            entry.subject_id,
            entry.before,
            entry.after
        ],
    )
    .await
    .map(|_| ())
}

/// The last lines, newest first.
pub async fn list(org: &Org, limit: i64) -> DbResult<Vec<Line>> {
    org.all(
        sql!(
            "select at, actor, action, subject, subject_id, before, after
             from audit_log where org_id = $1 order by at desc, id desc limit $2"
        ),
        args![limit.clamp(1, 500)],
    )
    .await
}
