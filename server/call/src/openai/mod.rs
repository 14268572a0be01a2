//! The Realtime API (GA) as data: the events of the model's socket, both ways.

mod client;
mod server;
mod session;

pub use client::{ClientEvent, EventId, EventKind, NewItem, ResponseOptions};
pub use server::{Item, Part, Response, ResponseError, ServerError, ServerEvent, SessionInfo, parse};
pub use session::{Amendment, Session};

/// Why a model socket is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The upgrade was answered with this HTTP status.
    Refused {
        /// The status.
        status: u16,
    },
    /// Nothing answered.
    Unreachable,
    /// It took too long.
    TimedOut,
    /// The socket closed.
    Closed {
        /// The close code, where one came.
        code: Option<u16>,
    },
}
