/** Functions Redshift has and PostgreSQL has not. In pg_catalog, so that no search_path hides them. */
export const FUNCTIONS_SQL = String.raw`
create extension if not exists pgcrypto schema redshift_emulator;
create or replace function redshift_emulator.version() returns text language sql immutable as
$$ select 'PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 (Red Hat 3.4.2-6.fc3), Redshift 1.0.115467'::text $$;
create or replace function pg_catalog.getdate() returns timestamp language sql stable as $$ select pg_catalog.date_trunc('second', statement_timestamp()::timestamp) $$;
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
-- Months keep the day, or end with the month; years push 29 February on to 1 March.
create or replace function redshift_emulator.date_add(part text, n bigint, t timestamp) returns timestamp language sql immutable as $$
  select case when part in ('year', 'decade', 'century', 'millennium') and to_char(t, 'MMDD') = '0229'
      and to_char(t + redshift_emulator.amount(part, n), 'MMDD') = '0228'
    then t + redshift_emulator.amount(part, n) + interval '1 day'
    else t + redshift_emulator.amount(part, n) end $$;
create or replace function redshift_emulator.date_add(part text, n bigint, t date) returns timestamp language sql immutable as
$$ select redshift_emulator.date_add(part, n, t::timestamp) $$;
create or replace function redshift_emulator.date_add(part text, n bigint, t timestamptz) returns timestamptz language sql immutable as
$$ select t + redshift_emulator.amount(part, n) $$;
create or replace function redshift_emulator.date_add(part text, n bigint, t time) returns time language sql immutable as
$$ select t + redshift_emulator.amount(part, n) $$;

-- DATEDIFF counts the boundaries crossed, not whole units.
create or replace function redshift_emulator.date_diff(part text, a timestamp, b timestamp) returns bigint language sql immutable as $$
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
create or replace function redshift_emulator.date_diff(part text, a timestamptz, b timestamptz) returns bigint language sql immutable as
$$ select redshift_emulator.date_diff(part, a at time zone 'UTC', b at time zone 'UTC') $$;
create or replace function redshift_emulator.date_diff(part text, a date, b date) returns bigint language sql immutable as
$$ select redshift_emulator.date_diff(part, a::timestamp, b::timestamp) $$;
create or replace function redshift_emulator.date_diff(part text, a time, b time) returns bigint language sql immutable as
$$ select redshift_emulator.date_diff(part, date '2000-01-01' + a, date '2000-01-01' + b) $$;

create or replace function redshift_emulator.pgdate_part(part text, t timestamp) returns float8 language sql immutable as $$ select pg_catalog.date_part(part, t) + (part = 'decade')::int $$;
create or replace function redshift_emulator.pgdate_part(part text, t date) returns float8 language sql immutable as $$ select pg_catalog.date_part(part, t) + (part = 'decade')::int $$;
create or replace function redshift_emulator.pgdate_part(part text, t timestamptz) returns float8 language sql stable as $$ select pg_catalog.date_part(part, t) + (part = 'decade')::int $$;
create or replace function redshift_emulator.pgdate_part(part text, t time) returns float8 language sql immutable as $$ select pg_catalog.date_part(part, t) $$;
create or replace function redshift_emulator.pgdate_part(part text, t interval) returns float8 language sql immutable as $$ select pg_catalog.date_part(part, t) $$;
create or replace function redshift_emulator.date_trunc(part text, t timestamp) returns timestamp language sql immutable as $$ select pg_catalog.date_trunc(part, t) $$;
create or replace function redshift_emulator.date_trunc(part text, t date) returns timestamp language sql immutable as $$ select pg_catalog.date_trunc(part, t::timestamp) $$;
create or replace function redshift_emulator.date_trunc(part text, t timestamptz) returns timestamptz language sql stable as $$ select pg_catalog.date_trunc(part, t) $$;
create or replace function redshift_emulator.date_trunc(part text, t interval) returns interval language sql immutable as $$ select pg_catalog.date_trunc(part, t) $$;

create or replace function redshift_emulator.date_add(part text, n bigint, t timetz) returns timetz language sql immutable as
$$ select (t at time zone 'UTC') + redshift_emulator.amount(part, n) $$;
create or replace function redshift_emulator.date_diff(part text, a timetz, b timetz) returns bigint language sql immutable as
$$ select redshift_emulator.date_diff(part, (a at time zone 'UTC')::time, (b at time zone 'UTC')::time) $$;
-- ADD_MONTHS, other than DATEADD, leaves a month's end a month's end.
create or replace function pg_catalog.add_months(t timestamp, n int) returns timestamp language sql immutable as $$
  select case when t::date = (pg_catalog.date_trunc('month', t) + interval '1 month - 1 day')::date
    then (pg_catalog.date_trunc('month', t + make_interval(months => n)) + interval '1 month - 1 day')::date + t::time
    else t + make_interval(months => n) end $$;
-- One function of each: with one for DATE beside it, a literal would fit both.
drop function if exists pg_catalog.add_months(date, int), pg_catalog.last_day(date);
create or replace function pg_catalog.months_between(a timestamp, b timestamp) returns float8 language sql immutable as $$
  select (date_part('year', a) - date_part('year', b)) * 12 + date_part('month', a) - date_part('month', b)
    + case when date_part('day', a) = date_part('day', b) or (a::date = pg_catalog.last_day(a) and b::date = pg_catalog.last_day(b)) then 0
      else (date_part('day', a) - date_part('day', b) + (extract(epoch from a::time - b::time) / 86400)::float8) / 31 end $$;
create or replace function pg_catalog.next_day(t timestamp, day text) returns date language plpgsql immutable strict as $$
declare wanted int;
begin
  wanted := case when lower(day) in ('su', 'sun', 'sunday') then 0 when lower(day) in ('m', 'mo', 'mon', 'monday') then 1
    when lower(day) in ('tu', 'tue', 'tues', 'tuesday') then 2 when lower(day) in ('w', 'we', 'wed', 'wednesday') then 3
    when lower(day) in ('th', 'thu', 'thurs', 'thursday') then 4 when lower(day) in ('f', 'fr', 'fri', 'friday') then 5
    when lower(day) in ('sa', 'sat', 'saturday') then 6 end;
  if wanted is null then raise exception using errcode = '22023', message = format('"%s" is not a day of the week', day); end if;
  return t::date + (6 + wanted - date_part('dow', t)::int) % 7 + 1;
end $$;
create or replace function pg_catalog.date_part_year(t date) returns int language sql immutable as $$ select date_part('year', t)::int $$;
create or replace function pg_catalog.date_cmp(a date, b date) returns int language sql immutable as $$ select sign(a - b)::int $$;
create or replace function pg_catalog.timestamp_cmp(a timestamp, b timestamp) returns int language sql immutable as
$$ select case when a > b then 1 when a < b then -1 when a = b then 0 end $$;
-- EXTRACT gives whole numbers of the one part asked for, of a TIMESTAMPTZ a floating-point number.
create or replace function redshift_emulator.date_part(t timestamp, part text) returns int language sql immutable as $$
  select (case part when 'second' then floor(pg_catalog.date_part('second', t))
    when 'millisecond' then floor(pg_catalog.date_part('milliseconds', t))::int % 1000
    when 'microsecond' then round(pg_catalog.date_part('microseconds', t))::int % 1000
    when 'epoch' then floor(pg_catalog.date_part('epoch', t))
    else redshift_emulator.pgdate_part(part, t) end)::int $$;
create or replace function redshift_emulator.date_part(t date, part text) returns int language sql immutable as $$ select redshift_emulator.date_part(t::timestamp, part) $$;
create or replace function redshift_emulator.date_part(t time, part text) returns int language sql immutable as
$$ select redshift_emulator.date_part(date '2000-01-01' + t, part) $$;
create or replace function redshift_emulator.date_part(t timetz, part text) returns int language sql immutable as $$
  select case when part like 'timezone%' then pg_catalog.date_part(part, t)::int else redshift_emulator.date_part(t::time, part) end $$;
create or replace function redshift_emulator.date_part(t timestamptz, part text) returns float8 language sql stable as $$
  select case when part in ('epoch', 'timezone', 'timezone_hour', 'timezone_minute') then pg_catalog.date_part(part, t)
    else redshift_emulator.date_part(t::timestamp, part)::float8 end $$;
create or replace function redshift_emulator.date_part(t interval, part text) returns float8 language sql immutable as $$ select pg_catalog.date_part(part, t) $$;
create or replace function pg_catalog.last_day(t timestamp) returns date language sql immutable as $$ select (pg_catalog.date_trunc('month', t) + interval '1 month - 1 day')::date $$;
create or replace function pg_catalog.trunc(t timestamp) returns date language sql immutable as $$ select t::date $$;
create or replace function pg_catalog.convert_timezone(target text, t timestamp) returns timestamp language sql immutable as $$ select t at time zone 'UTC' at time zone target $$;
create or replace function pg_catalog.convert_timezone(source text, target text, t timestamp) returns timestamp language sql immutable as $$ select t at time zone source at time zone target $$;
create or replace function pg_catalog.charindex(part text, whole text) returns int language sql immutable as $$ select strpos(whole, part) $$;
create or replace function pg_catalog.strtol(digits text, base int) returns bigint language plpgsql immutable strict as $$
declare result bigint := 0; digit int; c text; body text := ltrim(digits, E' \t\n\r\f\v'); negative boolean := left(body, 1) = '-';
begin
  if left(body, 1) in ('-', '+') then body := substr(body, 2); end if;
  if base = 16 and lower(left(body, 2)) = '0x' then body := substr(body, 3); end if;
  foreach c in array string_to_array(lower(body), null) loop
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
    when 512 then sha512(convert_to(t, 'UTF8')) when 256 then sha256(convert_to(t, 'UTF8')) when 0 then sha256(convert_to(t, 'UTF8'))
    else '' end, 'hex') $$;
create or replace function pg_catalog.octet_length(t jsonb) returns int language sql immutable as $$ select octet_length(t::text) $$;
create or replace function redshift_emulator.varbyte(t text, form text) returns bytea language sql immutable as $$
  select case lower(form) when 'hex' then decode(t, 'hex') when 'base64' then decode(t, 'base64') else convert_to(t, 'UTF8') end $$;
create or replace function pg_catalog.to_varbyte(t text, form text) returns bytea language sql immutable as $$ select redshift_emulator.varbyte(t, form) $$;
create or replace function pg_catalog.from_varbyte(b bytea, form text) returns text language sql immutable as $$
  select case lower(form) when 'hex' then encode(b, 'hex') when 'base64' then encode(b, 'base64') else convert_from(b, 'UTF8') end $$;
create or replace function pg_catalog.from_hex(t text) returns bytea language sql immutable as $$ select decode(t, 'hex') $$;

create or replace function pg_catalog.json_parse(t text) returns jsonb language sql immutable strict as $$ select t::jsonb $$;
-- Not in pg_catalog: there JSON_SERIALIZE is PostgreSQL's own syntax.
create or replace function redshift_emulator.json_serialize(s jsonb) returns text language sql immutable strict as $$ select redshift_emulator.compact(s) $$;
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
create or replace function pg_catalog.json_extract_path_text(t text, variadic path text[]) returns text language sql immutable strict as $$
  select coalesce(t::jsonb #>> path, '') $$;
create or replace function pg_catalog.json_array_length(t text) returns int language sql immutable strict as $$ select jsonb_array_length(t::jsonb) $$;
create or replace function pg_catalog.json_extract_array_element_text(t text, n int) returns text language sql immutable strict as $$
  select case when n < 0 then '' else coalesce(t::jsonb ->> n, '') end $$;
-- With null_if_invalid, which the proxy takes off.
create or replace function redshift_emulator.json_extract_path_text(t text, variadic path text[]) returns text language sql immutable strict as $$
  select case when redshift_emulator.try_json(t) is not null then pg_catalog.json_extract_path_text(t, variadic path) end $$;
create or replace function redshift_emulator.json_array_length(t text) returns int language sql immutable strict as $$
  select case when redshift_emulator.try_json(t) is not null then pg_catalog.json_array_length(t) end $$;
create or replace function redshift_emulator.json_extract_array_element_text(t text, n int) returns text language sql immutable strict as $$
  select case when redshift_emulator.try_json(t) is not null then pg_catalog.json_extract_array_element_text(t, n) end $$;

-- Regular expressions: no match is an empty string, every match is replaced, 'p' (PCRE) asks for what PostgreSQL's have anyway.
create or replace function redshift_emulator.regexp_flags(flags text) returns text language sql immutable strict as $$ select translate(flags, 'pe', '') $$;
create or replace function redshift_emulator.regexp_substr(t text, pattern text, start int default 1, n int default 1, flags text default '') returns text language sql immutable strict as $$
  select case when n < 1 then null when start > char_length(t) then ''
    else coalesce(pg_catalog.regexp_substr(t, pattern, greatest(start, 1), n, redshift_emulator.regexp_flags(flags),
      (strpos(flags, 'e') > 0 and pattern ~ '\((?!\?)')::int), '') end $$;
create or replace function redshift_emulator.regexp_count(t text, pattern text, start int default 1, flags text default '') returns int language sql immutable strict as
$$ select pg_catalog.regexp_count(t, pattern, greatest(start, 1), redshift_emulator.regexp_flags(flags)) $$;
create or replace function redshift_emulator.regexp_instr(t text, pattern text, start int default 1, n int default 1, after int default 0, flags text default '') returns int language sql immutable strict as
$$ select pg_catalog.regexp_instr(t, pattern, greatest(start, 1), n, after, redshift_emulator.regexp_flags(flags),
     (strpos(flags, 'e') > 0 and pattern ~ '\((?!\?)')::int) $$;
create or replace function redshift_emulator.regexp_replace(t text, pattern text, replacement text default '', start int default 1, flags text default '') returns text language sql immutable strict as $$
  select case when start > char_length(t) then t
    else pg_catalog.regexp_replace(t, pattern, replacement, greatest(start, 1), 0, redshift_emulator.regexp_flags(flags)) end $$;

-- ROUND and TRUNC of other numbers than DECIMAL to a number of places.
create or replace function pg_catalog.round(n float8, places int) returns float8 language sql immutable strict as $$ select pg_catalog.round(n::numeric, places)::float8 $$;
create or replace function pg_catalog.trunc(n float8, places int) returns float8 language sql immutable strict as $$ select pg_catalog.trunc(n::numeric, places)::float8 $$;
create or replace function pg_catalog.round(n int, places int) returns numeric language sql immutable strict as $$ select pg_catalog.round(n::numeric, places) $$;
create or replace function pg_catalog.round(n bigint, places int) returns numeric language sql immutable strict as $$ select pg_catalog.round(n::numeric, places) $$;
create or replace function pg_catalog.trunc(n int, places int) returns numeric language sql immutable strict as $$ select pg_catalog.trunc(n::numeric, places) $$;
create or replace function pg_catalog.trunc(n bigint, places int) returns numeric language sql immutable strict as $$ select pg_catalog.trunc(n::numeric, places) $$;

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
