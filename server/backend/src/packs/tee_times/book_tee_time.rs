//! `book_tee_time`.

use chrono::{DateTime, Utc};
use model::{CourseId, Currency, Money};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{code, find, messages, reservations, reservations::NewReservation, slots, when};
use crate::{
    db::{DbResult, scoped::tenant::OrgTx},
    jobs::{self, release_hold::ReleaseHold},
    packs::{ToolCall, ToolError},
    speech,
    writes::{Agreement, Draft, Made, Write},
};

/// Books a tee time. Ask for the day, the time, how many players and the name, if the caller has not said them; never for a card.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    /// The day in English: today, tomorrow, a weekday, or a date (2026-12-05).
    date: String,
    /// The time, as 08:10.
    time: String,
    /// How many players, from 1 to 4.
    players: i64,
    /// The name under which it is booked.
    name: String,
    /// The other players' names, if the caller gives them.
    guests: Option<String>,
    /// The course, if the caller names one.
    course: Option<String>,
}

/// What is booked.
#[derive(Debug, Serialize, Deserialize)]
pub struct Quote {
    course: CourseId,
    capacity: i64,
    starts_at: DateTime<Utc>,
    players: i64,
    name: String,
    guests: String,
    price_minor: i64,
    currency: Currency,
    when: String,
}

impl Quote {
    fn price(&self) -> Money {
        Money { minor: self.price_minor, currency: self.currency }
    }
}

const LONGEST_NAME: usize = 80;
const LONGEST_GUESTS: usize = 200;

impl Write for Arguments {
    type Quote = Quote;

    async fn draft(&self, call: &ToolCall<'_>) -> Result<Draft<Quote>, ToolError> {
        let name = clean(&self.name, LONGEST_NAME);
        if name.chars().filter(|c| c.is_alphabetic()).count() < 2 {
            return Err(ToolError::told("name", "Under which name shall I book it?").with("field", "name"));
        }
        let course = find::course(call, self.course.as_deref()).await?;
        let players = find::players(&course, self.players)?;
        let time = time(&self.time)?;
        let day = find::day(call, course, &self.date).await?;
        let line = day.line(call, time, players)?;
        let Some(price) = line.price else {
            return Err(ToolError::told("not_available", "Nobody plays at that time."));
        };
        let quote = Quote {
            course: day.course.id,
            capacity: line.capacity,
            starts_at: line.starts_at,
            players,
            name,
            guests: clean(self.guests.as_deref().unwrap_or_default(), LONGEST_GUESTS),
            price_minor: price.minor,
            currency: price.currency,
            when: format!("{} at {}", day.spoken(call), speech::time(time)),
        };
        let who = speech::count(players.unsigned_abs(), "player", "players");
        let each = if players == 1 { "for" } else { "at" };
        let more = if players == 1 { "" } else { " each" };
        let read_back = format!(
            "A tee time for {who} {} at {}, {} holes {each} {}{more}, under the name {}. You pay at the pro shop. Shall I book it?",
            on(&day.spoken(call)),
            speech::time(time),
            speech::number(day.course.holes.unsigned_abs()),
            speech::price(price),
            quote.name,
        );
        let asked = json!({
            "course": quote.course, "startsAt": quote.starts_at, "players": players, "name": quote.name.to_lowercase(),
        });
        Ok(Draft { asked, read_back, quote })
    }

    async fn hold(quote: &Quote, agreement: &Agreement<'_>, tx: &mut OrgTx) -> Result<(), ToolError> {
        let slot = slots::row(tx, quote.course, quote.starts_at, quote.capacity).await?;
        if agreement.rehearsal {
            return if slots::hold(tx, slot, quote.players).await? { Ok(()) } else { Err(gone(quote)) };
        }
        let (proposal, until) = (agreement.proposal, agreement.expires_at);
        if !slots::hold_for(tx, proposal, slot, quote.players, until).await? {
            return Err(gone(quote));
        }
        jobs::put(tx, &ReleaseHold { proposal }, &proposal.to_string(), until).await?;
        Ok(())
    }

    async fn release(_: &Quote, agreement: &Agreement<'_>, tx: &mut OrgTx) -> DbResult<()> {
        slots::release_for(tx, agreement.proposal).await
    }

    async fn commit(quote: &Quote, agreement: &Agreement<'_>, tx: &mut OrgTx) -> Result<Made, ToolError> {
        if quote.starts_at <= agreement.now {
            return Err(gone(quote));
        }
        let slot = slots::row(tx, quote.course, quote.starts_at, quote.capacity).await?;
        // What was kept is given back and taken at once: nobody else sees the moment between.
        if agreement.rehearsal {
            slots::release(tx, slot, quote.players).await?;
        } else {
            slots::release_for(tx, agreement.proposal).await?;
        }
        if !slots::take(tx, slot, quote.players).await? {
            return Err(gone(quote));
        }
        let new = NewReservation {
            slot,
            call: Some(agreement.call_id),
            name: quote.name.clone(),
            phone: agreement.caller.cloned(),
            players: quote.players,
            guests: quote.guests.clone(),
            price: quote.price(),
        };
        let made = reservations::add(tx, agreement.now, "Aida", &new).await?;
        let texted = messages::booked(agreement.org, tx, &made, agreement.now).await?;
        let text = if texted { " I am texting you the details." } else { "" };
        Ok(Made {
            reference: code::written(&made.code),
            say: format!("You are booked. Your confirmation code is {}.{text}", code::spoken(&made.code)),
            title: format!("Tee time for {} {}", quote.players, quote.when),
            subject: ("reservation", made.id.to_string()),
            after: json!({ "starts_at": made.starts_at, "players": made.players, "price_minor": made.price.minor }),
        })
    }
}

/// The time that was said.
pub(super) fn time(text: &str) -> Result<chrono::NaiveTime, ToolError> {
    when::time(text).ok_or_else(|| {
        ToolError::told("unknown_time", "At what time would you like to play?")
            .with("field", "time")
            .with("accepted", "08:10, 1:30 pm")
    })
}

/// "on Saturday", but "today".
pub(super) fn on(day: &str) -> String {
    if matches!(day, "today" | "tomorrow") { day.to_owned() } else { format!("on {day}") }
}

fn gone(quote: &Quote) -> ToolError {
    ToolError::told("taken", format!("I am sorry, {} was taken just now. Shall I see what is near it?", quote.when))
}

fn clean(text: &str, longest: usize) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(longest).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
