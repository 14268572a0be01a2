//! `/admin/{org}/events/venues`: where events are held.

use leptos::{form::ActionForm, prelude::*};
use serde::{Deserialize, Serialize};

use super::{Keep, Line, NewRecord, Record, Sections, TakeAway, after, fold_up};
use crate::{
    error::AppError,
    format::{self, raw_text},
    pages::use_slug,
    ui::{Card, Failure, Field, Page, Problem, SkeletonRows, Toasts, refusal},
};

const GROUP: &str = "venues";

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

/// Takes a venue away.
#[server(prefix = "/rpc")]
pub async fn delete_venue(slug: String, id: String) -> Result<model::VenueForm, AppError> {
    let asking = super::asking(&slug).await?;
    Ok(backend::packs::events::manage::venues::delete(&asking.org, &asking.member, super::named(&id)?).await?)
}

/// Where events are held.
#[component]
pub fn VenuesPage() -> impl IntoView {
    let slug = use_slug();
    let data = Resource::new_blocking(move || slug.get(), load_venues);
    let save = ServerAction::<SaveVenue>::new();
    let delete = ServerAction::<DeleteVenue>::new();
    let toasts = Toasts::here();
    let again = Callback::new(move |form: model::VenueForm| {
        save.dispatch(SaveVenue {
            slug: slug.get_untracked(),
            id: String::new(),
            version: 0,
            name: form.name,
            street: form.street,
            city: form.city,
            region: form.region,
            directions: form.directions,
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
        let text = format!("{} is deleted.", form.name);
        toasts.say_with_undo(text, Callback::new(move |()| again.run(form.clone())));
    });
    let (kept, deleted) = (refusal(save), refusal(delete));
    let error = Signal::derive(move || kept.get().or_else(|| deleted.get()));
    view! {
        <Page title="Venues" lead="Where events are held. Callers ask for events by city, and how to get there.">
            <Sections slug current="/venues" />
            <div class="flex flex-col gap-5">
            <Problem error />
            <Transition fallback=|| view! { <SkeletonRows /> }>
                {move || Suspend::new(async move {
                    match data.await {
                        Ok(data) => view! { <List data slug=slug.get_untracked() save delete /> }.into_any(),
                        Err(error) => view! { <Failure error /> }.into_any(),
                    }
                })}
            </Transition>
            </div>
        </Page>
    }
    .into_any()
}

#[component]
fn List(
    data: VenuesData,
    slug: String,
    save: ServerAction<SaveVenue>,
    delete: ServerAction<DeleteVenue>,
) -> impl IntoView {
    let may_write = data.may_write;
    let none =
        data.rows.is_empty().then(|| view! { <li class="muted px-4 py-3 text-sm sm:px-5">"No venues yet."</li> });
    let rows =
        data.rows.into_iter().map(|row| view! { <Row row slug=slug.clone() save delete may_write /> }).collect_view();
    let blank = may_write.then(|| {
        view! {
            <NewRecord group=GROUP label="Add a venue">
                <Fields slug=slug.clone() id=String::new() form=model::VenueForm::default() save />
            </NewRecord>
        }
    });
    view! {
        <Card class="">
            <ul class="divide-y divide-base-300">{none} {rows} {blank}</ul>
        </Card>
    }
    .into_any()
}

#[component]
fn Row(
    row: model::VenueRow,
    slug: String,
    save: ServerAction<SaveVenue>,
    delete: ServerAction<DeleteVenue>,
    may_write: bool,
) -> impl IntoView {
    let (id, form) = (row.id.to_string(), row.form);
    let label = form.name.clone();
    let parts: Vec<&str> = [form.street.as_str(), form.city.as_str(), form.region.as_str()]
        .into_iter()
        .filter(|it| !it.is_empty())
        .collect();
    let (address, events) = (parts.join(", "), format::count(row.events, "event", "events"));
    let row = view! {
        <p class="flex flex-wrap items-baseline justify-between gap-x-4">
            <span class="font-medium">{form.name.clone()}</span>
            <span class="muted text-sm">{events}</span>
        </p>
        <p class="text-sm">{address}</p>
        <p class="muted text-sm">{form.directions.clone()}</p>
    }
    .into_any();
    view! {
        <Record group=GROUP label may_write row>
            <Fields slug=slug.clone() id=id.clone() form=form.clone() save />
            <ActionForm action=delete>
                <input type="hidden" name="slug" value=slug.clone() />
                <input type="hidden" name="id" value=id.clone() />
                <TakeAway label=format!("Delete {}", form.name) />
            </ActionForm>
        </Record>
    }
    .into_any()
}

#[component]
fn Fields(slug: String, id: String, form: model::VenueForm, save: ServerAction<SaveVenue>) -> impl IntoView {
    let known = !id.is_empty();
    let label = if known { "Save venue" } else { "Add a venue" };
    let at = format!("{GROUP}{id}");
    view! {
        <ActionForm action=save attr:class="flex flex-col gap-4">
            <input type="hidden" name="slug" value=slug />
            <input type="hidden" name="id" value=id />
            <input type="hidden" name="version" value=form.version />
            <div class="grid gap-4 sm:grid-cols-2">
                <Line form=at.clone() name="name" label="Name" value=form.name />
                <Line form=at.clone() name="street" label="Street and number" value=form.street optional=true />
                <Line form=at.clone() name="city" label="City" value=form.city />
                <Line form=at.clone() name="region" label="State or region" value=form.region optional=true />
            </div>
            <Field label="How to get there" id=format!("directions-{at}") hint="Read to callers who ask: parking, train, entrance.">
                <textarea class="textarea w-full" id=format!("directions-{at}") name="directions" rows="3">
                    {raw_text(form.directions)}
                </textarea>
            </Field>
            <Keep label pending=save.pending() />
        </ActionForm>
    }
    .into_any()
}
