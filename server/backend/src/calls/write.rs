//! Writing what happens in a call. Every statement may be repeated: a journal that is read again meets its own rows.

use call::Metrics;
use chrono::{DateTime, Utc};
use model::{CallId, Heard, ProposalId, TimelineEvent, ToolCall, TurnLatency, Utterance};

use super::{Finished, NEVER_CONNECTED};
use crate::{
    args,
    db::{DbResult, scoped::tenant::OrgTx},
    jobs::{self, end_offers::EndOffers},
    org::Org,
    sql,
};

/// One kind of cost of a call, in all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// What was used, in a fixed word.
    pub kind: &'static str,
    /// How much of it.
    pub quantity: i64,
    /// What it cost.
    pub nano_usd: i64,
    /// Whether the split had to be estimated.
    pub estimated: bool,
}

macro_rules! in_its_own_transaction {
    ($($(#[$doc:meta])* $name:ident => $inner:ident($($arg:ident: $type:ty),*);)*) => {$(
        $(#[$doc])*
        pub async fn $name(org: &Org, call: CallId, $($arg: $type),*) -> DbResult<()> {
            let mut tx = org.begin().await?;
            $inner(&mut tx, call, $($arg),*).await?;
            tx.commit().await
        }
    )*};
}

in_its_own_transaction! {
    /// Writes something said, or replaces it by what is known better.
    put_utterance => utterance(said: &Utterance);
    /// Writes a run of a tool, or what became of it. `model_call_id` is the model's id of it.
    put_tool_call => tool_call(model_call_id: &str, run: &ToolCall);
    /// Writes a line of the timeline.
    put_event => event(line: &TimelineEvent);
    /// Writes the figures of a call.
    put_metrics => metrics(figures: &Metrics, turns: &[TurnLatency]);
    /// Writes what a call costs in all.
    put_costs => costs(all: &[Cost]);
}

pub(crate) async fn utterance(tx: &mut OrgTx, call: CallId, said: &Utterance) -> DbResult<()> {
    let heard = match said.heard {
        Heard::All => None,
        Heard::Part(bytes) => Some(bytes as i64),
    };
    tx.run(
        sql!(
            "insert into utterances (org_id, id, call_id, position, speaker, text, heard_bytes, start_ms, end_ms)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             on conflict (id) do update
             set position = excluded.position, text = excluded.text, heard_bytes = excluded.heard_bytes,
                 start_ms = excluded.start_ms, end_ms = excluded.end_ms
             where utterances.org_id = $1"
        ),
        args![said.id, call, said.position, said.speaker, &said.text, heard, said.start_ms, said.end_ms],
    )
    .await
    .map(|_| ())
}

pub(crate) async fn tool_call(tx: &mut OrgTx, call: CallId, model_call_id: &str, run: &ToolCall) -> DbResult<()> {
    tx.run(
        sql!(
            "insert into tool_calls (org_id, id, call_id, model_call_id, name, arguments, output, status, at_ms, duration_ms)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             on conflict (call_id, model_call_id) do update
             set output = excluded.output, status = excluded.status, duration_ms = excluded.duration_ms
             where tool_calls.org_id = $1 and excluded.status <> 'running'"
        ),
        args![
            run.id,
            call,
            model_call_id,
            &run.name,
            run.arguments.clone(),
            run.output.clone(),
            run.status,
            run.at_ms,
            run.duration_ms
        ],
    )
    .await
    .map(|_| ())
}

pub(crate) async fn event(tx: &mut OrgTx, call: CallId, line: &TimelineEvent) -> DbResult<()> {
    tx.run(
        sql!(
            "insert into call_events (org_id, id, call_id, kind, text, at_ms) values ($1, $2, $3, $4, $5, $6)
             on conflict (id) do nothing"
        ),
        args![line.id, call, &line.kind, &line.text, line.at_ms],
    )
    .await
    .map(|_| ())
}

pub(crate) async fn metrics(tx: &mut OrgTx, call: CallId, figures: &Metrics, turns: &[TurnLatency]) -> DbResult<()> {
    tx.run(
        sql!(
            "insert into call_metrics (org_id, call_id, caller_talk_ms, assistant_talk_ms, silence_ms, interruptions,
                                       reconnects, first_word_ms, goodbye_to_hangup_ms, turns)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             on conflict (call_id) do update
             set caller_talk_ms = excluded.caller_talk_ms, assistant_talk_ms = excluded.assistant_talk_ms,
                 silence_ms = excluded.silence_ms, interruptions = excluded.interruptions,
                 reconnects = excluded.reconnects, first_word_ms = excluded.first_word_ms,
                 goodbye_to_hangup_ms = excluded.goodbye_to_hangup_ms, turns = excluded.turns
             where call_metrics.org_id = $1"
        ),
        args![
            call,
            figures.caller_talk_ms as i64,
            figures.assistant_talk_ms as i64,
            figures.silence_ms as i64,
            i64::from(figures.interruptions),
            i64::from(figures.reconnects),
            figures.first_word_ms.map(|ms| ms as i64),
            figures.goodbye_to_hangup_ms.map(|ms| ms as i64),
            serde_json::json!(turns)
        ],
    )
    .await
    .map(|_| ())
}

pub(crate) async fn costs(tx: &mut OrgTx, call: CallId, all: &[Cost]) -> DbResult<()> {
    for cost in all {
        tx.run(
            sql!(
                "insert into call_costs (org_id, call_id, kind, quantity, nano_usd, estimated) values ($1, $2, $3, $4, $5, $6)
                 on conflict (call_id, kind) do update
                 set quantity = excluded.quantity, nano_usd = excluded.nano_usd, estimated = excluded.estimated
                 where call_costs.org_id = $1"
            ),
            args![call, cost.kind, cost.quantity, cost.nano_usd, cost.estimated],
        )
        .await?;
    }
    Ok(())
}

/// Ends a call unless it has ended; `false` when it had.
pub(crate) async fn finish(tx: &mut OrgTx, call: CallId, finished: &Finished) -> DbResult<bool> {
    let end = sql!(
        "update calls
         set status = $3, outcome = $4, end_reason = $5, ended_at = $6, duration_ms = $7,
             summary = case when summary = '' then $8 else summary end, updated_at = $6
         where org_id = $1 and id = $2 and (status in ('ringing', 'active') or end_reason = $9)"
    );
    let changed = tx
        .run(
            end,
            args![
                call,
                finished.status,
                finished.outcome,
                &finished.reason,
                finished.ended_at,
                finished.duration_ms,
                &finished.summary,
                NEVER_CONNECTED
            ],
        )
        .await?;
    if changed > 0 {
        end_offers(tx, call, finished.ended_at).await?;
    }
    Ok(changed > 0)
}

/// Whoever hung up does not decide any more: what was kept for that is given back.
async fn end_offers(tx: &mut OrgTx, call: CallId, now: DateTime<Utc>) -> DbResult<()> {
    let undecided = sql!("select id from proposals where org_id = $1 and call_id = $2 and state = 'proposed' limit 1");
    if tx.optional::<(ProposalId,)>(undecided, args![call]).await?.is_some() {
        jobs::put(tx, &EndOffers { call }, &call.to_string(), now).await?;
    }
    Ok(())
}

/// Writes down that audio flows.
pub(crate) async fn answered(tx: &mut OrgTx, call: CallId, at: DateTime<Utc>, stream_id: Option<&str>) -> DbResult<()> {
    let begin = sql!(
        "update calls
         set status = 'active', outcome = null, end_reason = null, ended_at = null, duration_ms = null,
             answered_at = coalesce(answered_at, $3), stream_id = coalesce($4, stream_id), updated_at = $3
         where org_id = $1 and id = $2 and (status = 'ringing' or end_reason = $5)"
    );
    tx.run(begin, args![call, at, stream_id, NEVER_CONNECTED]).await.map(|_| ())
}
