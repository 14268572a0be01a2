-- Calls and everything that is kept of them.
create table personas (
    id              text primary key,
    org_id          text not null references organisations (id) on delete cascade,
    version         bigint not null,
    state           text not null,
    assistant_name  text not null,
    voice           text not null,
    speed_percent   bigint not null,
    language        text not null,
    greeting        text not null,
    instructions    text not null,
    patience        text not null,
    interruptible   boolean not null,
    note            text not null,
    author          text not null,
    updated_at      timestamptz not null,
    published_at    timestamptz,
    unique (org_id, version)
);

create table calls (
    id                 text primary key,
    org_id             text not null references organisations (id) on delete cascade,
    -- Twilio's CallSid; null for a typed call.
    provider_id        text unique,
    stream_id          text,
    -- phone, or typed ("Try it").
    channel            text not null,
    caller             text,
    called             text,
    status             text not null,
    outcome            text,
    sentiment          text,
    summary            text not null,
    notes              text not null,
    -- Why it ended, in a fixed word: caller_hung_up, assistant_ended, silence, limit, shutdown, crash, ...
    end_reason         text,
    persona_id         text references personas (id) on delete set null,
    persona_version    bigint,
    language           text not null,
    started_at         timestamptz not null,
    answered_at        timestamptz,
    ended_at           timestamptz,
    duration_ms        bigint,
    provider_status    text,
    provider_sequence  bigint,
    provider_seconds   bigint,
    updated_at         timestamptz not null,
    deleted_at         timestamptz
);
create index calls_org_started on calls (org_id, started_at);
create index calls_org_status on calls (org_id, status);
create index calls_org_caller on calls (org_id, caller);

create table utterances (
    id           text primary key,
    org_id       text not null references organisations (id) on delete cascade,
    call_id      text not null references calls (id) on delete cascade,
    position     bigint not null,
    speaker      text not null,
    text         text not null,
    -- How many bytes of `text` the caller heard; null when all of it.
    heard_bytes  bigint,
    start_ms     bigint not null,
    end_ms       bigint not null
);
create index utterances_call on utterances (org_id, call_id, position);

create table tool_calls (
    id           text primary key,
    org_id       text not null references organisations (id) on delete cascade,
    call_id      text not null references calls (id) on delete cascade,
    -- The model's own id of the function call: one run and one answer each.
    model_call_id  text not null,
    name         text not null,
    arguments    jsonb not null,
    output       jsonb,
    status       text not null,
    at_ms        bigint not null,
    duration_ms  bigint,
    unique (call_id, model_call_id)
);
create index tool_calls_call on tool_calls (org_id, call_id, at_ms);

create table call_events (
    id       text primary key,
    org_id   text not null references organisations (id) on delete cascade,
    call_id  text not null references calls (id) on delete cascade,
    kind     text not null,
    text     text not null,
    at_ms    bigint not null
);
create index call_events_call on call_events (org_id, call_id, at_ms);

create table recordings (
    call_id      text primary key references calls (id) on delete cascade,
    org_id       text not null references organisations (id) on delete cascade,
    -- Below RECORDING_STORAGE_PATH; made by us, never from a request.
    file         text not null,
    -- running, complete, or stopped (with a reason).
    state        text not null,
    reason       text not null,
    duration_ms  bigint not null,
    peaks        jsonb
);
create index recordings_org on recordings (org_id);

create table call_metrics (
    call_id               text primary key references calls (id) on delete cascade,
    org_id                text not null references organisations (id) on delete cascade,
    caller_talk_ms        bigint not null,
    assistant_talk_ms     bigint not null,
    silence_ms            bigint not null,
    interruptions         bigint not null,
    reconnects            bigint not null,
    first_word_ms         bigint,
    goodbye_to_hangup_ms  bigint,
    -- [{"at_ms":…,"latency_ms":…}, …]
    turns                 jsonb not null
);
create index call_metrics_org on call_metrics (org_id);

create table call_costs (
    org_id         text not null references organisations (id) on delete cascade,
    call_id        text not null references calls (id) on delete cascade,
    -- text_in, text_cached, audio_in, audio_cached, text_out, audio_out, transcription, ...
    kind           text not null,
    quantity       bigint not null,
    nano_usd       bigint not null,
    -- The split between cached kinds was not told and had to be estimated.
    estimated      boolean not null,
    primary key (call_id, kind)
);
create index call_costs_org on call_costs (org_id);

-- One row per stream token handed to Twilio: used once, by the call it was made for.
create table stream_tokens (
    token_hash   text primary key,
    org_id       text not null references organisations (id) on delete cascade,
    call_id      text not null references calls (id) on delete cascade,
    provider_id  text not null,
    expires_at   timestamptz not null,
    used_at      timestamptz
);
create index stream_tokens_call on stream_tokens (call_id);

create table articles (
    id            text primary key,
    org_id        text not null references organisations (id) on delete cascade,
    title         text not null,
    category      text not null,
    body          text not null,
    version       bigint not null,
    author        text not null,
    hits          bigint not null,
    last_used_at  timestamptz,
    created_at    timestamptz not null,
    updated_at    timestamptz not null,
    deleted_at    timestamptz
);
create index articles_org on articles (org_id);

create table article_versions (
    org_id      text not null references organisations (id) on delete cascade,
    article_id  text not null references articles (id) on delete cascade,
    version     bigint not null,
    title       text not null,
    category    text not null,
    body        text not null,
    author      text not null,
    updated_at  timestamptz not null,
    primary key (article_id, version)
);
