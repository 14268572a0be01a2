//! One call with everything that is kept of it.

use chrono::{DateTime, Utc};
use model::{
    Call, CallEventId, CallId, CostLine, Heard, Recording, Speaker, TimelineEvent, ToolCall, ToolCallId, ToolStatus,
    TurnLatency, Utterance, UtteranceId,
};
use serde_json::Value;
use sqlx::types::Json;

use super::list::{Selected, columns};
use crate::{args, db::DbResult, org::Org, recordings::Peaks, sql};

/// A call, or `None` where this organisation has none of this id.
pub async fn get(org: &Org, id: CallId) -> DbResult<Option<Call>> {
    let select = sql!(concat!(
        "select ",
        columns!(),
        " from calls c where c.org_id = $1 and c.id = $2 and c.deleted_at is null"
    ));
    let Some(row) = org.optional::<Selected>(select, args![id]).await? else { return Ok(None) };
    let rest = sql!("select notes, persona_version, started_at from calls where org_id = $1 and id = $2");
    let Some((notes, persona_version, started_at)) = org.optional(rest, args![id]).await? else { return Ok(None) };
    Ok(Some(Call {
        row: row.into(),
        notes,
        persona_version,
        utterances: utterances(org, id).await?,
        tool_calls: tool_calls(org, id).await?,
        events: events(org, id).await?,
        recording: recording(org, id).await?,
        latencies: latencies(org, id).await?,
        costs: costs(org, id).await?,
        previous: previous(org, id, started_at).await?,
        next: next(org, id, started_at).await?,
    }))
}

pub(super) async fn utterances(org: &Org, id: CallId) -> DbResult<Vec<Utterance>> {
    type Columns = (UtteranceId, i64, Speaker, String, Option<i64>, i64, i64);
    let rows: Vec<Columns> = org
        .all(
            sql!(
                "select id, position, speaker, text, heard_bytes, start_ms, end_ms from utterances
                 where org_id = $1 and call_id = $2 order by position, start_ms, id"
            ),
            args![id],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, position, speaker, text, heard, start_ms, end_ms)| {
            let heard = heard.map_or(Heard::All, |bytes| Heard::Part(boundary(&text, bytes)));
            Utterance { id, position, speaker, text, heard, start_ms, end_ms }
        })
        .collect())
}

/// The nearest character boundary at or before `bytes`, so that a page can split the text there.
fn boundary(text: &str, bytes: i64) -> usize {
    text.floor_char_boundary(usize::try_from(bytes).unwrap_or(0))
}

async fn tool_calls(org: &Org, id: CallId) -> DbResult<Vec<ToolCall>> {
    type Columns = (ToolCallId, String, Json<Value>, Option<Json<Value>>, ToolStatus, i64, Option<i64>);
    let rows: Vec<Columns> = org
        .all(
            sql!(
                "select id, name, arguments, output, status, at_ms, duration_ms from tool_calls
                 where org_id = $1 and call_id = $2 order by at_ms, id"
            ),
            args![id],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, name, arguments, output, status, at_ms, duration_ms)| ToolCall {
            id,
            name,
            arguments: arguments.0,
            output: output.map(|output| output.0),
            status,
            at_ms,
            duration_ms,
        })
        .collect())
}

async fn events(org: &Org, id: CallId) -> DbResult<Vec<TimelineEvent>> {
    let rows: Vec<(CallEventId, String, String, i64)> = org
        .all(
            sql!("select id, kind, text, at_ms from call_events where org_id = $1 and call_id = $2 order by at_ms, id"),
            args![id],
        )
        .await?;
    Ok(rows.into_iter().map(|(id, kind, text, at_ms)| TimelineEvent { id, kind, text, at_ms }).collect())
}

async fn recording(org: &Org, id: CallId) -> DbResult<Option<Recording>> {
    let row: Option<(i64, Option<Json<Peaks>>)> = org
        .optional(
            sql!(
                "select duration_ms, peaks from recordings
                 where org_id = $1 and call_id = $2 and state <> 'running' and duration_ms > 0"
            ),
            args![id],
        )
        .await?;
    Ok(row.map(|(duration_ms, peaks)| {
        let peaks = peaks.map(|peaks| peaks.0).unwrap_or_default();
        Recording {
            duration_ms,
            href: format!("/api/calls/{id}/recording?org={}", org.slug()),
            caller_peaks: peaks.caller,
            assistant_peaks: peaks.assistant,
            peak_step_ms: peaks.step_ms,
        }
    }))
}

async fn latencies(org: &Org, id: CallId) -> DbResult<Vec<TurnLatency>> {
    let row: Option<(Json<Vec<TurnLatency>>,)> =
        org.optional(sql!("select turns from call_metrics where org_id = $1 and call_id = $2"), args![id]).await?;
    Ok(row.map(|(turns,)| turns.0).unwrap_or_default())
}

async fn costs(org: &Org, id: CallId) -> DbResult<Vec<CostLine>> {
    let rows: Vec<(String, i64, i64)> = org
        .all(
            sql!(
                "select kind, quantity, nano_usd from call_costs
                 where org_id = $1 and call_id = $2 order by nano_usd desc, kind"
            ),
            args![id],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|(kind, quantity, nano_usd)| CostLine { label: label(&kind).to_owned(), quantity, nano_usd })
        .collect())
}

/// What a kind of cost is called on screen.
fn label(kind: &str) -> &str {
    match kind {
        "text_in" => "text read",
        "text_cached" => "text read again",
        "audio_in" => "audio heard",
        "audio_cached" => "audio heard again",
        "image_in" => "images seen",
        "image_cached" => "images seen again",
        "text_out" => "text written",
        "audio_out" => "audio spoken",
        "transcription" => "seconds written down",
        other => other,
    }
}

async fn previous(org: &Org, id: CallId, started_at: DateTime<Utc>) -> DbResult<Option<CallId>> {
    let before = sql!(
        "select id from calls
         where org_id = $1 and deleted_at is null and channel = 'phone'
           and (started_at < $3 or (started_at = $3 and id < $2))
         order by started_at desc, id desc limit 1"
    );
    Ok(org.optional::<(CallId,)>(before, args![id, started_at]).await?.map(|(id,)| id))
}

async fn next(org: &Org, id: CallId, started_at: DateTime<Utc>) -> DbResult<Option<CallId>> {
    let after = sql!(
        "select id from calls
         where org_id = $1 and deleted_at is null and channel = 'phone'
           and (started_at > $3 or (started_at = $3 and id > $2))
         order by started_at, id limit 1"
    );
    Ok(org.optional::<(CallId,)>(after, args![id, started_at]).await?.map(|(id,)| id))
}
