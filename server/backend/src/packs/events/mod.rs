//! The pack of an organisation that holds events: what is on, what tickets cost, who won, who pays.

pub(crate) mod cards;
pub mod find;
mod get_event_details;
mod get_sponsorship_info;
mod get_ticket_pricing;
mod get_upcoming_events;
pub mod inquiries;
mod leave_sponsor_inquiry;
pub mod manage;
pub mod orders;
mod purchase_tickets;
pub mod store;

use model::PackKey;

use super::{Pack, tool::tools};

/// Events, tickets and sponsors.
pub const PACK: Pack = Pack {
    key: PackKey::Events,
    title: "Events",
    instructions: "\
Callers ask about events, tickets and sponsorship. Look events up with get_upcoming_events first; later questions about \
one of them use its id. When you tell a ticket price, say both the advance price and the price at the gate. If few \
tickets are left, say so. Sell tickets with purchase_tickets: ask for the kind and how many, if the caller has not said. The \
caller pays on a page whose link comes by text; if get_ticket_pricing tells of a `savedCard`, offer once to charge that card \
instead (payWith saved_card). You are told when the payment has arrived, so do not ask for it and do not say that it has arrived \
before. For sponsorship use get_sponsorship_info; if somebody would like to sponsor, take their name \
and company and use leave_sponsor_inquiry.",
    safety: "",
    tools: tools![
        get_upcoming_events, get_event_details, get_ticket_pricing, get_sponsorship_info;
        purchase_tickets, leave_sponsor_inquiry,
    ],
};
