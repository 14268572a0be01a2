//! `/admin/{org}/events`: what is on, and how it sells.

use leptos::{form::ActionForm, prelude::*};
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use super::{SeatBar, Sections, after, when_sold};
use crate::{
    error::AppError,
    pages::use_slug,
    ui::{
        Badge, Card, DataTable, EmptyState, Failure, Glyph, Icon, Page, Problem, SkeletonRows, Toasts, Tone, refusal,
    },
};

/// The events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventsData {
    next: Vec<EventLine>,
    past: Vec<EventLine>,
    may_write: bool,
}

/// An event in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct EventLine {
    id: String,
    title: String,
    venue: String,
    when: String,
    active: bool,
    capacity: i64,
    sold: i64,
    held: i64,
}

/// Every event.
#[server(prefix = "/rpc")]
pub async fn load_events(slug: String) -> Result<EventsData, AppError> {
    let asking = super::asking(&slug).await?;
    let line = |row: model::EventRow| EventLine {
        id: row.id.to_string(),
        when: row.starts.format("%a %-d %b %Y, %-I:%M %P").to_string(),
        title: row.title,
        venue: row.venue,
        active: row.active,
        capacity: row.capacity,
        sold: row.sold,
        held: row.held,
    };
    let rows = backend::packs::events::manage::events::list(&asking.org).await?;
    let (past, next): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.past);
    Ok(EventsData {
        next: next.into_iter().map(line).collect(),
        past: past.into_iter().map(line).collect(),
        may_write: asking.member.role.allows(model::Role::Manager),
    })
}

/// Brings a deleted event back.
#[server(prefix = "/rpc")]
pub async fn restore_event(slug: String, id: String) -> Result<(), AppError> {
    let asking = super::asking(&slug).await?;
    backend::packs::events::manage::events::restore(&asking.org, &asking.member, super::named(&id)?).await?;
    leptos_axum::redirect(&format!("/admin/{slug}/events"));
    Ok(())
}

/// Makes another event like this one, a week later, and opens it.
#[server(prefix = "/rpc")]
pub async fn duplicate_event(slug: String, id: String) -> Result<(), AppError> {
    let asking = super::asking(&slug).await?;
    let copy =
        backend::packs::events::manage::events::duplicate(&asking.org, &asking.member, super::named(&id)?).await?;
    leptos_axum::redirect(&format!("/admin/{slug}/events/{copy}?saved=copy"));
    Ok(())
}

/// The events.
#[component]
pub fn EventsPage() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    let deleted = Memo::new(move |_| query.read().get("deleted").unwrap_or_default());
    let data = Resource::new_blocking(move || (slug.get(), deleted.get()), |(slug, _)| load_events(slug));
    when_sold(slug, move || data.refetch());
    let new = move || {
        view! {
            <Transition>
                {move || Suspend::new(async move {
                    data.await.is_ok_and(|data| data.may_write).then(|| view! {
                        <a class="btn btn-primary" href=format!("/admin/{}/events/new", slug.get_untracked())>
                            <Icon glyph=Glyph::Plus class="size-4" />
                            "New event"
                        </a>
                    })
                })}
            </Transition>
        }
        .into_any()
    };
    view! {
        <Page title="Events" lead="What is on, and how it sells. Callers hear a change with their next question." actions=new.into()>
            <Sections slug current="" />
            <Deleted slug deleted />
            <Transition fallback=|| view! { <SkeletonRows /> }>
                {move || Suspend::new(async move {
                    match data.await {
                        Ok(data) => view! { <Lists data slug=slug.get_untracked() /> }.into_any(),
                        Err(error) => view! { <Failure error /> }.into_any(),
                    }
                })}
            </Transition>
        </Page>
    }
    .into_any()
}

