//! A model that obeys an attacker: calls every tool with arguments that no honest model makes up.

use call::consent::Said;

use super::*;
use crate::packs;

/// What is put in place of an honest value, and beside it.
fn poison() -> Vec<Value> {
    vec![
        json!(null),
        json!(-1),
        json!(0),
        json!(1_000_000_000_000_i64),
        json!(0.01),
        json!(true),
        json!(""),
        json!("' or 1=1 --"),
        json!("../../etc/passwd"),
        json!("x".repeat(9_000)),
        json!(["VIP"]),
        json!({ "price": 1 }),
        json!("\u{202e}\u{0}"),
    ]
}

const SMUGGLED: [&str; 14] = [
    "price",
    "unit_minor",
    "unitMinor",
    "total",
    "amount",
    "currency",
    "orgId",
    "org_id",
    "phone_number",
    "to",
    "caller",
    "confirmed",
    "quote",
    "proposedMs",
];

/// Honest arguments of a tool, in which every field is then poisoned.
fn honest(tool: &str, event: &str) -> Value {
    match tool {
        "purchase_tickets" => json!({ "eventId": event, "ticketType": "VIP", "quantity": 2, "payWith": "saved_card" }),
        "leave_sponsor_inquiry" => json!({ "name": "Priya", "company": "Lumen", "level": "gold", "message": "Hi" }),
        "confirm" => json!({ "proposalId": ProposalId::new() }),
        "get_event_details" => json!({ "eventId": event }),
        "get_ticket_pricing" => json!({ "eventId": event, "ticketType": "VIP" }),
        "search_knowledge_base" => json!({ "query": "parking" }),
        "end_call" => json!({ "reason": "bye" }),
        _ => json!({}),
    }
}

use model::ProposalId;

async fn nothing_happened(world: &World, org: &Org) {
    world.jobs().await;
    assert!(page(org, &SaleFilter { limit: 1, ..SaleFilter::default() }).await.expect("read").sales.is_empty());
    assert!(crate::packs::events::inquiries::list(org).await.expect("read").is_empty());
    assert!(world.messages.taken().is_empty() && world.mail.taken().is_empty());
    assert_eq!(vip(org).await.0, 97);
}

engines! {
    async fn whatever_it_makes_up_nothing_is_done_without_the_callers_word(world: World) {
        let mut line = Line::open(world).await;
        let event = chowder(&line.org).await.id.to_string();
        for tool in packs::tools_for(&line.org) {
            let honest = honest(tool.name, &event);
            let fields: Vec<String> = honest.as_object().expect("an object").keys().cloned().collect();
            for value in poison() {
                for field in fields.iter().map(String::as_str).chain(SMUGGLED) {
                    let mut arguments = honest.clone();
                    arguments[field] = value.clone();
                    let told = line.calls(tool.name, arguments.clone()).await;
                    assert!(told["say"].as_str().is_some_and(|say| !say.is_empty()), "{}: {arguments}: {told}", tool.name);
                    if let Some(id) = told["proposalId"].as_str() {
                        let confirmed = line.calls("confirm", json!({ "proposalId": id })).await;
                        assert_eq!(confirmed["status"], "refused", "{arguments}: {confirmed}");
                    }
                }
            }
        }
        nothing_happened(world, &line.org).await;
    }

    async fn the_callers_yes_to_something_else_buys_nothing(world: World) {
        let mut line = Line::open(world).await;
        let proposed = line.calls("purchase_tickets", two()).await;
        let confirm = json!({ "proposalId": proposed["proposalId"] });
        line.assistant("Two VIP tickets for the Chowder on the Bay, seventeen dollars in all, is that right?");
        line.caller("Yes!");
        assert_eq!(line.calls("confirm", confirm.clone()).await["code"], "not_heard", "another price was read");
        line.assistant("Would you like me to go on?");
        line.caller("Yes!");
        assert_eq!(line.calls("confirm", confirm.clone()).await["code"], "not_heard");
        let text = proposed["readBack"].as_str().expect("a sentence").to_owned();
        let total_ms = text.len() as u64 * 60;
        line.said.push(Said::Assistant { text, start: call::Ms(line.at), heard_ms: total_ms / 3, total_ms });
        line.at += total_ms / 3;
        line.caller("Yes!");
        assert_eq!(line.calls("confirm", confirm).await["code"], "not_heard", "the caller cut in");
        nothing_happened(world, &line.org).await;
    }

    async fn events_of_others_cannot_be_bought_and_only_the_caller_is_texted(world: World) {
        let mut line = Line::open(world).await;
        let other = world.org("others").await;
        let stranger = Line::to(&other).await;
        let event = chowder(&line.org).await;
        let mut elsewhere = stranger;
        let wish = json!({ "eventId": event.id, "ticketType": "VIP", "quantity": 1 });
        let told = elsewhere.calls("purchase_tickets", wish).await;
        assert_eq!(told["code"], "unknown_event", "{told}");

        assert_eq!(line.agrees_to("purchase_tickets", two()).await["status"], "done");
        world.jobs().await;
        let texts = world.messages.taken();
        assert_eq!(texts.len(), 1);
        assert_eq!(Some(&texts[0].to), line.caller.as_ref());
        assert_eq!(newest(&line.org).await.total, Money::usd(17_000));
    }
}
