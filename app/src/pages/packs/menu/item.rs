//! `/admin/{org}/menu/items/new` and `/{id}`: an item with its sizes, prices, allergens and extras.

use std::collections::BTreeMap;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    error::AppError,
    pages::{use_id, use_slug},
    ui::{
        Card, Choice, Control, Failure, FieldProblem, Page, Problem, SaveButton, SaveForm, SkeletonRows, TextArea,
        TextInput, Tick,
        form::{ticked, typed},
        refusal,
    },
    unsaved,
};

/// Sizes that the form has room for.
const SIZES: usize = 8;

/// An item in the editor.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ItemData {
    /// Empty for a new one.
    id: String,
    category: String,
    name: String,
    description: String,
    allergens: String,
    sizes: Vec<SizeLine>,
    active: bool,
    version: i64,
    /// The categories by identifier and name.
    categories: Vec<(String, String)>,
    /// Every extra by identifier and name, and whether it goes with the item.
    extras: Vec<(String, String, bool)>,
    currency: String,
    may_write: bool,
}

/// A row of the sizes, as it is entered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SizeLine {
    #[serde(default)]
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    price: String,
}

/// One item, or an empty one to fill.
#[server(prefix = "/rpc")]
pub async fn load_item(slug: String, id: Option<String>) -> Result<ItemData, AppError> {
    use crate::session;
    use backend::packs::menu::manage::{items, modifiers};

    let asking = session::member_with_pack(&slug, model::PackKey::Menu).await?;
    let org = &asking.org;
    let currency = backend::orgs::currency(org).await?;
    let menu = items::menu(org).await?;
    let extras = modifiers::list(org).await?;
    let mut data = ItemData {
        active: true,
        categories: menu.iter().map(|row| (row.id.to_string(), row.form.name.clone())).collect(),
        extras: extras.iter().map(|row| (row.id.to_string(), row.form.name.clone(), false)).collect(),
        currency: currency.sign().to_owned(),
        may_write: asking.member.role.allows(model::Role::Manager),
        ..ItemData::default()
    };
    let Some(id) = id else {
        session::member_with(&slug, model::Role::Manager).await?;
        return Ok(data);
    };
    let item = menu.into_iter().flat_map(|row| row.items).find(|item| item.id.to_string() == id);
    let form = item.ok_or_else(session::not_found)?.form;
    let size = |size: model::SizeForm| SizeLine {
        id: size.id.map(|id| id.to_string()).unwrap_or_default(),
        name: size.name,
        price: model::Money { minor: size.price_minor, currency }.written(),
    };
    for (extra, row) in data.extras.iter_mut().zip(extras) {
        extra.2 = form.modifiers.contains(&row.id);
    }
    Ok(ItemData {
        id,
        category: form.category_id.to_string(),
        name: form.name,
        description: form.description,
        allergens: form.allergens.join(", "),
        sizes: form.sizes.into_iter().map(size).collect(),
        active: form.active,
        version: form.version,
        ..data
    })
}

/// Before an extra's id in its field's name: a key that begins with a digit would be read as a place in a list.
const EXTRA: &str = "extra-";

/// Keeps an item; a new one where `id` is empty. Of `extras` only the keys count. An amount that cannot be read is no price.
#[server(prefix = "/rpc")]
pub async fn save_item(
    slug: String,
    #[server(default)] id: String,
    version: i64,
    #[server(default)] category_id: String,
    #[server(default)] name: String,
    #[server(default)] description: String,
    #[server(default)] allergens: String,
    #[server(default)] sizes: Vec<SizeLine>,
    #[server(default)] extras: BTreeMap<String, String>,
    #[server(default)] active: bool,
) -> Result<(), AppError> {
    use crate::session;

    let asking = session::member_with_pack(&slug, model::PackKey::Menu).await?;
    let known = if id.is_empty() { None } else { Some(id.parse().map_err(|_| session::not_found())?) };
    let size = |size: SizeLine| model::SizeForm {
        id: size.id.parse().ok(),
        price_minor: model::Money::read(&size.price).unwrap_or(-1),
        name: size.name,
    };
    let filled = sizes.into_iter().filter(|size| !size.name.trim().is_empty() || !size.price.trim().is_empty());
    let form = model::ItemForm {
        category_id: category_id
            .parse()
            .map_err(|_| backend::error::Error::field("category_id", "Choose one of the categories."))?,
        name,
        description,
        allergens: allergens.split(',').map(str::to_owned).collect(),
        sizes: filled.map(size).collect(),
        modifiers: extras.keys().filter_map(|key| key.strip_prefix(EXTRA)?.parse().ok()).collect(),
        active,
        version,
    };
    let saved = backend::packs::menu::manage::items::save(&asking.org, &asking.member, known, &form).await?;
    leptos_axum::redirect(&format!("/admin/{slug}/menu?saved={saved}.{}", version + 1));
    Ok(())
}

/// An empty item.
#[component]
pub fn NewItemPage() -> impl IntoView {
    view! { <Loaded id=Signal::stored(None) /> }
}

/// An item.
#[component]
pub fn ItemPage() -> impl IntoView {
    let id = use_id();
    view! { <Loaded id=Signal::derive(move || Some(id.get())) /> }
}

