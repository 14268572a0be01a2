//! Texts out and in, over the protocols of the other side.

use std::time::Duration;

use backend::{
    Org, orgs,
    outbox::{self, NewMessage, Recipient},
};
use http::StatusCode;
use model::{MessageReason, MessageState, OutboxFilter, OutboxRow};
use practice::messages::inbound::{Text, bring};

use crate::world::{COFFEE, Engine, Setup, World, until, within};

const TOKEN: &str = "7f3c1d9ab2e84506a1c0ffee5eed1234";
const CALLER: &str = "+14155550123";

async fn coffee(world: &World) -> Org {
    orgs::named(&world.backend, "mangy-dog").await.expect("readable").expect("seeded")
}

async fn send(org: &Org, key: &str) {
    let new = NewMessage {
        to: Recipient::Phone(CALLER.parse().expect("a number")),
        subject: String::new(),
        body: format!("Your order, {key}"),
        attachment: None,
        about: ("order", key.into()),
        call_id: None,
        dedupe_key: key.into(),
    };
    let mut tx = org.begin().await.expect("a transaction");
    outbox::put(&mut tx, org.now(), new).await.expect("put");
    tx.commit().await.expect("committed");
}

/// The newest message, once it has come so far.
async fn when(org: &Org, state: MessageState) -> OutboxRow {
    let found = until(Duration::from_secs(30), async || {
        let page = outbox::list(org, &OutboxFilter { limit: 1, ..OutboxFilter::default() }).await.ok()?;
        page.messages.into_iter().next().filter(|row| row.state == state)
    });
    found.await.unwrap_or_else(|| panic!("the message does not become {state}"))
}

fn from_caller(world: &World, words: &str, auth_token: Option<&str>) -> Text {
    Text {
        url: world.url.clone(),
        public_url: None,
        auth_token: auth_token.map(str::to_owned),
        from: CALLER.into(),
        to: COFFEE.into(),
        words: words.into(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_goes_out_and_signed_reports_say_that_it_arrived() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let settings = vec![("TWILIO_AUTH_TOKEN", TOKEN.to_owned())];
        let setup = Setup { engine, messages: "duplicate,reorder*1", settings, ..Setup::default() };
        let world = World::start(setup).await;
        let org = coffee(&world).await;
        send(&org, "first").await;
        let row = within(when(&org, MessageState::Delivered)).await;
        assert_eq!((row.attempts, row.reason), (1, None));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_busy_or_reports_a_failure_is_understood() {
    let setup = Setup { messages: "error=20429*2,undelivered=30003*1", ..Setup::default() };
    let world = World::start(setup).await;
    let org = coffee(&world).await;
    send(&org, "first").await;
    let row = within(when(&org, MessageState::Failed)).await;
    assert_eq!((row.attempts, row.reason, row.code.as_str()), (3, Some(MessageReason::NotDelivered), "30003"));
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_and_help_are_obeyed_and_answered_and_forgeries_are_not() {
    let settings = vec![("TWILIO_AUTH_TOKEN", TOKEN.to_owned())];
    let world = World::start(Setup { settings, ..Setup::default() }).await;
    let org = coffee(&world).await;

    let forged = bring(&from_caller(&world, "STOP", Some("another token"))).await;
    assert!(forged.is_err_and(|why| why.contains(StatusCode::FORBIDDEN.as_str())));
    send(&org, "before").await;
    within(when(&org, MessageState::Delivered)).await;

    let help = within(bring(&from_caller(&world, "help", Some(TOKEN)))).await.expect("taken").expect("an answer");
    assert!(help.starts_with(org.name()), "{help}");
    assert_eq!(within(bring(&from_caller(&world, "Stop", Some(TOKEN)))).await, Ok(None));
    send(&org, "after").await;
    let row = within(when(&org, MessageState::Suppressed)).await;
    assert_eq!((row.attempts, row.reason), (0, Some(MessageReason::OptedOut)));
}
