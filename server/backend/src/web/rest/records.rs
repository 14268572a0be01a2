//! What the REST interface shows of a call: names in camel case, times in UTC.

use chrono::{DateTime, Utc};
use model::{Call, CallId, CallPage, CallRow, CallStatus, Heard, Outcome, Sentiment, Speaker, ToolStatus};
use serde::Serialize;
use serde_json::Value;

/// A call in a list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CallJson {
    id: CallId,
    caller: Option<String>,
    called: Option<String>,
    status: CallStatus,
    started_at: DateTime<Utc>,
    duration_ms: Option<i64>,
    outcome: Option<Outcome>,
    sentiment: Option<Sentiment>,
    summary: String,
    has_recording: bool,
    cost_nano_usd: i64,
}

impl From<CallRow> for CallJson {
    fn from(row: CallRow) -> Self {
        Self {
            id: row.id,
            caller: row.caller.map(Into::into),
            called: row.called.map(Into::into),
            status: row.status,
            started_at: row.started_at,
            duration_ms: row.duration_ms,
            outcome: row.outcome,
            sentiment: row.sentiment,
            summary: row.summary,
            has_recording: row.has_recording,
            cost_nano_usd: row.cost_nano_usd,
        }
    }
}

/// A page of the list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageJson {
    calls: Vec<CallJson>,
    total: i64,
    has_more: bool,
}

impl From<CallPage> for PageJson {
    fn from(page: CallPage) -> Self {
        Self { calls: page.calls.into_iter().map(Into::into).collect(), total: page.total, has_more: page.has_more }
    }
}

/// A whole call.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DetailsJson {
    #[serde(flatten)]
    call: CallJson,
    notes: String,
    recordings: Vec<RecordingJson>,
    transcripts: Vec<TranscriptJson>,
    analytics: AnalyticsJson,
    metadata: MetadataJson,
    tool_calls: Vec<ToolCallJson>,
    events: Vec<EventJson>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RecordingJson {
    url: String,
    content_type: &'static str,
    duration_ms: i64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct TranscriptJson {
    id: String,
    position: i64,
    speaker: Speaker,
    text: String,
    /// What the caller heard of the text; all of it unless they interrupted.
    heard: String,
    interrupted: bool,
    start_ms: i64,
    end_ms: i64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AnalyticsJson {
    cost_nano_usd: i64,
    costs: Vec<CostJson>,
    latencies: Vec<LatencyJson>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CostJson {
    label: String,
    quantity: i64,
    nano_usd: i64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LatencyJson {
    at_ms: i64,
    latency_ms: i64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct MetadataJson {
    persona_version: Option<i64>,
    previous_call: Option<CallId>,
    next_call: Option<CallId>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ToolCallJson {
    id: String,
    name: String,
    arguments: Value,
    output: Option<Value>,
    status: ToolStatus,
    at_ms: i64,
    duration_ms: Option<i64>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct EventJson {
    id: String,
    kind: String,
    text: String,
    at_ms: i64,
}

impl From<Call> for DetailsJson {
    fn from(call: Call) -> Self {
        let id = call.row.id;
        let cost_nano_usd = call.row.cost_nano_usd;
        Self {
            call: call.row.into(),
            notes: call.notes,
            recordings: call
                .recording
                .map(|recording| RecordingJson {
                    url: format!("/api/calls/{id}/recording"),
                    content_type: "audio/wav",
                    duration_ms: recording.duration_ms,
                })
                .into_iter()
                .collect(),
            transcripts: call.utterances.into_iter().map(Into::into).collect(),
            analytics: AnalyticsJson {
                cost_nano_usd,
                costs: call
                    .costs
                    .into_iter()
                    .map(|line| CostJson { label: line.label, quantity: line.quantity, nano_usd: line.nano_usd })
                    .collect(),
                latencies: call
                    .latencies
                    .into_iter()
                    .map(|turn| LatencyJson { at_ms: turn.at_ms, latency_ms: turn.latency_ms })
                    .collect(),
            },
            metadata: MetadataJson {
                persona_version: call.persona_version,
                previous_call: call.previous,
                next_call: call.next,
            },
            tool_calls: call
                .tool_calls
                .into_iter()
                .map(|run| ToolCallJson {
                    id: run.id.to_string(),
                    name: run.name,
                    arguments: run.arguments,
                    output: run.output,
                    status: run.status,
                    at_ms: run.at_ms,
                    duration_ms: run.duration_ms,
                })
                .collect(),
            events: call
                .events
                .into_iter()
                .map(|event| EventJson {
                    id: event.id.to_string(),
                    kind: event.kind,
                    text: event.text,
                    at_ms: event.at_ms,
                })
                .collect(),
        }
    }
}

impl From<model::Utterance> for TranscriptJson {
    fn from(said: model::Utterance) -> Self {
        let (heard, interrupted) = match said.heard {
            Heard::All => (said.text.clone(), false),
            Heard::Part(bytes) => (said.text.get(..bytes).unwrap_or_default().to_owned(), true),
        };
        Self {
            id: said.id.to_string(),
            position: said.position,
            speaker: said.speaker,
            text: said.text,
            heard,
            interrupted,
            start_ms: said.start_ms,
            end_ms: said.end_ms,
        }
    }
}
