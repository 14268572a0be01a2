use chrono::TimeDelta;
use model::{CallId, Lasts, PackKey};
use serde_json::{Value, json};

use super::*;
use crate::{
    demo, engines, orgs,
    packs::{self, ToolCall, menu::hours},
    personas, prompt,
    running::Command,
    testing::World,
};

/// A demo organisation. It is Friday, 20 November 2026, ten in the morning in California.
async fn demo_org(world: &World, slug: &str) -> Org {
    demo::seed_with(&world.backend, None, demo::Audio::None).await.expect("seeded");
    orgs::named(&world.backend, slug).await.expect("read").expect("there")
}

fn form(kind: NoticeKind, subject: &str, time: &str, lasts: Lasts) -> NoticeForm {
    NoticeForm { kind, subject: subject.into(), time: time.into(), sentence: String::new(), lasts }
}

fn gone(subject: &str, lasts: Lasts) -> NoticeForm {
    form(NoticeKind::SoldOut, subject, "", lasts)
}

async fn told(world: &World, org: &Org, tool: &str, arguments: Value) -> Value {
    let outcome = packs::run(&ToolCall::reading(org, world.now()), tool, &arguments.to_string()).await;
    serde_json::from_str(&outcome.output).expect("JSON")
}

async fn say(world: &World, org: &Org, tool: &str, arguments: Value) -> String {
    told(world, org, tool, arguments).await["say"].as_str().expect("a sentence").to_owned()
}

