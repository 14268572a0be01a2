//! `/admin/{org}/calls/{id}`: one call, heard and read side by side.

mod facts;
mod ledger;
mod notes;
mod player;
mod timeline;

use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use model::{CostLine, TurnLatency};
use serde::{Deserialize, Serialize};

use super::{calls::CallLine, use_id, use_slug};
use crate::{
    error::AppError,
    ui::{Badge, Failure, Glyph, Icon, Page, SkeletonRows, on_key},
    words,
};
use timeline::Entry;

/// Everything that the page shows of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallData {
    call: CallLine,
    called: Option<String>,
    notes: String,
    may_write: bool,
    persona_version: Option<i64>,
    timeline: Vec<Entry>,
    changes: Vec<ledger::ChangeLine>,
    audio: Option<Audio>,
    latencies: Vec<TurnLatency>,
    costs: Vec<CostLine>,
    previous: Option<String>,
    next: Option<String>,
}

/// The audio of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Audio {
    href: String,
    duration_ms: i64,
    /// Peaks, separated by commas, as the player's attribute has them.
    caller: String,
    assistant: String,
}

/// One call.
#[server(prefix = "/rpc")]
pub async fn load_call(slug: String, id: String) -> Result<CallData, AppError> {
    use crate::session;

    let asking = session::member(&slug).await?;
    let id = id.parse().map_err(|_| session::not_found())?;
    let call = backend::calls::get(&asking.org, id).await?.ok_or_else(session::not_found)?;
    let changes = backend::writes::ledger(&asking.org, id).await?;
    let peaks = |peaks: &[u8]| peaks.iter().map(u8::to_string).collect::<Vec<_>>().join(",");
    Ok(CallData {
        called: call.row.called.as_ref().map(model::PhoneNumber::pretty),
        call: CallLine::of(&asking.org, call.row),
        notes: call.notes,
        may_write: asking.member.role.allows(model::Role::FrontDesk),
        persona_version: call.persona_version,
        timeline: timeline::of(call.utterances, call.tool_calls, call.events),
        changes: changes.into_iter().map(Into::into).collect(),
        audio: call.recording.map(|recording| Audio {
            caller: peaks(&recording.caller_peaks),
            assistant: peaks(&recording.assistant_peaks),
            href: recording.href,
            duration_ms: recording.duration_ms,
        }),
        latencies: call.latencies,
        costs: call.costs,
        previous: call.previous.map(|id| id.to_string()),
        next: call.next.map(|id| id.to_string()),
    })
}

/// A call's page.
#[component]
pub fn CallPage() -> impl IntoView {
    let (slug, id) = (use_slug(), use_id());
    let data = Resource::new_blocking(move || (slug.get(), id.get()), |(slug, id)| load_call(slug, id));
    view! {
        <Transition fallback=|| view! { <SkeletonRows /> }>
            {move || Suspend::new(async move {
                match data.await {
                    Ok(data) => view! { <Content data slug=slug.get_untracked() /> }.into_any(),
                    Err(error) => view! { <Failure error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Content(data: CallData, slug: String) -> impl IntoView {
    let badge = data.call.badge();
    let lead = facts::headline(&data);
    let title = data.call.caller.clone();
    let step = |id: Option<String>| id.map(|id| format!("/admin/{slug}/calls/{id}"));
    let (previous, next) = (step(data.previous), step(data.next));
    step_with_keys(previous.clone(), next.clone());
    let list = format!("/admin/{slug}/calls");
    let actions = move || {
        view! {
            <a class="btn btn-sm" href=list.clone()>
                "All calls"
            </a>
            <StepButton label="Previous" glyph=Glyph::Left href=previous.clone() />
            <StepButton label="Next" glyph=Glyph::Right href=next.clone() />
        }
        .into_any()
    };
    let at_ms = RwSignal::new(0_i64);
    let seek = RwSignal::new(None::<i64>);
    let has_audio = data.audio.is_some();
    let player = match data.audio {
        Some(audio) => view! { <player::Player audio at_ms seek /> }.into_any(),
        None => view! { <NoAudio running=!data.call.status.is_final() /> }.into_any(),
    };
    let mood = data
        .call
        .sentiment
        .map(|sentiment| view! { <Badge text=format!("Mood: {}", words::mood(sentiment).to_lowercase()) /> });
    view! {
        <Page title lead actions=actions.into()>
            <div class="mb-4 flex flex-wrap gap-2">{badge} {mood}</div>
            <div class="flex flex-col gap-5">
                {player} <div class="grid grid-cols-1 items-start gap-5 lg:grid-cols-[minmax(0,5fr)_minmax(0,3fr)]">
                    <timeline::Timeline entries=data.timeline at_ms seek has_audio />
                    <div class="flex flex-col gap-5">
                        <ledger::Ledger changes=data.changes seek has_audio />
                        <notes::Notes slug=slug.clone() id=data.call.id notes=data.notes may_write=data.may_write />
                        <facts::Latencies latencies=data.latencies />
                        <facts::Costs costs=data.costs total=data.call.cost_nano_usd />
                    </div>
                </div>
            </div>
        </Page>
    }
    .into_any()
}

#[component]
fn StepButton(label: &'static str, glyph: Glyph, href: Option<String>) -> impl IntoView {
    match href {
        Some(href) => view! {
            <a class="btn btn-sm btn-square" href=href title=label aria-label=format!("{label} call")>
                <Icon glyph class="size-4" />
            </a>
        }
        .into_any(),
        None => view! {
            <span class="btn btn-sm btn-square btn-disabled" aria-hidden="true">
                <Icon glyph class="size-4" />
            </span>
        }
        .into_any(),
    }
}

/// p and n go to the call before and after.
fn step_with_keys(previous: Option<String>, next: Option<String>) {
    let navigate = use_navigate();
    on_key(move |event| {
        let address = match event.key().as_str() {
            "p" => &previous,
            "n" => &next,
            _ => return false,
        };
        if let Some(address) = address {
            navigate(address, NavigateOptions::default());
        }
        true
    });
}

#[component]
fn NoAudio(running: bool) -> impl IntoView {
    let text = if running {
        "The recording can be played once the call is over."
    } else {
        "There is no recording of this call: nothing was said, or it was carried without one."
    };
    view! {
        <p class="muted flex items-center gap-3 rounded-box border border-base-300 bg-base-100 px-4 py-3 text-sm sm:px-5">
            <Icon glyph=Glyph::Info />
            {text}
        </p>
    }
    .into_any()
}
