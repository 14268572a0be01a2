//! Events, their tickets, sponsors and winners, and sponsorship packages.

use chrono::{DateTime, Utc};
use model::{Currency, EventId, Money, SponsorPackageId, TierId, VenueId};
use serde::Serialize;
use sqlx::{FromRow, types::Json};

use crate::{args, db::DbResult, org::Org, orgs, sql, today};

/// An event.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    /// Its identifier.
    pub id: EventId,
    /// What it is called.
    pub title: String,
    /// The series that it belongs to; empty for none.
    pub series: String,
    /// What happens there.
    pub description: String,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// Where it is.
    pub venue: Option<Venue>,
    /// What tickets there are.
    pub tiers: Vec<Tier>,
}

impl Event {
    /// Whether it is over.
    pub fn is_past(&self, now: DateTime<Utc>) -> bool {
        self.ends_at <= now
    }

    /// The city, where the venue is known.
    pub fn city(&self) -> &str {
        self.venue.as_ref().map_or("", |venue| venue.city.as_str())
    }
}

/// A place where events happen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Venue {
    /// Its identifier.
    pub id: VenueId,
    /// What it is called.
    pub name: String,
    /// Street and number.
    pub street: String,
    /// City.
    pub city: String,
    /// State or region.
    pub region: String,
    /// How to get there and where to park.
    pub directions: String,
}

/// A kind of ticket of one event.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tier {
    /// Its identifier.
    pub id: TierId,
    /// GA, VIP, ...
    pub kind: String,
    /// What it includes.
    pub description: String,
    /// The price in advance.
    pub price: Money,
    /// The price at the gate.
    pub gate_price: Money,
    /// How many are neither sold nor held.
    pub left: i64,
}

/// Somebody who pays for an event.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow)]
pub struct Sponsor {
    /// Their name.
    pub name: String,
    /// Their package.
    pub level: String,
}

/// A prize of a past event.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow)]
pub struct Winner {
    /// 1 for the first place.
    pub place: i64,
    /// What the prize was for.
    pub category: String,
    /// Who won.
    pub chef: String,
    /// Where they cook.
    pub restaurant: String,
    /// What they cooked.
    pub dish: String,
}

/// Somebody who cooks at an event.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow)]
pub struct Chef {
    /// Their name.
    pub name: String,
    /// Where they cook.
    pub restaurant: String,
    /// What they cook.
    pub dish: String,
}

/// A sponsorship package.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Package {
    /// Its identifier.
    pub id: SponsorPackageId,
    /// Bronze, Silver, ...
    pub level: String,
    /// What it costs.
    pub price: Money,
    /// What the sponsor gets.
    pub benefits: Vec<String>,
    /// How many can still be had; `None` for no limit.
    pub slots_left: Option<i64>,
}

impl Package {
    /// Whether nobody can have it any more.
    pub fn is_taken(&self) -> bool {
        self.slots_left.is_some_and(|left| left <= 0)
    }
}

#[derive(FromRow)]
struct EventRow {
    id: EventId,
    title: String,
    series: String,
    description: String,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    venue_id: Option<VenueId>,
    venue_name: Option<String>,
    street: Option<String>,
    city: Option<String>,
    region: Option<String>,
    directions: Option<String>,
}

#[derive(FromRow)]
struct TierRow {
    id: TierId,
    event_id: EventId,
    kind: String,
    description: String,
    price_minor: i64,
    gate_price_minor: i64,
    left_over: i64,
}

macro_rules! select {
    ($rest:literal) => {
        sql!(concat!(
            "select e.id, e.title, e.series, e.description, e.starts_at, e.ends_at, v.id as venue_id,
                    v.name as venue_name, v.street, v.city, v.region, v.directions
               from events e
               left join venues v on v.id = e.venue_id and v.org_id = e.org_id and v.deleted_at is null
              where e.org_id = $1 ",
            $rest,
            " order by e.starts_at, e.id"
        ))
    };
}

