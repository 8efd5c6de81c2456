/**
 * `pg_class` and its like as Redshift has them: with its columns of distribution, sort order and encoding, with the keys
 * that nothing enforces, and without what the emulator itself keeps. Statements of clients name these in the place of
 * PostgreSQL's own, see `language/catalogue-names.ts`.
 */
export const CATALOGUE_VIEWS_SQL = String.raw`
alter table redshift_emulator.constraints add column if not exists id int generated always as identity;

-- Keys have oids of their own: constraints from 2,000,000,000, the indexes that stand for them from 2,050,000,000.
create or replace view redshift_emulator.keys as
select k.id, (2000000000 + k.id)::oid as oid, (2050000000 + k.id)::oid as index_oid, k.relid, c.relnamespace, c.relowner, c.relname, k.name::name as name,
  case k.kind when 'PRIMARY KEY' then 'p' when 'UNIQUE' then 'u' else 'f' end::"char" as contype, k.columns,
  array(select a.attnum from unnest(k.columns) with ordinality u(name, n)
    join pg_catalog.pg_attribute a on a.attrelid = k.relid and a.attname = u.name and not a.attisdropped order by u.n) as numbers,
  to_regclass(k.referenced)::oid as referenced,
  case when k.referenced is null or cardinality(k.referenced_columns) > 0 then k.referenced_columns
    else (select p.columns from redshift_emulator.constraints p where p.relid = to_regclass(k.referenced)::oid and p.kind = 'PRIMARY KEY' limit 1) end as referenced_columns
from redshift_emulator.constraints k join pg_catalog.pg_class c on c.oid = k.relid;

create or replace function redshift_emulator.is_hidden(namespace oid) returns boolean language sql stable as
$$ select namespace in (select oid from pg_catalog.pg_namespace where nspname in ('redshift_emulator', 'pg_toast') or nspname like 'pg\_toast\_temp%') $$;

create or replace view redshift_emulator.pg_namespace as select * from pg_catalog.pg_namespace where not redshift_emulator.is_hidden(oid);
create or replace view redshift_emulator.pg_database as
select *, null::text[] as datconfig, 0::oid as datlastsysoid from pg_catalog.pg_database where datname = current_database();

create or replace view redshift_emulator.pg_class as
select c.oid, c.relname, c.relnamespace, c.reltype, c.reloftype, c.relowner, c.relam, c.relfilenode, c.reltablespace, c.relpages, c.reltuples, c.relallvisible,
  c.reltoastrelid, 0::oid as reltoastidxid, exists (select from redshift_emulator.constraints k where k.relid = c.oid and k.kind <> 'FOREIGN KEY') as relhasindex,
  c.relisshared, c.relpersistence, c.relkind, c.relnatts, 0::smallint as relchecks, 0::smallint as reltriggers, 0::smallint as relukeys,
  (select count(*) from redshift_emulator.constraints k where k.relid = c.oid and k.kind = 'FOREIGN KEY')::smallint as relfkeys, 0::smallint as relrefs, false as relhasoids,
  exists (select from redshift_emulator.constraints k where k.relid = c.oid and k.kind = 'PRIMARY KEY') as relhaspkey,
  c.relhasrules, false as relhassubclass, false as relhastriggers, c.relrowsecurity, c.relforcerowsecurity, c.relispartition, c.relacl, c.reloptions,
  (case upper(s.diststyle) when 'KEY' then 1 when 'ALL' then 8 when 'AUTO' then 9 else 0 end)::smallint as reldiststyle,
  (case upper(s.diststyle) when 'KEY' then 1 when 'ALL' then 8 when 'AUTO' then 10 else 0 end)::smallint as releffectivediststyle,
  s.created as relcreationtime
from pg_catalog.pg_class c left join redshift_emulator.table_attributes s on s.relid = c.oid
where c.relkind <> 'S' and not redshift_emulator.is_hidden(c.relnamespace)
union all
select k.index_oid, k.name, k.relnamespace, 0, 0, k.relowner, 403, 0, 0, 1, 0, 0, 0, 0, false, false, 'p', 'i', cardinality(k.numbers)::smallint, 0::smallint, 0::smallint, 0::smallint,
  0::smallint, 0::smallint, false, false, false, false, false, false, false, false, null, null, 0::smallint, 0::smallint, null
from redshift_emulator.keys k where k.contype <> 'f';

create or replace view redshift_emulator.pg_attribute as
select a.attrelid, a.attname, case a.atttypid when 3802 then 4000 when 17 then 6551 else a.atttypid end::oid as atttypid, a.attstattarget, a.attlen, a.attnum, a.attndims,
  -1 as attcacheoff, a.atttypmod, a.attbyval, a.attstorage, a.attalign, a.attnotnull, a.atthasdef or a.attidentity <> '' as atthasdef, a.attisdropped, a.attislocal,
  a.attinhcount, a.attcollation, ''::"char" as attidentity, ''::"char" as attgenerated, a.attacl,
  array_position(array['none', 'raw', 'bytedict', 'delta', 'delta32k', 'lzo', 'mostly8', 'mostly16', 'mostly32', 'runlength', 'text255', 'text32k', 'zstd', 'az64'],
    coalesce(x.encoding, 'none'))::smallint - 1::smallint as attencodingtype,
  coalesce(s.distkey = a.attnum, false) as attisdistkey, coalesce(array_position(s.sortkeys, a.attnum), 0)::smallint as attsortkeyord
from pg_catalog.pg_attribute a
left join redshift_emulator.column_attributes x on x.relid = a.attrelid and x.attnum = a.attnum
left join redshift_emulator.table_attributes s on s.relid = a.attrelid
union all
select k.index_oid, a.attname, a.atttypid, a.attstattarget, a.attlen, u.n::smallint, a.attndims, -1, a.atttypmod, a.attbyval, a.attstorage, a.attalign, false, false, false, true,
  0::smallint, a.attcollation, ''::"char", ''::"char", null, 0::smallint, false, 0::smallint
from redshift_emulator.keys k cross join unnest(k.numbers) with ordinality u(number, n)
join pg_catalog.pg_attribute a on a.attrelid = k.relid and a.attnum = u.number
where k.contype <> 'f';
create or replace function pg_catalog.format_encoding(encoding int) returns text language sql immutable as $$
  select (array['none', 'raw', 'bytedict', 'delta', 'delta32k', 'lzo', 'mostly8', 'mostly16', 'mostly32', 'runlength', 'text255', 'text32k', 'zstd', 'az64'])[encoding + 1] $$;

create or replace function pg_catalog.isnull(value anycompatible, otherwise anycompatible) returns anycompatible language sql immutable as
$$ select coalesce(value, otherwise) $$;

create or replace view redshift_emulator.pg_type as
select case oid when 3802 then 4000 when 17 then 6551 else oid end::oid as oid, case oid when 3802 then 'super' when 17 then 'varbyte' else typname end::name as typname,
  typnamespace, typowner, typlen, typbyval, typtype, typcategory, typispreferred, typisdefined, typdelim, typrelid, typelem, typarray, typinput, typoutput,
  typreceive, typsend, typanalyze, typalign, typstorage, typnotnull, typbasetype, typtypmod, typndims, typcollation, typdefaultbin, typdefault
from pg_catalog.pg_type where not redshift_emulator.is_hidden(typnamespace);
create or replace function redshift_emulator.format_type(type oid, modifier int) returns text language sql stable as $$
  select case type when 4000 then 'super' when 3802 then 'super' when 6551 then 'binary varying' when 17 then 'binary varying'
    else pg_catalog.format_type(type, modifier) end $$;

create or replace view redshift_emulator.pg_constraint as
select k.oid, k.name as conname, k.relnamespace as connamespace, k.contype, false as condeferrable, false as condeferred, true as convalidated, k.relid as conrelid,
  0::oid as contypid, case k.contype when 'f' then 0 else k.index_oid end::oid as conindid, coalesce(k.referenced, 0)::oid as confrelid, 'a'::"char" as confupdtype,
  'a'::"char" as confdeltype, 's'::"char" as confmatchtype, true as conislocal, 0::smallint as coninhcount, k.numbers as conkey,
  case k.contype when 'f' then array(select a.attnum from unnest(k.referenced_columns) with ordinality u(name, n)
    join pg_catalog.pg_attribute a on a.attrelid = k.referenced and a.attname = u.name order by u.n) end as confkey,
  null::pg_node_tree as conbin, null::text as consrc
from redshift_emulator.keys k;
create or replace function redshift_emulator.pg_get_constraintdef(constraint_oid oid, pretty boolean default false) returns text language sql stable as $$
  select case k.contype when 'p' then 'PRIMARY KEY' when 'u' then 'UNIQUE' else 'FOREIGN KEY' end
    || ' (' || (select pg_catalog.string_agg(quote_ident(c), ', ' order by n) from unnest(k.columns) with ordinality u(c, n)) || ')'
    || case k.contype when 'f' then ' REFERENCES ' || k.referenced::regclass::text || '('
      || (select pg_catalog.string_agg(quote_ident(c), ', ' order by n) from unnest(k.referenced_columns) with ordinality u(c, n)) || ')' else '' end
  from redshift_emulator.keys k where k.oid = constraint_oid $$;
create or replace function redshift_emulator.pg_get_indexdef(index_oid oid, number int default 0, pretty boolean default false) returns text language sql stable as $$
  select case when number = 0 then format('CREATE UNIQUE INDEX %I ON %s USING btree (%s)', k.name, k.relid::regclass,
      (select pg_catalog.string_agg(quote_ident(c), ', ' order by n) from unnest(k.columns) with ordinality u(c, n)))
    else k.columns[number] end
  from redshift_emulator.keys k where k.index_oid = pg_get_indexdef.index_oid $$;

create or replace view redshift_emulator.pg_index as
select k.index_oid as indexrelid, k.relid as indrelid, cardinality(k.numbers)::smallint as indnatts, cardinality(k.numbers)::smallint as indnkeyatts, true as indisunique,
  k.contype = 'p' as indisprimary, false as indisexclusion, true as indimmediate, false as indisclustered, true as indisvalid, true as indisready, true as indislive,
  false as indisreplident, array_to_string(k.numbers, ' ')::int2vector as indkey, null::oidvector as indclass, null::int2vector as indoption,
  null::pg_node_tree as indexprs, null::pg_node_tree as indpred
from redshift_emulator.keys k where k.contype <> 'f';

create or replace view redshift_emulator.identities as
select a.attrelid, a.attnum, format('"identity"(%s, %s, ''%s,%s''::text)', a.attrelid, a.attnum - 1, s.seqstart, s.seqincrement) as source
from pg_catalog.pg_attribute a
join pg_catalog.pg_depend d on d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = a.attrelid and d.refobjsubid = a.attnum and d.deptype = 'i'
join pg_catalog.pg_sequence s on s.seqrelid = d.objid
where a.attidentity <> '';
-- An identity is a default in Redshift, so a default's expression is kept as its text.
create or replace view redshift_emulator.pg_attrdef as
select oid, adrelid, adnum, pg_get_expr(adbin, adrelid) as adbin, pg_get_expr(adbin, adrelid) as adsrc from pg_catalog.pg_attrdef
union all select (2100000000 + attrelid::bigint % 40000000)::oid, attrelid, attnum, source, source from redshift_emulator.identities;
create or replace function redshift_emulator.pg_get_expr(expression text, relation oid, pretty boolean default false) returns text language sql immutable as $$ select expression $$;
create or replace function redshift_emulator.pg_get_expr(expression pg_node_tree, relation oid, pretty boolean default false) returns text language sql stable as
$$ select pg_catalog.pg_get_expr(expression, relation, pretty) $$;

create or replace view redshift_emulator.pg_depend as
select classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype from pg_catalog.pg_depend
union all
select 'pg_catalog.pg_constraint'::regclass, f.oid, 0, 'pg_catalog.pg_class'::regclass, p.index_oid, 0, 'n'
from redshift_emulator.keys f join redshift_emulator.keys p on p.relid = f.referenced and p.contype <> 'f' and p.columns = f.referenced_columns
where f.contype = 'f';

create or replace view redshift_emulator.pg_tables as
select schemaname, tablename, tableowner, tablespace, hasindexes, hasrules, hastriggers from pg_catalog.pg_tables where schemaname <> 'redshift_emulator';
create or replace view redshift_emulator.pg_views as select * from pg_catalog.pg_views where schemaname <> 'redshift_emulator';
create or replace view redshift_emulator.pg_proc as
select *, prokind = 'a' as proisagg, prokind = 'w' as proiswindow from pg_catalog.pg_proc where not redshift_emulator.is_hidden(pronamespace);
create or replace view pg_catalog.pg_proc_info as
select oid as prooid, proname, pronamespace, proowner, prolang, prokind, prosecdef, proisstrict, proretset, provolatile, pronargs, prorettype, proargtypes, proallargtypes,
  proargmodes, proargnames, prosrc, probin, proacl, prokind = 'a' as proisagg
from pg_catalog.pg_proc where not redshift_emulator.is_hidden(pronamespace);
`;

