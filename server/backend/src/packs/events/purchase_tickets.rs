//! `purchase_tickets`.

use model::{Currency, EventId, Money, TierId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    cards,
    cards::Label,
    find,
    get_ticket_pricing::{self as pricing, tier},
    orders::{self, NewOrder, reference, seats},
    store::{Event, Tier},
};
use crate::{
    db::{DbResult, scoped::tenant::OrgTx},
    jobs::{self, release_hold::ReleaseHold},
    outbox::PutError,
    packs::{ToolCall, ToolError},
    speech, today,
    writes::{Agreement, Draft, Made, Standing, Write},
};

/// The most tickets that one call buys.
pub const MOST: i64 = 10;

/// Sells tickets for one event: keeps the seats, then texts the caller a link on which they pay, or charges the card that they
/// saved when they paid before. Ask for the kind of ticket and how many; never for a card, a name or a number.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Arguments {
    /// The event's id from `get_upcoming_events`. The title works too.
    event_id: String,
    /// The kind of ticket, GA (general admission) or VIP.
    ticket_type: String,
    /// How many, from 1 to 10.
    quantity: i64,
    /// link (the default) texts a link to pay. `saved_card` charges the card that `get_ticket_pricing` calls `savedCard`: only when
    /// the caller has said that they want to pay with their saved card.
    pay_with: Option<PayWith>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum PayWith {
    Link,
    SavedCard,
}

/// What is sold, and for how much.
#[derive(Debug, Serialize, Deserialize)]
pub struct Quote {
    event: EventId,
    tier: TierId,
    title: String,
    kind: String,
    quantity: i64,
    unit_minor: i64,
    currency: Currency,
    /// The card that is charged, as the caller was told; none where a link is texted.
    #[serde(default)]
    card: Option<Label>,
    public_url: String,
}

impl Quote {
    fn unit(&self) -> Money {
        Money { minor: self.unit_minor, currency: self.currency }
    }

    fn total(&self) -> Money {
        Money { minor: self.unit_minor * self.quantity, currency: self.currency }
    }

    fn tickets(&self) -> String {
        let kind = pricing::named(&self.kind);
        speech::count(self.quantity.unsigned_abs(), &format!("{kind} ticket"), &format!("{kind} tickets"))
    }

    /// What may have changed since the caller asked, and between the offer and the yes.
    async fn can_be_sold(&self, agreement: &Agreement<'_>, tx: &mut OrgTx) -> Result<(), ToolError> {
        if today::event_is_sold_out(tx, self.event, agreement.now).await? {
            return Err(closed(self));
        }
        if !seats::on_sale(tx, self.tier, agreement.now).await? {
            return Err(taken_off(self));
        }
        let before = seats::of_call(tx, agreement.call_id).await?;
        if before + self.quantity > MOST {
            return Err(too_many(before));
        }
        match agreement.caller {
            // A charge to a saved card needs no link.
            Some(caller) if self.card.is_none() && !agreement.rehearsal => {
                orders::can_text(tx, caller, agreement.call_id, agreement.now).await
            }
            _ => Ok(()),
        }
    }

    /// What the caller hears when they have agreed.
    fn what_follows(&self) -> String {
        let total = speech::price(self.total());
        match &self.card {
            Some(card) => format!(
                "The seats are kept for you. I am charging {total} to your {} now, and I tell you as soon as it went through.",
                card.spoken()
            ),
            None => format!(
                "The seats are yours for thirty minutes. I am texting you a link to pay {total}. You can pay while we talk, and I \
                 tell you as soon as the payment is there."
            ),
        }
    }
}

impl Write for Arguments {
    type Quote = Quote;

