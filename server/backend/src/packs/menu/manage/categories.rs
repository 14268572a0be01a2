//! Categories.

use model::{CategoryForm, Member, MenuCategoryId, Role};
use serde_json::json;

use super::{Check, already, missed, note, taken};
use crate::{
    args,
    error::{Result, require},
    org::Org,
    packs::heard,
    sql,
};

/// Saves a category: a new one at the end where `id` is none, else an edit of version `form.version`.
pub async fn save(org: &Org, by: &Member, id: Option<MenuCategoryId>, form: &CategoryForm) -> Result<MenuCategoryId> {
    require(by.role, Role::Manager)?;
    let mut check = Check::default();
    let name = check.text(&form.name, "name", 60, "Write what the category is called, for instance Pastries.");
    check.done()?;
    let category = id.unwrap_or_else(MenuCategoryId::new);
    let mut tx = org.begin().await?;
    let same = sql!(
        "select id from menu_categories
          where org_id = $1 and lower(name) = lower($2) and id <> $3 and deleted_at is null"
    );
    if tx.optional::<(MenuCategoryId,)>(same, args![&name, category]).await?.is_some() {
        return Err(already(&name));
    }
    let action = if id.is_some() {
        let update = sql!(
            "update menu_categories set name = $3, version = version + 1
              where org_id = $1 and id = $2 and version = $4 and deleted_at is null"
        );
        if tx.run(update, args![category, &name, form.version]).await? == 0 {
            let known = sql!("select id from menu_categories where org_id = $1 and id = $2 and deleted_at is null");
            return Err(missed(tx.optional::<(MenuCategoryId,)>(known, args![category]).await?.is_some()));
        }
        "edit"
    } else {
        let used = sql!("select id from menu_categories where org_id = $1 and slug = $2");
        let mut slug = heard::plain(&name).replace(' ', "-");
        if tx.optional::<(MenuCategoryId,)>(used, args![&slug]).await?.is_some() {
            slug = format!("{slug}-{category}");
        }
        let insert = sql!(
            "insert into menu_categories (org_id, id, slug, name, version, sort)
             select $1, $2, $3, $4, 1, coalesce(max(sort), -1) + 1 from menu_categories where org_id = $1"
        );
        tx.run(insert, args![category, slug, &name]).await.map_err(|error| taken(error, &name))?;
        "add"
    };
    note(org, &mut tx, by, action, ("menu_category", category.to_string()), Some(json!({ "name": name }))).await?;
    tx.commit().await?;
    Ok(category)
}
