//! Editing the draft.

use leptos::prelude::*;
use model::{Patience, Persona, VOICES};

use crate::{
    error::AppError,
    format,
    ui::{
        Card, Choice, Control, Field, FieldProblem, Problem, SaveButton, SaveForm, TextArea, TextInput, Tick, Toasts,
        form::typed, refusal,
    },
    unsaved, words,
};

/// Languages in which a call can begin.
const LANGUAGES: [&str; 4] = ["en", "es", "fr", "de"];

/// Keeps the draft; no caller hears it yet. `seen` is when the draft that was edited had been written, empty where there was none.
#[server(prefix = "/rpc")]
pub async fn save_draft(
    slug: String,
    #[server(default)] seen: String,
    assistant_name: String,
    voice: String,
    speed_percent: i64,
    language: String,
    greeting: String,
    #[server(default)] instructions: String,
    patience: Patience,
    #[server(default)] interruptible: bool,
) -> Result<(), AppError> {
    let asking = crate::session::member(&slug).await?;
    let persona =
        Persona { assistant_name, voice, speed_percent, language, greeting, instructions, patience, interruptible };
    let seen = if seen.is_empty() { None } else { Some(written_at(&seen)?) };
    backend::personas::save_draft(&asking.org, &asking.member, persona, seen).await?;
    Ok(())
}

/// The time in a form's `seen`.
#[cfg(feature = "ssr")]
pub fn written_at(seen: &str) -> Result<chrono::DateTime<chrono::Utc>, AppError> {
    let time = chrono::DateTime::parse_from_rfc3339(seen);
    time.map(Into::into).map_err(|_| AppError::Invalid("Some of the fields could not be read.".into()))
}

/// What an organisation without a persona begins with.
pub fn first() -> Persona {
    Persona {
        assistant_name: "Aida".into(),
        voice: VOICES.first().map_or("marin", |voice| voice.key).into(),
        speed_percent: 100,
        language: "en".into(),
        greeting: "Thanks for calling {organisation}. This is {assistant}. {notice} How can I help?".into(),
        instructions: String::new(),
        patience: Patience::Normal,
        interruptible: true,
    }
}

/// The form.
#[component]
pub fn Editor(
    persona: Persona,
    seen: String,
    organisation: String,
    slug: String,
    may_write: bool,
    reload: RwSignal<u32>,
) -> impl IntoView {
    let action = ServerAction::<SaveDraft>::new();
    let error = refusal(action);
    let dirty = unsaved::guard();
    let toasts = Toasts::here();
    Effect::new(move |_| {
        if let Some(Ok(())) = action.value().get() {
            dirty.set(false);
            toasts.say("Draft saved. Callers hear it once you publish it.");
            reload.update(|n| *n += 1);
        }
    });
    view! {
        <SaveForm action hidden=vec![("slug", slug), ("seen", seen)] dirty class="">
            <fieldset class="flex flex-col gap-5" disabled=!may_write>
                <legend class="sr-only">"Voice and persona"</legend>
                <Problem error />
                <Fields persona organisation />
                <div class="sticky bottom-16 z-10 flex items-center justify-end gap-3 rounded-box border border-base-300 bg-base-100 p-3 shadow-lg md:bottom-4">
                    <SaveButton label="Save draft" dirty pending=action.pending() />
                </div>
            </fieldset>
        </SaveForm>
    }
    .into_any()
}

