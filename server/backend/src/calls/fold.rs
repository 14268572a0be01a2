//! What a call tells, turned into the rows that are kept of it.
//!
//! The same facts in the same order give the same rows, with the same identifiers: a journal can be read again after its
//! facts were stored, and changes nothing.

use std::{collections::BTreeMap, iter};

use call::{
    Fact, Metrics, Ms,
    usage::{Prices, Usage},
};
use chrono::{DateTime, Utc};
use model::{CallId, CallStatus, Heard, Outcome, Speaker, TimelineEvent, ToolCall, ToolStatus, TurnLatency, Utterance};
use serde_json::Value;

use super::{Cost, Finished, event_id, tool_call_id, utterance_id, write};
use crate::{
    db::{DbResult, scoped::tenant::OrgTx},
    recordings::{self, RecordingRow},
};

/// Rows of a call that wait to be written; what is known better replaces what waits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pending {
    answered_at: Option<DateTime<Utc>>,
    lines: BTreeMap<u32, Utterance>,
    tools: BTreeMap<String, ToolCall>,
    events: Vec<TimelineEvent>,
    metrics: Option<(Metrics, Vec<TurnLatency>)>,
    costs: Vec<Cost>,
    recording: Option<RecordingRow>,
    finished: Option<Finished>,
}

/// A line of the timeline that the call itself does not know of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// Its recording stopped.
    RecordingStopped,
    /// The server stopped while it ran.
    ServerStopped,
    /// Its audio never came.
    NeverBegan,
    /// It was taken for running when nothing of it was left.
    Forgotten,
    /// A media stream that named it was refused.
    StreamRefused,
    /// Nobody typed in it any more.
    TrialIdle,
}

impl Note {
    const fn kind(self) -> &'static str {
        match self {
            Self::RecordingStopped => "recording_stopped",
            Self::ServerStopped => "interrupted_by_restart",
            Self::NeverBegan => "never_began",
            Self::Forgotten => "forgotten",
            Self::StreamRefused => "stream_refused",
            Self::TrialIdle => "trial_idle",
        }
    }

    /// The line that tells of it.
    pub(crate) fn line(self, call: CallId, text: &str, at_ms: u64) -> TimelineEvent {
        // The call's own facts count from one.
        let id = event_id(call, u64::MAX - self as u64);
        TimelineEvent { id, kind: self.kind().to_owned(), text: text.to_owned(), at_ms: at_ms as i64 }
    }
}

/// Follows the facts of one call.
#[derive(Clone, Debug)]
pub struct Fold {
    call: CallId,
    prices: Prices,
    facts: u64,
    usage: Usage,
    latencies: Vec<TurnLatency>,
    tools: BTreeMap<String, ToolCall>,
    first_words: Option<(u32, String)>,
    /// When the last thing happened.
    end_ms: u64,
    /// Rows that were not written yet.
    pub pending: Pending,
}

impl Fold {
    /// Nothing has happened.
    pub fn new(call: CallId, prices: Prices) -> Self {
        Self {
            call,
            prices,
            facts: 0,
            usage: Usage::default(),
            latencies: Vec::new(),
            tools: BTreeMap::new(),
            first_words: None,
            end_ms: 0,
            pending: Pending::default(),
        }
    }

    /// When the last thing happened.
    pub fn end_ms(&self) -> u64 {
        self.end_ms
    }

