//! Kinds of tickets.

use model::{EventId, FieldError, Member, Role, TierForm, TierId, TierRow};
use serde_json::json;
use sqlx::FromRow;

use super::{Check, missed, note};
use crate::{
    args,
    db::DbResult,
    error::{Error, Result, require},
    org::Org,
    sql,
};

#[derive(FromRow)]
struct Row {
    id: TierId,
    kind: String,
    description: String,
    price_minor: i64,
    gate_price_minor: i64,
    capacity: i64,
    sold: i64,
    held: i64,
    sort: i64,
    version: i64,
}

/// The tickets of an event, in order, with what is sold, kept and left.
pub async fn list(org: &Org, event: EventId) -> DbResult<Vec<TierRow>> {
    let rows: Vec<Row> = org
        .all(
            sql!(
                "select id, kind, description, price_minor, gate_price_minor, capacity, sold, held, sort, version
                   from ticket_tiers
                  where org_id = $1 and event_id = $2 and deleted_at is null
                  order by sort, kind"
            ),
            args![event],
        )
        .await?;
    let tier = |row: Row| TierRow {
        id: row.id,
        sold: row.sold,
        held: row.held,
        left: row.capacity - row.sold - row.held,
        form: TierForm {
            kind: row.kind,
            description: row.description,
            price_minor: row.price_minor,
            gate_price_minor: row.gate_price_minor,
            capacity: row.capacity,
            sort: row.sort,
            version: row.version,
        },
    };
    Ok(rows.into_iter().map(tier).collect())
}

/// Saves a kind of ticket: a new one where `id` is none, else an edit of version `form.version`. There can never be fewer seats
/// than are sold or kept.
pub async fn save(org: &Org, by: &Member, event: EventId, id: Option<TierId>, form: &TierForm) -> Result<TierId> {
    require(by.role, Role::Manager)?;
    let mut check = Check::default();
    let kind = check.text(&form.kind, "kind", 40, "Write what the ticket is called, for instance VIP.");
    let description = check.optional(&form.description, "description", 400);
    let price = |minor: i64| (0..=10_000_000).contains(&minor);
    check.that(price(form.price_minor), "price", "Write an amount from 0, for instance 8.50.");
    check.that(price(form.gate_price_minor), "gate_price", "Write an amount from 0, for instance 8.50.");
    check.that(
        (0..=1_000_000).contains(&form.capacity),
        "capacity",
        "Write how many there are, a whole number from 0.",
    );
    check.done()?;
    let tier = id.unwrap_or_else(TierId::new);
    let values = args![
        tier,
        event,
        &kind,
        description,
        form.price_minor,
        form.gate_price_minor,
        form.capacity,
        form.sort,
        form.version
    ];
    let mut tx = org.begin().await?;
    // One of this name that was taken away makes room; it was never ordered.
    let replaced =
        sql!("delete from ticket_tiers where org_id = $1 and event_id = $2 and kind = $3 and deleted_at is not null");
    tx.run(replaced, args![event, &kind]).await?;
    let action = if id.is_some() {
        let update = sql!(
            "update ticket_tiers
                set kind = $4, description = $5, price_minor = $6, gate_price_minor = $7, capacity = $8, sort = $9,
                    version = version + 1
              where org_id = $1 and id = $2 and event_id = $3 and version = $10 and deleted_at is null
                and sold + held <= $8"
        );
        let changed = tx.run(update, values).await;
        if changed.map_err(|error| taken(error, &kind))? == 0 {
            let known = list(org, event).await?.into_iter().find(|row| row.id == tier);
            return Err(match known {
                Some(row) if row.form.version == form.version => Error::Invalid(vec![FieldError::new(
                    "capacity",
                    format!("{} are sold or kept already: there cannot be fewer.", row.sold + row.held),
                )]),
                known => missed(known.is_some()),
            });
        }
        "edit"
    } else {
        let known = sql!("select id from events where org_id = $1 and id = $2 and deleted_at is null");
        tx.optional::<(EventId,)>(known, args![event]).await?.ok_or(Error::NotFound)?;
        let insert = sql!(
            "insert into ticket_tiers (org_id, id, event_id, kind, description, price_minor, gate_price_minor, capacity, sold, held,
                                       sort, version)
             values ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, $9, $10 + 1)"
        );
        tx.run(insert, values).await.map_err(|error| taken(error, &kind))?;
        "add"
    };
    let after = json!({
        "kind": kind, "price_minor": form.price_minor, "gate_price_minor": form.gate_price_minor, "capacity": form.capacity,
    });
    note(org, &mut tx, by, action, ("ticket_tier", tier.to_string()), Some(after)).await?;
    tx.commit().await?;
    Ok(tier)
}

fn taken(error: crate::db::DbError, kind: &str) -> Error {
    if error.unique_violation() {
        Error::field("kind", format!("There are {kind} tickets already."))
    } else {
        error.into()
    }
}
