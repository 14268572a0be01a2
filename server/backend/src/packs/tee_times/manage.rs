//! What staff do on the tee sheet: book by hand, move, take off, check in, block.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use model::{CourseId, Member, PhoneNumber, ReservationId, Role, TeeBookingForm, TeeGroup, TeeLine, TeeSheet};
use serde_json::json;

use super::{
    code,
    courses::{self, Course},
    messages,
    reservations::{self, Move, NewReservation, Reservation},
    sheet::{self, Line},
    slots,
};
use crate::{
    args,
    db::{DbResult, scoped::tenant::OrgTx},
    error::{Error, Result, require},
    org::Org,
    packs::{
        ToolError,
        editing::{Check, missed, note},
    },
    sql,
};

/// A day of the sheet; the first course where none is named. `None` where there is no course.
pub async fn sheet(org: &Org, course: Option<CourseId>, date: NaiveDate) -> Result<Option<TeeSheet>> {
    let all = courses::all(org).await?;
    let Some(first) = all.first() else { return Ok(None) };
    let shown = match course {
        None => first,
        Some(id) => all.iter().find(|course| course.id == id).ok_or(Error::NotFound)?,
    };
    let now = org.now();
    let conditions = sheet::conditions(org, date, now).await?;
    let lines = sheet::day(org, shown, date, &conditions).await?;
    let mut groups = by_time(org, shown, date).await?;
    let line = |line: Line| TeeLine {
        groups: groups.remove(&line.starts_at).unwrap_or_default(),
        time: line.time,
        starts_at: line.starts_at,
        capacity: line.capacity,
        held: line.held,
        label: line.label,
        price: line.price,
    };
    Ok(Some(TeeSheet {
        course: shown.id,
        courses: all.iter().map(|course| (course.id, course.name.clone())).collect(),
        date,
        today: org.local(now).date_naive(),
        lines: lines.into_iter().map(line).collect(),
        holiday: conditions.holiday,
        closed: conditions.closed,
        frost_until: conditions.frost_until,
    }))
}

type Groups = BTreeMap<chrono::DateTime<chrono::Utc>, Vec<TeeGroup>>;

async fn by_time(org: &Org, course: &Course, date: NaiveDate) -> DbResult<Groups> {
    let (from, to) = (sheet::midnight(org, date), sheet::midnight(org, date + TimeDelta::days(1)));
    let mut groups = Groups::new();
    for it in reservations::between(org, from, to).await?.into_iter().filter(|it| it.course == course.id) {
        groups.entry(it.starts_at).or_default().push(TeeGroup {
            id: it.id,
            code: code::written(&it.code),
            name: it.name,
            phone: it.phone,
            guests: it.guests,
            players: it.players,
            price: it.price,
            checked_in: it.checked_in_at.is_some(),
            call: it.call,
            version: it.version,
        });
    }
    Ok(groups)
}

/// Books a time by hand. Whoever gave a number is texted the details.
pub async fn book(
    org: &Org,
    by: &Member,
    course: CourseId,
    date: NaiveDate,
    form: &TeeBookingForm,
) -> Result<ReservationId> {
    require(by.role, Role::FrontDesk)?;
    let course = named(org, course).await?;
    let mut check = Check::default();
    let name = check.text(&form.name, "name", 80, "Enter the name under which it is booked.");
    let guests = check.optional(&form.guests, "guests", 200);
    let phone = form.phone.trim();
    let number = (!phone.is_empty()).then(|| phone.parse::<PhoneNumber>());
    check.that(!matches!(number, Some(Err(_))), "phone", "Write the number with its area code, as +1 303 555 0141.");
    let most = format!("From 1 to {} players.", course.max_players);
    check.that((1..=course.max_players).contains(&form.players), "players", &most);
    check.done()?;
    let line = line(org, &course, date, &form.time).await?;
    let Some(price) = line.price else { return Err(Error::field("time", "Nobody plays at that time.")) };
    let now = org.now();
    let mut tx = org.begin().await?;
    let slot = slots::row(&mut tx, course.id, line.starts_at, line.capacity).await?;
    if !slots::take(&mut tx, slot, form.players).await? {
        return Err(full());
    }
    let new = NewReservation {
        slot,
        call: None,
        name,
        phone: number.and_then(std::result::Result::ok),
        players: form.players,
        guests,
        price,
    };
    let made = reservations::add(&mut tx, now, &by.name, &new).await?;
    messages::booked(org, &mut tx, &made, now).await.map_err(told)?;
    log(org, &mut tx, by, "book", &made).await?;
    tx.commit().await?;
    Ok(made.id)
}

