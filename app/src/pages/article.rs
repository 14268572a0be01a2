//! `/admin/{org}/knowledge-base/new` and `/{id}`: writing an article.

mod history;

use leptos::{form::ActionForm, prelude::*};
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use super::{use_id, use_slug};
use crate::{
    error::AppError,
    moment::Moment,
    ui::{
        Card, Dialog, DialogHandle, Failure, Glyph, Icon, Page, Problem, SaveButton, SaveForm, SkeletonRows, TextArea,
        TextInput, Toasts, refusal,
    },
    unsaved,
};
use history::{History, VersionLine};

/// An article in the editor.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ArticleData {
    /// Empty for a new one.
    id: String,
    title: String,
    category: String,
    body: String,
    rendered: String,
    version: i64,
    edited: Option<(String, Moment)>,
    categories: Vec<String>,
    history: Vec<VersionLine>,
    may_write: bool,
}

/// One article, or an empty one to fill.
#[server(prefix = "/rpc")]
pub async fn load_article(slug: String, id: Option<String>) -> Result<ArticleData, AppError> {
    use crate::{markdown, session};

    let asking = session::member(&slug).await?;
    let org = &asking.org;
    let may_write = asking.member.role.allows(model::Role::Manager);
    let mut categories: Vec<String> = backend::articles::list(org).await?.into_iter().map(|row| row.category).collect();
    categories.dedup();
    let Some(id) = id else {
        session::member_with(&slug, model::Role::Manager).await?;
        return Ok(ArticleData { categories, may_write, ..ArticleData::default() });
    };
    let id = id.parse().map_err(|_| session::not_found())?;
    let article = backend::articles::get(org, id).await?.ok_or_else(session::not_found)?;
    let history = backend::articles::history(org, id).await?;
    Ok(ArticleData {
        id: id.to_string(),
        rendered: markdown::render(&article.body),
        edited: Some((article.author, Moment::of(org, article.row.updated_at))),
        title: article.row.title,
        category: article.row.category,
        body: article.body,
        version: article.version,
        categories,
        history: history.into_iter().map(|version| VersionLine::of(org, version)).collect(),
        may_write,
    })
}

/// Keeps an article; a new one where `id` is empty.
#[server(prefix = "/rpc")]
pub async fn save_article(
    slug: String,
    #[server(default)] id: String,
    version: i64,
    title: String,
    category: String,
    #[server(default)] body: String,
) -> Result<(), AppError> {
    use crate::session;

    let asking = session::member(&slug).await?;
    let known = if id.is_empty() { None } else { Some(id.parse().map_err(|_| session::not_found())?) };
    let body = body.replace("\r\n", "\n");
    let form = model::ArticleForm { title, category, body, version };
    let saved = backend::articles::save(&asking.org, &asking.member, known, form).await?;
    leptos_axum::redirect(&format!("/admin/{slug}/knowledge-base/{}?saved={}", saved.row.id, saved.version));
    Ok(())
}

/// Takes an article away; the list offers to bring it back.
#[server(prefix = "/rpc")]
pub async fn delete_article(slug: String, id: String) -> Result<(), AppError> {
    use crate::session;

    let asking = session::member(&slug).await?;
    let article = id.parse().map_err(|_| session::not_found())?;
    backend::articles::delete(&asking.org, &asking.member, article).await?;
    leptos_axum::redirect(&format!("/admin/{slug}/knowledge-base?deleted={article}"));
    Ok(())
}

/// An article's text as it will look.
#[server(prefix = "/rpc")]
pub async fn preview(slug: String, #[server(default)] body: String) -> Result<String, AppError> {
    crate::session::member(&slug).await?;
    Ok(crate::markdown::render(&body))
}

/// An empty article.
#[component]
pub fn NewArticlePage() -> impl IntoView {
    view! { <Loaded id=Signal::stored(None) /> }
}

/// An article.
#[component]
pub fn ArticlePage() -> impl IntoView {
    let id = use_id();
    view! { <Loaded id=Signal::derive(move || Some(id.get())) /> }
}

