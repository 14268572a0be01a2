//! `/admin/{org}/events/venues`: where events are held.

use leptos::prelude::*;
use model::EventPart;
use serde::{Deserialize, Serialize};

use super::{
    Sections,
    part::Deleted,
    records::{Drawn, Record, Records, Words},
};
use crate::{
    error::AppError,
    format,
    pages::use_slug,
    ui::{Page, TextArea, TextInput},
};

/// The list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VenuesData {
    rows: Vec<model::VenueRow>,
    may_write: bool,
}

/// The list.
#[server(prefix = "/rpc")]
pub async fn load_venues(slug: String) -> Result<VenuesData, AppError> {
    let asking = super::asking(&slug).await?;
    Ok(VenuesData {
        rows: backend::packs::events::manage::venues::list(&asking.org).await?,
        may_write: asking.member.role.allows(model::Role::Manager),
    })
}

/// Keeps a venue; a new one where `id` is empty.
#[server(prefix = "/rpc")]
pub async fn save_venue(
    slug: String,
    #[server(default)] id: String,
    version: i64,
    name: String,
    #[server(default)] street: String,
    city: String,
    #[server(default)] region: String,
    #[server(default)] directions: String,
) -> Result<(), AppError> {
    let asking = super::asking(&slug).await?;
    let form = model::VenueForm { name, street, city, region, directions: directions.replace("\r\n", "\n"), version };
    let id = super::known(&id)?;
    backend::packs::events::manage::venues::save(&asking.org, &asking.member, id, &form).await?;
    Ok(())
}

const WORDS: Words = Words {
    title: "",
    none: "No venues yet.",
    add: "Add a venue",
    save: "Save venue",
    saved: "Saved. The next caller who asks hears it.",
};

/// Where events are held.
#[component]
pub fn VenuesPage() -> impl IntoView {
    let slug = use_slug();
    let data = Resource::new_blocking(move || slug.get(), load_venues);
    let save = ServerAction::<SaveVenue>::new();
    let draw = |data: VenuesData| Drawn {
        may_write: data.may_write,
        records: data.rows.into_iter().map(|row| record(row.id.to_string(), row.form, row.events)).collect(),
        blank: record(String::new(), model::VenueForm::default(), 0),
    };
    view! {
        <Page title="Venues" lead="Where events are held. Callers ask for events by city, and how to get there.">
            <Sections slug current="/venues" />
            <div class="flex flex-col gap-5">
                <Deleted slug />
                <Records part=EventPart::Venue words=WORDS slug data save draw />
            </div>
        </Page>
    }
    .into_any()
}

fn record(id: String, form: model::VenueForm, events: i64) -> Record {
    let parts: Vec<&str> = [form.street.as_str(), form.city.as_str(), form.region.as_str()]
        .into_iter()
        .filter(|it| !it.is_empty())
        .collect();
    let row = view! {
        <p class="flex flex-wrap items-baseline justify-between gap-x-4">
            <span class="font-medium">{form.name.clone()}</span>
            <span class="muted text-sm">{format::count(events, "event", "events")}</span>
        </p>
        <p class="text-sm">{parts.join(", ")}</p>
        <p class="muted text-sm">{form.directions.clone()}</p>
    };
    Record {
        id,
        label: form.name.clone(),
        row: row.into_any(),
        hidden: vec![("version", form.version.to_string())],
        fields: Box::new(move || {
            view! {
                <div class="grid gap-4 sm:grid-cols-2">
                    <TextInput label="Name" name="name" value=form.name />
                    <TextInput label="Street and number" name="street" value=form.street optional=true />
                    <TextInput label="City" name="city" value=form.city />
                    <TextInput label="State or region" name="region" value=form.region optional=true />
                </div>
                <TextArea
                    label="How to get there"
                    name="directions"
                    value=form.directions
                    hint="Read to callers who ask: parking, train, entrance."
                    optional=true
                />
            }
            .into_any()
        }),
    }
}