    /// Takes the next fact, which came `at` milliseconds into the call, at the time of day `wall`.
    pub fn take(&mut self, at: Ms, wall: DateTime<Utc>, fact: &Fact) {
        self.facts += 1;
        self.end_ms = self.end_ms.max(at.0);
        match fact {
            Fact::Answered => self.pending.answered_at = Some(wall),
            Fact::Line { .. } => self.take_line(fact),
            Fact::ToolStarted { call_id, name, arguments } => {
                let run = ToolCall {
                    id: tool_call_id(self.call, call_id),
                    name: name.clone(),
                    arguments: document(arguments),
                    output: None,
                    status: ToolStatus::Running,
                    at_ms: at.0 as i64,
                    duration_ms: None,
                };
                self.put_tool(call_id, run);
            }
            Fact::ToolEnded { call_id, status, output, duration_ms } => {
                let Some(mut run) = self.tools.get(call_id).cloned() else { return };
                run.status = match status {
                    call::ToolStatus::Done => ToolStatus::Done,
                    call::ToolStatus::Refused => ToolStatus::Refused,
                    call::ToolStatus::Failed => ToolStatus::Failed,
                };
                run.output = Some(document(output));
                run.duration_ms = Some(*duration_ms as i64);
                self.put_tool(call_id, run);
            }
            Fact::Event { kind, text } => {
                let id = event_id(self.call, self.facts);
                let line = TimelineEvent { id, kind: (*kind).to_owned(), text: text.clone(), at_ms: at.0 as i64 };
                self.pending.events.push(line);
            }
            Fact::Latency { at, latency_ms } => {
                self.latencies.push(TurnLatency { at_ms: at.0 as i64, latency_ms: *latency_ms as i64 });
            }
            Fact::Usage(used) => {
                self.usage += *used;
                self.pending.costs = costs(&self.usage, &self.prices);
            }
            Fact::Summary(figures) => self.pending.metrics = Some((figures.clone(), self.latencies.clone())),
        }
    }

    /// Adds a line that is not a fact of the call itself.
    pub fn note(&mut self, note: Note, text: &str) {
        self.pending.events.push(note.line(self.call, text, self.end_ms));
    }

    /// Notes where the call's audio is and how far it goes.
    pub fn recording(&mut self, row: RecordingRow) {
        self.pending.recording = Some(row);
    }

    /// Ends the call. What the end leaves open is filled in from what was said.
    pub fn finish(&mut self, mut finished: Finished) {
        if finished.summary.is_empty() {
            finished.summary = self.first_words.as_ref().map_or_else(String::new, |(_, words)| shorten(words));
        }
        if finished.outcome.is_none() {
            finished.outcome = Some(outcome(&finished, self.first_words.is_some()));
        }
        // The figures come with the summary; a call that broke off has none but still has its response times.
        if self.pending.metrics.is_none() && !self.latencies.is_empty() && finished.status == CallStatus::Interrupted {
            self.pending.metrics = Some((Metrics::default(), self.latencies.clone()));
        }
        self.pending.finished = Some(finished);
    }

    fn take_line(&mut self, fact: &Fact) {
        let Fact::Line { line, position, speaker, text, heard, start, end, .. } = fact else { return };
        // What is stored has no NUL; what was heard of it is counted in the same text.
        let heard = &text.as_bytes()[..text.len().min(*heard)];
        let (heard, text) = (heard.iter().filter(|byte| **byte != 0).count(), text.replace('\0', ""));
        self.end_ms = self.end_ms.max(end.0);
        let speaker = match speaker {
            call::Speaker::Caller => Speaker::Caller,
            call::Speaker::Assistant => Speaker::Assistant,
        };
        let earlier = self.first_words.as_ref().is_none_or(|(first, _)| position <= first);
        if speaker == Speaker::Caller && !text.trim().is_empty() && earlier {
            self.first_words = Some((*position, text.clone()));
        }
        let whole = speaker == Speaker::Caller || heard >= text.len();
        let said = Utterance {
            id: utterance_id(self.call, *line),
            position: i64::from(*position),
            speaker,
            text,
            heard: if whole { Heard::All } else { Heard::Part(heard) },
            start_ms: start.0 as i64,
            end_ms: end.0 as i64,
        };
        self.pending.lines.insert(*line, said);
    }

    fn put_tool(&mut self, model_call_id: &str, run: ToolCall) {
        self.tools.insert(model_call_id.to_owned(), run.clone());
        self.pending.tools.insert(model_call_id.to_owned(), run);
    }
}

impl Pending {
    /// Whether everything is written.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the end of the call waits.
    pub fn has_finish(&self) -> bool {
        self.finished.is_some()
    }

    /// The same rows, each by itself; the end of the call last.
    pub(crate) fn apart(self) -> impl Iterator<Item = Self> {
        let Self { answered_at, lines, tools, events, metrics, costs, recording, finished } = self;
        let none = Self::default;
        let rows = lines.into_iter().map(move |line| Self { lines: [line].into(), ..none() });
        let tools = tools.into_iter().map(move |run| Self { tools: [run].into(), ..none() });
        let events = events.into_iter().map(move |line| Self { events: vec![line], ..none() });
        let single = [
            Self { metrics, ..none() },
            Self { costs, ..none() },
            Self { recording, ..none() },
            Self { finished, ..none() },
        ];
        iter::once(Self { answered_at, ..none() })
            .chain(rows)
            .chain(tools)
            .chain(events)
            .chain(single)
            .filter(|row| !row.is_empty())
    }

