//! What the telephone network says about a call: in any order, repeated, sometimes late.

use model::CallId;

use crate::{Backend, args, db::DbResult, org::Org, sql};

use super::{NEVER_CONNECTED, by_provider_id};

/// A status callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderStatus {
    /// The network's word: `queued`, `initiated`, `ringing`, `in-progress`, `completed`, `busy`, `failed`, `no-answer`, `canceled`.
    pub status: String,
    /// The network's count of callbacks of this call, from 0.
    pub sequence: Option<i64>,
    /// How long the network says the call lasted.
    pub seconds: Option<i64>,
}

/// How far along a word is; later callbacks of an earlier stage change nothing.
fn rank(status: &str) -> i64 {
    match status {
        "queued" => 0,
        "initiated" => 1,
        "ringing" => 2,
        "in-progress" | "answered" => 3,
        _ => FINAL,
    }
}

const FINAL: i64 = 4;

/// Takes a callback; `false` where no call has this id. What is kept is the greatest callback by stage, count and word:
/// whatever the order, and however often each one comes, the end is the same.
pub async fn provider_status(backend: &Backend, provider_id: &str, told: &ProviderStatus) -> DbResult<bool> {
    let Some((org, id)) = by_provider_id(backend, provider_id).await? else { return Ok(false) };
    let word: String = told.status.chars().take(32).collect();
    keep_greatest(&org, id, &word, told).await?;
    if rank(&word) == FINAL {
        end_unanswered(&org, id, &word).await?;
        backend.handed().revoke(id);
        backend.running().forget(id);
    }
    Ok(true)
}

async fn keep_greatest(org: &Org, id: CallId, word: &str, told: &ProviderStatus) -> DbResult<()> {
    let mut tx = org.begin().await?;
    let greatest = sql!(
        "update calls
         set provider_status = $3, provider_sequence = $4, updated_at = $6
         where org_id = $1 and id = $2
           and (provider_status is null
                or (case provider_status when 'queued' then 0 when 'initiated' then 1 when 'ringing' then 2
                                         when 'in-progress' then 3 when 'answered' then 3 else 4 end) < $5
                or ((case provider_status when 'queued' then 0 when 'initiated' then 1 when 'ringing' then 2
                                          when 'in-progress' then 3 when 'answered' then 3 else 4 end) = $5
                    and (coalesce(provider_sequence, -1) < coalesce($4, -1)
                         or (coalesce(provider_sequence, -1) = coalesce($4, -1) and provider_status < $3))))"
    );
    tx.run(greatest, args![id, word, told.sequence, rank(word), org.now()]).await?;
    if let Some(seconds) = told.seconds {
        let longest = sql!(
            "update calls set provider_seconds = $3
             where org_id = $1 and id = $2 and coalesce(provider_seconds, -1) < $3"
        );
        tx.run(longest, args![id, seconds]).await?;
    }
    tx.commit().await
}

/// A call that the network has ended before audio flowed has failed. One that has audio is ended by its own end,
/// which knows more.
async fn end_unanswered(org: &Org, id: CallId, word: &str) -> DbResult<()> {
    let fail = sql!(
        "update calls
         set status = 'failed', outcome = $3, end_reason = $4, ended_at = $5, duration_ms = 0, updated_at = $5
         where org_id = $1 and id = $2 and status = 'ringing'"
    );
    let outcome = if matches!(word, "canceled" | "no-answer") { "abandoned" } else { "technical" };
    org.run(fail, args![id, outcome, NEVER_CONNECTED, org.now()]).await.map(|_| ())
}
