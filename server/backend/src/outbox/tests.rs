use chrono::TimeDelta;
use model::{CallId, MessageReason, MessageState, OutboxFilter, Role};

use super::*;
use crate::{
    calls::{self, Channel as CallChannel, NewCall},
    engines,
    org::Org,
    orgs,
    providers::messages::{Accepted, SendError},
    testing::World,
};

engines! {
    async fn a_text_is_sent_once_and_followed_until_it_arrives(world: World) {
        let org = soup(world).await;
        let id = text(&org, "+14155550123", "first", None).await;
        assert_eq!(text(&org, "+14155550123", "first", None).await, id, "the same message is put once");

        world.jobs().await;
        assert_eq!(standing(&org, id).await, (MessageState::Sent, None, 1));
        let taken = world.messages.taken();
        assert_eq!(taken.len(), 1);
        assert_eq!((taken[0].from.as_str(), taken[0].to.as_str()), ("+14155550101", "+14155550123"));
        assert!(taken[0].report_to.ends_with(&format!("/sms/status?message={id}")));

        report(world, None, "SM00000000000000000000000000000001", "delivered", None).await;
        assert_eq!(standing(&org, id).await, (MessageState::Delivered, None, 1));
    }

    async fn reports_in_any_order_and_number_end_in_the_same_state(world: World) {
        let org = soup(world).await;
        let statuses = ["queued", "sent", "delivered", "undelivered"];
        for (number, order) in permutations(&statuses).into_iter().enumerate() {
            let id = text(&org, &format!("+1415556{number:04}"), &format!("m{number}"), None).await;
            release(world, &org, id).await;
            world.jobs().await;
            let provider_id = format!("SM{:032x}", number + 1);
            for status in order.iter().chain(order.iter()) {
                report(world, Some(id), &provider_id, status, None).await;
            }
            assert_eq!(standing(&org, id).await.0, MessageState::Delivered, "{order:?}");
        }
    }

    async fn who_wrote_stop_gets_no_text_until_start(world: World) {
        let org = soup(world).await;
        let other = other(world).await;
        suppress(&org, "+14155550123", "text").await.unwrap();
        let stopped = text(&org, "+14155550123", "a", None).await;
        let elsewhere = text(&other, "+14155550123", "a", None).await;
        world.jobs().await;
        assert_eq!(standing(&org, stopped).await, (MessageState::Suppressed, Some(MessageReason::OptedOut), 0));
        assert_eq!(standing(&other, elsewhere).await.0, MessageState::Sent);

        let mut tx = org.begin().await.unwrap();
        unsuppress_in(&mut tx, "+14155550123").await.unwrap();
        tx.commit().await.unwrap();
        let again = text(&org, "+14155550123", "b", None).await;
        world.jobs().await;
        assert_eq!(standing(&org, again).await.0, MessageState::Sent);
    }

    async fn a_provider_that_knows_of_a_stop_is_believed(world: World) {
        let org = soup(world).await;
        world.messages.fail_with(Some(SendError::Never(MessageReason::OptedOut, "21610".into())));
        let first = text(&org, "+14155550123", "a", None).await;
        world.jobs().await;
        world.messages.fail_with(None);
        let second = text(&org, "+14155550123", "b", None).await;
        world.jobs().await;
        for id in [first, second] {
            assert_eq!(standing(&org, id).await.0, MessageState::Suppressed);
        }
        assert!(world.messages.taken().is_empty());
    }

    async fn a_busy_provider_is_tried_again_later_and_not_for_ever(world: World) {
        let org = soup(world).await;
        world.messages.fail_with(Some(SendError::Later("20429".into())));
        let id = text(&org, "+14155550123", "a", None).await;
        world.jobs().await;
        assert_eq!(standing(&org, id).await, (MessageState::Waiting, Some(MessageReason::Unreachable), 1));
        world.pass(TimeDelta::seconds(2));
        world.jobs().await;
        assert_eq!(standing(&org, id).await.2, 2);
        world.pass(TimeDelta::hours(25));
        world.jobs().await;
        assert_eq!(standing(&org, id).await, (MessageState::Failed, Some(MessageReason::TooOld), 2));
        let waiting = crate::dashboard::dashboard(&org, world.now()).await.unwrap().attention;
        assert!(waiting.iter().any(|line| line.text == "A message did not arrive"), "{waiting:?}");
    }

    async fn an_answer_that_was_lost_sends_nothing_twice(world: World) {
        let org = soup(world).await;
        world.messages.take_and_fail_with(SendError::Unknown(String::new()));
        let id = text(&org, "+14155550123", "a", None).await;
        world.jobs().await;
        assert_eq!(standing(&org, id).await, (MessageState::Unknown, Some(MessageReason::NoAnswer), 1));

        // The provider cannot be asked either: it stays unknown.
        world.messages.fail_with(None);
        world.messages.can_look(false);
        world.pass(TimeDelta::minutes(2));
        world.jobs().await;
        assert_eq!(standing(&org, id).await.0, MessageState::Unknown);

        world.messages.can_look(true);
        world.pass(TimeDelta::minutes(5));
        world.jobs().await;
        assert_eq!(standing(&org, id).await, (MessageState::Sent, None, 1));
        assert_eq!(world.messages.taken().len(), 1);
    }

    async fn a_text_that_the_provider_never_got_is_sent_after_asking(world: World) {
        let org = soup(world).await;
        world.messages.fail_with(Some(SendError::Unknown(String::new())));
        let id = text(&org, "+14155550123", "a", None).await;
        world.jobs().await;
        world.messages.fail_with(None);
        world.jobs().await;
        assert!(world.messages.taken().is_empty(), "not before it was asked");

        world.pass(TimeDelta::minutes(2));
        world.jobs().await;
        assert_eq!(standing(&org, id).await, (MessageState::Sent, None, 2));
        assert_eq!(world.messages.taken().len(), 1);
    }

    async fn a_report_resolves_what_nobody_knew(world: World) {
        let org = soup(world).await;
        world.messages.take_and_fail_with(SendError::Unknown(String::new()));
        let id = text(&org, "+14155550123", "a", None).await;
        world.jobs().await;
        report(world, Some(id), "SM77", "delivered", None).await;
        assert_eq!(standing(&org, id).await, (MessageState::Delivered, None, 1));
        world.pass(TimeDelta::minutes(5));
        world.jobs().await;
        assert_eq!(world.messages.taken().len(), 1);
    }

    async fn a_crash_between_sending_and_writing_sends_nothing_twice(world: World) {
        let org = soup(world).await;
        let id = text(&org, "+14155550123", "a", None).await;
        // The machine stops when the message is on its way: the provider has it, the row says that it is being sent.
        let gate::Gate::Go(message) = gate::pass(&org, id).await.unwrap() else { panic!("the gate is closed") };
        let handed_over = crate::providers::messages::Text {
            from: message.sender.unwrap().parse().unwrap(),
            to: message.recipient.parse().unwrap(),
            body: message.body,
            report_to: String::new(),
        };
        world.backend.providers().messages.send(&handed_over).await.unwrap();

        world.pass(TimeDelta::minutes(3));
        world.jobs().await;
        world.pass(TimeDelta::minutes(3));
        world.jobs().await;
        assert_eq!(standing(&org, id).await, (MessageState::Sent, None, 1));
        assert_eq!(world.messages.taken().len(), 1);
    }

    async fn a_letter_whose_answer_was_lost_waits_for_a_person(world: World) {
        let org = soup(world).await;
        world.mail.fail_with(Some(SendError::Unknown("timeout".into())));
        let id = letter(&org, "ana@example.org", "a").await;
        world.jobs().await;
        world.mail.fail_with(None);
        world.pass(TimeDelta::hours(2));
        world.jobs().await;
        assert_eq!(standing(&org, id).await, (MessageState::Unknown, Some(MessageReason::NoAnswer), 1));
        assert!(world.mail.taken().is_empty());
    }

    async fn a_call_a_number_and_a_day_have_their_caps(world: World) {
        let org = soup(world).await;
        let call = call(&org, "+14155550123").await;
        let mut ids = Vec::new();
        for number in 0..6 {
            ids.push(text(&org, &format!("+1415555020{number}"), &format!("c{number}"), Some(call)).await);
        }
        world.jobs().await;
        assert_eq!(standing(&org, ids[4]).await.0, MessageState::Sent);
        assert_eq!(standing(&org, ids[5]).await, (MessageState::Failed, Some(MessageReason::CapCall), 0));

        let mut last = ids[0];
        for number in 0..9 {
            last = text(&org, "+14155550299", &format!("n{number}"), None).await;
        }
        world.jobs().await;
        assert_eq!(standing(&org, last).await.1, Some(MessageReason::CapRecipient));

        // A person may send it all the same, and the next day is another day.
        release(world, &org, last).await;
        world.jobs().await;
        assert_eq!(standing(&org, last).await.0, MessageState::Sent);
        world.pass(TimeDelta::days(1));
        let next = text(&org, "+14155550299", "next day", None).await;
        world.jobs().await;
        assert_eq!(standing(&org, next).await.0, MessageState::Sent);
    }

    async fn a_swarm_of_calls_cannot_text_without_end(world: World) {
        let org = soup(world).await;
        for number in 0..210 {
            text(&org, &format!("+1415777{number:04}"), &format!("s{number}"), None).await;
        }
        world.jobs().await;
        assert_eq!(world.messages.taken().len(), 200);
    }

    async fn texts_stay_in_the_country_unless_another_is_allowed(world: World) {
        let org = soup(world).await;
        let german_caller = call(&org, "+4930123456").await;
        let to_germany = text(&org, "+4930123456", "a", Some(german_caller)).await;
        let to_jamaica = text(&org, "+18765550101", "b", None).await;
        let of_a_german_to_america = text(&org, "+14155550123", "c", Some(german_caller)).await;
        world.jobs().await;
        for id in [to_germany, to_jamaica, of_a_german_to_america] {
            assert_eq!(standing(&org, id).await, (MessageState::Failed, Some(MessageReason::Country), 0));
        }
        allow_country(&org, "49").await.unwrap();
        let allowed = text(&org, "+4930123456", "d", Some(german_caller)).await;
        world.jobs().await;
        assert_eq!(standing(&org, allowed).await.0, MessageState::Sent);
    }

    async fn texts_come_from_the_number_that_was_called_or_from_the_chosen_one(world: World) {
        let org = soup(world).await;
        orgs::give_number(&org, &"+14155550190".parse().unwrap()).await.unwrap();
        let call = called(&org, "+14155550123", "+14155550190").await;
        text(&org, "+14155550123", "a", Some(call)).await;
        world.jobs().await;
        send_from(&org, &"+14155550101".parse().unwrap()).await.unwrap();
        text(&org, "+14155550123", "b", Some(call)).await;
        world.jobs().await;
        let senders: Vec<String> = world.messages.taken().into_iter().map(|text| text.from.to_string()).collect();
        assert_eq!(senders, ["+14155550190", "+14155550101"]);
    }

    async fn an_organisation_without_a_number_is_told_so(world: World) {
        let org = world.org("no-number").await;
        let id = text(&org, "+14155550123", "a", None).await;
        world.jobs().await;
        assert_eq!(standing(&org, id).await, (MessageState::Failed, Some(MessageReason::NoSender), 0));
    }

    async fn two_runners_send_a_message_once(world: World) {
        let org = soup(world).await;
        for number in 0..10 {
            text(&org, &format!("+1415555030{number}"), &format!("r{number}"), None).await;
        }
        let other = world.restarted();
        let (a, b) = tokio::join!(crate::jobs::run_due(&world.backend), crate::jobs::run_due(&other));
        assert!(a.unwrap() + b.unwrap() >= 10);
        assert_eq!(world.messages.taken().len(), 10);
    }

    async fn what_cannot_be_sent_is_refused_when_it_is_put(world: World) {
        let org = soup(world).await;
        let mut tx = org.begin().await.unwrap();
        let long = NewMessage { body: "x".repeat(LONGEST_TEXT + 1), ..new_text("+14155550123", "a", None) };
        assert!(matches!(put(&mut tx, org.now(), long).await, Err(PutError::Length)));
        let injected = NewMessage { subject: "Hello\r\nBcc: everybody@example.org".into(), ..new_letter("ana@example.org", "a") };
        assert!(matches!(put(&mut tx, org.now(), injected).await, Err(PutError::Subject)));
    }

    async fn staff_see_what_needs_a_look_and_send_it_again(world: World) {
        let org = soup(world).await;
        let fine = text(&org, "+14155550123", "a", None).await;
        world.jobs().await;
        world.messages.fail_with(Some(SendError::Never(MessageReason::BadAddress, "21211".into())));
        let bad = text(&org, "+14155550124", "b", None).await;
        world.jobs().await;
        world.messages.fail_with(None);

        let ids = async |filter: OutboxFilter| {
            let page = list(&org, &OutboxFilter { limit: 10, ..filter }).await.unwrap();
            assert_eq!(page.total as usize, page.messages.len());
            page.messages.into_iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(OutboxFilter::default()).await, [bad, fine]);
        assert_eq!(ids(OutboxFilter { trouble: true, ..OutboxFilter::default() }).await, [bad]);
        assert_eq!(ids(OutboxFilter { state: Some(MessageState::Sent), ..OutboxFilter::default() }).await, [fine]);
        assert_eq!(ids(OutboxFilter { recipient: Some("0124".into()), ..OutboxFilter::default() }).await, [bad]);
        assert_eq!(ids(OutboxFilter { channel: Some(Channel::Mail), ..OutboxFilter::default() }).await, []);
        assert_eq!(troubled(&org).await.unwrap(), 1);

        let reader = world.member(&org, Role::ReadOnly).await;
        assert!(retry(&org, &reader, bad).await.is_err());
        let (clerk, stranger) = (world.member(&org, Role::FrontDesk).await, other(world).await);
        assert!(matches!(retry(&stranger, &clerk, bad).await, Err(crate::error::Error::NotFound)));
        retry(&org, &clerk, bad).await.unwrap();
        world.jobs().await;
        assert_eq!(standing(&org, bad).await.0, MessageState::Sent);
        retry(&org, &clerk, fine).await.unwrap();
        world.jobs().await;
        assert_eq!(world.messages.taken().len(), 2, "what was sent is not sent again");
        let line = crate::audit::list(&org, 5).await.unwrap().remove(0);
        assert_eq!((line.action.as_str(), line.subject_id), ("send_again", bad.to_string()));
    }

    async fn what_was_rolled_back_is_never_sent(world: World) {
        let org = soup(world).await;
        let mut tx = org.begin().await.unwrap();
        put(&mut tx, org.now(), new_text("+14155550123", "a", None)).await.unwrap();
        drop(tx);
        world.jobs().await;
        assert!(world.messages.taken().is_empty());
    }
}