#[component]
fn Loaded(id: Signal<Option<String>>) -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    // Part of the source, so that the page shows what was saved.
    let saved = Memo::new(move |_| query.read().get("saved").unwrap_or_default());
    let data =
        Resource::new_blocking(move || (slug.get(), id.get(), saved.get()), |(slug, id, _)| load_article(slug, id));
    let toasts = Toasts::here();
    Effect::new(move |before: Option<String>| {
        let now = saved.get();
        if !now.is_empty() && before.is_some_and(|before| before != now) {
            toasts.say("Saved. The next caller who asks hears it.");
        }
        now
    });
    view! {
        <Transition fallback=|| view! { <SkeletonRows /> }>
            {move || Suspend::new(async move {
                match data.await {
                    Ok(data) => view! { <Editor data slug=slug.get_untracked() /> }.into_any(),
                    Err(error) => view! { <Failure error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Editor(data: ArticleData, slug: String) -> impl IntoView {
    let is_new = data.id.is_empty();
    let title = if is_new { "New article".to_owned() } else { data.title.clone() };
    let lead = match &data.edited {
        Some((author, at)) => format!("Last edited by {author}, {}", at.exact),
        None => "One question, one article. The title is best the question as a caller asks it.".to_owned(),
    };
    let back = format!("/admin/{slug}/knowledge-base");
    let deleting = DialogHandle::new();
    let can_delete = !is_new && data.may_write;
    let actions = move || {
        view! {
            <a class="btn btn-sm" href=back.clone()>
                "All articles"
            </a>
            {can_delete
                .then(|| {
                    view! {
                        <button class="btn btn-sm" on:click=move |_| deleting.open()>
                            <Icon glyph=Glyph::Trash class="size-4" />
                            "Delete"
                        </button>
                    }
                })}
        }
        .into_any()
    };
    let id = data.id.clone();
    let history = data.history.clone();
    let (version, may_write) = (data.version, data.may_write);
    let content = if may_write {
        view! { <Writing data slug=slug.clone() /> }.into_any()
    } else {
        view! {
            <Card>
                <div class="prose-plain" inner_html=data.rendered></div>
            </Card>
        }
        .into_any()
    };
    view! {
        <Page title lead actions=actions.into()>
            <div class="flex flex-col gap-5">
                {content}
                {(!is_new)
                    .then(|| {
                        view! {
                            <History slug=slug.clone() id=id.clone() versions=history version may_write />
                            <DeleteDialog slug=slug.clone() id=id.clone() handle=deleting />
                        }
                    })}
            </div>
        </Page>
    }
    .into_any()
}

#[component]
fn Writing(data: ArticleData, slug: String) -> impl IntoView {
    let action = ServerAction::<SaveArticle>::new();
    let error = refusal(action);
    let dirty = unsaved::guard();
    let rendered = RwSignal::new(data.rendered);
    let organisation = StoredValue::new(slug.clone());
    // What was typed is shown as it will look, after a short pause.
    let show = StoredValue::new(leptos::leptos_dom::helpers::debounce(
        std::time::Duration::from_millis(300),
        move |body: String| {
            let slug = organisation.get_value();
            leptos::task::spawn_local(async move {
                if let Ok(html) = preview(slug, body).await {
                    rendered.try_set(html);
                }
            });
        },
    ));
    let typed = move |event| show.update_value(|show| show(event_target_value(&event)));
    let suggestions =
        data.categories.into_iter().map(|category| view! { <option value=category></option> }).collect_view();
    let hidden = vec![("slug", slug), ("id", data.id), ("version", data.version.to_string())];
    view! {
        <SaveForm action hidden dirty>
            <Problem error />
            <Card>
                <div class="flex flex-col gap-4">
                    <div class="grid gap-4 sm:grid-cols-[2fr_1fr]">
                        <TextInput label="Title" name="title" value=data.title hint="Best as the question a caller asks" />
                        <TextInput label="Category" name="category" value=data.category list="categories" hint="The shelf it stands on" />
                        <datalist id="categories">{suggestions}</datalist>
                    </div>
                    <div class="grid grid-cols-1 gap-4 lg:grid-cols-2">
                        <div on:input=typed>
                            <TextArea
                                label="Text"
                                name="body"
                                value=data.body
                                rows=14
                                hint="Markdown: **bold**, - list, [link](https://…). Short sentences are spoken best."
                                class="font-mono text-sm leading-relaxed"
                            />
                        </div>
                        <div class="flex min-w-0 flex-col gap-1.5">
                            <p class="text-sm font-medium">"Preview"</p>
                            <div
                                class="prose-plain min-h-24 flex-1 rounded-field border border-dashed border-base-300 p-4"
                                inner_html=move || rendered.get()
                            ></div>
                        </div>
                    </div>
                    <div class="flex items-center justify-end gap-3">
                        <SaveButton label="Save" dirty pending=action.pending() />
                    </div>
                </div>
            </Card>
        </SaveForm>
    }
    .into_any()
}

#[component]
fn DeleteDialog(slug: String, id: String, handle: DialogHandle) -> impl IntoView {
    let action = ServerAction::<DeleteArticle>::new();
    let error = refusal(action);
    view! {
        <Dialog handle title="Delete this article?">
            <Problem error />
            <p>"Callers are not told of it any more. You can bring it back right afterwards."</p>
            <div class="modal-action">
                <button class="btn" on:click=move |_| handle.close()>
                    "Keep it"
                </button>
                <ActionForm action>
                    <input type="hidden" name="slug" value=slug />
                    <input type="hidden" name="id" value=id />
                    <button class="btn btn-error" type="submit">
                        "Delete"
                    </button>
                </ActionForm>
            </div>
        </Dialog>
    }
    .into_any()
}
