//! Twilio Media Streams as data.

use std::{borrow::Cow, collections::BTreeMap};

/// A frame from the telephone.
#[derive(Clone, Debug, PartialEq)]
pub enum FromPhone<'a> {
    /// The socket greets.
    Connected,
    /// The stream begins.
    Start(Start),
    /// 20 ms of the caller's voice.
    Media {
        /// Milliseconds since the stream began.
        timestamp_ms: u64,
        /// Base64 of µ-law at 8 kHz.
        payload: Cow<'a, str>,
    },
    /// A key was pressed.
    Dtmf {
        /// 0–9, `*`, `#`, A–D.
        digit: char,
    },
    /// Everything sent before this mark was played, or thrown away by a clear.
    Mark {
        /// The name given to it.
        name: Cow<'a, str>,
    },
    /// The stream ends.
    Stop,
    /// A frame that could not be understood.
    Unknown,
}

/// How a stream begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// Twilio's id of the stream.
    pub stream_sid: String,
    /// Twilio's id of the call.
    pub call_sid: String,
    /// Twilio's id of the account.
    pub account_sid: String,
    /// The `<Parameter>`s of the TwiML.
    pub parameters: BTreeMap<String, String>,
    /// `audio/x-mulaw`.
    pub encoding: String,
    /// 8000.
    pub sample_rate: u32,
}

/// A frame for the telephone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToPhone {
    /// Audio to play after what is already queued.
    Media {
        /// Base64 of µ-law at 8 kHz.
        payload: String,
    },
    /// Asks to be told when everything before it was played.
    Mark {
        /// Its name.
        name: String,
    },
    /// Throws away what is queued.
    Clear,
}
