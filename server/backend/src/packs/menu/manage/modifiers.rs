//! Modifiers: what can be added or changed.

use model::{Member, ModifierForm, ModifierId, ModifierRow, Role};
use serde_json::json;
use sqlx::{FromRow, types::Json};

use super::{Check, NO_PRICE, PRICES, allergens, already, missed, note, taken};
use crate::{
    args,
    db::DbResult,
    error::{Result, require},
    org::Org,
    sql,
};

#[derive(FromRow)]
struct Row {
    id: ModifierId,
    name: String,
    price_minor: i64,
    allergens: Json<Vec<String>>,
    active: bool,
    version: i64,
}

/// The modifiers in order, those included that are not offered.
pub async fn list(org: &Org) -> DbResult<Vec<ModifierRow>> {
    let rows: Vec<Row> = org
        .all(
            sql!(
                "select id, name, price_minor, allergens, active, version
                   from modifiers where org_id = $1 and deleted_at is null order by sort, name, id"
            ),
            args![],
        )
        .await?;
    let modifier = |row: Row| ModifierRow {
        id: row.id,
        form: ModifierForm {
            name: row.name,
            price_minor: row.price_minor,
            allergens: row.allergens.0,
            active: row.active,
            version: row.version,
        },
    };
    Ok(rows.into_iter().map(modifier).collect())
}

/// Saves a modifier: a new one at the end where `id` is none, else an edit of version `form.version`.
pub async fn save(org: &Org, by: &Member, id: Option<ModifierId>, form: &ModifierForm) -> Result<ModifierId> {
    require(by.role, Role::Manager)?;
    let mut check = Check::default();
    let name = check.text(&form.name, "name", 60, "Write what it is called, for instance Oat milk.");
    check.that(PRICES.contains(&form.price_minor), "price", NO_PRICE);
    let allergens = allergens(&mut check, &form.allergens);
    check.done()?;
    let modifier = id.unwrap_or_else(ModifierId::new);
    let mut tx = org.begin().await?;
    let same = sql!(
        "select id from modifiers where org_id = $1 and lower(name) = lower($2) and id <> $3 and deleted_at is null"
    );
    if tx.optional::<(ModifierId,)>(same, args![&name, modifier]).await?.is_some() {
        return Err(already(&name));
    }
    // A deleted one of the same name makes room: it could not come back beside this one.
    let room = sql!("delete from modifiers where org_id = $1 and name = $2 and id <> $3 and deleted_at is not null");
    tx.run(room, args![&name, modifier]).await?;
    let values = args![modifier, &name, form.price_minor, json!(allergens), form.active, form.version];
    let action = if id.is_some() {
        let update = sql!(
            "update modifiers set name = $3, price_minor = $4, allergens = $5, active = $6, version = version + 1
              where org_id = $1 and id = $2 and version = $7 and deleted_at is null"
        );
        if tx.run(update, values).await.map_err(|error| taken(error, &name))? == 0 {
            let known = sql!("select id from modifiers where org_id = $1 and id = $2 and deleted_at is null");
            return Err(missed(tx.optional::<(ModifierId,)>(known, args![modifier]).await?.is_some()));
        }
        "edit"
    } else {
        let insert = sql!(
            "insert into modifiers (org_id, id, name, price_minor, allergens, active, version, sort)
             select $1, $2, $3, $4, $5, $6, $7 + 1, coalesce(max(sort), -1) + 1 from modifiers where org_id = $1"
        );
        tx.run(insert, values).await.map_err(|error| taken(error, &name))?;
        "add"
    };
    let after = json!({ "name": name, "price_minor": form.price_minor, "allergens": allergens, "active": form.active });
    note(org, &mut tx, by, action, ("modifier", modifier.to_string()), Some(after)).await?;
    tx.commit().await?;
    Ok(modifier)
}
