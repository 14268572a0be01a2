//! A category of the menu and the rows of its items.

use leptos::{ev, prelude::*};
use model::MenuPart;

use super::{
    CategoryLine, ItemLine, SaveCategory,
    part::{DeleteButton, Order, Places},
};
use crate::ui::{Badge, Glyph, Icon, SaveForm, TextInput, Tone, form::is_returned};

/// A category.
#[component]
pub fn Section(
    category: CategoryLine,
    at: usize,
    count: usize,
    slug: String,
    save: ServerAction<SaveCategory>,
    may_write: bool,
) -> impl IntoView {
    let order = Order::here();
    let CategoryLine { id, name, version, items } = category;
    let items_count = items.len();
    let (here, into) = (slug.clone(), id.clone());
    // Dropped on the category and on none of its items, an item becomes its last; another category takes its place.
    let dropped = move |event: ev::DragEvent| {
        event.prevent_default();
        if !order.drop_at(&here, MenuPart::Item, items_count, &into) {
            order.drop_at(&here, MenuPart::Category, at, "");
        }
    };
    let over = move |event: ev::DragEvent| {
        if order.fits(&[MenuPart::Item, MenuPart::Category]) {
            event.prevent_default();
        }
    };
    let tools = may_write.then(|| {
        view! {
            <div class="flex items-center">
                <Places slug=slug.clone() part=MenuPart::Category id=id.clone() name=name.clone() at count />
                <DeleteButton slug=slug.clone() part=MenuPart::Category id=id.clone() name=name.clone() />
            </div>
        }
    });
    let rename = may_write.then(|| view! { <Rename slug=slug.clone() id=id.clone() name=name.clone() version save /> });
    let grip = may_write.then(|| view! { <Grip part=MenuPart::Category id=id.clone() /> });
    let empty = items.is_empty().then(|| view! { <li class="muted px-4 py-4 text-sm sm:px-5">"Nothing in it yet: callers do not hear of this category."</li> });
    let rows = items
        .into_iter()
        .enumerate()
        .map(|(at, item)| {
            view! { <Row item at count=items_count slug=slug.clone() category=id.clone() may_write /> }
        })
        .collect_view();
    let label = name.clone();
    view! {
        <section class="rounded-box border border-base-300 bg-base-100" on:dragover=over on:drop=dropped aria-label=label>
            <header class="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-base-300 px-4 py-2 sm:px-5">
                {grip} <h2 class="flex-1 font-semibold">{name}</h2> {tools} {rename}
            </header>
            <ul class="divide-y divide-base-300">{empty} {rows}</ul>
        </section>
    }
    .into_any()
}

#[component]
fn Rename(slug: String, id: String, name: String, version: i64, save: ServerAction<SaveCategory>) -> impl IntoView {
    let key = id.clone();
    let hidden = vec![("slug", slug), ("id", id), ("version", version.to_string())];
    let open = is_returned::<SaveCategory>(&hidden);
    view! {
        <details class="text-sm open:w-full open:pb-2" open=open>
            <summary class="btn btn-ghost btn-sm list-none">"Rename"</summary>
            <SaveForm action=save hidden key class="mt-2 flex items-end gap-2">
                <div class="min-w-0 flex-1">
                    <TextInput label=format!("New name for {name}") name="name" value=name longest=60 />
                </div>
                <button class="btn btn-primary" type="submit">
                    "Save"
                </button>
            </SaveForm>
        </details>
    }
    .into_any()
}

/// What the mouse takes hold of. Hidden from the keyboard, which has buttons for the same.
#[component]
pub fn Grip(part: MenuPart, id: String) -> impl IntoView {
    let order = Order::here();
    view! {
        <span
            class="muted hidden cursor-grab md:block"
            draggable="true"
            aria-hidden="true"
            title="Drag to another place"
            on:dragstart=move |event| order.drag(&event, part, &id)
            on:dragend=move |_| order.let_go()
        >
            <Icon glyph=Glyph::Grip class="size-4" />
        </span>
    }
    .into_any()
}

#[component]
fn Row(item: ItemLine, at: usize, count: usize, slug: String, category: String, may_write: bool) -> impl IntoView {
    let order = Order::here();
    let ItemLine { id, name, prices, allergens, active } = item;
    let (here, into) = (slug.clone(), category);
    let dropped = move |event: ev::DragEvent| {
        if order.drop_at(&here, MenuPart::Item, at, &into) {
            event.prevent_default();
            event.stop_propagation();
        }
    };
    let href = format!("/admin/{slug}/menu/items/{id}");
    let grip = may_write.then(|| view! { <Grip part=MenuPart::Item id=id.clone() /> });
    let tools = may_write.then(|| {
        view! {
            <div class="flex items-center">
                <Places slug=slug.clone() part=MenuPart::Item id=id.clone() name=name.clone() at count />
                <DeleteButton slug=slug.clone() part=MenuPart::Item id=id.clone() name=name.clone() />
            </div>
        }
    });
    let off = (!active).then(|| view! { <Badge text="Off the menu" tone=Tone::Plain /> });
    let contains = (!allergens.is_empty())
        .then(|| view! { <span class="muted block text-xs">{format!("Contains {allergens}")}</span> });
    view! {
        <li class="flex items-center gap-3 px-4 py-2 hover:bg-base-200 sm:px-5" on:drop=dropped>
            {grip}
            <div class="min-w-0 flex-1 sm:flex sm:items-baseline sm:gap-4">
                <div class="min-w-0 sm:flex-1">
                    <a class="link-hover font-medium" href=href>
                        {name}
                    </a>
                    " "
                    {off}
                    {contains}
                </div>
                <span class="muted block text-sm tabular-nums sm:text-right">{prices}</span>
            </div>
            {tools}
        </li>
    }
    .into_any()
}
