//! Which event the model means: by its id, or by its title or place as the caller said it.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::store::{Event, events};
use crate::{
    org::Org,
    packs::{ToolCall, ToolError, heard},
    speech,
};

/// An event in a list of choices.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Choice {
    /// Its identifier, for the next tool call.
    #[serde(rename = "eventId")]
    pub event_id: String,
    /// What it is called.
    pub title: String,
    /// Its date in words.
    pub date: String,
}

impl Choice {
    /// The event in a list of choices.
    pub fn of(event: &Event, call: &ToolCall<'_>) -> Self {
        Self { event_id: event.id.to_string(), title: event.title.clone(), date: date(event, call) }
    }
}

/// The event's date as it is said: "Saturday, December fifth".
pub fn date(event: &Event, call: &ToolCall<'_>) -> String {
    speech::date(call.org.local(event.starts_at).date_naive(), call.today())
}

/// When the event is, as it is said: "Saturday, December fifth, at eleven in the morning".
pub fn when(event: &Event, call: &ToolCall<'_>) -> String {
    format!("{}, at {}", date(event, call), speech::time(call.org.local(event.starts_at).time()))
}

/// Where the event is: "Pier 27 in San Francisco".
pub fn place(event: &Event) -> Option<String> {
    event.venue.as_ref().map(|venue| format!("{} in {}", venue.name, venue.city))
}

/// The event that the model means. What it does not find, or finds twice, it tells with the events to choose from.
pub async fn event(call: &ToolCall<'_>, meant: &str) -> Result<Event, ToolError> {
    let all = events(call.org).await?;
    if let Some(event) = all.iter().find(|event| event.id.to_string() == meant.trim().to_lowercase()) {
        return Ok(event.clone());
    }
    match by_words(call.org, &all, meant, call.now).as_slice() {
        [] => Err(unknown(call, &all)),
        [only] => Ok((*only).clone()),
        several => {
            let titles: Vec<String> = several.iter().take(4).map(|event| said(event, call)).collect();
            let say = format!("Which one do you mean, {}?", speech::choice(&titles));
            let choices: Vec<Choice> = several.iter().map(|event| Choice::of(event, call)).collect();
            Err(ToolError::told("which_event", say).with("choices", choices))
        }
    }
}

/// An event in a sentence: "the Harbor Cookoff on Saturday, December fifth".
fn said(event: &Event, call: &ToolCall<'_>) -> String {
    format!("the {} on {}", event.title, date(event, call))
}

fn unknown(call: &ToolCall<'_>, all: &[Event]) -> ToolError {
    let upcoming: Vec<&Event> = all.iter().filter(|event| !event.is_past(call.now)).collect();
    let say = if upcoming.is_empty() {
        "I do not know that event, and there is none coming up at the moment.".to_owned()
    } else {
        let next: Vec<String> = upcoming.iter().take(3).map(|event| said(event, call)).collect();
        format!("I do not know that event. Coming up next: {}.", speech::list(&next))
    };
    let upcoming: Vec<Choice> = upcoming.iter().map(|event| Choice::of(event, call)).collect();
    ToolError::told("unknown_event", say).with("upcoming", upcoming)
}

/// The events that fit best; of equally good ones those that are still to come.
fn by_words<'e>(org: &Org, all: &'e [Event], meant: &str, now: DateTime<Utc>) -> Vec<&'e Event> {
    let upcoming = || all.iter().filter(|event| !event.is_past(now));
    let mut heard = heard::words(meant);
    let next = heard.iter().any(|word| word == "next");
    // "The cookoff" says nothing at The Soup Cookoff.
    let name = heard::words(org.name());
    heard.retain(|word| !name.contains(word) && !["event", "next"].contains(&word.as_str()));
    if heard.is_empty() {
        return if next { upcoming().take(1).collect() } else { upcoming().collect() };
    }
    let scored: Vec<(f64, &Event)> =
        all.iter().map(|event| (score(org, event, &heard), event)).filter(|(score, _)| *score >= 0.6).collect();
    let best = scored.iter().map(|(score, _)| *score).fold(0.0, f64::max);
    let mut found: Vec<&Event> =
        scored.into_iter().filter(|(score, _)| best - score < 0.02).map(|(_, event)| event).collect();
    if found.iter().any(|event| !event.is_past(now)) {
        found.retain(|event| !event.is_past(now));
    }
    found
}

/// How much of what was said an event explains, then how much of its title was said.
fn score(org: &Org, event: &Event, heard: &[String]) -> f64 {
    let month = org.local(event.starts_at).format("%B %Y");
    let place = event.venue.as_ref().map(|v| format!("{} {} {}", v.name, v.city, v.region)).unwrap_or_default();
    let known = heard::words(&format!("{} {place} {} {month}", event.title, event.series));
    let title = heard::fit(heard, &heard::words(&event.title)).covered;
    heard::fit(&known, heard).covered + title * 0.5
}
