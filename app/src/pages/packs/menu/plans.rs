//! `/admin/{org}/menu/plans`: subscriptions.

use leptos::{form::ActionForm, prelude::*};
use leptos_router::hooks::use_query_map;
use model::{MenuPart, PlanPeriod};
use serde::{Deserialize, Serialize};

use super::part::{DeleteButton, Deleted, MenuTabs, Order, Places, View};
use crate::{
    error::AppError,
    format::raw_text,
    fresh,
    pages::use_slug,
    ui::{
        Badge, Card, EmptyState, Failure, Field, FieldProblem, Glyph, Page, Problem, SkeletonRows, Toasts, Tone,
        refusal,
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
    let description = description.replace("\r\n", "\n");
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
    let sent = RwSignal::new(None::<String>);
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
            view! { <Row plan at count slug currency save sent may_write /> }
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
                <Fields plan slug=slug.clone() currency=currency.clone() save sent />
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
    sent: RwSignal<Option<String>>,
    may_write: bool,
) -> impl IntoView {
    let PlanLine { id, name, description, price, period, active, .. } = plan.clone();
    let off = (!active).then(|| view! { <Badge text="Not offered" tone=Tone::Plain /> });
    let tools = may_write.then(|| {
        view! {
            <div class="flex items-center">
                <Places slug=slug.clone() part=MenuPart::Plan id=id.clone() name=name.clone() at count />
                <DeleteButton slug=slug.clone() part=MenuPart::Plan id=id name=name.clone() />
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
                    <Fields plan slug=slug.clone() currency=currency.clone() save sent />
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
fn Fields(
    plan: PlanLine,
    slug: String,
    currency: String,
    save: ServerAction<SavePlan>,
    sent: RwSignal<Option<String>>,
) -> impl IntoView {
    let PlanLine { id, name, description, price, period: chosen, active, version } = plan;
    // The form that was sent shows what is wrong with it.
    let (own, refused) = (id.clone(), refusal(save));
    let error = Signal::derive(move || refused.get().filter(|_| sent.read().as_ref() == Some(&own)));
    let sending = id.clone();
    let key = StoredValue::new(if id.is_empty() { "new".to_owned() } else { id.clone() });
    let of = move |field: &str| key.with_value(|key| format!("{field}-{key}"));
    let option = |period: &PlanPeriod| {
        view! {
            <option value=period.as_str() selected=*period == chosen>
                {words::period(*period)}
            </option>
        }
    };
    let periods = PlanPeriod::ALL.iter().map(option).collect_view();
    view! {
        <ActionForm action=save on:submit:capture=move |_| sent.set(Some(sending.clone()))>
            <div class="flex flex-col gap-3">
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="id" value=id />
                <input type="hidden" name="version" value=version.to_string() />
                <div class="grid gap-3 sm:grid-cols-[2fr_1fr_1fr]">
                    <Field label="Name" id=of("name")>
                        <input class="input w-full" id=of("name") name="name" value=name maxlength="80" autocomplete="off" required />
                        <FieldProblem error name="name" />
                    </Field>
                    <Field label=format!("Price ({currency})") id=of("price")>
                        <input class="input w-full" id=of("price") name="price" value=price inputmode="decimal" maxlength="14" autocomplete="off" required />
                        <FieldProblem error name="price" />
                    </Field>
                    <Field label="Paid" id=of("period")>
                        <select class="select w-full" id=of("period") name="period">
                            {periods}
                        </select>
                    </Field>
                </div>
                <Field label="What comes with it" id=of("description")>
                    <textarea class="textarea w-full" id=of("description") name="description" rows="2" maxlength="400">
                        {raw_text(description)}
                    </textarea>
                    <FieldProblem error name="description" />
                </Field>
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
