use chrono::TimeDelta;
use serde_json::json;

use super::*;
use crate::{engines, testing::World};

engines! {
    async fn an_event_that_comes_again_is_stored_once(world: World) {
        let event = event("evt_1", "checkout.session.expired", &json!({ "id": "cs_1" }));
        for _ in 0..3 {
            store(&world.backend, &event).await.unwrap();
        }
        assert_eq!(states(world).await, [("evt_1".to_owned(), "waiting".to_owned(), String::new())]);
    }

    async fn what_is_of_no_use_is_put_aside_with_the_reason(world: World) {
        store(&world.backend, b"not json").await.unwrap();
        store(&world.backend, &event("evt_1", "customer.created", &json!({ "id": "cus_1" }))).await.unwrap();
        let live = json!({ "id": "evt_2", "type": "checkout.session.expired", "livemode": true, "data": { "object": {} } });
        store(&world.backend, live.to_string().as_bytes()).await.unwrap();
        store(&world.backend, &event("evt_3", "checkout.session.expired", &json!({ "id": "cs_9" }))).await.unwrap();
        world.jobs().await;
        let reasons: Vec<String> = states(world).await.into_iter().map(|(_, state, reason)| format!("{state}: {reason}")).collect();
        assert_eq!(reasons, ["ignored: nothing to us", "ignored: livemode", "ignored: no order", "failed: unreadable"]);
    }

    async fn an_event_waits_for_an_order_that_is_not_known_yet_and_not_for_ever(world: World) {
        let refund = json!({ "id": "ch_1", "amount": 100, "amount_refunded": 100, "payment_intent": "pi_1" });
        store(&world.backend, &event("evt_1", "charge.refunded", &refund)).await.unwrap();
        world.jobs().await;
        assert_eq!(states(world).await[0].1, "waiting");
        world.pass(TimeDelta::days(4));
        world.jobs().await;
        assert_eq!(states(world).await[0].2, "unknown order");
    }

    async fn a_payment_is_tied_to_its_order_by_the_first_event_that_names_both(world: World) {
        let order = OrderId::from_u128(7);
        let paid = json!({ "id": "pi_1", "amount_received": 100, "currency": "usd", "metadata": { "order_id": order.to_string() } });
        let first = Event::read(&serde_json::from_slice(&event("evt_1", "payment_intent.succeeded", &paid)).unwrap()).unwrap();
        assert_eq!(known_order(&world.backend, &first).await.unwrap(), Some(order));
        let refund = json!({ "id": "ch_1", "amount": 100, "amount_refunded": 100, "payment_intent": "pi_1" });
        let later = Event::read(&serde_json::from_slice(&event("evt_2", "charge.refunded", &refund)).unwrap()).unwrap();
        assert_eq!(later.order, None);
        assert_eq!(known_order(&world.backend, &later).await.unwrap(), Some(order));
    }
}

fn event(id: &str, kind: &str, object: &Value) -> Vec<u8> {
    json!({ "id": id, "type": kind, "livemode": false, "data": { "object": object } }).to_string().into_bytes()
}

async fn states(world: &World) -> Vec<(String, String, String)> {
    let system = world.backend.db().system("a test looks");
    system.all("select event_id, state, reason from webhooks order by event_id", args![]).await.unwrap()
}
