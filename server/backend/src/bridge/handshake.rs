//! The first frames of a media stream: it must say within seconds which call it belongs to, and prove it with a token that works once.
//! Nothing that costs money happens before.

use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, close_code};
use call::twilio::{self, FromPhone, Start};
use model::CallId;

use super::phone::is_too_large;
use crate::{
    Backend, Org,
    stream_tokens::{self, TokenError},
};

/// Twilio sends `start` within milliseconds of the upgrade.
const START_WITHIN: Duration = Duration::from_millis(1_500);

/// The caller hears nothing while the database is asked.
const REDEEMED_WITHIN: Duration = Duration::from_secs(2);

/// Frames before `start`; there should be one, `connected`.
const MAX_FRAMES: usize = 10;

/// A stream that has proven which call it belongs to.
pub(super) struct Admitted {
    pub(super) start: Start,
    pub(super) org: Org,
    pub(super) id: CallId,
}

/// A stream that is refused, and the call that it named.
pub(super) struct Refused {
    pub(super) why: Refusal,
    pub(super) call_sid: Option<String>,
}

/// Why a stream is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It did not say in time to which call it belongs.
    NoStart,
    /// It sent something else first, or something that cannot be read.
    Protocol,
    /// It sent a frame larger than any honest one.
    TooLarge,
    /// It went away.
    Gone,
    /// It belongs to another account.
    OtherAccount,
    /// Its audio is of a kind that is not spoken here.
    Format,
    /// Its token is missing, used, too old, or another call's.
    Token,
    /// Whether its token is good could not be found out.
    Unavailable,
}

impl Refusal {
    pub(super) const fn close_code(self) -> u16 {
        match self {
            Self::TooLarge => close_code::SIZE,
            Self::Gone => close_code::NORMAL,
            Self::Unavailable => close_code::ERROR,
            Self::NoStart | Self::Protocol | Self::OtherAccount | Self::Format | Self::Token => close_code::POLICY,
        }
    }

    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::NoStart => "no start",
            Self::Protocol => "unexpected frame",
            Self::TooLarge => "frame too large",
            Self::Gone => "closed before start",
            Self::OtherAccount => "wrong account",
            Self::Format => "unknown audio format",
            Self::Token => "invalid token",
            Self::Unavailable => "unavailable",
        }
    }
}

pub(super) async fn admit(backend: &Backend, socket: &mut WebSocket) -> Result<Admitted, Refused> {
    let start = match tokio::time::timeout(START_WITHIN, wait_for_start(socket)).await {
        Ok(Ok(start)) => start,
        Ok(Err(why)) => return Err(Refused { why, call_sid: None }),
        Err(_) => return Err(Refused { why: Refusal::NoStart, call_sid: None }),
    };
    match check(backend, &start).await {
        Ok((org, id)) => Ok(Admitted { start, org, id }),
        Err(why) => Err(Refused { why, call_sid: Some(start.call_sid) }),
    }
}

async fn check(backend: &Backend, start: &Start) -> Result<(Org, CallId), Refusal> {
    if backend.config().twilio.account_sid.as_ref().is_some_and(|account| *account != start.account_sid) {
        return Err(Refusal::OtherAccount);
    }
    // A telephone that does not say what it speaks speaks what telephones do.
    let is_mulaw = matches!(start.encoding.as_str(), "" | "audio/x-mulaw") && matches!(start.sample_rate, 0 | 8_000);
    if !is_mulaw {
        return Err(Refusal::Format);
    }
    let token = start.parameters.get("token").ok_or(Refusal::Token)?;
    let redeemed = tokio::time::timeout(REDEEMED_WITHIN, stream_tokens::redeem(backend, token, &start.call_sid)).await;
    match redeemed {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(TokenError::Db(error))) => {
            tracing::error!(%error, "a stream's token could not be checked");
            Err(Refusal::Unavailable)
        }
        Ok(Err(_)) => Err(Refusal::Token),
        Err(_) => Err(Refusal::Unavailable),
    }
}

async fn wait_for_start(socket: &mut WebSocket) -> Result<Start, Refusal> {
    for _ in 0..MAX_FRAMES {
        match socket.recv().await {
            Some(Ok(Message::Text(text))) => match twilio::parse(&text) {
                Ok(FromPhone::Connected | FromPhone::Other | FromPhone::Unknown) => {}
                Ok(FromPhone::Start(start)) => return Ok(start),
                Ok(FromPhone::Stop) => return Err(Refusal::Gone),
                Ok(FromPhone::Media { .. } | FromPhone::Dtmf { .. } | FromPhone::Mark { .. }) | Err(_) => {
                    return Err(Refusal::Protocol);
                }
            },
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Binary(_))) => return Err(Refusal::Protocol),
            Some(Err(error)) if is_too_large(&error) => return Err(Refusal::TooLarge),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Refusal::Gone),
        }
    }
    Err(Refusal::Protocol)
}
