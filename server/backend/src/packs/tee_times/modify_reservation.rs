//! `modify_reservation`.

use chrono::{DateTime, Utc};
use model::{CourseId, Currency, Money, ReservationId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    book_tee_time::{on, time},
    cancel_reservation::late_fee,
    code, courses, find, messages,
    reservations::{self, Move},
    slots,
};
use crate::{
    db::{DbResult, scoped::tenant::OrgTx},
    jobs::{self, release_hold::ReleaseHold},
    packs::{ToolCall, ToolError},
    speech,
    writes::{Agreement, Draft, Made, Write},
};

/// Moves a booked tee time to another time or day, or changes how many play. Needs the confirmation code; ask for it first.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Arguments {
    /// The confirmation code as the caller says it: two letters and five digits.
    confirmation_code: String,
    /// The name under which it was booked; needed when the caller does not call from the number of the booking.
    name: Option<String>,
    /// The new day in English, if it changes.
    date: Option<String>,
    /// The new time, as 08:10, if it changes.
    time: Option<String>,
    /// How many players there are from now on, if that changes.
    players: Option<i64>,
}

/// What changes.
#[derive(Debug, Serialize, Deserialize)]
pub struct Quote {
    reservation: ReservationId,
    version: i64,
    course: CourseId,
    capacity: i64,
    starts_at: DateTime<Utc>,
    players: i64,
    /// Places of the new time that are not this reservation's already.
    more: i64,
    price_minor: i64,
    currency: Currency,
    when: String,
}

impl Write for Arguments {
    type Quote = Quote;

    async fn draft(&self, call: &ToolCall<'_>) -> Result<Draft<Quote>, ToolError> {
        let old = find::reservation(call, &self.confirmation_code, given(self.name.as_deref())).await?;
        let (date, at, many) = (given(self.date.as_deref()), given(self.time.as_deref()), self.players);
        if date.is_none() && at.is_none() && many.is_none() {
            let say = "What shall I change: the day, the time, or how many play?";
            return Err(ToolError::told("nothing_to_change", say));
        }
        let all = courses::all(call.org).await?;
        let Some(course) = all.into_iter().find(|course| course.id == old.course) else {
            return Err(ToolError::told(
                "no_course",
                "That course is not played any more. The pro shop will help you.",
            ));
        };
        let players = find::players(&course, many.unwrap_or(old.players))?;
        let local = call.org.local(old.starts_at);
        let time = at.map_or(Ok(local.time()), time)?;
        let date = date.map_or_else(|| local.date_naive().to_string(), str::to_owned);
        let day = find::day(call, course, &date).await?;
        let here = day.lines.iter().find(|line| line.starts_at == old.starts_at && line.time == time);
        let (line, more) = match here {
            // At the same time only players who come along need room.
            Some(line) => (line, (players - old.players).max(0)),
            None => (day.line(call, time, players)?, players),
        };
        if here.is_some() && players == old.players {
            return Err(ToolError::told("same", "That is how it is booked already. What shall I change?"));
        }
        if line.free(call.now) < more {
            return Err(day.line(call, time, players).err().unwrap_or_else(|| too_small(line.free(call.now))));
        }
        let price = line.price.unwrap_or(old.price);
        let quote = Quote {
            reservation: old.id,
            version: old.version,
            course: old.course,
            capacity: line.capacity,
            starts_at: line.starts_at,
            players,
            more,
            price_minor: price.minor,
            currency: price.currency,
            when: format!("{} at {}", day.spoken(call), speech::time(time)),
        };
        let from = format!("{} at {}", speech::day(local.date_naive(), call.today()), speech::time(local.time()));
        let who = speech::count(players.unsigned_abs(), "player", "players");
        let fee = late_fee(call, &day.course, &old).unwrap_or_default();
        let read_back = format!(
            "Your tee time {} becomes {} at {} for {who}, at {} a player.{fee} Shall I change it?",
            on(&from),
            on(&day.spoken(call)),
            speech::time(time),
            speech::price(price),
        );
        let asked =
            json!({ "reservation": old.id, "version": old.version, "startsAt": quote.starts_at, "players": players });
        Ok(Draft { asked, read_back, quote })
    }

    async fn hold(quote: &Quote, agreement: &Agreement<'_>, tx: &mut OrgTx) -> Result<(), ToolError> {
        if quote.more == 0 {
            return Ok(());
        }
        let slot = slots::row(tx, quote.course, quote.starts_at, quote.capacity).await?;
        if agreement.rehearsal {
            return if slots::hold(tx, slot, quote.more).await? { Ok(()) } else { Err(gone(quote)) };
        }
        let (proposal, until) = (agreement.proposal, agreement.expires_at);
        if !slots::hold_for(tx, proposal, slot, quote.more, until).await? {
            return Err(gone(quote));
        }
        jobs::put(tx, &ReleaseHold { proposal }, &proposal.to_string(), until).await?;
        Ok(())
    }

    async fn release(_: &Quote, agreement: &Agreement<'_>, tx: &mut OrgTx) -> DbResult<()> {
        slots::release_for(tx, agreement.proposal).await
    }

    async fn commit(quote: &Quote, agreement: &Agreement<'_>, tx: &mut OrgTx) -> Result<Made, ToolError> {
        let slot = slots::row(tx, quote.course, quote.starts_at, quote.capacity).await?;
        if agreement.rehearsal {
            slots::release(tx, slot, quote.more).await?;
        } else {
            slots::release_for(tx, agreement.proposal).await?;
        }
        let Some(old) = reservations::get_in(tx, quote.reservation).await?.filter(|it| it.version == quote.version)
        else {
            return Err(changed_meanwhile());
        };
        let price = Money { minor: quote.price_minor, currency: quote.currency };
        if !reservations::change(tx, agreement.now, "Aida", &old, Move { slot, players: quote.players, price }).await? {
            return Err(gone(quote));
        }
        let new = reservations::get_in(tx, old.id).await?.ok_or_else(changed_meanwhile)?;
        let texted = messages::moved(agreement.org, tx, &new, agreement.now).await?;
        let text = if texted { " I am texting you the new details." } else { "" };
        Ok(Made {
            reference: code::written(&new.code),
            say: format!("It is changed. Your confirmation code stays {}.{text}", code::spoken(&new.code)),
            title: format!("Tee time {} moved to {}", code::written(&new.code), quote.when),
            subject: ("reservation", new.id.to_string()),
            after: json!({ "starts_at": new.starts_at, "players": new.players, "price_minor": new.price.minor }),
        })
    }
}

fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

fn too_small(free: i64) -> ToolError {
    let left = speech::count(free.unsigned_abs(), "more player fits", "more players fit");
    ToolError::told("not_available", format!("Only {left} at that time. Would another time do?"))
}

fn gone(quote: &Quote) -> ToolError {
    let say =
        format!("I am sorry, {} was taken just now. Your old time is still yours. Shall I look again?", quote.when);
    ToolError::told("taken", say)
}

fn changed_meanwhile() -> ToolError {
    ToolError::told("changed", "That reservation was changed a moment ago. Shall I look it up again?")
}
