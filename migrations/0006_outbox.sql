-- What is done later, what is sent, and what other systems told us.
create table jobs (
    id            text primary key,
    -- Null for work that belongs to no tenant.
    org_id        text references organisations (id) on delete cascade,
    kind          text not null,
    -- What makes two requests for the same work one.
    key           text not null,
    data          jsonb not null,
    -- waiting, running, or dead (given up; a person looks). What is done is deleted.
    state         text not null,
    attempts      bigint not null,
    run_at        timestamptz not null,
    -- Who runs it, and until when nobody else may.
    lease         text,
    leased_until  timestamptz,
    last_error    text not null,
    created_at    timestamptz not null,
    unique (kind, key)
);
create index jobs_due on jobs (state, run_at);

create table outbox (
    id            text primary key,
    org_id        text not null references organisations (id) on delete cascade,
    -- text, or mail.
    channel       text not null,
    recipient     text not null,
    subject       text not null,
    body          text not null,
    -- {"name":…,"kind":…,"content":…}
    attachment    jsonb,
    -- What it is about: order, inquiry, voicemail, ...
    about_kind    text not null,
    about_id      text not null,
    call_id       text references calls (id) on delete set null,
    -- The same message is put once, however often the tool or the job that writes it runs.
    dedupe_key    text not null,
    -- waiting, sending, sent, delivered, failed, unknown, suppressed.
    state         text not null,
    -- Why it is not delivered, in a fixed word.
    reason        text,
    -- What the other side said, as a code; never its words, which may quote the message.
    code          text not null,
    attempts      bigint not null,
    -- The number or address it was sent from, once it was.
    sender        text,
    -- Who let it go in spite of the caps.
    released_by   text,
    provider_id   text unique,
    -- How far the provider's reports have come; they arrive in any order.
    progress      bigint not null,
    created_at    timestamptz not null,
    updated_at    timestamptz not null,
    -- Since when it waits to be sent: since it was put, or since a person sent it again.
    queued_at     timestamptz not null,
    -- When the last attempt began.
    tried_at      timestamptz,
    unique (org_id, dedupe_key)
);
create index outbox_org on outbox (org_id, created_at);
create index outbox_recipient on outbox (org_id, recipient, tried_at);
create index outbox_call on outbox (org_id, call_id);
create index outbox_about on outbox (org_id, about_kind, about_id);

-- One row per organisation that sends: whoever counts, checks and sends holds it for that moment.
create table outbox_gates (
    org_id  text primary key references organisations (id) on delete cascade,
    passed  bigint not null
);

-- Numbers that said STOP.
create table suppressions (
    org_id  text not null references organisations (id) on delete cascade,
    number  text not null,
    -- text (the caller wrote STOP), provider (it refused to send).
    source  text not null,
    since   timestamptz not null,
    primary key (org_id, number)
);

-- Countries that texts may go to besides the organisation's own, by calling code without the plus.
create table text_countries (
    org_id  text not null references organisations (id) on delete cascade,
    code    text not null,
    primary key (org_id, code)
);

-- The one of its numbers that an organisation's texts come from; without a row, the one that was called.
create table text_senders (
    org_id  text primary key references organisations (id) on delete cascade,
    number  text not null references phone_numbers (number) on delete cascade
);

create table inbound_texts (
    -- Twilio's MessageSid: a repeated request is not obeyed twice.
    id           text primary key,
    org_id       text not null references organisations (id) on delete cascade,
    sender       text not null,
    called       text not null,
    body         text not null,
    -- stop, start, help, other.
    meaning      text not null,
    received_at  timestamptz not null
);
create index inbound_texts_org on inbound_texts (org_id, sender, received_at);

-- Events of other systems, stored before anything is done about them.
create table webhooks (
    id           text primary key,
    provider     text not null,
    event_id     text not null,
    body         bytea not null,
    -- waiting, done, ignored, failed.
    state        text not null,
    reason       text not null,
    received_at  timestamptz not null,
    unique (provider, event_id)
);
create index webhooks_state on webhooks (state, received_at);
