//! Stories of tickets.

mod again;
mod cards;
mod hostile;
mod races;
mod refunds;
mod sweep;
mod texts;

use model::{Member, Role, SaleFilter};
use serde_json::{Value, json};

use super::*;
use crate::{
    engines,
    packs::events::{
        manage::{events, people, tiers},
        store::{self, Event},
    },
    providers::payments::{PaymentError, PaymentFact},
    running::Command,
    testing::World,
    writes::tests::Line,
};

/// The next event of the Soup Cookoff, Chowder on the Bay: 120 VIP seats at $85, 97 sold.
async fn chowder(org: &Org) -> Event {
    store::events(org)
        .await
        .expect("read")
        .into_iter()
        .find(|event| event.title == "Chowder on the Bay")
        .expect("there")
}

/// Sold and held of its VIP tickets.
async fn vip(org: &Org) -> (i64, i64) {
    let event = chowder(org).await;
    let tiers = tiers::list(org, event.id).await.expect("read");
    let vip = tiers.into_iter().find(|tier| tier.form.kind == "VIP").expect("there");
    assert!(vip.left >= 0, "more are sold than there are");
    (vip.sold, vip.held)
}

fn two() -> Value {
    json!({ "eventId": "chowder on the bay", "ticketType": "vip", "quantity": 2 })
}

fn paid(minor: i64) -> PaymentFact {
    PaymentFact::Paid {
        session: None,
        payment_intent: Some("pi_1".into()),
        amount_minor: minor,
        currency: "usd".into(),
        email: Some("priya@lumen.example".into()),
        customer: None,
    }
}

/// An order of two VIP tickets, placed on a call.
async fn ordered(world: &World) -> (Line, Order) {
    let mut line = Line::open(world).await;
    let done = line.agrees_to("purchase_tickets", two()).await;
    assert_eq!(done["status"], "done", "{done}");
    let order = newest(&line.org).await;
    (line, order)
}

async fn newest(org: &Org) -> Order {
    let all = page(org, &SaleFilter { limit: 1, ..SaleFilter::default() }).await.expect("read");
    let sale = all.sales.into_iter().next().expect("there is one");
    get(org, sale.id).await.expect("read").expect("there")
}

/// Every sale of an event.
fn of(event: EventId) -> SaleFilter {
    SaleFilter { event: Some(event), limit: 1_000, ..SaleFilter::default() }
}

async fn tell(world: &World, org: &Org, order: &Order, key: &str, fact: &PaymentFact) -> OrderState {
    learn(&world.backend, org, order.id, key, fact).await.expect("learned")
}

/// What the caller on the line is told.
fn told(commands: &mut tokio::sync::mpsc::Receiver<Command>) -> Vec<String> {
    let mut texts = Vec::new();
    while let Ok(Command::Inform { text, .. }) = commands.try_recv() {
        texts.push(text);
    }
    texts
}

/// The payment provider tells something, signed and stored.
async fn webhook(world: &World, id: &str, kind: &str, object: Value) {
    let event = json!({ "id": id, "type": kind, "livemode": false, "data": { "object": object } });
    crate::payments::store(&world.backend, event.to_string().as_bytes()).await.expect("stored");
    world.jobs().await;
}

async fn owner(world: &World, org: &Org) -> Member {
    world.member(org, Role::Owner).await
}

