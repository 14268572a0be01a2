//! Orders that nothing looks after any more.

use model::{OrderId, OrderState, OrgId};
use sqlx::FromRow;

use super::Order;
use crate::{Backend, args, db::DbResult, org::Org, sql};

/// An order that something has to look after again.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct LeftAlone {
    pub(crate) org_id: OrgId,
    pub(crate) id: OrderId,
    pub(crate) state: OrderState,
    pub(crate) has_page: bool,
}

/// The orders whose seats should be free by now, or whose money should be there, without a job that would see to it; and those of an
/// event that staff took away.
pub(crate) async fn left_alone(backend: &Backend) -> DbResult<Vec<LeftAlone>> {
    let now = backend.clock().now();
    backend
        .db()
        .system("the orders of all are swept")
        .all(
            "select o.org_id, o.id, o.state, (o.checkout_id is not null) as has_page
               from ticket_orders o
               join events e on e.org_id = o.org_id and e.id = o.event_id
              where (o.state = 'open' and e.deleted_at is not null)
                 or (o.state in ('open', 'pending') and o.held_until <= $1
                     and not exists (select 1 from jobs j
                                      where j.kind in ('open_checkout', 'watch_checkout', 'watch_charge')
                                        and j.key = o.id and j.state <> 'dead'))
              order by o.held_until
              limit 100",
            args![now],
        )
        .await
}

/// Whether staff took the event of an order away: nobody should pay for it any more.
pub(crate) async fn event_is_gone(org: &Org, order: &Order) -> DbResult<bool> {
    let sql = sql!("select id from events where org_id = $1 and id = $2 and deleted_at is not null");
    Ok(org.optional::<(model::EventId,)>(sql, args![order.event_id]).await?.is_some())
}
