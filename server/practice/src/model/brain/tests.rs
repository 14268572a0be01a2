use serde_json::json;

use super::*;

#[test]
fn a_question_of_two_parts_is_looked_up_in_two_steps_and_answered_in_one_breath() {
    let mut lines = vec![words("When is the next cookoff and what does a VIP ticket cost?")];
    assert_eq!(ask(&lines), call("get_upcoming_events", &json!({})));

    lines.push(called("c1", "get_upcoming_events"));
    lines.push(outcome(
        "c1",
        &json!({ "events": [{ "id": "ev-7", "name": "Chili Night" }], "say": "The next cookoff is on Saturday." }),
    ));
    assert_eq!(ask(&lines), call("get_ticket_pricing", &json!({ "event_id": "ev-7", "tier": "vip" })));

    lines.push(called("c2", "get_ticket_pricing"));
    lines.push(outcome("c2", &json!({ "say": "A VIP ticket is ninety dollars." })));
    assert_eq!(ask(&lines), say("The next cookoff is on Saturday. A VIP ticket is ninety dollars."));
}

#[test]
fn what_was_only_needed_to_find_an_id_is_not_told() {
    let lines = [
        words("What does a ticket cost?"),
        called("c1", "get_upcoming_events"),
        outcome("c1", &json!({ "events": [{ "id": "ev-7" }], "say": "There are eight events." })),
        called("c2", "get_ticket_pricing"),
        outcome("c2", &json!({ "say": "Forty dollars." })),
    ];

    assert_eq!(ask(&lines[..1]), call("get_upcoming_events", &json!({})));
    assert_eq!(ask(&lines), say("Forty dollars."));
}

#[test]
fn the_event_that_was_named_is_the_one_asked_about() {
    let events = json!({ "events": [{ "id": "a", "name": "Chili Night" }, { "id": "b", "name": "Gumbo Festival" }], "say": "Two." });
    let lines = [
        words("What events are there?"),
        called("c1", "get_upcoming_events"),
        outcome("c1", &events),
        Line::Assistant(String::new()),
        words("How much are tickets for the gumbo one?"),
    ];

    assert_eq!(ask(&lines), call("get_ticket_pricing", &json!({ "event_id": "b" })));
}

#[test]
fn words_choose_the_tool() {
    for (sentence, tool, arguments) in [
        ("Are you open on Sunday?", "get_store_hours", json!({ "day": "sunday" })),
        ("When do you close today?", "get_store_hours", json!({ "day": "today" })),
        ("What's on the menu?", "get_menu", json!({})),
        ("How much is a large latte?", "get_product_details", json!({ "product": "large latte" })),
        ("Do you have a coffee subscription?", "get_subscription_info", json!({})),
        ("I'd like to sponsor you.", "get_sponsorship_info", json!({})),
        ("No, that's all, goodbye!", "end_call", json!({ "reason": "The caller asked for it." })),
        ("Any tee times?", "search_tee_times", json!({ "players": 1 })),
        ("Is there a dress code?", "search_knowledge_base", json!({ "query": "Is there a dress code?" })),
    ] {
        assert_eq!(ask(&[words(sentence)]), call(tool, &arguments), "{sentence}");
    }
}

#[test]
fn a_tool_that_is_not_there_is_not_called() {
    let question = Question { instructions: None, tools: &[], choice: Choice::Auto, lines: &[words("Are you open?")] };

    assert_eq!(answer(&question), say("I have no tool to answer that with. Is there anything else?"));
}

#[test]
fn tools_are_left_alone_when_the_response_forbids_them() {
    let lines = [words("Hello, are you open?")];
    let question = Question { instructions: None, tools: &tools(), choice: Choice::Never, lines: &lines };

    assert_eq!(answer(&question), say("Hello! How can I help you?"));
}