    async fn draft(&self, call: &ToolCall<'_>) -> Result<Draft<Quote>, ToolError> {
        let event = find::event(call, &self.event_id).await?;
        if event.is_past(call.now) {
            return Err(pricing::over(&event, call).await?);
        }
        if event.tiers.is_empty() {
            return Err(ToolError::told("no_tickets", format!("There are no tickets for the {} yet.", event.title)));
        }
        let tier = tier(&event, &self.ticket_type)?;
        check_quantity(self.quantity)?;
        if tier.left < self.quantity {
            return Err(too_few(&event, tier, call));
        }
        if call.caller.is_none() && !call.rehearsal {
            let say = "I cannot see your number, so I cannot text you the link to pay. Please call again with your number shown, or \
                       buy the tickets at the gate.";
            return Err(ToolError::told("no_number", say));
        }
        let card = match self.pay_with {
            Some(PayWith::SavedCard) => Some(cards::label(call.org, call.caller).await?.ok_or_else(no_card)?),
            Some(PayWith::Link) | None => None,
        };
        let unit = price_today(&event, tier, call);
        let quote = Quote {
            event: event.id,
            tier: tier.id,
            title: event.title.clone(),
            kind: tier.kind.clone(),
            quantity: self.quantity,
            unit_minor: unit.minor,
            currency: unit.currency,
            card,
            public_url: call.public_url.to_owned(),
        };
        let each = if self.quantity == 1 {
            format!("for {}", speech::price(unit))
        } else {
            format!("at {} each, {} in all", speech::price(unit), speech::price(quote.total()))
        };
        let paid = match &quote.card {
            Some(card) => format!(", charged to your {}", card.spoken()),
            None => ". I text you a link to pay".to_owned(),
        };
        let read_back = format!(
            "{} for the {} on {}, {each}{paid}. Shall I go ahead?",
            speech::sentence(&quote.tickets()),
            event.title,
            find::date(&event, call),
        );
        Ok(Draft { asked: json!({ "event": event.id, "tier": tier.id, "quantity": self.quantity }), read_back, quote })
    }

    async fn hold(quote: &Quote, agreement: &Agreement<'_>, tx: &mut OrgTx) -> Result<(), ToolError> {
        let (proposal, now, until) = (agreement.proposal, agreement.now, agreement.expires_at);
        quote.can_be_sold(agreement, tx).await?;
        if agreement.rehearsal {
            return if seats::hold(tx, quote.tier, quote.quantity, now).await? { Ok(()) } else { Err(gone(quote)) };
        }
        if !seats::hold_for(tx, proposal, quote.tier, quote.quantity, now, until).await? {
            return Err(gone(quote));
        }
        jobs::put(tx, &ReleaseHold { proposal }, &proposal.to_string(), until).await?;
        Ok(())
    }

    async fn release(_: &Quote, agreement: &Agreement<'_>, tx: &mut OrgTx) -> DbResult<()> {
        seats::release_for(tx, agreement.proposal).await
    }

    async fn standing(order: &str, _: &Agreement<'_>, tx: &mut OrgTx) -> Result<Standing, ToolError> {
        match order.parse() {
            Ok(order) => Ok(orders::standing(tx, order).await?),
            Err(_) => Ok(Standing::AsMade),
        }
    }

    async fn commit(quote: &Quote, agreement: &Agreement<'_>, tx: &mut OrgTx) -> Result<Made, ToolError> {
        quote.can_be_sold(agreement, tx).await?;
        let kept = agreement.rehearsal || seats::take_over(tx, agreement.proposal).await?;
        if !kept && !seats::hold(tx, quote.tier, quote.quantity, agreement.now).await? {
            return Err(gone(quote));
        }
        let card = cards::of(tx, agreement.caller).await?;
        if quote.card.is_some() && card.as_ref().map(|card| &card.label) != quote.card.as_ref() {
            return Err(no_card());
        }
        let (customer, payment_method) = card.map(|card| (card.customer, card.payment_method)).unzip();
        let new = NewOrder {
            event_id: quote.event,
            tier_id: quote.tier,
            call_id: Some(agreement.call_id),
            phone: agreement.caller.cloned(),
            quantity: quote.quantity,
            unit: quote.unit(),
            payment_method: payment_method.filter(|_| quote.card.is_some()),
            customer,
        };
        let order = orders::place(tx, agreement.now, &new).await?;
        if quote.card.is_none() {
            orders::text_link(&quote.public_url, agreement.org, tx, &order, agreement.now).await.map_err(failed)?;
        }
        Ok(Made {
            reference: reference::written(&order.reference),
            say: quote.what_follows(),
            title: format!("{} for {}, {}", quote.tickets(), quote.title, order.total),
            subject: ("order", order.id.to_string()),
            after: json!({
                "event": quote.event, "tier": quote.tier, "quantity": quote.quantity, "total_minor": order.total.minor,
                "reference": order.reference,
            }),
        })
    }
}

