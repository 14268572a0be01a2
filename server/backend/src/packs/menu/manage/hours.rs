//! The ordinary week, and what a caller hears of it.

use chrono::{DateTime, NaiveDateTime, NaiveTime, TimeZone as _, Timelike as _, Utc};
use model::{FieldError, Member, OpeningHoursId, Role, SpanForm, WeekForm, WeekSpan};
use serde_json::{Value, json};

use super::note;
use crate::{
    args,
    db::DbResult,
    error::{Error, Result, require},
    org::Org,
    packs::{self, ToolCall, menu::hours::Interval},
    sql,
};

/// Minutes of a day.
const DAY: i64 = 24 * 60;

/// The ordinary week.
pub async fn week(org: &Org) -> DbResult<WeekForm> {
    let rows: Vec<(i64, String, String)> = org
        .all(
            sql!("select weekday, opens, closes from opening_hours where org_id = $1 order by weekday, opens"),
            args![],
        )
        .await?;
    let version: Option<(i64,)> = org.optional(sql!("select week from hour_edits where org_id = $1"), args![]).await?;
    let span = |(weekday, opens, closes)| WeekSpan { weekday, span: SpanForm { opens, closes } };
    Ok(WeekForm { spans: rows.into_iter().map(span).collect(), version: version.map_or(0, |(version,)| version) })
}

/// Saves the ordinary week as an edit of version `form.version`. A message is for the field `hours[n]`, the n-th span of the form.
pub async fn save_week(org: &Org, by: &Member, form: &WeekForm) -> Result<()> {
    require(by.role, Role::Manager)?;
    let mut errors = Vec::new();
    let mut open: Vec<(i64, Open)> = Vec::new();
    for (at, WeekSpan { weekday, span }) in form.spans.iter().enumerate() {
        let field = format!("hours[{at}]");
        let Some(interval) = read(span, &field, &mut errors) else { continue };
        if !(1..=7).contains(weekday) {
            errors.push(FieldError::new(&field, "Choose a day of the week."));
            continue;
        }
        open.push((*weekday, Open::new(field, (weekday - 1) * DAY, interval)));
    }
    // A night that begins on Sunday ends on Monday, the first day.
    errors.extend(overlaps(&open.iter().map(|(_, open)| open).collect::<Vec<_>>(), &[-7 * DAY, 0, 7 * DAY]));
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let mut tx = org.begin().await?;
    let count = sql!(
        "insert into hour_edits (org_id, week, exceptions) values ($1, $2 + 1, 0)
         on conflict (org_id) do update set week = hour_edits.week + 1 where hour_edits.week = $2"
    );
    if tx.run(count, args![form.version]).await? == 0 {
        return Err(Error::Stale);
    }
    tx.run(sql!("delete from opening_hours where org_id = $1"), args![]).await?;
    let mut told: Vec<Value> = Vec::new();
    for (weekday, Open { interval, .. }) in open {
        let insert = sql!("insert into opening_hours (org_id, id, weekday, opens, closes) values ($1, $2, $3, $4, $5)");
        tx.run(insert, args![OpeningHoursId::new(), weekday, interval.opens, interval.closes]).await?;
        told.push(json!({ "weekday": weekday, "opens": interval.opens, "closes": interval.closes }));
    }
    note(org, &mut tx, by, "edit", ("hours", "week".to_owned()), Some(Value::Array(told))).await?;
    tx.commit().await?;
    Ok(())
}

/// An interval on a line of minutes, and the field it was entered in.
pub(super) struct Open {
    field: String,
    from: i64,
    to: i64,
    pub(super) interval: Interval,
}

impl Open {
    /// An interval of the day that begins at minute `day`.
    pub(super) fn new(field: String, day: i64, interval: Interval) -> Self {
        let minute = |time: NaiveTime| i64::from(time.num_seconds_from_midnight()) / 60;
        let (from, to) = (minute(interval.opens), minute(interval.closes));
        Self { field, from: day + from, to: day + if to <= from { to + DAY } else { to }, interval }
    }
}

/// What was entered as an interval; `None` for a row that was left blank, and with a message for one that was not filled in whole.
pub(super) fn read(span: &SpanForm, field: &str, errors: &mut Vec<FieldError>) -> Option<Interval> {
    let (opens, closes) = (span.opens.trim(), span.closes.trim());
    if opens.is_empty() && closes.is_empty() {
        return None;
    }
    let interval = Interval::parse(opens, closes);
    if interval.is_none() {
        let message = match (opens.is_empty(), closes.is_empty()) {
            (true, false) => "Write when it opens, too.",
            (false, true) => "Write when it closes, too.",
            _ => "Write two times, for instance 07:00 and 18:00.",
        };
        errors.push(FieldError::new(field, message));
    }
    interval
}

/// A message for each interval that begins before an earlier one has ended. Intervals also meet those that are `shifts` away.
pub(super) fn overlaps(open: &[&Open], shifts: &[i64]) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (at, later) in open.iter().enumerate() {
        let meets =
            |other: &&&Open| shifts.iter().any(|shift| later.from < other.to + shift && other.from + shift < later.to);
        if let Some(other) = open[..at].iter().find(meets) {
            let clock = |time: NaiveTime| time.format("%-I:%M %P").to_string();
            let (opens, closes) = (clock(other.interval.opens), clock(other.interval.closes));
            errors.push(FieldError::new(&later.field, format!("This overlaps {opens} – {closes}.")));
        }
    }
    errors
}

/// What a caller hears who asks at a moment of the organisation's clocks: the very tool that the assistant calls answers. `None` where
/// the clocks skip that moment; of one that comes twice it is the first.
pub async fn heard(org: &Org, at: NaiveDateTime, asks: &str) -> Option<String> {
    let at: DateTime<Utc> = org.time_zone().from_local_datetime(&at).earliest()?.to_utc();
    let asked = json!({ "day": asks }).to_string();
    let outcome = packs::run(&ToolCall::reading(org, at), "get_store_hours", &asked).await;
    let told: Value = serde_json::from_str(&outcome.output).ok()?;
    Some(told["say"].as_str()?.to_owned())
}
