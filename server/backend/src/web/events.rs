//! `GET /api/status`: what happens in calls, as server-sent events.

use std::{convert::Infallible, time::Duration};

use axum::{
    Router,
    extract::State,
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
    routing::get,
};
use futures_util::{Stream, StreamExt, stream};
use http::{HeaderMap, HeaderName, HeaderValue};
use model::{LiveEvent, Role, Scope};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::{access::Access, problem::Problem};
use crate::{
    Backend,
    live::{Received, Receiver},
};

/// Proxies close connections on which nothing happens.
const PING_EVERY: Duration = Duration::from_secs(30);

/// Somebody whose session was ended stops hearing within this time.
const CHECK_EVERY: Duration = Duration::from_secs(5);

/// `/api/status`.
pub fn router() -> Router<Backend> {
    Router::new().route("/api/status", get(status))
}

async fn status(State(backend): State<Backend>, access: Access, headers: HeaderMap) -> Result<Response, Problem> {
    access.require(Scope::Events, Role::ReadOnly)?;
    let last_seen = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    let subscription = backend.live().subscribe(access.org.id(), last_seen);
    let missed: Vec<Event> =
        subscription.resync.then(resync).into_iter().chain(subscription.backlog.iter().map(event)).collect();
    let watcher = Watcher {
        backend,
        access,
        receiver: subscription.receiver,
        ping: every(PING_EVERY),
        check: every(CHECK_EVERY),
    };
    let events = stream::iter(missed).chain(watcher.events()).map(Ok::<_, Infallible>);
    let mut response = Sse::new(events).into_response();
    // nginx would hold events back until a buffer is full.
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

struct Watcher {
    backend: Backend,
    access: Access,
    receiver: Receiver,
    ping: Interval,
    check: Interval,
}

impl Watcher {
    fn events(self) -> impl Stream<Item = Event> {
        stream::unfold(self, |mut watcher| async move { watcher.next().await.map(|event| (event, watcher)) })
    }

    async fn next(&mut self) -> Option<Event> {
        loop {
            tokio::select! {
                biased;
                received = self.receiver.next() => return Some(match received? {
                    Received::Event(happened) => event(&happened),
                    Received::Resync => resync(),
                }),
                _ = self.ping.tick() => return Some(Event::default().event("ping").data("{}")),
                _ = self.check.tick() => {
                    if self.backend.running().is_draining() || !self.access.still_holds(&self.backend).await {
                        return None;
                    }
                }
            }
        }
    }
}

fn event(happened: &LiveEvent) -> Event {
    let data = serde_json::to_string(happened).expect("live events serialise");
    Event::default().id(happened.seq.to_string()).data(data)
}

/// More was missed than is kept: the page should load its state again.
fn resync() -> Event {
    Event::default().event("resync").data("{}")
}

fn every(period: Duration) -> Interval {
    let mut interval = interval_at(Instant::now() + period, period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}
