//! Finding organisations: by the number called, by a person's membership, by a job.

use chrono_tz::Tz;
use model::{Currency, OrgId, OrgRow, OrgSettings, PackKey, PhoneNumber, Role, UserId};

use crate::{
    Backend, args,
    db::{Db, DbError, DbResult},
    org::{Org, Shared},
    sql,
};

/// The columns that make an [`Org`].
type Columns = (OrgId, String, String, String);

/// The organisation that owns a number.
pub async fn by_number(backend: &Backend, number: &PhoneNumber) -> DbResult<Option<Org>> {
    let found = backend
        .db()
        .system("the number that was called says whose call it is")
        .optional::<Columns>(
            "select o.id, o.slug, o.name, o.time_zone
             from organisations o join phone_numbers n on n.org_id = o.id
             where n.number = $1",
            args![number],
        )
        .await?;
    open(backend.shared(), found).await
}

/// The organisation of this slug, with the person's role in it; `None` also where it exists but the person has no part in it.
pub async fn by_slug(backend: &Backend, user: UserId, slug: &str) -> DbResult<Option<(Org, Role)>> {
    let found = backend
        .db()
        .system("a person's membership opens the organisation")
        .optional::<(OrgId, String, String, String, Role)>(
            "select o.id, o.slug, o.name, o.time_zone, m.role
             from organisations o
             join memberships m on m.org_id = o.id
             join users u on u.id = m.user_id
             where o.slug = $2 and m.user_id = $1 and not u.disabled",
            args![user, slug],
        )
        .await?;
    let Some((id, slug, name, zone, role)) = found else { return Ok(None) };
    Ok(open(backend.shared(), Some((id, slug, name, zone))).await?.map(|org| (org, role)))
}

/// The organisation of this id. Only for jobs, commands and rows of our own; an id in a request never comes here.
pub async fn by_id(backend: &Backend, id: OrgId) -> DbResult<Option<Org>> {
    by_id_shared(backend.shared(), id).await
}

pub(crate) async fn by_id_shared(shared: &Shared, id: OrgId) -> DbResult<Option<Org>> {
    let found = shared
        .db
        .system("a row of ours names the organisation")
        .optional::<Columns>("select id, slug, name, time_zone from organisations where id = $1", args![id])
        .await?;
    open(shared, found).await
}

/// The organisation of this slug. Only for commands and for the server-wide key.
pub async fn named(backend: &Backend, slug: &str) -> DbResult<Option<Org>> {
    let found = backend
        .db()
        .system("the operator names the organisation")
        .optional::<Columns>("select id, slug, name, time_zone from organisations where slug = $1", args![slug])
        .await?;
    open(backend.shared(), found).await
}

/// Every organisation a person belongs to, by name.
pub async fn for_user(backend: &Backend, user: UserId) -> DbResult<Vec<OrgRow>> {
    let rows: Vec<(OrgId, String, String, String, Role)> = backend
        .db()
        .system("the switcher shows a person's organisations")
        .all(
            "select o.id, o.slug, o.name, o.time_zone, m.role
             from organisations o join memberships m on m.org_id = o.id
             where m.user_id = $1 order by o.name",
            args![user],
        )
        .await?;
    let mut orgs = Vec::with_capacity(rows.len());
    for (id, slug, name, zone, role) in rows {
        orgs.push(OrgRow { id, slug, name, time_zone: zone_of(&zone)?, packs: packs(backend.db(), id).await?, role });
    }
    Ok(orgs)
}

/// What the settings page shows.
pub async fn settings(backend: &Backend, org: &Org) -> DbResult<OrgSettings> {
    let origin = &backend.config().public_url;
    Ok(OrgSettings {
        name: org.name().to_owned(),
        numbers: numbers(org).await?,
        time_zone: org.time_zone(),
        packs: org.packs().to_vec(),
        voice_webhook: format!("{origin}/voice"),
        status_webhook: format!("{origin}/voice/status"),
    })
}

/// The numbers that ring an organisation.
pub async fn numbers(org: &Org) -> DbResult<Vec<PhoneNumber>> {
    let rows: Vec<(PhoneNumber,)> =
        org.all(sql!("select number from phone_numbers where org_id = $1 order by number"), args![]).await?;
    Ok(rows.into_iter().map(|(number,)| number).collect())
}

