//! `/admin/{org}/voice`: how the assistant sounds and behaves: draft, try, compare, publish, go back.

mod compare;
mod editor;
mod try_it;
mod versions;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::Persona;
use serde::{Deserialize, Serialize};

use super::use_slug;
use crate::{
    error::AppError,
    moment::Moment,
    ui::{Badge, Failure, Page, SkeletonRows, Tab, Tabs, Tone},
};

/// Voice and persona of an organisation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VoiceData {
    organisation: String,
    /// What callers hear.
    published: Option<Version>,
    /// What is being worked on, where it differs.
    draft: Option<Version>,
    history: Vec<versions::VersionLine>,
    may_write: bool,
}

/// A version of the persona.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Version {
    version: i64,
    persona: Persona,
    author: String,
    updated: Moment,
    /// When it was written, to the last digit: what is saved or published is checked against it.
    seen: String,
}

#[cfg(feature = "ssr")]
impl Version {
    fn of(org: &backend::org::Org, version: model::PersonaVersion) -> Self {
        Self {
            updated: Moment::of(org, version.updated_at),
            seen: version.updated_at.to_rfc3339(),
            version: version.version,
            persona: version.persona,
            author: version.author,
        }
    }
}

/// Everything on the page.
#[server(prefix = "/rpc")]
pub async fn load_voice(slug: String) -> Result<VoiceData, AppError> {
    use backend::personas;

    let asking = crate::session::member(&slug).await?;
    let org = &asking.org;
    let history = personas::history(org).await?;
    Ok(VoiceData {
        organisation: org.name().to_owned(),
        published: personas::published(org).await?.map(|version| Version::of(org, version)),
        draft: personas::draft(org).await?.map(|version| Version::of(org, version)),
        history: history.into_iter().map(|version| versions::VersionLine::of(org, version)).collect(),
        may_write: asking.member.role.allows(model::Role::Manager),
    })
}

/// The page, in three views.
#[component]
pub fn VoicePage() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    let view_name = Memo::new(move |_| query.read().get("view").unwrap_or_default());
    let reload = RwSignal::new(0_u32);
    let data = Resource::new_blocking(move || (slug.get(), reload.get()), |(slug, _)| load_voice(slug));
    view! {
        <Page title="Voice" lead="How your assistant sounds, greets and behaves. Callers hear only what is published.">
            <Transition fallback=|| view! { <SkeletonRows /> }>
                {move || Suspend::new(async move {
                    match data.await {
                        Ok(data) => {
                            view! { <Content data slug=slug.get_untracked() view_name=view_name.get() reload /> }.into_any()
                        }
                        Err(error) => view! { <Failure error /> }.into_any(),
                    }
                })}
            </Transition>
        </Page>
    }
    .into_any()
}

#[component]
fn Content(data: VoiceData, slug: String, view_name: String, reload: RwSignal<u32>) -> impl IntoView {
    let tab = |label: &str, name: &str| Tab {
        label: label.to_owned(),
        href: if name.is_empty() { format!("/admin/{slug}/voice") } else { format!("/admin/{slug}/voice?view={name}") },
        current: view_name == name,
    };
    let mut tabs = vec![tab("Edit and try", "")];
    if data.draft.is_some() {
        tabs.push(tab("Compare and publish", "compare"));
    }
    tabs.push(tab("History", "history"));
    let standing = standing(&data);
    let content = match (view_name.as_str(), data.published, data.draft) {
        ("compare", published, Some(draft)) => {
            view! { <compare::Compare published draft slug may_write=data.may_write reload /> }.into_any()
        }
        ("history", ..) => {
            view! { <versions::Versions lines=data.history slug may_write=data.may_write reload /> }.into_any()
        }
        (_, published, draft) => {
            let seen = draft.as_ref().map(|draft| draft.seen.clone());
            let has_draft = seen.is_some();
            let persona = draft.or(published).map_or_else(editor::first, |version| version.persona);
            view! {
                <div class="grid grid-cols-1 items-start gap-5 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
                    <editor::Editor persona seen=seen.unwrap_or_default() organisation=data.organisation slug=slug.clone() may_write=data.may_write reload />
                    <try_it::TryIt slug has_draft />
                </div>
            }
            .into_any()
        }
    };
    view! {
        <div class="mb-3 flex flex-wrap items-center gap-2 text-sm">{standing}</div>
        <Tabs label="Views of the voice" tabs />
        {content}
    }
    .into_any()
}

/// Which version callers hear, and whether there is a draft.
fn standing(data: &VoiceData) -> impl IntoView + use<> {
    let published = data.published.as_ref().map(|version| {
        let text = format!("Callers hear version {}", version.version);
        view! { <Badge text tone=Tone::Good /> }
    });
    let draft = data.draft.as_ref().map(|draft| {
        let text = format!("Draft by {}, {}", draft.author, draft.updated.exact);
        view! { <Badge text tone=Tone::Warning /> }
    });
    let none = data.draft.is_none().then(|| view! { <span class="muted">"No unpublished changes."</span> });
    view! {
        {published}
        {draft}
        {none}
    }
}
