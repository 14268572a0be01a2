//! What an event is: title, place, time, and whether callers are told.

use leptos::prelude::*;

use super::event::{EventData, SaveEvent};
use crate::{
    ui::{Card, Choice, Problem, SaveButton, SaveForm, TextArea, TextInput, Tick, refusal},
    unsaved,
};

/// The form of an event, or the same to read.
#[component]
pub fn Details(data: EventData, slug: String) -> impl IntoView {
    if !data.may_write {
        return view! { <Reading data /> }.into_any();
    }
    let action = ServerAction::<SaveEvent>::new();
    let error = refusal(action);
    let dirty = unsaved::guard();
    let series = data.series_known.into_iter().map(|name| view! { <option value=name></option> }).collect_view();
    let label = if data.id.is_empty() { "Create event" } else { "Save" };
    let venues = std::iter::once((String::new(), "Not decided yet".to_owned())).chain(data.venues).collect();
    let edit_venues = format!("/admin/{slug}/events/venues");
    let hidden = vec![("slug", slug), ("id", data.id), ("version", data.version.to_string())];
    view! {
        <SaveForm action hidden dirty>
            <Problem error />
            <Card>
                <div class="flex flex-col gap-4">
                    <div class="grid gap-4 sm:grid-cols-[2fr_1fr]">
                        <TextInput label="Title" name="title" value=data.title hint="As it is said on the telephone" />
                        <TextInput label="Series" name="series" value=data.series list="all-series" optional=true hint="Events that belong together" />
                        <datalist id="all-series">{series}</datalist>
                    </div>
                    <TextArea
                        label="What happens there"
                        name="description"
                        value=data.description
                        optional=true
                        hint="Two or three sentences; they are spoken."
                    />
                    <div class="grid gap-4 sm:grid-cols-3">
                        <Choice label="Venue" name="venue" options=venues chosen=data.venue_id>
                            <a class="link link-hover text-sm text-primary" href=edit_venues>
                                "Edit venues"
                            </a>
                        </Choice>
                        <TextInput label="Begins" name="starts" kind="datetime-local" value=data.starts />
                        <TextInput label="Ends" name="ends" kind="datetime-local" value=data.ends />
                    </div>
                    <Tick
                        name="active"
                        value="yes"
                        checked=data.active
                        label="Callers are told of it"
                        hint="While this is off, the assistant neither mentions the event nor sells tickets."
                        class="toggle toggle-primary mt-0.5"
                    />
                    <div class="flex items-center justify-end gap-3">
                        <SaveButton label dirty pending=action.pending() />
                    </div>
                </div>
            </Card>
        </SaveForm>
    }
    .into_any()
}

#[component]
fn Reading(data: EventData) -> impl IntoView {
    let venue = data.venues.iter().find(|(id, _)| *id == data.venue_id).map(|(_, name)| name.clone());
    let told = if data.active { "Callers are told of it." } else { "Callers are not told of it." };
    view! {
        <Card>
            <div class="flex flex-col gap-2">
                <p>{data.description}</p>
                <p class="muted text-sm">{venue}</p>
                <p class="muted text-sm">{told}</p>
            </div>
        </Card>
    }
    .into_any()
}
