//! The first page staff see: what waits for a person, and today against the usual day.

mod attention;
mod upcoming;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use model::{CallFilter, CallStatus, Dashboard, Tile};

use crate::{args, calls, db::DbResult, org::Org, sql};

/// The days that make the usual one.
const DAYS: i64 = 7;
/// Calls shown.
const RECENT: i64 = 6;

/// Everything on the dashboard.
pub async fn dashboard(org: &Org, now: DateTime<Utc>) -> DbResult<Dashboard> {
    let recent = calls::list(org, &CallFilter { limit: RECENT, ..CallFilter::default() }).await?;
    let (upcoming_title, upcoming) = upcoming::upcoming(org, now).await?;
    Ok(Dashboard {
        attention: attention::attention(org, now).await?,
        tiles: tiles(org, now).await?,
        recent: recent.calls,
        upcoming,
        upcoming_title,
    })
}

/// What the tiles are made of: one finished call.
#[derive(sqlx::FromRow)]
struct Counted {
    started_at: DateTime<Utc>,
    status: CallStatus,
    duration_ms: Option<i64>,
    first_word_ms: Option<i64>,
    nano_usd: i64,
}

/// The figures of one day, or of the mean of several.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Figures {
    calls: f64,
    answered: f64,
    minutes: f64,
    first_word_ms: Option<f64>,
    usd: f64,
}

async fn tiles(org: &Org, now: DateTime<Utc>) -> DbResult<Vec<Tile>> {
    let zone = org.time_zone();
    let today = now.with_timezone(&zone).date_naive();
    let first = calls::midnight(zone, today - TimeDelta::days(DAYS));
    let rows: Vec<Counted> = org
        .all(
            sql!(
                "select c.started_at, c.status, c.duration_ms, m.first_word_ms,
                        cast(coalesce((select sum(k.nano_usd) from call_costs k
                                       where k.org_id = c.org_id and k.call_id = c.id), 0) as bigint) as nano_usd
                 from calls c left join call_metrics m on m.org_id = c.org_id and m.call_id = c.id
                 where c.org_id = $1 and c.started_at >= $2 and c.started_at <= $3
                   and c.channel = 'phone' and c.deleted_at is null"
            ),
            args![first, now],
        )
        .await?;
    let (day, usual) = compare(zone, now, &rows);
    let href = |query: &str| format!("/admin/{}/calls?from={today}{query}", org.slug());
    let tile =
        |label: &str, value: String, usual: String, href: String| Tile { label: label.into(), value, usual, href };
    Ok(vec![
        tile("Calls today", whole(day.calls), tenth(usual.calls), href("")),
        tile("Answered by the assistant", whole(day.answered), tenth(usual.answered), href("&status=completed")),
        tile("Minutes on the phone", whole(day.minutes), whole(usual.minutes), href("")),
        tile("First word after", seconds(day.first_word_ms), seconds(usual.first_word_ms), href("")),
        tile("Cost of the model", money(day.usd), money(usual.usd), href("")),
    ])
}

/// Today up to now, against the mean of the last seven days up to the same time of day.
fn compare(zone: Tz, now: DateTime<Utc>, rows: &[Counted]) -> (Figures, Figures) {
    let local = now.with_timezone(&zone);
    let same_time = |row: &&Counted| row.started_at.with_timezone(&zone).time() <= local.time();
    let day_of = |row: &Counted| row.started_at.with_timezone(&zone).date_naive();
    let (today, before): (Vec<_>, Vec<_>) =
        rows.iter().filter(same_time).partition(|row| day_of(row) == local.date_naive());
    // A server that is three days old has a usual day of three days.
    let earliest = before.iter().map(|row| day_of(row)).min();
    let days = earliest.map_or(1, |first| (local.date_naive() - first).num_days().clamp(1, DAYS));
    (figures(&today, 1.0), figures(&before, days as f64))
}

fn figures(rows: &[&Counted], days: f64) -> Figures {
    let waits: Vec<f64> = rows.iter().filter_map(|row| row.first_word_ms).map(|ms| ms as f64).collect();
    let mean = |values: &[f64]| (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64);
    Figures {
        calls: rows.len() as f64 / days,
        answered: rows.iter().filter(|row| row.status == CallStatus::Completed).count() as f64 / days,
        minutes: rows.iter().filter_map(|row| row.duration_ms).sum::<i64>() as f64 / 60_000.0 / days,
        first_word_ms: mean(&waits),
        usd: rows.iter().map(|row| row.nano_usd).sum::<i64>() as f64 / 1e9 / days,
    }
}

fn whole(value: f64) -> String {
    format!("{value:.0}")
}

fn tenth(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

fn seconds(ms: Option<f64>) -> String {
    ms.map_or_else(|| "–".to_owned(), |ms| format!("{:.1} s", ms / 1000.0))
}

fn money(usd: f64) -> String {
    format!("${usd:.2}")
}

#[cfg(test)]
mod tests;
