//! `get_upcoming_events`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    find::{self, Choice},
    store::{self, Event},
};
use crate::{
    packs::{Output, ToolCall, ToolError, heard},
    speech,
};

/// Lists the events that are coming up, the next one first, with date, place and id. Call it before you say anything about
/// dates or places of events.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    /// A city, state or venue, if the caller wants to know what is on there. Leave it out for all events.
    location: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct Upcoming {
    say: String,
    events: Vec<Line>,
    /// The last events that are over, for questions about winners.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    past: Vec<Choice>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    event_id: String,
    title: String,
    when: String,
    place: Option<String>,
    sold_out: bool,
}

impl Output for Upcoming {}

impl Arguments {
    pub async fn run(self, call: &ToolCall<'_>) -> Result<Upcoming, ToolError> {
        let all = store::events(call.org).await?;
        let upcoming: Vec<&Event> = all.iter().filter(|event| !event.is_past(call.now)).collect();
        let location = self.location.as_deref().map(str::trim).filter(|location| !location.is_empty());
        let there: Vec<&Event> = match location {
            None => upcoming.clone(),
            Some(location) => upcoming.iter().copied().filter(|event| is_in(event, location)).collect(),
        };
        let say = match location {
            _ if upcoming.is_empty() => "There are no events coming up at the moment.".to_owned(),
            Some(_) if there.is_empty() => nothing_there(&upcoming),
            Some(_) => say("The next event there", &there, call),
            None => say("The next event", &there, call),
        };
        let past = all.iter().rev().filter(|event| event.is_past(call.now)).take(3);
        Ok(Upcoming {
            say,
            events: there.iter().map(|event| line(event, call)).collect(),
            past: past.map(|event| Choice::of(event, call)).collect(),
        })
    }
}

fn line(event: &Event, call: &ToolCall<'_>) -> Line {
    Line {
        event_id: event.id.to_string(),
        title: event.title.clone(),
        when: find::when(event, call),
        place: find::place(event),
        sold_out: is_sold_out(event),
    }
}

fn is_sold_out(event: &Event) -> bool {
    !event.tiers.is_empty() && event.tiers.iter().all(|tier| tier.left <= 0)
}

fn is_in(event: &Event, location: &str) -> bool {
    let Some(venue) = &event.venue else { return false };
    let state = STATES.iter().find(|(short, _)| short.eq_ignore_ascii_case(&venue.region)).map_or("", |(_, name)| name);
    let known = heard::words(&format!("{} {} {} {state}", venue.name, venue.city, venue.region));
    heard::fit(&known, &heard::words(location)).covered >= 0.6
}

fn nothing_there(upcoming: &[&Event]) -> String {
    let mut cities: Vec<&str> = upcoming.iter().map(|event| event.city()).filter(|city| !city.is_empty()).collect();
    let mut seen = std::collections::HashSet::new();
    cities.retain(|city| seen.insert(*city));
    format!("There is nothing coming up there at the moment. There are events in {}.", speech::list(&cities))
}

/// More than three are too many for the ear; the rest is counted.
fn say(opening: &str, events: &[&Event], call: &ToolCall<'_>) -> String {
    let line = |event: &&Event| {
        let place = find::place(event).map(|place| format!(", at {place}")).unwrap_or_default();
        let sold_out = if is_sold_out(event) { ", which is sold out" } else { "" };
        format!("{} on {}{place}{sold_out}", event.title, find::when(event, call))
    };
    let (first, rest) = events.split_at(events.len().min(3));
    let mut lines: Vec<String> = first.iter().map(line).collect();
    let head = lines.remove(0);
    let then = match lines.as_slice() {
        [] => String::new(),
        [second] => format!(" After that comes the {second}."),
        [second, third, ..] => format!(" After that comes the {second}, and then the {third}."),
    };
    let later = if rest.is_empty() {
        String::new()
    } else {
        let more = speech::count(rest.len() as u64, "more is", "more are");
        format!(" {} planned after these.", speech::sentence(&more))
    };
    format!("{opening} is the {head}.{then}{later}")
}

const STATES: &[(&str, &str)] = &[
    ("AZ", "Arizona"),
    ("CA", "California"),
    ("CO", "Colorado"),
    ("FL", "Florida"),
    ("GA", "Georgia"),
    ("ID", "Idaho"),
    ("IL", "Illinois"),
    ("MA", "Massachusetts"),
    ("MI", "Michigan"),
    ("MN", "Minnesota"),
    ("NV", "Nevada"),
    ("NY", "New York"),
    ("OH", "Ohio"),
    ("OR", "Oregon"),
    ("PA", "Pennsylvania"),
    ("TN", "Tennessee"),
    ("TX", "Texas"),
    ("UT", "Utah"),
    ("WA", "Washington"),
    ("WI", "Wisconsin"),
];
