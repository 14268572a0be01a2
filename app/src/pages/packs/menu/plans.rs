//! `/admin/{org}/menu/plans`: subscriptions.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::{MenuPart, PlanPeriod};
use serde::{Deserialize, Serialize};

use super::part::{DeleteButton, Deleted, MenuTabs, Order, Places, View};
use crate::{
    error::AppError,
    fresh,
    pages::use_slug,
    ui::{
        Badge, Card, Choice, EmptyState, Failure, Glyph, Page, Problem, SaveForm, SkeletonRows, TextArea, TextInput,
        Tick, Toasts, Tone, form::is_returned, refusal,
    },
    words,
};

/// The subscriptions as staff see them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlansData {
    plans: Vec<PlanLine>,
    currency: String,
    may_write: bool,
}

/// A subscription in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanLine {
    /// Empty for a new one.
    id: String,
    name: String,
    description: String,
    /// As people write it: `16.00`.
    price: String,
    period: PlanPeriod,
    active: bool,
    version: i64,
}

/// Every subscription.
#[server(prefix = "/rpc")]
pub async fn load_plans(slug: String) -> Result<PlansData, AppError> {
    let asking = crate::session::member_with_pack(&slug, model::PackKey::Menu).await?;
    let currency = backend::orgs::currency(&asking.org).await?;
    let plan = |row: model::PlanRow| PlanLine {
        id: row.id.to_string(),
        name: row.form.name,
        description: row.form.description,
        price: model::Money { minor: row.form.price_minor, currency }.written(),
        period: row.form.period,
        active: row.form.active,
        version: row.form.version,
    };
    let rows = backend::packs::menu::manage::plans::list(&asking.org).await?;
    Ok(PlansData {
        plans: rows.into_iter().map(plan).collect(),
        currency: currency.sign().to_owned(),
        may_write: asking.member.role.allows(model::Role::Manager),
    })
}

/// Keeps a subscription; a new one where `id` is empty. An amount that cannot be read is no price.
#[server(prefix = "/rpc")]
pub async fn save_plan(
    slug: String,
    #[server(default)] id: String,
    version: i64,
    #[server(default)] name: String,
    #[server(default)] description: String,
    #[server(default)] price: String,
    period: PlanPeriod,
    #[server(default)] active: bool,
) -> Result<(), AppError> {
    use crate::session;

    let asking = session::member_with_pack(&slug, model::PackKey::Menu).await?;
    let known = if id.is_empty() { None } else { Some(id.parse().map_err(|_| session::not_found())?) };
    let price_minor = model::Money::read(&price).unwrap_or(-1);
    let form = model::PlanForm { name, description, price_minor, period, active, version };
    backend::packs::menu::manage::plans::save(&asking.org, &asking.member, known, &form).await?;
    Ok(())
}

/// The subscriptions.
#[component]
pub fn PlansPage() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    let deleted = Memo::new(move |_| query.read().get("deleted"));
    let data = Resource::new_blocking(move || (slug.get(), deleted.get()), |(slug, _)| load_plans(slug));
    let order = Order::provide(data);
    let save = ServerAction::<SavePlan>::new();
    fresh::reload_after(save, data, "#menu");
    let toasts = Toasts::here();
    Effect::new(move |_| {
        if let Some(Ok(())) = save.value().get() {
            toasts.say("Saved. The next caller who asks hears it.");
        }
    });
    view! {
        <Page title="Subscriptions" lead="Plans that callers can hear about: what comes with them, what they cost, how often.">
            <MenuTabs slug current=View::Plans />
            <Deleted />
            <Problem error=order.refusal() />
            <Problem error=refusal(save) />
            <Transition fallback=|| view! { <SkeletonRows /> }>
                {move || Suspend::new(async move {
                    match data.await {
                        Ok(data) => view! { <Plans data slug=slug.get_untracked() save /> }.into_any(),
                        Err(error) => view! { <Failure error /> }.into_any(),
                    }
                })}
            </Transition>
        </Page>
    }
    .into_any()
}

