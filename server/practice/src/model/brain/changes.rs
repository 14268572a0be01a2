//! Changes that a tool has proposed: read back, and confirmed when the caller says yes.

use serde_json::{Value, json};

use super::{Act, Line, Tool, wishes::tokens};

/// What the caller's words mean for a proposal that waits; `None` when none does, or when they are about something else.
pub(super) fn answer(lines: &[Line], words: &str, tools: &[Tool], called: &[&str]) -> Option<Act> {
    let id = waiting(lines)?;
    if !tools.iter().any(|it| it.name == "confirm") || called.contains(&"confirm") {
        return None;
    }
    let said = tokens(words);
    let any = |of: &[&str]| said.iter().any(|it| of.contains(&it.as_str()));
    let agrees = words.to_lowercase().contains("no problem");
    if !agrees && any(&["no", "nope", "not", "isnt", "wait", "stop", "dont", "cancel", "nevermind"]) {
        return Some(Act::Say("All right, I leave it as it is.".to_owned()));
    }
    (agrees || any(&["yes", "yeah", "yep", "sure", "ok", "okay", "right", "correct", "ahead"]))
        .then(|| Act::Call { name: "confirm".to_owned(), arguments: json!({ "proposalId": id }).to_string() })
}

/// The last proposal, unless something was done since.
fn waiting(lines: &[Line]) -> Option<String> {
    let mut waiting = None;
    for line in lines {
        let Line::Outcome { output, .. } = line else { continue };
        let Ok(outcome) = serde_json::from_str::<Value>(output) else { continue };
        match (outcome["status"].as_str(), outcome["proposalId"].as_str()) {
            (Some("proposed"), Some(id)) => waiting = Some(id.to_owned()),
            (Some("done"), _) if outcome["reference"].is_string() => waiting = None,
            _ => {}
        }
    }
    waiting
}

/// Whether somebody wants to buy, not to hear what it costs: where they say so.
pub(super) fn wants_tickets(said: &[String]) -> Option<usize> {
    const ASKING: [&str; 12] =
        ["how", "what", "whats", "when", "where", "which", "cost", "costs", "price", "prices", "left", "available"];
    const WANTING: [&str; 10] = ["buy", "purchase", "order", "book", "want", "like", "take", "need", "get", "please"];
    let tickets = said.iter().position(|it| it.starts_with("ticket"))?;
    let asks = said.iter().any(|it| ASKING.contains(&it.as_str()));
    let wants = said.iter().any(|it| WANTING.contains(&it.as_str()));
    (wants && !asks).then_some(tickets)
}

/// "Priya Raman" of "my name is Priya Raman from Lumen Foods".
pub(super) fn name(words: &str) -> Option<String> {
    between(words, &["my name is ", "this is ", "i am ", "i'm "], &[" from ", " of ", " and ", ",", "."])
}

/// "Lumen Foods" of "my name is Priya Raman from Lumen Foods".
pub(super) fn company(words: &str) -> Option<String> {
    name(words)?;
    between(words, &[" from ", " of "], &[" and ", ",", "."])
}

fn between(words: &str, begins: &[&str], ends: &[&str]) -> Option<String> {
    let lower = words.to_ascii_lowercase();
    let start = begins.iter().find_map(|it| Some(lower.find(it)? + it.len()))?;
    let end = ends.iter().filter_map(|it| Some(lower[start..].find(it)? + start)).min().unwrap_or(words.len());
    let found = words.get(start..end)?.trim();
    (!found.is_empty()).then(|| found.to_owned())
}
