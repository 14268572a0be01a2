//! Places in a group change hands by one conditional update each, so that no number of golfers at once gets more than there are.

use chrono::{DateTime, Utc};
use model::{CallId, CourseId, ProposalId, TeeSlotId};

use crate::{
    args,
    db::{DbError, DbResult, scoped::tenant::OrgTx},
    org::Org,
    sql,
};

/// The row of a time, written now if nothing has happened to the time before.
pub async fn row(tx: &mut OrgTx, course: CourseId, starts_at: DateTime<Utc>, capacity: i64) -> DbResult<TeeSlotId> {
    let insert = sql!(
        "insert into tee_slots (org_id, id, course_id, starts_at, capacity) values ($1, $2, $3, $4, $5)
         on conflict (org_id, course_id, starts_at) do nothing"
    );
    tx.run(insert, args![TeeSlotId::new(), course, starts_at, capacity]).await?;
    let select = sql!("select id from tee_slots where org_id = $1 and course_id = $2 and starts_at = $3");
    let found: Option<(TeeSlotId,)> = tx.optional(select, args![course, starts_at]).await?;
    found.map(|(id,)| id).ok_or(DbError::Sqlx(sqlx::Error::RowNotFound))
}

/// Keeps places for somebody who is deciding, if so many are free.
pub async fn hold(tx: &mut OrgTx, slot: TeeSlotId, players: i64) -> DbResult<bool> {
    let sql = sql!(
        "update tee_slots
            set held = held + $3
          where org_id = $1 and id = $2 and label = '' and capacity - taken - held >= $3"
    );
    Ok(tx.run(sql, args![slot, players]).await? > 0)
}

/// Gives back places that were kept.
pub async fn release(tx: &mut OrgTx, slot: TeeSlotId, players: i64) -> DbResult<()> {
    let sql = sql!("update tee_slots set held = held - $3 where org_id = $1 and id = $2");
    tx.run(sql, args![slot, players]).await.map(|_| ())
}

/// Takes places, if so many are free.
pub async fn take(tx: &mut OrgTx, slot: TeeSlotId, players: i64) -> DbResult<bool> {
    let sql = sql!(
        "update tee_slots
            set taken = taken + $3
          where org_id = $1 and id = $2 and label = '' and capacity - taken - held >= $3"
    );
    Ok(tx.run(sql, args![slot, players]).await? > 0)
}

/// Gives back places that were taken.
pub async fn give_back(tx: &mut OrgTx, slot: TeeSlotId, players: i64) -> DbResult<()> {
    let sql = sql!("update tee_slots set taken = taken - $3 where org_id = $1 and id = $2");
    tx.run(sql, args![slot, players]).await.map(|_| ())
}

/// Keeps places while a caller decides, if so many are free.
pub async fn hold_for(
    tx: &mut OrgTx,
    proposal: ProposalId,
    slot: TeeSlotId,
    players: i64,
    expires_at: DateTime<Utc>,
) -> DbResult<bool> {
    if !hold(tx, slot, players).await? {
        return Ok(false);
    }
    let insert =
        sql!("insert into tee_holds (org_id, proposal_id, slot_id, players, expires_at) values ($1, $2, $3, $4, $5)");
    tx.run(insert, args![proposal, slot, players, expires_at]).await?;
    Ok(true)
}

/// What is kept while the caller of a call decides.
pub async fn held_for(org: &Org, call: CallId) -> DbResult<Vec<(TeeSlotId, i64)>> {
    let sql = sql!(
        "select h.slot_id, h.players from tee_holds h
           join proposals p on p.org_id = h.org_id and p.id = h.proposal_id
          where h.org_id = $1 and p.call_id = $2"
    );
    org.all(sql, args![call]).await
}

/// Gives back what was kept for a caller, if it still was.
pub async fn release_for(tx: &mut OrgTx, proposal: ProposalId) -> DbResult<()> {
    let sql = sql!("delete from tee_holds where org_id = $1 and proposal_id = $2 returning slot_id, players");
    if let Some((slot, players)) = tx.optional::<(TeeSlotId, i64)>(sql, args![proposal]).await? {
        release(tx, slot, players).await?;
    }
    Ok(())
}
