//! A time of the sheet: who plays, and what can be done about it.

use leptos::{ev, form::ActionForm, prelude::*};

use super::{
    Acts, GroupData, LineData,
    actions::{BlockTee, BookTee, MoveGroup},
};
use crate::{
    format,
    ui::{Badge, Choice, Glyph, Icon, SaveForm, TextInput, Tone, form::is_returned},
};

/// What every line of a sheet has in common.
#[derive(Clone, Debug)]
pub struct Context {
    pub slug: String,
    pub course: String,
    pub date: String,
    /// Every time of the day, as it is sent and as it is read.
    pub times: Vec<(String, String)>,
}

/// A time.
#[component]
pub fn Line(line: LineData, context: StoredValue<Context>, acts: Acts, may_write: bool) -> impl IntoView {
    let LineData { time, shown, price, capacity, free, held, label, over, groups } = line;
    let blocked = !label.is_empty();
    let to = time.clone();
    let dropped = move |event: ev::DragEvent| {
        let Some((id, version)) = acts.dragged.get_untracked() else { return };
        event.prevent_default();
        acts.dragged.set(None);
        let Context { slug, date, .. } = context.get_value();
        acts.move_group.dispatch(MoveGroup { slug, id, version, date, time: to.clone() });
    };
    let over_it = move |event: ev::DragEvent| {
        if acts.dragged.read_untracked().is_some() {
            event.prevent_default();
        }
    };
    let left = if blocked || price.is_empty() || over {
        String::new()
    } else if free <= 0 {
        "full".to_owned()
    } else if free == capacity {
        "free".to_owned()
    } else {
        format!("{free} of {capacity} free")
    };
    let holding = (held > 0).then(|| {
        view! { <Badge text=format!("{} on the phone", format::count(held, "place", "places")) tone=Tone::Plain /> }
    });
    let label = blocked.then(|| view! { <Badge text=label.clone() tone=Tone::Warning /> });
    let tools = (may_write && !over).then(|| {
        let book =
            (!blocked && free > 0 && !price.is_empty()).then(|| view! { <Book time=time.clone() free context acts /> });
        let block =
            (groups.is_empty() && held == 0).then(|| view! { <Block time=time.clone() blocked context acts /> });
        view! { <div class="flex flex-wrap items-start gap-1 print:hidden">{book} {block}</div> }
    });
    let groups = groups
        .into_iter()
        .map(|group| view! { <Group group time=time.clone() context acts may_write /> })
        .collect_view();
    view! {
        <li
            class="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-2 sm:px-5"
            class:opacity-60=over
            on:drop=dropped
            on:dragover=over_it
        >
            <div class="w-20 shrink-0 pt-1">
                <span class="font-semibold tabular-nums">{shown}</span>
                <span class="muted block text-xs tabular-nums">{price}</span>
            </div>
            <div class="flex min-w-0 flex-1 flex-wrap items-start gap-2">
                {groups} {label} {holding} <span class="muted pt-1 text-sm">{left}</span>
            </div>
            {tools}
        </li>
    }
    .into_any()
}

/// A booking, which can be dragged to another time.
#[component]
fn Group(group: GroupData, time: String, context: StoredValue<Context>, acts: Acts, may_write: bool) -> impl IntoView {
    let GroupData { id, name, phone, guests, players, code, checked_in, call, version } = group;
    let slug = context.with_value(|it| it.slug.clone());
    let dragged = id.clone();
    let drag = move |event: ev::DragEvent| {
        if let Some(transfer) = event.data_transfer() {
            // Firefox drags only what carries something.
            let _ = transfer.set_data("text/plain", &dragged);
        }
        acts.dragged.set(Some((dragged.clone(), version)));
    };
    let from_call = call.map(|call| {
        view! {
            <a class="link print:hidden" href=format!("/admin/{slug}/calls/{call}")>
                "Call"
            </a>
        }
    });
    let details: Vec<String> = [guests, phone].into_iter().filter(|text| !text.is_empty()).collect();
    let here = checked_in.then(|| view! { <Badge text="Here" tone=Tone::Good /> });
    let (own, who) = (id.clone(), name.clone());
    let tools = may_write.then(move || {
        let (id, name) = (own, who);
        let word = if checked_in { "Not here" } else { "Check in" };
        let label = format!("{word}: {name}");
        let (known, here) = (id.clone(), slug.clone());
        view! {
            <ActionForm action=acts.check_in attr:class="print:hidden">
                <input type="hidden" name="slug" value=here />
                <input type="hidden" name="id" value=known />
                <input type="hidden" name="version" value=version.to_string() />
                <input type="hidden" name="here" value=(!checked_in).to_string() />
                <button class="btn btn-xs" type="submit" aria-label=label>
                    {word}
                </button>
            </ActionForm>
            <Change id version name time context acts />
        }
    });
    view! {
        <div
            class="rounded-field border border-base-300 bg-base-200 px-3 py-1.5 text-sm"
            draggable=may_write.then_some("true")
            on:dragstart=drag
            on:dragend=move |_| acts.dragged.set(None)
        >
            <div class="flex flex-wrap items-center gap-x-2 gap-y-1">
                <span class="font-medium">{name}</span>
                <span class="tabular-nums">{format!("× {players}")}</span>
                {here}
                <span class="muted font-mono text-xs">{code}</span>
                {from_call}
                {tools}
            </div>
            <span class="muted block text-xs">{details.join(" · ")}</span>
        </div>
    }
    .into_any()
}