/// After a deletion: what happened, and the way back. A message where there are scripts, a line of the page where there are none.
#[component]
fn Deleted(slug: Memo<String>, deleted: Memo<String>) -> impl IntoView {
    let action = ServerAction::<RestoreEvent>::new();
    let error = refusal(action);
    let toasts = Toasts::here();
    let told = RwSignal::new(false);
    after(action, move |()| toasts.say("The event is back."));
    Effect::new(move |_| {
        let id = deleted.get();
        if id.is_empty() {
            return;
        }
        let here = slug.get_untracked();
        told.set(true);
        let undo = Callback::new({
            let here = here.clone();
            move |()| {
                action.dispatch(RestoreEvent { slug: here.clone(), id: id.clone() });
            }
        });
        toasts.say_with_undo("The event is deleted; callers are not told of it any more.", undo);
    });
    view! {
        <Problem error />
        <ActionForm
            action
            attr:class=move || {
                if deleted.read().is_empty() || told.get() {
                    "hidden"
                } else {
                    "mb-4 flex items-center gap-3 rounded-box bg-neutral px-4 py-3 text-sm text-neutral-content"
                }
            }
        >
            <input type="hidden" name="slug" value=move || slug.get() />
            <input type="hidden" name="id" value=move || deleted.get() />
            <Icon glyph=Glyph::Trash />
            <span class="flex-1">"The event is deleted; callers are not told of it any more."</span>
            <button class="btn btn-sm" type="submit">
                <Icon glyph=Glyph::Undo class="size-4" />
                "Undo"
            </button>
        </ActionForm>
    }
    .into_any()
}

const COLUMNS: &[(&str, &str)] = &[("Event", ""), ("Where", "hidden md:table-cell"), ("Tickets", "w-1/3"), ("", "")];

#[component]
fn Lists(data: EventsData, slug: String) -> impl IntoView {
    if data.next.is_empty() && data.past.is_empty() {
        return view! { <Nothing slug may_write=data.may_write /> }.into_any();
    }
    let duplicate = ServerAction::<DuplicateEvent>::new();
    let error = refusal(duplicate);
    let may_write = data.may_write;
    let rows = move |lines: Vec<EventLine>| {
        lines.into_iter().map(|event| view! { <Row event slug=slug.clone() duplicate may_write /> }).collect_view()
    };
    let none = data.next.is_empty().then(|| {
        view! { <p class="muted px-4 py-4 text-sm sm:px-5">"Nothing is coming up. Callers are told so."</p> }
    });
    let has_past = !data.past.is_empty();
    let (next, past) = (rows(data.next), rows(data.past));
    view! {
        <div class="flex flex-col gap-5">
            <Problem error />
            <Card title="Coming up" class="">
                {none}
                <DataTable caption="Coming up" columns=COLUMNS>
                    {next}
                </DataTable>
            </Card>
            {has_past
                .then(|| {
                    view! {
                        <Card title="Over" class="">
                            <DataTable caption="Over" columns=COLUMNS>
                                {past}
                            </DataTable>
                        </Card>
                    }
                })}
        </div>
    }
    .into_any()
}

#[component]
fn Row(event: EventLine, slug: String, duplicate: ServerAction<DuplicateEvent>, may_write: bool) -> impl IntoView {
    let href = format!("/admin/{slug}/events/{}", event.id);
    let label = format!("Duplicate {}, {}", event.title, event.when);
    let secret = (!event.active).then(|| view! { <Badge text="Callers are not told".to_owned() tone=Tone::Warning /> });
    let copy = may_write.then(|| {
        view! {
            <ActionForm action=duplicate>
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="id" value=event.id />
                <button class="btn btn-ghost btn-sm" type="submit" aria-label=label title="Duplicate">
                    <Icon glyph=Glyph::Copy class="size-4" />
                </button>
            </ActionForm>
        }
    });
    view! {
        <tr class="hover:bg-base-200">
            <td>
                <a class="link link-hover font-medium" href=href>
                    {event.title}
                </a>
                <p class="muted text-sm">{event.when}</p>
                <p class="muted text-sm md:hidden">{event.venue.clone()}</p>
                {secret}
            </td>
            <td class="muted hidden md:table-cell">{event.venue}</td>
            <td>
                <SeatBar capacity=event.capacity sold=event.sold held=event.held />
            </td>
            <td class="w-0 px-1 text-right">{copy}</td>
        </tr>
    }
    .into_any()
}

#[component]
fn Nothing(slug: String, may_write: bool) -> impl IntoView {
    view! {
        <Card class="">
            <EmptyState
                glyph=Glyph::Ticket
                title="No events yet"
                hint="Say what is on, where and when, and which tickets there are: the assistant tells callers and sells them."
            >
                {may_write
                    .then(|| {
                        view! {
                            <a class="btn btn-primary" href=format!("/admin/{slug}/events/new")>
                                "Plan the first event"
                            </a>
                        }
                    })}
            </EmptyState>
        </Card>
    }
    .into_any()
}