fn no_card() -> ToolError {
    let say = "I have no saved card of yours that I could charge. I can text you a link to pay, and on that page you can save your \
               card for the next time. Would you like the link?";
    ToolError::told("no_saved_card", say).with("field", "payWith")
}

fn failed(error: PutError) -> ToolError {
    ToolError::Failed(Box::new(error))
}

fn check_quantity(quantity: i64) -> Result<(), ToolError> {
    match quantity {
        ..=0 => Err(ToolError::told("quantity", "How many tickets would you like?").with("field", "quantity")),
        1..=MOST => Ok(()),
        _ => {
            let say = "I can sell up to ten tickets on one call. How many of those would you like? For a larger group the office \
                       can help.";
            Err(ToolError::told("quantity", say).with("field", "quantity").with("most", MOST))
        }
    }
}

/// The caller has bought as many tickets as one call may, or nearly.
fn too_many(before: i64) -> ToolError {
    let have = speech::count(before.unsigned_abs(), "ticket", "tickets");
    let more = match MOST - before {
        ..=0 => "no more".to_owned(),
        more => format!("only {} more", speech::number(more.unsigned_abs())),
    };
    let say = format!(
        "You have {have} from this call already, and I can sell up to ten on one call: {more}. For a larger group the office can help."
    );
    ToolError::told("quantity", say).with("field", "quantity").with("most", (MOST - before).max(0))
}

/// What a ticket costs today: at the gate's price on the day of the event, by the organisation's calendar.
fn price_today(event: &Event, tier: &Tier, call: &ToolCall<'_>) -> Money {
    let day = call.org.local(event.starts_at).date_naive();
    if call.today() >= day { tier.gate_price } else { tier.price }
}

fn too_few(event: &Event, tier: &Tier, call: &ToolCall<'_>) -> ToolError {
    let kind = pricing::named(&tier.kind);
    let others: Vec<String> = event
        .tiers
        .iter()
        .filter(|other| other.id != tier.id && other.left > 0)
        .map(|other| format!("{} for {}", pricing::named(&other.kind), speech::price(price_today(event, other, call))))
        .collect();
    let instead = if others.is_empty() { String::new() } else { format!(" There is still {}.", speech::list(&others)) };
    let say = match tier.left {
        ..=0 => format!("{} is sold out for the {}.{instead}", speech::sentence(kind), event.title),
        left => {
            let left = speech::count(left.unsigned_abs(), &format!("{kind} ticket is"), &format!("{kind} tickets are"));
            format!("Only {left} left for the {}. Would that do?{instead}", event.title)
        }
    };
    ToolError::told("sold_out", say).with("left", tier.left.max(0))
}

/// Staff stopped the sale between the offer and the caller's yes.
fn closed(quote: &Quote) -> ToolError {
    ToolError::told("sold_out", format!("I am sorry, the {} was sold out just now.", quote.title))
}

/// Staff took the event away or switched it off, or it is over.
fn taken_off(quote: &Quote) -> ToolError {
    let say = format!("I am sorry, tickets for the {} are not sold any more.", quote.title);
    ToolError::told("not_on_sale", say)
}

fn gone(quote: &Quote) -> ToolError {
    let say = format!("I am sorry, the last {} were sold just now. Shall I see what else there is?", quote.tickets());
    ToolError::told("sold_out", say)
}
