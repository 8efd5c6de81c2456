-- Change tracking: versions.

-- Draws the version of the transaction that is committing. The lock lasts until the commit is visible, so that versions
-- become visible in order. A version drawn by a transaction that then failed is drawn again.
create or replace function ct.draw_version() returns bigint language plpgsql as $$
declare
  version bigint;
  drawer bigint;
begin
  perform pg_advisory_xact_lock(4711, 0);
  select last_value into version from ct.version_counter;
  select last_value into drawer from ct.version_drawer;
  if drawer = 0 or pg_xact_status(drawer::text::xid8) is distinct from 'aborted' then
    version := version + 1;
    perform setval('ct.version_counter', version);
  end if;
  perform setval('ct.version_drawer', pg_current_xact_id()::text::bigint);
  return version;
end $$;

-- Runs at commit, once for each table that the transaction changed.
create or replace function ct.at_commit() returns trigger language plpgsql as $$
declare
  version bigint := nullif(current_setting('emu.ct_version', true), '');
begin
  if version is null then
    version := ct.draw_version();
    perform set_config('emu.ct_version', version::text, true);
    insert into ct.commits values (version, new.xid, clock_timestamp());
  end if;
  if exists (select from ct.tables t where t.relid = new.relid) then
    insert into ct.table_commits values (new.relid, version, new.xid);
  end if;
  delete from ct.pending p where p.xid = new.xid and p.relid = new.relid;
  return null;
end $$;

do $$
begin
  if not exists (select from pg_trigger where tgrelid = 'ct.pending'::regclass and tgname = 'at_commit') then
    create constraint trigger at_commit after insert on ct.pending
      deferrable initially deferred for each row execute function ct.at_commit();
  end if;
end $$;

-- The last committed version whatever the snapshot, for DDL: the table is locked by then, so that all commits that
-- changed it are below. The lock is a short one: DDL in an open transaction must not stop every commit.
create or replace function ct.latest_version() returns bigint language plpgsql as $$
declare
  version bigint;
  drawer bigint;
begin
  perform pg_advisory_lock(4711, 0);
  select last_value into version from ct.version_counter;
  select last_value into drawer from ct.version_drawer;
  perform pg_advisory_unlock(4711, 0);
  if drawer <> 0 and pg_xact_status(drawer::text::xid8) = 'aborted' then
    version := version - 1;
  end if;
  return version;
end $$;

-- CHANGE_TRACKING_CURRENT_VERSION(): as of the snapshot; null while the database is not tracked.
create or replace function ct.current_version() returns bigint language sql stable as $$
  select case when s.enabled then greatest(s.base_version, (select max(c.version) from ct.commits c)) end
  from ct.settings s
$$;

-- CHANGE_TRACKING_MIN_VALID_VERSION(): null when the table or its database is not tracked.
create or replace function ct.min_valid_version(relid oid) returns bigint language sql stable as $$
  select t.min_valid_version from ct.tables t, ct.settings s where t.relid = $1 and s.enabled
$$;

-- Whether CHANGETABLE(CHANGES) has any row: what EXISTS over it asks, without the fold.
create or replace function ct.has_changes(relid oid, base bigint) returns boolean language sql stable as $$
  select exists (
    select from ct.tables t join ct.table_commits c on c.relid = t.relid
    where t.relid = $1 and c.version > greatest(coalesce($2, 0), t.begin_version))
$$;

-- The change context of the session's statements.
create or replace function ct.context() returns bytea language sql stable as $$
  select decode(regexp_replace(nullif(current_setting('emu.ct_context', true), ''), '^(0|\\)x', ''), 'hex')
$$;
