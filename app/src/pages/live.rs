//! `/admin/{org}/live`: a card per running call, with its words as they are spoken.

mod card;

use leptos::prelude::*;
use model::{CallId, CallStatus, LiveEvent, LiveKind, Speaker, ToolStatus, UtteranceId};
use serde::{Deserialize, Serialize};

use super::use_slug;
use crate::{
    error::AppError,
    live::{Heard, Live},
    moment::now_ms,
    ui::{EmptyState, Failure, Glyph, Page, SkeletonRows},
    words,
};
use card::CallCard;

/// A running call as the page begins with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunningCall {
    id: CallId,
    caller: String,
    status: CallStatus,
    started_ms: i64,
    doing: String,
    said: Vec<Said>,
}

/// Something said in a running call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// Its identifier.
    pub id: UtteranceId,
    /// Its place in spoken order.
    pub position: i64,
    /// Who speaks.
    pub speaker: Speaker,
    /// The words so far.
    pub text: String,
    /// How much of them the caller has heard, in bytes.
    pub heard_bytes: usize,
    /// Whether the words are final.
    pub done: bool,
}

impl Said {
    /// The utterance that an event tells of.
    pub fn of(kind: LiveKind) -> Option<Self> {
        match kind {
            LiveKind::Utterance { id, position, speaker, text, heard_bytes, done, .. } => {
                Some(Self { id, position, speaker, text, heard_bytes, done })
            }
            _ => None,
        }
    }

    /// The words that were heard and those that were not.
    pub fn halves(&self) -> (String, String) {
        let at = self.text.floor_char_boundary(self.heard_bytes);
        let (heard, unheard) = self.text.split_at(at);
        (heard.to_owned(), unheard.to_owned())
    }
}

/// The calls that run.
#[server(prefix = "/rpc")]
pub async fn load_live(slug: String) -> Result<Vec<RunningCall>, AppError> {
    let org = crate::session::member(&slug).await?.org;
    let calls = backend::calls::live_calls(&org).await?;
    let running = |call: model::LiveCall| RunningCall {
        id: call.id,
        caller: card::caller(call.caller.as_ref()),
        status: call.status,
        started_ms: call.started_at.timestamp_millis(),
        doing: if call.doing.is_empty() { call.doing } else { words::tool(&call.doing.replace(' ', "_")) },
        said: call.utterances.into_iter().filter_map(|event| Said::of(event.kind)).collect(),
    };
    Ok(calls.into_iter().map(running).collect())
}

/// Ends a running call; the caller hears a goodbye.
#[server(prefix = "/rpc")]
pub async fn end_call(slug: String, id: CallId) -> Result<(), AppError> {
    let asking = crate::session::member_with(&slug, model::Role::FrontDesk).await?;
    let ended = asking.backend.running().end_by_staff(asking.org.id(), id);
    ended.map_err(|error| AppError::Conflict(format!("It could not be ended: {error}.")))
}

/// A running call on the page.
#[derive(Clone)]
struct Card {
    id: CallId,
    caller: String,
    started_ms: i64,
    status: ArcRwSignal<CallStatus>,
    doing: ArcRwSignal<String>,
    lines: ArcRwSignal<Vec<Line>>,
}

/// A line of its transcript.
#[derive(Clone)]
struct Line {
    id: UtteranceId,
    position: i64,
    said: ArcRwSignal<Said>,
}

impl Line {
    fn new(said: Said) -> Self {
        Self { id: said.id, position: said.position, said: ArcRwSignal::new(said) }
    }
}

impl Card {
    fn new(call: RunningCall) -> Self {
        Self {
            id: call.id,
            caller: call.caller,
            started_ms: call.started_ms,
            status: ArcRwSignal::new(call.status),
            doing: ArcRwSignal::new(call.doing),
            lines: ArcRwSignal::new(call.said.into_iter().map(Line::new).collect()),
        }
    }

    fn take(&self, kind: LiveKind) {
        match kind {
            LiveKind::Status { status } => self.status.set(status),
            LiveKind::Tool { name, status: ToolStatus::Running, .. } => self.doing.set(words::tool(&name)),
            LiveKind::Tool { .. } => self.doing.set(String::new()),
            LiveKind::Note { .. } | LiveKind::CallStarted { .. } => {}
            spoken @ LiveKind::Utterance { .. } => {
                if let Some(said) = Said::of(spoken) {
                    self.put(said);
                }
            }
        }
    }

    fn put(&self, said: Said) {
        let known = self.lines.with_untracked(|lines| lines.iter().find(|line| line.id == said.id).cloned());
        match known {
            Some(line) => line.said.set(said),
            None => self.lines.update(|lines| {
                let at = lines.partition_point(|line| line.position <= said.position);
                lines.insert(at, Line::new(said));
            }),
        }
    }
}

/// The live page.
#[component]
pub fn LivePage() -> impl IntoView {
    let slug = use_slug();
    let data = Resource::new_blocking(move || slug.get(), load_live);
    view! {
        <Page title="Live" lead="Calls while they happen. The words appear as they are spoken.">
            <Transition fallback=|| view! { <SkeletonRows rows=2 /> }>
                {move || Suspend::new(async move {
                    match data.await {
                        Ok(calls) => view! { <Cards calls data /> }.into_any(),
                        Err(error) => view! { <Failure error /> }.into_any(),
                    }
                })}
            </Transition>
        </Page>
    }
    .into_any()
}

#[component]
fn Cards(calls: Vec<RunningCall>, data: Resource<Result<Vec<RunningCall>, AppError>>) -> impl IntoView {
    let opened_ms = now_ms();
    let live = Live::here();
    live.set_running(calls.iter().map(|call| call.id).collect());
    let cards = RwSignal::new(calls.into_iter().map(Card::new).collect::<Vec<_>>());
    live.listen(move |heard| match heard {
        Heard::Event(event) => take(cards, event, opened_ms),
        Heard::Reload => data.refetch(),
    });
    view! {
        <div class="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
            <For each=move || cards.get() key=|card| card.id let(card)>
                <CallCard card />
            </For>
        </div>
        <div class=move || if cards.read().is_empty() { "rounded-box border border-base-300 bg-base-100" } else { "hidden" }>
            <EmptyState
                glyph=Glyph::PhoneIn
                title="Nobody is on the line"
                hint="When somebody calls, the call appears here by itself, with every word as it is spoken."
            />
        </div>
    }
    .into_any()
}

/// Changes the cards as an event tells. Events of before the page was opened are told first; a call that is over in
/// them is not shown, while one that ends on the page stays until the page is left.
fn take(cards: RwSignal<Vec<Card>>, event: LiveEvent, opened_ms: i64) {
    let id = event.call_id;
    let known = cards.with_untracked(|cards| cards.iter().find(|card| card.id == id).cloned());
    let is_old = event.at.timestamp_millis() < opened_ms;
    match (known, event.kind) {
        (Some(_), LiveKind::Status { status }) if status.is_final() && is_old => {
            cards.update(|cards| cards.retain(|card| card.id != id));
        }
        (Some(card), kind) => card.take(kind),
        (None, LiveKind::CallStarted { caller, started_at }) => {
            let card = Card::new(RunningCall {
                id,
                caller: card::caller(caller.as_ref()),
                status: CallStatus::Ringing,
                started_ms: started_at.timestamp_millis(),
                doing: String::new(),
                said: Vec::new(),
            });
            cards.update(|cards| cards.insert(0, card));
        }
        (None, _) => {}
    }
}