/// Another time, or off the sheet: what dragging does too, by keyboard and without scripts.
#[component]
fn Change(
    id: String,
    version: i64,
    name: String,
    time: String,
    context: StoredValue<Context>,
    acts: Acts,
) -> impl IntoView {
    let Context { slug, date, times, .. } = context.get_value();
    let hidden = vec![("slug", slug.clone()), ("id", id.clone()), ("version", version.to_string())];
    let open = is_returned::<MoveGroup>(&hidden);
    let label = format!("Change {name}");
    view! {
        <details class="print:hidden open:w-full" open=open>
            <summary class="btn btn-xs list-none" aria-label=label>
                "Change"
            </summary>
            <SaveForm action=acts.move_group hidden key=id.clone() class="mt-2 flex flex-wrap items-end gap-2">
                <TextInput label="Day" name="date" kind="date" value=date />
                <Choice label="Time" name="time" options=times chosen=time />
                <button class="btn btn-primary" type="submit">
                    "Move"
                </button>
            </SaveForm>
            <ActionForm action=acts.cancel attr:class="mt-3 pb-1">
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="id" value=id />
                <input type="hidden" name="version" value=version.to_string() />
                <button class="btn btn-sm" type="submit">
                    <Icon glyph=Glyph::Trash class="size-4" />
                    {format!("Cancel the booking of {name}")}
                </button>
            </ActionForm>
        </details>
    }
    .into_any()
}

#[component]
fn Book(time: String, free: i64, context: StoredValue<Context>, acts: Acts) -> impl IntoView {
    let Context { slug, course, date, .. } = context.get_value();
    let hidden =
        vec![("slug", slug), ("course", course), ("date", date), ("was", time.clone()), ("time", time.clone())];
    let open = is_returned::<BookTee>(&hidden);
    let players = (1..=free).map(|n| (n.to_string(), n.to_string())).collect();
    let label = format!("Book {time}");
    view! {
        <details class="open:w-full" open=open>
            <summary class="btn btn-sm list-none" aria-label=label>
                <Icon glyph=Glyph::Plus class="size-4" />
                "Book"
            </summary>
            <SaveForm action=acts.book hidden key=time class="mt-2 grid gap-3 pb-2 sm:grid-cols-2">
                <TextInput label="Name" name="name" longest=80 />
                <Choice label="Players" name="players" options=players chosen="1" />
                <TextInput
                    label="Telephone"
                    name="phone"
                    kind="tel"
                    optional=true
                    hint="With a number they are texted the details."
                />
                <TextInput label="Other players" name="guests" optional=true longest=200 />
                <div class="flex justify-end sm:col-span-2">
                    <button class="btn btn-primary" type="submit">
                        "Book"
                    </button>
                </div>
            </SaveForm>
        </details>
    }
    .into_any()
}

#[component]
fn Block(time: String, blocked: bool, context: StoredValue<Context>, acts: Acts) -> impl IntoView {
    let Context { slug, course, date, .. } = context.get_value();
    if blocked {
        let label = format!("Put {time} on sale again");
        return view! {
            <ActionForm action=acts.block>
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="course" value=course />
                <input type="hidden" name="date" value=date />
                <input type="hidden" name="time" value=time />
                <button class="btn btn-sm" type="submit" aria-label=label>
                    "Unblock"
                </button>
            </ActionForm>
        }
        .into_any();
    }
    let hidden =
        vec![("slug", slug), ("course", course), ("date", date), ("was", time.clone()), ("time", time.clone())];
    let open = is_returned::<BlockTee>(&hidden);
    let label = format!("Block {time}");
    view! {
        <details class="open:w-full" open=open>
            <summary class="btn btn-sm list-none" aria-label=label>
                "Block"
            </summary>
            <SaveForm action=acts.block hidden key=format!("block-{time}") class="mt-2 flex items-end gap-2 pb-2">
                <TextInput label="Reason" name="label" longest=40 example="Maintenance" />
                <button class="btn btn-primary" type="submit">
                    "Block"
                </button>
            </SaveForm>
        </details>
    }
    .into_any()
}
