//! Tickets that are sold.
//!
//! ```text
//!  agreed on the call ─▶ place: seats kept, a text with a short link, a pay page is opened
//!                              │
//!      the payment provider's events, in any order, and our own polls ─▶ learn
//!                              │
//!            state = f(all that is known) ─▶ seats sold or given back, the buyer told, the caller told on the line
//! ```
//! An order is never stepped from state to state: see [`state`].

mod charges;
mod learn;
mod left_alone;
mod list;
mod messages;
pub mod reference;
mod refunds;
pub mod seats;
mod standing;
pub mod state;
mod texting;

use chrono::{DateTime, TimeDelta, Utc};
use model::{CallId, Currency, EmailAddress, EventId, Money, OrderId, OrderState, PhoneNumber, TierId};
use sqlx::{FromRow, types::Json};

use self::state::Known;
use crate::{
    Backend, args,
    db::{DbError, DbResult, scoped::tenant::OrgTx},
    jobs::{self, open_checkout::OpenCheckout},
    org::Org,
    outbox::PutError,
    sql,
};

pub(crate) use charges::{NotCharged, pay_on_page, without_customer};
pub use learn::{LearnError, learn};
pub(crate) use left_alone::{event_is_gone, left_alone};
pub use list::{changed, detail, of_call, page};
pub(crate) use messages::{one_line, owners};
pub(crate) use refunds::{named_refund, refused_refund, to_refund};
pub use refunds::{refund, resend};
pub(crate) use standing::standing;
pub(crate) use texting::{can_text, link_not_sent};

/// How long a pay page stands after the order. The provider wants at least half an hour, and may be away for the first minutes.
pub const PAGE_STANDS_FOR: TimeDelta = TimeDelta::minutes(40);
/// Seats are kept a little longer than the page stands, so that nobody pays for seats that are gone.
const KEPT_FOR: TimeDelta = TimeDelta::minutes(50);

/// Money that takes days has come by then, or does not come.
pub const MONEY_COMES_WITHIN: TimeDelta = TimeDelta::days(14);

/// What became of the seats of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seats {
    /// Kept for the buyer.
    Held,
    /// The buyer's.
    Sold,
    /// Given back.
    Free,
    /// Paid for when all were gone.
    Refused,
}

impl Seats {
    const fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Sold => "sold",
            Self::Free => "free",
            Self::Refused => "refused",
        }
    }

    fn of(word: &str) -> Self {
        match word {
            "held" => Self::Held,
            "sold" => Self::Sold,
            "refused" => Self::Refused,
            _ => Self::Free,
        }
    }
}

