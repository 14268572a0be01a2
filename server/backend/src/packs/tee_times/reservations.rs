//! Booked tee times: made, moved, cancelled, checked in. Whatever happens to one is written down beside it.

use chrono::{DateTime, Utc};
use model::{
    CallId, CourseId, Currency, CustomerId, Money, PhoneNumber, ReservationChangeId, ReservationId, TeeSlotId,
};
use serde_json::{Value, json};
use sqlx::FromRow;

use super::{code, slots};
use crate::{
    args,
    db::{DbError, DbResult, scoped::tenant::OrgTx},
    org::Org,
    sql,
};

/// A booked tee time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// Its identifier.
    pub id: ReservationId,
    /// The line of the sheet.
    pub slot: TeeSlotId,
    /// The course.
    pub course: CourseId,
    /// When the group starts.
    pub starts_at: DateTime<Utc>,
    /// The confirmation code, as [`code`] makes it.
    pub code: String,
    /// Who booked.
    pub name: String,
    /// Their number.
    pub phone: Option<PhoneNumber>,
    /// How many play.
    pub players: i64,
    /// Who else plays, as far as that is known.
    pub guests: String,
    /// For one player.
    pub price: Money,
    /// It was cancelled.
    pub cancelled: bool,
    /// When they came.
    pub checked_in_at: Option<DateTime<Utc>>,
    /// The call in which it was booked.
    pub call: Option<CallId>,
    /// Counts changes.
    pub version: i64,
}

#[derive(FromRow)]
struct Row {
    id: ReservationId,
    slot_id: TeeSlotId,
    course_id: CourseId,
    starts_at: DateTime<Utc>,
    code: String,
    name: String,
    phone: Option<PhoneNumber>,
    players: i64,
    guests: String,
    price_minor: i64,
    currency: Currency,
    state: String,
    checked_in_at: Option<DateTime<Utc>>,
    call_id: Option<CallId>,
    version: i64,
}

impl From<Row> for Reservation {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            slot: row.slot_id,
            course: row.course_id,
            starts_at: row.starts_at,
            code: row.code,
            name: row.name,
            phone: row.phone,
            players: row.players,
            guests: row.guests,
            price: Money { minor: row.price_minor, currency: row.currency },
            cancelled: row.state == "cancelled",
            checked_in_at: row.checked_in_at,
            call: row.call_id,
            version: row.version,
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        sql!(concat!(
            "select r.id, r.slot_id, s.course_id, s.starts_at, r.code, r.name, r.phone, r.players, r.guests, r.price_minor,
                    r.currency, r.state, r.checked_in_at, r.call_id, r.version
               from reservations r
               join tee_slots s on s.org_id = r.org_id and s.id = r.slot_id
              where r.org_id = $1 ",
            $rest
        ))
    };
}

/// The reservation with a confirmation code, cancelled or not.
pub async fn by_code(org: &Org, code: &str) -> DbResult<Option<Reservation>> {
    Ok(org.optional::<Row>(select!("and r.code = $2"), args![code]).await?.map(Reservation::from))
}

/// A reservation.
pub async fn get(org: &Org, id: ReservationId) -> DbResult<Option<Reservation>> {
    Ok(org.optional::<Row>(select!("and r.id = $2"), args![id]).await?.map(Reservation::from))
}

/// A reservation as it is inside a transaction.
pub async fn get_in(tx: &mut OrgTx, id: ReservationId) -> DbResult<Option<Reservation>> {
    Ok(tx.optional::<Row>(select!("and r.id = $2"), args![id]).await?.map(Reservation::from))
}

/// Whoever plays from one moment to another, by time.
pub async fn between(org: &Org, from: DateTime<Utc>, to: DateTime<Utc>) -> DbResult<Vec<Reservation>> {
    let sql =
        select!("and r.state = 'booked' and s.starts_at >= $2 and s.starts_at < $3 order by s.starts_at, r.created_at");
    Ok(org.all::<Row>(sql, args![from, to]).await?.into_iter().map(Reservation::from).collect())
}

/// What is booked.
#[derive(Clone, Debug)]
pub struct NewReservation {
    /// The line of the sheet; its places are taken already.
    pub slot: TeeSlotId,
    /// The call.
    pub call: Option<CallId>,
    /// Who books.
    pub name: String,
    /// Their number.
    pub phone: Option<PhoneNumber>,
    /// How many play.
    pub players: i64,
    /// Who else plays.
    pub guests: String,
    /// For one player.
    pub price: Money,
}

/// Writes down a booking whose places are taken already.
pub async fn add(tx: &mut OrgTx, now: DateTime<Utc>, by: &str, new: &NewReservation) -> DbResult<Reservation> {
    let customer = match &new.phone {
        Some(phone) => Some(customer(tx, phone, &new.name, now).await?),
        None => None,
    };
    let insert = sql!(
        "insert into reservations (org_id, id, slot_id, customer_id, call_id, code, name, phone, players, guests, price_minor, currency,
                                   state, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'booked', $13, $13)
         on conflict (org_id, code) do nothing"
    );
    let id = ReservationId::new();
    // Of eight hundred thousand codes one is free soon.
    for _ in 0..20 {
        let values = args![
            id,
            new.slot,
            customer,
            new.call,
            code::fresh(),
            &new.name,
            new.phone.as_ref(),
            new.players,
            &new.guests,
            new.price.minor,
            new.price.currency,
            now
        ];
        if tx.run(insert, values).await? > 0 {
            let made = get_in(tx, id).await?.ok_or(DbError::Sqlx(sqlx::Error::RowNotFound))?;
            note(tx, id, now, by, "booked", None, Some(seen(&made))).await?;
            return Ok(made);
        }
    }
    Err(DbError::Sqlx(sqlx::Error::RowNotFound))
}

