//! What callers heard when, and going back to it.

use leptos::{form::ActionForm, prelude::*};
use model::PersonaState;
use serde::{Deserialize, Serialize};

use crate::{
    error::AppError,
    moment::Moment,
    ui::{Card, Dialog, DialogHandle, EmptyState, Glyph, Problem, Toasts, Tone, VersionRow, refusal},
};

/// A version in the history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VersionLine {
    version: i64,
    state: PersonaState,
    note: String,
    author: String,
    at: Moment,
    voice: String,
    greeting: String,
    instructions: String,
}

#[cfg(feature = "ssr")]
impl VersionLine {
    /// A version as this organisation's clocks show it.
    pub fn of(org: &backend::org::Org, version: model::PersonaVersion) -> Self {
        Self {
            at: Moment::of(org, version.published_at.unwrap_or(version.updated_at)),
            version: version.version,
            state: version.state,
            note: version.note,
            author: version.author,
            voice: version.persona.voice,
            greeting: version.persona.greeting,
            instructions: version.persona.instructions,
        }
    }
}

/// Makes an earlier version what the next caller hears.
#[server(prefix = "/rpc")]
pub async fn roll_back(slug: String, version: i64) -> Result<i64, AppError> {
    let asking = crate::session::member(&slug).await?;
    Ok(backend::personas::roll_back(&asking.org, &asking.member, version).await?.version)
}

/// The history, newest first.
#[component]
pub fn Versions(lines: Vec<VersionLine>, slug: String, may_write: bool, reload: RwSignal<u32>) -> impl IntoView {
    if lines.is_empty() {
        return view! {
            <Card class="">
                <EmptyState glyph=Glyph::History title="No versions yet" hint="Save a draft and publish it; it then appears here." />
            </Card>
        }
        .into_any();
    }
    let rows = lines.into_iter().map(|line| view! { <Line line slug=slug.clone() may_write reload /> }).collect_view();
    view! {
        <Card class="">
            <ol class="divide-y divide-base-300">{rows}</ol>
        </Card>
    }
    .into_any()
}

#[component]
fn Line(line: VersionLine, slug: String, may_write: bool, reload: RwSignal<u32>) -> impl IntoView {
    let (word, tone) = match line.state {
        PersonaState::Draft => ("Draft", Tone::Warning),
        PersonaState::Published => ("Callers hear it", Tone::Good),
        PersonaState::Retired => ("Earlier", Tone::Plain),
    };
    let standing = Some((word, tone));
    let note = if line.note.is_empty() { "No note".to_owned() } else { line.note };
    let version = line.version;
    let back = (may_write && line.state == PersonaState::Retired)
        .then(|| view! { <RollBack slug version reload /> }.into_any());
    let summary = format!("Voice {}, greeting and persona", line.voice);
    view! {
        <VersionRow version author=line.author at=line.at standing note summary back>
            <p class="mt-1 whitespace-pre-wrap break-words">{line.greeting}</p>
            <p class="muted mt-2 whitespace-pre-wrap break-words">{line.instructions}</p>
        </VersionRow>
    }
    .into_any()
}

#[component]
fn RollBack(slug: String, version: i64, reload: RwSignal<u32>) -> impl IntoView {
    let handle = DialogHandle::new();
    let action = ServerAction::<RollBack>::new();
    let error = refusal(action);
    let toasts = Toasts::here();
    Effect::new(move |_| {
        if let Some(Ok(now)) = action.value().get() {
            handle.close();
            toasts.say(format!("Back to version {version}, kept as version {now}. The next caller hears it."));
            reload.update(|n| *n += 1);
        }
    });
    view! {
        <button class="btn btn-sm" on:click=move |_| handle.open()>
            "Go back to it"
        </button>
        <Dialog handle title=format!("Go back to version {version}?")>
            <Problem error />
            <p>"The next caller hears it. What callers hear now stays in the history, and a draft stays a draft."</p>
            <div class="modal-action">
                <button class="btn" on:click=move |_| handle.close()>
                    "Leave it"
                </button>
                <ActionForm action>
                    <input type="hidden" name="slug" value=slug />
                    <input type="hidden" name="version" value=version.to_string() />
                    <button class="btn btn-primary" type="submit">
                        "Go back"
                    </button>
                </ActionForm>
            </div>
        </Dialog>
    }
    .into_any()
}