/// An order.
#[derive(Clone, Debug)]
pub struct Order {
    /// Its identifier.
    pub id: OrderId,
    /// The event.
    pub event_id: EventId,
    /// The kind of ticket.
    pub tier_id: TierId,
    /// The call in which it was ordered.
    pub call_id: Option<CallId>,
    /// The confirmation number, as digits.
    pub reference: String,
    /// What the short link carries.
    pub code: String,
    /// The number that called.
    pub phone: Option<PhoneNumber>,
    /// As typed on the pay page.
    pub email: Option<EmailAddress>,
    /// How many.
    pub quantity: i64,
    /// The price of one.
    pub unit: Money,
    /// The price of all.
    pub total: Money,
    /// How it stands.
    pub state: OrderState,
    /// What is known of the payment.
    pub known: Known,
    /// What became of the seats.
    pub seats: Seats,
    /// Until when they are kept.
    pub held_until: DateTime<Utc>,
    /// Which pay page is the last, from 1; 0 before the first.
    pub attempt: i64,
    /// What the buyer has stored and wants charged.
    pub payment_method: Option<String>,
    /// The provider's name for the buyer, who has a saved card.
    pub customer: Option<String>,
    /// The provider's name for the pay page.
    pub checkout_id: Option<String>,
    /// Where the pay page is.
    pub checkout_url: Option<String>,
    /// When it was ordered.
    pub created_at: DateTime<Utc>,
    /// When the buyer was told that it is paid.
    pub confirmed_at: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
struct OrderRow {
    id: OrderId,
    event_id: EventId,
    tier_id: TierId,
    call_id: Option<CallId>,
    reference: String,
    code: String,
    phone: Option<PhoneNumber>,
    email: Option<EmailAddress>,
    quantity: i64,
    unit_minor: i64,
    total_minor: i64,
    currency: Currency,
    state: OrderState,
    known: Json<Known>,
    seats: String,
    held_until: DateTime<Utc>,
    attempt: i64,
    payment_method: Option<String>,
    payment_customer: Option<String>,
    checkout_id: Option<String>,
    checkout_url: Option<String>,
    created_at: DateTime<Utc>,
    confirmed_at: Option<DateTime<Utc>>,
}

impl From<OrderRow> for Order {
    fn from(row: OrderRow) -> Self {
        Self {
            id: row.id,
            event_id: row.event_id,
            tier_id: row.tier_id,
            call_id: row.call_id,
            reference: row.reference,
            code: row.code,
            phone: row.phone,
            email: row.email,
            quantity: row.quantity,
            unit: Money { minor: row.unit_minor, currency: row.currency },
            total: Money { minor: row.total_minor, currency: row.currency },
            state: row.state,
            known: row.known.0,
            seats: Seats::of(&row.seats),
            held_until: row.held_until,
            attempt: row.attempt,
            payment_method: row.payment_method,
            customer: row.payment_customer,
            checkout_id: row.checkout_id,
            checkout_url: row.checkout_url,
            created_at: row.created_at,
            confirmed_at: row.confirmed_at,
        }
    }
}

macro_rules! columns {
    () => {
        "id, event_id, tier_id, call_id, reference, code, phone, email, quantity, unit_minor, total_minor, currency, state, known,
         seats, held_until, attempt, payment_method, payment_customer, checkout_id, checkout_url, created_at, confirmed_at"
    };
}

/// An order.
pub async fn get(org: &Org, id: OrderId) -> DbResult<Option<Order>> {
    let sql = sql!(concat!("select ", columns!(), " from ticket_orders where org_id = $1 and id = $2"));
    Ok(org.optional::<OrderRow>(sql, args![id]).await?.map(Order::from))
}

/// An order, in a transaction.
async fn get_in(tx: &mut OrgTx, id: OrderId) -> DbResult<Option<Order>> {
    let sql = sql!(concat!("select ", columns!(), " from ticket_orders where org_id = $1 and id = $2"));
    Ok(tx.optional::<OrderRow>(sql, args![id]).await?.map(Order::from))
}

/// An order, while nobody else can touch it.
async fn lock(tx: &mut OrgTx, id: OrderId, now: DateTime<Utc>) -> DbResult<Option<Order>> {
    let sql =
        sql!(concat!("update ticket_orders set updated_at = $3 where org_id = $1 and id = $2 returning ", columns!()));
    Ok(tx.optional::<OrderRow>(sql, args![id, now]).await?.map(Order::from))
}

/// The order of a short link, with its organisation: whoever has the link may see how it stands.
pub async fn by_code(backend: &Backend, code: &str) -> DbResult<Option<(Org, Order)>> {
    let found: Option<(model::OrgId, OrderId)> = backend
        .db()
        .system("a short link names its order and nothing else")
        .optional("select org_id, id from ticket_orders where code = $1", args![code])
        .await?;
    let Some((org_id, id)) = found else { return Ok(None) };
    let Some(org) = crate::orgs::by_id(backend, org_id).await? else { return Ok(None) };
    Ok(get(&org, id).await?.map(|order| (org, order)))
}

/// Whose order it is: what the payment provider tells names the order alone.
pub async fn org_of(backend: &Backend, id: OrderId) -> DbResult<Option<Org>> {
    let found: Option<(model::OrgId,)> = backend
        .db()
        .system("a payment names its order and nothing else")
        .optional("select org_id from ticket_orders where id = $1", args![id])
        .await?;
    match found {
        Some((org,)) => crate::orgs::by_id(backend, org).await,
        None => Ok(None),
    }
}

/// What is ordered.
#[derive(Clone, Debug)]
pub struct NewOrder {
    /// The event.
    pub event_id: EventId,
    /// The kind of ticket.
    pub tier_id: TierId,
    /// The call.
    pub call_id: Option<CallId>,
    /// The number that called.
    pub phone: Option<PhoneNumber>,
    /// How many.
    pub quantity: i64,
    /// The price of one.
    pub unit: Money,
    /// What the buyer has stored and wants charged; else a pay page is opened.
    pub payment_method: Option<String>,
    /// The provider's name for the buyer, where they have a saved card.
    pub customer: Option<String>,
}

/// Places an order whose seats are kept already. The pay page is opened by a job.
pub async fn place(tx: &mut OrgTx, now: DateTime<Utc>, new: &NewOrder) -> DbResult<Order> {
    let insert = sql!(concat!(
        "insert into ticket_orders (org_id, id, event_id, tier_id, call_id, reference, code, phone, quantity, unit_minor, total_minor,
                                    currency, state, known, seats, held_until, attempt, payment_method,
                                    payment_customer, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'open', $13, 'held', $14, 0, $15, $16, $17, $17)
         on conflict (org_id, reference) do nothing
         returning ",
        columns!()
    ));
    let id = OrderId::new();
    // Of nine hundred thousand numbers one is free soon.
    for _ in 0..20 {
        let values = args![
            id,
            new.event_id,
            new.tier_id,
            new.call_id,
            reference::fresh(),
            reference::link_code(),
            new.phone.as_ref(),
            new.quantity,
            new.unit.minor,
            new.unit.minor * new.quantity,
            new.unit.currency,
            serde_json::json!(Known::default()),
            now + KEPT_FOR,
            new.payment_method.clone(),
            new.customer.clone(),
            now
        ];
        if let Some(row) = tx.optional::<OrderRow>(insert, values).await? {
            jobs::put(tx, &OpenCheckout { order: id }, &id.to_string(), now).await?;
            return Ok(row.into());
        }
    }
    Err(DbError::Sqlx(sqlx::Error::RowNotFound))
}

/// A pay page was opened: from here on the link leads there.
pub(crate) async fn page_opened(
    org: &Org,
    id: OrderId,
    attempt: i64,
    page: &crate::providers::payments::Checkout,
) -> DbResult<()> {
    let sql = sql!(
        "update ticket_orders
            set attempt = $3, checkout_id = $4, checkout_url = $5, held_until = $6, updated_at = $7
          where org_id = $1 and id = $2"
    );
    let until = page.expires_at + (KEPT_FOR - PAGE_STANDS_FOR);
    org.run(sql, args![id, attempt, &page.id, &page.url, until, org.now()]).await.map(|_| ())
}

/// Puts the text with the pay link.
pub async fn text_link(
    backend_url: &str,
    org: &Org,
    tx: &mut OrgTx,
    order: &Order,
    now: DateTime<Utc>,
) -> Result<(), PutError> {
    messages::link(backend_url, org, tx, order, now).await
}

#[cfg(test)]
mod tests;
