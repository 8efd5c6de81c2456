/**
 * The side catalogue: what Redshift knows of a table and PostgreSQL does not, and the functions by which definitions
 * keep it. SECURITY DEFINER, because every user who may make a table may have it recorded. Column numbers, not
 * names, so that renames need no care.
 */
export const CATALOGUE_SQL = String.raw`
create schema if not exists redshift_emulator;
grant usage on schema redshift_emulator to public;

create table if not exists redshift_emulator.table_attributes (
  relid oid primary key, diststyle text not null, distkey smallint, sortstyle text not null,
  sortkeys smallint[] not null default '{}', backup boolean not null default true, created timestamp not null default now());
create table if not exists redshift_emulator.column_attributes (
  relid oid, attnum smallint, declared text, encoding text, primary key (relid, attnum));
create table if not exists redshift_emulator.constraints (
  relid oid not null, kind text not null, name text not null, columns text[] not null, referenced text, referenced_columns text[]);
create index if not exists constraints_relid on redshift_emulator.constraints (relid);
-- Names of more than 63 bytes, see language/long-names.ts.
create table if not exists redshift_emulator.long_names (short text primary key, long text not null);
grant select on all tables in schema redshift_emulator to public;
create or replace function redshift_emulator.remember_names(pairs jsonb) returns void language sql security definer as $$
  insert into redshift_emulator.long_names select distinct p ->> 0, p ->> 1 from jsonb_array_elements(pairs) p on conflict do nothing $$;
create or replace function redshift_emulator.long_name(short text) returns text language sql stable as $$
  select case when short like '%~________________' then coalesce((select n.long from redshift_emulator.long_names n where n.short = long_name.short), short) else short end $$;

create or replace function redshift_emulator.record_columns(table_name text, columns jsonb) returns void
language plpgsql security definer as $$
declare relation oid := table_name::regclass;
begin
  insert into redshift_emulator.column_attributes as a (relid, attnum, declared, encoding)
  select relation, p.attnum, c.value ->> 'type', c.value ->> 'encode'
  from jsonb_array_elements(columns) c join pg_attribute p on p.attrelid = relation and p.attname = c.value ->> 'name'
  on conflict (relid, attnum) do update
    set declared = coalesce(excluded.declared, a.declared), encoding = coalesce(excluded.encoding, a.encoding);
end $$;

create or replace function redshift_emulator.record_constraints(table_name text, constraints jsonb) returns void
language plpgsql security definer as $$
declare relation oid := table_name::regclass;
        bare text := (select relname from pg_class where oid = relation);
begin
  insert into redshift_emulator.constraints (relid, kind, name, columns, referenced, referenced_columns)
  select relation, c ->> 'type',
    coalesce(c ->> 'name', case c ->> 'type' when 'PRIMARY KEY' then bare || '_pkey'
      when 'UNIQUE' then bare || '_' || (c -> 'columns' ->> 0) || '_key' else bare || '_' || (c -> 'columns' ->> 0) || '_fkey' end),
    array(select jsonb_array_elements_text(c -> 'columns')), c ->> 'references',
    array(select jsonb_array_elements_text(coalesce(nullif(c -> 'referencedColumns', 'null'), '[]')))
  from jsonb_array_elements(constraints) c;
end $$;

create or replace function redshift_emulator.record_table(table_name text, attributes jsonb) returns void
language plpgsql security definer as $$
declare relation oid := table_name::regclass;
        parent oid;
begin
  -- CREATE TABLE IF NOT EXISTS of a table that exists changes nothing.
  if exists (select from redshift_emulator.table_attributes where relid = relation) then return; end if;
  insert into redshift_emulator.table_attributes (relid, diststyle, distkey, sortstyle, sortkeys, backup)
  select relation, attributes ->> 'diststyle',
    (select attnum from pg_attribute where attrelid = relation and attname = attributes ->> 'distkey'),
    attributes ->> 'sortstyle',
    array(select a.attnum from jsonb_array_elements_text(attributes -> 'sortkeys') with ordinality k(name, n)
      join pg_attribute a on a.attrelid = relation and a.attname = k.name order by k.n),
    (attributes ->> 'backup')::boolean;
  perform redshift_emulator.record_columns(table_name, attributes -> 'columns');
  perform redshift_emulator.record_constraints(table_name, attributes -> 'constraints');
  -- LIKE inherits distribution, sort order, encodings and BACKUP, but no keys.
  for parent in select to_regclass(p)::oid from jsonb_array_elements_text(attributes -> 'like') p loop
    update redshift_emulator.table_attributes t
      set diststyle = p.diststyle, sortstyle = p.sortstyle, backup = p.backup,
        distkey = (select m.attnum from pg_attribute o join pg_attribute m on m.attrelid = relation and m.attname = o.attname
          where o.attrelid = parent and o.attnum = p.distkey),
        sortkeys = array(select m.attnum from unnest(p.sortkeys) with ordinality k(n, i)
          join pg_attribute o on o.attrelid = parent and o.attnum = k.n
          join pg_attribute m on m.attrelid = relation and m.attname = o.attname order by k.i)
      from redshift_emulator.table_attributes p where p.relid = parent and t.relid = relation;
    insert into redshift_emulator.column_attributes (relid, attnum, declared, encoding)
    select relation, m.attnum, c.declared, c.encoding
    from redshift_emulator.column_attributes c
    join pg_attribute o on o.attrelid = parent and o.attnum = c.attnum
    join pg_attribute m on m.attrelid = relation and m.attname = o.attname
    where c.relid = parent on conflict do nothing;
  end loop;
end $$;

create or replace function redshift_emulator.alter_layout(table_name text, attributes jsonb) returns void
language plpgsql security definer as $$
declare relation oid := table_name::regclass;
begin
  update redshift_emulator.table_attributes set
    diststyle = coalesce(attributes ->> 'diststyle', diststyle),
    distkey = case when attributes ? 'distkey'
      then (select attnum from pg_attribute where attrelid = relation and attname = attributes ->> 'distkey')
      when attributes ? 'diststyle' then null else distkey end,
    sortkeys = case when attributes ? 'sortkeys'
      then array(select a.attnum from jsonb_array_elements_text(attributes -> 'sortkeys') with ordinality k(name, n)
        join pg_attribute a on a.attrelid = relation and a.attname = k.name order by k.n) else sortkeys end
  where relid = relation;
end $$;

create or replace function redshift_emulator.drop_constraint(table_name text, constraint_name text) returns void
language plpgsql security definer as $$
begin
  delete from redshift_emulator.constraints where relid = table_name::regclass and name = constraint_name;
  if not found then raise exception using errcode = '42704',
    message = format('constraint "%s" does not exist', constraint_name); end if;
end $$;

create or replace function redshift_emulator.check_droppable(table_name text, column_name text) returns void
language plpgsql security definer as $$
declare relation oid := table_name::regclass;
        number smallint := (select attnum from pg_attribute where attrelid = relation and attname = column_name);
begin
  if exists (select from redshift_emulator.table_attributes where relid = relation and distkey = number) then
    raise exception using errcode = '0A000', message = format('cannot drop distkey column "%s"', column_name); end if;
  if exists (select from redshift_emulator.table_attributes where relid = relation and number = any(sortkeys)) then
    raise exception using errcode = '0A000', message = format('cannot drop sortkey column "%s"', column_name); end if;
  if (select count(*) from pg_attribute where attrelid = relation and attnum > 0 and not attisdropped) = 1 then
    raise exception using errcode = '0A000', message = 'cannot drop the only column of a table'; end if;
end $$;

-- Types of CREATE TABLE AS: text has no place in Redshift, and VARCHAR counts bytes.
drop function if exists redshift_emulator.adopt_columns(text);
create or replace function redshift_emulator.adopt_columns(table_name text, types int[]) returns void
language plpgsql as $$
declare c record;
begin
  for c in select attname, attnum, atttypid::regtype::text as type, atttypmod as modifier from pg_attribute
    where attrelid = table_name::regclass and attnum > 0 and not attisdropped order by attnum loop
    if c.type in ('text', 'name', 'unknown') or (c.type in ('character varying', 'character') and c.modifier < 0) then
      execute format('alter table %s alter column %I type varchar(65535)', table_name, c.attname);
    elsif c.type = 'numeric' and c.modifier < 0 and types[c.attnum] >= 0 then
      execute format('alter table %s alter column %I type %s', table_name, c.attname, format_type(1700, types[c.attnum]));
    end if;
  end loop;
end $$;

create or replace function redshift_emulator.resize_varchar(table_name text, column_name text, size int) returns void
language plpgsql security definer as $$
declare relation oid := table_name::regclass; a record; longest int; old text;
begin
  if not pg_has_role(session_user, (select relowner from pg_class where oid = relation), 'member') then
    raise exception using errcode = '42501', message = format('must be owner of relation %s', relation::regclass); end if;
  execute format('lock table %s in access exclusive mode', table_name);
  select attnum, atttypid, atttypmod, atthasdef into a from pg_attribute
    where attrelid = relation and attname = column_name and attnum > 0 and not attisdropped;
  if not found then raise exception using errcode = '42703',
    message = format('column "%s" of relation "%s" does not exist', column_name, relation::regclass); end if;
  if a.atttypid <> 'varchar'::regtype then raise exception using errcode = '0A000',
    message = format('cannot alter column "%s" of relation "%s": only VARCHAR columns change their size', column_name, relation::regclass); end if;
  if a.atthasdef then raise exception using errcode = '0A000',
    message = format('cannot alter column "%s": it has a DEFAULT', column_name); end if;
  if exists (select from redshift_emulator.constraints where relid = relation and column_name = any(columns)) then
    raise exception using errcode = '0A000',
      message = format('cannot alter column "%s": it is part of a PRIMARY KEY, UNIQUE or FOREIGN KEY', column_name); end if;
  if exists (select from redshift_emulator.column_attributes where relid = relation and attnum = a.attnum
      and encoding in ('bytedict', 'runlength', 'text255', 'text32k')) then
    raise exception using errcode = '0A000', message = format('cannot alter column "%s": its encoding does not allow it', column_name); end if;
  if size < a.atttypmod - 4 then
    execute format('select max(octet_length(%I)) from %s', column_name, table_name) into longest;
    if longest > size then raise exception using errcode = '22001',
      message = format('target column size %s should be larger or equal to current maximum column size %s', size, longest); end if;
  end if;
  select conname into old from pg_constraint where conrelid = relation and contype = 'c' and conname like 'rs$bytes$%' and conkey = array[a.attnum];
  if old is not null then execute format('alter table %s drop constraint %I', table_name, old); end if;
  -- By hand, because ALTER would write the table anew: the cast is not PostgreSQL's own.
  update pg_attribute set atttypmod = size + 4 where attrelid = relation and attnum = a.attnum;
  perform redshift_emulator.record_columns(table_name,
    jsonb_build_array(jsonb_build_object('name', column_name, 'type', format('character varying(%s)', size))));
end $$;

-- A table made, re-made or emptied by TRUNCATE after the transaction's snapshot reads as empty in PostgreSQL; on Redshift it is
-- error 1018. A query on pg_class sees the snapshot's row, to_regclass and pg_relation_filenode see the newest.
create or replace function redshift_emulator.check_snapshot(table_names text[]) returns void
language plpgsql security definer as $$
declare table_name text; relation oid; kind "char";
begin
  foreach table_name in array table_names loop
    continue when to_regclass(table_name) is null;
    kind := relkind from pg_class where oid = to_regclass(table_name);
    continue when kind is not null and (kind <> 'r' or to_regclass(table_name)::oid < 16384);
    -- The lock, which the statement takes anyway, waits for a swap under way and makes the caches below new.
    execute format('lock table %s in access share mode', table_name);
    relation := to_regclass(table_name);
    if not exists (select from pg_class where oid = relation and relfilenode = pg_relation_filenode(relation)) then
      raise exception using errcode = 'RS018', message = '1018', detail = 'Relation does not exist'; end if;
  end loop;
end $$;

-- MERGE … REMOVE DUPLICATES wants tables of the same columns, in number, order and type.
create or replace function redshift_emulator.check_merge(target text, source text) returns void language plpgsql as $$
begin
  if (select array_agg(format_type(atttypid, null) order by attnum) from pg_attribute where attrelid = target::regclass and attnum > 0 and not attisdropped)
    is distinct from (select array_agg(format_type(atttypid, null) order by attnum) from pg_attribute where attrelid = source::regclass and attnum > 0 and not attisdropped)
  then raise exception using errcode = '0A000', message = 'MERGE REMOVE DUPLICATES: target and source must have the same columns, of compatible types and in the same order'; end if;
end $$;

-- ALTER TABLE APPEND: moves the rows of like-named columns. Returns their names, quoted.
create or replace function redshift_emulator.append_columns(target text, source text, mode text) returns text language plpgsql as $$
declare t oid := target::regclass; s oid := source::regclass; c record; names text := '';
begin
  if t = s then raise exception using errcode = '0A000', message = 'ALTER TABLE APPEND: source and target are the same table'; end if;
  if exists (select from pg_class where oid in (t, s) and (relpersistence <> 'p' or relkind <> 'r')) then
    raise exception using errcode = '0A000', message = 'ALTER TABLE APPEND: source and target must be permanent tables'; end if;
  if exists (select from redshift_emulator.table_attributes a join redshift_emulator.table_attributes b on a.relid = t and b.relid = s
      where a.diststyle <> b.diststyle or a.sortstyle <> b.sortstyle
        or (select attname from pg_attribute where attrelid = t and attnum = a.distkey) is distinct from (select attname from pg_attribute where attrelid = s and attnum = b.distkey)
        or array(select attname from unnest(a.sortkeys) with ordinality k(n, i) join pg_attribute on attrelid = t and attnum = k.n order by i)
          is distinct from array(select attname from unnest(b.sortkeys) with ordinality k(n, i) join pg_attribute on attrelid = s and attnum = k.n order by i)) then
    raise exception using errcode = '0A000', message = 'ALTER TABLE APPEND: source and target must have the same distribution and sort keys'; end if;
  for c in select coalesce(a.attname, b.attname) as name, a.attname is null as extra, b.attname is null as missing,
      a.atttypid = b.atttypid and a.atttypmod = b.atttypmod and a.attnotnull = b.attnotnull
        and coalesce(x.encoding, '') = coalesce(y.encoding, '') as alike, 'a' in (a.attidentity, b.attidentity) as identity
    from (select * from pg_attribute where attrelid = t and attnum > 0 and not attisdropped) a
    full join (select * from pg_attribute where attrelid = s and attnum > 0 and not attisdropped) b using (attname)
    left join redshift_emulator.column_attributes x on x.relid = t and x.attnum = a.attnum
    left join redshift_emulator.column_attributes y on y.relid = s and y.attnum = b.attnum loop
    if c.extra and mode <> 'ignoreextra' then raise exception using errcode = '0A000',
      message = format('ALTER TABLE APPEND: column "%s" is not in the target; IGNOREEXTRA leaves it out', c.name); end if;
    if c.missing and mode <> 'filltarget' then raise exception using errcode = '0A000',
      message = format('ALTER TABLE APPEND: column "%s" is not in the source; FILLTARGET fills it', c.name); end if;
    continue when c.extra or c.missing;
    if c.identity then raise exception using errcode = '0A000', message = format('ALTER TABLE APPEND: cannot append identity column "%s"', c.name); end if;
    if not c.alike then raise exception using errcode = '0A000', message = format('ALTER TABLE APPEND: column "%s" differs between source and target', c.name); end if;
    names := names || case names when '' then '' else ', ' end || format('%I', c.name);
  end loop;
  return names;
end $$;
create or replace function redshift_emulator.append_table(target text, source text, mode text) returns void language plpgsql as $$
declare names text;
begin
  execute format('lock table %s, %s in access exclusive mode', target, source);
  names := redshift_emulator.append_columns(target, source, mode);
  execute format('insert into %s (%s) select %s from %s', target, names, names, source);
  execute format('truncate table %s', source);
end $$;

-- The column a query names and nothing has; NULL when there is none, '' when something else is wrong with the query.
create or replace function redshift_emulator.unknown_column(query text) returns text
language plpgsql as $$
declare told text;
begin
  execute 'explain (generic_plan) ' || query;
  return null;
exception
  when undefined_column then
    get stacked diagnostics told = message_text;
    return coalesce(substring(told from '^column "(.*)" does not exist$'), '');
  when others then return '';
end $$;

-- A writer's lock: writers of one table take turns until they commit, readers pass. A missing table is the statement's affair.
create or replace function redshift_emulator.lock_for_write(table_name text) returns void
language plpgsql as $$
begin
  if to_regclass(table_name) is not null then
    execute format('lock table %s in share row exclusive mode', table_name);
  end if;
end $$;
`;
