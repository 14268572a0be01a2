//! What the payment provider tells us: stored as it came, then read by a job and told to the order it is about.

use chrono::{DateTime, TimeDelta, Utc};
use model::{OrderId, OrgId, WebhookId};
use serde_json::Value;

use crate::{
    Backend, Org, args,
    db::DbResult,
    jobs::{self, Done, JobError, learn_payment_event::LearnPaymentEvent},
    orgs,
    packs::events::orders,
    providers::payments::events::Event,
};

/// The provider's name in the table of webhooks.
const PROVIDER: &str = "stripe";

/// How long an event may wait for the order that it names: it can come before our own commit, or for a stranger.
const PATIENCE: TimeDelta = TimeDelta::days(3);

/// Stores an event before anything is done about it; one that came before is not stored again. `body` is what was signed.
pub async fn store(backend: &Backend, body: &[u8]) -> DbResult<()> {
    let name = serde_json::from_slice::<Value>(body).ok().and_then(|event| Some(event.get("id")?.as_str()?.to_owned()));
    // What was signed and cannot be read is kept for a person to look at.
    let name = name.unwrap_or_else(|| format!("unreadable {}", crate::secret::sha256_bytes(body)));
    let (id, now) = (WebhookId::new(), backend.clock().now());
    let mut tx = backend.db().system("an event belongs to whom it turns out to be about").begin().await?;
    let fresh = tx
        .run(
            "insert into webhooks (id, provider, event_id, body, state, reason, received_at)
             values ($1, $2, $3, $4, 'waiting', '', $5) on conflict (provider, event_id) do nothing",
            args![id, PROVIDER, &name, body.to_vec(), now],
        )
        .await?
        > 0;
    if fresh {
        jobs::put_in(&mut tx, &LearnPaymentEvent { id }, &id.to_string(), now).await?;
    }
    tx.commit().await?;
    backend.bell().ring();
    Ok(())
}

/// Reads a stored event and tells the order.
pub(crate) async fn learn(backend: &Backend, id: WebhookId) -> Result<Done, JobError> {
    let stored: Option<(Vec<u8>, DateTime<Utc>)> = backend
        .db()
        .system("an event belongs to whom it turns out to be about")
        .optional("select body, received_at from webhooks where id = $1 and state = 'waiting'", args![id])
        .await?;
    let Some((body, received_at)) = stored else { return Ok(Done::Finished) };
    let event = serde_json::from_slice::<Value>(&body).ok().and_then(|event| Event::read(&event));
    let Some(event) = event else {
        tracing::error!(webhook.id = %id, "a signed event of the payment provider cannot be read");
        return close(backend, id, "failed", "unreadable").await;
    };
    if event.live != backend.providers().payments.live() {
        return close(backend, id, "ignored", "livemode").await;
    }
    let order = known_order(backend, &event).await?;
    let Some(fact) = &event.fact else { return close(backend, id, "ignored", "nothing to us").await };
    let Some(order) = order else {
        // Another event may tie the payment to its order, perhaps later.
        return match event.payment_intent {
            Some(_) => wait(backend, id, received_at).await,
            None => close(backend, id, "ignored", "no order").await,
        };
    };
    // Also an order of our own may not be there yet: an event can be faster than our commit.
    let Some(org) = owner(backend, order).await? else { return wait(backend, id, received_at).await };
    orders::learn(backend, &org, order, &event.id, fact).await?;
    tracing::info!(order.id = %order, event = event.kind, "an order learned of its payment");
    close(backend, id, "done", "").await
}

async fn owner(backend: &Backend, order: OrderId) -> DbResult<Option<Org>> {
    let system = backend.db().system("an order of ours names the organisation");
    let found: Option<(OrgId,)> =
        system.optional("select org_id from ticket_orders where id = $1", args![order]).await?;
    match found {
        Some((org,)) => orgs::by_id(backend, org).await,
        None => Ok(None),
    }
}

/// Remembers which order a payment belongs to: refunds and disputes name the payment alone.
pub(crate) async fn belongs_to(backend: &Backend, payment_intent: &str, order: OrderId) -> DbResult<()> {
    let insert = "insert into payment_references (payment_intent, order_id, learned_at) values ($1, $2, $3)
                  on conflict (payment_intent) do nothing";
    let system = backend.db().system("a payment names no tenant");
    system.run(insert, args![payment_intent, order, backend.clock().now()]).await.map(|_| ())
}

/// The last payment of an order that is known.
pub(crate) async fn payment_of(backend: &Backend, order: OrderId) -> DbResult<Option<String>> {
    let system = backend.db().system("a payment names no tenant");
    let select = "select payment_intent from payment_references where order_id = $1 order by learned_at desc limit 1";
    Ok(system.optional::<(String,)>(select, args![order]).await?.map(|(payment,)| payment))
}

/// The order that an event is about. Refunds and disputes name the payment, which an earlier event tied to its order.
async fn known_order(backend: &Backend, event: &Event) -> DbResult<Option<OrderId>> {
    let system = backend.db().system("a payment names no tenant");
    let Some(payment_intent) = &event.payment_intent else { return Ok(event.order) };
    if let Some(order) = event.order {
        belongs_to(backend, payment_intent, order).await?;
        return Ok(Some(order));
    }
    let select = "select order_id from payment_references where payment_intent = $1";
    let found: Option<(OrderId,)> = system.optional(select, args![payment_intent]).await?;
    Ok(found.map(|(order,)| order))
}

async fn wait(backend: &Backend, id: WebhookId, since: DateTime<Utc>) -> Result<Done, JobError> {
    let age = backend.clock().now() - since;
    if age > PATIENCE {
        tracing::warn!(webhook.id = %id, "a payment event is about nothing that is known here");
        return close(backend, id, "ignored", "unknown order").await;
    }
    // Soon at first: the order may be about to be committed.
    Ok(Done::Again((age / 2).clamp(TimeDelta::seconds(2), TimeDelta::hours(1))))
}

async fn close(backend: &Backend, id: WebhookId, state: &'static str, reason: &'static str) -> Result<Done, JobError> {
    let system = backend.db().system("an event's own row");
    system.run("update webhooks set state = $2, reason = $3 where id = $1", args![id, state, reason]).await?;
    Ok(Done::Finished)
}

#[cfg(test)]
mod tests;
