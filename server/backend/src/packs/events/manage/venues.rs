//! Venues.

use model::{Member, Role, VenueForm, VenueId, VenueRow};
use serde_json::json;
use sqlx::FromRow;

use super::{Check, missed, note};
use crate::{
    args,
    db::DbResult,
    error::{Result, require},
    org::Org,
    sql,
};

#[derive(FromRow)]
struct Row {
    id: VenueId,
    name: String,
    street: String,
    city: String,
    region: String,
    directions: String,
    version: i64,
    events: i64,
}

/// Every venue, by name.
pub async fn list(org: &Org) -> DbResult<Vec<VenueRow>> {
    let rows: Vec<Row> = org
        .all(
            sql!(
                "select v.id, v.name, v.street, v.city, v.region, v.directions, v.version,
                        (select count(*) from events e
                          where e.org_id = $1 and e.venue_id = v.id and e.deleted_at is null) as events
                   from venues v
                  where v.org_id = $1 and v.deleted_at is null
                  order by v.name, v.id"
            ),
            args![],
        )
        .await?;
    let venue = |row: Row| VenueRow {
        id: row.id,
        events: row.events,
        form: VenueForm {
            name: row.name,
            street: row.street,
            city: row.city,
            region: row.region,
            directions: row.directions,
            version: row.version,
        },
    };
    Ok(rows.into_iter().map(venue).collect())
}

/// Saves a venue: a new one where `id` is none, else an edit of version `form.version`.
pub async fn save(org: &Org, by: &Member, id: Option<VenueId>, form: &VenueForm) -> Result<VenueId> {
    require(by.role, Role::Manager)?;
    let mut check = Check::default();
    let name = check.text(&form.name, "name", 120, "Write what the venue is called.");
    let street = check.optional(&form.street, "street", 200);
    let city = check.text(&form.city, "city", 80, "Write the city: callers ask for events by city.");
    let region = check.optional(&form.region, "region", 40);
    let directions = check.lines(&form.directions, "directions", 600);
    check.done()?;
    let venue = id.unwrap_or_else(VenueId::new);
    let values = args![venue, &name, street, city, region, directions, form.version];
    let mut tx = org.begin().await?;
    let action = if id.is_some() {
        let update = sql!(
            "update venues set name = $3, street = $4, city = $5, region = $6, directions = $7, version = version + 1
              where org_id = $1 and id = $2 and version = $8 and deleted_at is null"
        );
        if tx.run(update, values).await? == 0 {
            let there = list(org).await?.iter().any(|row| row.id == venue);
            return Err(missed(there));
        }
        "edit"
    } else {
        let insert = sql!(
            "insert into venues (org_id, id, name, street, city, region, directions, version)
             values ($1, $2, $3, $4, $5, $6, $7, $8 + 1)"
        );
        tx.run(insert, values).await?;
        "add"
    };
    note(org, &mut tx, by, action, ("venue", venue.to_string()), Some(json!({ "name": name }))).await?;
    tx.commit().await?;
    Ok(venue)
}
