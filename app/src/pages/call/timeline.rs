//! Everything that happened in a call in its order: words, tools, the rest. It follows the audio and seeks in it.

mod tool;

use leptos::{html, prelude::*};
use model::Speaker;
use serde::{Deserialize, Serialize};

use crate::{
    format,
    ui::{Card, EmptyState, Glyph, Icon},
};
pub use tool::ToolEntry;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    at_ms: i64,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum What {
    /// Words: those that were heard, and those that never were.
    Said { speaker: Speaker, heard: String, unheard: String },
    /// A tool ran.
    Tool(ToolEntry),
    /// Anything else.
    Event { kind: String, text: String },
}

/// The entries of a call, in order.
#[cfg(feature = "ssr")]
pub fn of(said: Vec<model::Utterance>, tools: Vec<model::ToolCall>, events: Vec<model::TimelineEvent>) -> Vec<Entry> {
    use model::Heard;

    let said = said.into_iter().map(|said| {
        let (heard, unheard) = match said.heard {
            Heard::All => (said.text, String::new()),
            Heard::Part(bytes) => {
                let (heard, unheard) = said.text.split_at(said.text.floor_char_boundary(bytes));
                (heard.to_owned(), unheard.to_owned())
            }
        };
        Entry { at_ms: said.start_ms, what: What::Said { speaker: said.speaker, heard, unheard } }
    });
    let tools = tools.into_iter().map(|tool| Entry { at_ms: tool.at_ms, what: What::Tool(ToolEntry::of(tool)) });
    let events = events
        .into_iter()
        .map(|event| Entry { at_ms: event.at_ms, what: What::Event { kind: event.kind, text: event.text } });
    let mut entries: Vec<Entry> = said.chain(tools).chain(events).collect();
    // Stable: what was said stays in spoken order.
    entries.sort_by_key(|entry| entry.at_ms);
    entries
}

/// The timeline.
#[component]
pub fn Timeline(
    entries: Vec<Entry>,
    at_ms: RwSignal<i64>,
    seek: RwSignal<Option<i64>>,
    has_audio: bool,
) -> impl IntoView {
    if entries.is_empty() {
        return view! {
            <Card title="What was said" class="">
                <EmptyState glyph=Glyph::Message title="Nothing was said" hint="The caller hung up before anybody spoke." />
            </Card>
        }
        .into_any();
    }
    let starts: Vec<i64> = entries.iter().map(|entry| entry.at_ms).collect();
    // The entry that is heard at the moment; none before playback begins.
    let current = Memo::new(move |_| {
        let now = at_ms.get();
        (now > 0).then(|| starts.partition_point(|start| *start <= now).saturating_sub(1))
    });
    let rows = entries
        .into_iter()
        .enumerate()
        .map(|(index, entry)| view! { <Row entry seek has_audio here=Signal::derive(move || current.get() == Some(index)) /> })
        .collect_view();
    view! {
        <Card title="What was said" class="">
            <ol class="flex flex-col py-2">{rows}</ol>
        </Card>
    }
    .into_any()
}

#[component]
fn Row(entry: Entry, seek: RwSignal<Option<i64>>, has_audio: bool, here: Signal<bool>) -> impl IntoView {
    let row = NodeRef::<html::Li>::new();
    Effect::new(move |_| {
        if let (true, Some(row)) = (here.get(), row.get()) {
            let options = leptos::web_sys::ScrollIntoViewOptions::new();
            options.set_block(leptos::web_sys::ScrollLogicalPosition::Nearest);
            row.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
    let at = entry.at_ms;
    let time = format::clock(at);
    let stamp = if has_audio {
        view! {
            <button
                class="muted link link-hover h-fit pt-0.5 text-left text-xs tabular-nums"
                title="Play from here"
                on:click=move |_| seek.set(Some(at))
            >
                {time}
            </button>
        }
        .into_any()
    } else {
        view! { <span class="muted pt-0.5 text-xs tabular-nums">{time}</span> }.into_any()
    };
    let content = match entry.what {
        What::Said { speaker, heard, unheard } => {
            view! { <Spoken speaker heard unheard at seek has_audio /> }.into_any()
        }
        What::Tool(tool) => view! { <tool::ToolCard tool /> }.into_any(),
        What::Event { kind, text } => view! { <Happened kind text /> }.into_any(),
    };
    let class = move || {
        let base = "grid grid-cols-[3rem_minmax(0,1fr)] gap-2 px-4 py-1.5 sm:px-5";
        if here.get() { format!("{base} bg-primary/10") } else { base.to_owned() }
    };
    view! {
        <li class=class node_ref=row aria-current=move || here.get().then_some("true")>
            {stamp}
            {content}
        </li>
    }
    .into_any()
}

#[component]
fn Spoken(
    speaker: Speaker,
    heard: String,
    unheard: String,
    at: i64,
    seek: RwSignal<Option<i64>>,
    has_audio: bool,
) -> impl IntoView {
    let (who, class) = match speaker {
        Speaker::Caller => ("Caller", "text-xs font-semibold"),
        Speaker::Assistant => ("Assistant", "text-xs font-semibold text-primary"),
    };
    let rest = (!unheard.is_empty()).then(|| {
        view! {
            <s class="muted" title="Generated, but the caller interrupted and never heard it">
                {unheard}
            </s>
        }
    });
    let text = if has_audio { "cursor-pointer leading-relaxed" } else { "leading-relaxed" };
    view! {
        <div>
            <span class=class>{who}</span>
            <p
                class=text
                on:click=move |_| {
                    if has_audio {
                        seek.set(Some(at));
                    }
                }
            >
                {heard}
                {rest}
            </p>
        </div>
    }
    .into_any()
}

#[component]
fn Happened(kind: String, text: String) -> impl IntoView {
    let glyph = match kind.as_str() {
        "interrupted" => Glyph::Person,
        "reconnected" | "model_error" => Glyph::Alert,
        "silence" | "limit" => Glyph::Clock,
        "keypad" => Glyph::Keyboard,
        "today" => Glyph::Notice,
        _ => Glyph::Info,
    };
    view! {
        <p class="muted flex items-center gap-2 text-sm">
            <Icon glyph class="size-4" />
            {text}
        </p>
    }
    .into_any()
}
