/** Where statements are written down after they ran, and the system tables and views that show them. */
export const QUERY_HISTORY_SQL = String.raw`
create table if not exists redshift_emulator.statements (
  query bigint not null, userid int, session int, transaction_id bigint, database_name text, label text, query_type text, query_text text,
  start_time timestamp, end_time timestamp, error_message text);
create index if not exists statements_query on redshift_emulator.statements (query);
-- The last 20,000 are kept; ids come from one sequence with COPY's and UNLOAD's.
create or replace function redshift_emulator.record_statements(rows jsonb) returns void language plpgsql security definer as $$
declare newest bigint;
begin
  insert into redshift_emulator.statements (query, userid, session, database_name, label, query_type, query_text, start_time, end_time, error_message)
  select coalesce(r.query, nextval('redshift_emulator.query_ids')), r.userid, r.session, r.database_name, r.label, r.query_type, r.query_text,
    r.start_time, r.end_time, r.error_message
  from jsonb_populate_recordset(null::redshift_emulator.statements, rows) r;
  newest := last_value from redshift_emulator.query_ids;
  delete from redshift_emulator.statements where query < newest - 20000;
end $$;

create or replace view pg_catalog.stl_query as
select userid, query::int as query, label::char(320) as label, coalesce(transaction_id, 0) as xid, session as pid, database_name::char(32) as database,
  query_text::char(4000) as querytxt, start_time as starttime, end_time as endtime, (error_message is not null)::int as aborted, 0 as insert_pristine, 0 as concurrency_scaling_status
from redshift_emulator.statements where query_type not in ('DDL', 'UTILITY');
create or replace view pg_catalog.stl_querytext as
select userid, coalesce(transaction_id, 0) as xid, session as pid, query::int as query, s.n as sequence, substring(query_text from s.n * 200 + 1 for 200)::char(200) as text
from redshift_emulator.statements cross join lateral generate_series(0, (length(query_text) - 1) / 200) s(n) where query_type not in ('DDL', 'UTILITY');
create or replace view pg_catalog.stl_utilitytext as
select coalesce(transaction_id, 0) as xid, session as pid, userid, label::char(320) as label, start_time as starttime, end_time as endtime, s.n as sequence,
  substring(query_text from s.n * 200 + 1 for 200)::char(200) as text
from redshift_emulator.statements cross join lateral generate_series(0, (length(query_text) - 1) / 200) s(n) where query_type = 'UTILITY';
create or replace view pg_catalog.stl_ddltext as
select coalesce(transaction_id, 0) as xid, session as pid, userid, label::char(320) as label, start_time as starttime, end_time as endtime, s.n as sequence,
  substring(query_text from s.n * 200 + 1 for 200)::char(200) as text
from redshift_emulator.statements cross join lateral generate_series(0, (length(query_text) - 1) / 200) s(n) where query_type in ('DDL', 'CTAS');
create or replace view pg_catalog.svl_statementtext as
select userid, coalesce(transaction_id, 0) as xid, session as pid, label::char(320) as label, start_time as starttime, end_time as endtime, s.n as sequence,
  case query_type when 'DDL' then 'DDL' when 'UTILITY' then 'UTILITY' else 'QUERY' end::varchar(10) as type, substring(query_text from s.n * 200 + 1 for 200)::char(200) as text
from redshift_emulator.statements cross join lateral generate_series(0, (length(query_text) - 1) / 200) s(n);
create or replace view pg_catalog.svl_qlog as
select userid, query::int as query, coalesce(transaction_id, 0) as xid, session as pid, start_time as starttime, end_time as endtime,
  (extract(epoch from end_time - start_time) * 1000000)::bigint as elapsed, (error_message is not null)::int as aborted, label::char(320) as label,
  query_text::char(60) as "substring", null::bigint as source_query
from redshift_emulator.statements where query_type not in ('DDL', 'UTILITY');
create or replace view pg_catalog.sys_query_history as
select userid as user_id, query as query_id, label::char(320) as query_label, coalesce(transaction_id, 0) as transaction_id, session as session_id,
  database_name::char(128) as database_name, query_type::varchar(32) as query_type,
  case when error_message is null then 'success' when error_message like '%cancelled%' then 'canceled' else 'failed' end::char(10) as status, false as result_cache_hit,
  start_time, end_time, (extract(epoch from end_time - start_time) * 1000000)::bigint as elapsed_time, 0::bigint as queue_time,
  (extract(epoch from end_time - start_time) * 1000000)::bigint as execution_time, error_message::char(512) as error_message, null::bigint as returned_rows,
  null::bigint as returned_bytes, query_text::char(4000) as query_text, '1.0.115467'::char(256) as redshift_version, ''::char(150) as usage_limit,
  'primary'::varchar(32) as compute_type, 0::bigint as compile_time, 0::bigint as planning_time, 0::bigint as lock_wait_time
from redshift_emulator.statements;
create or replace view pg_catalog.sys_query_text as
select userid as user_id, query as query_id, coalesce(transaction_id, 0) as transaction_id, session as session_id, start_time, s.n as sequence,
  substring(query_text from s.n * 4000 + 1 for 4000)::char(4000) as text
from redshift_emulator.statements cross join lateral generate_series(0, (length(query_text) - 1) / 4000) s(n);
`;
