//! A telephone that calls the way Twilio does: signed webhook, TwiML, media stream with a playout buffer in real time, marks and
//! `clear`, status callbacks, and the verbs that follow when the server closes the stream.
//!
//! Texts are spoken by espeak-ng with the words written under the sound (see [`caption`](crate::caption)): the practice model
//! reads them, a real model just listens. In the other direction the telephone reads what the practice model says.

use std::{fmt, sync::Arc, time::Duration};

use crate::voice::Voice;

mod call;
mod caller;
mod fault;
mod heard;
mod phrases;
mod playout;
mod report;
pub mod rest;
mod signature;
mod stream;
mod twiml;
mod webhook;

pub use caller::FRAME;
pub use fault::{PHONE_FAULTS_HELP, PhoneFault};
pub use playout::{Played, Playout};
pub use report::{CallReport, Ended, Event, Line, Who};
pub use signature::sign;
pub use twiml::{TwimlError, Verb, parse as parse_twiml};
pub use webhook::WebhookError;

/// Something the caller says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Utterance {
    /// A recording, µ-law at 8 kHz.
    Sound(Arc<[u8]>),
    /// A text, spoken.
    Text(String),
}

/// Watches, and may change, the frames of a call: for measuring.
pub trait Probe: Send + Sync + fmt::Debug {
    /// A frame of the caller's voice is about to be sent.
    fn sending(&self, frame: &mut [u8]);
    /// Audio of the server arrived.
    fn received(&self, audio: &[u8]);
}

/// A call to be placed.
#[derive(Clone, Debug)]
pub struct CallOptions {
    /// Where the server really listens.
    pub url: String,
    /// Where it believes to be, when that differs: this is what is signed.
    pub public_url: Option<String>,
    /// The called number.
    pub to: String,
    /// The caller's number.
    pub from: String,
    /// Signs requests; without it nothing is signed.
    pub auth_token: Option<String>,
    /// Twilio's id of the account.
    pub account_sid: String,
    /// What the caller says, one after the other, each when the answer to the last is over.
    pub says: Vec<Utterance>,
    /// Keys pressed after that; `w` waits half a second.
    pub keys: Option<String>,
    /// Who speaks texts.
    pub voice: Voice,
    /// The next words come so far into what the assistant is saying.
    pub interrupt_at: Option<Duration>,
    /// The first words come so long after the stream began, whatever the assistant does.
    pub start_at: Option<Duration>,
    /// The caller hangs up so long after the stream began.
    pub hangup_after: Option<Duration>,
    /// The caller says nothing and waits until the server ends the call.
    pub silent: bool,
    /// Whether the sound is kept for the report.
    pub keep_sound: bool,
    /// What goes wrong.
    pub faults: Vec<PhoneFault>,
    /// The REST interface through which the server may end this call.
    pub rest: Option<rest::Calls>,
    /// The path of the voice webhook.
    pub voice_path: String,
    /// The path of status callbacks; `None` sends none.
    pub status_path: Option<String>,
    /// The path of the fallback webhook, asked when the voice webhook fails.
    pub fallback_path: Option<String>,
    /// How a `<Dial>` turns out.
    pub dial_status: String,
    /// Watches the frames.
    pub probe: Option<Arc<dyn Probe>>,
}

impl Default for CallOptions {
    fn default() -> Self {
        Self {
            url: "http://127.0.0.1:3000".to_owned(),
            public_url: None,
            to: "+14155550101".to_owned(),
            from: "+14155550199".to_owned(),
            auth_token: None,
            account_sid: "AC00000000000000000000000000000000".to_owned(),
            says: Vec::new(),
            keys: None,
            voice: Voice::Auto,
            interrupt_at: None,
            start_at: None,
            hangup_after: None,
            silent: false,
            keep_sound: true,
            faults: Vec::new(),
            rest: None,
            voice_path: "/voice".to_owned(),
            status_path: Some("/voice/status".to_owned()),
            fallback_path: None,
            dial_status: "no-answer".to_owned(),
            probe: None,
        }
    }
}

/// Why a call did not come about.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The server did not answer the webhook with TwiML.
    #[error(transparent)]
    Webhook(#[from] WebhookError),
    /// It answered with something that cannot be followed.
    #[error(transparent)]
    Twiml(#[from] TwimlError),
    /// The media stream could not be opened: Twilio's errors 31901 to 31920.
    #[error("the media stream {url} cannot be opened: {why}")]
    Stream {
        /// Its address.
        url: String,
        /// What happened.
        why: String,
    },
}

/// Places a call and lives it to its end.
pub async fn place(options: CallOptions) -> Result<CallReport, CallError> {
    // A call's state is large: it is kept beside the task, not in it.
    let call = Box::pin(call::InProgress::new(options)).await?;
    Box::pin(call.live()).await
}

#[cfg(test)]
mod tests;
