//! The list of calls, and those that run.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use model::{
    CallFilter, CallId, CallPage, CallRow, CallStatus, Heard, LiveCall, LiveEvent, LiveKind, Outcome, PhoneNumber,
    Sentiment, ToolStatus,
};

use super::{page, search};
use crate::{
    args,
    db::{Args, DbResult},
    org::Org,
    sql,
};

/// A row of the list as it is selected; see [`columns!`].
#[derive(sqlx::FromRow)]
pub(super) struct Selected {
    id: CallId,
    caller: Option<PhoneNumber>,
    called: Option<PhoneNumber>,
    status: CallStatus,
    started_at: DateTime<Utc>,
    duration_ms: Option<i64>,
    outcome: Option<Outcome>,
    sentiment: Option<Sentiment>,
    summary: String,
    has_recording: bool,
    cost_nano_usd: i64,
}

impl From<Selected> for CallRow {
    fn from(row: Selected) -> Self {
        Self {
            id: row.id,
            caller: row.caller,
            called: row.called,
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

/// What [`Selected`] reads of a call `c`.
macro_rules! columns {
    () => {
        "c.id, c.caller, c.called, c.status, c.started_at, c.duration_ms, c.outcome, c.sentiment, c.summary,
         exists (select 1 from recordings r
                 where r.org_id = c.org_id and r.call_id = c.id and r.state <> 'running' and r.duration_ms > 0) as has_recording,
         cast(coalesce((select sum(k.nano_usd) from call_costs k
                        where k.org_id = c.org_id and k.call_id = c.id), 0) as bigint) as cost_nano_usd"
    };
}
pub(super) use columns;

/// The calls that fit a [`CallFilter`]; the arguments are those of [`arguments`].
macro_rules! matching {
    () => {
        concat!(
            r" from calls c
             where c.org_id = $1 and c.deleted_at is null and c.channel = 'phone'
               and (cast($2 as text) is null or c.caller like $2)
               and (cast($3 as text) is null or c.status = $3)
               and (cast($4 as text) is null or c.outcome = $4)
               and (cast($5 as text) is null or c.sentiment = $5)
               and (cast($6 as timestamptz) is null or c.started_at >= $6)
               and (cast($7 as timestamptz) is null or c.started_at < $7)
               and ",
            search::said!()
        )
    };
}

/// A page of the calls that fit `filter`, newest first.
pub async fn list(org: &Org, filter: &CallFilter) -> DbResult<CallPage> {
    let limit = filter.limit.clamp(1, 100);
    let offset = filter.offset.max(0);
    let total: Option<(i64,)> =
        org.optional(sql!(concat!("select count(*)", matching!())), arguments(org, filter)).await?;
    let total = total.map_or(0, |(total,)| total);

    let mut args = arguments(org, filter);
    args.extend(args![limit, offset]);
    let select =
        sql!(concat!("select ", columns!(), matching!(), " order by c.started_at desc, c.id desc limit $9 offset $10"));
    let rows: Vec<Selected> = org.all(select, args).await?;
    let has_more = offset + (rows.len() as i64) < total;
    Ok(CallPage { calls: rows.into_iter().map(CallRow::from).collect(), total, has_more })
}

fn arguments(org: &Org, filter: &CallFilter) -> Args {
    let zone = org.time_zone();
    args![
        filter.caller.as_deref().and_then(number_pattern),
        filter.status,
        filter.outcome,
        filter.sentiment,
        filter.from.map(|day| midnight(zone, day)),
        filter.to.and_then(|day| day.succ_opt()).map(|day| midnight(zone, day)),
        search::pattern(filter.words.as_deref()),
    ]
}

/// A pattern for part of a number, however it is written; letters fit no number.
fn number_pattern(part: &str) -> Option<String> {
    let part: String = part.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.')).collect();
    (!part.is_empty()).then(|| format!("%{}%", part.replace(['%', '_'], "?")))
}

/// The moment a day begins. Where the clocks skip midnight, the day begins when they have been moved.
pub(crate) fn midnight(zone: Tz, day: NaiveDate) -> DateTime<Utc> {
    let start = day.and_time(chrono::NaiveTime::MIN);
    (0..4)
        .find_map(|hours| (start + TimeDelta::hours(hours)).and_local_timezone(zone).earliest())
        .map_or_else(|| start.and_utc(), |local| local.to_utc())
}

/// The calls that run, newest first, with all that was said so far.
pub async fn live_calls(org: &Org) -> DbResult<Vec<LiveCall>> {
    let rows: Vec<(CallId, Option<PhoneNumber>, CallStatus, DateTime<Utc>)> = org
        .all(
            sql!(
                "select id, caller, status, started_at from calls
                 where org_id = $1 and status in ('ringing', 'active') and channel = 'phone' and deleted_at is null
                 order by started_at desc, id desc"
            ),
            args![],
        )
        .await?;
    let mut calls = Vec::with_capacity(rows.len());
    for (id, caller, status, started_at) in rows {
        let utterances = page::utterances(org, id).await?;
        let utterances = utterances.into_iter().map(|said| {
            let heard_bytes = match said.heard {
                Heard::All => said.text.len(),
                Heard::Part(bytes) => bytes,
            };
            let kind = LiveKind::Utterance {
                id: said.id,
                position: said.position,
                speaker: said.speaker,
                text: said.text,
                heard_bytes,
                done: true,
                at_ms: said.start_ms,
            };
            LiveEvent { seq: 0, at: started_at + TimeDelta::milliseconds(said.start_ms), call_id: id, kind }
        });
        let utterances = utterances.collect();
        let doing = doing(org, id).await?;
        calls.push(LiveCall { id, caller, status, started_at, utterances, doing });
    }
    Ok(calls)
}

/// The tool that runs, in words.
async fn doing(org: &Org, id: CallId) -> DbResult<String> {
    let running: Option<(String,)> = org
        .optional(
            sql!("select name from tool_calls where org_id = $1 and call_id = $2 and status = $3 order by at_ms desc limit 1"),
            args![id, ToolStatus::Running],
        )
        .await?;
    Ok(running.map_or_else(String::new, |(name,)| name.replace('_', " ")))
}