/// The currency of an organisation's prices.
pub async fn currency(org: &Org) -> DbResult<Currency> {
    let found: Option<(Currency,)> = org
        .shared()
        .db
        .system("an organisation's own row has its id, not an org_id")
        .optional("select currency from organisations where id = $1", args![org.id()])
        .await?;
    Ok(found.map_or(Currency::Usd, |(currency,)| currency))
}

/// What a new organisation is made of.
#[derive(Clone, Debug)]
pub struct NewOrg {
    /// Its identifier.
    pub id: OrgId,
    /// Its name in URLs.
    pub slug: String,
    /// Its name as callers hear it.
    pub name: String,
    /// The zone in which its times are shown and spoken.
    pub time_zone: Tz,
    /// The currency of its prices.
    pub currency: Currency,
    /// The packs that are on.
    pub packs: Vec<PackKey>,
    /// The numbers that ring it.
    pub numbers: Vec<PhoneNumber>,
    /// Whether the demo made it.
    pub demo: bool,
}

/// Makes an organisation; one that exists under the same id is left as it is.
pub async fn add(backend: &Backend, new: &NewOrg) -> DbResult<Org> {
    let mut tx = backend.db().system("a new organisation belongs to no tenant yet").begin().await?;
    tx.run(
        "insert into organisations (id, slug, name, time_zone, currency, demo, created_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing",
        args![new.id, &new.slug, &new.name, new.time_zone.name(), new.currency, new.demo, backend.clock().now()],
    )
    .await?;
    for pack in &new.packs {
        let insert = "insert into packs (org_id, pack) values ($1, $2) on conflict do nothing";
        tx.run(insert, args![new.id, *pack]).await?;
    }
    for number in &new.numbers {
        let insert = "insert into phone_numbers (org_id, number) values ($1, $2) on conflict do nothing";
        tx.run(insert, args![new.id, number]).await?;
    }
    tx.commit().await?;
    by_id(backend, new.id).await?.ok_or(DbError::Sqlx(sqlx::Error::RowNotFound))
}

/// Lets one more number ring an organisation; a number that rings another already stays there.
pub async fn give_number(org: &Org, number: &PhoneNumber) -> DbResult<()> {
    let insert = sql!("insert into phone_numbers (org_id, number) values ($1, $2) on conflict do nothing");
    org.run(insert, args![number]).await.map(drop)
}

/// Every organisation. Only for jobs and commands.
pub async fn all(backend: &Backend) -> DbResult<Vec<Org>> {
    let rows: Vec<Columns> = backend
        .db()
        .system("jobs and commands work on every organisation")
        .all("select id, slug, name, time_zone from organisations order by slug", args![])
        .await?;
    let mut orgs = Vec::with_capacity(rows.len());
    for row in rows {
        orgs.extend(open(backend.shared(), Some(row)).await?);
    }
    Ok(orgs)
}

/// How many organisations there are that the demo did not make.
pub async fn count_real(backend: &Backend) -> DbResult<i64> {
    let found: Option<(i64,)> = backend
        .db()
        .system("the demo keeps away from a server that is in use")
        .optional("select count(*) from organisations where not demo", args![])
        .await?;
    Ok(found.map_or(0, |(count,)| count))
}

async fn open(shared: &Shared, found: Option<Columns>) -> DbResult<Option<Org>> {
    let Some((id, slug, name, zone)) = found else { return Ok(None) };
    let packs = packs(&shared.db, id).await?;
    Ok(Some(Org::new(id, slug, name, zone_of(&zone)?, packs, shared.clone())))
}

async fn packs(db: &Db, org: OrgId) -> DbResult<Vec<PackKey>> {
    let rows: Vec<(PackKey,)> = db
        .system("an organisation is opened with its packs")
        .all("select pack from packs where org_id = $1", args![org])
        .await?;
    let mut packs: Vec<_> = rows.into_iter().map(|(pack,)| pack).collect();
    packs.sort_unstable();
    Ok(packs)
}

fn zone_of(name: &str) -> DbResult<Tz> {
    name.parse().map_err(|_| DbError::Sqlx(sqlx::Error::Decode("the time zone of an organisation is unknown".into())))
}

#[cfg(test)]
mod tests;
