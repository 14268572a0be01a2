//! Putting a notice up: choose what it is about, then one tap.

use leptos::prelude::*;
use model::{Lasts, NoticeKind, NoticeSubject};

use super::{Choices, PutNotice};
use crate::{
    format::raw_text,
    ui::{Card, Control, Field, Glyph, Icon, Problem, SaveForm, TextInput, form::typed, refusal},
    unsaved, words,
};

/// The chips, and the form of the one that is chosen.
#[component]
pub fn PutUp(
    choices: Choices,
    slug: String,
    wanted: Memo<Option<NoticeKind>>,
    action: ServerAction<PutNotice>,
) -> impl IntoView {
    if !choices.may_write {
        return view! {
            <Card title="Put something up">
                <p class="muted">"Your role lets you read the board. Somebody at the front desk can change it."</p>
            </Card>
        }
        .into_any();
    }
    let first = choices.kinds.first().copied().unwrap_or(NoticeKind::Custom);
    let kinds = choices.kinds.clone();
    let kind = Memo::new(move |_| wanted.get().filter(|kind| kinds.contains(kind)).unwrap_or(first));
    let base = format!("/admin/{slug}/today");
    let chips = choices
        .kinds
        .iter()
        .map(|&chip| {
            view! {
                <li>
                    <a
                        class="btn btn-sm aria-[current=true]:btn-primary"
                        href=format!("{base}?put={chip}")
                        aria-current=move || (kind.get() == chip).then_some("true")
                    >
                        {words::notice_kind(chip)}
                    </a>
                </li>
            }
        })
        .collect_view();
    let error = refusal(action);
    view! {
        <Card title="Put something up">
            <nav aria-label="What is different">
                <ul class="mb-4 flex flex-wrap gap-2">{chips}</ul>
            </nav>
            <Problem error />
            {move || {
                let kind = kind.get();
                let subjects = match kind {
                    NoticeKind::SoldOut => choices.goods.clone(),
                    NoticeKind::EventSoldOut => choices.events.clone(),
                    _ => Vec::new(),
                };
                view! { <PutForm kind subjects slug=slug.clone() action /> }
            }}
        </Card>
    }
    .into_any()
}

#[component]
fn PutForm(
    kind: NoticeKind,
    subjects: Vec<NoticeSubject>,
    slug: String,
    action: ServerAction<PutNotice>,
) -> impl IntoView {
    let fields = move || match kind {
        NoticeKind::SoldOut | NoticeKind::EventSoldOut => view! { <Subjects subjects kind /> }.into_any(),
        NoticeKind::ClosingEarly => view! { <TimeOfDay label="Closes at" required=true /> }.into_any(),
        NoticeKind::OpeningLate => view! { <TimeOfDay label="Opens at" required=true /> }.into_any(),
        NoticeKind::FrostDelay => view! { <TimeOfDay label="Play begins at, if you know" required=false /> }.into_any(),
        NoticeKind::Custom => view! { <Sentence action /> }.into_any(),
    };
    let lasts = if kind.is_of_hours() {
        view! { <input type="hidden" name="lasts" value=Lasts::Today.as_str() /> }.into_any()
    } else {
        view! { <HowLong kind /> }.into_any()
    };
    let by_button = matches!(kind, NoticeKind::SoldOut | NoticeKind::EventSoldOut);
    let submit = (!by_button).then(|| {
        view! {
            <button class="btn btn-primary self-start" type="submit" disabled=move || action.pending().get()>
                <Icon glyph=Glyph::Notice class="size-4" />
                "Put up"
            </button>
        }
    });
    view! {
        <SaveForm action hidden=vec![("slug", slug), ("kind", kind.to_string())]>
            {lasts}
            {fields()}
            {submit}
        </SaveForm>
    }
    .into_any()
}

