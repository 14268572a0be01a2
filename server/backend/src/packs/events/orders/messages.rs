//! What buyers and organisers are written: the pay link, the confirmation with a calendar file, bad news.

use chrono::{DateTime, TimeDelta, Utc};
use model::{EmailAddress, EventId, Money, OrderId, OrderState, TierId};

use super::{Order, learn, reference};
use crate::{
    args,
    db::{DbResult, scoped::tenant::OrgTx},
    org::Org,
    outbox::{self, Attachment, NewMessage, PutError, Recipient, Terms},
    sql,
};

/// As the text with it says: the page stands a little longer, so that whoever opened it in time can pay.
const LINK_OF_USE_FOR: TimeDelta = TimeDelta::minutes(30);
/// What the text with the pay link is, among those of an order.
pub(super) const LINK: &str = "pay link";

/// What a message says of the tickets.
struct Tickets {
    title: String,
    kind: String,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    place: String,
}

impl Tickets {
    async fn of(tx: &mut OrgTx, event: EventId, tier: TierId) -> DbResult<Self> {
        type Columns = (String, DateTime<Utc>, DateTime<Utc>, String, Option<String>, Option<String>, Option<String>);
        let found: Option<Columns> = tx
            .optional(
                sql!(
                    "select e.title, e.starts_at, e.ends_at, t.kind, v.name, v.street, v.city
                       from events e
                       join ticket_tiers t on t.org_id = e.org_id and t.id = $3
                       left join venues v on v.org_id = e.org_id and v.id = e.venue_id
                      where e.org_id = $1 and e.id = $2"
                ),
                args![event, tier],
            )
            .await?;
        let (title, starts_at, ends_at, kind, name, street, city) =
            found.ok_or(crate::db::DbError::Sqlx(sqlx::Error::RowNotFound))?;
        let parts: Vec<String> = [name, street, city].into_iter().flatten().filter(|it| !it.is_empty()).collect();
        Ok(Self { title, kind, starts_at, ends_at, place: parts.join(", ") })
    }

    fn many(&self, order: &Order) -> String {
        let word = if order.quantity == 1 { "ticket" } else { "tickets" };
        format!("{} {} {word}", order.quantity, self.kind)
    }

    fn when(&self, org: &Org) -> String {
        org.local(self.starts_at).format("%a, %b %-d, %Y, %-I:%M %p").to_string()
    }
}

/// The text with the pay link, to the number that called and to no other.
pub(super) async fn link(
    public_url: &str,
    org: &Org,
    tx: &mut OrgTx,
    order: &Order,
    now: DateTime<Utc>,
) -> Result<(), PutError> {
    let tickets = Tickets::of(tx, order.event_id, order.tier_id).await?;
    let body = format!(
        "{}: {} for {} on {}. Pay {} within 30 minutes: {public_url}/p/{}",
        org.name(),
        tickets.many(order),
        tickets.title,
        org.local(tickets.starts_at).format("%b %-d"),
        order.total,
        order.code,
    );
    let terms = Terms { useless_after: Some(order.created_at + LINK_OF_USE_FOR), owed: false };
    put(tx, text(order, LINK, body), terms, now).await
}

/// Writes what follows from a change of an order.
pub(super) async fn follow(
    org: &Org,
    tx: &mut OrgTx,
    before: &Order,
    after: &Order,
    now: DateTime<Utc>,
) -> Result<(), PutError> {
    let told_before = before.confirmed_at.is_some();
    if after.confirmed_at.is_some() && (!told_before || after.email != before.email) {
        confirmation(org, tx, after, "", now).await?;
    }
    if after.known.refund_failed && !before.known.refund_failed {
        organiser(org, tx, after, "a refund failed", now).await?;
    }
    if after.state == before.state {
        return Ok(());
    }
    match after.state {
        OrderState::Unfulfillable if learn::came_too_late(before, after) => {
            let body = format!(
                "{}: we are sorry. Your payment of {} came when the last seats had been sold. The whole amount is given back.",
                org.name(),
                after.total
            );
            put(tx, text(after, "no seats", body), Terms::default(), now).await?;
            organiser(org, tx, after, "a payment came when no seats were left; it is given back", now).await
        }
        OrderState::Refunded | OrderState::PartlyRefunded => {
            let back = Money { minor: after.known.refunded_minor(), currency: after.total.currency };
            let number = reference::written(&after.reference);
            let body = format!("{}: {back} of order {number} is on its way back to you.", org.name());
            put(tx, text(after, &format!("refunded {}", back.minor), body), Terms::default(), now).await
        }
        OrderState::Mismatched => organiser(org, tx, after, "another amount was paid than was asked for", now).await,
        OrderState::Disputed => organiser(org, tx, after, "the buyer disputes the payment at the bank", now).await,
        OrderState::Lost => organiser(org, tx, after, "the bank decided a dispute for the buyer", now).await,
        _ => Ok(()),
    }
}

