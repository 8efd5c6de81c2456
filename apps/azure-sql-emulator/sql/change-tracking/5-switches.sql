-- Change tracking: switching on and off. Failures carry SQL Server's error number in their DETAIL.

create or replace function ct.refuse(number integer, message text) returns void language plpgsql as $$
begin
  raise exception '%', message using errcode = 'CT000', detail = number::text;
end $$;

drop function if exists ct.enable_database(integer, boolean);
create or replace function ct.enable_database(retention_minutes integer, unit text, auto_cleanup boolean) returns void
language plpgsql as $$
begin
  if (select s.enabled from ct.settings s for update) then
    perform ct.refuse(5088, 'Change tracking is already enabled for the database.');
  end if;
  update ct.settings s set enabled = true,
    retention_minutes = coalesce(enable_database.retention_minutes, 2880),
    retention_unit = coalesce(enable_database.unit, 'DAYS'),
    auto_cleanup = coalesce(enable_database.auto_cleanup, true);
end $$;

create or replace function ct.disable_database() returns void language plpgsql as $$
begin
  if not (select s.enabled from ct.settings s for update) then
    perform ct.refuse(5089, 'Change tracking is disabled for the database.');
  end if;
  if exists (select from ct.tables) then
    perform ct.refuse(22115, 'Change tracking is enabled for one or more tables in the database.');
  end if;
  update ct.settings s set enabled = false, base_version = ct.latest_version();
  delete from ct.commits;
  delete from ct.table_commits;
end $$;

drop function if exists ct.set_options(integer, boolean);
create or replace function ct.set_options(retention_minutes integer, unit text, auto_cleanup boolean) returns void
language plpgsql as $$
begin
  if not (select s.enabled from ct.settings s for update) then
    perform ct.refuse(5089, 'Change tracking is disabled for the database.');
  end if;
  update ct.settings s set
    retention_minutes = coalesce(set_options.retention_minutes, s.retention_minutes),
    retention_unit = coalesce(set_options.unit, s.retention_unit),
    auto_cleanup = coalesce(set_options.auto_cleanup, s.auto_cleanup);
end $$;

create or replace function ct.enable_table(relid oid, pk_columns text[], track_columns boolean) returns void
language plpgsql set search_path = pg_catalog as $f$
declare
  log text := format('ct.log_%s', enable_table.relid);
  keys text; definitions text; attnums smallint[]; version bigint;
begin
  if not (select s.enabled from ct.settings s) then
    perform ct.refuse(1718, 'Change tracking must be enabled on the database before it can be enabled on a table.');
  end if;
  if exists (select from ct.tables t where t.relid = enable_table.relid) then
    perform ct.refuse(4996, 'Change tracking is already enabled for the table.');
  end if;
  -- Writers under way must be over before the history begins.
  execute format('lock table %s in share row exclusive mode', enable_table.relid::regclass);
  select array_agg(a.attnum order by o), string_agg(quote_ident(a.attname), ', ' order by o),
         string_agg(format('%I %s%s not null', a.attname, format_type(a.atttypid, a.atttypmod),
           case when a.attcollation not in (0, 100) then ' collate ' || a.attcollation::regcollation end), ', ' order by o)
    into attnums, keys, definitions
  from unnest(enable_table.pk_columns) with ordinality u(c, o)
  join pg_attribute a on a.attrelid = enable_table.relid and a.attname = u.c and not a.attisdropped;
  if cardinality(attnums) is distinct from cardinality(enable_table.pk_columns) or attnums is null then
    perform ct.refuse(4997, 'Cannot enable change tracking: change tracking requires a primary key on the table.');
  end if;
  execute format('create table %s (xid xid8 not null, so bigint not null, mask bytea, context bytea, %s)', log, definitions);
  execute format('create index on %s (xid)', log);
  execute format('create index on %s (%s)', log, keys);
  version := ct.latest_version();
  insert into ct.tables values (enable_table.relid, enable_table.pk_columns, attnums, track_columns, version, version, 0);
  perform ct.make_trigger_functions(enable_table.relid);
  perform ct.make_triggers(enable_table.relid);
  perform ct.make_readers(enable_table.relid);
end $f$;

