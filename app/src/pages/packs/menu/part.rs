//! What the lists of the menu have in common: tabs, a place in a list, taking away and bringing back.

use leptos::{form::ActionForm, prelude::*};
use leptos_router::hooks::use_query_map;
use model::MenuPart;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    error::AppError,
    fresh,
    pages::use_slug,
    ui::{Glyph, Icon, Problem, Tab, Tabs, refusal},
};

/// The address below the organisation's of the list that a part is in.
#[cfg(feature = "ssr")]
const fn list_of(part: MenuPart) -> &'static str {
    match part {
        MenuPart::Category | MenuPart::Item => "menu",
        MenuPart::Modifier => "menu/extras",
        MenuPart::Plan => "menu/plans",
    }
}

/// Takes something off a list; the list offers to bring it back.
#[server(prefix = "/rpc")]
pub async fn delete_menu_part(slug: String, part: MenuPart, id: String) -> Result<(), AppError> {
    let asking = crate::session::member_with_pack(&slug, model::PackKey::Menu).await?;
    backend::packs::menu::manage::parts::delete(&asking.org, &asking.member, part, &id).await?;
    leptos_axum::redirect(&format!("/admin/{slug}/{}?deleted={part}.{id}", list_of(part)));
    Ok(())
}

/// Brings back what was deleted.
#[server(prefix = "/rpc")]
pub async fn restore_menu_part(slug: String, part: MenuPart, id: String) -> Result<(), AppError> {
    let asking = crate::session::member_with_pack(&slug, model::PackKey::Menu).await?;
    backend::packs::menu::manage::parts::restore(&asking.org, &asking.member, part, &id).await?;
    leptos_axum::redirect(&format!("/admin/{slug}/{}", list_of(part)));
    Ok(())
}

/// Puts something at a place of its list, counted from 0; an item also into another category.
#[server(prefix = "/rpc")]
pub async fn place_menu_part(
    slug: String,
    part: MenuPart,
    id: String,
    at: usize,
    #[server(default)] category: String,
) -> Result<(), AppError> {
    use crate::session;
    use backend::packs::menu::manage::parts;

    let asking = session::member_with_pack(&slug, model::PackKey::Menu).await?;
    let (org, by) = (&asking.org, &asking.member);
    if part == MenuPart::Item && !category.is_empty() {
        let category = category.parse().map_err(|_| session::not_found())?;
        return Ok(parts::place_in(org, by, &id, category, at).await?);
    }
    Ok(parts::place(org, by, part, &id, at).await?)
}

/// The views of the menu.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum View {
    Menu,
    Extras,
    Plans,
    Prices,
}

/// The tabs above each of them.
#[component]
pub fn MenuTabs(slug: Memo<String>, current: View) -> impl IntoView {
    let tabs = [
        (View::Menu, "Menu", ""),
        (View::Extras, "Extras", "/extras"),
        (View::Plans, "Subscriptions", "/plans"),
        (View::Prices, "Change prices", "/prices"),
    ];
    move || {
        let tab = |(view, label, path): (View, &str, &str)| Tab {
            label: label.to_owned(),
            href: format!("/admin/{}/menu{path}", slug.read()),
            current: view == current,
        };
        view! { <Tabs label="Parts of the menu" tabs=tabs.into_iter().map(tab).collect() /> }
    }
}

/// After a deletion: what happened, and the way back.
#[component]
pub fn Deleted() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    let action = ServerAction::<RestoreMenuPart>::new();
    let deleted = Memo::new(move |_| {
        let deleted = query.read().get("deleted").unwrap_or_default();
        let (part, id) = deleted.split_once('.')?;
        Some((part.parse::<MenuPart>().ok()?, id.to_owned()))
    });
    let told = move || match deleted.read().as_ref().map(|(part, _)| *part) {
        Some(MenuPart::Category) => {
            "The category is deleted with all that was in it; callers are not told of it any more."
        }
        Some(MenuPart::Item) => "The item is deleted; callers are not told of it any more.",
        Some(MenuPart::Modifier) => "The extra is deleted; callers are not offered it any more.",
        Some(MenuPart::Plan) => "The subscription is deleted; callers are not told of it any more.",
        None => "",
    };
    view! {
        <Problem error=refusal(action) />
        <ActionForm
            action
            attr:class=move || {
                if deleted.read().is_none() {
                    "hidden"
                } else {
                    "mb-4 flex items-center gap-3 rounded-box bg-neutral px-4 py-3 text-sm text-neutral-content"
                }
            }
        >
            <input type="hidden" name="slug" value=move || slug.get() />
            <input type="hidden" name="part" value=move || deleted.get().map(|(part, _)| part.as_str()).unwrap_or_default() />
            <input type="hidden" name="id" value=move || deleted.get().map(|(_, id)| id).unwrap_or_default() />
            <Icon glyph=Glyph::Trash />
            <span class="flex-1" role="status">
                {told}
            </span>
            <button class="btn btn-sm" type="submit">
                <Icon glyph=Glyph::Undo class="size-4" />
                "Undo"
            </button>
        </ActionForm>
    }
    .into_any()
}