/** The standard's views, with Redshift's names of types and its keys. They read the system views, so they come last. */
export const INFORMATION_SCHEMA_SQL = String.raw`
create or replace view redshift_emulator.tables as
select table_catalog, table_schema, table_name, table_type, null::varchar as self_referencing_column_name, null::varchar as reference_generation,
  null::varchar as user_defined_type_catalog, null::varchar as user_defined_type_schema, null::varchar as user_defined_type_name
from pg_catalog.svv_tables;
create or replace view redshift_emulator.columns as
select c.table_catalog, c.table_schema, c.table_name, c.column_name, c.ordinal_position, c.column_default, c.is_nullable,
  case c.data_type when 'varbyte' then 'binary varying' else c.data_type end::varchar as data_type, c.character_maximum_length, null::int as character_octet_length,
  coalesce(c.numeric_precision, case c.data_type when 'smallint' then 16 when 'integer' then 32 when 'bigint' then 64 when 'real' then 24 when 'double precision' then 53 end) as numeric_precision,
  case when c.data_type in ('smallint', 'integer', 'bigint', 'real', 'double precision') then 2 when c.data_type = 'numeric' then 10 end as numeric_precision_radix,
  coalesce(c.numeric_scale, case when c.data_type in ('smallint', 'integer', 'bigint') then 0 end) as numeric_scale,
  case when c.data_type like 'time%' then 6 when c.data_type = 'date' then 0 end as datetime_precision, null::varchar as character_set_name, null::varchar as collation_name,
  null::varchar as domain_name, c.table_catalog as udt_catalog, 'pg_catalog'::varchar as udt_schema, null::varchar as udt_name
from pg_catalog.svv_columns c;
create or replace view redshift_emulator.schemata as
select current_database()::varchar as catalog_name, n.nspname::varchar as schema_name, pg_get_userbyid(n.nspowner)::varchar as schema_owner,
  null::varchar as default_character_set_catalog, null::varchar as default_character_set_schema, null::varchar as default_character_set_name, null::varchar as sql_path
from redshift_emulator.pg_namespace n;
create or replace view redshift_emulator.views as select * from information_schema.views where table_schema <> 'redshift_emulator';
create or replace view redshift_emulator.table_constraints as
select current_database()::varchar as constraint_catalog, n.nspname::varchar as constraint_schema, k.name::varchar as constraint_name, current_database()::varchar as table_catalog,
  n.nspname::varchar as table_schema, k.relname::varchar as table_name,
  case k.contype when 'p' then 'PRIMARY KEY' when 'u' then 'UNIQUE' else 'FOREIGN KEY' end::varchar as constraint_type, 'NO'::varchar as is_deferrable, 'NO'::varchar as initially_deferred
from redshift_emulator.keys k join pg_catalog.pg_namespace n on n.oid = k.relnamespace;
create or replace view redshift_emulator.key_column_usage as
select current_database()::varchar as constraint_catalog, n.nspname::varchar as constraint_schema, k.name::varchar as constraint_name, current_database()::varchar as table_catalog,
  n.nspname::varchar as table_schema, k.relname::varchar as table_name, u.c::varchar as column_name, u.n::int as ordinal_position
from redshift_emulator.keys k join pg_catalog.pg_namespace n on n.oid = k.relnamespace cross join unnest(k.columns) with ordinality u(c, n);
create or replace view redshift_emulator.referential_constraints as
select current_database()::varchar as constraint_catalog, n.nspname::varchar as constraint_schema, k.name::varchar as constraint_name, current_database()::varchar as unique_constraint_catalog,
  m.nspname::varchar as unique_constraint_schema, p.name::varchar as unique_constraint_name, 'NONE'::varchar as match_option, 'NO ACTION'::varchar as update_rule, 'NO ACTION'::varchar as delete_rule
from redshift_emulator.keys k join pg_catalog.pg_namespace n on n.oid = k.relnamespace
left join redshift_emulator.keys p on p.relid = k.referenced and p.contype <> 'f' and p.columns = k.referenced_columns
left join pg_catalog.pg_namespace m on m.oid = p.relnamespace
where k.contype = 'f';
create or replace view redshift_emulator.constraint_column_usage as
select current_database()::varchar as table_catalog, n.nspname::varchar as table_schema, c.relname::varchar as table_name, u.c::varchar as column_name,
  current_database()::varchar as constraint_catalog, m.nspname::varchar as constraint_schema, k.name::varchar as constraint_name
from redshift_emulator.keys k join pg_catalog.pg_namespace m on m.oid = k.relnamespace
join pg_catalog.pg_class c on c.oid = case k.contype when 'f' then k.referenced else k.relid end
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
cross join unnest(case k.contype when 'f' then k.referenced_columns else k.columns end) u(c);
grant select on all tables in schema redshift_emulator to public;
`;
