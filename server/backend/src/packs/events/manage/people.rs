//! Sponsors, chefs and winners of an event.

use model::{
    ChefForm, ChefId, ChefRow, EventId, Member, Role, SponsorForm, SponsorId, SponsorRow, WinnerForm, WinnerId,
    WinnerRow,
};
use serde_json::json;

use super::{Check, missed, note};
use crate::{
    args,
    db::{Args, DbResult, Scoped, scoped::tenant::OrgTx},
    error::{Error, Result, require},
    org::Org,
    sql,
};

/// Who pays for an event.
pub async fn sponsors(org: &Org, event: EventId) -> DbResult<Vec<SponsorRow>> {
    let sql = sql!(
        "select id, name, level, version from sponsors where org_id = $1 and event_id = $2 and deleted_at is null order by id"
    );
    let rows: Vec<(SponsorId, String, String, i64)> = org.all(sql, args![event]).await?;
    let row = |(id, name, level, version)| SponsorRow { id, form: SponsorForm { name, level, version } };
    Ok(rows.into_iter().map(row).collect())
}

/// Who cooks at an event.
pub async fn chefs(org: &Org, event: EventId) -> DbResult<Vec<ChefRow>> {
    let sql = sql!(
        "select id, name, restaurant, dish, version from chefs where org_id = $1 and event_id = $2 and deleted_at is null order by name, id"
    );
    let rows: Vec<(ChefId, String, String, String, i64)> = org.all(sql, args![event]).await?;
    let row =
        |(id, name, restaurant, dish, version)| ChefRow { id, form: ChefForm { name, restaurant, dish, version } };
    Ok(rows.into_iter().map(row).collect())
}

type WinnerColumns = (WinnerId, i64, String, String, String, String, i64);

/// Who won at an event, the first places first.
pub async fn winners(org: &Org, event: EventId) -> DbResult<Vec<WinnerRow>> {
    let sql = sql!(
        "select id, place, category, chef, restaurant, dish, version
           from winners where org_id = $1 and event_id = $2 and deleted_at is null order by place, id"
    );
    let rows: Vec<WinnerColumns> = org.all(sql, args![event]).await?;
    let row = |(id, place, category, chef, restaurant, dish, version): WinnerColumns| WinnerRow {
        id,
        form: WinnerForm { place, category, chef, restaurant, dish, version },
    };
    Ok(rows.into_iter().map(row).collect())
}

/// Saves a sponsor: a new one where `id` is none, else an edit of version `form.version`.
pub async fn save_sponsor(
    org: &Org,
    by: &Member,
    event: EventId,
    id: Option<SponsorId>,
    form: &SponsorForm,
) -> Result<SponsorId> {
    let mut check = Check::default();
    let name = check.text(&form.name, "name", 120, "Write who sponsors.");
    let level = check.text(&form.level, "level", 40, "Choose a package.");
    check.done()?;
    let sponsor = id.unwrap_or_else(SponsorId::new);
    let statements = Statements {
        insert: sql!(
            "insert into sponsors (org_id, id, event_id, name, level, version) values ($1, $2, $3, $4, $5, $6 + 1)"
        ),
        update: sql!(
            "update sponsors set name = $4, level = $5, version = version + 1
              where org_id = $1 and id = $2 and event_id = $3 and version = $6 and deleted_at is null"
        ),
        find: sql!("select id from sponsors where org_id = $1 and id = $2 and event_id = $3 and deleted_at is null"),
    };
    let values = args![sponsor, event, &name, &level, form.version];
    let after = json!({ "name": name, "level": level });
    save(org, by, event, ("sponsor", sponsor.to_string()), id.is_some(), statements, values, after).await?;
    Ok(sponsor)
}

