//! The pack of an organisation that holds events: what is on, what tickets cost, who won, who pays.

pub mod find;
mod get_event_details;
mod get_sponsorship_info;
mod get_ticket_pricing;
mod get_upcoming_events;
pub mod inquiries;
pub mod manage;
pub mod orders;
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
tickets are left, say so. You cannot sell tickets on this line yet: say that they are sold on the website and at the \
gate. For sponsorship use get_sponsorship_info.",
    safety: "",
    tools: tools![get_upcoming_events, get_event_details, get_ticket_pricing, get_sponsorship_info],
};
