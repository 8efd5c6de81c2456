/** Functions and tables behind sys.types, sys.columns and sys.databases. */
export const catalogSql = String.raw`
create table if not exists emu.type_names (
  name text primary key, system_type_id int, user_type_id int, max_length int, precision int, scale int
);
insert into emu.type_names values
  ('image', 34, 34, 16, 0, 0), ('text', 35, 35, 16, 0, 0), ('uniqueidentifier', 36, 36, 16, 0, 0), ('date', 40, 40, 3, 10, 0),
  ('time', 41, 41, 5, 16, 7), ('datetime2', 42, 42, 8, 27, 7), ('datetimeoffset', 43, 43, 10, 34, 7), ('tinyint', 48, 48, 1, 3, 0),
  ('smallint', 52, 52, 2, 5, 0), ('int', 56, 56, 4, 10, 0), ('smalldatetime', 58, 58, 4, 16, 0), ('real', 59, 59, 4, 24, 0),
  ('money', 60, 60, 8, 19, 4), ('datetime', 61, 61, 8, 23, 3), ('float', 62, 62, 8, 53, 0), ('sql_variant', 98, 98, 8016, 0, 0),
  ('ntext', 99, 99, 16, 0, 0), ('bit', 104, 104, 1, 1, 0), ('decimal', 106, 106, 17, 38, 38), ('numeric', 108, 108, 17, 38, 38),
  ('smallmoney', 122, 122, 4, 10, 4), ('bigint', 127, 127, 8, 19, 0), ('hierarchyid', 240, 128, 892, 0, 0), ('geometry', 240, 129, -1, 0, 0),
  ('geography', 240, 130, -1, 0, 0), ('varbinary', 165, 165, 8000, 0, 0), ('varchar', 167, 167, 8000, 0, 0), ('binary', 173, 173, 8000, 0, 0),
  ('char', 175, 175, 8000, 0, 0), ('timestamp', 189, 189, 8, 0, 0), ('nvarchar', 231, 231, 8000, 0, 0), ('nchar', 239, 239, 8000, 0, 0),
  ('xml', 241, 241, -1, 0, 0), ('sysname', 231, 256, 256, 0, 0)
on conflict do nothing;

create or replace function emu.max_length(t jsonb) returns int language sql immutable strict as $$
  select case
    when t->>'name' in ('nchar', 'nvarchar') then case when (t->>'length')::int = -1 then -1 else (t->>'length')::int * 2 end
    when t->>'name' in ('char', 'varchar', 'binary', 'varbinary') then (t->>'length')::int
    when t->>'name' in ('decimal', 'numeric') then case when coalesce((t->>'precision')::int, 18) <= 9 then 5 when coalesce((t->>'precision')::int, 18) <= 19 then 9 when (t->>'precision')::int <= 28 then 13 else 17 end
    when t->>'name' = 'time' then case when coalesce((t->>'scale')::int, 7) <= 2 then 3 when coalesce((t->>'scale')::int, 7) <= 4 then 4 else 5 end
    when t->>'name' = 'datetime2' then case when coalesce((t->>'scale')::int, 7) <= 2 then 6 when coalesce((t->>'scale')::int, 7) <= 4 then 7 else 8 end
    when t->>'name' = 'datetimeoffset' then case when coalesce((t->>'scale')::int, 7) <= 2 then 8 when coalesce((t->>'scale')::int, 7) <= 4 then 9 else 10 end
    else (select n.max_length from emu.type_names n where n.name = t->>'name') end $$;
create or replace function emu.type_precision(t jsonb) returns int language sql immutable strict as $$
  select case
    when t->>'name' in ('decimal', 'numeric') then coalesce((t->>'precision')::int, 18)
    when t->>'name' = 'time' then 8 + case when coalesce((t->>'scale')::int, 7) = 0 then 0 else coalesce((t->>'scale')::int, 7) + 1 end
    when t->>'name' = 'datetime2' then 19 + case when coalesce((t->>'scale')::int, 7) = 0 then 0 else coalesce((t->>'scale')::int, 7) + 1 end
    when t->>'name' = 'datetimeoffset' then 26 + case when coalesce((t->>'scale')::int, 7) = 0 then 0 else coalesce((t->>'scale')::int, 7) + 1 end
    else (select n.precision from emu.type_names n where n.name = t->>'name') end $$;
create or replace function emu.type_scale(t jsonb) returns int language sql immutable strict as $$
  select case
    when t->>'name' in ('decimal', 'numeric') then coalesce((t->>'scale')::int, 0)
    when t->>'name' in ('time', 'datetime2', 'datetimeoffset') then coalesce((t->>'scale')::int, 7)
    else (select n.scale from emu.type_names n where n.name = t->>'name') end $$;
create or replace function emu.databases(out id int, out name text, out own bool) returns setof record language sql stable as $$
  select case when d.datname = 'sql_master' then 1 else (row_number() over (partition by d.datname = 'sql_master' order by d.oid))::int + 4 end, shobj_description(d.oid, 'pg_database'), d.datname = current_database()
  from pg_database d where d.datname like 'sql\_%' $$;

-- Whether a user may know of an object: the owner, who is in a fixed role, and who was granted anything on it.
create or replace function emu.sees(id int, who text) returns bool language sql stable as $$
  select lower(who) = 'dbo'
    or exists (select from emu.role_members m where lower(m.member) = lower(who))
    or exists (
      select from emu.permissions p, emu.objects o
      where o.object_id = id and p.action = 'GRANT' and lower(p.principal) in (lower(who), 'public')
        and (p.scope = 'database'
             or p.scope = 'schema' and lower(p.target) = lower(o.schema_name)
             or p.scope = 'object' and lower(p.target) = lower(o.schema_name || '.' || o.name))) $$;

-- Rows of a table: counted while it is small, PostgreSQL's running count beyond.
create or replace function emu.row_estimate(object_id int) returns int8 language plpgsql stable as $$
declare n int8; estimate int8;
begin
  select reltuples::int8 into estimate from pg_class where oid = object_id::oid;
  if pg_relation_size(object_id::oid) <= 64 * 1024 * 1024 or estimate < 0 then
    execute 'select count(*) from ' || object_id::oid::regclass into n;
    return n;
  end if;
  return estimate;
end $$;
`;
