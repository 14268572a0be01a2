//! Earlier versions of an article, and going back to one.

use leptos::{form::ActionForm, prelude::*};
use serde::{Deserialize, Serialize};

use crate::{
    error::AppError,
    moment::Moment,
    ui::{Card, Problem, Tone, VersionRow, refusal},
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
    let error = refusal(action);
    let rows = versions
        .into_iter()
        .map(|line| {
            let is_current = line.version == version;
            let (slug, id) = (slug.clone(), id.clone());
            let back = (may_write && !is_current).then(move || {
                view! {
                    <ActionForm action>
                        <input type="hidden" name="slug" value=slug />
                        <input type="hidden" name="id" value=id />
                        <input type="hidden" name="wanted" value=line.version.to_string() />
                        <input type="hidden" name="current" value=version.to_string() />
                        <button class="btn btn-sm" type="submit">
                            "Go back to it"
                        </button>
                    </ActionForm>
                }
                .into_any()
            });
            let standing = is_current.then_some(("In use", Tone::Good));
            view! {
                <VersionRow
                    version=line.version
                    author=line.author
                    at=line.at
                    standing
                    note=line.title
                    summary="What it says"
                    back
                >
                    <p class="muted mt-1 whitespace-pre-wrap break-words">{line.body}</p>
                </VersionRow>
            }
        })
        .collect_view();
    view! {
        <Card title="History" class="">
            <Problem error />
            <ol class="divide-y divide-base-300">{rows}</ol>
        </Card>
    }
    .into_any()
}
