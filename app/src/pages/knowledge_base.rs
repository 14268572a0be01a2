//! `/admin/{org}/knowledge-base`: what the assistant knows, and a question to try it with.

use leptos::prelude::*;
use leptos_router::{components::Form, hooks::use_query_map};
use model::Answer;
use serde::{Deserialize, Serialize};

use super::use_slug;
use crate::{
    error::AppError,
    format,
    moment::Moment,
    ui::{Card, DataTable, EmptyState, Failure, Glyph, Icon, Page, Problem, RelativeTime, SkeletonRows, refusal},
};

/// An article that no call has used for this long may be out of date or badly named.
#[cfg(feature = "ssr")]
const STALE_DAYS: i64 = 180;

/// The list of articles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArticlesData {
    articles: Vec<ArticleLine>,
    may_write: bool,
}

/// An article in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct ArticleLine {
    id: String,
    title: String,
    category: String,
    hits: i64,
    last_used: Option<Moment>,
    updated: Moment,
    stale: bool,
}

/// Every article.
#[server(prefix = "/rpc")]
pub async fn load_articles(slug: String) -> Result<ArticlesData, AppError> {
    let asking = crate::session::member(&slug).await?;
    let org = &asking.org;
    let long_ago = asking.backend.clock().now() - chrono::TimeDelta::days(STALE_DAYS);
    let rows = backend::articles::list(org).await?;
    let line = |row: model::ArticleRow| ArticleLine {
        id: row.id.to_string(),
        title: row.title,
        category: row.category,
        hits: row.hits,
        last_used: row.last_used_at.map(|at| Moment::of(org, at)),
        updated: Moment::of(org, row.updated_at),
        stale: row.updated_at < long_ago,
    };
    Ok(ArticlesData {
        articles: rows.into_iter().map(line).collect(),
        may_write: asking.member.role.allows(model::Role::Manager),
    })
}

/// What a caller who asks this would be told.
#[server(prefix = "/rpc")]
pub async fn ask(slug: String, question: String) -> Result<Option<Answer>, AppError> {
    let org = crate::session::member(&slug).await?.org;
    let question = question.trim();
    if question.is_empty() {
        return Ok(None);
    }
    Ok(Some(backend::articles::ask(&org, question).await?))
}

/// Brings a deleted article back.
#[server(prefix = "/rpc")]
pub async fn undelete_article(slug: String, id: String) -> Result<(), AppError> {
    use crate::session;

    let asking = session::member(&slug).await?;
    let id = id.parse().map_err(|_| session::not_found())?;
    backend::articles::restore(&asking.org, &asking.member, id).await?;
    leptos_axum::redirect(&format!("/admin/{slug}/knowledge-base"));
    Ok(())
}

/// The knowledge base.
#[component]
pub fn KnowledgeBasePage() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    let deleted = Memo::new(move |_| query.read().get("deleted").unwrap_or_default());
    let data = Resource::new_blocking(move || (slug.get(), deleted.get()), |(slug, _)| load_articles(slug));
    let new = move || {
        let button = move || {
            view! {
                <a class="btn btn-primary" href=format!("/admin/{}/knowledge-base/new", slug.get_untracked())>
                    <Icon glyph=Glyph::Plus class="size-4" />
                    "New article"
                </a>
            }
        };
        view! {
            <Transition>
                {move || Suspend::new(async move { data.await.is_ok_and(|data| data.may_write).then(button) })}
            </Transition>
        }
        .into_any()
    };
    view! {
        <Page
            title="Knowledge base"
            lead="What the assistant answers from. Callers hear a change with their next question."
            actions=new.into()
        >
            <Deleted slug deleted />
            <div class="grid grid-cols-1 items-start gap-5 lg:grid-cols-[minmax(0,5fr)_minmax(0,3fr)]">
                <Transition fallback=|| view! { <SkeletonRows /> }>
                    {move || Suspend::new(async move {
                        match data.await {
                            Ok(data) => view! { <Articles data slug=slug.get_untracked() /> }.into_any(),
                            Err(error) => view! { <Failure error /> }.into_any(),
                        }
                    })}
                </Transition>
                <AskIt slug />
            </div>
        </Page>
    }
    .into_any()
}

/// After a deletion: what happened, and the way back.
#[component]
fn Deleted(slug: Memo<String>, deleted: Memo<String>) -> impl IntoView {
    let action = ServerAction::<UndeleteArticle>::new();
    let error = refusal(action);
    view! {
        <Problem error />
        <leptos::form::ActionForm
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
            <input type="hidden" name="id" value=move || deleted.get() />
            <Icon glyph=Glyph::Trash />
            <span class="flex-1" role="status">
                "The article is deleted; callers are not told of it any more."
            </span>
            <button class="btn btn-sm" type="submit">
                <Icon glyph=Glyph::Undo class="size-4" />
                "Undo"
            </button>
        </leptos::form::ActionForm>
    }
    .into_any()
}

