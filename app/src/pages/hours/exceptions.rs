//! Holidays and other days that differ from the ordinary week.

use leptos::{form::ActionForm, prelude::*};

use super::{ExceptionLine, Span, week::Times};
use crate::{
    error::AppError,
    ui::{Card, Glyph, Icon, Problem, SaveForm, TextInput, form::is_returned, refusal},
};

/// Keeps a day; a new one where `was` is empty.
#[server(prefix = "/rpc")]
pub async fn save_exception(
    slug: String,
    #[server(default)] was: String,
    version: i64,
    #[server(default)] day: String,
    #[server(default)] name: String,
    #[server(default)] spans: Vec<Span>,
) -> Result<(), AppError> {
    use crate::session;

    let asking = session::member_with_pack(&slug, model::PackKey::Menu).await?;
    let was = if was.is_empty() { None } else { Some(was.parse().map_err(|_| session::not_found())?) };
    let day = day.parse().map_err(|_| backend::error::Error::field("day", "There is no such day. Choose another."))?;
    let form = model::ExceptionForm { day, name, spans: spans.into_iter().map(Into::into).collect(), version };
    backend::packs::menu::manage::exceptions::save(&asking.org, &asking.member, was, &form).await?;
    Ok(())
}

/// Makes a day an ordinary one again; the page offers to take that back.
#[server(prefix = "/rpc")]
pub async fn delete_exception(slug: String, day: String) -> Result<(), AppError> {
    use crate::session;

    let asking = session::member_with_pack(&slug, model::PackKey::Menu).await?;
    let date = day.parse().map_err(|_| session::not_found())?;
    backend::packs::menu::manage::exceptions::delete(&asking.org, &asking.member, date).await?;
    leptos_axum::redirect(&format!("/admin/{slug}/hours?deleted={date}"));
    Ok(())
}

/// Brings a day's own hours back.
#[server(prefix = "/rpc")]
pub async fn restore_exception(slug: String, day: String) -> Result<(), AppError> {
    use crate::session;

    let asking = session::member_with_pack(&slug, model::PackKey::Menu).await?;
    let date = day.parse().map_err(|_| session::not_found())?;
    backend::packs::menu::manage::exceptions::restore(&asking.org, &asking.member, date).await?;
    leptos_axum::redirect(&format!("/admin/{slug}/hours"));
    Ok(())
}

/// After a deletion: what happened, and the way back.
#[component]
pub fn Deleted(slug: Memo<String>, deleted: Memo<String>) -> impl IntoView {
    let action = ServerAction::<RestoreException>::new();
    view! {
        <Problem error=refusal(action) />
        <ActionForm
            action
            attr:class=move || {
                if deleted.read().is_empty() {
                    "hidden"
                } else {
                    "mb-4 flex items-center gap-3 rounded-box bg-neutral px-4 py-3 text-sm text-neutral-content"
                }
            }
        >
            <input type="hidden" name="slug" value=move || slug.get() />
            <input type="hidden" name="day" value=move || deleted.get() />
            <Icon glyph=Glyph::Trash />
            <span class="flex-1" role="status">
                "The day is deleted: callers are told the hours of an ordinary week."
            </span>
            <button class="btn btn-sm" type="submit">
                <Icon glyph=Glyph::Undo class="size-4" />
                "Undo"
            </button>
        </ActionForm>
    }
    .into_any()
}

/// The days, and one to add.
#[component]
pub fn Exceptions(
    exceptions: Vec<ExceptionLine>,
    today: String,
    slug: String,
    save: ServerAction<SaveException>,
    may_write: bool,
) -> impl IntoView {
    let delete = ServerAction::<DeleteException>::new();
    let empty = exceptions
        .is_empty()
        .then(|| view! { <li class="muted px-4 py-6 text-center sm:px-5">"No day differs from the ordinary week. Add the next holiday."</li> });
    let (organisation, first) = (slug.clone(), today.clone());
    let rows = exceptions
        .into_iter()
        .map(|line| {
            let (slug, today) = (organisation.clone(), first.clone());
            view! { <Row line slug today save delete may_write /> }
        })
        .collect_view();
    let open = is_returned::<SaveException>(&[("was", String::new())]);
    let new = may_write.then(|| {
        view! {
            <details class="border-t border-base-300 px-4 py-3 sm:px-5" open=open>
                <summary class="btn btn-sm list-none">
                    <Icon glyph=Glyph::Plus class="size-4" />
                    "Add a day"
                </summary>
                <div class="pt-4">
                    <Fields line=ExceptionLine::default() slug today save />
                </div>
            </details>
        }
    });
    view! {
        <div id="exceptions">
            <Card title="Holidays and other days" class="">
                <Problem error=refusal(delete) />
                <ul class="divide-y divide-base-300">{empty} {rows}</ul>
                {new}
            </Card>
        </div>
    }
    .into_any()
}

