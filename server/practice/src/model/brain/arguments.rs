//! Fills the arguments of a function call from what was said and from what earlier calls brought.

use serde_json::{Map, Value, json};

use super::{Tool, changes, golf, wishes::tokens};

/// Arguments that fit the tool's schema as well as rules can tell; `None` when it needs an id that nobody knows.
pub(super) fn fill(tool: &Tool, words: &str, known: &[Value]) -> Option<Value> {
    let mut arguments = Map::new();
    for (name, schema) in tool.parameters["properties"].as_object().into_iter().flatten() {
        let guessed =
            if golf::is_ours(&tool.name) { golf::argument(name, words) } else { guess(name, schema, words, known) };
        let value = match guessed {
            Some(value) => value,
            None if !required(tool, name) => continue,
            None if id_noun(name).is_some() => return None,
            None => fallback(schema, words),
        };
        arguments.insert(name.clone(), value);
    }
    Some(Value::Object(arguments))
}

/// The required id that neither the words nor earlier calls give: `event_id`.
pub(super) fn unknown_id<'a>(tool: &'a Tool, known: &[Value]) -> Option<&'a str> {
    let properties = tool.parameters["properties"].as_object()?;
    let name = properties.keys().find(|it| required(tool, it) && id_noun(it).is_some())?;
    things(known).is_empty().then_some(name)
}

fn required(tool: &Tool, name: &str) -> bool {
    tool.parameters["required"].as_array().is_some_and(|it| it.iter().any(|it| it == name))
}

/// `event` of `event_id`, `eventId` and `event`.
fn id_noun(name: &str) -> Option<&str> {
    let noun = name
        .strip_suffix("_id")
        .or_else(|| name.strip_suffix("Id"))
        .or_else(|| name.strip_suffix("_slug"))
        .unwrap_or(name);
    (noun != name || noun == "event").then_some(noun)
}

fn guess(name: &str, schema: &Value, words: &str, known: &[Value]) -> Option<Value> {
    if let Some(choices) = choices(schema) {
        let said = tokens(words);
        let mentioned =
            |choice: &str| tokens(choice).iter().all(|it| said.contains(it) || said.contains(&format!("{it}s")));
        return choices.into_iter().find(|it| mentioned(it)).map(|it| json!(it));
    }
    if let Some(noun) = id_noun(name) {
        return best_match(noun, words, known);
    }
    let about = |these: &[&str]| these.iter().any(|it| name.to_lowercase().contains(it));
    if about(&["query", "question", "search"]) {
        return Some(json!(words));
    }
    if about(&["date", "day", "when"]) {
        return day(words).map(|it| json!(it));
    }
    if about(&["tier", "ticket_type", "tickettype"]) {
        return tokens(words)
            .into_iter()
            .find(|it| ["vip", "general", "child", "student", "senior"].contains(&it.as_str()))
            .map(|it| json!(it));
    }
    if about(&["quantity", "count", "party", "seats", "people", "players", "number_of"]) {
        return number(words).map(|it| json!(it));
    }
    if name == "name"
        && let Some(name) = changes::name(words)
    {
        return Some(json!(name));
    }
    if name == "company" {
        return changes::company(words).map(|it| json!(it));
    }
    if name == "level" {
        let said = tokens(words);
        return ["bronze", "silver", "gold", "premium"]
            .iter()
            .find(|it| said.contains(&(**it).to_owned()))
            .map(|it| json!(it));
    }
    if about(&["product", "item"]) || name == "name" {
        return Some(json!(product(words)));
    }
    if about(&["reason"]) {
        return Some(json!("The caller asked for it."));
    }
    None
}

/// The words a schema allows, also where they are wrapped because null is allowed.
fn choices(schema: &Value) -> Option<Vec<&str>> {
    let direct = schema["enum"].as_array().map(|it| it.iter().filter_map(Value::as_str).collect::<Vec<_>>());
    direct.or_else(|| schema["anyOf"].as_array()?.iter().find_map(choices)).or_else(|| {
        let constants: Vec<&str> = schema["oneOf"].as_array()?.iter().filter_map(|it| it["const"].as_str()).collect();
        (!constants.is_empty()).then_some(constants)
    })
}

fn fallback(schema: &Value, words: &str) -> Value {
    if let Some(first) = choices(schema).and_then(|it| it.first().copied()) {
        return json!(first);
    }
    match schema["type"].as_str() {
        Some("integer" | "number") => schema["minimum"].as_i64().map_or(json!(1), |it| json!(it)),
        Some("boolean") => json!(false),
        Some("array") => json!([]),
        Some("object") => json!({}),
        _ => json!(words),
    }
}

/// Everything in earlier outcomes that has an id: the object itself.
fn things(known: &[Value]) -> Vec<&Map<String, Value>> {
    let mut found = Vec::new();
    for value in known {
        collect(value, &mut found);
    }
    found
}

fn collect<'a>(value: &'a Value, found: &mut Vec<&'a Map<String, Value>>) {
    match value {
        Value::Array(values) => values.iter().for_each(|it| collect(it, found)),
        Value::Object(object) => {
            if ["id", "event_id", "eventId", "slug"].iter().any(|it| object.contains_key(*it)) {
                found.push(object);
            }
            object.values().for_each(|it| collect(it, found));
        }
        _ => {}
    }
}

/// The id of the thing whose name shares the most words with what was said; the first of them otherwise.
fn best_match(noun: &str, words: &str, known: &[Value]) -> Option<Value> {
    let said = tokens(words);
    let shared = |thing: &Map<String, Value>| {
        let name = ["name", "title"].iter().find_map(|it| thing.get(*it)?.as_str()).unwrap_or_default();
        tokens(name).iter().filter(|it| it.len() > 2 && said.contains(it)).count()
    };
    let id = |thing: &Map<String, Value>| {
        [format!("{noun}_id"), format!("{noun}Id"), "id".into(), "slug".into()]
            .iter()
            .find_map(|it| thing.get(it))
            .cloned()
    };
    let mut best: Option<(usize, Value)> = None;
    for thing in things(known) {
        let Some(id) = id(thing) else { continue };
        if best.as_ref().is_none_or(|(score, _)| shared(thing) > *score) {
            best = Some((shared(thing), id));
        }
    }
    best.map(|(_, id)| id)
}

fn day(words: &str) -> Option<String> {
    const DAYS: [&str; 10] =
        ["today", "tomorrow", "tonight", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let tokens = tokens(words);
    let said = tokens.iter().find_map(|it| {
        let bare = it.strip_suffix('s').unwrap_or(it);
        DAYS.iter().find(|day| **day == bare)
    })?;
    Some((if *said == "tonight" { "today" } else { said }).to_owned())
}

fn number(words: &str) -> Option<u64> {
    const NAMES: [&str; 13] =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    tokens(words)
        .iter()
        .find_map(|it| it.parse().ok().or_else(|| Some(NAMES.iter().position(|name| name == it)? as u64)))
}

/// What is left of a question when the question words are gone: "how much is a large latte" → "large latte".
fn product(words: &str) -> String {
    const QUESTION: [&str; 40] = [
        "how", "much", "is", "are", "a", "an", "the", "what", "whats", "does", "do", "you", "have", "cost", "costs",
        "price", "of", "for", "in", "me", "tell", "about", "i", "would", "like", "can", "get", "please", "and",
        "there", "any", "your", "sell", "it", "with", "many", "calories", "hi", "hello", "want",
    ];
    let left: Vec<String> = tokens(words).into_iter().filter(|it| !QUESTION.contains(&it.as_str())).collect();
    if left.is_empty() { words.to_owned() } else { left.join(" ") }
}
