//! What the server answers that is not a page: Twilio, the media stream, the REST interface, live events.
//! Each file exports its `router()`.

pub mod form;
pub mod guard;
pub mod problem;
pub mod twiml;
