//! `cancel_reservation`.

use chrono::TimeDelta;
use model::{Money, ReservationId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    book_tee_time::on,
    code,
    courses::{self, Course},
    find, messages,
    reservations::{self, Reservation},
};
use crate::{
    db::scoped::tenant::OrgTx,
    packs::{ToolCall, ToolError},
    speech,
    writes::{Agreement, Draft, Made, Write},
};

/// Cancels a booked tee time. Needs the confirmation code; ask for it first.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Arguments {
    /// The confirmation code as the caller says it: two letters and five digits.
    confirmation_code: String,
    /// The name under which it was booked; needed when the caller does not call from the number of the booking.
    name: Option<String>,
}

/// What is cancelled.
#[derive(Debug, Serialize, Deserialize)]
pub struct Quote {
    reservation: ReservationId,
    version: i64,
}

impl Write for Arguments {
    type Quote = Quote;

    async fn draft(&self, call: &ToolCall<'_>) -> Result<Draft<Quote>, ToolError> {
        let name = self.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let old = find::reservation(call, &self.confirmation_code, name).await?;
        let courses = courses::all(call.org).await?;
        let course = courses.iter().find(|course| course.id == old.course);
        let fee = course.and_then(|course| late_fee(call, course, &old)).unwrap_or_default();
        let local = call.org.local(old.starts_at);
        let read_back = format!(
            "I cancel your tee time {} at {} for {}, under the name {}.{fee} Shall I go ahead?",
            on(&speech::day(local.date_naive(), call.today())),
            speech::time(local.time()),
            speech::count(old.players.unsigned_abs(), "player", "players"),
            old.name,
        );
        let asked = json!({ "reservation": old.id, "version": old.version });
        Ok(Draft { asked, read_back, quote: Quote { reservation: old.id, version: old.version } })
    }

    async fn commit(quote: &Quote, agreement: &Agreement<'_>, tx: &mut OrgTx) -> Result<Made, ToolError> {
        let meanwhile =
            || ToolError::told("changed", "That reservation was changed a moment ago. Shall I look it up again?");
        let found = reservations::get_in(tx, quote.reservation).await?.filter(|it| it.version == quote.version);
        let old = found.ok_or_else(meanwhile)?;
        if !reservations::cancel(tx, agreement.now, "Aida", &old).await? {
            return Err(meanwhile());
        }
        let texted = messages::cancelled(agreement.org, tx, &old, agreement.now).await?;
        let text = if texted { " I am texting you a line that says so." } else { "" };
        Ok(Made {
            reference: code::written(&old.code),
            say: format!("It is cancelled.{text}"),
            title: format!("Tee time {} cancelled", code::written(&old.code)),
            subject: ("reservation", old.id.to_string()),
            after: json!({ "cancelled": true }),
        })
    }
}

/// What a change so late costs, as a sentence that begins with a space; `None` while it costs nothing.
pub(super) fn late_fee(call: &ToolCall<'_>, course: &Course, old: &Reservation) -> Option<String> {
    let free_until = old.starts_at - TimeDelta::hours(course.free_hours);
    if call.now <= free_until || course.late_percent == 0 {
        return None;
    }
    let minor = old.price.minor * old.players * course.late_percent / 100;
    let fee = Money { minor, currency: old.price.currency };
    let hours = speech::count(course.free_hours.unsigned_abs(), "hour", "hours");
    Some(format!(" It is less than {hours} before, so that {} is due at the pro shop.", speech::price(fee)))
}
