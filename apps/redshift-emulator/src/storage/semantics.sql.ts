/**
 * Where Redshift means something else by what PostgreSQL has too: comparison of text, explicit casts, aggregates. The
 * operators of text are pointed at those of bpchar, which leave trailing blanks out of account and have the same form
 * in memory, in indexes and hashes as well, so that DISTINCT, GROUP BY and joins agree with `=`. Needs
 * allow_system_table_mods; the database is the emulator's own.
 */
export const SEMANTICS_SQL = String.raw`
update pg_operator set oprcode = c.f::regproc from (values ('texteq', 'bpchareq'), ('textne', 'bpcharne'), ('text_lt', 'bpcharlt'),
    ('text_le', 'bpcharle'), ('text_gt', 'bpchargt'), ('text_ge', 'bpcharge')) c(t, f)
  where oprcode = ('pg_catalog.' || c.t)::regproc and oprleft = 'text'::regtype and oprright = 'text'::regtype;
update pg_amproc set amproc = c.f::regproc from (values ('bttextcmp', 'bpcharcmp'), ('bttextsortsupport', 'bpchar_sortsupport'),
    ('hashtext', 'hashbpchar'), ('hashtextextended', 'hashbpcharextended')) c(t, f)
  where amproc = ('pg_catalog.' || c.t)::regproc and amproclefttype = 'text'::regtype and amprocrighttype = 'text'::regtype
    and amprocfamily in (select oid from pg_opfamily where opfname = 'text_ops');
-- Equal values may differ in their blanks: no index may keep one in the place of the other.
delete from pg_amproc where amproc = 'pg_catalog.btvarstrequalimage'::regproc and amproclefttype = 'text'::regtype
  and amprocfamily in (select oid from pg_opfamily where opfname = 'text_ops');

do $$ begin
  if to_regcollation('redshift_emulator.case_insensitive') is null then
    create collation redshift_emulator.case_insensitive (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  end if;
end $$;

-- An explicit cast to VARCHAR(n) cuts at n bytes, between characters; an assignment takes what is too long only if blanks are.
-- Every value but COPY's reaches a column through its type's cast, so these are the limits of the columns, too.
create or replace function redshift_emulator.cut_bytes(v text, size int) returns text language plpgsql immutable strict as $$
declare part text := left(v, size);
begin
  while octet_length(part) > size loop
    part := left(part, least(char_length(part) - 1, greatest(char_length(part) - (octet_length(part) - size + 3) / 4, 0)));
  end loop;
  return part;
end $$;
create or replace function redshift_emulator.fit_varchar(v varchar, modifier int, explicit boolean) returns varchar language plpgsql immutable strict as $$
declare part text;
begin
  if modifier < 4 or octet_length(v) <= modifier - 4 then return v; end if;
  part := redshift_emulator.cut_bytes(v, modifier - 4);
  if explicit or rtrim(substr(v, char_length(part) + 1), ' ') = '' then return part; end if;
  raise exception using errcode = '22001', message = format('value too long for type character varying(%s)', modifier - 4);
end $$;
create or replace function redshift_emulator.varchar(v varchar, modifier int, explicit boolean) returns varchar language sql immutable strict as
$$ select case when octet_length(v) <= modifier - 4 then v else redshift_emulator.fit_varchar(v, modifier, explicit) end $$;
update pg_cast set castfunc = 'redshift_emulator.varchar(varchar, int, boolean)'::regprocedure
  where castsource = 'varchar'::regtype and casttarget = 'varchar'::regtype;
create or replace function redshift_emulator.fit_char(v bpchar, modifier int, explicit boolean) returns bpchar language plpgsql immutable strict as $$
declare bare text := rtrim(v::text, ' ');
begin
  if modifier < 4 or octet_length(bare) = char_length(bare) and (explicit or octet_length(bare) <= modifier - 4) then
    return pg_catalog.bpchar(v, modifier, explicit); end if;
  if explicit then return pg_catalog.bpchar(redshift_emulator.cut_bytes(bare, modifier - 4)::bpchar, modifier, true); end if;
  raise exception using errcode = '22001', message = format('value too long for type character(%s)', modifier - 4);
end $$;
create or replace function redshift_emulator.bpchar(v bpchar, modifier int, explicit boolean) returns bpchar language sql immutable strict as $$
  select case when octet_length(v) <= modifier - 4 then pg_catalog.bpchar(v, modifier, explicit) else redshift_emulator.fit_char(v, modifier, explicit) end $$;
update pg_cast set castfunc = 'redshift_emulator.bpchar(bpchar, int, boolean)'::regprocedure
  where castsource = 'bpchar'::regtype and casttarget = 'bpchar'::regtype;

-- AVG of integers is an integer, of DECIMAL a DECIMAL of the same scale; SUM of BIGINT is a BIGINT. The proxy writes AVG(e) as
-- the quotient of SUM(e) and COUNT(e).
create or replace function redshift_emulator.add_real(state float8, v real) returns float8 language sql immutable as
$$ select coalesce(state + v, v, state) $$;
create or replace aggregate redshift_emulator.sum(smallint) (sfunc = int2_sum, stype = bigint, combinefunc = int8pl, parallel = safe);
create or replace aggregate redshift_emulator.sum(int) (sfunc = int4_sum, stype = bigint, combinefunc = int8pl, parallel = safe);
create or replace aggregate redshift_emulator.sum(bigint) (sfunc = int8pl, stype = bigint, combinefunc = int8pl, parallel = safe);
create or replace aggregate redshift_emulator.sum(numeric) (sfunc = numeric_avg_accum, stype = internal, sspace = 128, finalfunc = numeric_sum,
  combinefunc = numeric_avg_combine, serialfunc = numeric_avg_serialize, deserialfunc = numeric_avg_deserialize, parallel = safe);
create or replace aggregate redshift_emulator.sum(float8) (sfunc = float8pl, stype = float8, combinefunc = float8pl, parallel = safe);
create or replace aggregate redshift_emulator.sum(real) (sfunc = redshift_emulator.add_real, stype = float8);
create or replace function redshift_emulator.avg(sum bigint, count bigint) returns bigint language sql immutable strict as $$ select sum / nullif(count, 0) $$;
create or replace function redshift_emulator.avg(sum numeric, count bigint) returns numeric language sql immutable strict as
$$ select pg_catalog.div(sum * ('1e' || scale(sum))::numeric, nullif(count, 0)) * ('1e-' || scale(sum))::numeric $$;
create or replace function redshift_emulator.avg(sum float8, count bigint) returns float8 language sql immutable strict as $$ select sum / nullif(count, 0) $$;

create or replace function redshift_emulator.concat(t text) returns varchar language sql immutable as $$ select t::varchar $$;
create or replace function redshift_emulator.concat(b bytea) returns bytea language sql immutable as $$ select b $$;
create or replace function redshift_emulator.len(t text) returns int language sql immutable as $$ select pg_catalog.length(t) $$;
create or replace function redshift_emulator.len(t bpchar) returns int language sql immutable as $$ select pg_catalog.length(t) $$;
create or replace function redshift_emulator.len(b bytea) returns int language sql immutable as $$ select pg_catalog.length(b) $$;
create or replace function redshift_emulator.textlen(t text) returns int language sql immutable as $$ select pg_catalog.length(t) $$;
create or replace function redshift_emulator.textlen(t bpchar) returns int language sql immutable as $$ select pg_catalog.length(t) $$;

-- MEDIAN of exact numbers is exact, and never an interpolation in floating point.
create or replace function redshift_emulator.median_of(v numeric[]) returns numeric language sql immutable as $$
  select case when count(*) % 2 = 1 then max(e) filter (where n = (count + 1) / 2)
    else sum(e) filter (where n in (count / 2, count / 2 + 1)) / 2 end
  from (select e, row_number() over (order by e) as n, count(*) over () as count from unnest(v) e where e is not null) s group by count $$;
create or replace function redshift_emulator.trimmed_median(v numeric[]) returns numeric language sql immutable as $$
  select case when scale(trim_scale(m)) > most then round(m, most + 1) else round(m, most) end
  from (select redshift_emulator.median_of(v) as m, coalesce((select max(scale(e)) from unnest(v) e), 0) as most) s $$;
create or replace function redshift_emulator.integer_median(v numeric[]) returns numeric language sql immutable as
$$ select round(redshift_emulator.median_of(v), 1) $$;
create or replace function redshift_emulator.median_step(state numeric[], v bigint) returns numeric[] language sql immutable as
$$ select array_append(state, v::numeric) $$;
create or replace aggregate redshift_emulator.median(numeric) (sfunc = array_append, stype = numeric[], finalfunc = redshift_emulator.trimmed_median, initcond = '{}');
create or replace aggregate redshift_emulator.median(bigint) (sfunc = redshift_emulator.median_step, stype = numeric[], finalfunc = redshift_emulator.integer_median, initcond = '{}');
create or replace function redshift_emulator.median_step(state numeric[], v int) returns numeric[] language sql immutable as
$$ select array_append(state, v::numeric) $$;
create or replace aggregate redshift_emulator.median(int) (sfunc = redshift_emulator.median_step, stype = numeric[], finalfunc = redshift_emulator.integer_median, initcond = '{}');
create or replace function redshift_emulator.median_step(state numeric[], v smallint) returns numeric[] language sql immutable as
$$ select array_append(state, v::numeric) $$;
create or replace aggregate redshift_emulator.median(smallint) (sfunc = redshift_emulator.median_step, stype = numeric[], finalfunc = redshift_emulator.integer_median, initcond = '{}');
create or replace function redshift_emulator.float_median(v float8[]) returns float8 language sql immutable as
$$ select percentile_cont(0.5) within group (order by e) from unnest(v) e $$;
create or replace aggregate redshift_emulator.median(float8) (sfunc = array_append, stype = float8[], finalfunc = redshift_emulator.float_median, initcond = '{}');
create or replace function redshift_emulator.time_median(v timestamp[]) returns timestamp language sql immutable as
$$ select timestamp 'epoch' + percentile_cont(0.5) within group (order by e - timestamp 'epoch') from unnest(v) e $$;
create or replace aggregate redshift_emulator.median(timestamp) (sfunc = array_append, stype = timestamp[], finalfunc = redshift_emulator.time_median, initcond = '{}');

-- Only names the column.
create or replace function redshift_emulator.percentile_cont(median numeric) returns numeric language sql immutable as $$ select median $$;
create or replace function redshift_emulator.percentile_cont(median float8) returns float8 language sql immutable as $$ select median $$;
create or replace function redshift_emulator.percentile_cont(median timestamp) returns timestamp language sql immutable as $$ select median $$;

-- LISTAGG leaves empty strings out and ends at 65,535 bytes.
create or replace function redshift_emulator.listagg(t text) returns varchar language plpgsql immutable strict as $$
begin
  if octet_length(t) > 65535 then raise exception using errcode = '22001', message = 'Result size exceeds LISTAGG limit'; end if;
  return t;
end $$;
`;
