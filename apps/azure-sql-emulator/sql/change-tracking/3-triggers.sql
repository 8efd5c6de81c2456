-- Change tracking: what writes a table's log. An entry's `so` is four times its statement's number plus what happened:
-- 1 delete, 2 insert, 3 update. Entries of one key are ordered by it: a key's next writer gets its number after the
-- key's lock. A statement that sets key columns logs all deletes before all inserts.

-- Runs before a statement that has a key column in its SET list; the after trigger cannot see the list.
create or replace function ct.mark_key_set() returns trigger language plpgsql as $$
begin
  perform set_config('emu.ct_key_set_' || tg_relid, '1', true);
  return null;
end $$;

-- The mask of an update: the columns the interpreter named in emu.ct_set_columns (the table's oid, a colon, and column ids,
-- comma separated, in the order of the SET list), or else, as for tables that a cascade reaches, `changed`, the columns whose values differ. Null: all columns.
create or replace function ct.column_mask(relid oid, changed smallint[]) returns bytea language plpgsql as $$
declare
  named text := nullif(current_setting('emu.ct_set_columns', true), '');
  columns smallint[] := case when split_part(named, ':', 1) = relid::bigint::text
    then string_to_array(split_part(named, ':', 2), ',')::smallint[] else changed end;
begin
  if coalesce(cardinality(columns), 0) = 0 then
    return null;
  end if;
  if not exists (
    select from pg_attribute a join ct.tables t on t.relid = a.attrelid
    where a.attrelid = column_mask.relid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      and a.attnum <> all (t.pk_attnums) and a.attnum <> all (columns)) then
    return null;
  end if;
  return '\x00000000'::bytea || (select string_agg(reverse(int4send(c)), ''::bytea order by o)
                                 from unnest(columns) with ordinality u(c, o));
end $$;

-- Each column of several masks once, in the order of first appearance.
create or replace function ct.united_mask(masks bytea) returns bytea language sql immutable as $$
  select '\x00000000'::bytea || string_agg(part, ''::bytea order by place)
  from (select substring(masks from i for 4) as part, min(i) as place
        from generate_series(1, length(masks), 4) i group by 1) parts
  where part <> '\x00000000'::bytea
$$;

-- Makes the trigger functions of one table. They name key columns only, so that other columns may come and go.
create or replace function ct.make_trigger_functions(relid oid) returns void language plpgsql set search_path = pg_catalog as $f$
declare
  t ct.tables := (select r from ct.tables r where r.relid = make_trigger_functions.relid);
  keys text := (select string_agg(quote_ident(c), ', ' order by o) from unnest(t.pk_columns) with ordinality u(c, o));
  log text := format('ct.log_%s', relid);
  entry text := format('insert into %s (xid, so, context, %s) select pg_current_xact_id(), statement * 4 + ', log, keys);
  head text := $b$ returns trigger language plpgsql as $t$
    declare
      statement bigint := nextval('ct.statement_counter');
      context bytea := case when coalesce(current_setting('emu.ct_context', true), '') <> '' then ct.context() end;
      mask bytea; changed smallint[]; own text;
    begin $b$;
  -- A setting remembers that the transaction is noted already: like the note it is undone with a savepoint.
  tail text := format($b$
      if found then
        own := pg_current_xact_id()::text;
        if current_setting('emu.ct_noted_%1$s', true) is distinct from own then
          own := set_config('emu.ct_noted_%1$s', own, true);
          insert into ct.pending values (pg_current_xact_id(), tg_relid);
        end if;
      end if;
      return null;
    end $t$ $b$, relid);
  diff text := '';
begin
  if t.track_columns then
    diff := format($b$
      select array_agg(distinct a.attnum order by a.attnum) into changed
      from old_rows o join new_rows n on %s,
           jsonb_each(to_jsonb(n)) e join pg_attribute a on a.attrelid = tg_relid and a.attname = e.key
      where (to_jsonb(o) -> e.key) is distinct from e.value;
      mask := ct.column_mask(tg_relid, changed);$b$,
      (select string_agg(format('o.%1$I = n.%1$I', c), ' and ') from unnest(t.pk_columns) c));
  end if;
  execute format('create or replace function ct.insert_%s()', relid) || head || entry ||
    format('2, context, %s from new_rows;', keys) || tail;
  execute format('create or replace function ct.delete_%s()', relid) || head || entry ||
    format('1, context, %s from old_rows;', keys) || tail;
  execute format('create or replace function ct.update_%s()', relid) || head ||
    format($b$ if current_setting('emu.ct_key_set_%s', true) = '1' then
        perform set_config('emu.ct_key_set_%s', '', true); $b$, relid, relid) ||
    entry || format('1, context, %s from old_rows;', keys) ||
    entry || format('2, context, %s from new_rows;', keys) ||
    ' else ' || diff ||
    format('insert into %s (xid, so, context, mask, %s) select pg_current_xact_id(), statement * 4 + 3, context, mask, %s from new_rows;
      end if;', log, keys, keys) || tail;
end $f$;

create or replace function ct.make_triggers(relid oid) returns void language plpgsql set search_path = pg_catalog as $f$
declare
  rel text := make_triggers.relid::regclass;
  keys text := (select string_agg(quote_ident(c), ', ') from ct.tables t, unnest(t.pk_columns) c
                where t.relid = make_triggers.relid);
begin
  execute format('create trigger ct_insert after insert on %s referencing new table as new_rows
    for each statement execute function ct.insert_%s()', rel, relid);
  execute format('create trigger ct_delete after delete on %s referencing old table as old_rows
    for each statement execute function ct.delete_%s()', rel, relid);
  execute format('create trigger ct_update after update on %s referencing old table as old_rows new table as new_rows
    for each statement execute function ct.update_%s()', rel, relid);
  execute format('create trigger ct_key_set before update of %s on %s
    for each statement execute function ct.mark_key_set()', keys, rel);
end $f$;
