//! The tickets of an event: kinds, prices, and how many are sold, held and left.

use leptos::{form::ActionForm, prelude::*};
use serde::{Deserialize, Serialize};

use super::{Keep, Line, NewRecord, Record, SeatBar, TakeAway, after, fold_up, when_sold, written};
use crate::{
    error::AppError,
    ui::{Card, Problem, Toasts, refusal},
};

const GROUP: &str = "tiers";

/// The tickets of an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TiersData {
    tiers: Vec<model::TierRow>,
    sign: String,
    may_write: bool,
}

/// The tickets of an event.
#[server(prefix = "/rpc")]
pub async fn load_tiers(slug: String, event: String) -> Result<TiersData, AppError> {
    let asking = super::asking(&slug).await?;
    Ok(TiersData {
        tiers: backend::packs::events::manage::tiers::list(&asking.org, super::named(&event)?).await?,
        sign: backend::orgs::currency(&asking.org).await?.sign().to_owned(),
        may_write: asking.member.role.allows(model::Role::Manager),
    })
}

/// Keeps a kind of ticket; a new one where `id` is empty.
#[server(prefix = "/rpc")]
pub async fn save_tier(
    slug: String,
    event: String,
    #[server(default)] id: String,
    version: i64,
    sort: i64,
    kind: String,
    #[server(default)] description: String,
    price: String,
    gate_price: String,
    capacity: String,
) -> Result<(), AppError> {
    let asking = super::asking(&slug).await?;
    let form = model::TierForm {
        kind,
        description,
        price_minor: super::amount(&price, "Price in advance")?,
        gate_price_minor: super::amount(&gate_price, "Price at the gate")?,
        capacity: super::number(&capacity, "How many there are")?,
        sort,
        version,
    };
    let (event, id) = (super::named(&event)?, super::known(&id)?);
    backend::packs::events::manage::tiers::save(&asking.org, &asking.member, event, id, &form).await?;
    Ok(())
}

/// Takes a kind of ticket away of which none was ordered.
#[server(prefix = "/rpc")]
pub async fn delete_tier(slug: String, event: String, id: String) -> Result<model::TierForm, AppError> {
    let asking = super::asking(&slug).await?;
    let (event, id) = (super::named(&event)?, super::named(&id)?);
    Ok(backend::packs::events::manage::tiers::delete(&asking.org, &asking.member, event, id).await?)
}

/// The tickets of an event.
#[component]
pub fn Tiers(slug: Memo<String>, event: Memo<String>) -> impl IntoView {
    let data = Resource::new_blocking(move || (slug.get(), event.get()), |(slug, event)| load_tiers(slug, event));
    let save = ServerAction::<SaveTier>::new();
    let delete = ServerAction::<DeleteTier>::new();
    let toasts = Toasts::here();
    let again = Callback::new(move |form: model::TierForm| {
        save.dispatch(SaveTier {
            slug: slug.get_untracked(),
            event: event.get_untracked(),
            id: String::new(),
            version: 0,
            sort: form.sort,
            price: written(form.price_minor),
            gate_price: written(form.gate_price_minor),
            capacity: form.capacity.to_string(),
            kind: form.kind,
            description: form.description,
        });
    });
    after(save, move |()| {
        fold_up(GROUP);
        toasts.say("Saved. The next caller who asks hears it.");
        data.refetch();
    });
    after(delete, move |form| {
        fold_up(GROUP);
        data.refetch();
        let text = format!("The {} tickets are deleted.", form.kind);
        toasts.say_with_undo(text, Callback::new(move |()| again.run(form.clone())));
    });
    when_sold(slug, move || data.refetch());
    let (kept, deleted) = (refusal(save), refusal(delete));
    let error = Signal::derive(move || kept.get().or_else(|| deleted.get()));
    view! {
        <Card title="Tickets" class="">
            <Problem error />
            <Transition fallback=|| view! { <div class="skeleton m-4 h-12"></div> }>
                {move || Suspend::new(async move {
                    data.await.ok().map(|data| {
                        let may_write = data.may_write;
                        let (slug, event) = (slug.get_untracked(), event.get_untracked());
                        let next = data.tiers.iter().map(|tier| tier.form.sort + 1).max().unwrap_or(1);
                        let none = data.tiers.is_empty().then(|| view! {
                            <li class="muted px-4 py-3 text-sm sm:px-5">"No tickets yet: callers can hear of the event, but not buy."</li>
                        });
                        let sign = data.sign;
                        let rows = data.tiers.into_iter().map(|tier| {
                            view! { <Tier tier sign=sign.clone() slug=slug.clone() event=event.clone() save delete may_write /> }
                        }).collect_view();
                        let blank = may_write.then(|| view! {
                            <NewRecord group=GROUP label="Add a kind of ticket">
                                <TierFields slug=slug.clone() event=event.clone() id=String::new()
                                    form=model::TierForm { sort: next, ..Default::default() } save />
                            </NewRecord>
                        });
                        view! { <ul class="divide-y divide-base-300">{none} {rows} {blank}</ul> }
                    })
                })}
            </Transition>
        </Card>
    }
    .into_any()
}

