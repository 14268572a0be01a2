-- Which order a payment belongs to: refunds and disputes name the payment alone.
create table payment_references (
    payment_intent  text primary key,
    order_id        text not null,
    learned_at      timestamptz not null
);
