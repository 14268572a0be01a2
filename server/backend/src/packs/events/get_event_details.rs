//! `get_event_details`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    find,
    store::{self, Chef, Event, Sponsor, Winner},
};
use crate::{
    packs::{Output, ToolCall, ToolError},
    speech,
};

/// Gives everything about one event: time, venue with address and parking, kinds of tickets, sponsors, who cooks, and for a
/// past event who won.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Arguments {
    /// The event's id from `get_upcoming_events`. The title, or the city of a past event, works too.
    event_id: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Details {
    say: String,
    event_id: String,
    title: String,
    description: String,
    when: String,
    until: String,
    past: bool,
    address: Option<String>,
    directions: Option<String>,
    tickets: Vec<Ticket>,
    sponsors: Vec<Sponsor>,
    winners: Vec<Winner>,
    chefs: Vec<Chef>,
}

#[derive(Debug, Serialize)]
struct Ticket {
    #[serde(rename = "ticketType")]
    kind: String,
    includes: String,
    left: i64,
}

impl Output for Details {}

impl Arguments {
    pub async fn run(self, call: &ToolCall<'_>) -> Result<Details, ToolError> {
        let event = find::event(call, &self.event_id).await?;
        let sponsors = store::sponsors(call.org, event.id).await?;
        let winners = store::winners(call.org, event.id).await?;
        let chefs = store::chefs(call.org, event.id).await?;
        let past = event.is_past(call.now);
        let say = if past { say_past(&event, &winners, call) } else { say_upcoming(&event, call) };
        let ticket = |tier: &store::Tier| Ticket {
            kind: tier.kind.clone(),
            includes: tier.description.clone(),
            left: if past { 0 } else { tier.left },
        };
        Ok(Details {
            say,
            event_id: event.id.to_string(),
            when: find::when(&event, call),
            until: speech::time(call.org.local(event.ends_at).time()),
            past,
            address: event.venue.as_ref().map(|v| format!("{}, {}, {}, {}", v.name, v.street, v.city, v.region)),
            directions: event.venue.as_ref().map(|v| v.directions.clone()),
            tickets: event.tiers.iter().map(ticket).collect(),
            title: event.title,
            description: event.description,
            sponsors,
            winners,
            chefs,
        })
    }
}

fn say_upcoming(event: &Event, call: &ToolCall<'_>) -> String {
    let place = find::place(event).map(|place| format!(" at {place}")).unwrap_or_default();
    let (from, to) = (call.org.local(event.starts_at), call.org.local(event.ends_at));
    let hours = speech::span(from.time(), to.time());
    format!("The {} is on {}, {hours}{place}. {}", event.title, find::date(event, call), event.description)
}

fn say_past(event: &Event, winners: &[Winner], call: &ToolCall<'_>) -> String {
    let was = format!("The {} was on {}.", event.title, find::date(event, call));
    match winners.first() {
        None => was,
        Some(first) => {
            let won = format!("{} of {} won {} with {}.", first.chef, first.restaurant, first.category, first.dish);
            format!("{was} {won}")
        }
    }
}
