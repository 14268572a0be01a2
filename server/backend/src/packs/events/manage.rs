//! What staff edit of events. Every function takes the version that was edited and refuses an older one as
//! [`Error::Stale`](crate::error::Error::Stale); what is deleted comes back by [`events::restore`] and [`parts::restore`].

pub mod events;
pub mod packages;
pub mod parts;
pub mod people;
pub mod tiers;
pub mod venues;

use crate::packs::editing::{Check, missed, note, one_line};

#[cfg(test)]
mod tests;
