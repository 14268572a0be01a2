-- The pack `events`.
create table venues (
    id          text primary key,
    org_id      text not null references organisations (id) on delete cascade,
    name        text not null,
    street      text not null,
    city        text not null,
    region      text not null,
    directions  text not null
);
create index venues_org on venues (org_id);

create table events (
    id           text primary key,
    org_id       text not null references organisations (id) on delete cascade,
    venue_id     text references venues (id) on delete set null,
    title        text not null,
    series       text not null,
    description  text not null,
    starts_at    timestamptz not null,
    ends_at      timestamptz not null,
    -- Whether callers are told of it.
    active       boolean not null,
    created_at   timestamptz not null,
    updated_at   timestamptz not null,
    deleted_at   timestamptz
);
create index events_org on events (org_id, starts_at);

create table ticket_tiers (
    id                text primary key,
    org_id            text not null references organisations (id) on delete cascade,
    event_id          text not null references events (id) on delete cascade,
    -- GA, VIP, ...
    kind              text not null,
    description       text not null,
    price_minor       bigint not null check (price_minor >= 0),
    gate_price_minor  bigint not null check (gate_price_minor >= 0),
    capacity          bigint not null check (capacity >= 0),
    sold              bigint not null check (sold >= 0),
    held              bigint not null check (held >= 0),
    sort              bigint not null,
    unique (event_id, kind),
    check (sold + held <= capacity)
);
create index ticket_tiers_event on ticket_tiers (org_id, event_id);

create table sponsor_packages (
    id           text primary key,
    org_id       text not null references organisations (id) on delete cascade,
    level        text not null,
    price_minor  bigint not null,
    -- ["Logo on the banner", …]
    benefits     jsonb not null,
    slots_left   bigint,
    sort         bigint not null,
    unique (org_id, level)
);

create table sponsors (
    id        text primary key,
    org_id    text not null references organisations (id) on delete cascade,
    event_id  text not null references events (id) on delete cascade,
    name      text not null,
    level     text not null
);
create index sponsors_event on sponsors (org_id, event_id);

create table winners (
    id        text primary key,
    org_id    text not null references organisations (id) on delete cascade,
    event_id  text not null references events (id) on delete cascade,
    place     bigint not null,
    category  text not null,
    chef      text not null,
    restaurant  text not null,
    dish      text not null
);
create index winners_event on winners (org_id, event_id);
