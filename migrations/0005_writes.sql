-- Changes that callers are offered: proposed, read back, agreed to, made.
create table proposals (
    id              text primary key,
    org_id          text not null references organisations (id) on delete cascade,
    call_id         text not null references calls (id) on delete cascade,
    tool            text not null,
    -- What was asked for, after everything was resolved that a model spells in many ways, and its hash.
    asked           jsonb not null,
    asked_hash      text not null,
    -- The same can be proposed again once an earlier offer has run out.
    generation      bigint not null,
    read_back       text not null,
    -- What the server worked out (ids, amounts): all that the change is made from.
    quote           jsonb not null,
    -- proposed, committed, rehearsed (a typed call: nothing was changed), superseded (something else was asked for since).
    state           text not null,
    -- The millisecond of the call in which it was proposed: what was heard before does not count.
    proposed_ms     bigint not null,
    -- The milliseconds in which the caller agreed.
    agreed_from_ms  bigint,
    agreed_to_ms    bigint,
    -- What the model was told of the change that was made.
    outcome         jsonb,
    created_at      timestamptz not null,
    expires_at      timestamptz not null,
    decided_at      timestamptz,
    unique (call_id, tool, asked_hash, generation)
);
create index proposals_call on proposals (org_id, call_id, created_at);
