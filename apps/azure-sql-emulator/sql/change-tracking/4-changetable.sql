-- Change tracking: CHANGETABLE. The functions are plain SQL so that the planner takes them into the query around them.

-- Makes ct.changes_<oid> and ct.version_<oid>. Whoever runs them, all names in them are qualified: with this search path
-- PostgreSQL prints them so.
create or replace function ct.make_readers(relid oid) returns void language plpgsql set search_path = pg_catalog as $f$
declare
  t ct.tables := (select r from ct.tables r where r.relid = make_readers.relid);
  log text := format('ct.log_%s', relid);
  rel text := make_readers.relid::regclass;
  returned text; keys text; grouped text; plain text; same text; arguments text; wanted text; logged text; row_keys text;
  mask text := 'null::bytea';
begin
  -- Inside, key columns are called k1, k2 ...: whatever their real names are, they clash with nothing.
  select string_agg(format('%I %s', c, format_type(a.atttypid, null)), ', ' order by o),
         string_agg(format('l.%I as k%s', c, o), ', ' order by o),
         string_agg(format('k%s', o), ', ' order by o),
         string_agg(format('f.k%s', o), ', ' order by o),
         string_agg(format('e.%I = f.k%s', c, o), ' and ' order by o),
         string_agg(format_type(a.atttypid, null), ', ' order by o),
         string_agg(format('r.%I = $%s', c, o), ' and ' order by o),
         string_agg(format('e.%1$I = r.%1$I', c), ' and ' order by o),
         string_agg(format('r.%I', c), ', ' order by o)
    into returned, keys, grouped, plain, same, arguments, wanted, logged, row_keys
  from unnest(t.pk_columns) with ordinality u(c, o)
  join pg_attribute a on a.attrelid = t.relid and a.attname = u.c and not a.attisdropped;

  if t.track_columns then
    mask := 'case when not f.unmasked then ct.united_mask(f.masks) end';
  end if;

  execute format('drop function if exists ct.changes_%s(bigint)', relid);
  -- A transaction's entries are fetched one transaction at a time, oldest first: the cost follows the range asked for,
  -- never the log, however stale the statistics are; and a key keeps the spelling it had first.
  execute format($q$
    create function ct.changes_%1$s(base bigint) returns table (
      sys_change_version bigint, sys_change_creation_version bigint, sys_change_operation text,
      sys_change_columns bytea, sys_change_context bytea, %2$s)
    language sql stable as $b$
      select f.version, f.created,
             case when f.last & 3 = 1 then 'D' when f.first & 3 = 2 then 'I' else 'U' end,
             %6$s,
             case when f.last_with_context = f.last then (select e.context from %3$s e where e.so = f.last and %8$s) end,
             %7$s
      from (
        select max(c.version) as version, max(c.version) filter (where e.so & 3 = 2) as created,
               max(e.so) as last, min(e.so) as first,
               max(e.so) filter (where e.context is not null) as last_with_context,
               %9$s
               %5$s
        from (select c.version, c.xid from ct.table_commits c
              where c.relid = %1$s and c.version > greatest(coalesce($1, 0),
                (select t.begin_version from ct.tables t where t.relid = %1$s))
              order by c.version) c
        cross join lateral (
          select l.so, l.context, l.mask, %4$s from %3$s l where l.xid = c.xid offset 0) e
        group by %5$s) f $b$ $q$,
    relid, returned, log, keys, grouped, mask, plain, same,
    case when t.track_columns
      then $m$bool_or(e.mask is null) as unmasked, string_agg(e.mask, ''::bytea order by e.so) as masks,$m$ else '' end);

  execute format('drop function if exists ct.version_%s(%s)', relid, arguments);
  execute format($q$
    create function ct.version_%1$s(%2$s) returns table (
      sys_change_version bigint, sys_change_context bytea, %3$s)
    language sql stable as $b$
      select c.version, case when c.version is not null then e.context end, %7$s
      from %4$s r
      left join lateral (select e.xid, e.context from %5$s e where %8$s order by e.so desc limit 1) e on true
      left join ct.commits c on c.xid = e.xid
      where %6$s $b$ $q$,
    relid, arguments, returned, rel, log, wanted, row_keys, logged);
end $f$;
