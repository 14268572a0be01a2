//! What the draft changes, side by side, and publishing it.

use leptos::prelude::*;
use model::Persona;

use super::Version;
use crate::{
    error::AppError,
    ui::{Card, Problem, SaveForm, TextInput, Toasts, refusal},
    words,
};

/// Makes the draft that was compared what the next caller hears.
#[server(prefix = "/rpc")]
pub async fn publish_draft(slug: String, seen: String, #[server(default)] note: String) -> Result<i64, AppError> {
    let asking = crate::session::member_with(&slug, model::Role::Manager).await?;
    let seen = super::editor::written_at(&seen)?;
    let published = backend::personas::publish(&asking.org, &asking.member, seen, &note).await?;
    leptos_axum::redirect(&format!("/admin/{slug}/voice?view=history"));
    Ok(published.version)
}

/// A persona's fields as (name, value) in the order of the form.
fn told(persona: &Persona) -> Vec<(&'static str, String)> {
    vec![
        ("Voice", persona.voice.clone()),
        ("Speaking rate", format!("{} %", persona.speed_percent)),
        ("Language", words::language(&persona.language).to_owned()),
        ("Name of the assistant", persona.assistant_name.clone()),
        ("First sentence", persona.greeting.clone()),
        ("How it behaves", persona.instructions.clone()),
        ("Patience", words::patience(persona.patience).0.to_owned()),
        ("Callers can interrupt", if persona.interruptible { "yes" } else { "no" }.to_owned()),
    ]
}

/// The comparison, and the button.
#[component]
pub fn Compare(
    published: Option<Version>,
    draft: Version,
    slug: String,
    may_write: bool,
    reload: RwSignal<u32>,
) -> impl IntoView {
    let old = published.as_ref().map(|version| told(&version.persona)).unwrap_or_default();
    let changes: Vec<_> = told(&draft.persona)
        .into_iter()
        .enumerate()
        .filter_map(|(index, (name, new))| {
            let old = old.get(index).map(|(_, old)| old.clone()).unwrap_or_default();
            (old != new).then_some((name, old, new))
        })
        .collect();
    let summary = match changes.len() {
        0 => "The draft says the same as what callers hear.".to_owned(),
        n => format!("{} changed.", crate::format::count(n as i64, "field is", "fields are")),
    };
    let rows = changes
        .into_iter()
        .map(|(name, old, new)| {
            view! {
                <section class="border-t border-base-300 py-4 first:border-0 first:pt-0">
                    <h3 class="mb-2 font-medium">{name}</h3>
                    <div class="grid gap-3 md:grid-cols-2">
                        <Side label="Callers hear" text=old class="border-error/40 bg-error/5" />
                        <Side label="Draft" text=new class="border-success/40 bg-success/5" />
                    </div>
                </section>
            }
        })
        .collect_view();
    view! {
        <div class="grid grid-cols-1 items-start gap-5 xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
            <Card title="What changes">
                <p class="muted mb-4 text-sm">{summary}</p>
                {rows}
            </Card>
            {may_write.then(|| view! { <Publish slug seen=draft.seen reload /> })}
        </div>
    }
    .into_any()
}

#[component]
fn Side(label: &'static str, text: String, class: &'static str) -> impl IntoView {
    let text = if text.is_empty() { "(empty)".to_owned() } else { text };
    view! {
        <div class=format!("rounded-field border p-3 {class}")>
            <p class="muted mb-1 text-xs">{label}</p>
            <p class="whitespace-pre-wrap text-sm">{text}</p>
        </div>
    }
    .into_any()
}

#[component]
fn Publish(slug: String, seen: String, reload: RwSignal<u32>) -> impl IntoView {
    let action = ServerAction::<PublishDraft>::new();
    let error = refusal(action);
    let toasts = Toasts::here();
    Effect::new(move |_| {
        if let Some(Ok(version)) = action.value().get() {
            toasts.say(format!("Version {version} is published. The next caller hears it."));
            reload.update(|n| *n += 1);
        }
    });
    view! {
        <Card title="Publish">
            <SaveForm action hidden=vec![("slug", slug), ("seen", seen)] key="publish">
                <Problem error />
                <TextInput label="Why?" name="note" optional=true hint="For the history, in a few words" />
                <button class="btn btn-primary" type="submit" disabled=move || action.pending().get()>
                    "Publish"
                </button>
                <p class="muted text-sm">"The next caller hears it; calls that are running keep the voice they began with. You can go back at any time."</p>
            </SaveForm>
        </Card>
    }
    .into_any()
}
