//! Earlier versions of an article, and going back to one.

use leptos::{form::ActionForm, prelude::*};
use serde::{Deserialize, Serialize};

use crate::{
    error::AppError,
    moment::Moment,
    ui::{Card, Problem, RelativeTime},
};

/// A version of an article.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VersionLine {
    version: i64,
    title: String,
    body: String,
    author: String,
    at: Moment,
}

#[cfg(feature = "ssr")]
impl VersionLine {
    /// A version as this organisation's clocks show it.
    pub fn of(org: &backend::org::Org, version: backend::articles::ArticleVersion) -> Self {
        Self {
            at: Moment::of(org, version.updated_at),
            version: version.version,
            title: version.title,
            body: version.body,
            author: version.author,
        }
    }
}

/// Makes an earlier version the newest one.
#[server(prefix = "/rpc")]
pub async fn restore_version(slug: String, id: String, wanted: i64, current: i64) -> Result<(), AppError> {
    use crate::session;

    let asking = session::member(&slug).await?;
    let id = id.parse().map_err(|_| session::not_found())?;
    let versions = backend::articles::history(&asking.org, id).await?;
    let old = versions.into_iter().find(|version| version.version == wanted).ok_or_else(session::not_found)?;
    let form = model::ArticleForm { title: old.title, category: old.category, body: old.body, version: current };
    let saved = backend::articles::save(&asking.org, &asking.member, Some(id), form).await?;
    leptos_axum::redirect(&format!("/admin/{slug}/knowledge-base/{id}?saved={}", saved.version));
    Ok(())
}

/// The versions, newest first.
#[component]
pub fn History(
    /// The organisation in the address.
    slug: String,
    /// The article.
    id: String,
    /// Its versions.
    versions: Vec<VersionLine>,
    /// The one that is current.
    version: i64,
    /// Whether the person may go back to one.
    may_write: bool,
) -> impl IntoView {
    let action = ServerAction::<RestoreVersion>::new();
    let error = Signal::derive(move || action.value().get().and_then(Result::err));
    let rows = versions
        .into_iter()
        .map(|line| {
            let is_current = line.version == version;
            let (slug, id) = (slug.clone(), id.clone());
            let restore = (may_write && !is_current).then(move || {
                view! {
                    <ActionForm action>
                        <input type="hidden" name="slug" value=slug />
                        <input type="hidden" name="id" value=id />
                        <input type="hidden" name="wanted" value=line.version.to_string() />
                        <input type="hidden" name="current" value=version.to_string() />
                        <button class="btn btn-sm mt-2" type="submit">
                            "Go back to this version"
                        </button>
                    </ActionForm>
                }
            });
            view! {
                <li class="px-4 py-2 sm:px-5">
                    <details>
                        <summary class="flex cursor-pointer flex-wrap items-center gap-x-3 text-sm">
                            <span class="font-medium tabular-nums">{format!("Version {}", line.version)}</span>
                            <span class="muted">{line.author}</span>
                            <span class="muted">
                                <RelativeTime at=line.at />
                            </span>
                            {is_current.then_some("· in use")}
                        </summary>
                        <p class="mt-2 text-sm font-medium">{line.title}</p>
                        <p class="muted whitespace-pre-wrap text-sm">{line.body}</p>
                        {restore}
                    </details>
                </li>
            }
        })
        .collect_view();
    view! {
        <Card title="History" class="">
            <Problem error />
            <ul class="divide-y divide-base-300 py-1">{rows}</ul>
        </Card>
    }
    .into_any()
}
