-- Change tracking: clean-up. Rows are deleted, never truncated away: snapshot readers keep theirs.

-- Drops a table's history up to a version and says so in min_valid_version (a cursor at that version stays valid).
create or replace function ct.drop_history(relid oid, upto bigint) returns bigint language plpgsql as $f$
declare
  t ct.tables;
  reach bigint;
  deleted bigint;
begin
  select r.* into t from ct.tables r where r.relid = drop_history.relid for update;
  if not found then
    return 0;
  end if;
  reach := greatest(upto, t.begin_version);
  execute format('delete from ct.log_%s l using ct.table_commits c
    where c.relid = %s and c.version <= $1 and l.xid = c.xid', t.relid, t.relid) using reach;
  get diagnostics deleted = row_count;
  delete from ct.table_commits c where c.relid = t.relid and c.version <= reach;
  update ct.tables r set min_valid_version = greatest(r.min_valid_version, upto),
    cleanup_version = greatest(r.cleanup_version, upto)
  where r.relid = t.relid;
  return deleted;
end $f$;

-- The newest version that is older than the retention period.
create or replace function ct.expired_version() returns bigint language sql stable as $$
  select coalesce(max(c.version), 0) from ct.commits c, ct.settings s
  where c.commit_time < clock_timestamp() - make_interval(mins => s.retention_minutes)
$$;

-- sys.sp_flush_CT_internal_table_on_demand: cleans one table up to the retention period, auto clean-up or not.
create or replace function ct.flush_table(relid oid) returns bigint language sql as $$
  select ct.drop_history($1, ct.expired_version())
$$;

-- The clean-up cycle: every table up to the retention period; nothing while AUTO_CLEANUP is off.
create or replace function ct.cleanup() returns bigint language plpgsql as $$
declare
  upto bigint := ct.expired_version();
  deleted bigint := 0;
begin
  if not (select s.enabled and s.auto_cleanup from ct.settings s) or not pg_try_advisory_xact_lock(4711, 2) then
    return 0;
  end if;
  select coalesce(sum(ct.drop_history(t.relid, upto)), 0) into deleted from (select relid from ct.tables order by 1) t;
  update ct.settings s set max_cleanup_version = greatest(s.max_cleanup_version, upto),
    base_version = greatest(s.base_version, upto);
  delete from ct.commits c where c.version <= upto;
  perform ct.sweep();
  return deleted;
end $$;

-- For tests of recovery: drops a table's history up to a version (null: all of it), whatever the retention.
create or replace function ct.expire_table(relid oid, upto bigint) returns bigint language sql as $$
  select ct.drop_history($1, coalesce($2, ct.latest_version()))
$$;
