//! The other ends of a telephone call, speaking their real protocols over real sockets: a rehearsal without cost, a smoke
//! test of a deployment, and the base of the tests.
//!
//! - [`model`]: a server that speaks the Realtime API (GA) and answers by rules.
//! - [`phone`]: a telephone that calls the way Twilio does, and Twilio's REST interface as far as a call needs it.
//! - [`checkout`]: Stripe's pages, payments and refunds, with a page that a person can click.
//! - [`messages`]: Twilio's Messages, with a screen on which the texts can be read.
//! - [`load`]: many such telephones at once, with a stopwatch.
//!
//! Both ends make their own frames from the protocol's description and share none of the server's codecs, so that a
//! misunderstanding shows.

pub mod caption;
pub mod checkout;
pub mod fault;
mod form;
pub mod load;
pub mod messages;
pub mod model;
pub mod phone;
pub mod sound;
pub mod voice;
