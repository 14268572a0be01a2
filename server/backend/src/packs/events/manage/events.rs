//! Events.

use chrono::{DateTime, NaiveDateTime, TimeDelta, TimeZone, Utc};
use model::{EventDetail, EventForm, EventId, EventRow, Member, Role, TierId, VenueId};
use serde_json::json;
use sqlx::FromRow;

use super::{Check, missed, note, people, tiers};
use crate::{
    args,
    db::DbResult,
    error::{Error, Result, require},
    org::Org,
    sql,
};

/// An event further back than this was entered with a wrong year.
const BACK: TimeDelta = TimeDelta::days(366);
/// An event further ahead than this was entered with a wrong year.
const AHEAD: TimeDelta = TimeDelta::days(3_653);

const SKIPPED: &str = "The clocks go forward at that time: choose another.";
const TOO_FAR: &str = "Check the year: an event is at most one year back and ten years ahead.";

#[derive(FromRow)]
struct Row {
    id: EventId,
    title: String,
    series: String,
    description: String,
    venue_id: Option<VenueId>,
    venue: Option<String>,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    active: bool,
    version: i64,
    capacity: i64,
    sold: i64,
    held: i64,
}

impl Row {
    fn row(&self, org: &Org) -> EventRow {
        EventRow {
            id: self.id,
            title: self.title.clone(),
            series: self.series.clone(),
            starts_at: self.starts_at,
            starts: org.local(self.starts_at).naive_local(),
            venue: self.venue.clone().unwrap_or_default(),
            active: self.active,
            past: self.ends_at <= org.now(),
            capacity: self.capacity,
            sold: self.sold,
            held: self.held,
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        sql!(concat!(
            "select e.id, e.title, e.series, e.description, v.id as venue_id, v.name as venue, e.starts_at, e.ends_at, e.active, e.version,
                    cast(coalesce(t.capacity, 0) as bigint) as capacity, cast(coalesce(t.sold, 0) as bigint) as sold,
                    cast(coalesce(t.held, 0) as bigint) as held
               from events e
               left join venues v on v.id = e.venue_id and v.org_id = e.org_id and v.deleted_at is null
               left join (select event_id, sum(capacity) as capacity, sum(sold) as sold, sum(held) as held
                            from ticket_tiers where org_id = $1 and deleted_at is null group by event_id) t on t.event_id = e.id
              where e.org_id = $1 ",
            $rest
        ))
    };
}

/// Every event with its seats: those to come, the next first, then those that are over, the last first.
pub async fn list(org: &Org) -> DbResult<Vec<EventRow>> {
    let rows: Vec<Row> = org.all(select!("and e.deleted_at is null order by e.starts_at, e.id"), args![]).await?;
    let (past, mut next): (Vec<EventRow>, Vec<EventRow>) =
        rows.iter().map(|row| row.row(org)).partition(|row| row.past);
    next.extend(past.into_iter().rev());
    Ok(next)
}

/// One event with all that belongs to it.
pub async fn get(org: &Org, id: EventId) -> DbResult<Option<EventDetail>> {
    let found: Option<Row> = org.optional(select!("and e.id = $2 and e.deleted_at is null"), args![id]).await?;
    let Some(row) = found else { return Ok(None) };
    Ok(Some(EventDetail {
        row: row.row(org),
        form: EventForm {
            title: row.title,
            series: row.series,
            description: row.description,
            venue_id: row.venue_id,
            starts: org.local(row.starts_at).naive_local(),
            ends: org.local(row.ends_at).naive_local(),
            active: row.active,
            version: row.version,
        },
        tiers: tiers::list(org, id).await?,
        sponsors: people::sponsors(org, id).await?,
        chefs: people::chefs(org, id).await?,
        winners: people::winners(org, id).await?,
    }))
}

/// Saves an event: a new one where `id` is none, else an edit of version `form.version`. Answers with its id.
pub async fn save(org: &Org, by: &Member, id: Option<EventId>, form: &EventForm) -> Result<EventId> {
    let before = match id {
        Some(id) => get(org, id).await?,
        None => None,
    };
    let times = before.map(|event| [event.form.starts, event.form.ends]);
    keep(org, by, id, form, times.as_ref().map_or(&[], |times| times.as_slice())).await
}

/// The same. `known` are times that are taken however far away they are: an old event can be edited and copied.
async fn keep(
    org: &Org,
    by: &Member,
    id: Option<EventId>,
    form: &EventForm,
    known: &[NaiveDateTime],
) -> Result<EventId> {
    require(by.role, Role::Manager)?;
    let mut check = Check::default();
    let title = check.text(&form.title, "title", 120, "Write what the event is called.");
    let series = check.optional(&form.series, "series", 120);
    let description = check.lines(&form.description, "description", 2_000);
    let (starts_at, ends_at) = (moment(org, form.starts), moment(org, form.ends));
    let today = org.local(org.now()).naive_local();
    for (field, time, at) in [("starts", form.starts, starts_at), ("ends", form.ends, ends_at)] {
        let near = (today - BACK..=today + AHEAD).contains(&time) || known.contains(&time);
        check.that(near, field, TOO_FAR);
        check.that(at.is_some(), field, SKIPPED);
    }
    if let (Some(from), Some(to)) = (starts_at, ends_at) {
        check.that(to > from, "ends", "The event must end after it begins.");
        check.that(to - from <= TimeDelta::days(14), "ends", "An event lasts two weeks at most.");
    }
    if let Some(venue) = form.venue_id {
        let known = sql!("select id from venues where org_id = $1 and id = $2 and deleted_at is null");
        let there = org.optional::<(VenueId,)>(known, args![venue]).await?.is_some();
        check.that(there, "venue", "Choose one of the venues.");
    }
    check.done()?;
    let now = org.now();
    let mut tx = org.begin().await?;
    let event = id.unwrap_or_else(EventId::new);
    let values = args![
        event,
        form.venue_id,
        &title,
        series,
        description,
        starts_at.unwrap_or(now),
        ends_at.unwrap_or(now),
        form.active,
        now,
        form.version
    ];
    let action = if id.is_some() {
        let update = sql!(
            "update events
                set venue_id = $3, title = $4, series = $5, description = $6, starts_at = $7, ends_at = $8, active = $9,
                    updated_at = $10, version = version + 1
              where org_id = $1 and id = $2 and version = $11 and deleted_at is null"
        );
        if tx.run(update, values).await? == 0 {
            return Err(missed(is_there(org, event).await?));
        }
        "edit"
    } else {
        let insert = sql!(
            "insert into events (org_id, id, venue_id, title, series, description, starts_at, ends_at, active, created_at, updated_at,
                                 version)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11 + 1)"
        );
        tx.run(insert, values).await?;
        "add"
    };
    let after = json!({ "title": title, "starts_at": starts_at, "ends_at": ends_at, "active": form.active });
    note(org, &mut tx, by, action, ("event", event.to_string()), Some(after)).await?;
    tx.commit().await?;
    Ok(event)
}

