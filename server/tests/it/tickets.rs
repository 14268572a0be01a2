//! Tickets, from the ring to the confirmation text.

use std::time::Duration;

use backend::{
    args,
    org::Org,
    orgs,
    packs::events::{
        manage::tiers,
        orders::{self, reference},
        store,
    },
    providers::payments::PaymentFact,
    sql, writes,
};
use model::{OrderState, SaleFilter};
use practice::phone::{CallOptions, Utterance, Who};

use crate::world::{Engine, Setup, World, until};

#[tokio::test(flavor = "multi_thread")]
async fn two_tickets_are_sold_and_the_payment_is_told_on_the_line_on_sqlite() {
    a_sale(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tickets_are_sold_and_the_payment_is_told_on_the_line_on_postgresql() {
    a_sale(Engine::Postgres).await;
}

async fn a_sale(engine: Engine) {
    let world = World::start(Setup { engine, ..Setup::default() }).await;
    let org = orgs::named(&world.backend, "soup-cookoff").await.expect("read").expect("there");

    let (report, order) = tokio::join!(world.place(buyer(&world)), pays(&world, &org));

    let said = report.words_of(Who::Assistant).join(" ");
    assert!(said.contains("one hundred and seventy dollars in all"), "{said}");
    assert!(said.contains("Payment received: one hundred and seventy dollars."), "{said}");
    assert!(said.contains(&reference::spoken(&order.reference)), "{said}");
    let order = orders::get(&org, order.id).await.expect("read").expect("there");
    assert_eq!((order.state, order.quantity, order.total.minor), (OrderState::Paid, 2, 17_000));
    assert_eq!(sold(&org).await, (99, 0));
    let texts = texts(&org).await;
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(texts[0].contains(&format!("/p/{}", order.code)), "{texts:?}");
    assert!(texts[1].contains(&reference::written(&order.reference)), "{texts:?}");

    let stored = world.stored(&report).await;
    let changes = writes::ledger(&org, stored.id).await.expect("read");
    assert_eq!(changes.len(), 1);
    let yes = stored.call.utterances.iter().find(|said| said.text.contains("Yes")).expect("it was said");
    let agreed = changes[0].agreed_from_ms..=changes[0].agreed_to_ms;
    assert!(agreed.contains(&(i64::midpoint(yes.start_ms, yes.end_ms))), "{agreed:?} is not when {yes:?} was said");
}

/// A caller who wants two tickets and agrees to what is read back.
fn buyer(world: &World) -> CallOptions {
    let says = ["Two VIP tickets for the Chowder on the Bay, please.", "Yes, please."];
    CallOptions {
        to: "+14155550101".into(),
        says: says.map(|it| Utterance::Text(it.into())).to_vec(),
        ..world.caller()
    }
}

/// Pays as soon as there is something to pay, as the payment provider tells it: twice.
async fn pays(world: &World, org: &Org) -> orders::Order {
    let newest = SaleFilter { limit: 1, ..SaleFilter::default() };
    let sale =
        until(Duration::from_mins(1), async || orders::page(org, &newest).await.ok()?.sales.into_iter().next()).await;
    let order = orders::get(org, sale.expect("an order is placed").id).await.expect("read").expect("there");
    let paid = PaymentFact::Paid {
        session: None,
        payment_intent: Some("pi_1".into()),
        amount_minor: order.total.minor,
        currency: "usd".into(),
        email: None,
        customer: None,
    };
    for _ in 0..2 {
        orders::learn(&world.backend, org, order.id, "evt_1", &paid).await.expect("learned");
    }
    order
}

/// VIP seats of the event that are sold and kept.
async fn sold(org: &Org) -> (i64, i64) {
    let events = store::events(org).await.expect("read");
    let event = events.iter().find(|event| event.title == "Chowder on the Bay").expect("there");
    let tiers = tiers::list(org, event.id).await.expect("read");
    let vip = tiers.iter().find(|tier| tier.form.kind == "VIP").expect("there");
    (vip.sold, vip.held)
}

async fn texts(org: &Org) -> Vec<String> {
    let sql = sql!(
        "select body from outbox where org_id = $1 and channel = 'text' and about_kind = 'order' order by created_at, id"
    );
    org.all::<(String,)>(sql, args![]).await.expect("read").into_iter().map(|(body,)| body).collect()
}
