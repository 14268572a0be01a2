//! What the provider tells of a text after it took it: in any order, several times, even before its answer to the sending.

use model::{MessageReason, MessageState, OrgId, OutboxId};

use crate::{Backend, args, db::DbResult, org::Org, orgs, packs::events::orders, providers::messages::Accepted, sql};

/// How far a status is; a report that comes late changes nothing. What arrived has arrived, whatever else is said.
fn progress(status: &str) -> i64 {
    match status {
        "sending" => 2,
        "sent" => 3,
        "undelivered" | "failed" | "canceled" => 4,
        "delivered" | "read" => 5,
        // queued, accepted, scheduled, and words of the future.
        _ => 1,
    }
}

/// The provider's code for a number that wrote STOP to it.
const OPTED_OUT: i64 = 21_610;

async fn forget_number(org: &Org, id: OutboxId) -> DbResult<()> {
    let found: Option<(String,)> =
        org.optional(sql!("select recipient from outbox where org_id = $1 and id = $2"), args![id]).await?;
    match found {
        Some((number,)) => super::suppress(org, &number, "provider").await,
        None => Ok(()),
    }
}

/// Takes a report. `message` is the id in the address that was given with the text: it finds the message also while the answer to its
/// sending is missing. Answers whether anybody here knows the text.
pub async fn take(backend: &Backend, message: Option<OutboxId>, report: &Accepted) -> DbResult<bool> {
    let found: Option<(OrgId, OutboxId)> = backend
        .db()
        .system("a report names a text, and the text its organisation")
        .optional(
            "select org_id, id from outbox where provider_id = $1
             union all
             select org_id, id from outbox where id = $2 and provider_id is null and state in ('sending', 'unknown')
             limit 1",
            args![&report.provider_id, message],
        )
        .await?;
    let Some((org_id, id)) = found else { return Ok(false) };
    let Some(org) = orgs::by_id(backend, org_id).await? else { return Ok(false) };
    if learn(&org, id, report).await? == Some(MessageState::Failed) {
        orders::link_not_sent(backend, &org, id).await?;
    }
    if report.code == Some(OPTED_OUT) {
        forget_number(&org, id).await?;
    }
    Ok(true)
}

/// Writes down how far a text has come, if that is further than was known; answers how it stands then.
pub(super) async fn learn(org: &Org, id: OutboxId, report: &Accepted) -> DbResult<Option<MessageState>> {
    let progress = progress(&report.status);
    let (state, reason) = match progress {
        5 => (MessageState::Delivered, None),
        4 => (MessageState::Failed, Some(MessageReason::NotDelivered)),
        _ => (MessageState::Sent, None),
    };
    let code = report.code.map(|code| code.to_string()).unwrap_or_default();
    let sql = sql!(
        "update outbox set state = $4, reason = $5, code = $6, provider_id = $3, progress = $7, updated_at = $8
         where org_id = $1 and id = $2 and progress < $7 and (provider_id is null or provider_id = $3)
           and state in ('sending', 'unknown', 'sent', 'failed')"
    );
    let values = args![id, &report.provider_id, state, reason, code, progress, org.now()];
    Ok((org.run(sql, values).await? > 0).then_some(state))
}
