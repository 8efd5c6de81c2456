-- Change tracking: what is kept. Every statement may be run again.
select pg_advisory_xact_lock(4711, 1);

create schema if not exists ct;

-- One row: the database's switches.
create table if not exists ct.settings (
  single boolean primary key default true check (single),
  enabled boolean not null default false,
  retention_minutes integer not null default 2880,
  auto_cleanup boolean not null default true,
  -- The version where counting goes on when ct.commits does not reach back that far.
  base_version bigint not null default 0,
  max_cleanup_version bigint not null default 0
);
insert into ct.settings default values on conflict do nothing;

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
  select enabled,
         retention_minutes,
         auto_cleanup as is_auto_cleanup_on,
         (case when retention_minutes % 1440 = 0 then retention_minutes / 1440
               when retention_minutes % 60 = 0 then retention_minutes / 60
               else retention_minutes end)::integer as retention_period,
         (case when retention_minutes % 1440 = 0 then 3 when retention_minutes % 60 = 0 then 2 else 1 end)::smallint
           as retention_period_units,
         case when retention_minutes % 1440 = 0 then 'DAYS' when retention_minutes % 60 = 0 then 'HOURS'
              else 'MINUTES' end as retention_period_units_desc,
         max_cleanup_version
  from ct.settings;

create or replace view ct.tables_state as
  select relid, begin_version, min_valid_version, cleanup_version, track_columns from ct.tables;
