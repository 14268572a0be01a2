//! Stories of money that goes back, and of refunds that others made or that failed.

use super::*;

/// An order that is paid, and somebody who may give money back.
async fn bought(world: &World) -> (Line, Order, Member) {
    let (line, order) = ordered(world).await;
    tell(world, &line.org, &order, "paid", &paid(17_000)).await;
    let ann = owner(world, &line.org).await;
    (line, order, ann)
}

/// How many sales wait for a person.
async fn in_trouble(org: &Org) -> i64 {
    page(org, &SaleFilter { trouble: true, limit: 10, ..SaleFilter::default() }).await.expect("read").total
}

async fn states(org: &Org, order: &Order) -> Vec<String> {
    let whole = detail(org, order.id).await.expect("read").expect("there");
    whole.refunds.into_iter().map(|refund| refund.state).collect()
}

async fn left(org: &Org, order: &Order) -> i64 {
    detail(org, order.id).await.expect("read").expect("there").left.minor
}

fn refund_object(order: &Order, number: i64, status: &str) -> Value {
    let id = format!("re_{}:{number}", order.id);
    json!({ "id": id, "amount": 17_000, "status": status, "payment_intent": "pi_1" })
}

engines! {
    async fn a_refund_that_fails_days_later_is_not_given_back_and_waits_for_a_person(world: World) {
        let (line, order, ann) = bought(world).await;
        refund(&line.org, &ann, order.id, None, "").await.expect("asked for");
        world.jobs().await;
        assert_eq!((newest(&line.org).await.state, vip(&line.org).await, left(&line.org, &order).await), (OrderState::Refunded, (97, 0), 0));
        let whole = json!({ "id": "ch_1", "amount": 17_000, "amount_refunded": 17_000, "payment_intent": "pi_1" });
        webhook(world, "evt_1", "charge.refunded", whole).await;
        webhook(world, "evt_2", "refund.updated", refund_object(&order, 1, "succeeded")).await;
        assert_eq!((states(&line.org, &order).await, in_trouble(&line.org).await), (vec!["done".to_owned()], 0));

        for _ in 0..2 {
            webhook(world, "evt_3", "refund.failed", refund_object(&order, 1, "failed")).await;
        }
        assert_eq!((newest(&line.org).await.state, vip(&line.org).await), (OrderState::Paid, (99, 0)));
        assert_eq!((states(&line.org, &order).await, in_trouble(&line.org).await), (vec!["failed".to_owned()], 1));
        assert_eq!(left(&line.org, &order).await, 17_000);
        let waiting = crate::dashboard::dashboard(&line.org, world.now()).await.expect("read").attention;
        assert!(waiting.iter().any(|it| it.urgent && it.text.ends_with("could not be refunded")), "{waiting:?}");
        world.jobs().await;
        assert!(world.mail.taken().iter().any(|letter| letter.subject.ends_with("a refund failed")));

        refund(&line.org, &ann, order.id, None, "To another account").await.expect("asked for");
        world.jobs().await;
        assert_eq!((newest(&line.org).await.state, vip(&line.org).await), (OrderState::Refunded, (97, 0)));
        assert_eq!((states(&line.org, &order).await, in_trouble(&line.org).await), (vec!["failed".to_owned(), "done".to_owned()], 0));
    }

    async fn a_failure_that_is_told_before_the_answer_to_the_refund_counts(world: World) {
        let (line, order, ann) = bought(world).await;
        refund(&line.org, &ann, order.id, None, "").await.expect("asked for");
        let failed = PaymentFact::Refund {
            id: format!("re_{}:1", order.id),
            amount_minor: 17_000,
            state: crate::providers::payments::RefundState::Failed,
        };
        tell(world, &line.org, &order, "evt_1", &failed).await;
        world.jobs().await;

        assert_eq!((newest(&line.org).await.state, states(&line.org, &order).await), (OrderState::Paid, vec!["failed".to_owned()]));
    }

    async fn whoever_cannot_be_refunded_when_the_seats_are_sold_again_waits_for_a_person(world: World) {
        let (line, order, ann) = bought(world).await;
        refund(&line.org, &ann, order.id, None, "").await.expect("asked for");
        world.jobs().await;
        let tier = tiers::list(&line.org, order.event_id).await.expect("read").into_iter().find(|it| it.id == order.tier_id).expect("there");
        let full = model::TierForm { capacity: 97, ..tier.form };
        tiers::save(&line.org, &ann, order.event_id, Some(tier.id), &full).await.expect("saved");
        let texts = world.messages.taken().len();
        webhook(world, "evt_1", "refund.failed", refund_object(&order, 1, "failed")).await;
        world.jobs().await;

        assert_eq!((newest(&line.org).await.state, in_trouble(&line.org).await), (OrderState::Unfulfillable, 1));
        assert_eq!((world.payments.refunds().len(), world.messages.taken().len()), (1, texts), "a person decides what to do");
        let waiting = crate::dashboard::dashboard(&line.org, world.now()).await.expect("read").attention;
        assert!(waiting.iter().any(|it| it.urgent && it.text.ends_with("could not be refunded")), "{waiting:?}");
    }

    async fn what_was_given_back_at_the_provider_is_not_given_back_again(world: World) {
        let (line, order, ann) = bought(world).await;
        tell(world, &line.org, &order, "evt_1", &PaymentFact::Refunded { amount_refunded_minor: 8_500, of_minor: 17_000 }).await;
        let by_hand = json!({ "id": "re_by_hand", "amount": 8_500, "status": "pending", "payment_intent": "pi_1" });
        webhook(world, "evt_2", "refund.created", by_hand).await;
        assert_eq!((newest(&line.org).await.state, left(&line.org, &order).await), (OrderState::PartlyRefunded, 8_500));
        assert!(refund(&line.org, &ann, order.id, Some(8_501), "").await.is_err());
        refund(&line.org, &ann, order.id, None, "").await.expect("asked for");
        assert_eq!(left(&line.org, &order).await, 0);
        world.jobs().await;

        assert_eq!(world.payments.refunds().iter().map(|it| it.amount.minor).collect::<Vec<_>>(), [8_500]);
        assert_eq!(newest(&line.org).await.state, OrderState::Refunded);
        assert!(refund(&line.org, &ann, order.id, None, "").await.is_err());
    }

    async fn a_refund_of_a_payment_that_no_webhook_told_of_finds_its_order(world: World) {
        let (line, _) = ordered(world).await;
        world.jobs().await;
        let session = world.payments.pages().remove(0).0;
        world.payments.pay(&session);
        world.pass(TimeDelta::minutes(2));
        world.jobs().await;
        assert_eq!(newest(&line.org).await.state, OrderState::Paid);

        let payment = format!("pi_{session}");
        webhook(world, "evt_1", "charge.dispute.created", json!({ "id": "dp_1", "status": "needs_response", "payment_intent": payment })).await;
        assert_eq!(newest(&line.org).await.state, OrderState::Disputed);
        let charge = json!({ "id": "ch_1", "amount": 17_000, "amount_refunded": 17_000, "payment_intent": payment });
        webhook(world, "evt_2", "charge.refunded", charge).await;
        assert_eq!(newest(&line.org).await.state, OrderState::Refunded);
    }
}