/// The confirmation: a text to the number that called, and mail with a calendar file. `again` tells one sending from another. Whether
/// there was anybody to send it to.
pub(super) async fn confirmation(
    org: &Org,
    tx: &mut OrgTx,
    order: &Order,
    again: &str,
    now: DateTime<Utc>,
) -> Result<bool, PutError> {
    let tickets = Tickets::of(tx, order.event_id, order.tier_id).await?;
    let number = reference::written(&order.reference);
    let place = if tickets.place.is_empty() { String::new() } else { format!(", {}", tickets.place) };
    let body = format!(
        "{}: paid, thank you! {} for {} on {}{place}. Confirmation number {number}: show it at the entrance.",
        org.name(),
        tickets.many(order),
        tickets.title,
        tickets.when(org),
    );
    let terms = Terms { owed: true, useless_after: None };
    put(tx, text(order, &format!("confirmation{again}"), body.clone()), terms, now).await?;
    if let Some(email) = &order.email {
        let new = NewMessage {
            to: Recipient::Mail(email.clone()),
            subject: one_line(&format!("Your tickets for {}, confirmation number {number}", tickets.title)),
            body: format!("{body}\n\nPaid: {}\n\nThe calendar file is attached.\n", order.total),
            attachment: Some(calendar(org, order, &tickets, now)),
            about: ("order", order.id.to_string()),
            call_id: order.call_id,
            dedupe_key: format!("order {} confirmation mail {email}{again}", order.id),
        };
        outbox::put_on(tx, now, new, terms).await?;
    }
    Ok(order.phone.is_some() || order.email.is_some())
}

/// A text to whoever ordered; none where the number is not known.
fn text(order: &Order, what: &str, body: String) -> Option<NewMessage> {
    Some(NewMessage {
        to: Recipient::Phone(order.phone.clone()?),
        subject: String::new(),
        body,
        attachment: None,
        about: ("order", order.id.to_string()),
        call_id: order.call_id,
        dedupe_key: text_key(order.id, what),
    })
}

/// What makes two texts of an order one.
pub(super) fn text_key(order: OrderId, what: &str) -> String {
    format!("order {order} {what} text")
}

async fn put(tx: &mut OrgTx, message: Option<NewMessage>, terms: Terms, now: DateTime<Utc>) -> Result<(), PutError> {
    match message {
        Some(message) => outbox::put_on(tx, now, message, terms).await.map(|_| ()),
        None => Ok(()),
    }
}

/// Tells the owners that a person has to look.
async fn organiser(org: &Org, tx: &mut OrgTx, order: &Order, what: &str, now: DateTime<Utc>) -> Result<(), PutError> {
    let number = reference::written(&order.reference);
    for email in owners(tx).await? {
        let new = NewMessage {
            subject: one_line(&format!("Order {number}: {what}")),
            body: format!("{}: order {number} over {} needs a look: {what}.\n", org.name(), order.total),
            attachment: None,
            about: ("order", order.id.to_string()),
            call_id: None,
            dedupe_key: format!("order {} {what} mail {email}", order.id),
            to: Recipient::Mail(email),
        };
        outbox::put(tx, now, new).await?;
    }
    Ok(())
}

/// Where the owners of an organisation are written to.
pub(crate) async fn owners(tx: &mut OrgTx) -> DbResult<Vec<EmailAddress>> {
    let found: Vec<(String,)> = tx
        .all(
            sql!(
                "select u.email
                   from memberships m
                   join users u on u.id = m.user_id
                  where m.org_id = $1 and m.role = 'owner' and not u.disabled
                  order by u.email"
            ),
            args![],
        )
        .await?;
    Ok(found.into_iter().filter_map(|(email,)| email.parse().ok()).collect())
}

pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}

/// The event for the buyer's calendar (RFC 5545).
fn calendar(org: &Org, order: &Order, tickets: &Tickets, now: DateTime<Utc>) -> Attachment {
    let number = reference::written(&order.reference);
    let stamp = |at: DateTime<Utc>| at.format("%Y%m%dT%H%M%SZ").to_string();
    let ends_at = tickets.ends_at.max(tickets.starts_at + TimeDelta::minutes(1));
    let lines = [
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Aida//Tickets//EN".to_owned(),
        "METHOD:PUBLISH".to_owned(),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}@{}", order.id, escaped(org.slug())),
        format!("DTSTAMP:{}", stamp(now)),
        format!("DTSTART:{}", stamp(tickets.starts_at)),
        format!("DTEND:{}", stamp(ends_at)),
        format!("SUMMARY:{}", escaped(&tickets.title)),
        format!("LOCATION:{}", escaped(&tickets.place)),
        format!("DESCRIPTION:{}", escaped(&format!("{}, confirmation number {number}", tickets.many(order)))),
        "END:VEVENT".to_owned(),
        "END:VCALENDAR".to_owned(),
    ];
    let mut content: String = lines.iter().map(|line| folded(line)).collect::<Vec<_>>().join("\r\n");
    content.push_str("\r\n");
    Attachment { name: "tickets.ics".into(), kind: "text/calendar; charset=utf-8; method=PUBLISH".into(), content }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace(['\r', '\n'], " ")
}

/// Lines of at most 75 bytes; what goes on begins with a space.
fn folded(line: &str) -> String {
    let mut folded = String::new();
    let mut width = 0;
    for c in line.chars() {
        if width + c.len_utf8() > 74 {
            folded.push_str("\r\n ");
            width = 1;
        }
        folded.push(c);
        width += c.len_utf8();
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_of_a_calendar_are_folded_and_commas_escaped() {
        let line = folded(&format!("SUMMARY:{}", escaped(&"Soup, bread; ".repeat(10))));

        assert!(line.split("\r\n").all(|part| part.len() <= 75), "{line}");
        assert!(line.starts_with("SUMMARY:Soup\\, bread\\; Soup"));
        assert!(line.split("\r\n").skip(1).all(|part| part.starts_with(' ')));
    }

    #[test]
    fn a_title_with_a_line_break_makes_no_second_header() {
        assert_eq!(one_line("Soup\r\nBcc: x"), "Soup  Bcc: x");
    }
}
