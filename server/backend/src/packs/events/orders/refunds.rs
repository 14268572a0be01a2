//! Giving money back, and sending the confirmation again.

use chrono::{DateTime, Utc};
use model::{FieldError, Member, Money, OrderId, RefundRow, Role};

use super::{Order, get, lock, messages};
use crate::{
    args,
    audit::{self, Actor},
    db::{DbResult, scoped::tenant::OrgTx},
    error::{Error, Result, require},
    jobs::{self, refund_order::RefundOrder},
    org::Org,
    providers::payments::NewRefund,
    sql,
};

/// Gives money back: all that is left, or so much of it. The provider's answer arrives later and is in the history.
pub async fn refund(org: &Org, by: &Member, id: OrderId, amount_minor: Option<i64>, reason: &str) -> Result<()> {
    require(by.role, Role::Manager)?;
    let now = org.now();
    let mut tx = org.begin().await?;
    let order = lock(&mut tx, id, now).await?.ok_or(Error::NotFound)?;
    if order.known.paid.is_none() {
        return Err(Error::field("amount", "Nothing was paid that could be given back."));
    }
    let left = left(&mut tx, &order).await?;
    let amount = amount_minor.unwrap_or(left);
    if left <= 0 {
        return Err(Error::field("amount", "All of it was given back already."));
    }
    if amount <= 0 || amount > left {
        let most = Money { minor: left, currency: order.total.currency };
        return Err(Error::Invalid(vec![FieldError::new("amount", format!("Give back between 0.01 and {most}."))]));
    }
    let reason = reason.trim();
    let reason = if reason.is_empty() { "Given back by staff" } else { reason };
    request(&mut tx, &order, amount, reason, &by.name, now).await?;
    let entry = audit::Entry {
        actor: Actor::Member(by),
        action: "refund",
        subject: "order",
        subject_id: id.to_string(),
        before: None,
        after: Some(serde_json::json!({ "amount_minor": amount, "reason": reason })),
    };
    audit::record(&mut tx, now, entry).await?;
    tx.commit().await?;
    Ok(())
}

/// What of a payment can still be given back.
async fn left(tx: &mut OrgTx, order: &Order) -> DbResult<i64> {
    let sql = sql!(
        "select cast(coalesce(sum(case when state = 'done' then amount_minor else 0 end), 0) as bigint),
                cast(coalesce(sum(case when state = 'requested' then amount_minor else 0 end), 0) as bigint)
           from order_refunds
          where org_id = $1 and order_id = $2"
    );
    let (done, requested): (i64, i64) = tx.optional(sql, args![order.id]).await?.unwrap_or_default();
    Ok(left_after(order, done, requested))
}

/// The same, as staff see it.
pub(super) fn left_of(order: &Order, refunds: &[RefundRow]) -> i64 {
    let sum = |state: &str| -> i64 {
        refunds.iter().filter(|refund| refund.state == state).map(|refund| refund.amount.minor).sum()
    };
    left_after(order, sum("done"), sum("requested"))
}

/// Staff may have given money back at the provider: what was done there counts as what was done here.
fn left_after(order: &Order, done_minor: i64, requested_minor: i64) -> i64 {
    let paid = order.known.paid.as_ref().map_or(0, |paid| paid.amount_minor);
    paid - order.known.refunded_minor().max(done_minor) - requested_minor
}

/// Asks for money to be given back, by a job; what was asked for before counts.
pub(super) async fn request(
    tx: &mut OrgTx,
    order: &Order,
    amount: i64,
    reason: &str,
    by: &str,
    now: DateTime<Utc>,
) -> DbResult<()> {
    let amount = amount.min(left(tx, order).await?);
    if amount <= 0 {
        return Ok(());
    }
    let next = sql!(
        "select cast(coalesce(max(number), 0) + 1 as bigint) from order_refunds where org_id = $1 and order_id = $2"
    );
    let number = tx.optional::<(i64,)>(next, args![order.id]).await?.map_or(1, |(number,)| number);
    let insert = sql!(
        "insert into order_refunds (org_id, order_id, number, amount_minor, reason, by_name, state, created_at)
         values ($1, $2, $3, $4, $5, $6, 'requested', $7)"
    );
    tx.run(insert, args![order.id, number, amount, reason, by, now]).await?;
    let job = RefundOrder { order: order.id, number };
    jobs::put(tx, &job, &format!("{}:{number}", order.id), now).await
}

/// What the provider is to be asked for; `None` when that was done, or the payment has no name yet.
pub(crate) async fn to_refund(org: &Org, id: OrderId, number: i64) -> DbResult<Option<NewRefund>> {
    let Some(order) = get(org, id).await? else { return Ok(None) };
    let sql = sql!(
        "select amount_minor from order_refunds
          where org_id = $1 and order_id = $2 and number = $3 and state = 'requested'"
    );
    let asked: Option<(i64,)> = org.optional(sql, args![id, number]).await?;
    let payment = order.known.paid.and_then(|paid| paid.payment_intent);
    Ok(asked.zip(payment).map(|((amount,), payment_intent)| NewRefund {
        order: id,
        number: u32::try_from(number).unwrap_or(1),
        payment_intent,
        amount: Money { minor: amount, currency: order.total.currency },
    }))
}

/// The provider took the refund, under this name.
pub(crate) async fn named_refund(org: &Org, id: OrderId, number: i64, provider_id: &str) -> DbResult<()> {
    let sql = sql!("update order_refunds set provider_id = $4 where org_id = $1 and order_id = $2 and number = $3");
    org.run(sql, args![id, number, provider_id]).await.map(|_| ())
}

/// The provider took no such refund.
pub(crate) async fn refused_refund(org: &Org, id: OrderId, number: i64) -> DbResult<()> {
    let sql = sql!("update order_refunds set state = 'failed' where org_id = $1 and order_id = $2 and number = $3");
    org.run(sql, args![id, number]).await.map(|_| ())
}

/// Writes down how far the refunds have come that the provider told of by name.
pub(super) async fn follow(tx: &mut OrgTx, order: &Order) -> DbResult<()> {
    let sql = sql!(
        "update order_refunds set state = $4 where org_id = $1 and order_id = $2 and provider_id = $3 and state <> $4"
    );
    for (provider_id, refund) in &order.known.refunds {
        let state = if refund.failed { "failed" } else { "done" };
        tx.run(sql, args![order.id, provider_id, state]).await?;
    }
    Ok(())
}

/// Sends the buyer the confirmation once more, by text and mail.
pub async fn resend(org: &Org, by: &Member, id: OrderId) -> Result<()> {
    require(by.role, Role::FrontDesk)?;
    let now = org.now();
    let mut tx = org.begin().await?;
    let order = lock(&mut tx, id, now).await?.ok_or(Error::NotFound)?;
    if !order.state.has_tickets() {
        return Err(Error::field("order", "There are no tickets to confirm: the order is not paid."));
    }
    let again = format!(" again {}", now.timestamp());
    let sent = messages::confirmation(org, &mut tx, &order, &again, now).await.map_err(|error| match error {
        crate::outbox::PutError::Db(error) => Error::Db(error),
        other => Error::field("order", other.to_string()),
    })?;
    if !sent {
        return Err(Error::field("order", "There is neither a number nor an address to send it to."));
    }
    let entry = audit::Entry {
        actor: Actor::Member(by),
        action: "resend",
        subject: "order",
        subject_id: id.to_string(),
        before: None,
        after: None,
    };
    audit::record(&mut tx, now, entry).await?;
    tx.commit().await?;
    Ok(())
}
