//! `/admin/{org}/events/new` and `/{id}`: an event with all that belongs to it.

use leptos::{form::ActionForm, prelude::*};
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use super::{
    chefs::Chefs, details::Details, event_sales::EventSales, list::DuplicateEvent, part::Deleted, sponsors::Sponsors,
    tiers::Tiers, winners::Winners,
};
use crate::{
    error::AppError,
    pages::{use_id, use_slug},
    ui::{Dialog, DialogHandle, Failure, Glyph, Icon, Page, Problem, SkeletonRows, Toasts, refusal},
};

/// How a browser writes the value of a field for day and time.
#[cfg(feature = "ssr")]
const FIELD: &str = "%Y-%m-%dT%H:%M";

/// An event in the editor.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EventData {
    /// Empty for a new one.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// The series that it belongs to.
    pub series: String,
    /// What happens there.
    pub description: String,
    /// Where it is; empty when that is open.
    pub venue_id: String,
    /// When it begins, as a field holds it.
    pub starts: String,
    /// When it ends.
    pub ends: String,
    /// When it begins, as people write it.
    pub when: String,
    /// Whether callers are told of it.
    pub active: bool,
    /// The version that is edited.
    pub version: i64,
    /// Every venue: its id and name.
    pub venues: Vec<(String, String)>,
    /// Every series.
    pub series_known: Vec<String>,
    /// Whether the person may edit it.
    pub may_write: bool,
}

/// An event, or an empty one to fill.
#[server(prefix = "/rpc")]
pub async fn load_event(slug: String, id: Option<String>) -> Result<EventData, AppError> {
    use backend::packs::events::manage::{events, venues};

    let asking = super::asking(&slug).await?;
    let org = &asking.org;
    let venue = |row: model::VenueRow| (row.id.to_string(), format!("{}, {}", row.form.name, row.form.city));
    let mut series: Vec<String> = events::list(org).await?.into_iter().map(|row| row.series).collect();
    series.retain(|name| !name.is_empty());
    series.sort();
    series.dedup();
    let data = EventData {
        venues: venues::list(org).await?.into_iter().map(venue).collect(),
        series_known: series,
        may_write: asking.member.role.allows(model::Role::Manager),
        ..EventData::default()
    };
    let Some(id) = id else {
        crate::session::member_with(&slug, model::Role::Manager).await?;
        return Ok(EventData { active: true, ..data });
    };
    let event = events::get(org, super::named(&id)?).await?.ok_or_else(crate::session::not_found)?;
    let form = event.form;
    Ok(EventData {
        id,
        title: form.title,
        series: form.series,
        description: form.description,
        venue_id: form.venue_id.map(|id| id.to_string()).unwrap_or_default(),
        starts: form.starts.format(FIELD).to_string(),
        ends: form.ends.format(FIELD).to_string(),
        when: format!("{}, {}", form.starts.format("%A %-d %B %Y, %-I:%M %P"), event.row.venue),
        active: form.active,
        version: form.version,
        ..data
    })
}

/// Keeps an event; a new one where `id` is empty.
#[server(prefix = "/rpc")]
pub async fn save_event(
    slug: String,
    #[server(default)] id: String,
    version: i64,
    title: String,
    #[server(default)] series: String,
    #[server(default)] description: String,
    #[server(default)] venue: String,
    starts: String,
    ends: String,
    #[server(default)] active: String,
) -> Result<(), AppError> {
    let asking = super::asking(&slug).await?;
    let (starts, ends, venue_id) = (moment(&starts), moment(&ends), super::known(&venue));
    let wrong = [
        (starts.is_none(), "starts", "Write the day and time at which it begins."),
        (ends.is_none(), "ends", "Write the day and time at which it ends."),
        (venue_id.is_err(), "venue", "Choose one of the venues."),
    ];
    let (Some(starts), Some(ends), Ok(venue_id)) = (starts, ends, venue_id) else {
        let wrong = wrong.into_iter().filter(|(wrong, ..)| *wrong);
        let errors = wrong.map(|(_, field, message)| model::FieldError::new(field, message)).collect();
        return Err(backend::error::Error::Invalid(errors).into());
    };
    let form =
        model::EventForm { title, series, description, venue_id, starts, ends, active: !active.is_empty(), version };
    let id = super::known(&id)?;
    let event = backend::packs::events::manage::events::save(&asking.org, &asking.member, id, &form).await?;
    leptos_axum::redirect(&format!("/admin/{slug}/events/{event}?saved={}", version + 1));
    Ok(())
}

/// Day and time from a field; some browsers write seconds.
#[cfg(feature = "ssr")]
fn moment(text: &str) -> Option<chrono::NaiveDateTime> {
    [FIELD, "%Y-%m-%dT%H:%M:%S"].iter().find_map(|form| chrono::NaiveDateTime::parse_from_str(text, form).ok())
}

/// Takes an event away; the list offers to bring it back.
#[server(prefix = "/rpc")]
pub async fn delete_event(slug: String, id: String) -> Result<(), AppError> {
    let asking = super::asking(&slug).await?;
    let event = super::named(&id)?;
    backend::packs::events::manage::events::delete(&asking.org, &asking.member, event).await?;
    leptos_axum::redirect(&format!("/admin/{slug}/events?deleted={event}"));
    Ok(())
}