#[component]
fn Tier(
    tier: model::TierRow,
    sign: String,
    slug: String,
    event: String,
    save: ServerAction<SaveTier>,
    delete: ServerAction<DeleteTier>,
    may_write: bool,
) -> impl IntoView {
    let id = tier.id.to_string();
    let form = tier.form.clone();
    let price = format!("{sign}{}", written(form.price_minor));
    let gate = format!("{sign}{} at the gate", written(form.gate_price_minor));
    let row = view! {
        <div class="grid items-center gap-x-5 gap-y-2 sm:grid-cols-[minmax(0,2fr)_minmax(0,1fr)_minmax(0,1.5fr)]">
            <div class="min-w-0">
                <p class="font-medium">{form.kind.clone()}</p>
                <p class="muted text-sm">{form.description.clone()}</p>
            </div>
            <div class="tabular-nums">
                <p class="font-medium">{price}</p>
                <p class="muted text-sm">{gate}</p>
            </div>
            <SeatBar capacity=form.capacity sold=tier.sold held=tier.held />
        </div>
    }
    .into_any();
    let label = form.kind.clone();
    view! {
        <Record group=GROUP label may_write row>
            <TierFields slug=slug.clone() event=event.clone() id=id.clone() form=form.clone() save />
            <ActionForm action=delete>
                <input type="hidden" name="slug" value=slug.clone() />
                <input type="hidden" name="event" value=event.clone() />
                <input type="hidden" name="id" value=id.clone() />
                <TakeAway label=format!("Delete the {} tickets", form.kind) />
            </ActionForm>
        </Record>
    }
    .into_any()
}

#[component]
fn TierFields(
    slug: String,
    event: String,
    id: String,
    form: model::TierForm,
    save: ServerAction<SaveTier>,
) -> impl IntoView {
    let known = !id.is_empty();
    let amount = move |minor: i64| if known { written(minor) } else { String::new() };
    let capacity = if known { form.capacity.to_string() } else { String::new() };
    let at = format!("{GROUP}{id}");
    view! {
        <ActionForm action=save attr:class="flex flex-col gap-4">
            <input type="hidden" name="slug" value=slug />
            <input type="hidden" name="event" value=event />
            <input type="hidden" name="id" value=id />
            <input type="hidden" name="version" value=form.version />
            <input type="hidden" name="sort" value=form.sort />
            <div class="grid gap-4 sm:grid-cols-2">
                <Line form=at.clone() name="kind" label="Kind" value=form.kind hint="As callers say it: VIP, GA" />
                <Line form=at.clone() name="description" label="What it includes" value=form.description optional=true />
            </div>
            <div class="grid gap-4 sm:grid-cols-3">
                <Line form=at.clone() name="price" label="Price in advance" value=amount(form.price_minor) keys="decimal" />
                <Line form=at.clone() name="gate_price" label="Price at the gate" value=amount(form.gate_price_minor) keys="decimal" />
                <Line form=at name="capacity" label="How many there are" value=capacity keys="numeric" />
            </div>
            <Keep label=if known { "Save ticket" } else { "Add ticket" } pending=save.pending() />
        </ActionForm>
    }
    .into_any()
}
