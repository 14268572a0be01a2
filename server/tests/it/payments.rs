//! Pay pages, refunds and events, over the protocol of the other side.

use std::time::Duration;

use backend::{
    args,
    providers::payments::{ChargeState, CheckoutState, NewCharge, NewCheckout, NewRefund, PaymentError, RefundState},
};
use chrono::TimeDelta;
use http::StatusCode;
use model::{Money, OrderId};

use crate::world::{Setup, World, until, within};

fn page(world: &World, order: OrderId) -> NewCheckout {
    NewCheckout {
        order,
        attempt: 1,
        title: "VIP, The Soup Cookoff".into(),
        unit: Money::usd(7_500),
        quantity: 2,
        customer: None,
        expires_at: world.backend.clock().now() + TimeDelta::hours(1),
        success_url: format!("{}/health", world.url),
        cancel_url: format!("{}/health", world.url),
    }
}

/// How many events were stored.
async fn events(world: &World) -> Option<i64> {
    let system = world.backend.db().system("a test looks");
    system.optional::<(i64,)>("select count(*) from webhooks", args![]).await.ok()?.map(|(count,)| count)
}

async fn told(world: &World, count: i64) {
    let found = until(Duration::from_secs(30), async || events(world).await.filter(|found| *found == count)).await;
    assert!(found.is_some(), "{:?} events came, {count} were to", events(world).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_paid_told_of_once_and_given_back() {
    let world = World::start(Setup { checkout: "duplicate,reorder*1", ..Setup::default() }).await;
    let payments = &world.backend.providers().payments;
    let order = OrderId::new();
    let new = page(&world, order);
    let checkout = within(payments.create_checkout(new.clone())).await.expect("a page");
    assert_eq!(
        within(payments.create_checkout(new.clone())).await,
        Ok(checkout.clone()),
        "the same page for the same attempt"
    );
    let other = payments.create_checkout(NewCheckout { quantity: 3, ..new }).await;
    assert!(matches!(other, Err(PaymentError::Refused { status: 400, .. })), "{other:?}");
    assert!(matches!(payments.checkout(&checkout.id).await, Ok(CheckoutState::Open { .. })));

    let paid = within(world.http.post(format!("{}/pay", checkout.url)).body("email=ana%40example.org").send()).await;
    assert_eq!(paid.expect("an answer").status(), StatusCode::OK, "the page leads back to the server");
    let Ok(CheckoutState::Paid(payment)) = payments.expire(&checkout.id).await else { panic!("paid wins") };
    assert_eq!((payment.amount_minor, payment.email.as_deref()), (15_000, Some("ana@example.org")));
    told(&world, 2).await;

    let payment_intent = payment.payment_intent.expect("a payment");
    let refund =
        |number, cents| NewRefund { order, number, payment_intent: payment_intent.clone(), amount: Money::usd(cents) };
    let given = payments.refund(refund(1, 5_000)).await.expect("given back");
    assert_eq!(given.state, RefundState::Succeeded);
    assert_eq!(payments.refund(refund(1, 5_000)).await, Ok(given), "the same once more gives nothing more");
    let code = Some("amount_too_large".to_owned());
    assert_eq!(payments.refund(refund(2, 10_001)).await, Err(PaymentError::Refused { status: 400, code }));
    told(&world, 4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_banks_closed_pages_and_stored_cards_are_understood() {
    let world = World::start(Setup { checkout: "refuse=503*1", ..Setup::default() }).await;
    let payments = &world.backend.providers().payments;
    let busy = payments.create_checkout(page(&world, OrderId::new())).await;
    assert_eq!(busy, Err(PaymentError::Unreachable), "ask again with the same key");

    let bank = payments.create_checkout(page(&world, OrderId::new())).await.expect("a page");
    for (action, state) in [("bank", CheckoutState::Processing), ("bounce", CheckoutState::Failed)] {
        within(world.http.post(format!("{}/{action}", bank.url)).send()).await.expect("an answer");
        assert_eq!(payments.checkout(&bank.id).await, Ok(state));
    }
    let closed = payments.create_checkout(page(&world, OrderId::new())).await.expect("a page");
    assert_eq!(payments.expire(&closed.id).await, Ok(CheckoutState::Expired));
    assert_eq!(payments.expire(&closed.id).await, Ok(CheckoutState::Expired));

    let charge = async |payment_method: &str| {
        let new = NewCharge {
            order: OrderId::new(),
            attempt: 1,
            amount: Money::usd(15_000),
            payment_method: payment_method.into(),
            customer: None,
            description: "VIP".into(),
        };
        payments.charge_stored(new).await.expect("an answer").state
    };
    assert_eq!(charge("pm_card_visa").await, ChargeState::Paid);
    assert_eq!(charge("pm_card_chargeDeclined").await, ChargeState::Declined("card_declined".into()));
    assert_eq!(charge("pm_card_authenticationRequired").await, ChargeState::NeedsCustomer);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_was_saved_on_a_page_is_charged_and_its_owner_gets_a_page_of_their_own() {
    let world = World::usual().await;
    let payments = &world.backend.providers().payments;
    let first = page(&world, OrderId::new());
    let checkout = within(payments.create_checkout(first.clone())).await.expect("a page");
    let form = "email=ana%40example.org&save=on";
    within(world.http.post(format!("{}/pay", checkout.url)).body(form).send()).await.expect("an answer");
    let Ok(CheckoutState::Paid(payment)) = payments.checkout(&checkout.id).await else { panic!("it is paid") };
    let customer = payment.customer.expect("a customer");

    let card = payments.saved_card(&customer).await.expect("an answer").expect("a card");
    assert_eq!((card.brand.as_str(), card.last4.as_str()), ("visa", "4242"));
    let charge = NewCharge {
        order: OrderId::new(),
        attempt: 1,
        amount: Money::usd(15_000),
        payment_method: card.payment_method,
        customer: Some(customer.clone()),
        description: "VIP".into(),
    };
    let paid = payments.charge_stored(charge.clone()).await.expect("an answer");
    assert_eq!(paid.state, ChargeState::Paid);
    assert_eq!(payments.charge_stored(charge.clone()).await, Ok(paid), "the same once more charges nothing more");
    let gone = NewCharge { order: OrderId::new(), payment_method: "pm_gone".into(), ..charge };
    assert!(matches!(payments.charge_stored(gone).await, Err(PaymentError::Refused { status: 404, .. })));

    let again = NewCheckout { order: OrderId::new(), customer: Some(customer), ..first };
    assert!(payments.create_checkout(again).await.is_ok());
    assert_eq!(payments.saved_card("cus_nobody").await.map_err(|error| error.to_string()).ok(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_nobody_signed_is_not_stored() {
    let world = World::usual().await;
    let answer = world.http.post(format!("{}/stripe/webhook", world.url)).body(r#"{"id":"evt_1"}"#).send().await;
    assert_eq!(answer.expect("an answer").status(), StatusCode::BAD_REQUEST);
    assert_eq!(events(&world).await, Some(0));
}
