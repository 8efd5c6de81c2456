import { QUERY_HISTORY_SQL } from './query-history.sql.js';
import { CATALOGUE_VIEWS_SQL, INFORMATION_SCHEMA_SQL } from './catalogue-views.sql.js';

/**
 * What the emulator writes down about loads and unloads, and the system tables and views that show it. CHAR columns
 * are blank-padded as on the server; clients trim them.
 */
export const SYSTEM_TABLES_SQL = String.raw`
${CATALOGUE_VIEWS_SQL}
create sequence if not exists redshift_emulator.query_ids start 1001;
create table if not exists redshift_emulator.load_errors (
  userid int, slice int, tbl oid, table_name text, starttime timestamp, session int, transaction_id bigint, query bigint, database_name text,
  filename text, line_number bigint, colname text, type text, col_length text, position int, raw_line text,
  raw_field_value text, err_code int, err_reason text, is_null boolean);
create table if not exists redshift_emulator.load_files (
  query bigint, userid int, filename text, curtime timestamp, lines_scanned bigint, bytes_scanned bigint, lines_skipped bigint, session int);
create table if not exists redshift_emulator.loads (
  query bigint, userid int, transaction_id bigint, session int, database_name text, table_name text, table_id oid, start_time timestamp, end_time timestamp,
  data_source text, file_format text, loaded_rows bigint, loaded_bytes bigint, source_file_count int, source_file_bytes bigint,
  error_count int, status text, error_message text, query_text text);
create table if not exists redshift_emulator.unloads (
  query bigint, userid int, session int, start_time timestamp, end_time timestamp, path text, line_count bigint, transfer_size bigint, file_format text);

create or replace function redshift_emulator.record_load(load jsonb) returns void language plpgsql security definer as $$
begin
  insert into redshift_emulator.loads select (jsonb_populate_record(null::redshift_emulator.loads, load)).*;
  insert into redshift_emulator.load_files (query, userid, filename, curtime, lines_scanned, bytes_scanned, lines_skipped, session)
  select (load ->> 'query')::bigint, (load ->> 'userid')::int, f ->> 'filename', (load ->> 'end_time')::timestamp, (f ->> 'lines_scanned')::bigint,
    (f ->> 'bytes_scanned')::bigint, (f ->> 'lines_skipped')::bigint, (load ->> 'session')::int
  from jsonb_array_elements(load -> 'files') f;
end $$;

create or replace function redshift_emulator.record_unload(files jsonb) returns void language sql security definer as $$
  insert into redshift_emulator.unloads select * from jsonb_populate_recordset(null::redshift_emulator.unloads, files) $$;

create or replace view pg_catalog.stl_load_errors as
select userid, slice, tbl::int as tbl, starttime, session, query::int as query, filename::char(256) as filename, line_number,
  colname::char(127) as colname, type::char(10) as type, col_length::char(10) as col_length, position as "position",
  raw_line::char(1024) as raw_line, raw_field_value::char(1024) as raw_field_value, err_code, err_reason::char(100) as err_reason,
  is_null::int as is_partial, 0::bigint as start_offset
from redshift_emulator.load_errors;
create or replace view pg_catalog.stl_loaderror_detail as
select userid, slice, session, query::int as query, filename::char(256) as filename, line_number, 0 as field,
  colname::char(1024) as colname, raw_field_value::char(1024) as value, is_null::int as is_null, type::char(10) as type, col_length::char(10) as col_length
from redshift_emulator.load_errors;
create or replace view pg_catalog.sys_load_error_detail as
select userid as user_id, query as query_id, transaction_id, session as session_id, database_name::char(64) as database_name, tbl::int as table_id,
  starttime as start_time, filename::char(256) as file_name, line_number, colname::char(127) as column_name, type::char(10) as column_type,
  col_length::char(10) as column_length, position as "position", err_code as error_code, err_reason::char(512) as error_message
from redshift_emulator.load_errors;
create or replace view pg_catalog.stl_load_commits as
select userid, query::int as query, 0 as slice, filename::char(256) as name, filename::char(256) as filename, 0 as byte_offset, lines_scanned, 0 as errors,
  curtime, 1 as status, 'N/A'::char(16) as file_format from redshift_emulator.load_files;
create or replace view pg_catalog.stl_file_scan as
select userid, query::int as query, 0 as slice, filename::char(90) as name, lines_scanned as lines, bytes_scanned as bytes, curtime from redshift_emulator.load_files;
create or replace view pg_catalog.sys_load_history as
select userid as user_id, query as query_id, transaction_id, session_id, database_name, status, table_name, start_time, end_time, duration, data_source, file_format,
  loaded_rows, loaded_bytes, source_file_count, source_file_bytes, 0 as file_count_scanned, 0::bigint as file_bytes_scanned, error_count
from (select *, session as session_id, (extract(epoch from end_time - start_time) * 1000000)::bigint as duration from redshift_emulator.loads) l;
create or replace view pg_catalog.sys_load_detail as
select userid as user_id, query as query_id, filename as file_name, bytes_scanned as bytes_scanned, lines_scanned, curtime as record_time
from redshift_emulator.load_files;
create or replace view pg_catalog.sys_unload_history as
select userid as user_id, query as query_id, session as session_id, start_time, end_time, path as destination, file_format, line_count as unloaded_rows, transfer_size as unloaded_files_size
from redshift_emulator.unloads;
create or replace view pg_catalog.stl_unload_log as
select userid, query::int as query, 0 as slice, 0 as pid, path::char(1280) as path, start_time, end_time, line_count, transfer_size, file_format::char(10) as file_format
from redshift_emulator.unloads;

create or replace view redshift_emulator.column_list as
select redshift_emulator.long_name(n.nspname) as schema_name, redshift_emulator.long_name(c.relname) as table_name, c.oid as relid, c.relkind, c.relpersistence,
  redshift_emulator.long_name(a.attname) as column_name, a.attnum,
  coalesce(x.declared, case t.typname when 'jsonb' then 'super' when 'bytea' then 'varbyte' else format_type(a.atttypid, a.atttypmod) end) as type,
  a.atttypid, a.atttypmod, a.attnotnull, pg_get_expr(d.adbin, d.adrelid) as column_default, coalesce(x.encoding, 'none') as encoding,
  coalesce(s.distkey = a.attnum, false) as distkey, coalesce(array_position(s.sortkeys, a.attnum), 0) as sortkey, a.attidentity
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace join pg_type t on t.oid = a.atttypid
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
left join redshift_emulator.column_attributes x on x.relid = c.oid and x.attnum = a.attnum
left join redshift_emulator.table_attributes s on s.relid = c.oid
where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'v') and n.nspname not in ('redshift_emulator', 'pg_toast');
create or replace view pg_catalog.pg_table_def as
select schema_name::varchar(127) as schemaname, table_name::varchar(127) as tablename, column_name::varchar(127) as "column", type, encoding::varchar as encoding, distkey, sortkey, attnotnull as "notnull"
from redshift_emulator.column_list
where relkind = 'r' and (schema_name = any(current_schemas(false)) or schema_name like 'pg_temp%' and pg_table_is_visible(relid))
order by 1, 2, attnum;
create or replace view pg_catalog.svv_columns as
select current_database()::varchar as table_catalog, schema_name::varchar as table_schema, table_name::varchar as table_name, column_name::varchar as column_name,
  attnum::int as ordinal_position,
  coalesce(column_default, (select source from redshift_emulator.identities i where i.attrelid = relid and i.attnum = column_list.attnum))::varchar as column_default, case when attnotnull then 'NO' else 'YES' end::varchar as is_nullable,
  regexp_replace(type, '\(.*\)', '')::varchar as data_type,
  case when type like 'character%' then substring(type from '\((\d+)\)')::int end as character_maximum_length,
  substring(type from 'numeric\((\d+),')::int as numeric_precision, substring(type from 'numeric\(\d+,(\d+)')::int as numeric_scale, ''::varchar as remarks
from redshift_emulator.column_list;
create or replace view pg_catalog.svv_redshift_columns as
select table_catalog as database_name, table_schema as schema_name, table_name, column_name, ordinal_position, data_type, column_default, is_nullable,
  ''::varchar as encoding, false as distkey, 0 as sortkey, ''::varchar as column_acl, remarks from pg_catalog.svv_columns;
create or replace view pg_catalog.svv_all_columns as
select table_catalog as database_name, table_schema as schema_name, table_name, column_name, ordinal_position, column_default, is_nullable, data_type,
  character_maximum_length, numeric_precision, numeric_scale, remarks from pg_catalog.svv_columns;
create or replace view pg_catalog.svv_tables as
select current_database()::varchar as table_catalog, redshift_emulator.long_name(n.nspname)::varchar as table_schema, redshift_emulator.long_name(c.relname)::varchar as table_name,
  case when c.relkind = 'v' then 'VIEW' when c.relpersistence = 't' then 'LOCAL TEMPORARY' else 'BASE TABLE' end::varchar as table_type, obj_description(c.oid)::varchar as remarks
from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'v') and n.nspname not in ('redshift_emulator', 'pg_toast');
create or replace view pg_catalog.svv_all_tables as
select table_catalog as database_name, table_schema as schema_name, table_name, table_type, ''::varchar as table_acl, remarks from pg_catalog.svv_tables;
create or replace view pg_catalog.svv_redshift_tables as select * from pg_catalog.svv_all_tables;
create or replace view pg_catalog.svv_all_schemas as
select current_database()::varchar as database_name, nspname::varchar as schema_name, nspowner::int as schema_owner, 'local'::varchar as schema_type,
  ''::varchar as schema_acl, null::varchar as source_database, null::varchar as schema_option
from pg_namespace where nspname not in ('redshift_emulator', 'pg_toast') and nspname not like 'pg\_t%';
create or replace view pg_catalog.svv_redshift_schemas as select database_name, schema_name, schema_owner, schema_type, schema_acl, schema_option from pg_catalog.svv_all_schemas;
create or replace view pg_catalog.svv_table_info as
select current_database()::text as "database", redshift_emulator.long_name(n.nspname) as "schema", c.oid as table_id, redshift_emulator.long_name(c.relname) as "table",
  case when exists (select from redshift_emulator.column_attributes x where x.relid = c.oid and x.encoding not in ('none', 'raw')) then 'Y, AUTO(ENCODE)' else 'N' end::text as encoded,
  case upper(s.diststyle) when 'KEY' then 'KEY(' || (select attname from pg_attribute where attrelid = c.oid and attnum = s.distkey) || ')'
    when 'AUTO' then 'AUTO(ALL)' else upper(s.diststyle) end::text as diststyle,
  coalesce((select attname from pg_attribute where attrelid = c.oid and attnum = s.sortkeys[1]), case when s.sortstyle = 'auto' then 'AUTO(SORTKEY)' end)::text as sortkey1,
  coalesce((select max(substring(type from '\((\d+)\)')::int) from redshift_emulator.column_list l where l.relid = c.oid and type like 'character varying%'), 0) as max_varchar,
  null::text as sortkey1_enc, cardinality(s.sortkeys) as sortkey_num, greatest(pg_total_relation_size(c.oid) / 1048576, 0)::bigint as size, 0.0::numeric(10,4) as pct_used,
  0::bigint as empty, 0.0::numeric(5,2) as unsorted, 0.0::numeric(5,2) as stats_off,
  greatest(c.reltuples, 0)::numeric(38,0) as tbl_rows, null::numeric(19,2) as skew_sortkey1, 1.0::numeric(19,2) as skew_rows,
  greatest(c.reltuples, 0)::numeric(38,0) as estimated_visible_rows, null::text as risk_event, 0.0::numeric(12,2) as vacuum_sort_benefit, s.created as create_time
from pg_class c join pg_namespace n on n.oid = c.relnamespace join redshift_emulator.table_attributes s on s.relid = c.oid
where c.relkind = 'r' and c.relpersistence = 'p';
create or replace view pg_catalog.stv_tbl_perm as
select 0 as slice, c.oid::int as id, c.relname::char(72) as name, greatest(c.reltuples, 0)::bigint as rows, greatest(c.reltuples, 0)::bigint as sorted_rows,
  (c.relpersistence = 't')::int as temp, (select oid::int from pg_database where datname = current_database()) as db_id, 1 as insert_pristine, 0 as delete_pristine, s.backup::int as backup
from pg_class c join redshift_emulator.table_attributes s on s.relid = c.oid where c.relkind = 'r';
create or replace view pg_catalog.stv_recents as
select usesysid::int as userid, case when state = 'active' then 'Running' else 'Done' end::char(20) as status, query_start as starttime,
  (extract(epoch from clock_timestamp() - query_start) * 1000000)::int as duration, usename::char(50) as user_name, datname::char(50) as db_name, query::char(600) as query, pid
from pg_stat_activity where backend_type = 'client backend' and datname = current_database();
create or replace view pg_catalog.stv_sessions as
select backend_start as starttime, pid as process, usename::char(50) as user_name, datname::char(50) as db_name from pg_stat_activity where backend_type = 'client backend';
create or replace view pg_catalog.stv_locks as
select l.relation::int as table_id, null::timestamp as last_commit, null::timestamp as last_update, l.pid as lock_owner, 0 as lock_owner_pid, null::timestamp as lock_owner_start, null::timestamp as lock_owner_end,
  case when l.granted then 'Holding' else 'Waiting' end::char(22) as lock_status
from pg_locks l where l.locktype = 'relation' and l.mode in ('ShareRowExclusiveLock', 'AccessExclusiveLock');
create or replace view pg_catalog.svv_transactions as
select a.usename::text as txn_owner, current_database()::text as txn_db, coalesce(a.backend_xid::text::bigint, 0) as xid, l.pid, a.xact_start as txn_start,
  l.mode::text as lock_mode, l.locktype::text as lockable_object_type, l.relation::int as relation, l.granted
from pg_locks l join pg_stat_activity a on a.pid = l.pid where a.datname = current_database();
create or replace view pg_catalog.stv_slices as select 0 as node, 0 as slice, 0 as localslice, 'D'::char(1) as type union all select 0, 1, 1, 'D';
create or replace view pg_catalog.stv_db_isolation_level as
select current_database()::varchar as db_name, coalesce(current_setting('redshift.isolation', true), 'Snapshot Isolation')::varchar as isolation_level;
-- There are no external schemas, databases or late-binding views here: these are empty, and drivers ask for them.
create or replace view pg_catalog.svv_external_schemas as
select 0::oid as esoid, 0::smallint as eskind, ''::name as schemaname, 0 as esowner, ''::text as databasename, ''::text as esoptions where false;
create or replace view pg_catalog.svv_external_databases as
select 0 as eskind, ''::text as databasename, ''::text as esoptions, ''::text as location, ''::text as parameters where false;
create or replace view pg_catalog.svv_external_tables as
select ''::text as redshift_database_name, ''::text as schemaname, ''::text as tablename, ''::text as tabletype, ''::text as location, ''::text as input_format, ''::text as output_format,
  ''::text as serialization_lib, ''::text as serde_parameters, 0 as compressed, ''::text as parameters where false;
create or replace view pg_catalog.svv_external_columns as
select ''::text as redshift_database_name, ''::text as schemaname, ''::text as tablename, ''::text as columnname, ''::text as external_type, 0 as columnnum, 0 as part_key, ''::text as is_nullable where false;
create or replace function pg_catalog.pg_get_late_binding_view_cols() returns setof record language sql stable as
$$ select ''::name, ''::name, ''::name, ''::varchar, 0 where false $$;
create or replace view pg_catalog.pg_user_info as select usename, usesysid, usecreatedb, usesuper from pg_user;
${QUERY_HISTORY_SQL}
${INFORMATION_SCHEMA_SQL}`;

/** System views made from what PostgreSQL's own catalogue tells; the grants come after the views. */
export const SYSTEM_GRANTS_SQL = String.raw`
do $$ declare v record; begin
  for v in select c.relname from pg_class c where c.relnamespace = 'pg_catalog'::regnamespace and c.relkind = 'v' and c.oid >= 16384 loop
    execute format('grant select on pg_catalog.%I to public', v.relname);
  end loop;
end $$;
`;
