//! The Realtime API (GA) as data.

use std::borrow::Cow;

/// A frame from the model.
#[derive(Clone, Debug, PartialEq)]
pub enum ServerEvent<'a> {
    /// A frame that needs nothing done.
    Other {
        /// Its type.
        kind: Cow<'a, str>,
    },
}

/// A frame for the model.
#[derive(Clone, Debug, PartialEq)]
pub enum ClientEvent {
    /// 20 ms of the caller's voice, base64.
    Append(String),
}

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