-- Drops what is kept for a table, its triggers excepted: those go with the table, or by ct.disable_table.
create or replace function ct.forget_table(relid oid) returns void language plpgsql set search_path = pg_catalog as $f$
declare
  made record;
begin
  delete from ct.tables t where t.relid = forget_table.relid;
  delete from ct.table_commits c where c.relid = forget_table.relid;
  for made in
    select p.oid::regprocedure as signature from pg_proc p
    where p.pronamespace = 'ct'::regnamespace
      and p.proname in (select name || '_' || forget_table.relid
                        from unnest(array['insert', 'delete', 'update', 'changes', 'version']) name)
  loop
    execute format('drop function %s', made.signature);
  end loop;
  execute format('drop table if exists ct.log_%s', forget_table.relid);
end $f$;

create or replace function ct.disable_table(relid oid) returns void language plpgsql set search_path = pg_catalog as $f$
declare
  name text;
begin
  if not exists (select from ct.tables t where t.relid = disable_table.relid) then
    perform ct.refuse(4998, 'Change tracking is not enabled on the table.');
  end if;
  foreach name in array array['ct_insert', 'ct_delete', 'ct_update', 'ct_key_set'] loop
    execute format('drop trigger if exists %s on %s', name, disable_table.relid::regclass);
  end loop;
  perform ct.forget_table(disable_table.relid);
end $f$;

-- After TRUNCATE: the history is empty and begins anew, the counter stands still. Entries below begin_version are
-- invisible from now on and go with the next clean-up: older snapshots still read them.
create or replace function ct.table_truncated(relid oid) returns void language plpgsql as $$
declare
  version bigint := ct.latest_version();
begin
  update ct.tables t set begin_version = version, min_valid_version = version where t.relid = table_truncated.relid;
end $$;

-- Follows renamed key columns. (Their types cannot change: PostgreSQL refuses it while the key trigger names them.)
create or replace function ct.follow_table(relid oid) returns void language plpgsql set search_path = pg_catalog as $f$
declare
  renamed record;
  any_renamed boolean := false;
begin
  for renamed in
    select u.name as old_name, a.attname as new_name
    from ct.tables t, unnest(t.pk_columns, t.pk_attnums) u(name, attnum), pg_attribute a
    where t.relid = follow_table.relid and a.attrelid = t.relid and a.attnum = u.attnum and a.attname <> u.name
  loop
    any_renamed := true;
    execute format('alter table ct.log_%s rename %I to %I', follow_table.relid, renamed.old_name, renamed.new_name);
  end loop;
  if not any_renamed then
    return;
  end if;
  execute format('drop function ct.changes_%s', follow_table.relid);
  execute format('drop function ct.version_%s', follow_table.relid);
  update ct.tables r set pk_columns = (
    select array_agg(a.attname::text order by o) from unnest(r.pk_attnums) with ordinality u(n, o)
    join pg_attribute a on a.attrelid = r.relid and a.attnum = u.n)
  where r.relid = follow_table.relid;
  perform ct.make_trigger_functions(follow_table.relid);
  perform ct.make_readers(follow_table.relid);
end $f$;

create or replace function ct.on_ddl_end() returns event_trigger language plpgsql as $$
begin
  perform ct.follow_table(t.relid)
  from ct.tables t
  where t.relid in (select c.objid from pg_event_trigger_ddl_commands() c where c.classid = 'pg_class'::regclass);
end $$;

create or replace function ct.on_drop() returns event_trigger language plpgsql as $$
begin
  perform ct.forget_table(t.relid)
  from ct.tables t
  where t.relid in (select d.objid from pg_event_trigger_dropped_objects() d
                    where d.classid = 'pg_class'::regclass and d.objsubid = 0);
end $$;

do $$
begin
  if not exists (select from pg_event_trigger where evtname = 'ct_on_ddl_end') then
    create event trigger ct_on_ddl_end on ddl_command_end when tag in ('ALTER TABLE')
      execute function ct.on_ddl_end();
  end if;
  if not exists (select from pg_event_trigger where evtname = 'ct_on_drop') then
    create event trigger ct_on_drop on sql_drop when tag in ('DROP TABLE', 'DROP SCHEMA')
      execute function ct.on_drop();
  end if;
end $$;
