//! The telephone network, beyond the sockets and webhooks with which it comes to us.

pub mod signature;
pub mod stand_in;
pub mod twilio;

use std::fmt;

use async_trait::async_trait;

/// What we ask of the telephone network.
#[async_trait]
pub trait Telephony: fmt::Debug + Send + Sync {
    /// Ends the call. A call that is over already is no error.
    async fn hang_up(&self, call_sid: &str) -> Result<(), TelephonyError>;

    /// The reason that the media stream's close frame gives after a hang-up. Where nobody answers requests, it is all that tells the
    /// other side that the call is over.
    fn close_reason(&self) -> &'static str {
        ""
    }
}

/// Why the telephone network did not do as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TelephonyError {
    /// It could not be reached, or did not answer in time.
    #[error("the telephone provider could not be reached")]
    Unreachable,
    /// It said no.
    #[error("the telephone provider refused: HTTP {status}, code {}", code.map_or("none".into(), |code| code.to_string()))]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The provider's own code.
        code: Option<i64>,
    },
}