/// Saves a chef: a new one where `id` is none, else an edit of version `form.version`.
pub async fn save_chef(org: &Org, by: &Member, event: EventId, id: Option<ChefId>, form: &ChefForm) -> Result<ChefId> {
    let mut check = Check::default();
    let name = check.text(&form.name, "name", 120, "Write who cooks.");
    let restaurant = check.optional(&form.restaurant, "restaurant", 120);
    let dish = check.optional(&form.dish, "dish", 200);
    check.done()?;
    let chef = id.unwrap_or_else(ChefId::new);
    let statements = Statements {
        insert: sql!(
            "insert into chefs (org_id, id, event_id, name, restaurant, dish, version) values ($1, $2, $3, $4, $5, $6, $7 + 1)"
        ),
        update: sql!(
            "update chefs set name = $4, restaurant = $5, dish = $6, version = version + 1
              where org_id = $1 and id = $2 and event_id = $3 and version = $7 and deleted_at is null"
        ),
        find: sql!("select id from chefs where org_id = $1 and id = $2 and event_id = $3 and deleted_at is null"),
    };
    let values = args![chef, event, &name, &restaurant, &dish, form.version];
    let after = json!({ "name": name, "restaurant": restaurant, "dish": dish });
    save(org, by, event, ("chef", chef.to_string()), id.is_some(), statements, values, after).await?;
    Ok(chef)
}

/// Saves a prize: a new one where `id` is none, else an edit of version `form.version`.
pub async fn save_winner(
    org: &Org,
    by: &Member,
    event: EventId,
    id: Option<WinnerId>,
    form: &WinnerForm,
) -> Result<WinnerId> {
    let mut check = Check::default();
    check.that((1..=100).contains(&form.place), "place", "Write a place from 1.");
    let category = check.text(&form.category, "category", 120, "Write what the prize was for.");
    let chef = check.text(&form.chef, "chef", 120, "Write who won.");
    let restaurant = check.optional(&form.restaurant, "restaurant", 120);
    let dish = check.optional(&form.dish, "dish", 200);
    check.done()?;
    let winner = id.unwrap_or_else(WinnerId::new);
    let statements = Statements {
        insert: sql!(
            "insert into winners (org_id, id, event_id, place, category, chef, restaurant, dish, version)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9 + 1)"
        ),
        update: sql!(
            "update winners set place = $4, category = $5, chef = $6, restaurant = $7, dish = $8, version = version + 1
              where org_id = $1 and id = $2 and event_id = $3 and version = $9 and deleted_at is null"
        ),
        find: sql!("select id from winners where org_id = $1 and id = $2 and event_id = $3 and deleted_at is null"),
    };
    let values = args![winner, event, form.place, &category, &chef, restaurant, dish, form.version];
    let after = json!({ "place": form.place, "category": category, "chef": chef });
    save(org, by, event, ("winner", winner.to_string()), id.is_some(), statements, values, after).await?;
    Ok(winner)
}

/// How a record is written and found.
struct Statements {
    insert: Scoped,
    update: Scoped,
    find: Scoped,
}

/// Writes a record of an event. `values` begin with its id and the event's.
#[allow(clippy::too_many_arguments, reason = "three records share it, and nobody else calls it")]
async fn save(
    org: &Org,
    by: &Member,
    event: EventId,
    subject: (&'static str, String),
    known: bool,
    statements: Statements,
    values: Args,
    after: serde_json::Value,
) -> Result<()> {
    require(by.role, Role::Manager)?;
    let mut tx = org.begin().await?;
    if known {
        let key = values[..2].to_vec();
        if tx.run(statements.update, values).await? == 0 {
            return Err(missed(tx.optional::<(String,)>(statements.find, key).await?.is_some()));
        }
    } else {
        event_is_there(&mut tx, event).await?;
        tx.run(statements.insert, values).await?;
    }
    note(org, &mut tx, by, if known { "edit" } else { "add" }, subject, Some(after)).await?;
    tx.commit().await?;
    Ok(())
}

async fn event_is_there(tx: &mut OrgTx, event: EventId) -> Result<()> {
    let sql = sql!("select id from events where org_id = $1 and id = $2 and deleted_at is null");
    tx.optional::<(EventId,)>(sql, args![event]).await?.map(|_| ()).ok_or(Error::NotFound)
}
