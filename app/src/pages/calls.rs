//! `/admin/{org}/calls`: every call, newest first; each filter is part of the address.

mod filter;
mod table;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::{CallStatus, LiveKind, Outcome, Sentiment};
use serde::{Deserialize, Serialize};

use super::use_slug;
use crate::{
    error::AppError,
    format,
    live::{Heard, Live},
    moment::Moment,
    ui::{Badge, Failure, Page, SkeletonRows},
    words,
};
use filter::{FilterBar, Query};

/// Rows on one page.
const ROWS: i64 = 25;

/// A call in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallLine {
    /// Its identifier.
    pub id: String,
    /// Who called, as staff read it.
    pub caller: String,
    /// Where it stands.
    pub status: CallStatus,
    /// When it began.
    pub started: Moment,
    /// How long it lasted, once it ended.
    pub duration_ms: Option<i64>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// The caller's mood.
    pub sentiment: Option<Sentiment>,
    /// One line on what it was about.
    pub summary: String,
    /// What the model cost.
    pub cost_nano_usd: i64,
}

impl CallLine {
    /// A call as this organisation's clocks show it.
    #[cfg(feature = "ssr")]
    pub fn of(org: &backend::org::Org, row: model::CallRow) -> Self {
        Self {
            id: row.id.to_string(),
            caller: row.caller.as_ref().map_or_else(|| "Unknown number".to_owned(), model::PhoneNumber::pretty),
            status: row.status,
            started: Moment::of(org, row.started_at),
            duration_ms: row.duration_ms,
            outcome: row.outcome,
            sentiment: row.sentiment,
            summary: row.summary,
            cost_nano_usd: row.cost_nano_usd,
        }
    }

    /// Its state, with its colour.
    pub fn badge(&self) -> impl IntoView + use<> {
        let (word, tone) = words::call_state(self.status, self.outcome);
        view! { <Badge text=word tone /> }
    }

    /// What it was about, or what is known instead.
    pub fn about(&self) -> String {
        match (self.summary.is_empty(), self.status.is_final(), self.duration_ms) {
            (false, ..) => self.summary.clone(),
            (true, false, _) => "Talking now".into(),
            (true, true, Some(ms)) => format!("{} long", format::clock(ms)),
            (true, true, None) => "Nothing was said".into(),
        }
    }
}

/// A page of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallsData {
    calls: Vec<CallLine>,
    total: i64,
    has_more: bool,
}

/// The calls that fit.
#[server(prefix = "/rpc")]
pub async fn load_calls(slug: String, query: Query) -> Result<CallsData, AppError> {
    let org = crate::session::member(&slug).await?.org;
    let page = backend::calls::list(&org, &query.filter(ROWS)).await?;
    let calls = page.calls.into_iter().map(|row| CallLine::of(&org, row)).collect();
    Ok(CallsData { calls, total: page.total, has_more: page.has_more })
}

/// The list of calls.
#[component]
pub fn CallsPage() -> impl IntoView {
    let slug = use_slug();
    let map = use_query_map();
    let query = Memo::new(move |_| Query::from_map(&map.read()));
    let data = Resource::new_blocking(move || (slug.get(), query.get()), |(slug, query)| load_calls(slug, query));
    Live::here().listen(move |heard| {
        let changed = match heard {
            Heard::Event(event) => matches!(event.kind, LiveKind::CallStarted { .. } | LiveKind::Status { .. }),
            Heard::Reload => true,
        };
        if changed {
            data.refetch();
        }
    });
    view! {
        <Page title="Calls" lead="Every call, newest first. Calls that are running stand on top.">
            <FilterBar slug query />
            <Transition fallback=|| view! { <SkeletonRows /> }>
                {move || Suspend::new(async move {
                    match data.await {
                        Ok(data) => {
                            view! { <table::CallTable data slug=slug.get_untracked() query=query.get_untracked() /> }
                                .into_any()
                        }
                        Err(error) => view! { <Failure error /> }.into_any(),
                    }
                })}
            </Transition>
        </Page>
    }
    .into_any()
}
