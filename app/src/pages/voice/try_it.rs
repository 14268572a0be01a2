//! Trying the draft by typing: a call without a telephone, through the same conversation and tools.

use leptos::{ev, html, prelude::*};
use model::{CallId, LiveEvent, LiveKind, Speaker, ToolStatus};

use crate::{
    error::AppError,
    live::{Heard, Live},
    pages::live::Said,
    ui::{Card, EmptyState, Glyph, Icon},
    words,
};

/// Events kept until the page learns which call is its own.
const KEPT: usize = 60;

/// Begins a typed call with the draft, or with what is published where there is none.
#[server(prefix = "/rpc", endpoint = "start_trial")]
pub async fn start_trial(slug: String) -> Result<CallId, AppError> {
    use backend::{bridge::typed, personas};

    use crate::session;

    let asking = session::member_with(&slug, model::Role::FrontDesk).await?;
    let draft = personas::draft(&asking.org).await?;
    let persona = match draft {
        Some(draft) => draft,
        None => personas::published(&asking.org).await?.ok_or_else(session::not_found)?,
    };
    typed::start(&asking.backend, &asking.org, &persona, &asking.member)
        .await
        .map_err(|error| AppError::Conflict(format!("The trial cannot begin: {error}.")))
}

/// Says something in a typed call.
#[server(prefix = "/rpc", endpoint = "say_in_trial")]
pub async fn say_in_trial(slug: String, id: CallId, text: String) -> Result<(), AppError> {
    let asking = crate::session::member_with(&slug, model::Role::FrontDesk).await?;
    backend::bridge::typed::say(&asking.backend, &asking.org, &asking.member, id, &text)
        .map_err(|_| AppError::Conflict("This trial is over. Start a new one.".into()))
}

/// Hangs up.
#[server(prefix = "/rpc", endpoint = "end_trial")]
pub async fn end_trial(slug: String, id: CallId) -> Result<(), AppError> {
    let asking = crate::session::member_with(&slug, model::Role::FrontDesk).await?;
    backend::bridge::typed::hang_up(&asking.backend, &asking.org, &asking.member, id)
        .map_err(|_| AppError::Conflict("This trial is over already.".into()))
}

/// A line of the trial.
#[derive(Clone, PartialEq)]
enum Line {
    Said(Said),
    Did { name: String, status: ToolStatus },
    Noted(String),
}

/// The trial on the page.
#[derive(Clone, Copy)]
struct Trial {
    call: RwSignal<Option<CallId>>,
    over: RwSignal<bool>,
    lines: RwSignal<Vec<Line>>,
    early: StoredValue<Vec<LiveEvent>>,
    problem: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
}

impl Trial {
    fn new() -> Self {
        Self {
            call: RwSignal::new(None),
            over: RwSignal::new(false),
            lines: RwSignal::new(Vec::new()),
            early: StoredValue::new(Vec::new()),
            problem: RwSignal::new(None),
            busy: RwSignal::new(false),
        }
    }

    fn hear(self, event: LiveEvent) {
        match self.call.get_untracked() {
            Some(call) if call == event.call_id => self.take(event.kind),
            Some(_) => {}
            None => self.early.update_value(|early| {
                if early.len() == KEPT {
                    early.remove(0);
                }
                early.push(event);
            }),
        }
    }

    fn begun(self, call: CallId) {
        self.call.set(Some(call));
        let early = self.early.try_update_value(std::mem::take).unwrap_or_default();
        early.into_iter().filter(|event| event.call_id == call).for_each(|event| self.take(event.kind));
    }

    fn take(self, kind: LiveKind) {
        match kind {
            LiveKind::Status { status } => {
                if status.is_final() {
                    self.over.set(true);
                }
            }
            LiveKind::Tool { name, status, .. } => self.lines.update(|lines| {
                let running = lines.iter_mut().rev().find_map(|line| match line {
                    Line::Did { name: other, status } if *other == name && *status == ToolStatus::Running => {
                        Some(status)
                    }
                    _ => None,
                });
                match running {
                    Some(running) => *running = status,
                    None => lines.push(Line::Did { name, status }),
                }
            }),
            LiveKind::Note { text } => self.lines.update(|lines| lines.push(Line::Noted(text))),
            LiveKind::CallStarted { .. } => {}
            spoken @ LiveKind::Utterance { .. } => {
                if let Some(said) = Said::of(spoken) {
                    self.lines.update(|lines| {
                        let known = lines.iter_mut().find_map(|line| match line {
                            Line::Said(other) if other.id == said.id => Some(other),
                            _ => None,
                        });
                        if let Some(known) = known {
                            *known = said;
                            return;
                        }
                        let later = |line: &Line| matches!(line, Line::Said(other) if other.position > said.position);
                        let at = lines.iter().position(later).unwrap_or(lines.len());
                        lines.insert(at, Line::Said(said));
                    });
                }
            }
        }
    }

    fn start(self, slug: String) {
        self.call.set(None);
        self.over.set(false);
        self.lines.set(Vec::new());
        self.problem.set(None);
        self.busy.set(true);
        leptos::task::spawn_local(async move {
            match start_trial(slug).await {
                Ok(call) => self.begun(call),
                Err(error) => self.problem.set(Some(error.to_string())),
            }
            self.busy.set(false);
        });
    }

