-- Organisations, the people who work in them, and what they may do.
create table organisations (
    id          text primary key,
    slug        text not null unique,
    name        text not null,
    time_zone   text not null,
    currency    text not null,
    -- Set on the four organisations that `aida demo` makes, so that it never touches others.
    demo        boolean not null,
    created_at  timestamptz not null
);

create table packs (
    org_id  text not null references organisations (id) on delete cascade,
    pack    text not null,
    primary key (org_id, pack)
);

create table phone_numbers (
    number  text primary key,
    org_id  text not null references organisations (id) on delete cascade
);
create index phone_numbers_org on phone_numbers (org_id);

create table users (
    id             text primary key,
    email          text not null unique,
    name           text not null,
    password_hash  text not null,
    last_org_id    text references organisations (id) on delete set null,
    disabled       boolean not null,
    created_at     timestamptz not null
);

create table memberships (
    org_id   text not null references organisations (id) on delete cascade,
    user_id  text not null references users (id) on delete cascade,
    role     text not null,
    primary key (org_id, user_id)
);
create index memberships_user on memberships (user_id);

-- Only the hash of a session's id is stored: a stolen database opens no session.
create table sessions (
    id_hash     text primary key,
    user_id     text references users (id) on delete cascade,
    data        jsonb not null,
    expires_at  timestamptz not null
);
create index sessions_user on sessions (user_id);
create index sessions_expiry on sessions (expires_at);

create table sign_in_attempts (
    id  text primary key,
    -- Keyed hashes of the address and of the account, so that the table names nobody.
    key         text not null,
    attempt_at  timestamptz not null
);
create index sign_in_attempts_key on sign_in_attempts (key, attempt_at);

create table api_keys (
    id            text primary key,
    org_id        text not null references organisations (id) on delete cascade,
    name          text not null,
    prefix        text not null,
    secret_hash   text not null unique,
    scopes        jsonb not null,
    created_at    timestamptz not null,
    last_used_at  timestamptz,
    revoked_at    timestamptz
);
create index api_keys_org on api_keys (org_id);

create table audit_log (
    id          text primary key,
    org_id      text not null references organisations (id) on delete cascade,
    at          timestamptz not null,
    -- The person's id, or null for the assistant and for jobs.
    user_id     text references users (id) on delete set null,
    actor       text not null,
    action      text not null,
    subject     text not null,
    subject_id  text not null,
    before      jsonb,
    after       jsonb
);
create index audit_log_org on audit_log (org_id, at);