/// A moment on the organisation's clocks; the earlier one where the clocks show it twice.
fn moment(org: &Org, local: NaiveDateTime) -> Option<DateTime<Utc>> {
    org.time_zone().from_local_datetime(&local).earliest().map(|at| at.with_timezone(&Utc))
}

async fn is_there(org: &Org, id: EventId) -> DbResult<bool> {
    let sql = sql!("select id from events where org_id = $1 and id = $2 and deleted_at is null");
    Ok(org.optional::<(EventId,)>(sql, args![id]).await?.is_some())
}

/// Makes another event like this one, a week later, with the same tickets, none sold, and the same sponsors. Callers are not told
/// of it until somebody makes it active.
pub async fn duplicate(org: &Org, by: &Member, id: EventId) -> Result<EventId> {
    require(by.role, Role::Manager)?;
    let original = get(org, id).await?.ok_or(Error::NotFound)?;
    let week = TimeDelta::days(7);
    let form = EventForm {
        starts: original.form.starts + week,
        ends: original.form.ends + week,
        active: false,
        version: 0,
        ..original.form
    };
    let copy = keep(org, by, None, &form, &[form.starts, form.ends]).await?;
    for tier in original.tiers {
        tiers::save(org, by, copy, None::<TierId>, &model::TierForm { version: 0, ..tier.form }).await?;
    }
    for sponsor in original.sponsors {
        people::save_sponsor(org, by, copy, None, &model::SponsorForm { version: 0, ..sponsor.form }).await?;
    }
    Ok(copy)
}

/// Takes an event away; [`restore`] brings it back. Tickets that were sold stay sold.
pub async fn delete(org: &Org, by: &Member, id: EventId) -> Result<()> {
    set_deleted(org, by, id, true).await
}

/// Brings a deleted event back.
pub async fn restore(org: &Org, by: &Member, id: EventId) -> Result<()> {
    set_deleted(org, by, id, false).await
}

async fn set_deleted(org: &Org, by: &Member, id: EventId, deleted: bool) -> Result<()> {
    require(by.role, Role::Manager)?;
    let now = org.now();
    let mut tx = org.begin().await?;
    let update = sql!(
        "update events set deleted_at = $3, updated_at = $4 where org_id = $1 and id = $2 and (deleted_at is null) = $5"
    );
    if tx.run(update, args![id, deleted.then_some(now), now, deleted]).await? == 0 {
        return Err(Error::NotFound);
    }
    let action = if deleted { "delete" } else { "restore" };
    note(org, &mut tx, by, action, ("event", id.to_string()), None).await?;
    tx.commit().await?;
    Ok(())
}
