//! Changing many prices at once: first looking at what would become of them, then changing exactly that.

use std::fmt::Write as _;

use model::{ItemSizeId, Member, MenuCategoryId, MenuItemId, PriceChange, PriceLine, PricePreview, PriceStep, Role};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use sqlx::FromRow;

use super::{Check, note};
use crate::{
    args,
    db::Scoped,
    error::{Error, Result, require},
    org::Org,
    orgs, sql,
};

#[derive(FromRow)]
struct Row {
    size: ItemSizeId,
    item_id: MenuItemId,
    item: String,
    size_name: String,
    price_minor: i64,
}

/// Every price on the menu, or of one category, what is off the menu included: it comes back at a price that fits the others.
const PRICES: Scoped = sql!(
    "select s.id as size, i.id as item_id, i.name as item, s.name as size_name, s.price_minor
       from item_sizes s
       join menu_items i on i.id = s.item_id and i.org_id = s.org_id
       join menu_categories c on c.id = i.category_id and c.org_id = i.org_id
      where s.org_id = $1 and i.deleted_at is null and c.deleted_at is null and (cast($2 as text) is null or c.id = $2)
      order by c.sort, c.name, i.sort, i.name, s.sort, s.price_minor"
);

/// What a change would do.
pub async fn preview(org: &Org, by: &Member, change: PriceChange) -> Result<PricePreview> {
    require(by.role, Role::Manager)?;
    allowed(change)?;
    if let Some(category) = change.category {
        let known = sql!("select id from menu_categories where org_id = $1 and id = $2 and deleted_at is null");
        org.optional::<(MenuCategoryId,)>(known, args![category]).await?.ok_or(Error::NotFound)?;
    }
    let rows: Vec<Row> = org.all(PRICES, args![change.category]).await?;
    let seen = seal(&rows);
    let lines = rows.into_iter().map(|row| PriceLine {
        size: row.size,
        after: change.apply(row.price_minor),
        before: row.price_minor,
        item: row.item,
        size_name: row.size_name,
    });
    Ok(PricePreview { lines: lines.collect(), currency: orgs::currency(org).await?, seen })
}

/// Makes a change, if all prices are still those that were `seen`. Answers with how many prices changed.
pub async fn apply(org: &Org, by: &Member, change: PriceChange, seen: &str) -> Result<usize> {
    require(by.role, Role::Manager)?;
    allowed(change)?;
    let mut tx = org.begin().await?;
    let rows: Vec<Row> = tx.all(PRICES, args![change.category]).await?;
    if seal(&rows) != seen {
        return Err(Error::Stale);
    }
    let mut changed = Vec::new();
    let mut items: Vec<MenuItemId> = Vec::new();
    for row in rows {
        let after = change.apply(row.price_minor);
        if after == row.price_minor {
            continue;
        }
        let update = sql!("update item_sizes set price_minor = $3 where org_id = $1 and id = $2 and price_minor = $4");
        if tx.run(update, args![row.size, after, row.price_minor]).await? == 0 {
            return Err(Error::Stale);
        }
        changed.push(json!({ "item": row.item, "size": row.size_name, "before": row.price_minor, "after": after }));
        if !items.contains(&row.item_id) {
            items.push(row.item_id);
        }
    }
    // Who has an item open has its old prices in the form.
    for item in &items {
        let update = sql!("update menu_items set version = version + 1 where org_id = $1 and id = $2");
        tx.run(update, args![*item]).await?;
    }
    let count = changed.len();
    let about = change.category.map_or_else(|| "all".to_owned(), |category| category.to_string());
    note(org, &mut tx, by, "change_prices", ("menu", about), Some(json!({ "prices": changed }))).await?;
    tx.commit().await?;
    Ok(count)
}

fn allowed(change: PriceChange) -> Result<()> {
    let mut check = Check::default();
    match change.step {
        PriceStep::Percent(hundredths) => {
            let sane = (-9_000..=30_000).contains(&hundredths);
            check.that(sane, "value", "Write a percentage from -90 to 300.");
        }
        PriceStep::Amount(minor) => {
            check.that((-100_000..=100_000).contains(&minor), "value", "Write an amount up to 1000.");
        }
    }
    check.that([1, 5, 10].contains(&change.round_to), "round", "Prices are rounded to 1, 5 or 10 cents.");
    check.done()
}

/// Stands for exactly these prices.
fn seal(rows: &[Row]) -> String {
    let mut hash = Sha256::new();
    for row in rows {
        hash.update(format!("{}={};", row.size, row.price_minor));
    }
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        // Writing into a text does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