#[component]
fn Loaded(id: Signal<Option<String>>) -> impl IntoView {
    let slug = use_slug();
    let data = Resource::new_blocking(move || (slug.get(), id.get()), |(slug, id)| load_item(slug, id));
    view! {
        <Transition fallback=|| view! { <SkeletonRows /> }>
            {move || Suspend::new(async move {
                match data.await {
                    Ok(data) => view! { <Editor data slug=slug.get_untracked() /> }.into_any(),
                    Err(error) => view! { <Failure error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Editor(data: ItemData, slug: String) -> impl IntoView {
    let action = ServerAction::<SaveItem>::new();
    let error = refusal(action);
    let dirty = unsaved::guard();
    let back = format!("/admin/{slug}/menu");
    let actions = move || {
        view! {
            <a class="btn btn-sm" href=back.clone()>
                "The whole menu"
            </a>
        }
        .into_any()
    };
    let title = if data.id.is_empty() { "New item".to_owned() } else { data.name.clone() };
    let may_write = data.may_write;
    let hidden = vec![("slug", slug), ("id", data.id), ("version", data.version.to_string())];
    view! {
        <Page title lead="What callers hear when they ask for it." actions=actions.into()>
            <SaveForm action hidden dirty class="">
                <fieldset class="flex flex-col gap-5" disabled=!may_write>
                    <legend class="sr-only">"The item"</legend>
                    <Problem error />
                    <Card>
                        <div class="flex flex-col gap-4">
                            <div class="grid gap-4 sm:grid-cols-2">
                                <TextInput label="Name" name="name" value=data.name hint="As a caller asks for it" />
                                <Choice label="Category" name="category_id" options=data.categories chosen=data.category />
                            </div>
                            <TextArea
                                label="Description"
                                name="description"
                                value=data.description
                                rows=2
                                longest=400
                                optional=true
                                hint="A sentence or two, read aloud to callers who want to know more"
                            />
                            <TextInput
                                label="Allergens"
                                name="allergens"
                                value=data.allergens
                                hint="With commas between: milk, nuts, gluten. Callers with an allergy are told these."
                                optional=true
                            />
                            <Tick name="active" checked=data.active label="On the menu" hint="Without the tick callers are not told of it." />
                        </div>
                    </Card>
                    <Sizes sizes=data.sizes currency=data.currency />
                    <Extras extras=data.extras />
                    {may_write
                        .then(|| {
                            view! {
                                <div class="flex items-center justify-end gap-3">
                                    <SaveButton label="Save" dirty pending=action.pending() />
                                </div>
                            }
                        })}
                </fieldset>
            </SaveForm>
        </Page>
    }
    .into_any()
}

/// The sizes, and two rows more, so that one can be added without scripts.
#[component]
fn Sizes(sizes: Vec<SizeLine>, currency: String) -> impl IntoView {
    let of = Control::named("sizes");
    let (invalid, described) = (of.invalid(), of.described(false));
    let rows = (sizes.len() + 2).clamp(3, SIZES.max(sizes.len()));
    let rows = sizes.into_iter().chain(std::iter::repeat(SizeLine::default())).take(rows).enumerate();
    let rows = rows
        .map(|(at, size)| {
            let n = at + 1;
            let field = |name: &str, kept: String| typed(&format!("sizes[{at}][{name}]"), kept);
            view! {
                <li class="grid grid-cols-[minmax(0,3fr)_minmax(0,2fr)] gap-3">
                    <input type="hidden" name=format!("sizes[{at}][id]") value=field("id", size.id) />
                    <input
                        class="input w-full"
                        name=format!("sizes[{at}][name]")
                        value=field("name", size.name)
                        aria-label=format!("Size {n}: name")
                        aria-invalid=invalid
                        aria-describedby=described
                        maxlength="40"
                        autocomplete="off"
                    />
                    <label class="input w-full">
                        <span class="muted">{currency.clone()}</span>
                        <input
                            name=format!("sizes[{at}][price]")
                            value=field("price", size.price)
                            aria-label=format!("Size {n}: price")
                            aria-invalid=invalid
                            aria-describedby=described
                            inputmode="decimal"
                            maxlength="14"
                            autocomplete="off"
                        />
                    </label>
                </li>
            }
        })
        .collect_view();
    view! {
        <Card title="Sizes and prices">
            <p class="muted mb-3 text-sm">
                "The smallest first. Something of one size needs a price only. An empty row is left out."
            </p>
            <div class="muted mb-1 grid grid-cols-[minmax(0,3fr)_minmax(0,2fr)] gap-3 text-xs" aria-hidden="true">
                <span>"Size"</span>
                <span>"Price"</span>
            </div>
            <ol class="flex flex-col gap-2">{rows}</ol>
            <FieldProblem of />
        </Card>
    }
    .into_any()
}

#[component]
fn Extras(extras: Vec<(String, String, bool)>) -> impl IntoView {
    if extras.is_empty() {
        return ().into_any();
    }
    let boxes = extras
        .into_iter()
        .map(|(id, name, goes)| {
            let field = format!("extras[{EXTRA}{id}]");
            let goes = ticked(&field, goes);
            view! {
                <label class="flex items-center gap-2">
                    <input class="checkbox checkbox-sm" type="checkbox" name=field value="on" checked=goes />
                    {name}
                </label>
            }
        })
        .collect_view();
    view! {
        <Card title="Extras">
            <fieldset class="grid gap-2 sm:grid-cols-2 lg:grid-cols-3">
                <legend class="muted mb-3 text-sm">"What callers can add to it or change"</legend>
                {boxes}
            </fieldset>
        </Card>
    }
    .into_any()
}
