//! `get_ticket_pricing`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    cards,
    find::{self, Choice},
    store::{self, Event, Tier},
};
use crate::{
    packs::{Output, ToolCall, ToolError, heard},
    speech,
};

/// Gives the ticket prices of one event, in advance and at the gate, and how many tickets are left. Never say a ticket price
/// that did not come from here.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Arguments {
    /// The event's id from `get_upcoming_events`. The title works too.
    event_id: String,
    /// The kind of ticket, GA (general admission) or VIP. Leave it out for all kinds.
    ticket_type: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pricing {
    say: String,
    event_id: String,
    title: String,
    tickets: Vec<Line>,
    /// The card that the caller saved and may have charged: "Visa ending in 4242".
    #[serde(skip_serializing_if = "Option::is_none")]
    saved_card: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    ticket_type: String,
    includes: String,
    advance_price: String,
    gate_price: String,
    left: i64,
}

impl Output for Pricing {}

impl Arguments {
    pub async fn run(self, call: &ToolCall<'_>) -> Result<Pricing, ToolError> {
        let event = find::event(call, &self.event_id).await?;
        if event.is_past(call.now) {
            return Err(over(&event, call).await?);
        }
        if event.tiers.is_empty() {
            let say = format!("There are no tickets for the {} yet.", event.title);
            return Err(ToolError::told("no_tickets", say));
        }
        let kind = self.ticket_type.as_deref().map(str::trim).filter(|kind| !kind.is_empty());
        let tiers: Vec<&Tier> = match kind {
            None => event.tiers.iter().collect(),
            Some(kind) => vec![tier(&event, kind)?],
        };
        let lines: Vec<String> = tiers.iter().map(|tier| say(tier)).collect();
        Ok(Pricing {
            say: format!("For the {} on {}: {}", event.title, find::date(&event, call), lines.join(" ")),
            event_id: event.id.to_string(),
            tickets: tiers.into_iter().map(line).collect(),
            title: event.title.clone(),
            saved_card: cards::label(call.org, call.caller).await?.map(|card| card.written()),
        })
    }
}

pub(super) async fn over(event: &Event, call: &ToolCall<'_>) -> Result<ToolError, ToolError> {
    let upcoming = store::upcoming(call.org, call.now).await?;
    let was = format!("The {} was on {} and is over.", event.title, find::date(event, call));
    let say = match upcoming.first() {
        Some(next) => format!("{was} The next event is the {} on {}.", next.title, find::date(next, call)),
        None => was,
    };
    let upcoming: Vec<Choice> = upcoming.iter().map(|event| Choice::of(event, call)).collect();
    Ok(ToolError::told("past_event", say).with("upcoming", upcoming))
}

/// The tier that is meant by "VIP", "v.i.p.", "general admission" or "regular".
pub(super) fn tier<'e>(event: &'e Event, kind: &str) -> Result<&'e Tier, ToolError> {
    let heard = heard::plain(kind).replace(' ', "");
    let meant = match heard.as_str() {
        "generaladmission" | "general" | "regular" | "standard" | "normal" | "admission" => "ga".to_owned(),
        "viptickets" | "vipticket" | "veryimportantperson" => "vip".to_owned(),
        _ => heard,
    };
    let found = event.tiers.iter().find(|tier| heard::plain(&tier.kind).replace(' ', "") == meant);
    found.ok_or_else(|| {
        let kinds: Vec<&str> = event.tiers.iter().map(|tier| named(&tier.kind)).collect();
        let say = format!("For the {} there are {} tickets.", event.title, speech::list(&kinds));
        ToolError::told("unknown_ticket_type", say)
            .with("ticketTypes", event.tiers.iter().map(|tier| &tier.kind).collect::<Vec<_>>())
    })
}

pub(super) fn named(kind: &str) -> &str {
    if kind == "GA" { "general admission" } else { kind }
}

/// From here on the number that is left is worth saying.
const FEW: i64 = 50;

fn say(tier: &Tier) -> String {
    let kind = speech::sentence(named(&tier.kind));
    if tier.left <= 0 {
        return format!("{kind} is sold out.");
    }
    let left = match tier.left {
        left if left <= FEW && left > 1 => format!(", with only {} left", speech::number(left as u64)),
        1 => ", and there is just one left".to_owned(),
        _ => String::new(),
    };
    if tier.price == tier.gate_price {
        format!("{kind} is {}{left}.", speech::price(tier.price))
    } else {
        let (advance, gate) = (speech::price(tier.price), speech::price(tier.gate_price));
        format!("{kind} is {advance} in advance, or {gate} at the gate{left}.")
    }
}

fn line(tier: &Tier) -> Line {
    Line {
        ticket_type: tier.kind.clone(),
        includes: tier.description.clone(),
        advance_price: tier.price.to_string(),
        gate_price: tier.gate_price.to_string(),
        left: tier.left,
    }
}
