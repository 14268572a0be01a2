-- Tickets that are sold, seats that are kept while somebody decides, and everything that staff edit of events.
create table ticket_orders (
    id              text primary key,
    org_id          text not null references organisations (id) on delete cascade,
    event_id        text not null references events (id),
    tier_id         text not null references ticket_tiers (id),
    call_id         text references calls (id) on delete set null,
    -- The confirmation number: digits, the last one a check digit.
    reference       text not null,
    -- What the short link carries; nobody can guess it.
    code            text not null unique,
    -- The number that called: the only one that is texted.
    phone           text,
    -- As typed on the pay page.
    email           text,
    quantity        bigint not null check (quantity > 0),
    unit_minor      bigint not null check (unit_minor >= 0),
    total_minor     bigint not null check (total_minor >= 0),
    currency        text not null,
    -- Derived from `known` and `seats`; kept for lists.
    state           text not null,
    -- What is known of the payment; it only ever grows.
    known           jsonb not null,
    -- held, sold, free (given back), refused (paid for when all were gone).
    seats           text not null,
    held_until      timestamptz not null,
    attempt         bigint not null,
    -- The provider's name for what the buyer has stored and wants charged.
    payment_method  text,
    checkout_id     text,
    checkout_url    text,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    -- When the buyer was told that it is paid.
    confirmed_at    timestamptz,
    unique (org_id, reference)
);
create index ticket_orders_org on ticket_orders (org_id, created_at);
create index ticket_orders_event on ticket_orders (org_id, event_id);
create index ticket_orders_call on ticket_orders (org_id, call_id);

-- What was learned of an order, and when: the history that staff see.
create table order_facts (
    org_id      text not null references organisations (id) on delete cascade,
    order_id    text not null references ticket_orders (id) on delete cascade,
    -- What makes two messages of the same thing one.
    event_key   text not null,
    fact        text not null,
    learned_at  timestamptz not null,
    primary key (order_id, event_key)
);
create index order_facts_org on order_facts (org_id, order_id);

create table order_refunds (
    org_id        text not null references organisations (id) on delete cascade,
    order_id      text not null references ticket_orders (id) on delete cascade,
    -- From 1; with the order's id it makes the provider's idempotency key.
    number        bigint not null,
    amount_minor  bigint not null check (amount_minor > 0),
    reason        text not null,
    by_name       text not null,
    -- requested, done, failed.
    state         text not null,
    created_at    timestamptz not null,
    primary key (order_id, number)
);
create index order_refunds_org on order_refunds (org_id, order_id);

-- Seats that are kept while a caller decides.
create table seat_holds (
    proposal_id  text primary key references proposals (id) on delete cascade,
    org_id       text not null references organisations (id) on delete cascade,
    tier_id      text not null references ticket_tiers (id) on delete cascade,
    quantity     bigint not null check (quantity > 0),
    expires_at   timestamptz not null
);
create index seat_holds_org on seat_holds (org_id, expires_at);

create table sponsor_inquiries (
    id           text primary key,
    org_id       text not null references organisations (id) on delete cascade,
    call_id      text references calls (id) on delete set null,
    reference    text not null,
    name         text not null,
    company      text not null,
    -- Bronze, Silver, ...; empty when it is open.
    level        text not null,
    phone        text,
    email        text,
    message      text not null,
    -- new, answered.
    state        text not null,
    created_at   timestamptz not null,
    answered_by  text not null,
    answered_at  timestamptz
);
create index sponsor_inquiries_org on sponsor_inquiries (org_id, created_at);

-- Who cooks at an event.
create table chefs (
    id          text primary key,
    org_id      text not null references organisations (id) on delete cascade,
    event_id    text not null references events (id) on delete cascade,
    name        text not null,
    restaurant  text not null,
    dish        text not null,
    version     bigint not null
);
create index chefs_event on chefs (org_id, event_id);

-- Counts edits: an edit of an older version is refused.
alter table venues add column version bigint not null default 1;
alter table events add column version bigint not null default 1;
alter table ticket_tiers add column version bigint not null default 1;
alter table sponsor_packages add column version bigint not null default 1;
alter table sponsors add column version bigint not null default 1;
alter table winners add column version bigint not null default 1;
