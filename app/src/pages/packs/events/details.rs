//! What an event is: title, place, time, and whether callers are told.

use leptos::{form::ActionForm, prelude::*};

use super::event::{EventData, SaveEvent};
use crate::{
    format::raw_text,
    ui::{Card, Field, Problem, SaveButton, TextInput, refusal},
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
    Effect::new(move |_| {
        if error.get().is_some() {
            dirty.set(true);
        }
    });
    let venue = data.venue_id.clone();
    let nowhere = venue.is_empty();
    let venues = data
        .venues
        .into_iter()
        .map(|(id, name)| {
            let here = id == venue;
            view! {
                <option value=id selected=here>
                    {name}
                </option>
            }
        })
        .collect_view();
    let series = data.series_known.into_iter().map(|name| view! { <option value=name></option> }).collect_view();
    let label = if data.id.is_empty() { "Create event" } else { "Save" };
    view! {
        <ActionForm action on:submit:capture=move |_| dirty.set(false) on:input=move |_| dirty.set(true)>
            <div class="flex flex-col gap-4">
                <Problem error />
                <input type="hidden" name="slug" value=slug.clone() />
                <input type="hidden" name="id" value=data.id />
                <input type="hidden" name="version" value=data.version />
                <Card>
                    <div class="flex flex-col gap-4">
                        <div class="grid gap-4 sm:grid-cols-[2fr_1fr]">
                            <TextInput label="Title" name="title" value=data.title hint="As it is said on the telephone" />
                            <Field label="Series" id="series" hint="Events that belong together">
                                <input class="input w-full" id="series" name="series" value=data.series list="all-series" autocomplete="off" />
                                <datalist id="all-series">{series}</datalist>
                            </Field>
                        </div>
                        <Field label="What happens there" id="description" hint="Two or three sentences; they are spoken.">
                            <textarea class="textarea w-full" id="description" name="description" rows="3">
                                {raw_text(data.description)}
                            </textarea>
                        </Field>
                        <div class="grid gap-4 sm:grid-cols-3">
                            <Field label="Venue" id="venue">
                                <select class="select w-full" id="venue" name="venue">
                                    <option value="" selected=nowhere>
                                        "Not decided yet"
                                    </option>
                                    {venues}
                                </select>
                                <a class="link link-hover text-sm text-primary" href=format!("/admin/{slug}/events/venues")>
                                    "Edit venues"
                                </a>
                            </Field>
                            <TextInput label="Begins" name="starts" kind="datetime-local" value=data.starts />
                            <TextInput label="Ends" name="ends" kind="datetime-local" value=data.ends />
                        </div>
                        <label class="flex items-start gap-3">
                            <input class="toggle toggle-primary mt-0.5" type="checkbox" name="active" value="yes" checked=data.active />
                            <span>
                                <span class="block font-medium">"Callers are told of it"</span>
                                <span class="muted block text-sm">"While this is off, the assistant neither mentions the event nor sells tickets."</span>
                            </span>
                        </label>
                        <div class="flex items-center justify-end gap-3">
                            <SaveButton label dirty pending=action.pending() />
                        </div>
                    </div>
                </Card>
            </div>
        </ActionForm>
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
