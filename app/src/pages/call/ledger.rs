//! What was changed on a call, each with the seconds in which the caller agreed to it.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    format,
    ui::{Badge, Card, Glyph, Icon},
};

/// A change as the page shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangeLine {
    title: String,
    reference: String,
    read_back: String,
    from_ms: i64,
    to_ms: i64,
    rehearsal: bool,
}

#[cfg(feature = "ssr")]
impl From<backend::writes::Change> for ChangeLine {
    fn from(change: backend::writes::Change) -> Self {
        Self {
            title: change.title,
            reference: change.reference,
            read_back: change.read_back,
            from_ms: change.agreed_from_ms,
            to_ms: change.agreed_to_ms,
            rehearsal: change.rehearsal,
        }
    }
}

/// The audio begins this long before the caller's word, so that it is not cut off.
const LEAD_IN_MS: i64 = 300;

/// The changes; nothing where there are none.
#[component]
pub fn Ledger(changes: Vec<ChangeLine>, seek: RwSignal<Option<i64>>, has_audio: bool) -> impl IntoView {
    if changes.is_empty() {
        return ().into_any();
    }
    let rows = changes.into_iter().map(|change| view! { <Row change seek has_audio /> }).collect_view();
    view! {
        <Card title="What was changed">
            <ul class="flex flex-col gap-4">{rows}</ul>
        </Card>
    }
    .into_any()
}

#[component]
fn Row(change: ChangeLine, seek: RwSignal<Option<i64>>, has_audio: bool) -> impl IntoView {
    let from = change.from_ms;
    let span = format!("{} to {}", format::clock(from), format::clock(change.to_ms));
    let agreed = if has_audio {
        let label = format!("Hear the caller agree, {span}");
        view! {
            <button
                class="btn btn-xs"
                aria-label=label
                on:click=move |_| seek.set(Some((from - LEAD_IN_MS).max(0)))
            >
                <Icon glyph=Glyph::Voice class="size-3" />
                "Hear the caller agree"
            </button>
        }
        .into_any()
    } else {
        view! { <span class="muted">{format!("The caller agreed at {span}")}</span> }.into_any()
    };
    let rehearsal = change.rehearsal.then(|| view! { <Badge text="Rehearsal: nothing was changed" /> });
    view! {
        <li class="flex flex-col gap-1 text-sm">
            <p class="font-medium">{change.title}</p>
            <p class="muted">{format!("Number {}", change.reference)}</p>
            <details>
                <summary class="muted cursor-pointer">"What the caller heard"</summary>
                <p class="mt-1">{change.read_back}</p>
            </details>
            <div class="flex flex-wrap items-center gap-2">{agreed} {rehearsal}</div>
        </li>
    }
    .into_any()
}
