-- The pack of a golf club: courses, what a round costs when, the tee sheet, who plays.
create table courses (
    id               text primary key,
    org_id           text not null references organisations (id) on delete cascade,
    name             text not null,
    holes            bigint not null check (holes in (9, 18)),
    -- Wall-clock times as HH:MM: the first and the last group of the day.
    first_tee        text not null,
    last_tee         text not null,
    interval_min     bigint not null check (interval_min between 5 and 60),
    max_players      bigint not null check (max_players between 1 and 4),
    book_ahead_days  bigint not null check (book_ahead_days between 1 and 365),
    -- Until so many hours before, a change costs nothing; after that this part of the green fee is due.
    free_hours       bigint not null check (free_hours >= 0),
    late_percent     bigint not null check (late_percent between 0 and 100),
    sort             bigint not null,
    version          bigint not null default 1
);
create index courses_org on courses (org_id, sort);

-- What a round costs. The first rate that fits a time holds; where none does, nobody plays.
create table tee_rates (
    id           text primary key,
    org_id       text not null references organisations (id) on delete cascade,
    course_id    text not null references courses (id) on delete cascade,
    name         text not null,
    -- One bit for each day, Monday the lowest.
    weekdays     bigint not null check (weekdays between 1 and 127),
    from_time    text not null,
    to_time      text not null,
    price_minor  bigint not null check (price_minor >= 0),
    currency     text not null,
    sort         bigint not null
);
create index tee_rates_org on tee_rates (org_id, course_id, sort);

-- A line of the tee sheet. The sheet is worked out from the course; a row is written when something happens to a time.
create table tee_slots (
    id          text primary key,
    org_id      text not null references organisations (id) on delete cascade,
    course_id   text not null references courses (id) on delete cascade,
    starts_at   timestamptz not null,
    capacity    bigint not null check (capacity between 1 and 4),
    -- Players who are booked, and players for whom a caller is deciding.
    taken       bigint not null default 0 check (taken >= 0),
    held        bigint not null default 0 check (held >= 0),
    -- Why nobody can book it; empty where somebody can.
    label       text not null default '',
    check (taken + held <= capacity),
    unique (org_id, course_id, starts_at)
);

-- Places that are kept while a caller decides.
create table tee_holds (
    proposal_id  text primary key references proposals (id) on delete cascade,
    org_id       text not null references organisations (id) on delete cascade,
    slot_id      text not null references tee_slots (id) on delete cascade,
    players      bigint not null check (players > 0),
    expires_at   timestamptz not null
);
create index tee_holds_org on tee_holds (org_id, expires_at);

create table customers (
    id          text primary key,
    org_id      text not null references organisations (id) on delete cascade,
    phone       text not null,
    name        text not null,
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    unique (org_id, phone)
);

create table reservations (
    id             text primary key,
    org_id         text not null references organisations (id) on delete cascade,
    slot_id        text not null references tee_slots (id),
    customer_id    text references customers (id) on delete set null,
    call_id        text references calls (id) on delete set null,
    -- The confirmation code: letters and digits that survive a telephone, the last digit checks the others.
    code           text not null,
    name           text not null,
    phone          text,
    players        bigint not null check (players between 1 and 4),
    -- The other players' names, as far as they are known.
    guests         text not null default '',
    price_minor    bigint not null check (price_minor >= 0),
    currency       text not null,
    -- booked, cancelled.
    state          text not null,
    checked_in_at  timestamptz,
    version        bigint not null default 1,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    unique (org_id, code)
);
create index reservations_slot on reservations (org_id, slot_id);
create index reservations_phone on reservations (org_id, phone);

-- What happened to a reservation, and who did it.
create table reservation_changes (
    id              text primary key,
    org_id          text not null references organisations (id) on delete cascade,
    reservation_id  text not null references reservations (id) on delete cascade,
    at              timestamptz not null,
    -- A member's name, or the assistant.
    by_name         text not null,
    -- booked, moved, players, cancelled, checked_in, not_checked_in.
    what            text not null,
    before          jsonb,
    after           jsonb
);
create index reservation_changes_of on reservation_changes (org_id, reservation_id, at);
