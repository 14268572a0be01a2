//! `/admin/{org}/menu/extras`: what can be added to items or changed.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::MenuPart;
use serde::{Deserialize, Serialize};

use super::part::{DeleteButton, Deleted, MenuTabs, Order, Places, View};
use crate::{
    error::AppError,
    fresh,
    pages::use_slug,
    ui::{
        Badge, Card, EmptyState, Failure, Glyph, Page, Problem, SaveForm, SkeletonRows, TextInput, Tick, Toasts, Tone,
        form::is_returned, refusal,
    },
};

/// The extras as staff see them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExtrasData {
    extras: Vec<ExtraLine>,
    currency: String,
    may_write: bool,
}

/// An extra in the list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExtraLine {
    /// Empty for a new one.
    id: String,
    name: String,
    /// As people write it: `0.80`.
    price: String,
    allergens: String,
    active: bool,
    version: i64,
}

/// Every extra.
#[server(prefix = "/rpc")]
pub async fn load_extras(slug: String) -> Result<ExtrasData, AppError> {
    let asking = crate::session::member_with_pack(&slug, model::PackKey::Menu).await?;
    let currency = backend::orgs::currency(&asking.org).await?;
    let extra = |row: model::ModifierRow| ExtraLine {
        id: row.id.to_string(),
        name: row.form.name,
        price: model::Money { minor: row.form.price_minor, currency }.written(),
        allergens: row.form.allergens.join(", "),
        active: row.form.active,
        version: row.form.version,
    };
    let rows = backend::packs::menu::manage::modifiers::list(&asking.org).await?;
    Ok(ExtrasData {
        extras: rows.into_iter().map(extra).collect(),
        currency: currency.sign().to_owned(),
        may_write: asking.member.role.allows(model::Role::Manager),
    })
}

/// Keeps an extra; a new one where `id` is empty. An amount that cannot be read is no price.
#[server(prefix = "/rpc")]
pub async fn save_extra(
    slug: String,
    #[server(default)] id: String,
    version: i64,
    #[server(default)] name: String,
    #[server(default)] price: String,
    #[server(default)] allergens: String,
    #[server(default)] active: bool,
) -> Result<(), AppError> {
    use crate::session;

    let asking = session::member_with_pack(&slug, model::PackKey::Menu).await?;
    let known = if id.is_empty() { None } else { Some(id.parse().map_err(|_| session::not_found())?) };
    let form = model::ModifierForm {
        name,
        price_minor: model::Money::read(&price).unwrap_or(-1),
        allergens: allergens.split(',').map(str::to_owned).collect(),
        active,
        version,
    };
    backend::packs::menu::manage::modifiers::save(&asking.org, &asking.member, known, &form).await?;
    Ok(())
}

/// The extras.
#[component]
pub fn ExtrasPage() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    let deleted = Memo::new(move |_| query.read().get("deleted"));
    let data = Resource::new_blocking(move || (slug.get(), deleted.get()), |(slug, _)| load_extras(slug));
    let order = Order::provide(data);
    let save = ServerAction::<SaveExtra>::new();
    fresh::reload_after(save, data, "#menu");
    let toasts = Toasts::here();
    Effect::new(move |_| {
        if let Some(Ok(())) = save.value().get() {
            toasts.say("Saved. The next caller who asks hears it.");
        }
    });
    view! {
        <Page title="Extras" lead="What callers can add to an item or change: milks, syrups, an extra shot. Each item says which ones go with it.">
            <MenuTabs slug current=View::Extras />
            <Deleted />
            <Problem error=order.refusal() />
            <Problem error=refusal(save) />
            <Transition fallback=|| view! { <SkeletonRows /> }>
                {move || Suspend::new(async move {
                    match data.await {
                        Ok(data) => view! { <Extras data slug=slug.get_untracked() save /> }.into_any(),
                        Err(error) => view! { <Failure error /> }.into_any(),
                    }
                })}
            </Transition>
        </Page>
    }
    .into_any()
}

