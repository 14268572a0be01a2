//! What staff edit of events. Every function takes the version that was edited and refuses an older one as
//! [`Error::Stale`](crate::error::Error::Stale); what is deleted comes back by saving it again, an event by [`events::restore`].

pub mod events;
pub mod packages;
pub mod people;
pub mod tiers;
pub mod venues;

use crate::packs::editing::{Check, missed, note};

#[cfg(test)]
mod tests;
