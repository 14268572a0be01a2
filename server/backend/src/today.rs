//! The today board: what is different today, put up with one tap, told to callers in the same second, gone by itself.
//!
//! A notice is on from `starts_at` until it expires or is taken off; nothing has to run for it to expire. Tools read the board with
//! every answer ([`sold_out`], [`changes`]); calls that run are told what stands on it ([`calls`]).

pub mod calls;
mod draft;

use std::collections::HashMap;

use chrono::{DateTime, NaiveTime, Utc};
use model::{EventId, Member, MenuItemId, ModifierId, Notice, NoticeForm, NoticeId, NoticeKind, PackKey, Role};

pub use draft::subjects;

use crate::{
    Backend, args,
    audit::{self, Actor},
    db::{DbResult, scoped::tenant::OrgTx},
    error::{Error, Result, require},
    org::Org,
    packs::menu::changes::{Change, End},
    sql,
};

macro_rules! select {
    ($rest:literal) => {
        sql!(concat!(
            "select id, kind, subject_id, at_time, sentence, day, starts_at, expires_at, put_by
               from today_notices
              where org_id = $1 ",
            $rest
        ))
    };
}

/// What an organisation can put on its board, in the order in which people should see it.
pub fn kinds(org: &Org) -> Vec<NoticeKind> {
    let fits = |kind: &NoticeKind| match kind {
        NoticeKind::SoldOut => org.has_pack(PackKey::Menu),
        NoticeKind::EventSoldOut => org.has_pack(PackKey::Events),
        NoticeKind::FrostDelay => org.has_pack(PackKey::TeeTimes),
        NoticeKind::ClosingEarly | NoticeKind::OpeningLate | NoticeKind::Custom => true,
    };
    NoticeKind::ALL.iter().copied().filter(fits).collect()
}

/// What is on at a moment, the oldest first.
pub async fn active(org: &Org, now: DateTime<Utc>) -> DbResult<Vec<Notice>> {
    let sql = select!("and ended_at is null and starts_at <= $2 and expires_at > $2 order by starts_at, id");
    org.all(sql, args![now]).await
}

/// What callers are told of it.
pub async fn sentences(org: &Org, now: DateTime<Utc>) -> DbResult<Vec<String>> {
    Ok(active(org, now).await?.into_iter().map(|notice| notice.sentence).collect())
}

/// Puts a notice up; one about the same thing gives way to it. Calls that run are told before this returns.
pub async fn put(backend: &Backend, org: &Org, by: &Member, form: &NoticeForm) -> Result<Notice> {
    require(by.role, Role::FrontDesk)?;
    let now = org.now();
    let new = draft::draft(org, now, form).await?;
    let id = NoticeId::new();
    let about = new.about.clone().unwrap_or_else(|| format!("{}:{id}", form.kind));
    let mut tx = org.begin().await?;
    end_about(&mut tx, &about, by, now).await?;
    let insert = sql!(
        "insert into today_notices (org_id, id, kind, about, subject_id, at_time, sentence, day, starts_at, expires_at, put_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict do nothing"
    );
    let values = args![
        id,
        form.kind,
        &about,
        new.subject_id.as_ref(),
        new.at_time,
        &new.sentence,
        new.day,
        now,
        new.expires_at,
        &by.name
    ];
    if tx.run(insert, values).await? == 0 {
        // Somebody else puts the same thing up at this moment.
        return Err(Error::Stale);
    }
    let notice: Option<Notice> = tx.optional(select!("and id = $2"), args![id]).await?;
    let notice = notice.ok_or(Error::NotFound)?;
    note(&mut tx, by, "put", &notice, now).await?;
    tx.commit().await?;
    calls::tell(backend, org).await?;
    Ok(notice)
}

/// Takes a notice off before it expires; [`restore`] puts it on again.
pub async fn take_off(backend: &Backend, org: &Org, by: &Member, id: NoticeId) -> Result<Notice> {
    require(by.role, Role::FrontDesk)?;
    let now = org.now();
    let mut tx = org.begin().await?;
    let end = sql!(
        "update today_notices set ended_at = $3, ended_by = $4
         where org_id = $1 and id = $2 and ended_at is null and expires_at > $3"
    );
    if tx.run(end, args![id, now, &by.name]).await? == 0 {
        return Err(Error::NotFound);
    }
    changed(backend, org, tx, by, "take_off", id, now).await
}

