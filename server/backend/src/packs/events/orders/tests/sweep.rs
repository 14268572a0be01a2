//! Stories of orders whose payment nobody can be asked for, or that take long.

use super::*;

/// Everything that was to look after an order is gone.
async fn forget_jobs(world: &World) {
    let system = world.backend.db().system("a test's loss");
    let sql = "delete from jobs where kind in ('open_checkout', 'watch_checkout', 'watch_charge')";
    system.run(sql, args![]).await.expect("deleted");
}

/// An order of one VIP ticket that is charged to what is stored.
async fn charged(world: &World, stored: &str) -> (Line, Order) {
    let line = Line::open(world).await;
    let event = chowder(&line.org).await;
    let tier = event.tiers.iter().find(|tier| tier.kind == "VIP").expect("there");
    let mut tx = line.org.begin().await.expect("begun");
    assert!(seats::hold(&mut tx, tier.id, 1, world.now()).await.expect("kept"));
    let new = NewOrder {
        event_id: event.id,
        tier_id: tier.id,
        call_id: Some(line.call),
        phone: line.caller.clone(),
        quantity: 1,
        unit: tier.price,
        payment_method: Some(stored.into()),
        customer: None,
    };
    let order = place(&mut tx, world.now(), &new).await.expect("placed");
    tx.commit().await.expect("committed");
    world.jobs().await;
    (line, order)
}

engines! {
    async fn seats_are_free_in_the_end_though_the_provider_no_longer_knows_the_page(world: World) {
        let (line, _) = ordered(world).await;
        world.jobs().await;
        world.payments.forget_pages();
        world.pass(TimeDelta::minutes(30));
        world.jobs().await;
        assert_eq!((newest(&line.org).await.state, vip(&line.org).await), (OrderState::Open, (97, 2)), "it may be known again");
        world.pass(TimeDelta::minutes(60));
        world.jobs().await;

        assert_eq!((newest(&line.org).await.state, vip(&line.org).await), (OrderState::Expired, (97, 0)));
    }

    async fn an_order_that_nothing_looks_after_is_found_and_closed(world: World) {
        let (line, order) = ordered(world).await;
        world.jobs().await;
        forget_jobs(world).await;
        world.pass(TimeDelta::minutes(20));
        world.jobs().await;
        assert_eq!(newest(&line.org).await.state, OrderState::Open, "its time has not come");
        world.pass(TimeDelta::minutes(40));
        world.jobs().await;
        world.jobs().await;
        assert_eq!((newest(&line.org).await.state, vip(&line.org).await), (OrderState::Expired, (97, 0)));

        // One for which no page was ever opened.
        let mut other = Line::to(&line.org).await;
        other.agrees_to("purchase_tickets", two()).await;
        forget_jobs(world).await;
        world.pass(TimeDelta::minutes(60));
        world.jobs().await;
        world.jobs().await;
        let newest = newest(&line.org).await;
        assert!(newest.id != order.id && newest.checkout_id.is_none());
        assert_eq!((newest.state, vip(&line.org).await), (OrderState::Expired, (97, 0)));
    }

    async fn nobody_pays_for_an_event_that_was_taken_away(world: World) {
        let (line, order) = ordered(world).await;
        world.jobs().await;
        let ann = owner(world, &line.org).await;
        events::delete(&line.org, &ann, order.event_id).await.expect("deleted");
        world.pass(TimeDelta::minutes(1));
        world.jobs().await;
        world.jobs().await;

        assert_eq!(get(&line.org, order.id).await.expect("read").expect("there").state, OrderState::Expired);
        let page = world.backend.providers().payments.checkout(&world.payments.pages()[0].0).await;
        assert_eq!(page, Ok(crate::providers::payments::CheckoutState::Expired));
    }

    async fn a_charge_that_takes_longer_is_asked_for_until_it_has_arrived(world: World) {
        let (line, order) = charged(world, "pm_processing").await;
        assert_eq!(newest(&line.org).await.state, OrderState::Pending);
        world.payments.settle(order.id, true);
        world.pass(TimeDelta::minutes(2));
        world.jobs().await;
        assert_eq!((newest(&line.org).await.state, vip(&line.org).await), (OrderState::Paid, (98, 0)));

        let payment = format!("pi_{}:1", order.id);
        let charge = json!({ "id": "ch_1", "amount": 8_500, "amount_refunded": 8_500, "payment_intent": payment });
        webhook(world, "evt_1", "charge.refunded", charge).await;
        assert_eq!(newest(&line.org).await.state, OrderState::Refunded);
    }

    async fn a_charge_that_takes_longer_and_fails_ends_the_order(world: World) {
        let (line, order) = charged(world, "pm_processing").await;
        forget_jobs(world).await;
        world.payments.settle(order.id, false);
        world.pass(TimeDelta::minutes(60));
        world.jobs().await;
        world.jobs().await;
        assert_eq!((newest(&line.org).await.state, vip(&line.org).await), (OrderState::Failed, (97, 0)));
    }

    async fn a_charge_that_is_never_heard_of_again_ends_after_two_weeks(world: World) {
        let (line, _) = charged(world, "pm_processing").await;
        world.pass(TimeDelta::days(13));
        world.jobs().await;
        assert_eq!(newest(&line.org).await.state, OrderState::Pending);
        world.pass(TimeDelta::days(2));
        world.jobs().await;
        assert_eq!((newest(&line.org).await.state, vip(&line.org).await), (OrderState::Failed, (97, 0)));
    }
}