#[component]
fn Plans(data: PlansData, slug: String, save: ServerAction<SavePlan>) -> impl IntoView {
    let PlansData { plans, currency, may_write } = data;
    let count = plans.len();
    let empty = plans.is_empty().then(|| {
        let hint = "Add a plan, for instance a bag of beans each month. Callers who ask for subscriptions hear of it.";
        view! { <EmptyState glyph=Glyph::Cup title="No subscriptions yet" hint /> }
    });
    let rows = plans
        .into_iter()
        .enumerate()
        .map(|(at, plan)| {
            let (slug, currency) = (slug.clone(), currency.clone());
            view! { <Row plan at count slug currency save may_write /> }
        })
        .collect_view();
    let new = may_write.then(|| {
        let plan = PlanLine {
            id: String::new(),
            name: String::new(),
            description: String::new(),
            price: String::new(),
            period: PlanPeriod::Month,
            active: true,
            version: 0,
        };
        view! {
            <Card title="New subscription">
                <Fields plan slug=slug.clone() currency=currency.clone() save />
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
    plan: PlanLine,
    at: usize,
    count: usize,
    slug: String,
    currency: String,
    save: ServerAction<SavePlan>,
    may_write: bool,
) -> impl IntoView {
    let PlanLine { id, name, description, price, period, active, .. } = plan.clone();
    let own = id.clone();
    let off = (!active).then(|| view! { <Badge text="Not offered" tone=Tone::Plain /> });
    let tools = may_write.then(|| {
        view! {
            <div class="flex items-center">
                <Places slug=slug.clone() part=MenuPart::Plan id=id.clone() name=name.clone() at count />
                <DeleteButton slug=slug.clone() part=MenuPart::Plan id=id name=name.clone() />
            </div>
        }
    });
    let open = is_returned::<SavePlan>(&[("id", own)]);
    let change = may_write.then(|| {
        let label = format!("Change {name}");
        view! {
            <details class="w-full text-sm" open=open>
                <summary class="link cursor-pointer" aria-label=label>
                    "Change"
                </summary>
                <div class="pt-3 pb-2">
                    <Fields plan slug=slug.clone() currency=currency.clone() save />
                </div>
            </details>
        }
    });
    let cost = format!("{currency}{price} {}", words::period(period).to_lowercase());
    view! {
        <li class="flex flex-wrap items-center gap-x-3 px-4 py-2 sm:px-5">
            <div class="min-w-0 flex-1">
                <span class="font-medium">{name}</span>
                " "
                {off}
                <span class="muted block text-sm">{description}</span>
                <span class="muted block text-sm tabular-nums">{cost}</span>
            </div>
            {tools}
            {change}
        </li>
    }
    .into_any()
}

#[component]
fn Fields(plan: PlanLine, slug: String, currency: String, save: ServerAction<SavePlan>) -> impl IntoView {
    let PlanLine { id, name, description, price, period, active, version } = plan;
    let key = if id.is_empty() { "new".to_owned() } else { id.clone() };
    let hidden = vec![("slug", slug), ("id", id), ("version", version.to_string())];
    let periods = PlanPeriod::ALL.iter().map(|it| (it.as_str().to_owned(), words::period(*it).to_owned())).collect();
    view! {
        <SaveForm action=save hidden key class="flex flex-col gap-3">
            <div class="grid gap-3 sm:grid-cols-[2fr_1fr_1fr]">
                <TextInput label="Name" name="name" value=name longest=80 />
                <TextInput label=format!("Price ({currency})") name="price" value=price keys="decimal" longest=14 />
                <Choice label="Paid" name="period" options=periods chosen=period.as_str() />
            </div>
            <TextArea label="What comes with it" name="description" value=description rows=2 longest=400 optional=true />
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