/// Every event that callers are told of, the earliest first.
pub async fn events(org: &Org) -> DbResult<Vec<Event>> {
    let rows = org.all(select!("and e.active and e.deleted_at is null"), args![]).await?;
    let mut events = with_tiers(org, rows).await?;
    // What staff marked as sold out has nothing left for callers, whatever the tiers say.
    let sold_out = today::sold_out(org, org.now()).await?;
    for event in events.iter_mut().filter(|event| sold_out.event(event.id)) {
        event.tiers.iter_mut().for_each(|tier| tier.left = 0);
    }
    Ok(events)
}

/// Every event, also one that was taken away: tickets of it may have been sold.
pub async fn all_events(org: &Org) -> DbResult<Vec<Event>> {
    with_tiers(org, org.all(select!(""), args![]).await?).await
}

async fn with_tiers(org: &Org, rows: Vec<EventRow>) -> DbResult<Vec<Event>> {
    let tiers: Vec<TierRow> = org
        .all(
            sql!(
                "select id, event_id, kind, description, price_minor, gate_price_minor,
                        capacity - sold - held as left_over
                   from ticket_tiers
                  where org_id = $1 and deleted_at is null
                  order by event_id, sort, kind"
            ),
            args![],
        )
        .await?;
    let currency = orgs::currency(org).await?;
    Ok(rows.into_iter().map(|row| event(row, &tiers, currency)).collect())
}

fn event(row: EventRow, tiers: &[TierRow], currency: Currency) -> Event {
    let venue = row.venue_id.map(|id| Venue {
        id,
        name: row.venue_name.unwrap_or_default(),
        street: row.street.unwrap_or_default(),
        city: row.city.unwrap_or_default(),
        region: row.region.unwrap_or_default(),
        directions: row.directions.unwrap_or_default(),
    });
    let tiers = tiers.iter().filter(|tier| tier.event_id == row.id).map(|tier| Tier {
        id: tier.id,
        kind: tier.kind.clone(),
        description: tier.description.clone(),
        price: Money { minor: tier.price_minor, currency },
        gate_price: Money { minor: tier.gate_price_minor, currency },
        left: tier.left_over,
    });
    Event {
        id: row.id,
        title: row.title,
        series: row.series,
        description: row.description,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        venue,
        tiers: tiers.collect(),
    }
}

/// The events that are not over yet, the next one first.
pub async fn upcoming(org: &Org, now: DateTime<Utc>) -> DbResult<Vec<Event>> {
    let mut events = events(org).await?;
    events.retain(|event| !event.is_past(now));
    Ok(events)
}

/// Who pays for an event.
pub async fn sponsors(org: &Org, event: EventId) -> DbResult<Vec<Sponsor>> {
    let sql =
        sql!("select name, level from sponsors where org_id = $1 and event_id = $2 and deleted_at is null order by id");
    org.all(sql, args![event]).await
}

/// Who cooks at an event.
pub async fn chefs(org: &Org, event: EventId) -> DbResult<Vec<Chef>> {
    let sql = sql!(
        "select name, restaurant, dish from chefs
          where org_id = $1 and event_id = $2 and deleted_at is null order by name, id"
    );
    org.all(sql, args![event]).await
}

/// Who won at an event, the first places first.
pub async fn winners(org: &Org, event: EventId) -> DbResult<Vec<Winner>> {
    org.all(
        sql!(
            "select place, category, chef, restaurant, dish
               from winners
              where org_id = $1 and event_id = $2 and deleted_at is null
              order by place, id"
        ),
        args![event],
    )
    .await
}

#[derive(FromRow)]
struct PackageRow {
    id: SponsorPackageId,
    level: String,
    price_minor: i64,
    benefits: Json<Vec<String>>,
    slots_left: Option<i64>,
}

/// The sponsorship packages, the smallest first.
pub async fn packages(org: &Org) -> DbResult<Vec<Package>> {
    let rows: Vec<PackageRow> = org
        .all(
            sql!(
                "select id, level, price_minor, benefits, slots_left
                   from sponsor_packages
                  where org_id = $1 and deleted_at is null
                  order by sort, level"
            ),
            args![],
        )
        .await?;
    let currency = orgs::currency(org).await?;
    let package = |row: PackageRow| Package {
        id: row.id,
        level: row.level,
        price: Money { minor: row.price_minor, currency },
        benefits: row.benefits.0,
        slots_left: row.slots_left,
    };
    Ok(rows.into_iter().map(package).collect())
}
