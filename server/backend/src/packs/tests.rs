use chrono::{DateTime, TimeDelta, Utc};
use model::PackKey;
use serde_json::{Value, json};

use super::*;
use crate::{demo, engines, orgs, testing::World};

#[test]
fn every_pack_is_found_by_its_key() {
    for &key in PackKey::ALL {
        assert_eq!(pack(key).key, key);
    }
}

#[test]
fn no_name_is_used_by_two_packs() {
    let mut names: Vec<_> = PackKey::ALL.iter().flat_map(|&key| pack(key).tools).map(|tool| tool.name).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}

/// What the model reads of the tools is part of the product: a change must be seen in review.
#[test]
fn the_specs_are_those_in_specs_json() {
    let specs: std::collections::BTreeMap<_, Vec<_>> = PackKey::ALL
        .iter()
        .map(|&key| (key.as_str(), pack(key).tools.iter().map(|tool| (tool.spec)()).collect()))
        .collect();
    let found = serde_json::to_string_pretty(&specs).expect("specs serialise") + "\n";
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/packs/specs.json");
    if std::env::var_os("UPDATE_SPECS").is_some() {
        std::fs::write(file, &found).expect("specs.json can be written");
    }
    let committed = std::fs::read_to_string(file).unwrap_or_default();
    assert!(
        committed == found,
        "what the model reads of the tools has changed. Look at it, then commit it:\n  \
         UPDATE_SPECS=1 cargo test -p backend the_specs_are && git diff server/backend/src/packs/specs.json"
    );
}

#[test]
fn every_parameter_is_described_to_the_model() {
    for tool in PackKey::ALL.iter().flat_map(|&key| pack(key).tools) {
        let spec = (tool.spec)();
        assert!(!spec.description.is_empty(), "{} has no doc comment", tool.name);
        assert_eq!(spec.parameters["type"], "object", "{}", tool.name);
        assert_eq!(spec.parameters["additionalProperties"], false, "{}", tool.name);
        for (field, schema) in spec.parameters["properties"].as_object().expect("properties") {
            assert!(schema["description"].is_string(), "{}.{field} has no doc comment", tool.name);
        }
    }
}

/// A demo organisation. It is Friday, 20 November 2026, ten in the morning in California.
async fn demo_org(world: &World, slug: &str) -> Org {
    demo::seed_with(&world.backend, None, demo::Audio::None).await.expect("seeded");
    orgs::named(&world.backend, slug).await.expect("read").expect("there")
}

async fn outcome(org: &Org, now: DateTime<Utc>, tool: &str, arguments: &str) -> ToolOutcome {
    run(&ToolCall::reading(org, now), tool, arguments).await
}

/// What the model is told.
async fn told(org: &Org, now: DateTime<Utc>, tool: &str, arguments: Value) -> Value {
    let outcome = outcome(org, now, tool, &arguments.to_string()).await;
    serde_json::from_str(&outcome.output).expect("JSON")
}

/// What the assistant can say.
async fn say(org: &Org, now: DateTime<Utc>, tool: &str, arguments: Value) -> String {
    told(org, now, tool, arguments).await["say"].as_str().expect("a sentence").to_owned()
}

/// The code of an error that has a sentence, too.
async fn code(org: &Org, now: DateTime<Utc>, tool: &str, arguments: Value) -> String {
    let told = told(org, now, tool, arguments).await;
    assert_eq!(told["status"], "error", "{told}");
    assert!(told["say"].as_str().is_some_and(|say| !say.is_empty()), "{told}");
    told["code"].as_str().expect("a code").to_owned()
}

