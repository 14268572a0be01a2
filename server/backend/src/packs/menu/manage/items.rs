//! Items with their sizes and prices.

use model::{
    CategoryForm, CategoryRow, ItemForm, ItemRow, ItemSizeId, Member, MenuCategoryId, MenuItemId, ModifierId, Role,
    SizeForm,
};
use serde_json::{Value, json};
use sqlx::{FromRow, types::Json};

use super::{Check, NO_PRICE, PRICES, allergens, already, missed, note_change, one_line, taken};
use crate::{
    args,
    db::{DbResult, scoped::tenant::OrgTx},
    error::{Result, require},
    org::Org,
    packs::heard,
    sql,
};

#[derive(FromRow)]
struct Row {
    id: MenuItemId,
    category_id: MenuCategoryId,
    name: String,
    description: String,
    allergens: Json<Vec<String>>,
    active: bool,
    version: i64,
}

type SizeRow = (ItemSizeId, MenuItemId, String, i64);

/// The whole menu as staff see it: empty categories and what is off the menu included.
pub async fn menu(org: &Org) -> DbResult<Vec<CategoryRow>> {
    let categories: Vec<(MenuCategoryId, String, i64)> = org
        .all(
            sql!(
                "select id, name, version
                   from menu_categories where org_id = $1 and deleted_at is null order by sort, name, id"
            ),
            args![],
        )
        .await?;
    let items: Vec<Row> = org
        .all(
            sql!(
                "select id, category_id, name, description, allergens, active, version
                   from menu_items where org_id = $1 and deleted_at is null order by sort, name, id"
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
    let modifiers: Vec<(MenuItemId, ModifierId)> = org
        .all(
            sql!(
                "select i.item_id, i.modifier_id
                   from item_modifiers i
                   join modifiers m on m.id = i.modifier_id and m.org_id = i.org_id
                  where i.org_id = $1 and m.deleted_at is null
                  order by m.sort, m.name"
            ),
            args![],
        )
        .await?;
    let mut menu: Vec<CategoryRow> = categories
        .into_iter()
        .map(|(id, name, version)| CategoryRow { id, form: CategoryForm { name, version }, items: Vec::new() })
        .collect();
    for row in items {
        if let Some(category) = menu.iter_mut().find(|category| category.id == row.category_id) {
            category.items.push(item(row, &sizes, &modifiers));
        }
    }
    Ok(menu)
}

fn item(row: Row, sizes: &[SizeRow], modifiers: &[(MenuItemId, ModifierId)]) -> ItemRow {
    let size = |(id, _, name, price_minor): &SizeRow| SizeForm {
        id: Some(*id),
        name: name.clone(),
        price_minor: *price_minor,
    };
    ItemRow {
        id: row.id,
        form: ItemForm {
            category_id: row.category_id,
            name: row.name,
            description: row.description,
            allergens: row.allergens.0,
            sizes: sizes.iter().filter(|size| size.1 == row.id).map(size).collect(),
            modifiers: modifiers.iter().filter(|(item, _)| *item == row.id).map(|(_, modifier)| *modifier).collect(),
            active: row.active,
            version: row.version,
        },
    }
}

/// One item.
pub async fn get(org: &Org, id: MenuItemId) -> DbResult<Option<ItemRow>> {
    Ok(menu(org).await?.into_iter().flat_map(|category| category.items).find(|item| item.id == id))
}

/// Saves an item: a new one at the end of its category where `id` is none, else an edit of version `form.version`.
pub async fn save(org: &Org, by: &Member, id: Option<MenuItemId>, form: &ItemForm) -> Result<MenuItemId> {
    require(by.role, Role::Manager)?;
    let mut check = Check::default();
    let name = check.text(&form.name, "name", 80, "Write what it is called, as a caller would ask for it.");
    let description = check.lines(&form.description, "description", 400);
    let allergens = allergens(&mut check, &form.allergens);
    let sizes = sizes(&mut check, &form.sizes);
    let item = id.unwrap_or_else(MenuItemId::new);
    let mut tx = org.begin().await?;
    let known = sql!("select id from menu_categories where org_id = $1 and id = $2 and deleted_at is null");
    let there = tx.optional::<(MenuCategoryId,)>(known, args![form.category_id]).await?.is_some();
    check.that(there, "category_id", "Choose one of the categories.");
    check.done()?;
    let same = sql!(
        "select i.id from menu_items i join menu_categories c on c.id = i.category_id and c.org_id = i.org_id
          where i.org_id = $1 and lower(i.name) = lower($2) and i.id <> $3 and i.deleted_at is null and c.deleted_at is null"
    );
    if tx.optional::<(MenuItemId,)>(same, args![&name, item]).await?.is_some() {
        return Err(already(&name));
    }
    let values = args![item, form.category_id, &name, description, json!(allergens), form.active, form.version];
    let action = if id.is_some() {
        let update = sql!(
            "update menu_items
                set category_id = $3, name = $4, description = $5, allergens = $6, active = $7, version = version + 1
              where org_id = $1 and id = $2 and version = $8 and deleted_at is null"
        );
        if tx.run(update, values).await? == 0 {
            let known = sql!("select id from menu_items where org_id = $1 and id = $2 and deleted_at is null");
            return Err(missed(tx.optional::<(MenuItemId,)>(known, args![item]).await?.is_some()));
        }
        "edit"
    } else {
        let used = sql!("select id from menu_items where org_id = $1 and slug = $2");
        let mut slug = heard::plain(&name).replace(' ', "-");
        if tx.optional::<(MenuItemId,)>(used, args![&slug]).await?.is_some() {
            slug = format!("{slug}-{item}");
        }
        let insert = sql!(
            "insert into menu_items (org_id, id, category_id, name, description, allergens, active, version, slug, sort)
             select $1, $2, $3, $4, $5, $6, $7, $8 + 1, $9, coalesce(max(sort), -1) + 1
               from menu_items where org_id = $1 and category_id = $3"
        );
        let values = values.into_iter().chain(args![slug]).collect();
        tx.run(insert, values).await.map_err(|error| taken(error, &name))?;
        "add"
    };
    let before = replace_sizes(&mut tx, item, &sizes).await?;
    replace_modifiers(&mut tx, item, &form.modifiers).await?;
    let after = json!({ "name": name, "active": form.active, "allergens": allergens, "prices": told(&sizes) });
    let change = (id.map(|_| json!({ "prices": told(&before) })), Some(after));
    note_change(org, &mut tx, by, action, ("menu_item", item.to_string()), change).await?;
    tx.commit().await?;
    Ok(item)
}

/// The prices for the audit log.
fn told(sizes: &[SizeForm]) -> Value {
    sizes.iter().map(|size| json!({ "size": size.name, "price_minor": size.price_minor })).collect()
}

fn sizes(check: &mut Check, entered: &[SizeForm]) -> Vec<SizeForm> {
    let mut sizes: Vec<SizeForm> = Vec::new();
    for size in entered {
        let name = one_line(&size.name);
        if !PRICES.contains(&size.price_minor) {
            let message = if name.is_empty() { NO_PRICE.to_owned() } else { format!("{name}: {NO_PRICE}") };
            check.that(false, "sizes", &message);
        }
        check.that(name.chars().count() <= 40, "sizes", "Write at most 40 characters for the name of a size.");
        let double = sizes.iter().any(|other| other.name.eq_ignore_ascii_case(&name) && !name.is_empty());
        check.that(!double, "sizes", &format!("There are two sizes {name}."));
        sizes.push(SizeForm { name, ..size.clone() });
    }
    check.that(!sizes.is_empty(), "sizes", NO_PRICE);
    check.that(sizes.len() <= 8, "sizes", "An item has eight sizes at most.");
    let nameless = sizes.iter().any(|size| size.name.is_empty());
    check.that(sizes.len() < 2 || !nameless, "sizes", "Give each of the sizes a name, so that callers can choose.");
    sizes
}

/// Answers with the sizes as they were. A size that stays keeps its identifier.
async fn replace_sizes(tx: &mut OrgTx, item: MenuItemId, sizes: &[SizeForm]) -> Result<Vec<SizeForm>> {
    let known = sql!("select id, name, price_minor from item_sizes where org_id = $1 and item_id = $2 order by sort");
    let known: Vec<(ItemSizeId, String, i64)> = tx.all(known, args![item]).await?;
    let before: Vec<SizeForm> =
        known.into_iter().map(|(id, name, price_minor)| SizeForm { id: Some(id), name, price_minor }).collect();
    tx.run(sql!("delete from item_sizes where org_id = $1 and item_id = $2"), args![item]).await?;
    let mut kept: Vec<ItemSizeId> = Vec::new();
    for (sort, size) in (0_i64..).zip(sizes) {
        let own = size.id.filter(|id| before.iter().any(|known| known.id == Some(*id)) && !kept.contains(id));
        let id = own.unwrap_or_else(ItemSizeId::new);
        kept.push(id);
        let insert = sql!(
            "insert into item_sizes (org_id, id, item_id, name, price_minor, sort) values ($1, $2, $3, $4, $5, $6)"
        );
        tx.run(insert, args![id, item, &size.name, size.price_minor, sort]).await?;
    }
    Ok(before)
}

/// Those of another organisation, or deleted meanwhile, are left out.
async fn replace_modifiers(tx: &mut OrgTx, item: MenuItemId, modifiers: &[ModifierId]) -> Result<()> {
    tx.run(sql!("delete from item_modifiers where org_id = $1 and item_id = $2"), args![item]).await?;
    for modifier in modifiers {
        let insert = sql!(
            "insert into item_modifiers (org_id, item_id, modifier_id)
             select $1, $2, id from modifiers where org_id = $1 and id = $3 and deleted_at is null
             on conflict do nothing"
        );
        tx.run(insert, args![item, *modifier]).await?;
    }
    Ok(())
}
