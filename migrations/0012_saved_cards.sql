-- The card that a caller saved on a pay page: one per organisation and number. Of the card only what can be said to its owner; the
-- names by which the provider knows it stay here and in the orders that they are charged for.
create table saved_cards (
    org_id          text not null references organisations (id) on delete cascade,
    -- The number that called, and that the link to the page was texted to.
    phone           text not null,
    customer        text not null,
    payment_method  text not null,
    -- As the provider writes it: visa, mastercard, ...
    brand           text not null,
    last4           text not null,
    -- The order on whose page it was saved.
    order_id        text not null references ticket_orders (id) on delete cascade,
    saved_at        timestamptz not null,
    primary key (org_id, phone)
);

-- The provider's name for the buyer, where the number has a saved card: for the charge, and for the page that is opened instead.
alter table ticket_orders add column payment_customer text;
