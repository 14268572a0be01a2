//! Learning something of a payment: what is known grows, and everything that follows from it happens at once.

use chrono::{DateTime, Utc};
use model::{EmailAddress, OrderId, OrderState};

use super::{Order, Seats, lock, messages, refunds, seats, state::Claim};
use crate::{
    Backend, args,
    audit::{self, Actor},
    db::scoped::tenant::OrgTx,
    jobs::{self, remember_card::RememberCard},
    org::Org,
    outbox::PutError,
    payments,
    providers::payments::{PaymentFact, RefundState},
    running::Command,
    sql,
};

/// Why something could not be learned.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    /// The organisation has no such order (yet).
    #[error("there is no such order")]
    NoOrder,
    /// A message could not be written.
    #[error(transparent)]
    Message(#[from] PutError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] crate::db::DbError),
}

/// Learns something of an order's payment. `event_key` names the message that told it: the same message is in the history once.
/// May be told again and in any order.
pub async fn learn(
    backend: &Backend,
    org: &Org,
    id: OrderId,
    event_key: &str,
    fact: &PaymentFact,
) -> Result<OrderState, LearnError> {
    let now = org.now();
    if let PaymentFact::Paid { payment_intent: Some(payment), .. } = fact {
        payments::belongs_to(backend, payment, id).await?;
    }
    let mut tx = org.begin().await?;
    let before = lock(&mut tx, id, now).await?.ok_or(LearnError::NoOrder)?;
    // A charge that was refused at once is the business of the job that made it: the buyer has a page by then.
    let charge_runs = before.payment_method.is_some() && before.known.pending;
    if *fact == PaymentFact::ChargeFailed && !charge_runs {
        return Ok(before.state);
    }
    let mut after = before.clone();
    after.known.learn(fact);
    if let PaymentFact::Paid { email: Some(email), .. } = fact {
        after.email = after.email.max(email.parse::<EmailAddress>().ok());
    }
    settle_seats(&mut tx, &mut after).await?;
    after.state = match after.seats {
        Seats::Refused if after.known.claim(after.total) == Claim::Sold => OrderState::Unfulfillable,
        _ => after.known.state(after.total),
    };
    let paid_now = after.state.has_tickets() && after.seats == Seats::Sold && after.confirmed_at.is_none();
    if paid_now {
        after.confirmed_at = Some(now);
    }
    write(&mut tx, &after, now).await?;
    refunds::follow(&mut tx, &after).await?;
    if note(&mut tx, &after, event_key, fact, now).await? {
        remember_card(&mut tx, &before, event_key, fact, now).await?;
    }
    if after.state != before.state {
        let entry = audit::Entry {
            actor: Actor::Machine("payments"),
            action: "payment",
            subject: "order",
            subject_id: id.to_string(),
            before: Some(serde_json::json!({ "state": before.state })),
            after: Some(serde_json::json!({ "state": after.state })),
        };
        audit::record(&mut tx, now, entry).await?;
    }
    if came_too_late(&before, &after) {
        let left = after.known.kept_minor();
        refunds::request(&mut tx, &after, left, "No seats were left when the payment came", "payments", now).await?;
    }
    messages::follow(org, &mut tx, &before, &after, now).await?;
    tx.commit().await?;
    tell_the_call(backend, org, &before, &after);
    Ok(after.state)
}

/// Whether the payment came for seats that are gone. Seats that are gone because the money was to go back are something else: the
/// buyer does not expect them, and the provider would refuse again.
pub(super) fn came_too_late(before: &Order, after: &Order) -> bool {
    let gone = |order: &Order| order.state == OrderState::Unfulfillable;
    gone(after) && !gone(before) && !after.known.refund_failed
}

/// Makes the seats what they must be, if they can be.
async fn settle_seats(tx: &mut OrgTx, order: &mut Order) -> crate::db::DbResult<()> {
    let (tier, quantity) = (order.tier_id, order.quantity);
    order.seats = match (order.seats, order.known.claim(order.total)) {
        (Seats::Held, Claim::Sold) => {
            seats::sell_held(tx, tier, quantity).await?;
            Seats::Sold
        }
        (Seats::Free, Claim::Sold) => {
            if seats::sell_free(tx, tier, quantity).await? {
                Seats::Sold
            } else {
                Seats::Refused
            }
        }
        (Seats::Held, Claim::Free) => {
            seats::release(tx, tier, quantity).await?;
            Seats::Free
        }
        (Seats::Sold, Claim::Free) => {
            seats::unsell(tx, tier, quantity).await?;
            Seats::Free
        }
        (as_they_are, _) => as_they_are,
    };
    Ok(())
}

