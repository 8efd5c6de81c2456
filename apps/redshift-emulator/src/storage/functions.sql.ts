/** Functions Redshift has and PostgreSQL has not. In pg_catalog, so that no search_path hides them. */
export const FUNCTIONS_SQL = String.raw`
create extension if not exists pgcrypto schema redshift_emulator;
create or replace function redshift_emulator.version() returns text language sql immutable as
$$ select 'PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 (Red Hat 3.4.2-6.fc3), Redshift 1.0.115467'::text $$;
create or replace function pg_catalog.getdate() returns timestamp language sql stable as $$ select statement_timestamp()::timestamp $$;
create or replace function redshift_emulator.sysdate() returns timestamp language sql stable as $$ select now()::timestamp $$;
create or replace function redshift_emulator.current_user_id() returns int language sql stable as
$$ select oid::int from pg_roles where rolname = current_user $$;

create or replace function redshift_emulator.amount(part text, n bigint) returns interval language sql immutable as $$
  select case part when 'millennium' then make_interval(years => (n * 1000)::int) when 'century' then make_interval(years => (n * 100)::int)
    when 'decade' then make_interval(years => (n * 10)::int) when 'year' then make_interval(years => n::int)
    when 'quarter' then make_interval(months => (n * 3)::int) when 'month' then make_interval(months => n::int)
    when 'week' then make_interval(weeks => n::int) when 'day' then make_interval(days => n::int)
    when 'dow' then make_interval(days => n::int) when 'doy' then make_interval(days => n::int)
    when 'hour' then n * interval '1 hour' when 'minute' then n * interval '1 minute' when 'second' then n * interval '1 second'
    when 'millisecond' then n * interval '1 millisecond' when 'microsecond' then n * interval '1 microsecond' end $$;
-- A month's end stays a month's end, as in Redshift's DATEADD and ADD_MONTHS.
create or replace function redshift_emulator.dateadd(part text, n bigint, t timestamp) returns timestamp language sql immutable as $$
  select case when part in ('month', 'quarter', 'year', 'decade', 'century', 'millennium')
      and t::date = (date_trunc('month', t) + interval '1 month - 1 day')::date
    then (date_trunc('month', t + redshift_emulator.amount(part, n)) + interval '1 month - 1 day')::date + t::time
    else t + redshift_emulator.amount(part, n) end $$;
create or replace function redshift_emulator.dateadd(part text, n bigint, t date) returns timestamp language sql immutable as
$$ select redshift_emulator.dateadd(part, n, t::timestamp) $$;
create or replace function redshift_emulator.dateadd(part text, n bigint, t timestamptz) returns timestamptz language sql immutable as
$$ select t + redshift_emulator.amount(part, n) $$;
create or replace function redshift_emulator.dateadd(part text, n bigint, t time) returns time language sql immutable as
$$ select t + redshift_emulator.amount(part, n) $$;

-- DATEDIFF counts the boundaries crossed, not whole units.
create or replace function redshift_emulator.datediff(part text, a timestamp, b timestamp) returns bigint language sql immutable as $$
  select case part
    when 'year' then date_part('year', b)::bigint - date_part('year', a)::bigint
    when 'quarter' then (date_part('year', b)::bigint * 4 + date_part('quarter', b)::bigint) - (date_part('year', a)::bigint * 4 + date_part('quarter', a)::bigint)
    when 'month' then (date_part('year', b)::bigint * 12 + date_part('month', b)::bigint) - (date_part('year', a)::bigint * 12 + date_part('month', a)::bigint)
    when 'decade' then (floor(date_part('year', b) / 10) - floor(date_part('year', a) / 10))::bigint
    when 'century' then (date_part('century', b) - date_part('century', a))::bigint
    when 'millennium' then (date_part('millennium', b) - date_part('millennium', a))::bigint
    when 'week' then (date_trunc('week', b + interval '1 day')::date - date_trunc('week', a + interval '1 day')::date) / 7
    when 'day' then (b::date - a::date)::bigint
    when 'dow' then (b::date - a::date)::bigint
    when 'doy' then (b::date - a::date)::bigint
    when 'microsecond' then (extract(epoch from b) * 1000000 - extract(epoch from a) * 1000000)::bigint
    when 'millisecond' then (floor(extract(epoch from b) * 1000) - floor(extract(epoch from a) * 1000))::bigint
    when 'second' then (floor(extract(epoch from b)) - floor(extract(epoch from a)))::bigint
    when 'minute' then (floor(extract(epoch from b) / 60) - floor(extract(epoch from a) / 60))::bigint
    when 'hour' then (floor(extract(epoch from b) / 3600) - floor(extract(epoch from a) / 3600))::bigint end $$;
create or replace function redshift_emulator.datediff(part text, a timestamptz, b timestamptz) returns bigint language sql immutable as
$$ select redshift_emulator.datediff(part, a at time zone 'UTC', b at time zone 'UTC') $$;
create or replace function redshift_emulator.datediff(part text, a date, b date) returns bigint language sql immutable as
$$ select redshift_emulator.datediff(part, a::timestamp, b::timestamp) $$;
create or replace function redshift_emulator.datediff(part text, a time, b time) returns bigint language sql immutable as
$$ select redshift_emulator.datediff(part, date '2000-01-01' + a, date '2000-01-01' + b) $$;

create or replace function redshift_emulator.date_part(part text, t timestamp) returns float8 language sql immutable as $$ select pg_catalog.date_part(part, t) $$;
create or replace function redshift_emulator.date_part(part text, t date) returns float8 language sql immutable as $$ select pg_catalog.date_part(part, t) $$;
create or replace function redshift_emulator.date_part(part text, t timestamptz) returns float8 language sql stable as $$ select pg_catalog.date_part(part, t) $$;
create or replace function redshift_emulator.date_part(part text, t time) returns float8 language sql immutable as $$ select pg_catalog.date_part(part, t) $$;
create or replace function redshift_emulator.date_part(part text, t interval) returns float8 language sql immutable as $$ select pg_catalog.date_part(part, t) $$;
create or replace function redshift_emulator.date_trunc(part text, t timestamp) returns timestamp language sql immutable as $$ select pg_catalog.date_trunc(part, t) $$;
create or replace function redshift_emulator.date_trunc(part text, t date) returns timestamp language sql immutable as $$ select pg_catalog.date_trunc(part, t::timestamp) $$;
create or replace function redshift_emulator.date_trunc(part text, t timestamptz) returns timestamptz language sql stable as $$ select pg_catalog.date_trunc(part, t) $$;
create or replace function redshift_emulator.date_trunc(part text, t interval) returns interval language sql immutable as $$ select pg_catalog.date_trunc(part, t) $$;

create or replace function pg_catalog.add_months(t timestamp, n int) returns timestamp language sql immutable as $$ select redshift_emulator.dateadd('month', n, t) $$;
create or replace function pg_catalog.add_months(t date, n int) returns timestamp language sql immutable as $$ select redshift_emulator.dateadd('month', n, t::timestamp) $$;
create or replace function pg_catalog.last_day(t timestamp) returns date language sql immutable as $$ select (pg_catalog.date_trunc('month', t) + interval '1 month - 1 day')::date $$;
create or replace function pg_catalog.last_day(t date) returns date language sql immutable as $$ select (pg_catalog.date_trunc('month', t::timestamp) + interval '1 month - 1 day')::date $$;
create or replace function pg_catalog.trunc(t timestamp) returns date language sql immutable as $$ select t::date $$;
create or replace function pg_catalog.convert_timezone(target text, t timestamp) returns timestamp language sql immutable as $$ select t at time zone 'UTC' at time zone target $$;
create or replace function pg_catalog.convert_timezone(source text, target text, t timestamp) returns timestamp language sql immutable as $$ select t at time zone source at time zone target $$;
create or replace function pg_catalog.charindex(part text, whole text) returns int language sql immutable as $$ select strpos(whole, part) $$;
create or replace function pg_catalog.strtol(digits text, base int) returns bigint language plpgsql immutable strict as $$
declare result bigint := 0; digit int; c text; negative boolean := left(digits, 1) = '-';
begin
  foreach c in array string_to_array(lower(ltrim(trim(digits), '-')), null) loop
    digit := strpos('0123456789abcdefghijklmnopqrstuvwxyz', c) - 1;
    if digit < 0 or digit >= base then raise exception using errcode = '22P02',
      message = format('The input %s is not valid to be converted to base %s', digits, base); end if;
    result := result * base + digit;
  end loop;
  return case when negative then -result else result end;
end $$;
create or replace function pg_catalog.func_sha1(t text) returns text language sql immutable as $$ select encode(redshift_emulator.digest(convert_to(t, 'UTF8'), 'sha1'), 'hex') $$;
create or replace function pg_catalog.sha1(t text) returns text language sql immutable as $$ select encode(redshift_emulator.digest(convert_to(t, 'UTF8'), 'sha1'), 'hex') $$;
create or replace function pg_catalog.sha(t text) returns text language sql immutable as $$ select encode(redshift_emulator.digest(convert_to(t, 'UTF8'), 'sha1'), 'hex') $$;
create or replace function pg_catalog.sha2(t text, bits int) returns text language sql immutable as $$
  select encode(case bits when 224 then sha224(convert_to(t, 'UTF8')) when 384 then sha384(convert_to(t, 'UTF8'))
    when 512 then sha512(convert_to(t, 'UTF8')) else sha256(convert_to(t, 'UTF8')) end, 'hex') $$;
create or replace function pg_catalog.octet_length(t jsonb) returns int language sql immutable as $$ select octet_length(t::text) $$;
create or replace function redshift_emulator.varbyte(t text, form text) returns bytea language sql immutable as $$
  select case lower(form) when 'hex' then decode(t, 'hex') when 'base64' then decode(t, 'base64') else convert_to(t, 'UTF8') end $$;
create or replace function pg_catalog.to_varbyte(t text, form text) returns bytea language sql immutable as $$ select redshift_emulator.varbyte(t, form) $$;
create or replace function pg_catalog.from_varbyte(b bytea, form text) returns text language sql immutable as $$
  select case lower(form) when 'hex' then encode(b, 'hex') when 'base64' then encode(b, 'base64') else convert_from(b, 'UTF8') end $$;
create or replace function pg_catalog.from_hex(t text) returns bytea language sql immutable as $$ select decode(t, 'hex') $$;

create or replace function pg_catalog.json_parse(t text) returns jsonb language sql immutable strict as $$ select t::jsonb $$;
create or replace function pg_catalog.json_serialize(s jsonb) returns text language sql immutable strict as $$ select redshift_emulator.compact(s) $$;
create or replace function redshift_emulator.compact(s jsonb) returns text language plpgsql immutable strict as $$
begin
  return case jsonb_typeof(s)
    when 'object' then '{' || coalesce((select pg_catalog.string_agg(to_json(key)::text || ':' || redshift_emulator.compact(value), ',') from jsonb_each(s)), '') || '}'
    when 'array' then '[' || coalesce((select pg_catalog.string_agg(redshift_emulator.compact(value), ',') from jsonb_array_elements(s)), '') || ']'
    else s::text end;
end $$;
create or replace function redshift_emulator.try_json(t text) returns jsonb language plpgsql immutable strict as $$
begin return t::jsonb; exception when others then return null; end $$;
create or replace function pg_catalog.can_json_parse(t text) returns boolean language sql immutable strict as $$ select redshift_emulator.try_json(t) is not null $$;
create or replace function pg_catalog.is_valid_json(t text) returns boolean language sql immutable strict as $$
  select coalesce(jsonb_typeof(redshift_emulator.try_json(t)) = 'object', false) $$;
create or replace function pg_catalog.is_valid_json_array(t text) returns boolean language sql immutable strict as $$
  select coalesce(jsonb_typeof(redshift_emulator.try_json(t)) = 'array', false) $$;
-- A last argument that is a boolean (null_if_invalid) is not taken; invalid text is an error, as by default.
create or replace function pg_catalog.json_extract_path_text(t text, variadic path text[]) returns text language sql immutable strict as $$
  select coalesce(t::jsonb #>> path, '') $$;
create or replace function pg_catalog.json_array_length(t text) returns int language sql immutable strict as $$ select jsonb_array_length(t::jsonb) $$;
create or replace function pg_catalog.json_extract_array_element_text(t text, n int) returns text language sql immutable strict as $$ select coalesce(t::jsonb ->> n, '') $$;

create or replace function pg_catalog.pg_last_copy_id() returns int language sql volatile as
$$ select coalesce(nullif(current_setting('redshift.last_copy_id', true), ''), '-1')::int $$;
create or replace function pg_catalog.pg_last_copy_count() returns bigint language sql volatile as
$$ select coalesce(nullif(current_setting('redshift.last_copy_count', true), ''), '0')::bigint $$;
create or replace function pg_catalog.pg_last_unload_id() returns int language sql volatile as
$$ select coalesce(nullif(current_setting('redshift.last_unload_id', true), ''), '-1')::int $$;
create or replace function pg_catalog.pg_last_unload_count() returns bigint language sql volatile as
$$ select coalesce(nullif(current_setting('redshift.last_unload_count', true), ''), '0')::bigint $$;
create or replace function pg_catalog.pg_last_query_id() returns int language sql volatile as
$$ select coalesce(nullif(current_setting('redshift.last_query_id', true), ''), '-1')::int $$;

`;