#[component]
fn Extras(data: ExtrasData, slug: String, save: ServerAction<SaveExtra>) -> impl IntoView {
    let ExtrasData { extras, currency, may_write } = data;
    let count = extras.len();
    let empty = extras.is_empty().then(|| {
        let hint = "Add what callers ask for with an item, for instance oat milk.";
        view! { <EmptyState glyph=Glyph::Cup title="No extras yet" hint /> }
    });
    let rows = extras
        .into_iter()
        .enumerate()
        .map(|(at, extra)| {
            let (slug, currency) = (slug.clone(), currency.clone());
            view! { <Row extra at count slug currency save may_write /> }
        })
        .collect_view();
    let new = may_write.then(|| {
        let extra = ExtraLine { active: true, ..ExtraLine::default() };
        view! {
            <Card title="New extra">
                <Fields extra slug=slug.clone() currency=currency.clone() save />
            </Card>
        }
    });
    view! {
        <div id="menu" class="flex flex-col gap-5">
            <Card class="">{empty} <ul class="divide-y divide-base-300">{rows}</ul></Card>
            {new}
        </div>
    }
    .into_any()
}

#[component]
fn Row(
    extra: ExtraLine,
    at: usize,
    count: usize,
    slug: String,
    currency: String,
    save: ServerAction<SaveExtra>,
    may_write: bool,
) -> impl IntoView {
    let ExtraLine { id, name, price, allergens, active, .. } = extra.clone();
    let own = id.clone();
    let off = (!active).then(|| view! { <Badge text="Not offered" tone=Tone::Plain /> });
    let contains = (!allergens.is_empty())
        .then(|| view! { <span class="muted block text-xs">{format!("Contains {allergens}")}</span> });
    let tools = may_write.then(|| {
        view! {
            <div class="flex items-center">
                <Places slug=slug.clone() part=MenuPart::Modifier id=id.clone() name=name.clone() at count />
                <DeleteButton slug=slug.clone() part=MenuPart::Modifier id=id name=name.clone() />
            </div>
        }
    });
    let open = is_returned::<SaveExtra>(&[("id", own)]);
    let change = may_write.then(|| {
        let label = format!("Change {name}");
        view! {
            <details class="w-full text-sm" open=open>
                <summary class="link cursor-pointer" aria-label=label>
                    "Change"
                </summary>
                <div class="pt-3 pb-2">
                    <Fields extra slug=slug.clone() currency=currency.clone() save />
                </div>
            </details>
        }
    });
    view! {
        <li class="flex flex-wrap items-center gap-x-3 px-4 py-2 sm:px-5">
            <div class="min-w-0 flex-1">
                <span class="font-medium">{name}</span>
                " "
                {off}
                {contains}
            </div>
            <span class="muted text-sm tabular-nums">{format!("{currency}{price}")}</span>
            {tools}
            {change}
        </li>
    }
    .into_any()
}

#[component]
fn Fields(extra: ExtraLine, slug: String, currency: String, save: ServerAction<SaveExtra>) -> impl IntoView {
    let ExtraLine { id, name, price, allergens, active, version } = extra;
    let key = if id.is_empty() { "new".to_owned() } else { id.clone() };
    let hidden = vec![("slug", slug), ("id", id), ("version", version.to_string())];
    view! {
        <SaveForm action=save hidden key class="flex flex-col gap-3">
            <div class="grid gap-3 sm:grid-cols-[2fr_1fr_2fr]">
                <TextInput label="Name" name="name" value=name longest=60 />
                <TextInput label=format!("Price ({currency})") name="price" value=price keys="decimal" longest=14 />
                <TextInput label="Allergens, with commas between" name="allergens" value=allergens optional=true />
            </div>
            <div class="flex items-center justify-between gap-3">
                <Tick name="active" checked=active label="Offered" class="checkbox checkbox-sm" />
                <button class="btn btn-primary btn-sm" type="submit">
                    {if version == 0 { "Add" } else { "Save" }}
                </button>
            </div>
        </SaveForm>
    }
    .into_any()
}
