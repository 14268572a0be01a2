//! What is coming up: events where there are events, else today's opening hours.

use chrono::{DateTime, Datelike, NaiveTime, TimeDelta, Utc};
use model::{EventId, PackKey, UpcomingRow};

use crate::{args, db::DbResult, org::Org, sql};

pub(super) async fn upcoming(org: &Org, now: DateTime<Utc>) -> DbResult<(String, Vec<UpcomingRow>)> {
    if org.has_pack(PackKey::Events) {
        Ok(("Upcoming events".into(), events(org, now).await?))
    } else {
        Ok(("Opening hours".into(), hours(org, now).await?))
    }
}

async fn events(org: &Org, now: DateTime<Utc>) -> DbResult<Vec<UpcomingRow>> {
    type Columns = (EventId, DateTime<Utc>, String, Option<String>, i64);
    let rows: Vec<Columns> = org
        .all(
            sql!(
                "select e.id, e.starts_at, e.title, v.name,
                        cast(coalesce((select sum(t.capacity - t.sold - t.held) from ticket_tiers t
                                       where t.org_id = e.org_id and t.event_id = e.id and t.deleted_at is null), 0) as bigint)
                 from events e left join venues v on v.org_id = e.org_id and v.id = e.venue_id and v.deleted_at is null
                 where e.org_id = $1 and e.active and e.deleted_at is null and e.ends_at > $2
                 order by e.starts_at, e.id limit 5"
            ),
            args![now],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, starts_at, title, venue, left)| UpcomingRow {
            href: format!("/admin/{}/events/{id}", org.slug()),
            when: org.local(starts_at).format("%a %-d %b, %-I:%M %p").to_string(),
            title,
            detail: match venue {
                Some(venue) => format!("{venue} · {left} tickets left"),
                None => format!("{left} tickets left"),
            },
        })
        .collect())
}

/// Today and tomorrow, holidays included.
async fn hours(org: &Org, now: DateTime<Utc>) -> DbResult<Vec<UpcomingRow>> {
    let today = org.local(now).date_naive();
    let mut rows = Vec::new();
    for (name, day) in [("Today", today), ("Tomorrow", today + TimeDelta::days(1))] {
        let exceptions: Vec<(String, Option<String>, Option<String>)> = org
            .all(
                sql!(
                    "select name, opens, closes
                       from hour_exceptions where org_id = $1 and day = $2 and deleted_at is null order by opens"
                ),
                args![day],
            )
            .await?;
        let (title, intervals) = if exceptions.is_empty() {
            let weekday = i64::from(day.weekday().number_from_monday());
            let regular =
                sql!("select opens, closes from opening_hours where org_id = $1 and weekday = $2 order by opens");
            (String::new(), org.all::<(String, String)>(regular, args![weekday]).await?)
        } else {
            let title = exceptions[0].0.clone();
            (title, exceptions.into_iter().filter_map(|(_, opens, closes)| Some((opens?, closes?))).collect())
        };
        let spans: Vec<String> =
            intervals.iter().map(|(opens, closes)| format!("{} – {}", clock(opens), clock(closes))).collect();
        let detail = if spans.is_empty() { "closed".to_owned() } else { spans.join(", ") };
        rows.push(UpcomingRow { when: name.into(), title, detail, href: String::new() });
    }
    Ok(rows)
}

/// `07:00` as people write it.
fn clock(time: &str) -> String {
    NaiveTime::parse_from_str(time, "%H:%M")
        .map_or_else(|_| time.to_owned(), |time| time.format("%-I:%M %p").to_string().to_lowercase())
}