#[component]
fn Row(
    line: ExceptionLine,
    slug: String,
    today: String,
    save: ServerAction<SaveException>,
    delete: ServerAction<DeleteException>,
    may_write: bool,
) -> impl IntoView {
    let ExceptionLine { day, date, name, open, .. } = line.clone();
    let returned = is_returned::<SaveException>(&[("was", day.clone())]);
    let tools = may_write.then(|| {
        let (here, label, change) = (slug.clone(), format!("Delete {name}"), format!("Change {name}"));
        view! {
            <ActionForm action=delete>
                <input type="hidden" name="slug" value=here />
                <input type="hidden" name="day" value=day />
                <button class="btn btn-ghost btn-sm btn-square" type="submit" aria-label=label title="Delete">
                    <Icon glyph=Glyph::Trash class="size-4" />
                </button>
            </ActionForm>
            <details class="w-full text-sm" open=returned>
                <summary class="link cursor-pointer" aria-label=change>
                    "Change"
                </summary>
                <div class="pt-3 pb-2">
                    <Fields line slug today save />
                </div>
            </details>
        }
    });
    view! {
        <li class="flex flex-wrap items-center gap-x-4 px-4 py-2 sm:px-5">
            <div class="min-w-0 flex-1">
                <span class="font-medium">{name}</span>
                <span class="muted block text-sm">{date}</span>
            </div>
            <span class="text-sm tabular-nums">{open}</span>
            {tools}
        </li>
    }
    .into_any()
}

/// The fields of a day, with room for one interval more than it has.
#[component]
fn Fields(line: ExceptionLine, slug: String, today: String, save: ServerAction<SaveException>) -> impl IntoView {
    let ExceptionLine { day, name, spans, version, .. } = line;
    let key = if day.is_empty() { "new".to_owned() } else { day.clone() };
    let hidden = vec![("slug", slug), ("was", day.clone()), ("version", version.to_string())];
    view! {
        <SaveForm action=save hidden key class="flex flex-col gap-3">
            <div class="grid gap-3 sm:grid-cols-2">
                <TextInput label="Day" name="day" kind="date" value=day min=today />
                <TextInput label="Name, as callers call it" name="name" value=name example="Christmas Eve" longest=60 />
            </div>
            <fieldset>
                <legend class="mb-1.5 text-sm font-medium">"Open from – to"</legend>
                <Spans spans />
                <p class="muted mt-1.5 text-sm">"Without times it is closed all day."</p>
            </fieldset>
            <div class="flex justify-end">
                <button class="btn btn-primary btn-sm" type="submit">
                    {if version == 0 { "Add the day" } else { "Save" }}
                </button>
            </div>
        </SaveForm>
    }
    .into_any()
}

#[component]
fn Spans(spans: Vec<Span>) -> impl IntoView {
    let rows = (spans.len() + 1).max(2);
    let rows = spans.into_iter().chain(std::iter::repeat(Span::default())).take(rows).enumerate();
    let rows = rows
        .map(|(at, span)| {
            let label = if at == 0 { "Open".to_owned() } else { format!("Open, {}", at + 1) };
            view! {
                <div class="flex flex-col gap-1">
                    <Times span field=format!("spans[{at}]") label />
                </div>
            }
        })
        .collect_view();
    view! { <div class="flex flex-wrap gap-x-6 gap-y-2">{rows}</div> }.into_any()
}
