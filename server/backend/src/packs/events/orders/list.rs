//! Sales as staff see them.

use chrono::{DateTime, Utc};
use model::{
    CallId, Currency, EmailAddress, EventId, Money, OrderId, OrderState, PhoneNumber, RefundRow, Sale, SaleDetail,
    SaleFilter, SalePage,
};
use sqlx::{FromRow, types::Json};

use super::{get, reference, refunds, state::Known};
use crate::{args, db::DbResult, org::Org, sql};

#[derive(FromRow)]
struct SaleRow {
    id: OrderId,
    reference: String,
    event_id: EventId,
    event: String,
    kind: String,
    quantity: i64,
    total_minor: i64,
    currency: Currency,
    state: OrderState,
    known: Json<Known>,
    refund_failed: bool,
    phone: Option<PhoneNumber>,
    email: Option<EmailAddress>,
    call_id: Option<CallId>,
    created_at: DateTime<Utc>,
    confirmed_at: Option<DateTime<Utc>>,
}

impl From<SaleRow> for Sale {
    fn from(row: SaleRow) -> Self {
        let money = |minor| Money { minor, currency: row.currency };
        Self {
            id: row.id,
            reference: reference::written(&row.reference),
            event_id: row.event_id,
            event: row.event,
            kind: row.kind,
            quantity: row.quantity,
            total: money(row.total_minor),
            refunded: money(row.known.0.refunded_minor()),
            state: row.state,
            refund_failed: row.refund_failed,
            phone: row.phone,
            email: row.email,
            call_id: row.call_id,
            created_at: row.created_at,
            confirmed_at: row.confirmed_at,
        }
    }
}

macro_rules! select {
    ($($rest:tt)*) => {
        sql!(concat!(
            "select o.id, o.reference, o.event_id, e.title as event, t.kind, o.quantity, o.total_minor, o.currency, o.state, o.known,
                    o.refund_failed, o.phone, o.email, o.call_id, o.created_at, o.confirmed_at
               from ticket_orders o
               join events e on e.org_id = o.org_id and e.id = o.event_id
               join ticket_tiers t on t.org_id = o.org_id and t.id = o.tier_id
              where o.org_id = $1 ",
            $($rest)*
        ))
    };
}

/// What fits a filter. A sale whose money could not be given back waits for a person like those whose state says so.
macro_rules! fitting {
    ($rest:literal) => {
        concat!(
            "and (cast($2 as text) is null or o.event_id = $2)
             and (cast($3 as text) is null or o.state = $3)
             and (not $4 or o.refund_failed or o.state in ('unfulfillable', 'mismatched', 'disputed', 'lost')) ",
            $rest
        )
    };
}

/// The sales that fit, the newest first.
pub async fn page(org: &Org, filter: &SaleFilter) -> DbResult<SalePage> {
    let SaleFilter { event, state, trouble, offset, limit } = *filter;
    let rows: Vec<SaleRow> = org
        .all(
            select!(fitting!("order by o.created_at desc, o.id desc limit $5 offset $6")),
            args![event, state, trouble, limit, offset],
        )
        .await?;
    let count = sql!(concat!("select count(*) from ticket_orders o where o.org_id = $1 ", fitting!("")));
    let (total,) = org.optional::<(i64,)>(count, args![event, state, trouble]).await?.unwrap_or_default();
    Ok(SalePage { sales: rows.into_iter().map(Sale::from).collect(), total })
}

/// A mark that is another one after anything has changed in the sales.
pub async fn changed(org: &Org) -> DbResult<String> {
    let sql = sql!(
        "select count(*), max(o.updated_at),
                (select count(*) from order_refunds r where r.org_id = $1 and r.state = 'requested'),
                (select cast(coalesce(sum(t.held), 0) as bigint) from ticket_tiers t where t.org_id = $1)
           from ticket_orders o
          where o.org_id = $1"
    );
    let found: Option<(i64, Option<DateTime<Utc>>, i64, i64)> = org.optional(sql, args![]).await?;
    let (orders, last, asked, held) = found.unwrap_or_default();
    Ok(format!("{orders}.{}.{asked}.{held}", last.map_or(0, |at| at.timestamp_millis())))
}

/// The orders of a call.
pub async fn of_call(org: &Org, call: CallId) -> DbResult<Vec<Sale>> {
    let rows: Vec<SaleRow> = org.all(select!("and o.call_id = $2 order by o.created_at, o.id"), args![call]).await?;
    Ok(rows.into_iter().map(Sale::from).collect())
}

type RefundColumns = (DateTime<Utc>, i64, String, String, String);

/// One sale with its history.
pub async fn detail(org: &Org, id: OrderId) -> DbResult<Option<SaleDetail>> {
    let Some(order) = get(org, id).await? else { return Ok(None) };
    let Some(row) = org.optional::<SaleRow>(select!("and o.id = $2"), args![id]).await? else { return Ok(None) };
    let currency = row.currency;
    let history: Vec<(DateTime<Utc>, String)> = org
        .all(
            sql!(
                "select learned_at, fact from order_facts
                  where org_id = $1 and order_id = $2 order by learned_at, event_key"
            ),
            args![id],
        )
        .await?;
    let refunds: Vec<RefundColumns> = org
        .all(
            sql!(
                "select created_at, amount_minor, reason, by_name, state
                   from order_refunds where org_id = $1 and order_id = $2 order by number"
            ),
            args![id],
        )
        .await?;
    let refund = |(at, minor, reason, by, state): RefundColumns| RefundRow {
        at,
        amount: Money { minor, currency },
        reason,
        by,
        state,
    };
    let refunds: Vec<RefundRow> = refunds.into_iter().map(refund).collect();
    let left = Money { minor: refunds::left_of(&order, &refunds), currency };
    Ok(Some(SaleDetail { sale: row.into(), left, history, refunds }))
}
