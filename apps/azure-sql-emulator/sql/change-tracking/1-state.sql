-- Change tracking: what is kept. Every statement may be run again.
select pg_advisory_xact_lock(4711, 1);

create schema if not exists ct;

-- One row: the database's switches.
create table if not exists ct.settings (
  single boolean primary key default true check (single),
  enabled boolean not null default false,
  retention_minutes integer not null default 2880,
  auto_cleanup boolean not null default true,
  -- The unit the period was given in; it is told in that unit.
  retention_unit text,
  -- The version where counting goes on when ct.commits does not reach back that far.
  base_version bigint not null default 0,
  max_cleanup_version bigint not null default 0
);
insert into ct.settings default values on conflict do nothing;
-- Databases of earlier versions told a period in the greatest unit that fits.
alter table ct.settings add column if not exists retention_unit text;

-- The counter and the transaction that drew from it last. Sequences, because they can be read past any snapshot;
-- set by hand under a lock, because nextval would leave gaps after failed commits and crashes.
create sequence if not exists ct.version_counter minvalue 0 start 0;
create sequence if not exists ct.version_drawer minvalue 0 start 0;

-- Orders the entries of one key; one number for each statement.
create sequence if not exists ct.statement_counter minvalue 1 cache 1;

create table if not exists ct.commits (
  version bigint primary key,
  xid xid8 not null,
  commit_time timestamptz not null
);
create index if not exists commits_xid on ct.commits (xid);

-- Which transaction changed which table: finding a table's new transactions must not cost the other tables' traffic.
create table if not exists ct.table_commits (
  relid oid not null,
  version bigint not null,
  xid xid8 not null,
  primary key (relid, version)
);

-- One row for each table that a transaction has changed; all they are for is to fire ct.at_commit. Swept now and then.
-- Unlogged and without index: a crash ends the transactions anyway, and each of them writes here.
create unlogged table if not exists ct.pending (
  xid xid8 not null,
  relid oid not null
);

create table if not exists ct.tables (
  relid oid primary key,
  pk_columns text[] not null,
  -- Attribute numbers of the key, to recognise its columns after they were renamed.
  pk_attnums smallint[] not null,
  track_columns boolean not null,
  begin_version bigint not null,
  min_valid_version bigint not null,
  cleanup_version bigint not null default 0
);

create or replace view ct.commit_table as
  select version as commit_ts, xid::text::bigint as xdes_id, commit_time from ct.commits;

create or replace view ct.databases_state as
  select s.enabled,
         s.retention_minutes,
         s.auto_cleanup as is_auto_cleanup_on,
         (s.retention_minutes / u.minutes)::integer as retention_period,
         u.code::smallint as retention_period_units,
         u.name as retention_period_units_desc,
         s.max_cleanup_version
  from ct.settings s
  join (values ('MINUTES', 1, 1), ('HOURS', 2, 60), ('DAYS', 3, 1440)) u (name, code, minutes)
    on u.name = coalesce(s.retention_unit, case when s.retention_minutes % 1440 = 0 then 'DAYS'
                                                when s.retention_minutes % 60 = 0 then 'HOURS' else 'MINUTES' end);

create or replace view ct.tables_state as
  select relid, begin_version, min_valid_version, cleanup_version, track_columns from ct.tables;
