//! The other ends of a telephone call, speaking their real protocols over real sockets: a rehearsal without cost, a smoke
//! test of a deployment, and the base of the tests.
//!
//! - [`model`]: a server that speaks the Realtime API (GA) and answers by rules.
//! - [`phone`]: a telephone that calls the way Twilio does, and Twilio's REST interface as far as a call needs it.
//! - [`load`]: many such telephones at once, with a stopwatch.
//!
//! Both ends make their own frames from the protocol's description and share none of the server's codecs, so that a
//! misunderstanding shows.

pub mod caption;
pub mod load;
pub mod model;
pub mod phone;
pub mod sound;
pub mod voice;
