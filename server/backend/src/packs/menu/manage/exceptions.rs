//! Days that differ from the ordinary week: holidays, and whatever else.

use chrono::NaiveDate;
use model::{ExceptionForm, FieldError, HourExceptionId, Member, Role, SpanForm};
use serde_json::{Value, json};

use super::{
    Check,
    hours::{Open, overlaps, read},
    missed, note,
};
use crate::{
    args,
    db::{DbResult, scoped::tenant::OrgTx},
    error::{Error, Result, require},
    org::Org,
    sql,
};

type Columns = (String, String, Option<String>, Option<String>, i64);

/// The days from today on, in order.
pub async fn list(org: &Org) -> DbResult<Vec<ExceptionForm>> {
    let today = org.local(org.now()).date_naive();
    let rows: Vec<Columns> = org
        .all(
            sql!(
                "select day, name, opens, closes, version
                   from hour_exceptions where org_id = $1 and day >= $2 and deleted_at is null order by day, opens"
            ),
            args![today],
        )
        .await?;
    let mut days: Vec<ExceptionForm> = Vec::new();
    for (day, name, opens, closes, version) in rows {
        let Ok(day) = day.parse() else { continue };
        let span = opens.zip(closes).map(|(opens, closes)| SpanForm { opens, closes });
        match days.last_mut() {
            Some(last) if last.day == day => last.spans.extend(span),
            _ => days.push(ExceptionForm { day, name, spans: span.into_iter().collect(), version }),
        }
    }
    Ok(days)
}

/// Saves a day: a new one where `was` is none, else an edit of version `form.version` of that day, which may become another day. A
/// message is for the field `day`, `name`, or `spans[n]`.
pub async fn save(org: &Org, by: &Member, was: Option<NaiveDate>, form: &ExceptionForm) -> Result<()> {
    require(by.role, Role::Manager)?;
    let mut check = Check::default();
    let name = check.text(&form.name, "name", 60, "Write what day it is, as callers call it: Christmas Eve.");
    let is_over = was != Some(form.day) && form.day < org.local(org.now()).date_naive();
    check.that(!is_over, "day", "That day is over.");
    check.done()?;
    let mut errors = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    for (at, span) in form.spans.iter().enumerate() {
        let field = format!("spans[{at}]");
        if let Some(interval) = read(span, &field, &mut errors) {
            open.push(Open::new(field, 0, interval));
        }
    }
    errors.extend(overlaps(&open.iter().collect::<Vec<_>>(), &[0]));
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let mut tx = org.begin().await?;
    one_at_a_time(&mut tx).await?;
    if let Some(was) = was {
        let delete =
            sql!("delete from hour_exceptions where org_id = $1 and day = $2 and version = $3 and deleted_at is null");
        if tx.run(delete, args![was, form.version]).await? == 0 {
            return Err(missed(is_there(&mut tx, was).await?));
        }
    }
    if is_there(&mut tx, form.day).await? {
        let message = "There is an entry for that day already: change that one.";
        return Err(Error::Invalid(vec![FieldError::new("day", message)]));
    }
    // A deleted entry of the day makes room: it could not come back beside this one.
    tx.run(sql!("delete from hour_exceptions where org_id = $1 and day = $2"), args![form.day]).await?;
    let mut intervals: Vec<_> = open.iter().map(|open| Some((open.interval.opens, open.interval.closes))).collect();
    if intervals.is_empty() {
        intervals.push(None);
    }
    for interval in intervals {
        let (opens, closes) = interval.unzip();
        let insert = sql!(
            "insert into hour_exceptions (org_id, id, day, name, opens, closes, version)
             values ($1, $2, $3, $4, $5, $6, $7 + 1)"
        );
        tx.run(insert, args![HourExceptionId::new(), form.day, &name, opens, closes, form.version]).await?;
    }
    let spans: Vec<Value> =
        open.iter().map(|open| json!({ "opens": open.interval.opens, "closes": open.interval.closes })).collect();
    let action = if was.is_some() { "edit" } else { "add" };
    let after = json!({ "name": name, "day": form.day, "open": spans });
    note(org, &mut tx, by, action, ("hours", form.day.to_string()), Some(after)).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes a day's own hours away: it is an ordinary day again. [`restore`] brings them back.
pub async fn delete(org: &Org, by: &Member, day: NaiveDate) -> Result<()> {
    require(by.role, Role::Manager)?;
    let mut tx = org.begin().await?;
    one_at_a_time(&mut tx).await?;
    let update =
        sql!("update hour_exceptions set deleted_at = $3 where org_id = $1 and day = $2 and deleted_at is null");
    if tx.run(update, args![day, org.now()]).await? == 0 {
        return Err(Error::NotFound);
    }
    note(org, &mut tx, by, "delete", ("hours", day.to_string()), None).await?;
    tx.commit().await?;
    Ok(())
}

/// Brings a day's own hours back.
pub async fn restore(org: &Org, by: &Member, day: NaiveDate) -> Result<()> {
    require(by.role, Role::Manager)?;
    let mut tx = org.begin().await?;
    one_at_a_time(&mut tx).await?;
    let update = sql!(
        "update hour_exceptions set deleted_at = null, version = version + 1
          where org_id = $1 and day = $2 and deleted_at is not null"
    );
    if tx.run(update, args![day]).await? == 0 {
        return Err(Error::NotFound);
    }
    note(org, &mut tx, by, "restore", ("hours", day.to_string()), None).await?;
    tx.commit().await?;
    Ok(())
}

/// Lets nobody else change days until the transaction is over: two people could add the same day.
async fn one_at_a_time(tx: &mut OrgTx) -> DbResult<()> {
    let count = sql!(
        "insert into hour_edits (org_id, week, exceptions) values ($1, 0, 1)
         on conflict (org_id) do update set exceptions = hour_edits.exceptions + 1"
    );
    tx.run(count, args![]).await.map(drop)
}

async fn is_there(tx: &mut OrgTx, day: NaiveDate) -> DbResult<bool> {
    let known = sql!("select id from hour_exceptions where org_id = $1 and day = $2 and deleted_at is null");
    Ok(tx.optional::<(HourExceptionId,)>(known, args![day]).await?.is_some())
}
