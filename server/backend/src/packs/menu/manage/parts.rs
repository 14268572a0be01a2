//! What categories, items, modifiers and plans have in common: their place in a list, being taken away and brought back.

use model::{Member, MenuCategoryId, MenuPart, Role};
use serde_json::json;

use super::note;
use crate::{
    args,
    db::{Scoped, scoped::tenant::OrgTx},
    error::{Error, Result, require},
    org::Org,
    sql,
};

/// The statements on one of the tables.
struct Statements {
    order: Scoped,
    sort: Scoped,
    set_deleted: Scoped,
}

macro_rules! statements {
    ($table:literal) => {
        Statements {
            order: sql!(concat!(
                "select id, sort from ",
                $table,
                " where org_id = $1 and deleted_at is null order by sort, name, id"
            )),
            sort: sql!(concat!("update ", $table, " set sort = $3 where org_id = $1 and id = $2")),
            set_deleted: sql!(concat!(
                "update ",
                $table,
                " set deleted_at = $3, version = version + 1 where org_id = $1 and id = $2 and (deleted_at is null) = $4"
            )),
        }
    };
}

const fn statements(part: MenuPart) -> Statements {
    match part {
        MenuPart::Category => statements!("menu_categories"),
        MenuPart::Item => statements!("menu_items"),
        MenuPart::Modifier => statements!("modifiers"),
        MenuPart::Plan => statements!("subscription_plans"),
    }
}

const fn subject(part: MenuPart) -> &'static str {
    match part {
        MenuPart::Category => "menu_category",
        MenuPart::Item => "menu_item",
        MenuPart::Modifier => "modifier",
        MenuPart::Plan => "plan",
    }
}

/// Takes something off the lists; a category with all that is in it.
pub async fn delete(org: &Org, by: &Member, part: MenuPart, id: &str) -> Result<()> {
    set_deleted(org, by, part, id, true).await
}

/// Brings back what was deleted.
pub async fn restore(org: &Org, by: &Member, part: MenuPart, id: &str) -> Result<()> {
    set_deleted(org, by, part, id, false).await
}

async fn set_deleted(org: &Org, by: &Member, part: MenuPart, id: &str, deleted: bool) -> Result<()> {
    require(by.role, Role::Manager)?;
    let mut tx = org.begin().await?;
    let values = args![id, deleted.then(|| org.now()), deleted];
    if tx.run(statements(part).set_deleted, values).await? == 0 {
        return Err(Error::NotFound);
    }
    let action = if deleted { "delete" } else { "restore" };
    note(org, &mut tx, by, action, (subject(part), id.to_owned()), None).await?;
    tx.commit().await?;
    Ok(())
}

/// Puts something at a place of its list, counted from 0; a place beyond the end is the end.
pub async fn place(org: &Org, by: &Member, part: MenuPart, id: &str, at: usize) -> Result<()> {
    require(by.role, Role::Manager)?;
    let mut tx = org.begin().await?;
    let siblings = match part {
        MenuPart::Item => {
            let of = sql!("select category_id from menu_items where org_id = $1 and id = $2 and deleted_at is null");
            let (category,): (MenuCategoryId,) = tx.optional(of, args![id]).await?.ok_or(Error::NotFound)?;
            in_category(&mut tx, category).await?
        }
        _ => tx.all(statements(part).order, args![]).await?,
    };
    put(org, &mut tx, by, part, id, at, siblings).await?;
    tx.commit().await?;
    Ok(())
}

/// Puts an item at a place of a category, which may be another one than it is in.
pub async fn place_in(org: &Org, by: &Member, id: &str, category: MenuCategoryId, at: usize) -> Result<()> {
    require(by.role, Role::Manager)?;
    let mut tx = org.begin().await?;
    let known = sql!("select id from menu_categories where org_id = $1 and id = $2 and deleted_at is null");
    tx.optional::<(MenuCategoryId,)>(known, args![category]).await?.ok_or(Error::NotFound)?;
    // The category is part of the item's form, so that this is an edit of it.
    let shift = sql!(
        "update menu_items set category_id = $3, version = version + 1
          where org_id = $1 and id = $2 and category_id <> $3 and deleted_at is null"
    );
    tx.run(shift, args![id, category]).await?;
    let siblings = in_category(&mut tx, category).await?;
    put(org, &mut tx, by, MenuPart::Item, id, at, siblings).await?;
    tx.commit().await?;
    Ok(())
}

async fn in_category(tx: &mut OrgTx, category: MenuCategoryId) -> Result<Vec<(String, i64)>> {
    let siblings = sql!(
        "select id, sort from menu_items
          where org_id = $1 and category_id = $2 and deleted_at is null order by sort, name, id"
    );
    Ok(tx.all(siblings, args![category]).await?)
}

async fn put(
    org: &Org,
    tx: &mut OrgTx,
    by: &Member,
    part: MenuPart,
    id: &str,
    at: usize,
    mut siblings: Vec<(String, i64)>,
) -> Result<()> {
    let from = siblings.iter().position(|(sibling, _)| sibling == id).ok_or(Error::NotFound)?;
    let moved = siblings.remove(from);
    siblings.insert(at.min(siblings.len()), moved);
    for (sort, (sibling, before)) in (0_i64..).zip(siblings) {
        if sort != before {
            tx.run(statements(part).sort, args![sibling, sort]).await?;
        }
    }
    note(org, tx, by, "move", (subject(part), id.to_owned()), Some(json!({ "place": at + 1 }))).await?;
    Ok(())
}
