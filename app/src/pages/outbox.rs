//! `/admin/{org}/outbox`: every text and e-mail, how far it has come, and sending it again.

mod filter;
mod table;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::{Channel, MessageReason, MessageState};
use serde::{Deserialize, Serialize};

use super::use_slug;
use crate::{
    error::AppError,
    moment::Moment,
    ui::{Failure, Page, SkeletonRows},
};
use filter::{FilterBar, Query};

/// Rows on one page.
const ROWS: i64 = 25;

/// How often an open page asks whether something has changed.
#[cfg(feature = "hydrate")]
const ASK_EVERY: std::time::Duration = std::time::Duration::from_secs(2);

/// A message in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageLine {
    id: String,
    channel: Channel,
    recipient: String,
    subject: String,
    body: String,
    state: MessageState,
    reason: Option<MessageReason>,
    code: String,
    attempts: i64,
    call_id: Option<String>,
    released_by: Option<String>,
    written: Moment,
}

#[cfg(feature = "ssr")]
impl MessageLine {
    fn of(org: &backend::org::Org, row: model::OutboxRow) -> Self {
        let number = row.recipient.parse::<model::PhoneNumber>().map(|number| number.pretty());
        Self {
            id: row.id.to_string(),
            channel: row.channel,
            recipient: number.unwrap_or(row.recipient),
            subject: row.subject,
            body: row.body,
            state: row.state,
            reason: row.reason,
            code: row.code,
            attempts: row.attempts,
            call_id: row.call_id.map(|id| id.to_string()),
            released_by: row.released_by,
            written: Moment::of(org, row.created_at),
        }
    }
}

/// A page of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutboxData {
    messages: Vec<MessageLine>,
    total: i64,
    may_send: bool,
    /// What [`outbox_changed`] said before the rows were read.
    changed: i64,
}

/// The messages that fit.
#[server(prefix = "/rpc")]
pub async fn load_outbox(slug: String, query: Query) -> Result<OutboxData, AppError> {
    let asking = crate::session::member(&slug).await?;
    let changed = changed_at(&asking.org).await?;
    let page = backend::outbox::list(&asking.org, &query.filter(ROWS)).await?;
    let messages = page.messages.into_iter().map(|row| MessageLine::of(&asking.org, row)).collect();
    let may_send = asking.member.role.allows(model::Role::FrontDesk);
    Ok(OutboxData { messages, total: page.total, may_send, changed })
}

/// When something last changed, in milliseconds since 1970.
#[server(prefix = "/rpc")]
pub async fn outbox_changed(slug: String) -> Result<i64, AppError> {
    changed_at(&crate::session::member(&slug).await?.org).await
}

#[cfg(feature = "ssr")]
async fn changed_at(org: &backend::org::Org) -> Result<i64, AppError> {
    Ok(backend::outbox::changed_at(org).await?.map_or(0, |at| at.timestamp_millis()))
}

/// Sends a message again.
#[server(prefix = "/rpc")]
pub async fn send_again(slug: String, id: String) -> Result<(), AppError> {
    use crate::session;

    let asking = session::member(&slug).await?;
    let id = id.parse().map_err(|_| session::not_found())?;
    Ok(backend::outbox::retry(&asking.org, &asking.member, id).await?)
}

/// The outbox.
#[component]
pub fn OutboxPage() -> impl IntoView {
    let slug = use_slug();
    let map = use_query_map();
    let query = Memo::new(move |_| Query::from_map(&map.read()));
    let data = Resource::new_blocking(move || (slug.get(), query.get()), |(slug, query)| load_outbox(slug, query));
    let again = ServerAction::<SendAgain>::new();
    let shown = StoredValue::new(None);
    keep_fresh(slug, data, shown);
    Effect::new(move |_| {
        if again.version().get() > 0 {
            data.refetch();
        }
    });
    view! {
        <Page title="Outbox" lead="Every text and e-mail that was sent for you, newest first, and whether it arrived.">
            <FilterBar slug query />
            <Transition fallback=|| view! { <SkeletonRows /> }>
                {move || Suspend::new(async move {
                    match data.await {
                        Ok(data) => {
                            shown.set_value(Some(data.changed));
                            view! {
                                <table::MessageTable data slug=slug.get_untracked() query=query.get_untracked() again />
                            }
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

/// Loads the list again when something has changed, and only then: what is open stays open.
#[cfg_attr(not(feature = "hydrate"), expect(unused_variables, reason = "only a browser keeps a page open"))]
fn keep_fresh(slug: Memo<String>, data: Resource<Result<OutboxData, AppError>>, shown: StoredValue<Option<i64>>) {
    #[cfg(feature = "hydrate")]
    {
        // Compared with what is shown, not with an earlier answer: something may change between the reading and the first question.
        let ask = move || {
            leptos::task::spawn_local(async move {
                let Ok(changed) = outbox_changed(slug.get_untracked()).await else { return };
                if shown.try_get_value().flatten().is_some_and(|shown| shown != changed) {
                    data.refetch();
                }
            });
        };
        Effect::new(move |_| {
            ask();
            if let Ok(timer) = set_interval_with_handle(ask, ASK_EVERY) {
                on_cleanup(move || timer.clear());
            }
        });
    }
}
