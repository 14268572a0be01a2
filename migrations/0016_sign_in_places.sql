-- From where somebody has signed in before: whoever guesses at an account from elsewhere does not lock its owner out.
create table sign_in_places (
    -- Keyed hash of the address and the account, so that the table names nobody.
    key      text primary key,
    last_at  timestamptz not null
);
