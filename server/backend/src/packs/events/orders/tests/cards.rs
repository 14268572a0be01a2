//! Stories of cards that callers saved.

use serde_json::Value;

use super::*;
use crate::{
    jobs::{self, open_checkout::OpenCheckout},
    packs::events::cards,
    payments,
    providers::payments::SavedCard,
};

fn visa() -> SavedCard {
    SavedCard { payment_method: "pm_visa".into(), brand: "visa".into(), last4: "4242".into() }
}

/// As the test provider names cards that are declined, and that need their owner.
fn card(payment_method: &str) -> SavedCard {
    SavedCard { payment_method: payment_method.into(), ..visa() }
}

fn with_card() -> Value {
    json!({ "eventId": "chowder on the bay", "ticketType": "vip", "quantity": 2, "payWith": "saved_card" })
}

/// A caller who bought two tickets with the box ticked, and calls again.
async fn regular(world: &World, card: SavedCard) -> Line {
    let line = Line::open(world).await;
    pays_and_saves(world, &line.org, card).await;
    Line::to(&line.org).await
}

/// The same number buys two tickets on a call of its own, and pays with the box ticked.
async fn pays_and_saves(world: &World, org: &Org, card: SavedCard) {
    let mut line = Line::to(org).await;
    line.agrees_to("purchase_tickets", two()).await;
    world.jobs().await;
    let page = newest(org).await.checkout_id.expect("a page");
    world.payments.pay_and_save(&page, card);
    world.pass(TimeDelta::minutes(2));
    world.jobs().await;
}

/// The card that the model may offer this caller.
async fn offered(line: &mut Line) -> Value {
    line.calls("get_ticket_pricing", json!({ "eventId": "chowder on the bay" })).await["savedCard"].clone()
}

fn count_of(texts: &[String], part: &str) -> usize {
    texts.iter().filter(|text| text.contains(part)).count()
}

async fn written(line: &Line) -> String {
    let sql = sql!("select cast(quote as text) from proposals where org_id = $1");
    line.org.all::<(String,)>(sql, args![]).await.expect("read").into_iter().map(|(quote,)| quote).collect()
}