const COLUMNS: &[(&str, &str)] = &[
    ("Article", ""),
    ("Category", "hidden sm:table-cell"),
    ("Used", "hidden text-right sm:table-cell"),
    ("Last used", "hidden text-right 2xl:table-cell"),
    ("Edited", "hidden text-right md:table-cell"),
];

#[component]
fn Articles(data: ArticlesData, slug: String) -> impl IntoView {
    if data.articles.is_empty() {
        let href = format!("/admin/{slug}/knowledge-base/new");
        return view! {
            <Card class="">
                <EmptyState
                    glyph=Glyph::Book
                    title="No articles yet"
                    hint="Write down what callers ask most: opening hours, parking, prices. One question, one article."
                >
                    {data
                        .may_write
                        .then(|| {
                            view! {
                                <a class="btn btn-primary" href=href>
                                    "Write the first article"
                                </a>
                            }
                        })}
                </EmptyState>
            </Card>
        }
        .into_any();
    }
    let rows = data
        .articles
        .into_iter()
        .map(|article| {
            let href = format!("/admin/{slug}/knowledge-base/{}", article.id);
            view! { <Row article href /> }
        })
        .collect_view();
    view! {
        <Card class="">
            <DataTable caption="Articles" columns=COLUMNS>
                {rows}
            </DataTable>
        </Card>
    }
    .into_any()
}

#[component]
fn Row(article: ArticleLine, href: String) -> impl IntoView {
    let used = format::count(article.hits, "call", "calls");
    let last = article.last_used.map_or_else(|| "never".into_any(), |at| view! { <RelativeTime at /> }.into_any());
    let stale = article
        .stale
        .then(|| view! { <span class="text-xs text-warning">"Not edited for half a year: still right?"</span> });
    view! {
        <tr class="relative hover:bg-base-200 has-[a:focus-visible]:bg-base-200">
            <td>
                <a class="block font-medium after:absolute after:inset-0" href=href>
                    {article.title}
                </a>
                <span class="muted text-xs sm:hidden">{article.category.clone()}</span>
                {stale}
            </td>
            <td class="muted hidden sm:table-cell">{article.category}</td>
            <td class="muted hidden whitespace-nowrap text-right tabular-nums sm:table-cell">{used}</td>
            <td class="muted hidden text-right 2xl:table-cell">{last}</td>
            <td class="muted hidden text-right md:table-cell">
                <RelativeTime at=article.updated />
            </td>
        </tr>
    }
    .into_any()
}

/// A question, and what the caller would get. The question is part of the address.
#[component]
fn AskIt(slug: Memo<String>) -> impl IntoView {
    let query = use_query_map();
    let question = Memo::new(move |_| query.read().get("ask").unwrap_or_default());
    let answer = Resource::new_blocking(move || (slug.get(), question.get()), |(slug, question)| ask(slug, question));
    view! {
        <div class="order-first lg:order-none">
            <Card title="Ask it now">
                <Form method="GET" action="" attr:class="flex gap-2" attr:role="search">
                    <input
                        class="input min-w-0 flex-1"
                        name="ask"
                        aria-label="A caller's question"
                        placeholder="Is there parking?"
                        value=question.get_untracked()
                    />
                    <button class="btn btn-primary" type="submit">
                        "Ask"
                    </button>
                </Form>
                <Transition fallback=|| view! { <p class="muted mt-4 text-sm">"Looking…"</p> }>
                    {move || Suspend::new(async move {
                        match answer.await {
                            Ok(Some(answer)) => view! { <Answered answer slug=slug.get_untracked() /> }.into_any(),
                            Ok(None) => {
                                view! {
                                    <p class="muted mt-3 text-sm">
                                        "Type what a caller might ask, and see the answer they would get."
                                    </p>
                                }
                                    .into_any()
                            }
                            Err(error) => view! { <p class="mt-3 text-sm text-error">{error.to_string()}</p> }.into_any(),
                        }
                    })}
                </Transition>
            </Card>
        </div>
    }
    .into_any()
}

#[component]
fn Answered(answer: Answer, slug: String) -> impl IntoView {
    let passages = answer
        .passages
        .into_iter()
        .map(|passage| {
            view! {
                <li class="border-l-2 border-base-300 pl-3">
                    <a
                        class="link link-hover text-sm font-medium text-primary"
                        href=format!("/admin/{slug}/knowledge-base/{}", passage.article_id)
                    >
                        {passage.title}
                    </a>
                    <p class="muted line-clamp-4 text-sm">{passage.text}</p>
                </li>
            }
        })
        .collect_view();
    view! {
        <div class="mt-4 flex flex-col gap-3" aria-live="polite">
            <p class="rounded-box bg-primary/10 px-4 py-3">{answer.say}</p>
            <h3 class="muted text-sm font-medium">"Found in"</h3>
            <ul class="flex flex-col gap-3">{passages}</ul>
        </div>
    }
    .into_any()
}