    fn say(self, slug: String, text: String) {
        let Some(call) = self.call.get_untracked() else { return };
        leptos::task::spawn_local(async move {
            if let Err(error) = say_in_trial(slug, call, text).await {
                self.problem.set(Some(error.to_string()));
                self.over.set(true);
            }
        });
    }

    fn end(self, slug: String) {
        let Some(call) = self.call.get_untracked() else { return };
        leptos::task::spawn_local(async move {
            // It may be over already, which is what was wanted.
            let _ = end_trial(slug, call).await;
            self.over.set(true);
        });
    }

    fn is_running(self) -> bool {
        self.call.get().is_some() && !self.over.get()
    }
}

/// The trial.
#[component]
pub fn TryIt(slug: String, has_draft: bool) -> impl IntoView {
    let trial = Trial::new();
    Live::here().listen(move |heard| {
        if let Heard::Event(event) = heard {
            trial.hear(event);
        }
    });
    let slug = StoredValue::new(slug);
    let which = if has_draft { "This is the saved draft." } else { "This is what callers hear." };
    let actions = move || {
        let button = if trial.is_running() {
            view! {
                <button class="btn btn-sm" on:click=move |_| trial.end(slug.get_value())>
                    <Icon glyph=Glyph::HangUp class="size-4" />
                    "Hang up"
                </button>
            }
            .into_any()
        } else {
            ().into_any()
        };
        view! { {button} }.into_any()
    };
    view! {
        <div id="try" class="xl:sticky xl:top-6">
            <Card title="Try it" class="flex flex-col" actions=(move || view! { {actions} }.into_any()).into()>
                <p class="muted border-b border-base-300 px-4 py-2 text-sm sm:px-5">
                    {which} " Type what a caller would say; it looks things up as on a real call."
                </p>
                <Conversation trial slug />
                <Composer trial slug />
            </Card>
        </div>
    }
    .into_any()
}

#[component]
fn Conversation(trial: Trial, slug: StoredValue<String>) -> impl IntoView {
    let frame = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        trial.lines.track();
        if let Some(frame) = frame.get() {
            frame.set_scroll_top(frame.scroll_height());
        }
    });
    let start = move |_| trial.start(slug.get_value());
    let idle = move || trial.call.get().is_none();
    view! {
        <div class="flex h-96 flex-col gap-2 overflow-y-auto px-4 py-3 sm:px-5" node_ref=frame tabindex="0" role="log" aria-label="Trial">
            <div class=move || if idle() { "m-auto" } else { "hidden" }>
                <EmptyState glyph=Glyph::Message title="Talk to your assistant" hint="Nobody is called and nothing is sent.">
                    <button class="btn btn-primary" on:click=start disabled=move || trial.busy.get()>
                        {move || if trial.busy.get() { "Connecting…" } else { "Start" }}
                    </button>
                </EmptyState>
                <noscript>
                    <p class="muted text-center text-sm">"Trying it needs scripts, which are off in this browser."</p>
                </noscript>
            </div>
            {move || trial.lines.get().into_iter().map(|line| view! { <Shown line /> }).collect_view()}
            <p class=move || if trial.over.get() { "muted py-2 text-center text-sm" } else { "hidden" }>
                "The trial is over. "
                <button class="link text-primary" on:click=start>
                    "Start again"
                </button>
            </p>
            <p class="text-sm text-error" role="alert">
                {move || trial.problem.get()}
            </p>
        </div>
    }
    .into_any()
}

#[component]
fn Shown(line: Line) -> impl IntoView {
    match line {
        Line::Said(said) => {
            let (who, class) = match said.speaker {
                Speaker::Caller => ("You", "max-w-[85%] self-end rounded-box bg-base-200 px-3 py-2 text-sm"),
                Speaker::Assistant => {
                    ("Assistant", "max-w-[85%] self-start rounded-box bg-primary/10 px-3 py-2 text-sm")
                }
            };
            view! {
                <p class=class>
                    <span class="sr-only">{who} ": "</span>
                    {said.text}
                </p>
            }
            .into_any()
        }
        Line::Did { name, status } => {
            let (word, _) = words::tool_state(status);
            view! {
                <p class="muted flex items-center gap-2 text-xs">
                    <Icon glyph=Glyph::Tool class="size-3.5" />
                    {words::tool(&name)}
                    " · "
                    {word}
                </p>
            }
            .into_any()
        }
        Line::Noted(text) => view! { <p class="muted text-xs">{text}</p> }.into_any(),
    }
}

#[component]
fn Composer(trial: Trial, slug: StoredValue<String>) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let send = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Some(input) = input.get_untracked() else { return };
        let text = input.value().trim().to_owned();
        if !text.is_empty() {
            trial.say(slug.get_value(), text);
            input.set_value("");
        }
    };
    let off = move || !trial.is_running();
    view! {
        <form class="flex gap-2 border-t border-base-300 p-3" on:submit=send>
            <input
                class="input min-w-0 flex-1"
                aria-label="What a caller would say"
                placeholder="When are you open on Sunday?"
                autocomplete="off"
                maxlength="2000"
                node_ref=input
                disabled=off
            />
            <button class="btn btn-primary btn-square" type="submit" aria-label="Say it" disabled=off>
                <Icon glyph=Glyph::Send class="size-4" />
            </button>
        </form>
    }
    .into_any()
}