async fn customer(tx: &mut OrgTx, phone: &PhoneNumber, name: &str, now: DateTime<Utc>) -> DbResult<CustomerId> {
    let sql = sql!(
        "insert into customers (org_id, id, phone, name, created_at, updated_at) values ($1, $2, $3, $4, $5, $5)
         on conflict (org_id, phone) do update set name = excluded.name, updated_at = excluded.updated_at
         returning id"
    );
    let found: Option<(CustomerId,)> = tx.optional(sql, args![CustomerId::new(), phone, name, now]).await?;
    found.map(|(id,)| id).ok_or(DbError::Sqlx(sqlx::Error::RowNotFound))
}

/// Where a reservation goes.
#[derive(Clone, Copy, Debug)]
pub struct Move {
    /// The line of the sheet, which may be the same.
    pub slot: TeeSlotId,
    /// How many play there.
    pub players: i64,
    /// What it costs there, for one player.
    pub price: Money,
}

/// Moves a reservation, or changes how many play: the places there are taken and those here given back, both or neither. `false` when
/// there is no room, or somebody has changed the reservation since it was at `version`.
pub async fn change(tx: &mut OrgTx, now: DateTime<Utc>, by: &str, old: &Reservation, to: Move) -> DbResult<bool> {
    if !claim(tx, old, now).await? {
        return Ok(false);
    }
    // First what is given back: a group of four that stays where it is must not stand in its own way.
    slots::give_back(tx, old.slot, old.players).await?;
    if !slots::take(tx, to.slot, to.players).await? {
        return Ok(false);
    }
    let update = sql!(
        "update reservations set slot_id = $3, players = $4, price_minor = $5, currency = $6
          where org_id = $1 and id = $2"
    );
    tx.run(update, args![old.id, to.slot, to.players, to.price.minor, to.price.currency]).await?;
    let new = get_in(tx, old.id).await?.ok_or(DbError::Sqlx(sqlx::Error::RowNotFound))?;
    let what = if old.slot == to.slot { "players" } else { "moved" };
    note(tx, old.id, now, by, what, Some(seen(old)), Some(seen(&new))).await?;
    Ok(true)
}

/// Cancels a reservation. `false` when somebody has changed it since.
pub async fn cancel(tx: &mut OrgTx, now: DateTime<Utc>, by: &str, old: &Reservation) -> DbResult<bool> {
    if !claim(tx, old, now).await? {
        return Ok(false);
    }
    slots::give_back(tx, old.slot, old.players).await?;
    tx.run(sql!("update reservations set state = 'cancelled' where org_id = $1 and id = $2"), args![old.id]).await?;
    note(tx, old.id, now, by, "cancelled", Some(seen(old)), None).await?;
    Ok(true)
}

/// Marks that the group has come, or that this was a mistake. `false` when somebody has changed the reservation since.
pub async fn check_in(tx: &mut OrgTx, now: DateTime<Utc>, by: &str, old: &Reservation, here: bool) -> DbResult<bool> {
    if !claim(tx, old, now).await? {
        return Ok(false);
    }
    let at = here.then_some(now);
    tx.run(sql!("update reservations set checked_in_at = $3 where org_id = $1 and id = $2"), args![old.id, at]).await?;
    note(tx, old.id, now, by, if here { "checked_in" } else { "not_checked_in" }, None, None).await?;
    Ok(true)
}

/// Makes whoever changes a reservation the only one, if it still is as they saw it.
async fn claim(tx: &mut OrgTx, old: &Reservation, now: DateTime<Utc>) -> DbResult<bool> {
    let sql = sql!(
        "update reservations set version = version + 1, updated_at = $4
          where org_id = $1 and id = $2 and version = $3 and state = 'booked'"
    );
    Ok(tx.run(sql, args![old.id, old.version, now]).await? > 0)
}

fn seen(it: &Reservation) -> Value {
    json!({ "starts_at": it.starts_at, "players": it.players, "price_minor": it.price.minor })
}

async fn note(
    tx: &mut OrgTx,
    of: ReservationId,
    now: DateTime<Utc>,
    by: &str,
    what: &'static str,
    before: Option<Value>,
    after: Option<Value>,
) -> DbResult<()> {
    let sql = sql!(
        "insert into reservation_changes (org_id, id, reservation_id, at, by_name, what, before, after)
         values ($1, $2, $3, $4, $5, $6, $7, $8)"
    );
    tx.run(sql, args![ReservationChangeId::new(), of, now, by, what, before, after]).await.map(|_| ())
}

/// A line of a reservation's history: when, who, what, how it was and how it is.
pub type Past = (DateTime<Utc>, String, String, Option<sqlx::types::Json<Value>>, Option<sqlx::types::Json<Value>>);

/// What happened to a reservation, the oldest first.
pub async fn history(org: &Org, id: ReservationId) -> DbResult<Vec<Past>> {
    let sql = sql!(
        "select at, by_name, what, before, after from reservation_changes
          where org_id = $1 and reservation_id = $2 order by at, id"
    );
    org.all(sql, args![id]).await
}
