-- Change tracking: versions.

-- Draws the version of the transaction that is committing. The lock lasts until the commit is visible, so that versions
-- become visible in order. A version drawn by a transaction that then failed is drawn again. Assignments instead of
-- queries: they are evaluated without starting an executor, and this runs in every commit.
create or replace function ct.draw_version(own xid8) returns bigint language plpgsql as $$
declare
  locked text := pg_advisory_xact_lock(4711, 0)::text;
  version bigint := coalesce(pg_sequence_last_value('ct.version_counter'::regclass), 0);
  drawer bigint := coalesce(pg_sequence_last_value('ct.version_drawer'::regclass), 0);
begin
  if drawer = 0 or pg_xact_status(drawer::text::xid8) is distinct from 'aborted' then
    version := setval('ct.version_counter'::regclass, version + 1);
  end if;
  drawer := setval('ct.version_drawer'::regclass, own::text::bigint);
  return version;
end $$;

-- Removes what transactions that are over have left in ct.pending.
create or replace function ct.sweep() returns void language sql as $$
  delete from ct.pending p where p.xid < pg_snapshot_xmin(pg_current_snapshot())
$$;

-- Runs at commit, once for each table that the transaction changed.
create or replace function ct.at_commit() returns trigger language plpgsql as $$
declare
  version bigint := nullif(current_setting('emu.ct_version', true), '');
  applied text;
begin
  if version is null then
    version := ct.draw_version(new.xid);
    applied := set_config('emu.ct_version', version::text, true);
    insert into ct.commits values (version, new.xid, clock_timestamp());
  end if;
  -- Not for a table whose tracking the same transaction has ended.
  insert into ct.table_commits select t.relid, version, new.xid from ct.tables t where t.relid = new.relid;
  -- Sweeping from a snapshot could meet another sweep's deletes and fail the commit.
  if version % 4096 = 0 and current_setting('transaction_isolation') = 'read committed' then
    perform ct.sweep();
  end if;
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
  version := coalesce(pg_sequence_last_value('ct.version_counter'::regclass), 0);
  drawer := coalesce(pg_sequence_last_value('ct.version_drawer'::regclass), 0);
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
