//! Who pays for an event, by package.

use leptos::{form::ActionForm, prelude::*};
use serde::{Deserialize, Serialize};

use super::{Keep, Line, NewRecord, Record, TakeAway, after, fold_up};
use crate::{
    error::AppError,
    ui::{Card, Problem, Toasts, refusal},
};

const GROUP: &str = "sponsors";

/// Who pays for an event, by package.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SponsorsData {
    rows: Vec<model::SponsorRow>,
    levels: Vec<String>,
    may_write: bool,
}

/// Who pays for an event, by package.
#[server(prefix = "/rpc")]
pub async fn load_sponsors(slug: String, event: String) -> Result<SponsorsData, AppError> {
    let asking = super::asking(&slug).await?;
    let rows = backend::packs::events::manage::people::sponsors(&asking.org, super::named(&event)?).await?;
    let levels: Vec<String> = backend::packs::events::manage::packages::list(&asking.org)
        .await?
        .into_iter()
        .map(|row| row.form.level)
        .collect();
    let mut rows = rows;
    // The largest package first, as they are named at the event.
    rows.sort_by_key(|row| std::cmp::Reverse(levels.iter().position(|level| *level == row.form.level)));
    Ok(SponsorsData { rows, levels, may_write: asking.member.role.allows(model::Role::Manager) })
}

/// Keeps a sponsor; a new one where `id` is empty.
#[server(prefix = "/rpc")]
pub async fn save_sponsor(
    slug: String,
    event: String,
    #[server(default)] id: String,
    version: i64,
    name: String,
    level: String,
) -> Result<(), AppError> {
    let asking = super::asking(&slug).await?;
    let form = model::SponsorForm { name, level, version };
    let (event, id) = (super::named(&event)?, super::known(&id)?);
    backend::packs::events::manage::people::save_sponsor(&asking.org, &asking.member, event, id, &form).await?;
    Ok(())
}

/// Takes a sponsor away.
#[server(prefix = "/rpc")]
pub async fn delete_sponsor(slug: String, event: String, id: String) -> Result<model::SponsorForm, AppError> {
    let asking = super::asking(&slug).await?;
    let (event, id) = (super::named(&event)?, super::named(&id)?);
    Ok(backend::packs::events::manage::people::delete_sponsor(&asking.org, &asking.member, event, id).await?)
}

/// Who pays for an event, by package.
#[component]
pub fn Sponsors(slug: Memo<String>, event: Memo<String>) -> impl IntoView {
    let data = Resource::new_blocking(move || (slug.get(), event.get()), |(slug, event)| load_sponsors(slug, event));
    let save = ServerAction::<SaveSponsor>::new();
    let delete = ServerAction::<DeleteSponsor>::new();
    let toasts = Toasts::here();
    let again = Callback::new(move |form: model::SponsorForm| {
        save.dispatch(SaveSponsor {
            slug: slug.get_untracked(),
            event: event.get_untracked(),
            id: String::new(),
            version: 0,
            name: form.name,
            level: form.level,
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
        let text = format!("{} is deleted.", form.name);
        toasts.say_with_undo(text, Callback::new(move |()| again.run(form.clone())));
    });
    let (kept, deleted) = (refusal(save), refusal(delete));
    let error = Signal::derive(move || kept.get().or_else(|| deleted.get()));
    view! {
        <Card title="Sponsors" class="">
            <Problem error />
            <Transition fallback=|| view! { <div class="skeleton m-4 h-12"></div> }>
                {move || Suspend::new(async move {
                    data.await.ok().map(|data| {
                        let may_write = data.may_write;
                        let (slug, event) = (slug.get_untracked(), event.get_untracked());
                        let none = data.rows.is_empty().then(|| view! {
                            <li class="muted px-4 py-3 text-sm sm:px-5">"No sponsors yet."</li>
                        });
                        let levels = data.levels.into_iter().map(|level| view! { <option value=level></option> }).collect_view();
                        let rows = data.rows.into_iter().map(|row| {
                            view! { <Row row slug=slug.clone() event=event.clone() save delete may_write /> }
                        }).collect_view();
                        let blank = may_write.then(|| view! {
                            <NewRecord group=GROUP label="Add a sponsor">
                                <Fields slug=slug.clone() event=event.clone() id=String::new() form=model::SponsorForm::default() save />
                            </NewRecord>
                        });
                        view! { <datalist id="levels">{levels}</datalist> <ul class="divide-y divide-base-300">{none} {rows} {blank}</ul> }
                    })
                })}
            </Transition>
        </Card>
    }
    .into_any()
}

#[component]
fn Row(
    row: model::SponsorRow,
    slug: String,
    event: String,
    save: ServerAction<SaveSponsor>,
    delete: ServerAction<DeleteSponsor>,
    may_write: bool,
) -> impl IntoView {
    let (id, form) = (row.id.to_string(), row.form);
    let label = form.name.clone();
    let row = view! {
        <p class="flex flex-wrap items-center gap-2">
            <span class="font-medium">{form.name.clone()}</span>
            <crate::ui::Badge text=form.level.clone() />
        </p>
    }
    .into_any();
    view! {
        <Record group=GROUP label may_write row>
            <Fields slug=slug.clone() event=event.clone() id=id.clone() form=form.clone() save />
            <ActionForm action=delete>
                <input type="hidden" name="slug" value=slug.clone() />
                <input type="hidden" name="event" value=event.clone() />
                <input type="hidden" name="id" value=id.clone() />
                <TakeAway label=format!("Delete {}", form.name) />
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
    form: model::SponsorForm,
    save: ServerAction<SaveSponsor>,
) -> impl IntoView {
    let label = if id.is_empty() { "Add a sponsor" } else { "Save sponsor" };
    let at = format!("{GROUP}{id}");
    view! {
        <ActionForm action=save attr:class="flex flex-col gap-4">
            <input type="hidden" name="slug" value=slug />
            <input type="hidden" name="event" value=event />
            <input type="hidden" name="id" value=id />
            <input type="hidden" name="version" value=form.version />
            <div class="grid gap-4 sm:grid-cols-2">
                <Line form=at.clone() name="name" label="Name" value=form.name />
                <Line form=at.clone() name="level" label="Package" value=form.level list="levels" hint="Bronze, Silver, Gold, …" />
            </div>
            <Keep label pending=save.pending() />
        </ActionForm>
    }
    .into_any()
}