async fn write(tx: &mut OrgTx, order: &Order, now: DateTime<Utc>) -> crate::db::DbResult<()> {
    tx.run(
        sql!(
            "update ticket_orders
                set state = $3, known = $4, seats = $5, email = $6, confirmed_at = $7, refund_failed = $8, updated_at = $9
              where org_id = $1 and id = $2"
        ),
        args![
            order.id,
            order.state,
            serde_json::json!(order.known),
            order.seats.word(),
            order.email.as_ref(),
            order.confirmed_at,
            order.known.owes_refund(order.total),
            now
        ],
    )
    .await
    .map(|_| ())
}

/// Writes the history that staff see. Whether it was not there before.
pub(super) async fn note(
    tx: &mut OrgTx,
    order: &Order,
    event_key: &str,
    fact: &PaymentFact,
    now: DateTime<Utc>,
) -> crate::db::DbResult<bool> {
    let sql = sql!(
        "insert into order_facts (org_id, order_id, event_key, fact, learned_at)
         values ($1, $2, $3, $4, $5)
         on conflict (order_id, event_key) do nothing"
    );
    let words = in_words(fact, order.total.minor);
    tx.run(sql, args![order.id, event_key, words, now]).await.map(|rows| rows > 0)
}

/// Whoever paid on a page may have saved the card there. Each message asks anew: the first may come before the card is kept.
async fn remember_card(
    tx: &mut OrgTx,
    order: &Order,
    event_key: &str,
    fact: &PaymentFact,
    now: DateTime<Utc>,
) -> crate::db::DbResult<()> {
    let PaymentFact::Paid { customer: Some(customer), .. } = fact else { return Ok(()) };
    if order.payment_method.is_some() || order.phone.is_none() {
        return Ok(());
    }
    let job = RememberCard { order: order.id, customer: customer.clone() };
    jobs::put(tx, &job, &format!("{} {event_key}", order.id), now).await
}

fn in_words(fact: &PaymentFact, total_minor: i64) -> &'static str {
    match fact {
        PaymentFact::Paid { .. } => "The payment arrived.",
        PaymentFact::Pending => "The payment is on its way.",
        PaymentFact::Failed => "The payment did not go through.",
        PaymentFact::ChargeFailed => "The saved card could not be charged.",
        PaymentFact::Expired => "The pay page was closed unpaid.",
        PaymentFact::Refunded { amount_refunded_minor, of_minor } if amount_refunded_minor < of_minor => {
            "Some of the money was given back."
        }
        PaymentFact::Refund { state: RefundState::Failed, .. } => {
            "Money that was given back did not arrive at the bank."
        }
        PaymentFact::Refund { amount_minor, .. } if *amount_minor < total_minor => "Some of the money was given back.",
        PaymentFact::Refunded { .. } | PaymentFact::Refund { .. } => "The money was given back.",
        PaymentFact::RefundFailed => "Money could not be given back.",
        PaymentFact::Disputed => "The buyer disputes the payment at the bank.",
        PaymentFact::DisputeClosed { won: true } => "The bank decided the dispute for us.",
        PaymentFact::DisputeClosed { won: false } => "The bank decided the dispute for the buyer.",
    }
}

/// Tells the caller who is still on the line what became of the payment.
fn tell_the_call(backend: &Backend, org: &Org, before: &Order, after: &Order) {
    if let Some(text) = on_the_line(before, after) {
        inform(backend, org, after, text);
    }
}

/// Tells the caller who is still on the line something of an order.
pub(super) fn inform(backend: &Backend, org: &Org, order: &Order, text: String) {
    let Some(call) = order.call_id else { return };
    // The call may be over: then the texts have to do.
    let _ = backend.running().command(org.id(), call, Command::Inform { text, speak: true });
}

/// What the caller hears.
fn on_the_line(before: &Order, after: &Order) -> Option<String> {
    if after.confirmed_at.is_some() && before.confirmed_at.is_none() {
        let total = crate::speech::price(after.total);
        let number = super::reference::spoken(&after.reference);
        return Some(format!(
            "Payment received: {total}. The tickets are booked. Your confirmation number is {number}. I am texting it to you as well."
        ));
    }
    if after.state == before.state {
        return None;
    }
    match after.state {
        OrderState::Unfulfillable if came_too_late(before, after) => Some(
            "The payment came, but the last seats were sold in the meantime. I am sorry. The whole amount is given back.".into(),
        ),
        OrderState::Failed => {
            Some("The payment did not go through, and the seats are no longer kept. We can try again if you like.".into())
        }
        OrderState::Expired => Some("The payment link has run out, and the seats are no longer kept.".into()),
        _ => None,
    }
}
