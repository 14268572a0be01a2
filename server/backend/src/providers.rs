//! Outside services, each with a vendor and a stand-in.

pub mod mail;
pub mod messages;
pub mod payments;
pub mod realtime;
pub mod telephony;

use std::sync::Arc;

use self::{
    mail::Mail,
    messages::Messages,
    payments::Payments,
    realtime::Realtime,
    telephony::{Telephony, signature::Keys, stand_in::StandIn, twilio::Twilio},
};
use crate::config::Config;

/// The services that this server uses.
#[derive(Clone, Debug)]
pub struct Providers {
    /// The telephone network.
    pub telephony: Arc<dyn Telephony>,
    /// What requests of the telephone network are signed with.
    pub keys: Keys,
    /// The speech model.
    pub realtime: Realtime,
    /// Texts.
    pub messages: Arc<dyn Messages>,
    /// Mail.
    pub mail: Arc<dyn Mail>,
    /// Payments.
    pub payments: Arc<dyn Payments>,
}

/// A service cannot be used as configured.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// The model's address.
    #[error(transparent)]
    Realtime(#[from] realtime::BaseUrlError),
    /// The telephone network's address, or the machine's certificates.
    #[error("TWILIO_API_BASE_URL: {0}")]
    Twilio(#[from] reqwest::Error),
}

impl Providers {
    /// The real services where there are accounts, stand-ins where there are none.
    pub fn of(config: &Config) -> Result<Self, ProviderError> {
        let telephony: Arc<dyn Telephony> = match (&config.twilio.account_sid, config.twilio.auth_tokens.first()) {
            (Some(account), Some(token)) => Arc::new(Twilio::new(&config.twilio.api_base_url, account, token.clone())?),
            _ => Arc::new(StandIn::default()),
        };
        let openai = &config.openai;
        Ok(Self {
            telephony,
            keys: Keys::of_tokens(config.twilio.auth_tokens.iter().cloned()),
            // The practice model asks for a key, as the real one does, and takes any.
            realtime: Realtime::new(
                &openai.base_url,
                &openai.realtime_model,
                Some(openai.api_key.clone().unwrap_or_else(|| "practice".to_owned().into())),
            )?,
            messages: Arc::new(messages::stand_in::StandIn::default()),
            mail: Arc::new(mail::stand_in::StandIn::default()),
            payments: Arc::new(payments::stand_in::StandIn::default()),
        })
    }
}
