//! Tells the other side what happened: signed, again until it says that it knows, and as badly as the faults want.

use std::{fmt::Write as _, time::Duration};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Webhook, unix_now};
use crate::fault::Faults;

/// How often an event is told before it is given up.
const ATTEMPTS: u32 = 6;

/// Takes events and delivers them.
#[derive(Clone, Debug)]
pub(super) struct Courier(mpsc::UnboundedSender<Value>);

impl Courier {
    pub(super) fn start(webhook: Option<Webhook>, faults: Faults, stop: CancellationToken) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        if let Some(webhook) = webhook {
            tokio::spawn(async move {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = deliver_all(receiver, &webhook, &faults) => {}
                }
            });
        }
        Self(sender)
    }

    pub(super) fn send(&self, event: Value) {
        // Nobody listens where there is no address.
        let _ = self.0.send(event);
    }
}

async fn deliver_all(mut events: mpsc::UnboundedReceiver<Value>, webhook: &Webhook, faults: &Faults) {
    _ = rustls::crypto::ring::default_provider().install_default();
    let Ok(client) = reqwest::Client::builder().timeout(Duration::from_secs(20)).build() else { return };
    let mut held = None;
    while let Some(event) = events.recv().await {
        let kind = event["type"].as_str().unwrap_or_default().to_owned();
        if faults.take_if("lose", |value| value.is_empty() || value == kind).is_some() {
            continue;
        }
        if held.is_none() && faults.take("reorder").is_some() {
            held = Some(event);
            continue;
        }
        if let Some(ms) = faults.number("delay", 1_000) {
            tokio::time::sleep(Duration::from_millis(ms)).await;
        }
        let again = faults.take("duplicate").map(|_| event.clone());
        for event in [Some(event), again, held.take()].into_iter().flatten() {
            // One that the other side does not want must not keep the others waiting.
            let (client, webhook) = (client.clone(), webhook.clone());
            let first = attempt(&client, &webhook, &event).await;
            if !first {
                tokio::spawn(async move { insist(&client, &webhook, &event).await });
            }
        }
    }
}

async fn insist(client: &reqwest::Client, webhook: &Webhook, event: &Value) {
    for attempt_number in 1..ATTEMPTS {
        tokio::time::sleep(Duration::from_millis(500 << attempt_number)).await;
        if attempt(client, webhook, event).await {
            return;
        }
    }
    tracing::warn!("the practice Checkout gave up telling of an event");
}

async fn attempt(client: &reqwest::Client, webhook: &Webhook, event: &Value) -> bool {
    let body = event.to_string();
    let header = signature(&webhook.secret, unix_now(), &body);
    let request = client
        .post(&webhook.url)
        .header("content-type", "application/json; charset=utf-8")
        .header("stripe-signature", header)
        .header("user-agent", "Stripe/1.0 (practice)")
        .body(body);
    request.send().await.is_ok_and(|answer| answer.status().is_success())
}

/// The `Stripe-Signature` of a body.
fn signature(secret: &str, now: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(format!("{now}.{body}").as_bytes());
    let mut header = format!("t={now},v1=");
    for byte in mac.finalize().into_bytes() {
        // Writing to a string does not fail.
        let _ = write!(header, "{byte:02x}");
    }
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vector_comes_out() {
        let body = r#"{"id":"evt_1TicketA","object":"event","type":"checkout.session.completed","data":{"object":{"id":"cs_test_a1","object":"checkout.session"}}}"#;
        assert_eq!(
            signature("whsec_9f8e7d6c5b4a39281706f5e4d3c2b1a0", 1_795_168_800, body),
            "t=1795168800,v1=69571611a92d64012cbdd56a7836db76ffab021751b7f2a062114e2195b63e50"
        );
    }
}
