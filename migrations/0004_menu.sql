-- The pack `menu`, with opening hours.
create table menu_categories (
    id      text primary key,
    org_id  text not null references organisations (id) on delete cascade,
    slug    text not null,
    name    text not null,
    sort    bigint not null,
    unique (org_id, slug)
);

create table menu_items (
    id           text primary key,
    org_id       text not null references organisations (id) on delete cascade,
    category_id  text not null references menu_categories (id) on delete cascade,
    slug         text not null,
    name         text not null,
    description  text not null,
    -- ["milk", "nuts", …]
    allergens    jsonb not null,
    active       boolean not null,
    sort         bigint not null,
    unique (org_id, slug)
);
create index menu_items_category on menu_items (org_id, category_id);

create table item_sizes (
    id           text primary key,
    org_id       text not null references organisations (id) on delete cascade,
    item_id      text not null references menu_items (id) on delete cascade,
    -- Empty for an item of one size.
    name         text not null,
    price_minor  bigint not null check (price_minor >= 0),
    sort         bigint not null,
    unique (item_id, name)
);
create index item_sizes_org on item_sizes (org_id, item_id);

create table modifiers (
    id           text primary key,
    org_id       text not null references organisations (id) on delete cascade,
    name         text not null,
    price_minor  bigint not null check (price_minor >= 0),
    allergens    jsonb not null,
    active       boolean not null,
    sort         bigint not null,
    unique (org_id, name)
);

create table item_modifiers (
    org_id       text not null references organisations (id) on delete cascade,
    item_id      text not null references menu_items (id) on delete cascade,
    modifier_id  text not null references modifiers (id) on delete cascade,
    primary key (item_id, modifier_id)
);

create table subscription_plans (
    id           text primary key,
    org_id       text not null references organisations (id) on delete cascade,
    name         text not null,
    description  text not null,
    price_minor  bigint not null,
    -- week, two_weeks, month
    period       text not null,
    active       boolean not null,
    sort         bigint not null
);
create index subscription_plans_org on subscription_plans (org_id);

create table opening_hours (
    id       text primary key,
    org_id   text not null references organisations (id) on delete cascade,
    -- 1 Monday to 7 Sunday.
    weekday  bigint not null check (weekday between 1 and 7),
    -- HH:MM in the organisation's zone; a closing time at or before the opening time is on the next day.
    opens    text not null,
    closes   text not null
);
create index opening_hours_org on opening_hours (org_id, weekday);

create table hour_exceptions (
    id      text primary key,
    org_id  text not null references organisations (id) on delete cascade,
    -- YYYY-MM-DD in the organisation's zone.
    day     text not null,
    name    text not null,
    -- Both null when closed all day.
    opens   text,
    closes  text
);
create index hour_exceptions_org on hour_exceptions (org_id, day);