/// Puts a notice on again that was taken off, for as long as it would have stayed.
pub async fn restore(backend: &Backend, org: &Org, by: &Member, id: NoticeId) -> Result<Notice> {
    require(by.role, Role::FrontDesk)?;
    let now = org.now();
    let mut tx = org.begin().await?;
    let known = sql!("select about from today_notices where org_id = $1 and id = $2 and ended_at is not null");
    let (about,): (String,) = tx.optional(known, args![id]).await?.ok_or(Error::NotFound)?;
    end_about(&mut tx, &about, by, now).await?;
    let again = sql!(
        "update today_notices set ended_at = null, ended_by = null
         where org_id = $1 and id = $2 and ended_at is not null and expires_at > $3"
    );
    if tx.run(again, args![id, now]).await? == 0 {
        return Err(Error::Stale);
    }
    changed(backend, org, tx, by, "restore", id, now).await
}

async fn changed(
    backend: &Backend,
    org: &Org,
    mut tx: OrgTx,
    by: &Member,
    action: &'static str,
    id: NoticeId,
    now: DateTime<Utc>,
) -> Result<Notice> {
    let notice: Option<Notice> = tx.optional(select!("and id = $2"), args![id]).await?;
    let notice = notice.ok_or(Error::NotFound)?;
    note(&mut tx, by, action, &notice, now).await?;
    tx.commit().await?;
    calls::tell(backend, org).await?;
    Ok(notice)
}

async fn end_about(tx: &mut OrgTx, about: &str, by: &Member, now: DateTime<Utc>) -> DbResult<()> {
    let end = sql!(
        "update today_notices set ended_at = $3, ended_by = $4
         where org_id = $1 and about = $2 and ended_at is null"
    );
    tx.run(end, args![about, now, &by.name]).await.map(|_| ())
}

async fn note(tx: &mut OrgTx, by: &Member, action: &'static str, notice: &Notice, now: DateTime<Utc>) -> DbResult<()> {
    let told = serde_json::json!({ "sentence": notice.sentence, "expires_at": notice.expires_at });
    let (before, after) = if action == "take_off" { (Some(told), None) } else { (None, Some(told)) };
    let entry = audit::Entry {
        actor: Actor::Member(by),
        action,
        subject: "notice",
        subject_id: notice.id.to_string(),
        before,
        after,
    };
    audit::record(tx, now, entry).await
}

/// What is sold out today, with the sentence that says so.
#[derive(Clone, Debug, Default)]
pub struct SoldOut(HashMap<String, String>);

impl SoldOut {
    /// How a caller is told that something of the menu is gone; `None` when it is there.
    pub fn item(&self, id: MenuItemId) -> Option<&str> {
        self.0.get(&id.to_string()).map(String::as_str)
    }

    /// The same of something that is added.
    pub fn modifier(&self, id: ModifierId) -> Option<&str> {
        self.0.get(&id.to_string()).map(String::as_str)
    }

    /// Whether tickets for an event are not sold any more.
    pub fn event(&self, id: EventId) -> bool {
        self.0.contains_key(&id.to_string())
    }
}

/// What is sold out at a moment.
pub async fn sold_out(org: &Org, now: DateTime<Utc>) -> DbResult<SoldOut> {
    let notices = active(org, now).await?.into_iter();
    let of_goods = notices.filter(|it| matches!(it.kind, NoticeKind::SoldOut | NoticeKind::EventSoldOut));
    Ok(SoldOut(of_goods.filter_map(|it| Some((it.subject_id?, it.sentence))).collect()))
}

/// Whether tickets for an event are not sold any more, in the transaction of a sale.
pub(crate) async fn event_is_sold_out(tx: &mut OrgTx, event: EventId, now: DateTime<Utc>) -> DbResult<bool> {
    let sql = sql!(
        "select 1 from today_notices
         where org_id = $1 and kind = $2 and subject_id = $3 and ended_at is null and expires_at > $4"
    );
    let found: Option<(i32,)> = tx.optional(sql, args![NoticeKind::EventSoldOut, event, now]).await?;
    Ok(found.is_some())
}

/// What notices change of the opening hours.
pub fn changes(notices: &[Notice]) -> Vec<Change> {
    let change = |notice: &Notice| {
        let end = match notice.kind {
            NoticeKind::ClosingEarly => End::Closes,
            NoticeKind::OpeningLate => End::Opens,
            _ => return None,
        };
        let at = NaiveTime::parse_from_str(notice.at_time.as_deref()?, "%H:%M").ok()?;
        Some(Change { day: notice.day.parse().ok()?, end, at })
    };
    notices.iter().filter_map(change).collect()
}

#[cfg(test)]
mod tests;
