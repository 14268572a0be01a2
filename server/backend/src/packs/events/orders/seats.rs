//! Seats change hands by one conditional update each, so that no number of buyers at once gets more than there are.

use chrono::{DateTime, Utc};
use model::{ProposalId, TierId};

use crate::{
    args,
    db::{DbResult, scoped::tenant::OrgTx},
    sql,
};

/// Keeps seats for somebody, if so many are left.
pub async fn hold(tx: &mut OrgTx, tier: TierId, quantity: i64) -> DbResult<bool> {
    let sql = sql!(
        "update ticket_tiers
            set held = held + $3
          where org_id = $1 and id = $2 and capacity - sold - held >= $3"
    );
    Ok(tx.run(sql, args![tier, quantity]).await? > 0)
}

/// Gives back seats that were kept.
pub(super) async fn release(tx: &mut OrgTx, tier: TierId, quantity: i64) -> DbResult<()> {
    let sql = sql!("update ticket_tiers set held = held - $3 where org_id = $1 and id = $2");
    tx.run(sql, args![tier, quantity]).await.map(|_| ())
}

/// Sells seats that were kept.
pub(super) async fn sell_held(tx: &mut OrgTx, tier: TierId, quantity: i64) -> DbResult<()> {
    let sql = sql!("update ticket_tiers set held = held - $3, sold = sold + $3 where org_id = $1 and id = $2");
    tx.run(sql, args![tier, quantity]).await.map(|_| ())
}

/// Sells seats that were not kept (any more), if so many are left.
pub(super) async fn sell_free(tx: &mut OrgTx, tier: TierId, quantity: i64) -> DbResult<bool> {
    let sql = sql!(
        "update ticket_tiers
            set sold = sold + $3
          where org_id = $1 and id = $2 and capacity - sold - held >= $3"
    );
    Ok(tx.run(sql, args![tier, quantity]).await? > 0)
}

/// Takes sold seats back.
pub(super) async fn unsell(tx: &mut OrgTx, tier: TierId, quantity: i64) -> DbResult<()> {
    let sql = sql!("update ticket_tiers set sold = sold - $3 where org_id = $1 and id = $2");
    tx.run(sql, args![tier, quantity]).await.map(|_| ())
}

/// Keeps seats while a caller decides, if so many are left.
pub async fn hold_for(
    tx: &mut OrgTx,
    proposal: ProposalId,
    tier: TierId,
    quantity: i64,
    expires_at: DateTime<Utc>,
) -> DbResult<bool> {
    if !hold(tx, tier, quantity).await? {
        return Ok(false);
    }
    let insert =
        sql!("insert into seat_holds (org_id, proposal_id, tier_id, quantity, expires_at) values ($1, $2, $3, $4, $5)");
    tx.run(insert, args![proposal, tier, quantity, expires_at]).await?;
    Ok(true)
}

/// Ends the keeping for a caller. The seats stay kept: whoever ends it sells or releases them. `false` when it had ended before.
pub async fn take_over(tx: &mut OrgTx, proposal: ProposalId) -> DbResult<bool> {
    let sql = sql!("delete from seat_holds where org_id = $1 and proposal_id = $2");
    Ok(tx.run(sql, args![proposal]).await? > 0)
}

/// Gives back what was kept for a caller.
pub async fn release_for(tx: &mut OrgTx, proposal: ProposalId) -> DbResult<()> {
    let sql = sql!("delete from seat_holds where org_id = $1 and proposal_id = $2 returning tier_id, quantity");
    if let Some((tier, quantity)) = tx.optional::<(TierId, i64)>(sql, args![proposal]).await? {
        release(tx, tier, quantity).await?;
    }
    Ok(())
}
