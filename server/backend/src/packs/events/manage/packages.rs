//! Sponsorship packages.

use model::{Member, PackageForm, PackageRow, Role, SponsorPackageId};
use serde_json::json;
use sqlx::{FromRow, types::Json};

use super::{Check, missed, note, one_line};
use crate::{
    args,
    db::{DbError, DbResult},
    error::{Error, Result, require},
    org::Org,
    sql,
};

#[derive(FromRow)]
struct Row {
    id: SponsorPackageId,
    level: String,
    price_minor: i64,
    benefits: Json<Vec<String>>,
    slots_left: Option<i64>,
    sort: i64,
    version: i64,
}

/// The packages, the smallest first.
pub async fn list(org: &Org) -> DbResult<Vec<PackageRow>> {
    let rows: Vec<Row> = org
        .all(
            sql!(
                "select id, level, price_minor, benefits, slots_left, sort, version
                   from sponsor_packages where org_id = $1 and deleted_at is null order by sort, level"
            ),
            args![],
        )
        .await?;
    let package = |row: Row| PackageRow {
        id: row.id,
        form: PackageForm {
            level: row.level,
            price_minor: row.price_minor,
            benefits: row.benefits.0,
            slots_left: row.slots_left,
            sort: row.sort,
            version: row.version,
        },
    };
    Ok(rows.into_iter().map(package).collect())
}

/// Saves a package: a new one where `id` is none, else an edit of version `form.version`.
pub async fn save(
    org: &Org,
    by: &Member,
    id: Option<SponsorPackageId>,
    form: &PackageForm,
) -> Result<SponsorPackageId> {
    require(by.role, Role::Manager)?;
    let mut check = Check::default();
    let level = check.text(&form.level, "level", 40, "Write what the package is called, for instance Gold.");
    check.that((0..=1_000_000_000).contains(&form.price_minor), "price", "Write an amount from 0, for instance 1500.");
    check.that(
        form.slots_left.is_none_or(|slots| (0..=10_000).contains(&slots)),
        "slots_left",
        "Write a whole number from 0, or nothing.",
    );
    let benefits: Vec<String> = form.benefits.iter().map(|it| one_line(it)).filter(|it| !it.is_empty()).collect();
    check.that(!benefits.is_empty(), "benefits", "Write what the sponsor gets.");
    check.that(benefits.iter().map(String::len).sum::<usize>() <= 2_000, "benefits", "Write less: it is read aloud.");
    check.done()?;
    let package = id.unwrap_or_else(SponsorPackageId::new);
    let values = args![package, &level, form.price_minor, json!(benefits), form.slots_left, form.sort, form.version];
    let mut tx = org.begin().await?;
    // One of this name that was taken away makes room.
    let replaced = sql!("delete from sponsor_packages where org_id = $1 and level = $2 and deleted_at is not null");
    tx.run(replaced, args![&level]).await?;
    let action = if id.is_some() {
        let update = sql!(
            "update sponsor_packages
                set level = $3, price_minor = $4, benefits = $5, slots_left = $6, sort = $7, version = version + 1
              where org_id = $1 and id = $2 and version = $8 and deleted_at is null"
        );
        if tx.run(update, values).await.map_err(|error| taken(error, &level))? == 0 {
            return Err(missed(list(org).await?.iter().any(|row| row.id == package)));
        }
        "edit"
    } else {
        let insert = sql!(
            "insert into sponsor_packages (org_id, id, level, price_minor, benefits, slots_left, sort, version)
             values ($1, $2, $3, $4, $5, $6, $7, $8 + 1)"
        );
        tx.run(insert, values).await.map_err(|error| taken(error, &level))?;
        "add"
    };
    let after = json!({ "level": level, "price_minor": form.price_minor, "slots_left": form.slots_left });
    note(org, &mut tx, by, action, ("sponsor_package", package.to_string()), Some(after)).await?;
    tx.commit().await?;
    Ok(package)
}

fn taken(error: DbError, level: &str) -> Error {
    if error.unique_violation() {
        Error::field("level", format!("There is a package {level} already."))
    } else {
        error.into()
    }
}