#[component]
fn HowLong(kind: NoticeKind) -> impl IntoView {
    let usual = if kind == NoticeKind::EventSoldOut { Lasts::UntilTakenOff } else { Lasts::Today };
    let choices = Lasts::ALL
        .iter()
        .map(|&lasts| {
            let word = match (lasts, kind) {
                (Lasts::UntilTakenOff, NoticeKind::EventSoldOut) => "Until the event is over",
                _ => words::lasts(lasts),
            };
            let chosen = typed("lasts", usual.as_str()) == lasts.as_str();
            view! {
                <label class="flex cursor-pointer items-center gap-2 py-1">
                    <input class="radio radio-sm" type="radio" name="lasts" value=lasts.as_str() checked=chosen />
                    {word}
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset>
            <legend class="mb-1 text-sm font-medium">"How long?"</legend>
            <div class="flex flex-wrap gap-x-5 gap-y-1 text-sm">{choices}</div>
        </fieldset>
    }
    .into_any()
}

/// Everything that can be gone; a tap marks it. Typing narrows the list.
#[component]
fn Subjects(subjects: Vec<NoticeSubject>, kind: NoticeKind) -> impl IntoView {
    if subjects.is_empty() {
        let hint = if kind == NoticeKind::EventSoldOut {
            "No event is coming up."
        } else {
            "There is nothing on the menu yet."
        };
        return view! { <p class="muted">{hint}</p> }.into_any();
    }
    let words = RwSignal::new(String::new());
    let awake = RwSignal::new(false);
    Effect::new(move |_| awake.set(true));
    let mut groups: Vec<(String, Vec<NoticeSubject>)> = Vec::new();
    for subject in subjects {
        match groups.last_mut().filter(|(group, _)| *group == subject.group) {
            Some((_, same)) => same.push(subject),
            None => groups.push((subject.group.clone(), vec![subject])),
        }
    }
    let groups = groups.into_iter().map(|(group, subjects)| view! { <Group group subjects words /> }).collect_view();
    view! {
        <label class=move || if awake.get() { "input w-full" } else { "hidden" }>
            <Icon glyph=Glyph::Search class="size-4" />
            <input
                type="search"
                aria-label="Find what is gone"
                placeholder="Find: oat, croissant, …"
                on:input=move |event| words.set(event_target_value(&event).trim().to_lowercase())
                on:keydown=move |event| {
                    // Enter must not mark whatever stands first.
                    if event.key() == "Enter" {
                        event.prevent_default();
                    }
                }
            />
        </label>
        <div class="flex max-h-[28rem] flex-col gap-4 overflow-y-auto" tabindex="0" role="group" aria-label="What is gone">
            {groups}
        </div>
    }
    .into_any()
}

#[component]
fn Group(group: String, subjects: Vec<NoticeSubject>, words: RwSignal<String>) -> impl IntoView {
    let names: Vec<String> = subjects.iter().map(|subject| subject.name.to_lowercase()).collect();
    let fits = move |name: &str| name.contains(words.read().as_str());
    let shown = move || names.iter().any(|name| fits(name));
    let buttons = subjects
        .into_iter()
        .map(|subject| {
            let name = subject.name.to_lowercase();
            let label = format!("Sold out: {}", subject.name);
            view! {
                <button
                    class=move || if fits(&name) { "btn btn-sm font-normal" } else { "hidden" }
                    type="submit"
                    name="subject"
                    value=subject.id
                    aria-label=label
                >
                    {subject.name}
                </button>
            }
        })
        .collect_view();
    view! {
        <div class=move || if shown() { "" } else { "hidden" }>
            <p class="muted mb-1.5 text-sm">{group}</p>
            <div class="flex flex-wrap gap-2">{buttons}</div>
        </div>
    }
    .into_any()
}

#[component]
fn TimeOfDay(label: &'static str, required: bool) -> impl IntoView {
    view! {
        <div class="max-w-60">
            <TextInput
                label
                name="time"
                kind="time"
                optional=!required
                hint="Today only. The opening hours that callers hear follow."
            />
        </div>
    }
    .into_any()
}

#[component]
fn Sentence(action: ServerAction<PutNotice>) -> impl IntoView {
    let dirty = unsaved::guard();
    let of = Control::named("sentence");
    let (id, invalid, described) = (of.id(), of.invalid(), of.described(true));
    let area = NodeRef::<leptos::html::Textarea>::new();
    Effect::new(move |_| {
        if matches!(action.value().get(), Some(Ok(_))) {
            dirty.set(false);
            if let Some(area) = area.get_untracked() {
                area.set_value("");
            }
        }
    });
    view! {
        <Field label="What should callers know?" of hint="One sentence, as the assistant says it.">
            <textarea
                class="textarea w-full aria-invalid:border-error"
                id=id
                name="sentence"
                rows="3"
                maxlength="300"
                required
                placeholder="The parking lot is closed this afternoon."
                aria-invalid=invalid
                aria-describedby=described
                node_ref=area
                on:input=move |_| dirty.set(true)
            >
                {raw_text(typed("sentence", ""))}
            </textarea>
        </Field>
    }
    .into_any()
}
