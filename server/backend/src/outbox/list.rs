//! The outbox as staff see it, and what they can do about a message that did not arrive.

use chrono::{DateTime, Utc};
use model::{Member, OutboxFilter, OutboxId, OutboxPage, OutboxRow, Role};

use crate::{
    args,
    audit::{self, Actor},
    db::DbResult,
    error::{Error, Result, require},
    jobs::{self, deliver_message::DeliverMessage},
    org::Org,
    sql,
};

/// What the filters of a list come to; `$2` to `$5`.
macro_rules! fits {
    ($columns:literal, $rest:literal) => {
        sql!(concat!(
            "select ",
            $columns,
            " from outbox
             where org_id = $1
               and (not $2 or state in ('failed', 'unknown', 'suppressed'))
               and (cast($3 as text) is null or state = $3)
               and (cast($4 as text) is null or channel = $4)
               and (cast($5 as text) is null or lower(recipient) like $5) ",
            $rest
        ))
    };
}

/// The messages that fit, newest first.
pub async fn list(org: &Org, filter: &OutboxFilter) -> DbResult<OutboxPage> {
    let recipient = filter.recipient.as_ref().map(|part| {
        let plain: String = part.to_lowercase().chars().filter(|c| !matches!(c, '%' | '_' | ' ')).collect();
        format!("%{plain}%")
    });
    let which = args![filter.trouble, filter.state, filter.channel, recipient];
    let count: Option<(i64,)> = org.optional(fits!("count(*)", ""), which.clone()).await?;
    let page = args![filter.limit.clamp(1, 100), filter.offset.max(0)];
    let messages: Vec<OutboxRow> = org
        .all(
            fits!(
                "id, channel, recipient, subject, body, state, reason, code, attempts, call_id, released_by, created_at, tried_at",
                "order by created_at desc, id desc limit $6 offset $7"
            ),
            which.into_iter().chain(page).collect(),
        )
        .await?;
    Ok(OutboxPage { messages, total: count.map_or(0, |(count,)| count) })
}

/// How many messages somebody should look at.
pub async fn troubled(org: &Org) -> DbResult<i64> {
    let sql =
        sql!("select count(*) from outbox where org_id = $1 and state in ('failed', 'unknown') and updated_at > $2");
    let found: Option<(i64,)> = org.optional(sql, args![org.now() - chrono::TimeDelta::days(7)]).await?;
    Ok(found.map_or(0, |(count,)| count))
}

/// When the outbox last changed.
pub async fn changed_at(org: &Org) -> DbResult<Option<DateTime<Utc>>> {
    let sql = sql!("select updated_at from outbox where org_id = $1 order by updated_at desc limit 1");
    let found: Option<(DateTime<Utc>,)> = org.optional(sql, args![]).await?;
    Ok(found.map(|(at,)| at))
}

/// Sends a message again that did not arrive, or of which nobody knows. Caps and countries do not hold for what a person decides; a
/// STOP does.
pub async fn retry(org: &Org, member: &Member, id: OutboxId) -> Result<()> {
    require(member.role, Role::FrontDesk)?;
    let now = org.now();
    let mut tx = org.begin().await?;
    let before: Option<(String, Option<String>)> =
        tx.optional(sql!("select state, reason from outbox where org_id = $1 and id = $2"), args![id]).await?;
    let (state, reason) = before.ok_or(Error::NotFound)?;
    let update = sql!(
        "update outbox
            set state = 'waiting', reason = null, code = '', progress = 0, released_by = $3, queued_at = $4, updated_at = $4
          where org_id = $1 and id = $2 and state in ('failed', 'unknown', 'suppressed', 'waiting')"
    );
    if tx.run(update, args![id, &member.name, now]).await? == 0 {
        // It is on its way, or there: somebody else was faster.
        return Ok(());
    }
    jobs::put(&mut tx, &DeliverMessage { id }, &id.to_string(), now).await?;
    let entry = audit::Entry {
        actor: Actor::Member(member),
        action: "send_again",
        subject: "message",
        subject_id: id.to_string(),
        before: Some(serde_json::json!({ "state": state, "reason": reason })),
        after: Some(serde_json::json!({ "state": "waiting" })),
    };
    audit::record(&mut tx, now, entry).await?;
    tx.commit().await?;
    Ok(())
}
