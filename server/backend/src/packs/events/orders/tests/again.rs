//! Stories of callers who ask for the same once more, change their mind, or want more than there is.

use super::*;
use crate::calls::{self, Finished};

async fn proposed(line: &mut Line) -> Value {
    let proposed = line.calls("purchase_tickets", two()).await;
    assert_eq!(proposed["status"], "proposed", "{proposed}");
    line.assistant(proposed["readBack"].as_str().expect("a sentence"));
    json!({ "proposalId": proposed["proposalId"] })
}

async fn wants(line: &mut Line, quantity: i64) -> Value {
    let wish = json!({ "eventId": "chowder on the bay", "ticketType": "vip", "quantity": quantity });
    line.calls("purchase_tickets", wish).await
}

engines! {
    async fn after_an_order_that_came_to_nothing_the_same_request_is_a_new_one(world: World) {
        let mut line = Line::open(world).await;
        let confirm = proposed(&mut line).await;
        line.caller("Yes.");
        let first = line.calls("confirm", confirm.clone()).await;
        assert_eq!(first["status"], "done", "{first}");
        world.jobs().await;
        world.pass(TimeDelta::minutes(60));
        world.jobs().await;
        assert_eq!((newest(&line.org).await.state, vip(&line.org).await), (OrderState::Expired, (97, 0)));

        let gone = line.calls("confirm", confirm).await;
        assert_eq!((&gone["status"], &gone["code"]), (&json!("refused"), &json!("gone")), "{gone}");
        let second = line.agrees_to("purchase_tickets", two()).await;
        assert_eq!(second["status"], "done", "{second}");
        assert_ne!(second["reference"], first["reference"]);
        assert_eq!((page(&line.org, &of(newest(&line.org).await.event_id)).await.expect("read").total, vip(&line.org).await), (2, (97, 2)));

        let order = newest(&line.org).await;
        tell(world, &line.org, &order, "e1", &PaymentFact::Failed).await;
        assert_eq!(line.calls("purchase_tickets", two()).await["status"], "proposed");
    }

    async fn whoever_asks_again_is_told_how_the_order_stands(world: World) {
        let (mut line, order) = ordered(world).await;
        let open = line.calls("purchase_tickets", two()).await;
        assert!(open["say"].as_str().is_some_and(|say| say.contains("the payment is not there yet")), "{open}");
        tell(world, &line.org, &order, "e1", &PaymentFact::Pending).await;
        let pending = line.calls("purchase_tickets", two()).await;
        assert!(pending["say"].as_str().is_some_and(|say| say.contains("on its way")), "{pending}");
        tell(world, &line.org, &order, "e2", &paid(17_000)).await;
        let done = line.calls("purchase_tickets", two()).await;
        assert_eq!((&done["status"], &done["reference"]), (&open["status"], &open["reference"]));
        let number = reference::spoken(&order.reference);
        assert!(done["say"].as_str().is_some_and(|say| say.contains("paid and booked") && say.contains(&number)), "{done}");
        assert_eq!(vip(&line.org).await, (99, 0));
    }

    async fn seats_are_free_again_as_soon_as_the_caller_says_no_and_a_yes_after_all_counts(world: World) {
        let mut line = Line::open(world).await;
        let confirm = proposed(&mut line).await;
        line.caller("No, thank you.");
        assert_eq!(line.calls("confirm", confirm.clone()).await["code"], "declined");
        assert_eq!(vip(&line.org).await, (97, 0));

        line.caller("Oh, yes please, do it.");
        assert_eq!(line.calls("confirm", confirm).await["status"], "done");
        assert_eq!(vip(&line.org).await, (97, 2));
    }

    async fn an_offer_that_was_declined_keeps_seats_when_it_is_made_again(world: World) {
        let mut line = Line::open(world).await;
        let confirm = proposed(&mut line).await;
        line.caller("No.");
        line.calls("confirm", confirm).await;
        proposed(&mut line).await;
        assert_eq!(vip(&line.org).await, (97, 2));
    }

    async fn seats_are_free_again_when_the_caller_hangs_up(world: World) {
        let mut line = Line::open(world).await;
        proposed(&mut line).await;
        let finished = Finished {
            status: model::CallStatus::Completed,
            outcome: None,
            reason: "caller_hung_up".into(),
            ended_at: world.now(),
            duration_ms: 60_000,
            summary: String::new(),
        };
        assert!(calls::finish(&line.org, line.call, &finished).await.expect("finished"));
        assert_eq!(vip(&line.org).await, (97, 2));
        world.jobs().await;

        assert_eq!(vip(&line.org).await, (97, 0));
    }

    async fn ten_tickets_are_the_most_of_all_orders_of_a_call(world: World) {
        let mut line = Line::open(world).await;
        let six = json!({ "eventId": "chowder on the bay", "ticketType": "vip", "quantity": 6 });
        line.agrees_to("purchase_tickets", six.clone()).await;
        let first = newest(&line.org).await;
        let more = wants(&mut line, 5).await;
        assert_eq!((&more["code"], &more["most"]), (&json!("quantity"), &json!(4)), "{more}");
        assert!(more["say"].as_str().is_some_and(|say| say.contains("six tickets") && say.contains("only four more")), "{more}");
        assert_eq!(line.calls("purchase_tickets", six).await["status"], "done", "the same is no second order");

        // A larger offer that was made before the first order was placed is not taken either.
        let mut other = Line::to(&line.org).await;
        let five = wants(&mut other, 5).await;
        other.assistant(five["readBack"].as_str().expect("a sentence"));
        other.caller("Yes.");
        let sql = sql!("update ticket_orders set call_id = $2 where org_id = $1");
        other.org.run(sql, args![other.call]).await.expect("written");
        assert_eq!(other.calls("confirm", json!({ "proposalId": five["proposalId"] })).await["code"], "quantity");

        let sql = sql!("update ticket_orders set call_id = $2 where org_id = $1");
        line.org.run(sql, args![line.call]).await.expect("written");
        tell(world, &line.org, &first, "e1", &PaymentFact::Expired).await;
        assert_eq!(wants(&mut line, 10).await["status"], "proposed");
    }

    async fn tickets_of_an_event_that_staff_took_away_before_the_yes_are_not_sold(world: World) {
        let mut line = Line::open(world).await;
        let (event, ann) = (chowder(&line.org).await, owner(world, &line.org).await);
        let confirm = proposed(&mut line).await;
        line.caller("Yes.");
        events::delete(&line.org, &ann, event.id).await.expect("deleted");
        let told = line.calls("confirm", confirm.clone()).await;
        assert_eq!(told["code"], "not_on_sale", "{told}");
        events::restore(&line.org, &ann, event.id).await.expect("restored");
        let mut form = events::get(&line.org, event.id).await.expect("read").expect("there").form;
        form.active = false;
        events::save(&line.org, &ann, Some(event.id), &form).await.expect("saved");
        assert_eq!(line.calls("confirm", confirm.clone()).await["code"], "not_on_sale");
        form.active = true;
        form.version += 1;
        events::save(&line.org, &ann, Some(event.id), &form).await.expect("saved");
        assert_eq!(line.calls("confirm", confirm).await["status"], "done");

        let tier = event.tiers.iter().find(|tier| tier.kind == "VIP").expect("there").id;
        let mut tx = line.org.begin().await.expect("begun");
        assert!(seats::hold(&mut tx, tier, 1, event.ends_at - TimeDelta::seconds(1)).await.expect("asked"));
        assert!(!seats::hold(&mut tx, tier, 1, event.ends_at).await.expect("asked"), "it is over");
    }

    async fn on_the_day_of_the_event_another_kind_is_offered_at_the_gate_price(world: World) {
        let mut line = Line::open(world).await;
        let all = store::events(&line.org).await.expect("read");
        let broth = all.iter().find(|event| event.title == "East Bay Broth Battle").expect("there");
        world.pass(broth.starts_at - world.now() - TimeDelta::hours(1));

        let told = line.calls("purchase_tickets", json!({ "eventId": broth.id, "ticketType": "VIP", "quantity": 2 })).await;

        assert_eq!(told["code"], "sold_out", "{told}");
        assert!(told["say"].as_str().is_some_and(|say| say.contains("general admission for forty dollars")), "{told}");
    }
}
