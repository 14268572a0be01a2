//! A run of a tool in plain words; how it looked to the model is folded away.

use leptos::prelude::*;
use model::ToolStatus;
use serde::{Deserialize, Serialize};

use crate::{
    format,
    ui::{Badge, Glyph, Icon},
    words,
};

/// A run of a tool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolEntry {
    name: String,
    status: ToolStatus,
    duration_ms: Option<i64>,
    /// What was asked, as name and value.
    asked: Vec<(String, String)>,
    /// What came back, as name and value.
    answered: Vec<(String, String)>,
    /// Both as the model saw them.
    exact: String,
}

#[cfg(feature = "ssr")]
impl ToolEntry {
    /// A run of a tool, told in plain words.
    pub fn of(tool: model::ToolCall) -> Self {
        let pretty = |value: &serde_json::Value| serde_json::to_string_pretty(value).unwrap_or_default();
        let output = tool.output.unwrap_or(serde_json::Value::Null);
        Self {
            exact: format!("{}({})\n→ {}", tool.name, pretty(&tool.arguments), pretty(&output)),
            name: tool.name,
            status: tool.status,
            duration_ms: tool.duration_ms,
            asked: pairs(&tool.arguments),
            answered: pairs(&output),
        }
    }
}

/// The entries of a JSON object as people read them; what is nested is counted.
#[cfg(feature = "ssr")]
fn pairs(value: &serde_json::Value) -> Vec<(String, String)> {
    use serde_json::Value;

    let told = |value: &Value| match value {
        Value::Null => None,
        Value::Bool(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        Value::Number(number) => Some(number.to_string()),
        // Identifiers tell people nothing; they are in the details.
        Value::String(text) if text.is_empty() || text.parse::<model::CallId>().is_ok() => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(list) if list.iter().all(Value::is_string) => {
            Some(list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "))
        }
        Value::Array(list) => Some(format::count(list.len() as i64, "entry", "entries")),
        Value::Object(_) => Some("more in the details".to_owned()),
    };
    match value {
        Value::Object(map) => {
            // What is to be said first; the badge already tells the status.
            let (say, rest): (Vec<_>, Vec<_>) = map.iter().partition(|(key, _)| *key == "say");
            let rest = rest.into_iter().filter(|(key, _)| *key != "status");
            let name = |key: &str| if key == "say" { "Answer".to_owned() } else { words::sentence(key) };
            say.into_iter().chain(rest).filter_map(|(key, value)| Some((name(key), told(value)?))).collect()
        }
        other => told(other).map(|text| (String::new(), text)).into_iter().collect(),
    }
}

/// What was looked up or done.
#[component]
pub fn ToolCard(tool: ToolEntry) -> impl IntoView {
    let (word, tone) = words::tool_state(tool.status);
    let duration = tool.duration_ms.map(format::short);
    view! {
        <div class="rounded-field border border-base-300 bg-base-200/60 px-3 py-2 text-sm">
            <p class="flex flex-wrap items-center gap-2">
                <Icon glyph=Glyph::Tool class="size-4 text-primary" />
                <span class="font-medium">{words::tool(&tool.name)}</span>
                <Badge text=word tone />
                <span class="muted tabular-nums">{duration}</span>
            </p>
            <Pairs pairs=tool.asked />
            <Pairs pairs=tool.answered />
            <details class="mt-1">
                <summary class="muted cursor-pointer text-xs">"Details"</summary>
                <pre class="mt-1 max-h-72 overflow-auto whitespace-pre-wrap text-xs" tabindex="0">
                    {tool.exact}
                </pre>
            </details>
        </div>
    }
    .into_any()
}

#[component]
fn Pairs(pairs: Vec<(String, String)>) -> impl IntoView {
    let rows = pairs
        .into_iter()
        .map(|(name, value)| {
            view! {
                <div class="flex gap-2">
                    <dt class="muted shrink-0">{name}</dt>
                    <dd class="line-clamp-3 min-w-0">{value}</dd>
                </div>
            }
        })
        .collect_view();
    view! { <dl class="mt-1">{rows}</dl> }.into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn an_answer_begins_with_what_is_to_be_said() {
        let told = pairs(&serde_json::json!({"open": true, "say": "We are open.", "status": "done"}));
        assert_eq!(told, [("Answer".into(), "We are open.".into()), ("Open".into(), "yes".into())]);
    }

    #[test]
    fn arguments_are_told_in_plain_words() {
        let value = serde_json::json!({"eventId": "chili", "quantity": 2, "open": true, "note": "", "tiers": [{}, {}], "id": "01a1fb9a-dfdc-77ac-a387-a87f4c736007"});
        let told = pairs(&value);
        let told: Vec<_> = told.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(told.len(), 4);
        for pair in [("Event id", "chili"), ("Quantity", "2"), ("Open", "yes"), ("Tiers", "2 entries")] {
            assert!(told.contains(&pair), "{pair:?} in {told:?}");
        }
    }
}
