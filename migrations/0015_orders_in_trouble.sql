-- The provider's name for a refund: it may tell days later that the money came back.
alter table order_refunds add column provider_id text;
create index order_refunds_provider on order_refunds (org_id, order_id, provider_id);

-- Money that should have been given back is still here. Derived from `known`; kept for lists.
alter table ticket_orders add column refund_failed boolean not null default false;
update ticket_orders
   set refund_failed = true
 where state <> 'refunded' and exists (select 1 from order_refunds r where r.order_id = ticket_orders.id and r.state = 'failed');
create index ticket_orders_held on ticket_orders (state, held_until);

-- From when on a message is of no use, where that is sooner than for others.
alter table outbox add column useless_after timestamptz;
-- What the caller has paid for goes out whatever else the call has caused.
alter table outbox add column owed boolean not null default false;