#[component]
fn Fields(persona: Persona, organisation: String) -> impl IntoView {
    let name = RwSignal::new(typed("assistant_name", &persona.assistant_name));
    let greeting = RwSignal::new(typed("greeting", &persona.greeting));
    let language = RwSignal::new(typed("language", &persona.language));
    let instructions = RwSignal::new(typed("instructions", &persona.instructions));
    view! {
        <Card title="Voice">
            <div class="flex flex-col gap-5">
                <VoiceCards chosen=persona.voice />
                <div class="grid gap-4 sm:grid-cols-2">
                    <Speed percent=persona.speed_percent />
                    <div on:change=move |event| language.set(event_target_value(&event))>
                        <Language code=persona.language />
                    </div>
                </div>
            </div>
        </Card>
        <Card title="Greeting">
            <div class="flex flex-col gap-4">
                <div on:input=move |event| name.set(event_target_value(&event))>
                    <TextInput label="Name of the assistant" name="assistant_name" value=persona.assistant_name />
                </div>
                <div on:input=move |event| greeting.set(event_target_value(&event))>
                    <TextArea
                        label="First sentence"
                        name="greeting"
                        value=persona.greeting
                        hint="{organisation} and {assistant} are filled in. Where you write {notice}, callers are told that an AI speaks and that the call is recorded; without it they are told at the end."
                    />
                </div>
                <p class="rounded-box bg-primary/10 px-4 py-3 text-sm">
                    <span class="muted block text-xs">"Callers hear"</span>
                    {move || {
                        model::greeting(&greeting.read(), &organisation, &name.read(), &language.read(), true)
                    }}
                </p>
            </div>
        </Card>
        <Card title="Persona">
            <div on:input=move |event| instructions.set(event_target_value(&event))>
                <TextArea
                    label="How it behaves"
                    name="instructions"
                    value=persona.instructions
                    rows=9
                    optional=true
                    hint="In your own words: its manner, what it should mention, what it should leave to people. Facts belong in the knowledge base."
                    class="leading-relaxed"
                />
            </div>
            <p class="muted mt-2 text-xs tabular-nums">
                {move || {
                    let words = instructions.read().split_whitespace().count();
                    format!("{}. Short and clear works best.", format::count(words as i64, "word", "words"))
                }}
            </p>
        </Card>
        <Card title="Conversation">
            <div class="flex flex-col gap-5">
                <PatienceChoice chosen=persona.patience />
                <Tick
                    name="interruptible"
                    checked=persona.interruptible
                    label="Callers can interrupt"
                    hint="It stops at once when the caller begins to speak."
                    class="toggle toggle-primary mt-0.5"
                />
            </div>
        </Card>
    }
    .into_any()
}

const CARD: &str = "flex cursor-pointer items-start gap-3 rounded-field border border-base-300 p-3 \
                    has-[:checked]:border-primary has-[:checked]:bg-primary/10 has-[:focus-visible]:outline-2 \
                    has-[:focus-visible]:outline-primary";

#[component]
fn VoiceCards(chosen: String) -> impl IntoView {
    let of = Control::named("voice");
    let chosen = typed("voice", chosen);
    let cards = VOICES
        .iter()
        .map(|voice| {
            let mut name = voice.key.to_owned();
            if let Some(first) = name.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            view! {
                <label class=CARD>
                    <input
                        class="radio radio-primary radio-sm mt-0.5"
                        type="radio"
                        name="voice"
                        value=voice.key
                        checked=voice.key == chosen
                        required
                    />
                    <span>
                        <span class="block text-sm font-medium">{name}</span>
                        <span class="muted block text-xs">{voice.character}</span>
                    </span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset>
            <legend class="sr-only">"Voice"</legend>
            <div class="grid grid-cols-2 gap-2 lg:grid-cols-3">{cards}</div>
            <FieldProblem of />
        </fieldset>
    }
    .into_any()
}

#[component]
fn Speed(percent: i64) -> impl IntoView {
    let of = Control::named("speed_percent");
    let percent = typed("speed_percent", percent.to_string());
    let now = RwSignal::new(percent.clone());
    let (id, invalid, described) = (of.id(), of.invalid(), of.described(true));
    view! {
        <Field label="Speaking rate" of hint="100 % is the voice's own rate">
            <div class="flex items-center gap-3">
                <input
                    class="range range-primary range-sm flex-1"
                    type="range"
                    id=id
                    name="speed_percent"
                    min="70"
                    max="130"
                    step="5"
                    value=percent
                    aria-invalid=invalid
                    aria-describedby=described
                    on:input=move |event| now.set(event_target_value(&event))
                />
                <output class="w-14 text-right text-sm tabular-nums" for="speed_percent">
                    {move || format!("{} %", now.get())}
                </output>
            </div>
        </Field>
    }
    .into_any()
}

#[component]
fn Language(code: String) -> impl IntoView {
    let options = LANGUAGES.iter().map(|it| ((*it).to_owned(), words::language(it).to_owned())).collect();
    view! { <Choice label="Language of the greeting" name="language" options chosen=code hint="It follows callers into theirs" /> }
}

#[component]
fn PatienceChoice(chosen: Patience) -> impl IntoView {
    let chosen = typed("patience", chosen.as_str());
    let cards = Patience::ALL
        .iter()
        .map(|patience| {
            let (name, does) = words::patience(*patience);
            view! {
                <label class=CARD>
                    <input
                        class="radio radio-primary radio-sm mt-0.5"
                        type="radio"
                        name="patience"
                        value=patience.as_str()
                        checked=patience.as_str() == chosen
                        required
                    />
                    <span>
                        <span class="block text-sm font-medium">{name}</span>
                        <span class="muted block text-xs">{does}</span>
                    </span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset>
            <legend class="mb-2 text-sm font-medium">"Patience"</legend>
            <div class="grid gap-2 sm:grid-cols-3">{cards}</div>
        </fieldset>
    }
    .into_any()
}
