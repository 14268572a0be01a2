//! The menu and the subscription plans.

use model::{Currency, ItemSizeId, MenuCategoryId, MenuItemId, ModifierId, Money, PlanId};
use serde::Serialize;
use sqlx::{FromRow, types::Json};

use crate::{args, db::DbResult, org::Org, orgs, sql};

/// A category of the menu with what is offered in it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Category {
    /// Its identifier.
    pub id: MenuCategoryId,
    /// Its name in URLs.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What is offered, in the order of the menu.
    pub items: Vec<Item>,
}

/// Something on the menu.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Item {
    /// Its identifier.
    pub id: MenuItemId,
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// What people may be allergic to, made the usual way.
    pub allergens: Vec<String>,
    /// Its sizes, the smallest first; one without a name when there is only one.
    pub sizes: Vec<Size>,
    /// What can be added or changed.
    pub modifiers: Vec<Modifier>,
}

/// A size of an item.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Size {
    /// Its identifier.
    pub id: ItemSizeId,
    /// Its name; empty for an item of one size.
    pub name: String,
    /// Its price.
    pub price: Money,
}

/// Something that can be added or changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Modifier {
    /// Its identifier.
    pub id: ModifierId,
    /// Its name.
    pub name: String,
    /// What it adds to the price.
    pub price: Money,
    /// What people may be allergic to in it.
    pub allergens: Vec<String>,
}

/// A subscription plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// Its identifier.
    pub id: PlanId,
    /// Its name.
    pub name: String,
    /// What comes with it.
    pub description: String,
    /// Its price for one period.
    pub price: Money,
    /// `week`, `two_weeks` or `month`.
    pub period: String,
}

#[derive(FromRow)]
struct CategoryRow {
    id: MenuCategoryId,
    slug: String,
    name: String,
}

#[derive(FromRow)]
struct ItemRow {
    id: MenuItemId,
    category_id: MenuCategoryId,
    name: String,
    description: String,
    allergens: Json<Vec<String>>,
}

#[derive(FromRow)]
struct SizeRow {
    id: ItemSizeId,
    item_id: MenuItemId,
    name: String,
    price_minor: i64,
}

#[derive(FromRow)]
struct ModifierRow {
    id: ModifierId,
    item_id: MenuItemId,
    name: String,
    price_minor: i64,
    allergens: Json<Vec<String>>,
}

/// The whole menu, in its order; empty categories are left out.
pub async fn menu(org: &Org) -> DbResult<Vec<Category>> {
    let categories: Vec<CategoryRow> = org
        .all(
            sql!(
                "select id, slug, name from menu_categories where org_id = $1 and deleted_at is null order by sort, name"
            ),
            args![],
        )
        .await?;
    let items: Vec<ItemRow> = org
        .all(
            sql!(
                "select id, category_id, name, description, allergens
                   from menu_items
                  where org_id = $1 and active and deleted_at is null
                  order by sort, name"
            ),
            args![],
        )
        .await?;
    let sizes: Vec<SizeRow> = org
        .all(
            sql!("select id, item_id, name, price_minor from item_sizes where org_id = $1 order by sort, price_minor"),
            args![],
        )
        .await?;
    let modifiers: Vec<ModifierRow> = org
        .all(
            sql!(
                "select m.id, i.item_id, m.name, m.price_minor, m.allergens
                   from item_modifiers i
                   join modifiers m on m.id = i.modifier_id and m.org_id = i.org_id
                  where i.org_id = $1 and m.active and m.deleted_at is null
                  order by m.sort, m.name"
            ),
            args![],
        )
        .await?;
    let currency = orgs::currency(org).await?;

    let mut menu: Vec<Category> = categories
        .into_iter()
        .map(|row| Category { id: row.id, slug: row.slug, name: row.name, items: Vec::new() })
        .collect();
    for row in items {
        if let Some(category) = menu.iter_mut().find(|category| category.id == row.category_id) {
            category.items.push(item(row, &sizes, &modifiers, currency));
        }
    }
    menu.retain(|category| !category.items.is_empty());
    Ok(menu)
}

fn item(row: ItemRow, sizes: &[SizeRow], modifiers: &[ModifierRow], currency: Currency) -> Item {
    let money = |minor| Money { minor, currency };
    let sizes = sizes.iter().filter(|size| size.item_id == row.id);
    let modifiers = modifiers.iter().filter(|modifier| modifier.item_id == row.id);
    Item {
        id: row.id,
        name: row.name,
        description: row.description,
        allergens: row.allergens.0,
        sizes: sizes
            .map(|size| Size { id: size.id, name: size.name.clone(), price: money(size.price_minor) })
            .collect(),
        modifiers: modifiers
            .map(|modifier| Modifier {
                id: modifier.id,
                name: modifier.name.clone(),
                price: money(modifier.price_minor),
                allergens: modifier.allergens.0.clone(),
            })
            .collect(),
    }
}

#[derive(FromRow)]
struct PlanRow {
    id: PlanId,
    name: String,
    description: String,
    price_minor: i64,
    period: String,
}

/// The subscription plans that are offered, in their order.
pub async fn plans(org: &Org) -> DbResult<Vec<Plan>> {
    let rows: Vec<PlanRow> = org
        .all(
            sql!(
                "select id, name, description, price_minor, period
                   from subscription_plans
                  where org_id = $1 and active and deleted_at is null
                  order by sort, price_minor"
            ),
            args![],
        )
        .await?;
    let currency = orgs::currency(org).await?;
    let plan = |row: PlanRow| Plan {
        id: row.id,
        name: row.name,
        description: row.description,
        price: Money { minor: row.price_minor, currency },
        period: row.period,
    };
    Ok(rows.into_iter().map(plan).collect())
}
