//! `/admin/{org}/menu/extras`: what can be added to items or changed.

use leptos::{form::ActionForm, prelude::*};
use leptos_router::hooks::use_query_map;
use model::MenuPart;
use serde::{Deserialize, Serialize};

use super::part::{DeleteButton, Deleted, MenuTabs, Order, Places, View};
use crate::{
    error::AppError,
    fresh,
    pages::use_slug,
    ui::{
        Badge, Card, EmptyState, Failure, Field, FieldProblem, Glyph, Page, Problem, SkeletonRows, Toasts, Tone,
        refusal,
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
    let sent = RwSignal::new(None::<String>);
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
            view! { <Row extra at count slug currency save sent may_write /> }
        })
        .collect_view();
    let new = may_write.then(|| {
        let extra = ExtraLine { active: true, ..ExtraLine::default() };
        view! {
            <Card title="New extra">
                <Fields extra slug=slug.clone() currency=currency.clone() save sent />
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
    sent: RwSignal<Option<String>>,
    may_write: bool,
) -> impl IntoView {
    let ExtraLine { id, name, price, allergens, active, .. } = extra.clone();
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
    let change = may_write.then(|| {
        let label = format!("Change {name}");
        view! {
            <details class="w-full text-sm">
                <summary class="link cursor-pointer" aria-label=label>
                    "Change"
                </summary>
                <div class="pt-3 pb-2">
                    <Fields extra slug=slug.clone() currency=currency.clone() save sent />
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
fn Fields(
    extra: ExtraLine,
    slug: String,
    currency: String,
    save: ServerAction<SaveExtra>,
    sent: RwSignal<Option<String>>,
) -> impl IntoView {
    let ExtraLine { id, name, price, allergens, active, version } = extra;
    // The form that was sent shows what is wrong with it.
    let (own, refused) = (id.clone(), refusal(save));
    let error = Signal::derive(move || refused.get().filter(|_| sent.read().as_ref() == Some(&own)));
    let sending = id.clone();
    let key = StoredValue::new(if id.is_empty() { "new".to_owned() } else { id.clone() });
    let of = move |field: &str| key.with_value(|key| format!("{field}-{key}"));
    view! {
        <ActionForm action=save on:submit:capture=move |_| sent.set(Some(sending.clone()))>
            <div class="flex flex-col gap-3">
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="id" value=id />
                <input type="hidden" name="version" value=version.to_string() />
                <div class="grid gap-3 sm:grid-cols-[2fr_1fr_2fr]">
                    <Field label="Name" id=of("name")>
                        <input class="input w-full" id=of("name") name="name" value=name maxlength="60" autocomplete="off" required />
                        <FieldProblem error name="name" />
                    </Field>
                    <Field label=format!("Price ({currency})") id=of("price")>
                        <input class="input w-full" id=of("price") name="price" value=price inputmode="decimal" maxlength="14" autocomplete="off" required />
                        <FieldProblem error name="price" />
                    </Field>
                    <Field label="Allergens, with commas between" id=of("allergens")>
                        <input class="input w-full" id=of("allergens") name="allergens" value=allergens autocomplete="off" />
                        <FieldProblem error name="allergens" />
                    </Field>
                </div>
                <div class="flex items-center justify-between gap-3">
                    <label class="flex items-center gap-2">
                        <input class="checkbox checkbox-sm" type="checkbox" name="active" value="true" checked=active />
                        "Offered"
                    </label>
                    <button class="btn btn-primary btn-sm" type="submit">
                        {if version == 0 { "Add" } else { "Save" }}
                    </button>
                </div>
            </div>
        </ActionForm>
    }
    .into_any()
}
