//! What is written down while a call runs: in its book ([`crate::ledger`]), and on the screens of whoever watches.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use call::{Fact, Finish, Metrics, Ms, Speaker, Track};
use model::{CallId, CallStatus, LiveKind, OrgId};
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{Instant, MissedTickBehavior, interval},
};

use super::ending;
use crate::{Backend, Org, calls, ledger::Entry, live::LiveHub, metrics};

/// Facts that may wait for the screens; a call makes a handful a second.
const QUEUE: usize = 512;

/// Words that are still becoming known reach the screens this often.
const REFRESH: Duration = Duration::from_millis(200);

/// How much of what the caller said first becomes the call's line in the list.
const SUMMARY_CHARS: usize = 120;

/// The notes of one call.
#[derive(Debug)]
pub(super) struct Notes {
    backend: Backend,
    org: Org,
    id: CallId,
    book: Entry,
    screens: mpsc::Sender<Fact>,
    showing: JoinHandle<()>,
    first_words: Option<(u32, String)>,
}

impl Notes {
    /// Opens the book of a call; with `record` its audio is kept.
    pub(super) fn begin(backend: &Backend, org: &Org, id: CallId, record: bool) -> Self {
        let (screens, facts) = mpsc::channel(QUEUE);
        let screen = Screen { hub: backend.live().clone(), org: org.id(), id, tools: HashMap::new() };
        Self {
            backend: backend.clone(),
            org: org.clone(),
            id,
            book: backend.ledger().open(org, id, record),
            screens,
            showing: tokio::spawn(show(screen, facts)),
            first_words: None,
        }
    }

    /// Keeps a stretch of audio.
    pub(super) fn audio(&self, track: Track, at: Ms, audio: &[u8]) {
        self.book.audio(track, at, audio);
    }

    /// Writes down something that happened.
    pub(super) fn fact(&mut self, at: Ms, fact: Fact) {
        self.book.record(at, &fact);
        match &fact {
            Fact::Latency { latency_ms, .. } => metrics::answer_latency(*latency_ms),
            Fact::Line { line, speaker: Speaker::Caller, text, .. } if !text.trim().is_empty() => {
                let first = self.first_words.as_ref().map(|(first, _)| *first);
                if first.is_none_or(|first| first == *line) {
                    self.first_words = Some((*line, text.clone()));
                }
            }
            _ => {}
        }
        // A screen that misses something loads the whole call; a call never waits for one.
        let _ = self.screens.try_send(fact);
    }

    /// Closes the book. Watchers are told when it can be read.
    pub(super) async fn finish(self, finish: Finish, figures: &Metrics, duration: Duration) {
        let summary = self.first_words.map(|(_, words)| summary(&words)).unwrap_or_default();
        let finished = ending::finished(finish, figures, summary, self.backend.clock().now(), duration);
        let ended = finished.status;
        drop(self.screens);
        self.book.finish(finished).await;
        // Only the task that shows can have failed; the book is closed either way.
        let _ = self.showing.await;
        status(&self.backend, &self.org, self.id, ended);
    }
}

/// Tells watchers where a call stands.
pub(super) fn status(backend: &Backend, org: &Org, id: CallId, status: CallStatus) {
    backend.live().publish(org.id(), id, LiveKind::Status { status });
}

fn summary(words: &str) -> String {
    let words = words.trim();
    match words.char_indices().nth(SUMMARY_CHARS) {
        None => words.to_owned(),
        Some((end, _)) => {
            let cut = words[..end].rfind(' ').unwrap_or(end);
            format!("{}…", words[..cut].trim_end())
        }
    }
}

struct Screen {
    hub: LiveHub,
    org: OrgId,
    id: CallId,
    tools: HashMap<String, String>,
}