engines! {
    async fn a_card_is_saved_by_those_who_tick_the_box(world: World) {
        let (mut line, _) = ordered(world).await;
        world.jobs().await;
        world.payments.pay(&world.payments.pages()[0].0);
        world.pass(TimeDelta::minutes(2));
        world.jobs().await;
        assert_eq!((newest(&line.org).await.state, offered(&mut line).await), (OrderState::Paid, Value::Null));

        let mut again = Line::to(&line.org).await;
        again.agrees_to("purchase_tickets", two()).await;
        world.jobs().await;
        let order = newest(&line.org).await;
        let page = order.checkout_id.expect("a page");
        world.payments.pay_and_save(&page, visa());
        let session = json!({
            "id": page, "payment_status": "paid", "amount_total": 17_000, "currency": "usd", "payment_intent": "pi_7",
            "client_reference_id": order.id, "customer": format!("cus_{page}"),
        });
        let event = json!({ "id": "evt_1", "type": "checkout.session.completed", "livemode": false, "data": { "object": session } });
        for _ in 0..2 {
            payments::store(&world.backend, event.to_string().as_bytes()).await.expect("stored");
            world.jobs().await;
        }
        assert_eq!(offered(&mut line).await, "Visa ending in 4242");

        let mut third = Line::to(&line.org).await;
        third.agrees_to("purchase_tickets", two()).await;
        world.jobs().await;
        let newest = newest(&line.org).await.id;
        let pages = world.payments.pages();
        let (_, page_of_a_regular) = pages.iter().find(|(_, page)| page.order == newest).expect("a page");
        assert_eq!(page_of_a_regular.customer.as_deref(), Some(format!("cus_{page}").as_str()));
    }

    async fn a_saved_card_is_charged_when_its_owner_heard_which_one_and_said_yes(world: World) {
        let mut line = regular(world, visa()).await;
        let (_seat, mut commands) = world.backend.running().enter(line.org.id(), line.call);
        let before = (world.messages.taken().len(), vip(&line.org).await);
        let proposed = line.calls("purchase_tickets", with_card()).await;
        assert_eq!(
            proposed["readBack"],
            "Two VIP tickets for the Chowder on the Bay on Saturday, December fifth, at eighty-five dollars each, one hundred and \
             seventy dollars in all, charged to your Visa ending in 4 2 4 2. Shall I go ahead?"
        );
        let confirm = json!({ "proposalId": proposed["proposalId"] });
        line.assistant("Two VIP tickets for the Chowder on the Bay, December 5th, at $85 each, $170 in all. Shall I go ahead?");
        line.caller("Yes.");
        assert_eq!(line.calls("confirm", confirm.clone()).await["code"], "not_heard", "nobody said whose card");
        line.assistant(proposed["readBack"].as_str().expect("a sentence"));
        line.caller("Yes.");
        let done = line.calls("confirm", confirm.clone()).await;
        assert_eq!(
            done["say"],
            "The seats are kept for you. I am charging one hundred and seventy dollars to your Visa ending in 4 2 4 2 now, and I tell \
             you as soon as it went through."
        );
        assert_eq!(line.calls("confirm", confirm).await, done);
        assert_eq!(line.calls("purchase_tickets", two()).await, done, "the same tickets are not bought twice, however they are paid");

        for _ in 0..2 {
            let mut tx = line.org.begin().await.expect("begun");
            let order = newest(&line.org).await.id;
            jobs::put(&mut tx, &OpenCheckout { order }, &order.to_string(), world.now()).await.expect("put");
            tx.commit().await.expect("committed");
            world.jobs().await;
        }
        let order = newest(&line.org).await;
        assert_eq!((order.state, order.checkout_id, vip(&line.org).await), (OrderState::Paid, None, (before.1.0 + 2, 0)));
        let charges = world.payments.charges();
        assert_eq!(charges.len(), 1);
        assert_eq!((charges[0].payment_method.as_str(), charges[0].amount.minor), ("pm_visa", 17_000));
        assert!(charges[0].customer.is_some());
        let said = told(&mut commands);
        assert_eq!((said.len(), count_of(&said, "Payment received: one hundred and seventy dollars.")), (1, 1), "{said:?}");
        let texts: Vec<String> = world.messages.taken().into_iter().skip(before.0).map(|text| text.body).collect();
        assert_eq!((texts.len(), count_of(&texts, "Confirmation number"), count_of(&texts, "/p/")), (1, 1, 0), "{texts:?}");
        let quotes = written(&line).await;
        for inside in [proposed.to_string(), done.to_string(), quotes] {
            assert!(!inside.contains("pm_") && !inside.contains("cus_"), "{inside}");
        }
    }

    async fn nobody_else_has_the_card(world: World) {
        let mut line = regular(world, visa()).await;
        let owner = line.caller.clone();
        let other = world.org("others").await;
        assert!(cards::label(&line.org, owner.as_ref()).await.expect("read").is_some());
        assert_eq!(cards::label(&other, owner.as_ref()).await.expect("read"), None, "another organisation");
        let mut tx = other.begin().await.expect("begun");
        assert!(cards::of(&mut tx, owner.as_ref()).await.expect("read").is_none(), "another organisation");
        drop(tx);

        line.caller = Some("+13125550199".parse().expect("a number"));
        assert_eq!(offered(&mut line).await, Value::Null, "another number");
        let told = line.calls("purchase_tickets", with_card()).await;
        assert_eq!((&told["code"], &told["field"]), (&json!("no_saved_card"), &json!("payWith")), "{told}");
        assert!(told["say"].as_str().is_some_and(|say| say.ends_with("Would you like the link?")), "{told}");
        line.caller = None;
        assert_eq!(offered(&mut line).await, Value::Null, "a withheld number");
        assert_eq!(line.calls("purchase_tickets", with_card()).await["code"], "no_number");

        // What one number was offered, another cannot have.
        line.caller = owner;
        let proposed = line.calls("purchase_tickets", with_card()).await;
        line.assistant(proposed["readBack"].as_str().expect("a sentence"));
        line.caller("Yes.");
        line.caller = Some("+13125550199".parse().expect("a number"));
        let refused = line.calls("confirm", json!({ "proposalId": proposed["proposalId"] })).await;
        assert_eq!(refused["code"], "no_saved_card", "{refused}");
        world.jobs().await;
        assert_eq!(world.payments.charges(), []);
    }

    async fn another_card_than_the_one_that_was_read_back_is_not_charged(world: World) {
        let mut line = regular(world, visa()).await;
        let proposed = line.calls("purchase_tickets", with_card()).await;
        pays_and_saves(world, &line.org, SavedCard { last4: "0005".into(), brand: "amex".into(), ..visa() }).await;
        line.assistant(proposed["readBack"].as_str().expect("a sentence"));
        line.caller("Yes.");

        let refused = line.calls("confirm", json!({ "proposalId": proposed["proposalId"] })).await;

        assert_eq!(refused["code"], "no_saved_card", "{refused}");
        assert_eq!(offered(&mut line).await, "American Express ending in 0005");
    }

    async fn a_card_that_cannot_be_charged_is_paid_for_on_a_page(world: World) {
        let org = Line::open(world).await.org;
        for (stored, says, stays) in [
            ("pm_card_chargeDeclined", "Your saved card was declined", false),
            ("pm_card_authenticationRequired", "Your bank wants you to confirm", true),
            ("pm_gone", "can no longer be charged", false),
        ] {
            pays_and_saves(world, &org, card(stored)).await;
            let mut line = Line::to(&org).await;
            let (_seat, mut commands) = world.backend.running().enter(org.id(), line.call);
            line.agrees_to("purchase_tickets", with_card()).await;
            if stored == "pm_gone" {
                world.payments.remove_card(stored);
            }
            let before = world.messages.taken().len();
            world.jobs().await;

            let order = newest(&org).await;
            assert_eq!((order.state, order.checkout_url.is_some(), order.customer.is_some()), (OrderState::Open, true, stays), "{stored}");
            let texts: Vec<String> = world.messages.taken().into_iter().skip(before).map(|text| text.body).collect();
            assert_eq!((texts.len(), count_of(&texts, &format!("/p/{}", order.code))), (1, 1), "{texts:?}");
            let said = told(&mut commands);
            assert_eq!((said.len(), count_of(&said, says), count_of(&said, "I am texting you a link")), (1, 1, 1), "{said:?}");
            assert_eq!(offered(&mut line).await.is_string(), stays, "{stored}");

            // The provider tells of the charge that failed, too: that is not the end of an order with a page.
            let intent = json!({ "id": "pi_x", "status": "requires_payment_method", "metadata": { "order_id": order.id, "via": "stored" } });
            let kind = "payment_intent.payment_failed";
            let event = json!({ "id": stored, "type": kind, "livemode": false, "data": { "object": intent } });
            payments::store(&world.backend, event.to_string().as_bytes()).await.expect("stored");
            world.jobs().await;
            assert_eq!(newest(&org).await.state, OrderState::Open);
            world.payments.pay(&order.checkout_id.expect("a page"));
            world.pass(TimeDelta::minutes(2));
            world.jobs().await;
            assert_eq!(newest(&org).await.state, OrderState::Paid);
            assert_eq!(told(&mut commands).len(), 1);
            // One number gets only so many texts a day.
            world.pass(TimeDelta::days(1));
        }
    }

    async fn a_page_for_a_buyer_whom_the_provider_forgot_is_opened_as_for_a_stranger(world: World) {
        let mut line = regular(world, visa()).await;
        line.agrees_to("purchase_tickets", two()).await;
        world.payments.remove_card("pm_visa");
        world.jobs().await;

        let order = newest(&line.org).await;
        assert_eq!((order.checkout_url.is_some(), order.customer, order.attempt), (true, None, 2));
        assert_eq!(offered(&mut line).await, Value::Null);
    }
}