/// An empty event.
#[component]
pub fn NewEventPage() -> impl IntoView {
    let slug = use_slug();
    let data = Resource::new_blocking(move || slug.get(), |slug| load_event(slug, None));
    let back = move || view! { <BackToAll slug /> }.into_any();
    view! {
        <Transition fallback=|| view! { <SkeletonRows /> }>
            {move || Suspend::new(async move {
                match data.await {
                    Ok(data) => {
                        view! {
                            <Page title="New event" lead="First what it is and when. Tickets, sponsors and chefs come next." actions=back.into()>
                                <Details data slug=slug.get_untracked() />
                            </Page>
                        }
                            .into_any()
                    }
                    Err(error) => view! { <Failure error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn BackToAll(slug: Memo<String>) -> impl IntoView {
    view! {
        <a class="btn btn-sm" href=move || format!("/admin/{}/events", slug.get())>
            "All events"
        </a>
    }
    .into_any()
}

/// An event.
#[component]
pub fn EventPage() -> impl IntoView {
    let (slug, id) = (use_slug(), use_id());
    let query = use_query_map();
    // Part of the source, so that the page shows what was saved.
    let saved = Memo::new(move |_| query.read().get("saved").unwrap_or_default());
    let data =
        Resource::new_blocking(move || (slug.get(), id.get(), saved.get()), |(slug, id, _)| load_event(slug, Some(id)));
    let toasts = Toasts::here();
    Effect::new(move |before: Option<(String, String)>| {
        let now = (id.get(), saved.get());
        match now.1.as_str() {
            "" => {}
            "copy" if before.as_ref() != Some(&now) => {
                toasts.say("This is the copy, a week later. Callers are not told of it until you say so.");
            }
            "1" if before.is_none() => toasts.say("The event is created. Add its tickets next."),
            _ if before.is_some_and(|before| before != now) => toasts.say("Saved. The next caller who asks hears it."),
            _ => {}
        }
        now
    });
    view! {
        <Transition fallback=|| view! { <SkeletonRows /> }>
            {move || Suspend::new(async move {
                match data.await {
                    Ok(data) => view! { <Head data slug /> }.into_any(),
                    Err(error) => view! { <Failure error /> }.into_any(),
                }
            })}
        </Transition>
        <Transition>
            {move || Suspend::new(async move {
                // What belongs to the event stays as it is when the event itself is saved.
                data.await.is_ok().then(|| view! { <Belongings slug id /> })
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Belongings(slug: Memo<String>, id: Memo<String>) -> impl IntoView {
    view! {
        <div class="mx-auto -mt-2 grid w-full max-w-6xl grid-cols-1 items-start gap-5 px-4 pb-7 sm:px-6 lg:grid-cols-2">
            <div class="flex flex-col gap-5 lg:col-span-2">
                <Deleted slug event=id />
                <Tiers slug event=id />
            </div>
            <Sponsors slug event=id />
            <Chefs slug event=id />
            <Winners slug event=id />
            <EventSales slug event=id />
        </div>
    }
    .into_any()
}

#[component]
fn Head(data: EventData, slug: Memo<String>) -> impl IntoView {
    let duplicate = ServerAction::<DuplicateEvent>::new();
    let deleting = DialogHandle::new();
    let error = refusal(duplicate);
    let (title, lead, id, may_write) = (data.title.clone(), data.when.clone(), data.id.clone(), data.may_write);
    let event = id.clone();
    let actions = move || {
        let event = event.clone();
        view! {
            <BackToAll slug />
            {may_write
                .then(|| {
                    view! {
                        <ActionForm action=duplicate>
                            <input type="hidden" name="slug" value=slug.get_untracked() />
                            <input type="hidden" name="id" value=event />
                            <button class="btn btn-sm" type="submit">
                                <Icon glyph=Glyph::Copy class="size-4" />
                                "Duplicate"
                            </button>
                        </ActionForm>
                        <button class="btn btn-sm" on:click=move |_| deleting.open()>
                            <Icon glyph=Glyph::Trash class="size-4" />
                            "Delete"
                        </button>
                    }
                })}
        }
        .into_any()
    };
    view! {
        <Page title lead actions=actions.into()>
            <div class="flex flex-col gap-5">
                <Problem error />
                <Details data slug=slug.get_untracked() />
            </div>
            <DeleteDialog slug id handle=deleting />
        </Page>
    }
    .into_any()
}

#[component]
fn DeleteDialog(slug: Memo<String>, id: String, handle: DialogHandle) -> impl IntoView {
    let action = ServerAction::<DeleteEvent>::new();
    let error = refusal(action);
    view! {
        <Dialog handle title="Delete this event?">
            <Problem error />
            <p>"Callers are not told of it any more. Tickets that were sold stay sold. You can bring it back right afterwards."</p>
            <div class="modal-action">
                <button class="btn" on:click=move |_| handle.close()>
                    "Keep it"
                </button>
                <ActionForm action>
                    <input type="hidden" name="slug" value=slug.get_untracked() />
                    <input type="hidden" name="id" value=id />
                    <button class="btn btn-error" type="submit">
                        "Delete"
                    </button>
                </ActionForm>
            </div>
        </Dialog>
    }
    .into_any()
}