async fn soup(world: &World) -> Org {
    let org = world.org("soup-cookoff").await;
    orgs::give_number(&org, &"+14155550101".parse().unwrap()).await.unwrap();
    org
}

async fn other(world: &World) -> Org {
    let org = world.org("mangy-dog").await;
    orgs::give_number(&org, &"+14155550102".parse().unwrap()).await.unwrap();
    org
}

fn new_text(to: &str, key: &str, call_id: Option<CallId>) -> NewMessage {
    NewMessage {
        to: Recipient::Phone(to.parse().unwrap()),
        subject: String::new(),
        body: format!("Your tickets: {key}"),
        attachment: None,
        about: ("order", "1".into()),
        call_id,
        dedupe_key: key.into(),
    }
}

fn new_letter(to: &str, key: &str) -> NewMessage {
    NewMessage {
        to: Recipient::Mail(to.parse().unwrap()),
        subject: "Your tickets".into(),
        ..new_text("+14155550123", key, None)
    }
}

async fn text(org: &Org, to: &str, key: &str, call: Option<CallId>) -> OutboxId {
    put_now(org, new_text(to, key, call)).await
}

async fn letter(org: &Org, to: &str, key: &str) -> OutboxId {
    put_now(org, new_letter(to, key)).await
}

async fn put_now(org: &Org, new: NewMessage) -> OutboxId {
    let mut tx = org.begin().await.unwrap();
    let id = put(&mut tx, org.now(), new).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// State, reason, and how often it was tried.
async fn standing(org: &Org, id: OutboxId) -> (MessageState, Option<MessageReason>, i64) {
    org.optional(sql!("select state, reason, attempts from outbox where org_id = $1 and id = $2"), args![id])
        .await
        .unwrap()
        .unwrap()
}

async fn release(world: &World, org: &Org, id: OutboxId) {
    let ana = world.member(org, Role::FrontDesk).await;
    retry(org, &ana, id).await.unwrap();
}

async fn call(org: &Org, caller: &str) -> CallId {
    called(org, caller, "+14155550101").await
}

async fn called(org: &Org, caller: &str, number: &str) -> CallId {
    let new = NewCall {
        provider_id: None,
        channel: CallChannel::Phone,
        caller: caller.parse().ok(),
        called: number.parse().ok(),
        persona: None,
        language: "en".into(),
        started_at: org.now(),
    };
    calls::start(org, &new).await.unwrap()
}

async fn report(world: &World, message: Option<OutboxId>, sid: &str, status: &str, code: Option<i64>) {
    let report = Accepted { provider_id: sid.into(), status: status.into(), code };
    assert!(reports::take(&world.backend, message, &report).await.unwrap());
}

fn permutations<'a>(words: &[&'a str]) -> Vec<Vec<&'a str>> {
    if words.len() < 2 {
        return vec![words.to_vec()];
    }
    (0..words.len())
        .flat_map(|first| {
            let mut rest = words.to_vec();
            let word = rest.remove(first);
            permutations(&rest).into_iter().map(move |mut tail| {
                tail.insert(0, word);
                tail
            })
        })
        .collect()
}
