//! `/admin/{org}/menu`: categories with their items and prices, in the order in which callers hear them.

pub mod extras;
pub mod item;
mod part;
pub mod plans;
pub mod prices;
mod section;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use crate::{
    error::AppError,
    format, fresh,
    pages::use_slug,
    ui::{Card, EmptyState, Failure, Glyph, Icon, Page, Problem, SaveForm, SkeletonRows, TextInput, Toasts, refusal},
};
use part::{Deleted, MenuTabs, Order, View};
use section::Section;

/// The menu as staff see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MenuData {
    categories: Vec<CategoryLine>,
    may_write: bool,
}

/// A category in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CategoryLine {
    id: String,
    name: String,
    version: i64,
    items: Vec<ItemLine>,
}

/// An item in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemLine {
    id: String,
    name: String,
    /// "Small $4.00 · Large $5.00".
    prices: String,
    allergens: String,
    active: bool,
}

/// The whole menu.
#[server(prefix = "/rpc")]
pub async fn load_menu(slug: String) -> Result<MenuData, AppError> {
    use backend::packs::menu::manage::items;

    let asking = crate::session::member_with_pack(&slug, model::PackKey::Menu).await?;
    let currency = backend::orgs::currency(&asking.org).await?;
    let price = |size: &model::SizeForm| {
        let price = model::Money { minor: size.price_minor, currency };
        if size.name.is_empty() { price.to_string() } else { format!("{} {price}", size.name) }
    };
    let item = |item: model::ItemRow| ItemLine {
        id: item.id.to_string(),
        name: item.form.name,
        prices: item.form.sizes.iter().map(price).collect::<Vec<_>>().join(" · "),
        allergens: item.form.allergens.join(", "),
        active: item.form.active,
    };
    let category = |row: model::CategoryRow| CategoryLine {
        id: row.id.to_string(),
        name: row.form.name,
        version: row.form.version,
        items: row.items.into_iter().map(item).collect(),
    };
    let menu = items::menu(&asking.org).await?;
    Ok(MenuData {
        categories: menu.into_iter().map(category).collect(),
        may_write: asking.member.role.allows(model::Role::Manager),
    })
}

/// Keeps a category; a new one where `id` is empty.
#[server(prefix = "/rpc")]
pub async fn save_category(
    slug: String,
    #[server(default)] id: String,
    version: i64,
    #[server(default)] name: String,
) -> Result<(), AppError> {
    use crate::session;

    let asking = session::member_with_pack(&slug, model::PackKey::Menu).await?;
    let known = if id.is_empty() { None } else { Some(id.parse().map_err(|_| session::not_found())?) };
    let form = model::CategoryForm { name, version };
    backend::packs::menu::manage::categories::save(&asking.org, &asking.member, known, &form).await?;
    Ok(())
}

/// The menu.
#[component]
pub fn MenuPage() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    // Part of the source, so that the page shows what was done.
    let done = Memo::new(move |_| {
        let query = query.read();
        ["deleted", "saved", "changed"].map(|key| query.get(key).unwrap_or_default())
    });
    let data = Resource::new_blocking(move || (slug.get(), done.get()), |(slug, _)| load_menu(slug));
    let toasts = Toasts::here();
    Effect::new(move |_| {
        let [_, saved, changed] = done.get();
        if !saved.is_empty() {
            toasts.say("Saved. The next caller who asks hears it.");
        }
        if let Ok(prices) = changed.parse() {
            toasts.say(format!("{} changed.", format::count(prices, "price has", "prices have")));
        }
    });
    let order = Order::provide(data);
    let save = ServerAction::<SaveCategory>::new();
    fresh::reload_after(save, data, "#menu");
    let actions = move || {
        view! {
            <Transition>
                {move || Suspend::new(async move {
                    data.await
                        .is_ok_and(|data| data.may_write && !data.categories.is_empty())
                        .then(|| {
                            view! {
                                <a class="btn btn-primary" href=format!("/admin/{}/menu/items/new", slug.get_untracked())>
                                    <Icon glyph=Glyph::Plus class="size-4" />
                                    "New item"
                                </a>
                            }
                        })
                })}
            </Transition>
        }
        .into_any()
    };
    view! {
        <Page
            title="Menu"
            lead="What the assistant offers and what it costs, in the order callers hear it. A change counts from the next question on."
            actions=actions.into()
        >
            <MenuTabs slug current=View::Menu />
            <Deleted />
            <Problem error=order.refusal() />
            <Problem error=refusal(save) />
            <Transition fallback=|| view! { <SkeletonRows /> }>
                {move || Suspend::new(async move {
                    match data.await {
                        Ok(data) => view! { <Categories data slug=slug.get_untracked() save /> }.into_any(),
                        Err(error) => view! { <Failure error /> }.into_any(),
                    }
                })}
            </Transition>
        </Page>
    }
    .into_any()
}

#[component]
fn Categories(data: MenuData, slug: String, save: ServerAction<SaveCategory>) -> impl IntoView {
    let may_write = data.may_write;
    let empty = data.categories.is_empty().then(|| {
        let hint = "Add a category, for instance Coffee or Pastries. Then put what you sell into it.";
        view! {
            <Card class="">
                <EmptyState glyph=Glyph::Cup title="Nothing on the menu yet" hint />
            </Card>
        }
    });
    let count = data.categories.len();
    let sections = data
        .categories
        .into_iter()
        .enumerate()
        .map(|(at, category)| view! { <Section category at count slug=slug.clone() save may_write /> })
        .collect_view();
    view! {
        <div id="menu" class="flex flex-col gap-5">
            {empty} {sections} {may_write.then(|| view! { <NewCategory slug save /> })}
        </div>
    }
    .into_any()
}

#[component]
fn NewCategory(slug: String, save: ServerAction<SaveCategory>) -> impl IntoView {
    let hidden = vec![("slug", slug), ("id", String::new()), ("version", "0".to_owned())];
    view! {
        <Card title="New category">
            <SaveForm action=save hidden key="new" class="flex items-start gap-2">
                <div class="min-w-0 flex-1">
                    <TextInput label="Name of the new category" name="name" example="Pastries" longest=60 />
                </div>
                <button class="btn mt-6.5" type="submit">
                    <Icon glyph=Glyph::Plus class="size-4" />
                    "Add"
                </button>
            </SaveForm>
        </Card>
    }
    .into_any()
}
