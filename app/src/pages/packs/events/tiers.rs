//! The tickets of an event: kinds, prices, and how many are sold, held and left.

use leptos::prelude::*;
use model::EventPart;
use serde::{Deserialize, Serialize};

use super::{
    SeatBar,
    records::{Drawn, Record, Records, Words},
    when_sold, written,
};
use crate::{error::AppError, ui::TextInput};

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
        price_minor: super::amount(&price),
        gate_price_minor: super::amount(&gate_price),
        capacity: super::number(&capacity),
        sort,
        version,
    };
    let (event, id) = (super::named(&event)?, super::known(&id)?);
    backend::packs::events::manage::tiers::save(&asking.org, &asking.member, event, id, &form).await?;
    Ok(())
}

const WORDS: Words = Words {
    title: "Tickets",
    none: "No tickets yet: callers can hear of the event, but not buy.",
    add: "Add a kind of ticket",
    save: "Save ticket",
    saved: "Saved. The next caller who asks hears it.",
};

/// The tickets of an event.
#[component]
pub fn Tiers(slug: Memo<String>, event: Memo<String>) -> impl IntoView {
    let data = Resource::new_blocking(move || (slug.get(), event.get()), |(slug, event)| load_tiers(slug, event));
    let save = ServerAction::<SaveTier>::new();
    when_sold(slug, move || data.refetch());
    let draw = |data: TiersData| {
        let next = data.tiers.iter().map(|tier| tier.form.sort + 1).max().unwrap_or(1);
        Drawn {
            may_write: data.may_write,
            records: data.tiers.into_iter().map(|tier| record(tier, &data.sign)).collect(),
            blank: fields(String::new(), model::TierForm { sort: next, ..Default::default() }, ().into_any()),
        }
    };
    view! { <Records part=EventPart::Tier words=WORDS slug event data save draw /> }
}

fn record(tier: model::TierRow, sign: &str) -> Record {
    let form = tier.form;
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
    };
    fields(tier.id.to_string(), form, row.into_any())
}

fn fields(id: String, form: model::TierForm, row: AnyView) -> Record {
    let known = !id.is_empty();
    let amount = move |minor: i64| if known { written(minor) } else { String::new() };
    let capacity = if known { form.capacity.to_string() } else { String::new() };
    Record {
        id,
        label: form.kind.clone(),
        row,
        hidden: vec![("version", form.version.to_string()), ("sort", form.sort.to_string())],
        fields: Box::new(move || {
            view! {
                <div class="grid gap-4 sm:grid-cols-2">
                    <TextInput label="Kind" name="kind" value=form.kind hint="As callers say it: VIP, GA" />
                    <TextInput label="What it includes" name="description" value=form.description optional=true />
                </div>
                <div class="grid gap-4 sm:grid-cols-3">
                    <TextInput label="Price in advance" name="price" value=amount(form.price_minor) keys="decimal" />
                    <TextInput label="Price at the gate" name="gate_price" value=amount(form.gate_price_minor) keys="decimal" />
                    <TextInput label="How many there are" name="capacity" value=capacity keys="numeric" />
                </div>
            }
            .into_any()
        }),
    }
}