#[test]
fn quoted_instructions_are_said_word_for_word() {
    for (instructions, sentence) in [
        (r#"Say exactly: "Thank you for calling "The Soup" today.""#, r#"Thank you for calling "The Soup" today."#),
        ("Begin with “Grüß Gott!” now", "Grüß Gott!"),
        ("Greet the caller in one short sentence.", "Hello, how can I help you?"),
        ("Ask whether the caller is still there.", "Are you still there?"),
    ] {
        let question = Question { instructions: Some(instructions), tools: &tools(), choice: Choice::Auto, lines: &[] };
        assert_eq!(answer(&question), say(sentence), "{instructions}");
    }
}

#[test]
fn instructions_without_a_quotation_do_not_hide_what_a_tool_brought() {
    let lines =
        [words("Are you open?"), called("c1", "get_store_hours"), outcome("c1", &json!({ "say": "Until six." }))];
    let question =
        Question { instructions: Some("Answer briefly."), tools: &tools(), choice: Choice::Auto, lines: &lines };

    assert_eq!(answer(&question), say("Until six."));
}

#[test]
fn speech_without_words_is_measured_not_invented() {
    let Act::Say(sentence) = ask(&[Line::Caller(Heard::Speech { ms: 2_900 })]) else { panic!("no call") };
    assert!(
        sentence.starts_with("I heard about three seconds of speech, but this practice model does not"),
        "{sentence}"
    );

    assert_eq!(ask(&[Line::Caller(Heard::Nothing)]), say("Are you still there?"));
}

#[test]
fn keys_are_read_back() {
    assert_eq!(ask(&[words("[The caller pressed keypad digits: 42]")]), say("You pressed 4 2. How can I help you?"));
}

#[test]
fn a_notice_that_must_be_spoken_is_spoken() {
    let lines = [words("Hi"), Line::Assistant(String::new()), Line::System("The payment has arrived.".into())];

    assert_eq!(ask(&lines), say("Just so you know: The payment has arrived."));
}

#[test]
fn tickets_are_ordered_read_back_and_confirmed_when_the_caller_says_yes() {
    let events = json!({ "events": [{ "eventId": "a", "title": "Chili Night" }, { "eventId": "b", "title": "Fall Cookoff" }], "say": "Two." });
    let mut lines = vec![words("Two VIP tickets for the Fall Cookoff, please.")];
    assert_eq!(buy(&lines), call("get_upcoming_events", &json!({})));
    lines.push(called("c1", "get_upcoming_events"));
    lines.push(outcome("c1", &events));
    assert_eq!(buy(&lines), call("purchase_tickets", &json!({ "eventId": "b", "quantity": 2, "ticketType": "vip" })));

    lines.push(called("c2", "purchase_tickets"));
    lines
        .push(outcome("c2", &json!({ "status": "proposed", "proposalId": "p-1", "say": "Two VIP tickets. Shall I?" })));
    assert_eq!(buy(&lines), say("Two VIP tickets. Shall I?"));

    lines.push(Line::Assistant(String::new()));
    lines.push(words("Yes, please."));
    assert_eq!(buy(&lines), call("confirm", &json!({ "proposalId": "p-1" })));
    lines.push(called("c3", "confirm"));
    lines.push(outcome("c3", &json!({ "status": "done", "reference": "483-2917", "say": "The seats are yours." })));
    assert_eq!(buy(&lines), say("The seats are yours."));

    lines.push(Line::Assistant(String::new()));
    lines.push(words("Yes, thanks."));
    assert_eq!(buy(&lines), say("You are welcome. Is there anything else I can do for you?"));
}

#[test]
fn a_caller_who_says_no_gets_nothing_and_one_who_asks_a_price_is_sold_nothing() {
    let proposed = json!({ "status": "proposed", "proposalId": "p-1", "say": "Two VIP tickets. Shall I?" });
    let lines = [
        called("c2", "purchase_tickets"),
        outcome("c2", &proposed),
        Line::Assistant(String::new()),
        words("No, wait."),
    ];

    assert_eq!(buy(&lines), say("All right, I leave it as it is."));
    assert_eq!(buy(&[words("How much are two tickets, please?")]), call("get_upcoming_events", &json!({})));
}

#[test]
fn somebody_who_would_like_to_sponsor_is_taken_down_by_name() {
    let inquiry = [words("My name is Priya Raman from Lumen Foods, and I would like to sponsor, gold maybe.")];

    assert_eq!(
        buy(&inquiry),
        call("leave_sponsor_inquiry", &json!({ "company": "Lumen Foods", "level": "gold", "name": "Priya Raman" }))
    );
}

#[test]
fn a_failing_tool_is_told_in_its_own_words() {
    let lines = [
        words("Are you open?"),
        called("c1", "get_store_hours"),
        outcome("c1", &json!({ "status": "error", "code": "slow", "say": "I cannot look that up just now." })),
    ];

    assert_eq!(ask(&lines), say("I cannot look that up just now."));
}

fn ask(lines: &[Line]) -> Act {
    answer(&Question { instructions: None, tools: &tools(), choice: Choice::Auto, lines })
}

/// As [`ask`], where things can be changed.
fn buy(lines: &[Line]) -> Act {
    let mut tools = tools();
    let tickets = json!({ "properties": { "eventId": { "type": "string" }, "quantity": { "type": "integer" },
        "ticketType": { "type": "string" } }, "required": ["eventId", "ticketType", "quantity"] });
    let inquiry = json!({ "properties": { "name": { "type": "string" }, "company": { "type": "string" },
        "level": { "type": "string" } }, "required": ["name"] });
    let confirm = json!({ "properties": { "proposalId": { "type": "string" } }, "required": ["proposalId"] });
    tools.push(Tool { name: "purchase_tickets".into(), parameters: tickets });
    tools.push(Tool { name: "leave_sponsor_inquiry".into(), parameters: inquiry });
    tools.push(Tool { name: "confirm".into(), parameters: confirm });
    answer(&Question { instructions: None, tools: &tools, choice: Choice::Auto, lines })
}

fn tools() -> Vec<Tool> {
    let day = json!({ "properties": { "day": { "type": ["string", "null"] } } });
    let event = json!({ "properties": { "event_id": { "type": "string" }, "tier": { "type": ["string", "null"] } }, "required": ["event_id"] });
    let product = json!({ "properties": { "product": { "type": "string" } }, "required": ["product"] });
    let query = json!({ "properties": { "query": { "type": "string" } }, "required": ["query"] });
    let players = json!({ "properties": { "players": { "type": "integer", "minimum": 1 } }, "required": ["players"] });
    let reason = json!({ "properties": { "reason": { "type": "string" } } });
    let nothing = json!({ "properties": {} });
    [
        ("end_call", reason),
        ("get_upcoming_events", nothing.clone()),
        ("get_ticket_pricing", event),
        ("get_menu", nothing.clone()),
        ("get_product_details", product),
        ("get_store_hours", day),
        ("get_subscription_info", nothing.clone()),
        ("get_sponsorship_info", nothing),
        ("search_tee_times", players),
        ("search_knowledge_base", query),
    ]
    .map(|(name, parameters)| Tool { name: name.into(), parameters })
    .into()
}

fn words(text: &str) -> Line {
    Line::Caller(Heard::Words(text.into()))
}

fn called(id: &str, name: &str) -> Line {
    Line::Call { call_id: id.into(), name: name.into() }
}

fn outcome(id: &str, output: &Value) -> Line {
    Line::Outcome { call_id: id.into(), output: output.to_string() }
}

fn say(text: &str) -> Act {
    Act::Say(text.into())
}

fn call(name: &str, arguments: &Value) -> Act {
    Act::Call { name: name.into(), arguments: arguments.to_string() }
}