/// Shows facts as they come, except that words which are still growing are gathered.
async fn show(mut screen: Screen, mut facts: mpsc::Receiver<Fact>) {
    let mut growing: BTreeMap<u32, Fact> = BTreeMap::new();
    let mut shown: HashMap<u32, Instant> = HashMap::new();
    let mut refresh = interval(REFRESH);
    refresh.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            fact = facts.recv() => match fact {
                None => break,
                Some(fact) => match &fact {
                    Fact::Line { line, done: false, .. }
                        if shown.get(line).is_some_and(|last| last.elapsed() < REFRESH) =>
                    {
                        growing.insert(*line, fact);
                    }
                    Fact::Line { line, .. } => {
                        growing.remove(line);
                        shown.insert(*line, Instant::now());
                        screen.show(fact);
                    }
                    _ => screen.show(fact),
                },
            },
            _ = refresh.tick(), if !growing.is_empty() => {
                for (line, fact) in std::mem::take(&mut growing) {
                    shown.insert(line, Instant::now());
                    screen.show(fact);
                }
            }
        }
    }
    for fact in growing.into_values() {
        screen.show(fact);
    }
}

impl Screen {
    fn show(&mut self, fact: Fact) {
        if let Some(kind) = self.kind(fact) {
            self.hub.publish(self.org, self.id, kind);
        }
    }

    fn kind(&mut self, fact: Fact) -> Option<LiveKind> {
        Some(match fact {
            Fact::Answered => LiveKind::Status { status: CallStatus::Active },
            Fact::Line { line, position, speaker, text, heard, start, done, .. } => LiveKind::Utterance {
                id: calls::utterance_id(self.id, line),
                position: i64::from(position),
                heard_bytes: if speaker == Speaker::Caller { text.len() } else { heard },
                speaker: match speaker {
                    Speaker::Caller => model::Speaker::Caller,
                    Speaker::Assistant => model::Speaker::Assistant,
                },
                text,
                done,
                at_ms: start.0 as i64,
            },
            Fact::ToolStarted { call_id, name, .. } => {
                self.tools.insert(call_id, name.clone());
                LiveKind::Tool { name, status: model::ToolStatus::Running, duration_ms: None }
            }
            Fact::ToolEnded { call_id, status, duration_ms, .. } => LiveKind::Tool {
                name: self.tools.remove(&call_id)?,
                status: match status {
                    call::ToolStatus::Done => model::ToolStatus::Done,
                    call::ToolStatus::Refused => model::ToolStatus::Refused,
                    call::ToolStatus::Failed => model::ToolStatus::Failed,
                },
                duration_ms: Some(duration_ms as i64),
            },
            Fact::Event { text, .. } => LiveKind::Note { text },
            Fact::Latency { .. } | Fact::Usage(_) | Fact::Summary(_) => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_in_the_list_is_cut_between_words() {
        assert_eq!(summary(" When is the next cookoff? "), "When is the next cookoff?");
        let long = "soup ".repeat(40);
        let short = summary(&long);
        assert!(short.ends_with("soup…") && short.chars().count() <= SUMMARY_CHARS, "{short}");
    }

    #[tokio::test(start_paused = true)]
    async fn growing_words_are_gathered_and_their_end_is_shown_at_once() {
        let hub = LiveHub::new(crate::clock::Clock::system());
        let (org, id) = (OrgId::new(), CallId::new());
        let (sender, facts) = mpsc::channel(QUEUE);
        for words in ["When", "When is", "When is the"] {
            sender.send(line(words, false)).await.expect("room");
        }
        sender.send(line("When is the next?", true)).await.expect("room");
        drop(sender);

        show(Screen { hub: hub.clone(), org, id, tools: HashMap::new() }, facts).await;

        let shown: Vec<String> = hub
            .subscribe(org, None)
            .backlog
            .into_iter()
            .filter_map(|event| match event.kind {
                LiveKind::Utterance { text, .. } => Some(text),
                _ => None,
            })
            .collect();
        assert_eq!(shown, ["When", "When is the next?"]);
    }

    fn line(text: &str, done: bool) -> Fact {
        Fact::Line {
            line: 1,
            position: 0,
            speaker: Speaker::Caller,
            text: text.into(),
            heard: 0,
            start: Ms(0),
            end: Ms(0),
            done,
        }
    }
}
