//! Events and everything that staff edit of them. A form carries the version that was edited (0 for something new): an edit of
//! an older version is refused, so that two editors cannot overwrite each other.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{ChefId, EventId, SponsorId, SponsorPackageId, TierId, VenueId, WinnerId, text_enum::text_enum};

text_enum! {
    /// A kind of thing that belongs to events, can be taken away and brought back.
    EventPart {
        /// Where events are held.
        Venue = "venue",
        /// What sponsors can buy.
        Package = "package",
        /// A kind of ticket.
        Tier = "tier",
        /// Who pays.
        Sponsor = "sponsor",
        /// Who cooks.
        Chef = "chef",
        /// Who won.
        Winner = "winner",
    }
}

/// An event as the list shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventRow {
    /// Its identifier.
    pub id: EventId,
    /// What it is called.
    pub title: String,
    /// The series that it belongs to; empty for none.
    pub series: String,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it begins on the organisation's clocks.
    pub starts: NaiveDateTime,
    /// Where it is.
    pub venue: String,
    /// Whether callers are told of it.
    pub active: bool,
    /// Whether it is over.
    pub past: bool,
    /// Seats in all.
    pub capacity: i64,
    /// Seats sold.
    pub sold: i64,
    /// Seats kept while somebody decides or pays.
    pub held: i64,
}

/// What an editor sends of an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventForm {
    /// What it is called.
    pub title: String,
    /// The series that it belongs to; empty for none.
    pub series: String,
    /// What happens there.
    pub description: String,
    /// Where it is.
    pub venue_id: Option<VenueId>,
    /// When it begins, on the organisation's clocks.
    pub starts: NaiveDateTime,
    /// When it ends, on the organisation's clocks.
    pub ends: NaiveDateTime,
    /// Whether callers are told of it.
    pub active: bool,
    /// The version that was edited; 0 for a new one.
    pub version: i64,
}

/// A whole event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventDetail {
    /// Its row in the list.
    pub row: EventRow,
    /// What can be edited.
    pub form: EventForm,
    /// Its tickets.
    pub tiers: Vec<TierRow>,
    /// Who pays for it.
    pub sponsors: Vec<SponsorRow>,
    /// Who cooks.
    pub chefs: Vec<ChefRow>,
    /// Who won.
    pub winners: Vec<WinnerRow>,
}

/// A venue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VenueRow {
    /// Its identifier.
    pub id: VenueId,
    /// What can be edited.
    pub form: VenueForm,
    /// How many events are there, past ones too.
    pub events: i64,
}

/// What an editor sends of a venue.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct VenueForm {
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
    /// The version that was edited; 0 for a new one.
    pub version: i64,
}

/// A kind of ticket of one event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TierRow {
    /// Its identifier.
    pub id: TierId,
    /// What can be edited.
    pub form: TierForm,
    /// How many are sold.
    pub sold: i64,
    /// How many are kept while somebody decides or pays.
    pub held: i64,
    /// How many are left.
    pub left: i64,
}

/// What an editor sends of a kind of ticket. Prices are in the minor unit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TierForm {
    /// GA, VIP, ...
    pub kind: String,
    /// What it includes.
    pub description: String,
    /// The price in advance.
    pub price_minor: i64,
    /// The price at the gate.
    pub gate_price_minor: i64,
    /// How many there are.
    pub capacity: i64,
    /// Its place among the others.
    pub sort: i64,
    /// The version that was edited; 0 for a new one.
    pub version: i64,
}

/// Somebody who pays for an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SponsorRow {
    /// Their identifier.
    pub id: SponsorId,
    /// What can be edited.
    pub form: SponsorForm,
}

/// What an editor sends of a sponsor.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SponsorForm {
    /// Their name.
    pub name: String,
    /// Their package.
    pub level: String,
    /// The version that was edited; 0 for a new one.
    pub version: i64,
}

/// Somebody who cooks at an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChefRow {
    /// Their identifier.
    pub id: ChefId,
    /// What can be edited.
    pub form: ChefForm,
}

/// What an editor sends of a chef.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChefForm {
    /// Their name.
    pub name: String,
    /// Where they cook.
    pub restaurant: String,
    /// What they cook.
    pub dish: String,
    /// The version that was edited; 0 for a new one.
    pub version: i64,
}

/// A prize of an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WinnerRow {
    /// Its identifier.
    pub id: WinnerId,
    /// What can be edited.
    pub form: WinnerForm,
}

/// What an editor sends of a prize.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WinnerForm {
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
    /// The version that was edited; 0 for a new one.
    pub version: i64,
}

/// A sponsorship package.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackageRow {
    /// Its identifier.
    pub id: SponsorPackageId,
    /// What can be edited.
    pub form: PackageForm,
}

/// What an editor sends of a sponsorship package. The price is in the minor unit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PackageForm {
    /// Bronze, Silver, ...
    pub level: String,
    /// What it costs.
    pub price_minor: i64,
    /// What the sponsor gets.
    pub benefits: Vec<String>,
    /// How many can still be had; `None` for no limit.
    pub slots_left: Option<i64>,
    /// Its place among the others.
    pub sort: i64,
    /// The version that was edited; 0 for a new one.
    pub version: i64,
}