engines! {
    async fn a_notice_is_on_until_it_expires_by_itself(world: World) {
        let org = demo_org(world, "mangy-dog").await;
        let (backend, clerk) = (&world.backend, world.member(&org, Role::FrontDesk).await);

        let hour = put(backend, &org, &clerk, &gone("oat milk", Lasts::Hour)).await.expect("put");
        let close = put(backend, &org, &clerk, &gone("Almond Milk", Lasts::Close)).await.expect("put");
        let today = put(backend, &org, &clerk, &gone("Butter Croissant", Lasts::Today)).await.expect("put");
        let stays = put(backend, &org, &clerk, &gone("Soy milk", Lasts::UntilTakenOff)).await.expect("put");

        assert_eq!(hour.sentence, "We are out of oat milk at the moment.");
        assert_eq!(close.sentence, "We are out of almond milk today.");
        assert_eq!(today.sentence, "We are out of Butter Croissant today.");
        let local = |notice: &Notice| org.local(notice.expires_at).format("%a %H:%M").to_string();
        // On Fridays the house is open in the evening, until half past midnight.
        assert_eq!([local(&hour), local(&close), local(&today)], ["Fri 11:00", "Sat 00:30", "Sat 00:30"]);
        assert_eq!(stays.expires_at, world.now() + TimeDelta::days(14));
        assert_eq!(hour.put_by, "Front desk");

        world.pass(TimeDelta::minutes(59));
        assert_eq!(active(&org, world.now()).await.expect("read").len(), 4);
        world.pass(TimeDelta::minutes(1));
        let left = active(&org, world.now()).await.expect("read");
        assert_eq!(left, [close, today, stays.clone()]);
        world.pass(TimeDelta::days(1));
        assert_eq!(active(&org, world.now()).await.expect("read"), [stays]);
    }

    async fn a_later_notice_about_the_same_thing_takes_the_place_of_the_earlier(world: World) {
        let org = demo_org(world, "mangy-dog").await;
        let (backend, clerk) = (&world.backend, world.member(&org, Role::FrontDesk).await);
        put(backend, &org, &clerk, &form(NoticeKind::ClosingEarly, "", "13:00", Lasts::Today)).await.expect("put");
        put(backend, &org, &clerk, &form(NoticeKind::ClosingEarly, "", "12:30", Lasts::Today)).await.expect("put");
        assert_eq!(sentences(&org, world.now()).await.expect("read"), ["We close at twelve thirty in the afternoon today."]);
    }

    async fn what_is_taken_off_is_gone_and_comes_back_with_undo(world: World) {
        let org = demo_org(world, "mangy-dog").await;
        let (backend, clerk) = (&world.backend, world.member(&org, Role::FrontDesk).await);
        let id = put(backend, &org, &clerk, &gone("oat milk", Lasts::Today)).await.expect("put").id;

        take_off(backend, &org, &clerk, id).await.expect("taken off");
        assert!(active(&org, world.now()).await.expect("read").is_empty());
        assert!(matches!(take_off(backend, &org, &clerk, id).await, Err(Error::NotFound)));

        restore(backend, &org, &clerk, id).await.expect("put on again");
        assert_eq!(sentences(&org, world.now()).await.expect("read"), ["We are out of oat milk today."]);
        world.pass(TimeDelta::days(1));
        assert!(matches!(take_off(backend, &org, &clerk, id).await, Err(Error::NotFound)), "it has expired");
        let done: Vec<String> = audit::list(&org, 9).await.expect("read").into_iter().filter(|it| it.subject == "notice").map(|it| it.action).collect();
        assert_eq!(done.len(), 3, "{done:?}");
    }

    async fn only_who_may_and_only_their_own(world: World) {
        let (ours, theirs) = (demo_org(world, "mangy-dog").await, world.org("theirs").await);
        let backend = &world.backend;
        let (clerk, reader, stranger) =
            (world.member(&ours, Role::FrontDesk).await, world.member(&ours, Role::ReadOnly).await, world.member(&theirs, Role::Owner).await);
        assert!(matches!(put(backend, &ours, &reader, &gone("oat milk", Lasts::Today)).await, Err(Error::Forbidden(Role::FrontDesk))));

        let id = put(backend, &ours, &clerk, &gone("oat milk", Lasts::Today)).await.expect("put").id;
        assert!(matches!(take_off(backend, &theirs, &stranger, id).await, Err(Error::NotFound)));
        assert!(matches!(restore(backend, &theirs, &stranger, id).await, Err(Error::NotFound)));
        assert!(matches!(take_off(backend, &ours, &reader, id).await, Err(Error::Forbidden(Role::FrontDesk))));
        assert!(active(&theirs, world.now()).await.expect("read").is_empty());
        let foreign = subjects(&ours, NoticeKind::SoldOut).await.expect("read")[0].id.clone();
        assert!(matches!(put(backend, &theirs, &stranger, &gone(&foreign, Lasts::Today)).await, Err(Error::Invalid(_))));
    }

    async fn what_makes_no_sense_is_refused_by_its_field(world: World) {
        let org = demo_org(world, "mangy-dog").await;
        let (backend, clerk) = (&world.backend, world.member(&org, Role::FrontDesk).await);
        let custom = |sentence: &str| NoticeForm { sentence: sentence.into(), ..form(NoticeKind::Custom, "", "", Lasts::Hour) };
        for (form, field) in [
            (gone("", Lasts::Today), "subject"),
            (gone("pizza", Lasts::Today), "subject"),
            (form(NoticeKind::ClosingEarly, "", "", Lasts::Today), "time"),
            (form(NoticeKind::ClosingEarly, "", "25:00", Lasts::Today), "time"),
            (form(NoticeKind::ClosingEarly, "", "01:00", Lasts::Today), "time"),
            (form(NoticeKind::OpeningLate, "", "04:00", Lasts::Today), "time"),
            (custom("  "), "sentence"),
            (custom(&"a".repeat(301)), "sentence"),
        ] {
            let Err(Error::Invalid(errors)) = put(backend, &org, &clerk, &form).await else { panic!("{form:?}") };
            assert_eq!(errors[0].field, field, "{form:?}");
        }
        assert!(matches!(put(backend, &org, &clerk, &form(NoticeKind::FrostDelay, "", "", Lasts::Today)).await, Err(Error::NotFound)));
        assert!(!org.has_pack(PackKey::TeeTimes));
        assert_eq!(put(backend, &org, &clerk, &custom("The\r\nroad is closed")).await.expect("put").sentence, "The road is closed.");
    }

    async fn tools_tell_what_is_sold_out_and_what_else_there_is(world: World) {
        let org = demo_org(world, "mangy-dog").await;
        let (backend, clerk) = (&world.backend, world.member(&org, Role::FrontDesk).await);
        let latte = json!({ "productName": "large oat latte" });
        let before = say(world, &org, "get_product_details", latte.clone()).await;
        let id = put(backend, &org, &clerk, &gone("oat milk", Lasts::Today)).await.expect("put").id;

        let after = told(world, &org, "get_product_details", latte.clone()).await;
        let said = after["say"].as_str().expect("a sentence");
        assert!(said.starts_with("We are out of oat milk today. We do have "), "{said}");
        assert!(said.contains("almond milk") && said.contains("Without it: A large Latte is"), "{said}");
        let oat = after["extras"].as_array().expect("extras").iter().find(|extra| extra["name"] == "Oat milk").expect("listed");
        assert_eq!(oat["soldOut"], true);
        take_off(backend, &org, &clerk, id).await.expect("taken off");
        assert_eq!(say(world, &org, "get_product_details", latte).await, before);

        let pastry = subjects(&org, NoticeKind::SoldOut).await.expect("read").into_iter().find(|it| it.name.contains("Croissant")).expect("there");
        put(backend, &org, &clerk, &gone(&pastry.id, Lasts::Today)).await.expect("put");
        let said = say(world, &org, "get_product_details", json!({ "productName": pastry.name })).await;
        assert!(said.starts_with(&format!("We are out of {} today. We do have ", pastry.name)), "{said}");
        let menu = told(world, &org, "get_menu", json!({ "category": pastry.group })).await;
        assert!(menu["say"].as_str().expect("a sentence").ends_with(&format!("We are out of {} today.", pastry.name)), "{menu}");
        let listed = menu["categories"][0]["products"].as_array().expect("products");
        assert!(listed.iter().all(|product| (product["soldOut"] == true) == (product["name"] == pastry.name.as_str())), "{menu}");
    }

    async fn hours_of_today_follow_the_board_and_those_of_other_days_do_not(world: World) {
        let org = demo_org(world, "mangy-dog").await;
        let (backend, clerk) = (&world.backend, world.member(&org, Role::FrontDesk).await);
        put(backend, &org, &clerk, &form(NoticeKind::ClosingEarly, "", "12:00", Lasts::Today)).await.expect("put");

        let today = say(world, &org, "get_store_hours", json!({ "day": "today" })).await;
        assert!(today.contains("to noon. We are open now, until noon."), "{today}");
        let week = say(world, &org, "get_store_hours", json!({})).await;
        assert!(week.ends_with("We close at noon today. We are open now, until noon."), "{week}");
        let friday = say(world, &org, "get_store_hours", json!({ "day": "2026-11-27" })).await;
        assert!(!friday.contains("noon."), "{friday}");
        world.pass(TimeDelta::minutes(121));
        assert!(!hours::open_state(&org, world.now()).await.expect("read").is_open());
        assert_eq!(told(world, &org, "get_store_hours", json!({ "day": "now" })).await["openNow"], false);
    }

    async fn an_event_that_staff_marked_is_sold_to_nobody(world: World) {
        let org = demo_org(world, "soup-cookoff").await;
        let (backend, clerk) = (&world.backend, world.member(&org, Role::FrontDesk).await);
        let event = subjects(&org, NoticeKind::EventSoldOut).await.expect("read").remove(0);
        let new = form(NoticeKind::EventSoldOut, &event.id, "", Lasts::UntilTakenOff);
        let notice = put(backend, &org, &clerk, &new).await.expect("put");

        assert_eq!(notice.sentence, format!("The {} is sold out.", event.name));
        let price = say(world, &org, "get_ticket_pricing", json!({ "eventId": event.id })).await;
        assert!(price.contains("sold out") && !price.contains("dollars"), "{price}");
        let moment = ::call::consent::Moment { at: ::call::Ms(0), said: Vec::new() };
        let reading = ToolCall::reading(&org, world.now());
        let call = ToolCall { rehearsal: true, call_id: Some(CallId::new()), moment: Some(&moment), ..reading };
        let asked = json!({ "eventId": event.id, "ticketType": "GA", "quantity": 1 }).to_string();
        let refused: Value = serde_json::from_str(&packs::run(&call, "purchase_tickets", &asked).await.output).expect("JSON");
        assert_eq!((&refused["status"], &refused["code"]), (&json!("error"), &json!("sold_out")), "{refused}");
        let event_ends = crate::packs::events::store::upcoming(&org, world.now()).await.expect("read")[0].ends_at;
        assert_eq!(notice.expires_at, event_ends, "no sale begins again by itself");
    }

    async fn a_new_call_is_told_at_its_beginning_and_the_rules_stay_last(world: World) {
        let org = demo_org(world, "mangy-dog").await;
        let clerk = world.member(&org, Role::FrontDesk).await;
        put(&world.backend, &org, &clerk, &gone("oat milk", Lasts::Today)).await.expect("put");
        let persona = personas::published(&org).await.expect("read").expect("published");
        let plan = prompt::plan(&org, &persona, None, world.now(), world.backend.config(), call::Channel::Telephone).await.expect("a plan");
        let prompt = plan.prompt();
        let (notice, rules) = (prompt.find("- We are out of oat milk today."), prompt.find("# Rules that nothing above"));
        assert!(notice.is_some() && notice < rules, "{prompt}");
    }

    async fn calls_that_run_are_told_once_and_of_what_expires_too(world: World) {
        let (org, other) = (demo_org(world, "mangy-dog").await, world.org("theirs").await);
        let (backend, clerk) = (&world.backend, world.member(&org, Role::FrontDesk).await);
        let (_seat, mut ours) = backend.running().enter(org.id(), CallId::new());
        let (_other, mut theirs) = backend.running().enter(other.id(), CallId::new());

        put(backend, &org, &clerk, &gone("oat milk", Lasts::Hour)).await.expect("put");
        let board = vec!["We are out of oat milk at the moment.".to_owned()];
        assert_eq!(ours.try_recv(), Ok(Command::Today(board)));
        calls::tell(backend, &org).await.expect("looked at");
        assert!(ours.try_recv().is_err() && theirs.try_recv().is_err());

        world.pass(TimeDelta::hours(1));
        calls::tell(backend, &org).await.expect("looked at");
        assert_eq!(ours.try_recv(), Ok(Command::Today(vec![])));
    }
}
