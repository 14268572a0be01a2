-- Staff edit the menu and the hours. A version counts edits: an edit of an older version is refused. What is deleted comes back by
-- an undo.
alter table menu_categories add column version bigint not null default 1;
alter table menu_categories add column deleted_at timestamptz;
alter table menu_items add column version bigint not null default 1;
alter table menu_items add column deleted_at timestamptz;
alter table modifiers add column version bigint not null default 1;
alter table modifiers add column deleted_at timestamptz;
alter table subscription_plans add column version bigint not null default 1;
alter table subscription_plans add column deleted_at timestamptz;
-- The same for all rows of a day, which are edited together.
alter table hour_exceptions add column version bigint not null default 1;
alter table hour_exceptions add column deleted_at timestamptz;

-- Counts edits of what has many rows and is edited as one: the ordinary week, and the days that differ from it.
create table hour_edits (
    org_id      text primary key references organisations (id) on delete cascade,
    week        bigint not null,
    exceptions  bigint not null
);
