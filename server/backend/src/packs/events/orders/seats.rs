//! Seats change hands by one conditional update each, so that no number of buyers at once gets more than there are.

use chrono::{DateTime, Utc};
use model::{CallId, ProposalId, TierId};

use crate::{
    args,
    db::{DbResult, scoped::tenant::OrgTx},
    sql,
};

/// Whether tickets of a kind are sold at all: staff may have taken the event away, and it may be over.
pub async fn on_sale(tx: &mut OrgTx, tier: TierId, now: DateTime<Utc>) -> DbResult<bool> {
    let sql = sql!(
        "select t.id
           from ticket_tiers t
           join events e on e.org_id = t.org_id and e.id = t.event_id
          where t.org_id = $1 and t.id = $2 and t.deleted_at is null
            and e.active and e.deleted_at is null and e.ends_at > $3"
    );
    Ok(tx.optional::<(TierId,)>(sql, args![tier, now]).await?.is_some())
}

/// Keeps seats for somebody, if so many are left of what is on sale.
pub async fn hold(tx: &mut OrgTx, tier: TierId, quantity: i64, now: DateTime<Utc>) -> DbResult<bool> {
    let sql = sql!(
        "update ticket_tiers
            set held = held + $3
          where org_id = $1 and id = $2 and deleted_at is null and capacity - sold - held >= $3
            and exists (select 1 from events e
                         where e.org_id = $1 and e.id = ticket_tiers.event_id
                           and e.active and e.deleted_at is null and e.ends_at > $4)"
    );
    Ok(tx.run(sql, args![tier, quantity, now]).await? > 0)
}

/// How many seats a call has, paid or not.
pub async fn of_call(tx: &mut OrgTx, call: CallId) -> DbResult<i64> {
    let sql = sql!(
        "select cast(coalesce(sum(quantity), 0) as bigint) from ticket_orders
          where org_id = $1 and call_id = $2 and seats in ('held', 'sold')"
    );
    Ok(tx.optional::<(i64,)>(sql, args![call]).await?.map_or(0, |(seats,)| seats))
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
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> DbResult<bool> {
    if !hold(tx, tier, quantity, now).await? {
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
