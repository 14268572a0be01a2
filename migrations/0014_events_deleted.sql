-- What staff take away of events comes back by an undo.
alter table venues add column deleted_at timestamptz;
alter table ticket_tiers add column deleted_at timestamptz;
alter table sponsor_packages add column deleted_at timestamptz;
alter table sponsors add column deleted_at timestamptz;
alter table chefs add column deleted_at timestamptz;
alter table winners add column deleted_at timestamptz;