    /// Puts back rows that could not be written; what came meanwhile is newer.
    pub fn put_back(&mut self, mut older: Self) {
        older.lines.append(&mut self.lines);
        older.tools.append(&mut self.tools);
        older.events.append(&mut self.events);
        *self = Self {
            answered_at: older.answered_at.or(self.answered_at),
            lines: older.lines,
            tools: older.tools,
            events: older.events,
            metrics: self.metrics.take().or(older.metrics),
            costs: if self.costs.is_empty() { older.costs } else { std::mem::take(&mut self.costs) },
            recording: self.recording.take().or(older.recording),
            finished: self.finished.take().or(older.finished),
        };
    }

    /// Writes the rows of `call` in this transaction.
    pub(crate) async fn write(&self, tx: &mut OrgTx, call: CallId) -> DbResult<()> {
        if let Some(at) = self.answered_at {
            write::answered(tx, call, at, None).await?;
        }
        for said in self.lines.values() {
            write::utterance(tx, call, said).await?;
        }
        for (model_call_id, run) in &self.tools {
            write::tool_call(tx, call, model_call_id, run).await?;
        }
        for line in &self.events {
            write::event(tx, call, line).await?;
        }
        if let Some((figures, turns)) = &self.metrics {
            write::metrics(tx, call, figures, turns).await?;
        }
        write::costs(tx, call, &self.costs).await?;
        if let Some(row) = &self.recording {
            recordings::put(tx, call, row).await?;
        }
        if let Some(finished) = &self.finished {
            write::finish(tx, call, finished).await?;
        }
        Ok(())
    }
}

/// What a model or a tool wrote, as a JSON object; text that is none is kept as text.
fn document(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(value @ (Value::Object(_) | Value::Array(_))) => value,
        _ => serde_json::json!({ "text": text }),
    }
}

fn outcome(finished: &Finished, caller_spoke: bool) -> Outcome {
    match finished.reason.as_str() {
        "silence" => Outcome::Silent,
        "limit" => Outcome::LimitReached,
        "model_lost" | "phone_lost" | "phone_protocol" | "shutdown" | "crash" => Outcome::Technical,
        _ if caller_spoke => Outcome::Answered,
        _ => Outcome::Abandoned,
    }
}

/// The first eighty characters, to a whole word.
fn shorten(words: &str) -> String {
    let words = words.trim();
    let Some((cut, _)) = words.char_indices().nth(80) else { return words.to_owned() };
    let short = &words[..cut];
    let end = short.rfind(' ').unwrap_or(cut);
    format!("{}…", &short[..end])
}

fn costs(usage: &Usage, prices: &Prices) -> Vec<Cost> {
    let seconds = usage.transcription_ms.div_ceil(1000);
    let transcription = usage.transcription_ms * prices.transcription_second / 1000;
    [
        ("text_in", usage.text_in, usage.text_in * prices.text_in),
        ("text_cached", usage.text_cached, usage.text_cached * prices.text_cached),
        ("audio_in", usage.audio_in, usage.audio_in * prices.audio_in),
        ("audio_cached", usage.audio_cached, usage.audio_cached * prices.audio_cached),
        ("image_in", usage.image_in, usage.image_in * prices.image_in),
        ("image_cached", usage.image_cached, usage.image_cached * prices.image_cached),
        ("text_out", usage.text_out, usage.text_out * prices.text_out),
        ("audio_out", usage.audio_out, usage.audio_out * prices.audio_out),
        ("transcription", seconds, transcription),
    ]
    .into_iter()
    .filter(|(_, quantity, _)| *quantity > 0)
    .map(|(kind, quantity, nano_usd)| Cost {
        kind,
        quantity: quantity as i64,
        nano_usd: nano_usd as i64,
        estimated: usage.estimated,
    })
    .collect()
}

#[cfg(test)]
mod tests;
