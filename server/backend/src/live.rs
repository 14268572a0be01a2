//! Live events: what happens in calls, handed to whoever watches the organisation.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use model::{CallId, LiveEvent, LiveKind, OrgId};
use tokio::sync::broadcast;

use crate::clock::Clock;

/// Events that a newcomer is shown first.
const BACKLOG: usize = 100;
/// Events that a watcher may lag behind before it is told to load the page's state again.
const LAG: usize = 256;

/// Hands events from calls to watchers. A slow watcher never slows a call.
#[derive(Clone, Debug)]
pub struct LiveHub {
    clock: Clock,
    topics: Arc<Mutex<Topics>>,
}

#[derive(Debug)]
struct Topics {
    last_seq: u64,
    by_org: HashMap<OrgId, Topic>,
}

#[derive(Debug)]
struct Topic {
    recent: VecDeque<LiveEvent>,
    watchers: broadcast::Sender<LiveEvent>,
}

impl Topic {
    fn new() -> Self {
        Self { recent: VecDeque::with_capacity(BACKLOG), watchers: broadcast::channel(LAG).0 }
    }
}

/// A watcher's view of an organisation.
#[derive(Debug)]
pub struct Subscription {
    /// What it has missed, oldest first, at most the last hundred events.
    pub backlog: Vec<LiveEvent>,
    /// Whether more was missed than `backlog` holds: the page should load its state again.
    pub resync: bool,
    /// What happens from here on.
    pub receiver: Receiver,
}

/// Receives what happens from here on.
#[derive(Debug)]
pub struct Receiver(broadcast::Receiver<LiveEvent>);

/// What a watcher receives.
#[derive(Clone, Debug, PartialEq)]
pub enum Received {
    /// Something happened.
    Event(LiveEvent),
    /// The watcher was too slow and has missed events: it should load the page's state again.
    Resync,
}

impl LiveHub {
    /// A hub without watchers.
    pub fn new(clock: Clock) -> Self {
        // Numbers go on rising over a restart, so that a browser's last seen number is never ahead of ours. They stay
        // below 2^53, which JavaScript counts exactly.
        let last_seq = u64::try_from(clock.now().timestamp_millis()).unwrap_or(0) * 1000;
        Self { clock, topics: Arc::new(Mutex::new(Topics { last_seq, by_org: HashMap::new() })) }
    }

    /// Tells watchers of `org` what happened in a call.
    pub fn publish(&self, org: OrgId, call_id: CallId, kind: LiveKind) {
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        topics.last_seq += 1;
        let event = LiveEvent { seq: topics.last_seq, at: self.clock.now(), call_id, kind };
        let topic = topics.by_org.entry(org).or_insert_with(Topic::new);
        if topic.recent.len() == BACKLOG {
            topic.recent.pop_front();
        }
        topic.recent.push_back(event.clone());
        // An error only says that nobody watches.
        let _ = topic.watchers.send(event);
    }

    /// Begins to watch `org`: with the events after `last_seen`, or the last hundred.
    pub fn subscribe(&self, org: OrgId, last_seen: Option<u64>) -> Subscription {
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        let topic = topics.by_org.entry(org).or_insert_with(Topic::new);
        let receiver = Receiver(topic.watchers.subscribe());
        let seen = last_seen.unwrap_or(0);
        let known = topic.recent.iter().any(|event| event.seq <= seen);
        let backlog: Vec<_> = topic.recent.iter().filter(|event| event.seq > seen).cloned().collect();
        let resync = last_seen.is_some() && !known;
        Subscription { backlog, resync, receiver }
    }
}

impl Receiver {
    /// The next event; `None` when the server stops.
    pub async fn next(&mut self) -> Option<Received> {
        match self.0.recv().await {
            Ok(event) => Some(Received::Event(event)),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(Received::Resync),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORG: OrgId = OrgId::from_u128(1);
    const OTHER: OrgId = OrgId::from_u128(2);
    const CALL: CallId = CallId::from_u128(3);

    fn hub() -> LiveHub {
        LiveHub::new(Clock::fixed(chrono::DateTime::UNIX_EPOCH))
    }

    fn note(text: &str) -> LiveKind {
        LiveKind::Note { text: text.into() }
    }

    #[tokio::test]
    async fn a_watcher_gets_the_last_hundred_events_and_then_what_follows() {
        let hub = hub();
        for n in 0..150 {
            hub.publish(ORG, CALL, note(&n.to_string()));
        }
        let mut watcher = hub.subscribe(ORG, None);
        assert_eq!(watcher.backlog.len(), 100);
        assert_eq!(watcher.backlog[0].kind, note("50"));

        hub.publish(ORG, CALL, note("next"));
        let Some(Received::Event(event)) = watcher.receiver.next().await else { panic!("an event") };
        assert_eq!((event.seq, event.kind), (151, note("next")));
    }

    #[tokio::test]
    async fn a_watcher_that_comes_back_gets_only_what_it_missed() {
        let hub = hub();
        for n in 1..=5 {
            hub.publish(ORG, CALL, note(&n.to_string()));
        }
        let back = hub.subscribe(ORG, Some(3));
        assert_eq!(back.backlog.iter().map(|e| e.seq).collect::<Vec<_>>(), [4, 5]);
        assert!(!back.resync);

        for n in 0..200 {
            hub.publish(ORG, CALL, note(&n.to_string()));
        }
        assert!(hub.subscribe(ORG, Some(3)).resync);
    }

    #[tokio::test]
    async fn a_slow_watcher_is_told_to_load_again() {
        let hub = hub();
        let mut slow = hub.subscribe(ORG, None);
        for n in 0..=LAG {
            hub.publish(ORG, CALL, note(&n.to_string()));
        }
        assert_eq!(slow.receiver.next().await, Some(Received::Resync));
    }

    #[tokio::test]
    async fn nobody_sees_another_organisations_calls() {
        let hub = hub();
        hub.publish(OTHER, CALL, note("theirs"));
        assert!(hub.subscribe(ORG, None).backlog.is_empty());
    }
}
