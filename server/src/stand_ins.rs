//! What answers in place of services for which there is no account: inside this process, on ports of this machine, over the
//! same protocols. A server that is reached from outside gets none of them, except the model that it cannot do without.

use backend::{config::Config, providers::PRACTICE_ACCOUNT};
use model::WebhookId;
use practice::{checkout, messages};
use secrecy::ExposeSecret;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::commands::Problems;

/// Starts what is missing, and tells the configuration where it is.
pub(crate) async fn start(mut config: Config, stop: &CancellationToken) -> Result<Config, Problems> {
    if config.practice_mode() {
        let (listener, url) = listen().await?;
        config.openai.base_url = format!("{url}/v1");
        tokio::spawn(practice::model::serve(listener, practice::model::Options::default(), stop.clone()));
        tracing::info!("OPENAI_API_KEY is not set: the practice model answers");
    }
    if !config.is_loopback() {
        return Ok(config);
    }
    if config.twilio.account_sid.is_none() {
        let (listener, url) = listen().await?;
        let token = config.twilio.auth_tokens.first().map(|token| token.expose_secret().to_owned());
        let token = token.unwrap_or_else(|| "practice".to_owned());
        let options = messages::Options { credentials: Some((PRACTICE_ACCOUNT.to_owned(), token)), faults: Vec::new() };
        tokio::spawn(messages::serve(listener, options, stop.clone()));
        tracing::info!("TWILIO_ACCOUNT_SID is not set: texts stay on this machine and can be read at {url}");
        config.twilio.practice_messages = Some(url);
    }
    if config.stripe.secret_key.is_none() {
        let (listener, url) = listen().await?;
        let secret = format!("whsec_practice_{}", WebhookId::new());
        let webhook =
            checkout::Webhook { url: format!("{}/stripe/webhook", config.public_url), secret: secret.clone() };
        let options = checkout::Options { key: None, webhook: Some(webhook), faults: Vec::new() };
        tokio::spawn(checkout::serve(listener, options, stop.clone()));
        config.stripe.secret_key = Some("sk_test_practice".to_owned().into());
        config.stripe.webhook_secrets = vec![secret.into()];
        config.stripe.api_base_url = url;
        tracing::info!("STRIPE_SECRET_KEY is not set: tickets are paid on practice pages, with no money");
    }
    Ok(config)
}

async fn listen() -> std::io::Result<(TcpListener, String)> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    Ok((listener, url))
}
