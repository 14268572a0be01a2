//! Taking away what belongs to events, and the way back.

use leptos::{form::ActionForm, prelude::*};
use leptos_router::hooks::use_query_map;
use model::EventPart;

use super::after;
use crate::{
    error::AppError,
    ui::{Glyph, Icon, Toasts, form::is_returned, refusal},
};

/// Takes something away; answers with what it was called. Without scripts the page that it was on offers to bring it back.
#[server(prefix = "/rpc")]
pub async fn delete_event_part(
    slug: String,
    #[server(default)] event: String,
    part: EventPart,
    id: String,
) -> Result<String, AppError> {
    let asking = super::asking(&slug).await?;
    let name = backend::packs::events::manage::parts::delete(&asking.org, &asking.member, part, &id).await?;
    crate::session::lead_plain_form(&format!("{}?deleted={part}.{id}", page(&slug, &event, part)?));
    Ok(name)
}

/// Brings back what was taken away.
#[server(prefix = "/rpc")]
pub async fn restore_event_part(
    slug: String,
    #[server(default)] event: String,
    part: EventPart,
    id: String,
) -> Result<(), AppError> {
    use backend::{error::Error, packs::events::manage::parts};

    let asking = super::asking(&slug).await?;
    parts::restore(&asking.org, &asking.member, part, &id).await.map_err(|error| match error {
        Error::NotFound => AppError::Invalid(
            "It cannot be brought back: another of this name has taken its place, or it is back already.".into(),
        ),
        other => other.into(),
    })?;
    crate::session::lead_plain_form(&page(&slug, &event, part)?);
    Ok(())
}

/// The page that a part is on.
#[cfg(feature = "ssr")]
fn page(slug: &str, event: &str, part: EventPart) -> Result<String, AppError> {
    Ok(match part {
        EventPart::Venue => format!("/admin/{slug}/events/venues"),
        EventPart::Package => format!("/admin/{slug}/events/packages"),
        _ => format!("/admin/{slug}/events/{}", super::named::<model::EventId>(event)?),
    })
}

/// Deletes the parts of one kind and brings them back; `again` is called when the list is another.
#[derive(Clone, Copy)]
pub struct Taking {
    /// Takes one away.
    pub delete: ServerAction<DeleteEventPart>,
    restore: ServerAction<RestoreEventPart>,
    part: EventPart,
}

impl Taking {
    /// That of one kind of part, on the page of an event or on one of its own.
    pub fn of(part: EventPart, slug: Memo<String>, event: Signal<String>, again: impl Fn() + Copy + 'static) -> Self {
        let (delete, restore) = (ServerAction::<DeleteEventPart>::new(), ServerAction::<RestoreEventPart>::new());
        let toasts = Toasts::here();
        let last = StoredValue::new(String::new());
        Effect::new(move |_| {
            if let Some(input) = delete.input().get() {
                last.set_value(input.id);
            }
        });
        after(delete, move |name| {
            again();
            let id = last.get_value();
            let undo = Callback::new(move |()| {
                let (slug, event) = (slug.get_untracked(), event.get_untracked());
                restore.dispatch(RestoreEventPart { slug, event, part, id: id.clone() });
            });
            toasts.say_with_undo(format!("{name} is deleted; callers are not told of it any more."), undo);
        });
        after(restore, move |()| {
            again();
            toasts.say("It is back.");
        });
        Self { delete, restore, part }
    }

    /// Why it was refused, if it was.
    pub fn refusal(self) -> Signal<Option<AppError>> {
        // Several kinds are on one page, and a form that was sent without scripts leads back to all of them.
        let mine = [("part", self.part.to_string())];
        let sent = (is_returned::<DeleteEventPart>(&mine), is_returned::<RestoreEventPart>(&mine));
        let (deleting, restoring) = (refusal(self.delete), refusal(self.restore));
        let (deleted, restored) = (self.delete.version(), self.restore.version());
        Signal::derive(move || {
            let deleting = deleting.get().filter(|_| sent.0 || deleted.get() > 0);
            deleting.or_else(|| restoring.get().filter(|_| sent.1 || restored.get() > 0))
        })
    }
}

/// After a deletion without scripts: what happened, and the way back.
#[component]
pub fn Deleted(slug: Memo<String>, #[prop(into, optional)] event: Signal<String>) -> impl IntoView {
    let query = use_query_map();
    let deleted = Memo::new(move |_| {
        let deleted = query.read().get("deleted").unwrap_or_default();
        let (part, id) = deleted.split_once('.')?;
        Some((part.parse::<EventPart>().ok()?, id.to_owned()))
    });
    let action = ServerAction::<RestoreEventPart>::new();
    let told = move || match deleted.read().as_ref().map(|(part, _)| *part) {
        Some(EventPart::Venue) => "The venue is deleted; callers are not told of it any more.",
        Some(EventPart::Package) => "The package is deleted; callers are not told of it any more.",
        Some(EventPart::Tier) => "The tickets are deleted; callers cannot buy them any more.",
        Some(EventPart::Sponsor) => "The sponsor is deleted; callers are not told of it any more.",
        Some(EventPart::Chef) => "The chef is deleted; callers are not told of them any more.",
        Some(EventPart::Winner) => "The winner is deleted; callers are not told of them any more.",
        None => "",
    };
    view! {
        <ActionForm
            action
            attr:class=move || {
                if deleted.read().is_none() {
                    "hidden"
                } else {
                    "flex items-center gap-3 rounded-box bg-neutral px-4 py-3 text-sm text-neutral-content"
                }
            }
        >
            <input type="hidden" name="slug" value=move || slug.get() />
            <input type="hidden" name="event" value=move || event.get() />
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
