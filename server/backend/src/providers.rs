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
    /// The payment provider's address or key.
    #[error("STRIPE_API_BASE_URL, STRIPE_SECRET_KEY: {0}")]
    Stripe(#[from] ::stripe::StripeError),
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
            messages: messages_of(config)?,
            mail: mail_of(config),
            payments: payments_of(config)?,
        })
    }
}

/// Texts go through the account; without one, through the practice Messages that `serve` started; on a server that is reached from
/// outside, nowhere: what pretends to send must not be mistaken for what does.
fn messages_of(config: &Config) -> Result<Arc<dyn Messages>, ProviderError> {
    let twilio = &config.twilio;
    Ok(match (&twilio.account_sid, twilio.auth_tokens.first(), &twilio.practice_messages) {
        (Some(account), Some(token), _) => {
            Arc::new(messages::twilio::Twilio::new(&twilio.api_base_url, account, token.clone())?)
        }
        (_, token, Some(url)) => {
            let token = token.cloned().unwrap_or_else(|| "practice".to_owned().into());
            Arc::new(messages::twilio::Twilio::new(url, PRACTICE_ACCOUNT, token)?)
        }
        _ if config.is_loopback() => Arc::new(messages::stand_in::StandIn::default()),
        _ => Arc::new(messages::off::Off),
    })
}

/// The account at the practice Messages.
pub const PRACTICE_ACCOUNT: &str = "AC00000000000000000000000000000000";

fn mail_of(config: &Config) -> Arc<dyn Mail> {
    match (&config.mail.server, &config.mail.from) {
        (Some(server), Some(from)) => Arc::new(mail::smtp::Smtp::new(server.clone(), from.clone())),
        _ if config.is_loopback() => Arc::new(mail::stand_in::StandIn::default()),
        _ => Arc::new(mail::off::Off),
    }
}

fn payments_of(config: &Config) -> Result<Arc<dyn Payments>, ProviderError> {
    Ok(match &config.stripe.secret_key {
        Some(key) => Arc::new(payments::stripe::Stripe::new(&config.stripe.api_base_url, key)?),
        None if config.is_loopback() => Arc::new(payments::stand_in::StandIn::default()),
        None => Arc::new(payments::off::Off),
    })
}