/// The button that takes something away.
#[component]
pub fn DeleteButton(slug: String, part: MenuPart, id: String, name: String) -> impl IntoView {
    let order = Order::here();
    view! {
        <ActionForm action=order.delete>
            <input type="hidden" name="slug" value=slug />
            <input type="hidden" name="part" value=part.as_str() />
            <input type="hidden" name="id" value=id />
            <button class="btn btn-ghost btn-sm btn-square" type="submit" aria-label=format!("Delete {name}") title="Delete">
                <Icon glyph=Glyph::Trash class="size-4" />
            </button>
        </ActionForm>
    }
    .into_any()
}

/// What moves things within the lists of a page, and takes them away.
#[derive(Clone, Copy)]
pub struct Order {
    place: ServerAction<PlaceMenuPart>,
    delete: ServerAction<DeleteMenuPart>,
    /// What is being dragged.
    dragged: RwSignal<Option<(MenuPart, String)>>,
    /// What gets the focus once the list is drawn in its new order.
    follow: StoredValue<Vec<String>>,
}

impl Order {
    /// Provides it to the lists of a page, whose `data` is loaded again after each move.
    pub fn provide<T>(data: Resource<Result<T, AppError>>) -> Self
    where
        T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    {
        let order = Self {
            place: ServerAction::new(),
            delete: ServerAction::new(),
            dragged: RwSignal::new(None),
            follow: StoredValue::new(Vec::new()),
        };
        provide_context(order);
        fresh::reload_after(order.place, data, "#menu");
        Effect::new(move |_| {
            data.track();
            let follow = order.follow.try_update_value(std::mem::take).unwrap_or_default();
            if !follow.is_empty() {
                fresh::after_drawing(move || fresh::focus(&follow));
            }
        });
        order
    }

    /// That of the page.
    pub fn here() -> Self {
        expect_context::<Self>()
    }

    /// Why the last change was refused.
    pub fn refusal(self) -> Signal<Option<AppError>> {
        let (place, delete) = (refusal(self.place), refusal(self.delete));
        Signal::derive(move || place.get().or_else(|| delete.get()))
    }

    /// Takes note that something is dragged.
    pub fn drag(self, event: &leptos::ev::DragEvent, part: MenuPart, id: &str) {
        if let Some(transfer) = event.data_transfer() {
            // Firefox drags only what carries something; without it nothing is dragged, and the buttons remain.
            let _ = transfer.set_data("text/plain", id);
        }
        self.dragged.set(Some((part, id.to_owned())));
    }

    /// Takes note that nothing is dragged any more.
    pub fn let_go(self) {
        self.dragged.set(None);
    }

    /// Whether what is dragged can be dropped on one of these.
    pub fn fits(self, parts: &[MenuPart]) -> bool {
        self.dragged.read_untracked().as_ref().is_some_and(|(part, _)| parts.contains(part))
    }

    /// Puts what is dragged there, if it is such a part; an item into that category.
    pub fn drop_at(self, slug: &str, part: MenuPart, at: usize, category: &str) -> bool {
        let Some((_, id)) = self.dragged.get_untracked().filter(|(dragged, _)| *dragged == part) else { return false };
        self.dragged.set(None);
        self.place.dispatch(PlaceMenuPart { slug: slug.to_owned(), part, id, at, category: category.to_owned() });
        true
    }
}

/// Up and down in a list: these work by keyboard and without scripts.
#[component]
pub fn Places(slug: String, part: MenuPart, id: String, name: String, at: usize, count: usize) -> impl IntoView {
    let order = Order::here();
    let ids = StoredValue::new([format!("up-{id}"), format!("down-{id}")]);
    let button = |up: bool| {
        let (word, glyph, to) =
            if up { ("up", Glyph::Up, at.saturating_sub(1)) } else { ("down", Glyph::Down, at + 1) };
        let disabled = if up { at == 0 } else { at + 1 >= count };
        // The focus goes with what was moved; at an end of the list to the other of its buttons.
        let follow = move |_| {
            let mut follow = ids.get_value();
            if !up {
                follow.reverse();
            }
            order.follow.set_value(follow.into());
        };
        let (slug, own, label) = (slug.clone(), id.clone(), format!("Move {name} {word}"));
        let place = format!("{word}-{id}");
        view! {
            <ActionForm action=order.place>
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="part" value=part.as_str() />
                <input type="hidden" name="id" value=own />
                <input type="hidden" name="at" value=to.to_string() />
                <button
                    id=place
                    class="btn btn-ghost btn-sm btn-square"
                    type="submit"
                    aria-label=label
                    disabled=disabled
                    on:click=follow
                >
                    <Icon glyph class="size-4" />
                </button>
            </ActionForm>
        }
    };
    view! { <div class="flex">{button(true)} {button(false)}</div> }.into_any()
}