engines! {
    async fn two_tickets_from_the_wish_to_the_calendar_file(world: World) {
        let mut line = Line::open(world).await;
        let proposed = line.calls("purchase_tickets", two()).await;
        assert_eq!(
            proposed["readBack"],
            "Two VIP tickets for the Chowder on the Bay on Saturday, December fifth, at eighty-five dollars each, one hundred and \
             seventy dollars in all. I text you a link to pay. Shall I go ahead?"
        );
        assert_eq!(vip(&line.org).await, (97, 2), "the seats are kept while the caller decides");
        line.assistant("So that is 2 VIP tickets for Chowder on the Bay, December 5th, $85 each, $170 in all. All right?");
        line.caller("Yes, go ahead.");
        let done = line.calls("confirm", json!({ "proposalId": proposed["proposalId"] })).await;
        assert_eq!(done["status"], "done", "{done}");
        assert_eq!(vip(&line.org).await, (97, 2));

        world.jobs().await;
        let order = newest(&line.org).await;
        let (id, page) = world.payments.pages().remove(0);
        assert_eq!((page.quantity, page.unit.minor, page.title.as_str()), (2, 8_500, "Chowder on the Bay, VIP"));
        assert_eq!(order.checkout_id.as_deref(), Some(id.as_str()));
        let texts = world.messages.taken();
        assert_eq!(texts.len(), 1);
        assert!(texts[0].body.ends_with(&format!("Pay $170.00 within 30 minutes: https://aida.test/p/{}", order.code)), "{:?}", texts[0].body);
        let (org, linked) = by_code(&world.backend, &order.code).await.expect("read").expect("there");
        assert_eq!((org.id(), linked.id), (line.org.id(), order.id));

        let state = tell(world, &line.org, &order, "evt_1", &paid(17_000)).await;
        assert_eq!(tell(world, &line.org, &order, "evt_1", &paid(17_000)).await, state, "told twice");
        world.jobs().await;
        assert_eq!((state, vip(&line.org).await), (OrderState::Paid, (99, 0)));
        let texts = world.messages.taken();
        assert_eq!(texts.len(), 2, "one link, one confirmation");
        let number = reference::written(&order.reference);
        assert!(texts[1].body.contains(&format!("Confirmation number {number}")), "{:?}", texts[1].body);
        let letters = world.mail.taken();
        assert_eq!(letters.len(), 1);
        let file = letters[0].attachment.as_ref().expect("a calendar file");
        assert!(file.content.contains("DTSTART:20261205T190000Z\r\n") && file.content.contains("LOCATION:Pier 27\\, 1 The"), "{}", file.content);
        let sale = detail(&line.org, order.id).await.expect("read").expect("there");
        assert_eq!((sale.sale.state, sale.history.len()), (OrderState::Paid, 1));
        assert_eq!(of_call(&line.org, line.call).await.expect("read"), [sale.sale]);
    }

    async fn a_wish_that_cannot_be_met_is_answered_with_what_helps(world: World) {
        let mut line = Line::open(world).await;
        let id = chowder(&line.org).await.id;
        for (event, kind, quantity, code, helps) in [
            ("no such thing at all", "VIP", json!(2), "unknown_event", "Coming up next"),
            ("East Bay Broth Battle", "VIP", json!(2), "sold_out", "still general admission for thirty dollars"),
            ("East Bay Broth Battle", "GA", json!(10), "", ""),
            (&id.to_string(), "VIP", json!(0), "quantity", "How many"),
            (&id.to_string(), "VIP", json!(-1), "quantity", "How many"),
            (&id.to_string(), "VIP", json!(1_000), "quantity", "up to ten"),
            (&id.to_string(), "backstage", json!(1), "unknown_ticket_type", "there are general admission and VIP tickets"),
            (&id.to_string(), "VIP", json!(2.5), "invalid_arguments", "once more"),
            ("harvest cookoff", "VIP", json!(1), "past_event", "is over"),
        ] {
            let told = line.calls("purchase_tickets", json!({ "eventId": event, "ticketType": kind, "quantity": quantity })).await;
            let say = told["say"].as_str().expect("a sentence");
            assert_eq!(told["code"].as_str().unwrap_or_default(), code, "{told}");
            assert!(say.contains(helps), "{say}");
        }
        assert_eq!(vip(&line.org).await, (97, 0));
        line.caller = None;
        let withheld = line.calls("purchase_tickets", two()).await;
        assert_eq!(withheld["code"], "no_number");
    }

    async fn on_the_day_of_the_event_the_gate_price_is_asked(world: World) {
        let mut line = Line::open(world).await;
        // Fourteen days and a little later it is the fifth of December in San Francisco; in London it has been for hours before.
        world.pass(TimeDelta::days(14) + TimeDelta::hours(12));
        let before = line.calls("purchase_tickets", two()).await;
        assert!(before["readBack"].as_str().expect("a sentence").contains("eighty-five dollars each"), "{before}");
        world.pass(TimeDelta::hours(2));
        let on_the_day = line.calls("purchase_tickets", two()).await;
        assert!(on_the_day["readBack"].as_str().expect("a sentence").contains("one hundred dollars each"), "{on_the_day}");
        assert_eq!(vip(&line.org).await, (97, 2), "the older offer gave its seats back");
    }

    async fn seats_come_back_from_callers_who_do_not_decide_and_buyers_who_do_not_pay(world: World) {
        let mut line = Line::open(world).await;
        line.calls("purchase_tickets", two()).await;
        assert_eq!(vip(&line.org).await, (97, 2));
        world.pass(TimeDelta::minutes(11));
        world.jobs().await;
        assert_eq!(vip(&line.org).await, (97, 0));

        line.agrees_to("purchase_tickets", two()).await;
        world.jobs().await;
        world.pass(TimeDelta::minutes(20));
        world.jobs().await;
        assert_eq!(vip(&line.org).await, (97, 2));
        world.pass(TimeDelta::minutes(40));
        world.jobs().await;
        assert_eq!((vip(&line.org).await, newest(&line.org).await.state), ((97, 0), OrderState::Expired));
    }

    async fn a_payment_of_which_no_webhook_tells_is_found_by_asking(world: World) {
        let (line, _) = ordered(world).await;
        world.jobs().await;
        world.payments.pay(&world.payments.pages()[0].0);
        world.pass(TimeDelta::minutes(2));
        world.jobs().await;

        assert_eq!((newest(&line.org).await.state, vip(&line.org).await), (OrderState::Paid, (99, 0)));
    }

    async fn a_provider_that_is_away_is_asked_again_and_the_link_waits(world: World) {
        let (line, _) = ordered(world).await;
        world.payments.fail_with(Some(PaymentError::Unreachable));
        world.jobs().await;
        assert_eq!(newest(&line.org).await.checkout_url, None);
        world.payments.fail_with(None);
        world.pass(TimeDelta::minutes(3));
        world.jobs().await;

        assert!(newest(&line.org).await.checkout_url.is_some());
        assert_eq!(world.payments.pages().len(), 1);
    }

    async fn who_pays_too_late_gets_seats_that_are_free_again_or_the_money(world: World) {
        let (line, order) = ordered(world).await;
        tell(world, &line.org, &order, "e1", &PaymentFact::Expired).await;
        assert_eq!(vip(&line.org).await, (97, 0));
        assert_eq!(tell(world, &line.org, &order, "e2", &paid(17_000)).await, OrderState::Paid);
        assert_eq!(vip(&line.org).await, (99, 0), "there were seats");

        let mut late = Line::to(&line.org).await;
        late.agrees_to("purchase_tickets", two()).await;
        let order = newest(&line.org).await;
        tell(world, &line.org, &order, "e1", &PaymentFact::Expired).await;
        let event = chowder(&line.org).await;
        let ann = owner(world, &line.org).await;
        let tier = tiers::list(&line.org, event.id).await.expect("read").into_iter().find(|it| it.form.kind == "VIP").expect("there");
        let full = model::TierForm { capacity: 99, ..tier.form };
        tiers::save(&line.org, &ann, event.id, Some(tier.id), &full).await.expect("saved");
        assert_eq!(tell(world, &line.org, &order, "e2", &paid(17_000)).await, OrderState::Unfulfillable);
        assert_eq!(vip(&line.org).await, (99, 0), "nobody is sold what is not there");
        world.jobs().await;
        assert_eq!(world.payments.refunds().len(), 1);
        assert_eq!(newest(&line.org).await.state, OrderState::Refunded);
        assert!(world.mail.taken().iter().any(|letter| letter.subject.contains("no seats were left")), "a person is told");
    }

    async fn money_goes_back_once_and_never_more_than_came(world: World) {
        let (line, order) = ordered(world).await;
        let ann = owner(world, &line.org).await;
        assert!(refund(&line.org, &ann, order.id, None, "").await.is_err(), "nothing was paid");
        tell(world, &line.org, &order, "e1", &paid(17_000)).await;
        assert!(refund(&line.org, &ann, order.id, Some(17_001), "").await.is_err());
        assert!(refund(&line.org, &ann, order.id, Some(0), "").await.is_err());
        refund(&line.org, &ann, order.id, Some(8_500), "One is ill").await.expect("asked for");
        assert!(refund(&line.org, &ann, order.id, Some(8_501), "").await.is_err(), "half of it is on its way");
        world.jobs().await;
        assert_eq!((newest(&line.org).await.state, vip(&line.org).await), (OrderState::PartlyRefunded, (99, 0)));
        refund(&line.org, &ann, order.id, None, "So is the other").await.expect("asked for");
        world.jobs().await;
        assert_eq!((newest(&line.org).await.state, vip(&line.org).await), (OrderState::Refunded, (97, 0)));
        assert_eq!(world.payments.refunds().iter().map(|it| it.amount.minor).sum::<i64>(), 17_000);
        let whole = detail(&line.org, order.id).await.expect("read").expect("there");
        assert_eq!(whole.refunds.iter().map(|it| it.state.as_str()).collect::<Vec<_>>(), ["done", "done"]);

        let clerk = world.member(&line.org, Role::FrontDesk).await;
        assert!(matches!(refund(&line.org, &clerk, order.id, None, "").await, Err(crate::error::Error::Forbidden(_))));
        let other = world.org("others").await;
        assert!(matches!(refund(&other, &ann, order.id, None, "").await, Err(crate::error::Error::NotFound)));
    }

    async fn a_confirmation_is_sent_again_when_staff_want_it(world: World) {
        let (line, order) = ordered(world).await;
        let ann = owner(world, &line.org).await;
        assert!(resend(&line.org, &ann, order.id).await.is_err(), "it is not paid");
        tell(world, &line.org, &order, "e1", &paid(17_000)).await;
        world.jobs().await;
        let before = world.messages.taken().len();
        world.pass(TimeDelta::minutes(1));
        resend(&line.org, &ann, order.id).await.expect("sent");
        world.jobs().await;

        assert_eq!((world.messages.taken().len(), world.mail.taken().len()), (before + 1, 2));
    }

    async fn a_stored_payment_is_charged_and_one_that_is_declined_is_paid_on_a_page(world: World) {
        let line = Line::open(world).await;
        let event = chowder(&line.org).await;
        let tier = event.tiers.iter().find(|tier| tier.kind == "VIP").expect("there");
        for (stored, state) in [("pm_card_visa", OrderState::Paid), ("pm_card_chargeDeclined", OrderState::Open)] {
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
            place(&mut tx, world.now(), &new).await.expect("placed");
            tx.commit().await.expect("committed");
            world.jobs().await;
            world.jobs().await;
            let order = newest(&line.org).await;
            assert_eq!((order.state, order.checkout_url.is_some()), (state, state == OrderState::Open), "{stored}");
            world.pass(TimeDelta::seconds(1));
        }
        assert_eq!(vip(&line.org).await, (98, 1));
        assert!(world.messages.taken().iter().any(|text| text.body.contains("/p/")), "the link came by text after all");
    }

    async fn every_order_of_the_facts_ends_with_the_same_state_and_seats(world: World) {
        let line = Line::open(world).await;
        let event = chowder(&line.org).await;
        let tier = event.tiers.iter().find(|tier| tier.kind == "GA").expect("there");
        let half = PaymentFact::Refunded { amount_refunded_minor: tier.price.minor / 2, of_minor: tier.price.minor };
        let facts = [PaymentFact::Expired, paid(tier.price.minor), half, PaymentFact::Disputed];
        for order_of in orders_of_four() {
            let mut tx = line.org.begin().await.expect("begun");
            assert!(seats::hold(&mut tx, tier.id, 1, world.now()).await.expect("kept"));
            let new = NewOrder {
                event_id: event.id,
                tier_id: tier.id,
                call_id: None,
                phone: None,
                quantity: 1,
                unit: tier.price,
                payment_method: None,
                customer: None,
            };
            let order = place(&mut tx, world.now(), &new).await.expect("placed");
            tx.commit().await.expect("committed");
            for at in order_of {
                tell(world, &line.org, &order, &format!("e{at}"), &facts[at]).await;
            }
            let order = get(&line.org, order.id).await.expect("read").expect("there");
            assert_eq!((order.state, order.seats), (OrderState::Disputed, Seats::Sold), "{order_of:?}");
        }
        let ga = tiers::list(&line.org, event.id).await.expect("read").into_iter().find(|it| it.id == tier.id).expect("there");
        assert_eq!((ga.sold, ga.held), (612 + 24, 0));
    }

    async fn an_event_that_was_taken_away_is_not_sold_and_its_orders_stay(world: World) {
        let (mut line, order) = ordered(world).await;
        let ann = owner(world, &line.org).await;
        events::delete(&line.org, &ann, order.event_id).await.expect("deleted");

        let wish = json!({ "eventId": order.event_id, "ticketType": "VIP", "quantity": 2 });
        assert_eq!(line.calls("purchase_tickets", wish).await["code"], "unknown_event");
        assert_eq!(tell(world, &line.org, &order, "e1", &paid(17_000)).await, OrderState::Paid);
    }

    async fn sales_are_found_by_event_and_state_and_a_change_shows(world: World) {
        let (line, order) = ordered(world).await;
        let mark = changed(&line.org).await.expect("read");
        assert_eq!(changed(&line.org).await.expect("read"), mark, "nothing has happened");
        let with = |state, trouble| SaleFilter { state, trouble, ..of(order.event_id) };
        let count = async |filter: SaleFilter| page(&line.org, &filter).await.expect("read").total;
        assert_eq!((count(with(Some(OrderState::Open), false)).await, count(with(Some(OrderState::Paid), false)).await), (1, 0));

        tell(world, &line.org, &order, "evt_1", &paid(17_000)).await;
        assert_ne!(changed(&line.org).await.expect("read"), mark);
        assert_eq!((count(with(Some(OrderState::Paid), false)).await, count(with(None, true)).await), (1, 0));
        tell(world, &line.org, &order, "evt_2", &PaymentFact::Disputed).await;
        assert_eq!(count(with(None, true)).await, 1, "a person has to look");
        let waiting = crate::dashboard::dashboard(&line.org, world.now()).await.expect("read").attention;
        let said = format!("Order {} over $170.00 is disputed at the buyer's bank", reference::written(&order.reference));
        assert!(waiting.iter().any(|it| it.text == said && it.href.ends_with(&order.id.to_string())), "{waiting:?}");
        assert_eq!(count(of(EventId::new())).await, 0);
        let other = world.org("others").await;
        assert_eq!(page(&other, &of(order.event_id)).await.expect("read").sales, []);
    }

    async fn callers_are_told_who_cooks(world: World) {
        let mut line = Line::open(world).await;
        let (event, ann) = (chowder(&line.org).await, owner(world, &line.org).await);
        let chef = model::ChefForm { name: "Ana Ruiz".into(), restaurant: "Casa Ruiz".into(), dish: "Caldo".into(), version: 0 };
        people::save_chef(&line.org, &ann, event.id, None, &chef).await.expect("saved");

        let told = line.calls("get_event_details", json!({ "eventId": event.id })).await;

        assert_eq!(told["chefs"], json!([{ "name": "Ana Ruiz", "restaurant": "Casa Ruiz", "dish": "Caldo" }]));
    }
}

/// Every order of four things.
fn orders_of_four() -> Vec<[usize; 4]> {
    let mut all = Vec::new();
    for n in 0..256_usize {
        let order = [n & 3, n >> 2 & 3, n >> 4 & 3, n >> 6 & 3];
        if (0..4).all(|at| order.contains(&at)) {
            all.push(order);
        }
    }
    all
}