engines! {
    async fn events_are_told_with_date_place_and_price(world: World) {
        let (org, now) = (demo_org(world, "soup-cookoff").await, world.now());

        let all = told(&org, now, "get_upcoming_events", json!({})).await;
        assert_eq!(all["status"], "done");
        assert_eq!(all["events"].as_array().map(Vec::len), Some(8));
        let first = all["say"].as_str().expect("a sentence");
        assert!(first.starts_with("The next event is the Chowder on the Bay on Saturday, December fifth, at eleven in the \
                                   morning, at Pier 27 in San Francisco."), "{first}");
        let id = all["events"][0]["eventId"].clone();

        for place in ["oregon", "Portland", "OR", "portlend"] {
            let there = told(&org, now, "get_upcoming_events", json!({ "location": place })).await;
            assert_eq!(there["events"][0]["title"], "Rose City Ramen and Stew", "{place}");
        }
        let nowhere = say(&org, now, "get_upcoming_events", json!({ "location": "Chicago" })).await;
        assert!(nowhere.contains("There are events in San Francisco, Oakland"), "{nowhere}");

        assert_eq!(
            say(&org, now, "get_ticket_pricing", json!({ "eventId": id, "ticketType": "v.i.p." })).await,
            "For the Chowder on the Bay on Saturday, December fifth: VIP is eighty-five dollars in advance, or one hundred \
             dollars at the gate, with only twenty-three left."
        );
        let broth = say(&org, now, "get_ticket_pricing", json!({ "eventId": "the broth battle" })).await;
        assert!(broth.contains("VIP is sold out."), "{broth}");
        let details = told(&org, now, "get_event_details", json!({ "eventId": id })).await;
        assert_eq!((details["until"].as_str(), details["sponsors"].as_array().map(Vec::len)), (Some("three in the afternoon"), Some(4)));
    }

    async fn past_and_unknown_events_help_the_caller_on(world: World) {
        let (org, now) = (demo_org(world, "soup-cookoff").await, world.now());

        let won = say(&org, now, "get_event_details", json!({ "eventId": "harvest cookoff" })).await;
        assert!(won.contains("Marisol Vega of Casa Vega won the Golden Ladle"), "{won}");
        assert_eq!(code(&org, now, "get_ticket_pricing", json!({ "eventId": "harvest cookoff" })).await, "past_event");
        let unknown = told(&org, now, "get_event_details", json!({ "eventId": "jazz night" })).await;
        assert_eq!(unknown["code"], "unknown_event");
        assert!(unknown["say"].as_str().is_some_and(|say| say.contains("Coming up next: the Chowder on the Bay")));
        let tier = json!({ "eventId": "Chowder on the Bay", "ticketType": "backstage" });
        assert_eq!(code(&org, now, "get_ticket_pricing", tier).await, "unknown_ticket_type");
        assert_eq!(code(&org, now, "get_event_details", json!({ "eventId": "the cookoff" })).await, "which_event");
        let next = told(&org, now, "get_event_details", json!({ "eventId": "the next event" })).await;
        assert_eq!(next["title"], "Chowder on the Bay");
    }

    async fn another_organisations_event_does_not_exist(world: World) {
        let (soup, now) = (demo_org(world, "soup-cookoff").await, world.now());
        let other = world.org("other").await;
        let all = told(&soup, now, "get_upcoming_events", json!({})).await;
        let id = &all["events"][0]["eventId"];

        assert_eq!(code(&other, now, "get_event_details", json!({ "eventId": id })).await, "unknown_event");
        assert_eq!(code(&other, now, "get_ticket_pricing", json!({ "eventId": id })).await, "unknown_event");
        assert_eq!(say(&other, now, "get_upcoming_events", json!({})).await, "There are no events coming up at the moment.");
    }

    async fn sponsorship_is_told_as_a_whole_and_by_level(world: World) {
        let (org, now) = (demo_org(world, "soup-cookoff").await, world.now());
        let all = say(&org, now, "get_sponsorship_info", json!({})).await;
        assert!(all.contains("Bronze for five hundred dollars, Silver for one thousand five hundred dollars"), "{all}");
        let gold = say(&org, now, "get_sponsorship_info", json!({ "level": "gold" })).await;
        assert!(gold.starts_with("Gold is four thousand dollars."), "{gold}");
        assert_eq!(code(&org, now, "get_sponsorship_info", json!({ "level": "Platinum" })).await, "unknown_level");
    }

    async fn the_menu_is_told_by_category_and_by_product(world: World) {
        let (org, now) = (demo_org(world, "mangy-dog").await, world.now());

        let all = told(&org, now, "get_menu", json!({})).await;
        assert_eq!(all["categories"].as_array().map(Vec::len), Some(7));
        for category in ["tea", "Tea and more", "teas"] {
            let tea = say(&org, now, "get_menu", json!({ "category": category })).await;
            assert!(tea.starts_with("Under tea and more we have English Breakfast, Earl Grey"), "{category}: {tea}");
        }
        assert_eq!(code(&org, now, "get_menu", json!({ "category": "pizza" })).await, "unknown_category");

        assert_eq!(
            say(&org, now, "get_product_details", json!({ "productName": "large oat latte" })).await,
            "A large Latte with oat milk is six dollars and thirty cents. Made the usual way it contains milk; oat milk \
             contains oats."
        );
        assert_eq!(
            say(&org, now, "get_product_details", json!({ "productName": "two pounds of house blend" })).await,
            "A two pound bag of Stray Dog House Blend is thirty-nine dollars."
        );
        assert_eq!(code(&org, now, "get_product_details", json!({ "productName": "croissant" })).await, "which_product");
        let none = told(&org, now, "get_product_details", json!({ "productName": "chicken sandwich" })).await;
        assert_eq!((&none["code"], &none["nearest"][0]), (&json!("unknown_product"), &json!("Turkey and Swiss Sandwich")));
        let plans = say(&org, now, "get_subscription_info", json!({})).await;
        assert!(plans.contains("The Pack for thirty-three dollars every two weeks"), "{plans}");
    }

    async fn hours_are_told_for_now_days_and_holidays(world: World) {
        let (org, now) = (demo_org(world, "mangy-dog").await, world.now());
        for (day, sentence) in [
            ("now", "We are open now, until two in the afternoon."),
            (
                "tomorrow",
                "Tomorrow we are open from seven thirty in the morning to two in the afternoon and from five in the evening to \
                 twelve thirty in the morning.",
            ),
            ("Thanksgiving", "On Thanksgiving, Thursday, November twenty-sixth, we are closed."),
            (
                "December 24",
                "On Thursday, December twenty-fourth, we have special hours for Christmas Eve: from seven in the morning to one \
                 in the afternoon.",
            ),
            ("Sundays", "On Sundays we are open from eight in the morning to four in the afternoon."),
            (
                "Easter",
                "On Easter Sunday, Sunday, March twenty-eighth, twenty twenty-seven, we keep our usual hours, from eight in the \
                 morning to four in the afternoon.",
            ),
        ] {
            assert_eq!(say(&org, now, "get_store_hours", json!({ "day": day })).await, sentence, "{day}");
        }
        let evening = now + TimeDelta::hours(5);
        assert_eq!(
            say(&org, evening, "get_store_hours", json!({ "day": "now" })).await,
            "We are closed now. We open again today at five in the evening."
        );
        let night = now + TimeDelta::hours(14);
        let open = told(&org, night, "get_store_hours", json!({ "day": "now" })).await;
        assert_eq!((&open["openNow"], &open["say"]), (&json!(true), &json!("We are open now, until twelve thirty in the morning.")));
        let week = say(&org, now, "get_store_hours", json!({})).await;
        assert!(week.contains("Monday to Thursday from six thirty in the morning to six in the evening; Friday"), "{week}");
        assert_eq!(code(&org, now, "get_store_hours", json!({ "day": "blursday" })).await, "unknown_day");
        assert_eq!(code(&org, now, "get_store_hours", json!({ "day": "yesterday" })).await, "past_day");
    }

    async fn the_knowledge_base_answers_and_remembers_that_it_was_used(world: World) {
        let (org, now) = (demo_org(world, "riverside").await, world.now());
        let hits = async || crate::articles::list(&org).await.expect("read").iter().map(|row| row.hits).sum::<i64>();
        let before = hits().await;

        let found = told(&org, now, "search_knowledge_base", json!({ "query": "do you take my insurance" })).await;
        assert!(found["say"].as_str().is_some_and(|say| say.starts_with("We take Medicare")), "{found}");
        assert_eq!(hits().await, before + 1);
        let nothing = told(&org, now, "search_knowledge_base", json!({ "query": "zeppelin" })).await;
        assert_eq!((&nothing["say"], &nothing["passages"]), (&json!("I do not have that information."), &json!([])));
        assert_eq!(code(&org, now, "search_knowledge_base", json!({ "query": " " })).await, "empty_query");
    }

    async fn the_call_ends_after_the_goodbye(world: World) {
        let (org, now) = (demo_org(world, "riverside").await, world.now());
        let ended = outcome(&org, now, "end_call", r#"{"reason":"said goodbye"}"#).await;
        assert_eq!((ended.status, ended.then), (ToolStatus::Done, AfterTool::EndCall));
    }

    async fn tools_of_packs_that_are_off_and_bad_arguments_are_refused(world: World) {
        let (org, now) = (demo_org(world, "riverside").await, world.now());
        let names: Vec<&str> = tools_for(&org).iter().map(|tool| tool.name).collect();
        assert_eq!(names, ["search_knowledge_base", "end_call"]);
        assert_eq!(code(&org, now, "get_menu", json!({})).await, "not_available");
        assert_eq!(code(&org, now, "transfer_money", json!({})).await, "unknown_tool");

        let wrong = told(&org, now, "search_knowledge_base", json!({ "query": 5 })).await;
        assert_eq!((&wrong["code"], &wrong["field"]), (&json!("invalid_arguments"), &json!("query")));
        let wrong = outcome(&org, now, "search_knowledge_base", "{not json").await;
        assert_eq!((wrong.status, wrong.then), (ToolStatus::Failed, AfterTool::GoOn));
    }

    async fn a_tool_that_panics_or_has_no_database_is_spoken_for(world: World) {
        let (org, now) = (world.org("ours").await, world.now());
        let call = ToolCall::reading(&org, now);

        let panicked = settle(&call, "a_tool", async { panic!("secret detail") }).await;
        world.backend.db().close().await;
        let broken = outcome(&org, now, "get_menu", "{}").await;

        for outcome in [panicked, broken] {
            assert_eq!(outcome.status, ToolStatus::Failed);
            let told: Value = serde_json::from_str(&outcome.output).expect("JSON");
            assert_eq!((&told["status"], &told["code"]), (&json!("error"), &json!("unavailable")));
            assert_eq!(told.as_object().map(serde_json::Map::len), Some(3), "nothing else is told: {told}");
        }
    }

    async fn what_tools_say_has_no_figures_to_read_out(world: World) {
        let now = world.now();
        for (slug, tool, arguments) in [
            ("soup-cookoff", "get_upcoming_events", json!({ "location": "Oakland" })),
            ("soup-cookoff", "get_ticket_pricing", json!({ "eventId": "Chowder on the Bay" })),
            ("soup-cookoff", "get_sponsorship_info", json!({})),
            ("mangy-dog", "get_menu", json!({ "category": "espresso" })),
            ("mangy-dog", "get_product_details", json!({ "productName": "latte" })),
            ("mangy-dog", "get_store_hours", json!({})),
            ("mangy-dog", "get_subscription_info", json!({})),
        ] {
            let org = demo_org(world, slug).await;
            let said = say(&org, now, tool, arguments).await;
            assert!(!said.contains(|c: char| c.is_ascii_digit() || c == '$'), "{tool}: {said}");
        }
    }
}
