//! Who won at an event.

use leptos::{form::ActionForm, prelude::*};
use serde::{Deserialize, Serialize};

use super::{Keep, Line, NewRecord, Record, TakeAway, after, fold_up};
use crate::{
    error::AppError,
    ui::{Card, Problem, Toasts, refusal},
};

const GROUP: &str = "winners";

/// Who won at an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WinnersData {
    rows: Vec<model::WinnerRow>,
    may_write: bool,
}

/// Who won at an event.
#[server(prefix = "/rpc")]
pub async fn load_winners(slug: String, event: String) -> Result<WinnersData, AppError> {
    let asking = super::asking(&slug).await?;
    let rows = backend::packs::events::manage::people::winners(&asking.org, super::named(&event)?).await?;
    Ok(WinnersData { rows, may_write: asking.member.role.allows(model::Role::Manager) })
}

/// Keeps a prize; a new one where `id` is empty.
#[server(prefix = "/rpc")]
pub async fn save_winner(
    slug: String,
    event: String,
    #[server(default)] id: String,
    version: i64,
    place: String,
    category: String,
    chef: String,
    #[server(default)] restaurant: String,
    #[server(default)] dish: String,
) -> Result<(), AppError> {
    let asking = super::asking(&slug).await?;
    let form = model::WinnerForm { place: super::number(&place, "Place")?, category, chef, restaurant, dish, version };
    let (event, id) = (super::named(&event)?, super::known(&id)?);
    backend::packs::events::manage::people::save_winner(&asking.org, &asking.member, event, id, &form).await?;
    Ok(())
}

/// Takes a prize away.
#[server(prefix = "/rpc")]
pub async fn delete_winner(slug: String, event: String, id: String) -> Result<model::WinnerForm, AppError> {
    let asking = super::asking(&slug).await?;
    let (event, id) = (super::named(&event)?, super::named(&id)?);
    Ok(backend::packs::events::manage::people::delete_winner(&asking.org, &asking.member, event, id).await?)
}

/// Who won at an event.
#[component]
pub fn Winners(slug: Memo<String>, event: Memo<String>) -> impl IntoView {
    let data = Resource::new_blocking(move || (slug.get(), event.get()), |(slug, event)| load_winners(slug, event));
    let save = ServerAction::<SaveWinner>::new();
    let delete = ServerAction::<DeleteWinner>::new();
    let toasts = Toasts::here();
    let again = Callback::new(move |form: model::WinnerForm| {
        save.dispatch(SaveWinner {
            slug: slug.get_untracked(),
            event: event.get_untracked(),
            id: String::new(),
            version: 0,
            place: form.place.to_string(),
            category: form.category,
            chef: form.chef,
            restaurant: form.restaurant,
            dish: form.dish,
        });
    });
    after(save, move |()| {
        fold_up(GROUP);
        toasts.say("Saved.");
        data.refetch();
    });
    after(delete, move |form| {
        fold_up(GROUP);
        data.refetch();
        let text = format!("{} is deleted.", form.chef);
        toasts.say_with_undo(text, Callback::new(move |()| again.run(form.clone())));
    });
    let (kept, deleted) = (refusal(save), refusal(delete));
    let error = Signal::derive(move || kept.get().or_else(|| deleted.get()));
    view! {
        <Card title="Winners" class="">
            <Problem error />
            <Transition fallback=|| view! { <div class="skeleton m-4 h-12"></div> }>
                {move || Suspend::new(async move {
                    data.await.ok().map(|data| {
                        let may_write = data.may_write;
                        let (slug, event) = (slug.get_untracked(), event.get_untracked());
                        let none = data.rows.is_empty().then(|| view! {
                            <li class="muted px-4 py-3 text-sm sm:px-5">"Nobody has won yet. Callers ask for winners once an event is over."</li>
                        });
                        let rows = data.rows.into_iter().map(|row| {
                            view! { <Row row slug=slug.clone() event=event.clone() save delete may_write /> }
                        }).collect_view();
                        let blank = may_write.then(|| view! {
                            <NewRecord group=GROUP label="Add a winner">
                                <Fields slug=slug.clone() event=event.clone() id=String::new() form=model::WinnerForm { place: 1, ..Default::default() } save />
                            </NewRecord>
                        });
                        view! { <ul class="divide-y divide-base-300">{none} {rows} {blank}</ul> }
                    })
                })}
            </Transition>
        </Card>
    }
    .into_any()
}

#[component]
fn Row(
    row: model::WinnerRow,
    slug: String,
    event: String,
    save: ServerAction<SaveWinner>,
    delete: ServerAction<DeleteWinner>,
    may_write: bool,
) -> impl IntoView {
    let (id, form) = (row.id.to_string(), row.form);
    let label = form.chef.clone();
    let detail: Vec<&str> =
        [form.restaurant.as_str(), form.dish.as_str()].into_iter().filter(|text| !text.is_empty()).collect();
    let detail = detail.join(" · ");
    let won = format!("{}. {}", form.place, form.category);
    let row = view! {
        <p class="font-medium">{form.chef.clone()}</p>
        <p class="text-sm">{won}</p>
        <p class="muted text-sm">{detail}</p>
    }
    .into_any();
    view! {
        <Record group=GROUP label may_write row>
            <Fields slug=slug.clone() event=event.clone() id=id.clone() form=form.clone() save />
            <ActionForm action=delete>
                <input type="hidden" name="slug" value=slug.clone() />
                <input type="hidden" name="event" value=event.clone() />
                <input type="hidden" name="id" value=id.clone() />
                <TakeAway label=format!("Delete {}", form.chef) />
            </ActionForm>
        </Record>
    }
    .into_any()
}

#[component]
fn Fields(
    slug: String,
    event: String,
    id: String,
    form: model::WinnerForm,
    save: ServerAction<SaveWinner>,
) -> impl IntoView {
    let label = if id.is_empty() { "Add a winner" } else { "Save winner" };
    let at = format!("{GROUP}{id}");
    view! {
        <ActionForm action=save attr:class="flex flex-col gap-4">
            <input type="hidden" name="slug" value=slug />
            <input type="hidden" name="event" value=event />
            <input type="hidden" name="id" value=id />
            <input type="hidden" name="version" value=form.version />
            <div class="grid gap-4 sm:grid-cols-2">
                <Line form=at.clone() name="place" label="Place" value=form.place.to_string() keys="numeric" />
                <Line form=at.clone() name="category" label="What the prize was for" value=form.category />
                <Line form=at.clone() name="chef" label="Chef" value=form.chef />
                <Line form=at.clone() name="restaurant" label="Restaurant" value=form.restaurant optional=true />
                <Line form=at.clone() name="dish" label="Dish" value=form.dish optional=true />
            </div>
            <Keep label pending=save.pending() />
        </ActionForm>
    }
    .into_any()
}