/// Moves a booking to another time, also of another day. Whoever gave a number is texted.
pub async fn move_to(
    org: &Org,
    by: &Member,
    id: ReservationId,
    version: i64,
    date: NaiveDate,
    time: &str,
) -> Result<()> {
    require(by.role, Role::FrontDesk)?;
    let old = seen(org, id, version).await?;
    let course = named(org, old.course).await?;
    let line = line(org, &course, date, time).await?;
    let Some(price) = line.price else { return Err(Error::field("time", "Nobody plays at that time.")) };
    if line.starts_at == old.starts_at {
        return Ok(());
    }
    let now = org.now();
    let mut tx = org.begin().await?;
    let slot = slots::row(&mut tx, course.id, line.starts_at, line.capacity).await?;
    if !reservations::change(&mut tx, now, &by.name, &old, Move { slot, players: old.players, price }).await? {
        return Err(full());
    }
    let new = reservations::get_in(&mut tx, id).await?.ok_or(Error::NotFound)?;
    messages::moved(org, &mut tx, &new, now).await.map_err(told)?;
    log(org, &mut tx, by, "move", &new).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes a booking off the sheet. Whoever gave a number is texted.
pub async fn cancel(org: &Org, by: &Member, id: ReservationId, version: i64) -> Result<()> {
    require(by.role, Role::FrontDesk)?;
    let old = seen(org, id, version).await?;
    let now = org.now();
    let mut tx = org.begin().await?;
    if !reservations::cancel(&mut tx, now, &by.name, &old).await? {
        return Err(Error::Stale);
    }
    messages::cancelled(org, &mut tx, &old, now).await.map_err(told)?;
    log(org, &mut tx, by, "cancel", &old).await?;
    tx.commit().await?;
    Ok(())
}

/// Marks that a group has come, or that this was a mistake.
pub async fn check_in(org: &Org, by: &Member, id: ReservationId, version: i64, here: bool) -> Result<()> {
    require(by.role, Role::FrontDesk)?;
    let old = seen(org, id, version).await?;
    let mut tx = org.begin().await?;
    if !reservations::check_in(&mut tx, org.now(), &by.name, &old, here).await? {
        return Err(Error::Stale);
    }
    log(org, &mut tx, by, if here { "check_in" } else { "check_out" }, &old).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes a time off sale, with the reason as staff read it; an empty reason puts it on sale again. Times with players are not blocked.
pub async fn block(org: &Org, by: &Member, course: CourseId, date: NaiveDate, time: &str, label: &str) -> Result<()> {
    require(by.role, Role::FrontDesk)?;
    let course = named(org, course).await?;
    let mut check = Check::default();
    let label = check.optional(label, "label", 40);
    check.done()?;
    let line = line(org, &course, date, time).await?;
    let mut tx = org.begin().await?;
    let slot = slots::row(&mut tx, course.id, line.starts_at, line.capacity).await?;
    let update = sql!(
        "update tee_slots set label = $3
          where org_id = $1 and id = $2 and ($3 = '' or taken + held = 0)"
    );
    if tx.run(update, args![slot, &label]).await? == 0 {
        return Err(Error::field("label", "Somebody is booked at that time: move them first."));
    }
    let what = if label.is_empty() { "unblock" } else { "block" };
    let after = json!({ "starts_at": line.starts_at, "label": label });
    note(org, &mut tx, by, what, ("tee_time", slot.to_string()), Some(after)).await?;
    tx.commit().await?;
    Ok(())
}

async fn named(org: &Org, id: CourseId) -> Result<Course> {
    courses::all(org).await?.into_iter().find(|course| course.id == id).ok_or(Error::NotFound)
}

/// The booking as it was seen.
async fn seen(org: &Org, id: ReservationId, version: i64) -> Result<Reservation> {
    let found = reservations::get(org, id).await?.ok_or(Error::NotFound)?;
    if found.version == version && !found.cancelled { Ok(found) } else { Err(missed(true)) }
}

/// The line of a time on the sheet, blocked ones included.
async fn line(org: &Org, course: &Course, date: NaiveDate, time: &str) -> Result<Line> {
    let conditions = sheet::conditions(org, date, org.now()).await?;
    let at = NaiveTime::parse_from_str(time.trim().get(..5).unwrap_or(time), "%H:%M");
    let lines = sheet::day(org, course, date, &conditions).await?;
    let found = at.ok().and_then(|at| lines.into_iter().find(|line| line.time == at));
    found.ok_or_else(|| Error::field("time", "No group starts at that time: choose one of the sheet."))
}

fn full() -> Error {
    Error::field("time", "There is no room for so many at that time any more.")
}

/// A text that could not be put breaks what it tells of.
fn told(error: ToolError) -> Error {
    match error {
        ToolError::Failed(cause) => match cause.downcast::<crate::db::DbError>() {
            Ok(error) => Error::Db(*error),
            Err(_) => Error::field("name", "The text to the golfer could not be written: shorten the name."),
        },
        ToolError::Told { say, .. } => Error::field("name", say),
    }
}

async fn log(org: &Org, tx: &mut OrgTx, by: &Member, action: &'static str, it: &Reservation) -> DbResult<()> {
    let after = json!({ "starts_at": it.starts_at, "players": it.players });
    note(org, tx, by, action, ("reservation", it.id.to_string()), Some(after)).await
}
