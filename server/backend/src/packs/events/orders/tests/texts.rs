//! Stories of callers to whom the link cannot be texted.

use model::{MessageReason, OutboxFilter};

use super::*;
use crate::{
    outbox::{self, NewMessage, Recipient},
    providers::messages::{Accepted, SendError},
};

/// Puts texts on a call, as many as one call gets.
async fn five_texts(line: &Line) {
    let mut tx = line.org.begin().await.expect("begun");
    for number in 0..5 {
        let new = NewMessage {
            to: Recipient::Phone(line.caller.clone().expect("a number")),
            subject: String::new(),
            body: format!("Directions, part {number}"),
            attachment: None,
            about: ("directions", number.to_string()),
            call_id: Some(line.call),
            dedupe_key: format!("directions {number} of {}", line.call),
        };
        outbox::put(&mut tx, line.org.now(), new).await.expect("put");
    }
    tx.commit().await.expect("committed");
}

async fn refused(line: &mut Line, reason: &str, says: &str) {
    let told = line.calls("purchase_tickets", two()).await;
    assert_eq!((&told["code"], &told["reason"]), (&json!("no_text"), &json!(reason)), "{told}");
    assert!(told["say"].as_str().is_some_and(|say| say.contains(says)), "{told}");
    assert_eq!(vip(&line.org).await, (97, 0), "no seats are kept for what cannot be paid");
}

engines! {
    async fn a_link_that_could_not_be_texted_is_not_promised(world: World) {
        let mut line = Line::open(world).await;
        outbox::suppress(&line.org, "+14155550123", "text").await.expect("written");
        refused(&mut line, "opted_out", "You told us STOP").await;

        let abroad: model::PhoneNumber = "+442079460000".parse().expect("a number");
        let mut other = Line::to(&line.org).await;
        let sql = sql!("update calls set caller = $3 where org_id = $1 and id = $2");
        other.org.run(sql, args![other.call, &abroad]).await.expect("written");
        other.caller = Some(abroad);
        refused(&mut other, "country", "numbers of your country").await;

        let mut busy = Line::to(&line.org).await;
        busy.caller = Some("+14155550177".parse().expect("a number"));
        five_texts(&busy).await;
        refused(&mut busy, "cap_call", "as many texts on this call").await;
    }

    async fn a_stop_between_the_offer_and_the_yes_is_noticed(world: World) {
        let mut line = Line::open(world).await;
        let proposed = line.calls("purchase_tickets", two()).await;
        line.assistant(proposed["readBack"].as_str().expect("a sentence"));
        line.caller("Yes.");
        outbox::suppress(&line.org, "+14155550123", "text").await.expect("written");

        let told = line.calls("confirm", json!({ "proposalId": proposed["proposalId"] })).await;

        assert_eq!(told["code"], "no_text", "{told}");
        assert_eq!(page(&line.org, &of(chowder(&line.org).await.id)).await.expect("read").total, 0);
    }

    async fn the_caller_hears_when_the_link_does_not_go_out(world: World) {
        let (mut line, _) = ordered(world).await;
        let (_seat, mut commands) = world.backend.running().enter(line.org.id(), line.call);
        world.messages.fail_with(Some(SendError::Never(MessageReason::BadAddress, "21211".into())));
        world.jobs().await;
        let said = told(&mut commands);
        assert_eq!(said, ["The text with the link to pay did not go out. Texts do not reach your number. The seats are kept for now."]);
        let again = line.calls("purchase_tickets", two()).await;
        assert!(again["say"].as_str().is_some_and(|say| say.contains("did not go out")), "{again}");

        // What the gate stops is told, too.
        world.messages.fail_with(None);
        let mut other = Line::to(&line.org).await;
        let (_seat, mut commands) = world.backend.running().enter(other.org.id(), other.call);
        other.agrees_to("purchase_tickets", two()).await;
        outbox::suppress(&line.org, "+14155550123", "text").await.expect("written");
        world.jobs().await;
        let said = told(&mut commands);
        assert!(said.len() == 1 && said[0].contains("until you text START"), "{said:?}");
    }

    async fn the_caller_hears_when_a_report_says_that_the_link_did_not_arrive(world: World) {
        let (line, _) = ordered(world).await;
        let (_seat, mut commands) = world.backend.running().enter(line.org.id(), line.call);
        world.jobs().await;
        let sent = outbox::list(&line.org, &OutboxFilter { limit: 5, ..OutboxFilter::default() }).await.expect("read").messages;
        let report = Accepted { provider_id: "SM00000000000000000000000000000001".into(), status: "undelivered".into(), code: Some(30_003) };
        for _ in 0..2 {
            outbox::reports::take(&world.backend, Some(sent[0].id), &report).await.expect("taken");
        }
        let said = told(&mut commands);
        assert!(said.len() == 1 && said[0].contains("Texts do not reach your number."), "{said:?}");
    }

    async fn a_saved_card_that_is_declined_ends_the_order_of_a_caller_whom_nobody_may_text(world: World) {
        let line = Line::open(world).await;
        let tier = chowder(&line.org).await.tiers.into_iter().find(|tier| tier.kind == "VIP").expect("there");
        let mut tx = line.org.begin().await.expect("begun");
        assert!(seats::hold(&mut tx, tier.id, 1, world.now()).await.expect("kept"));
        let new = NewOrder {
            event_id: chowder(&line.org).await.id,
            tier_id: tier.id,
            call_id: Some(line.call),
            phone: line.caller.clone(),
            quantity: 1,
            unit: tier.price,
            payment_method: Some("pm_card_chargeDeclined".into()),
            customer: None,
        };
        place(&mut tx, world.now(), &new).await.expect("placed");
        tx.commit().await.expect("committed");
        outbox::suppress(&line.org, "+14155550123", "text").await.expect("written");
        let (_seat, mut commands) = world.backend.running().enter(line.org.id(), line.call);
        world.jobs().await;

        assert_eq!((newest(&line.org).await.state, vip(&line.org).await), (OrderState::Failed, (97, 0)));
        let said = told(&mut commands);
        assert!(said.len() == 1 && said[0].contains("did not go through"), "{said:?}");
    }

    async fn a_confirmation_goes_out_however_many_texts_the_call_has_had(world: World) {
        let (line, order) = ordered(world).await;
        five_texts(&line).await;
        world.jobs().await;
        tell(world, &line.org, &order, "e1", &paid(17_000)).await;
        world.jobs().await;

        let texts = world.messages.taken();
        assert!(texts.iter().any(|text| text.body.contains("Confirmation number")), "{texts:?}");
    }

    async fn a_link_is_not_sent_when_the_page_is_about_to_close(world: World) {
        let (line, _) = ordered(world).await;
        world.messages.fail_with(Some(SendError::Later("20429".into())));
        world.jobs().await;
        world.messages.fail_with(None);
        world.pass(TimeDelta::minutes(31));
        world.jobs().await;

        assert_eq!(world.messages.taken(), []);
        let sent = outbox::list(&line.org, &OutboxFilter { limit: 5, ..OutboxFilter::default() }).await.expect("read").messages;
        assert_eq!(sent[0].reason, Some(MessageReason::TooOld));
    }
}
