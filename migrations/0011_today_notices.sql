-- The today board: what is different today, told to callers at once, until it expires.
create table today_notices (
    id            text primary key,
    org_id        text not null references organisations (id) on delete cascade,
    -- sold_out, closing_early, opening_late, event_sold_out, frost_delay, custom.
    kind          text not null,
    -- What makes two notices one: a later notice about the same thing takes the place of the earlier.
    about         text not null,
    -- A menu item, a modifier or an event; null for what concerns the whole house.
    subject_id    text,
    -- HH:MM in the organisation's zone: when it closes, opens, or play begins.
    at_time       text,
    -- What the assistant says.
    sentence      text not null,
    -- YYYY-MM-DD: the business day on which it was put up, in the organisation's zone.
    day           text not null,
    starts_at     timestamptz not null,
    expires_at    timestamptz not null,
    put_by        text not null,
    -- Set when somebody takes it off before it expires.
    ended_at      timestamptz,
    ended_by      text
);
create index today_notices_on on today_notices (org_id, expires_at);
create unique index today_notices_one on today_notices (org_id, about) where ended_at is null;
