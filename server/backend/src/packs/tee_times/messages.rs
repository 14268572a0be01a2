//! What golfers are texted: to the number of the booking and to no other.

use chrono::{DateTime, Utc};

use super::{code, reservations::Reservation};
use crate::{
    db::scoped::tenant::OrgTx,
    org::Org,
    outbox::{self, NewMessage, PutError, Recipient},
    packs::ToolError,
};

/// The booking. Whether there is a number to text.
pub async fn booked(org: &Org, tx: &mut OrgTx, it: &Reservation, now: DateTime<Utc>) -> Result<bool, ToolError> {
    let body = format!("{}: booked. {} Please be there 15 minutes before.", org.name(), details(org, it));
    text(tx, it, "booked", body, now).await
}

/// The change. Whether there is a number to text.
pub async fn moved(org: &Org, tx: &mut OrgTx, it: &Reservation, now: DateTime<Utc>) -> Result<bool, ToolError> {
    let body = format!("{}: changed. {}", org.name(), details(org, it));
    text(tx, it, &format!("changed {}", it.version), body, now).await
}

/// The cancellation. Whether there is a number to text.
pub async fn cancelled(org: &Org, tx: &mut OrgTx, it: &Reservation, now: DateTime<Utc>) -> Result<bool, ToolError> {
    let body =
        format!("{}: your tee time on {} ({}) is cancelled.", org.name(), when(org, it), code::written(&it.code));
    text(tx, it, "cancelled", body, now).await
}

fn details(org: &Org, it: &Reservation) -> String {
    let players = if it.players == 1 { "1 player".to_owned() } else { format!("{} players", it.players) };
    format!("{}, {players}, {} each, under {}. Code {}.", when(org, it), it.price, it.name, code::written(&it.code))
}

fn when(org: &Org, it: &Reservation) -> String {
    org.local(it.starts_at).format("%a, %b %-d, %-I:%M %p").to_string()
}

async fn text(
    tx: &mut OrgTx,
    it: &Reservation,
    what: &str,
    body: String,
    now: DateTime<Utc>,
) -> Result<bool, ToolError> {
    let Some(phone) = &it.phone else { return Ok(false) };
    let new = NewMessage {
        to: Recipient::Phone(phone.clone()),
        subject: String::new(),
        body,
        attachment: None,
        about: ("reservation", it.id.to_string()),
        call_id: it.call,
        dedupe_key: format!("reservation {} {what} text", it.id),
    };
    match outbox::put(tx, now, new).await {
        Ok(_) => Ok(true),
        Err(PutError::Db(error)) => Err(error.into()),
        Err(error) => Err(ToolError::Failed(Box::new(error))),
    }
}
