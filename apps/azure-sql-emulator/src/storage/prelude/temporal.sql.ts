/**
 * Dates and times. `ticks` are 100 ns since 0001-01-01T00:00, `units` 1/300 s since 1900-01-01 (datetime), `minutes` since
 * 1900-01-01 (smalldatetime). Everything goes through ticks.
 */
export const temporalSql = String.raw`
create or replace function emu.date_ticks(d date) returns int8 language sql immutable strict parallel safe as $$ select (d - date '0001-01-01')::int8 * 864000000000 $$;
create or replace function emu.ticks_date(t int8) returns date language sql immutable strict parallel safe as $$ select date '0001-01-01' + (t / 864000000000)::int $$;
create or replace function emu.datetime_ticks(u int8) returns int8 language sql immutable strict parallel safe as $$
  select 599266080000000000 + (u / 25920000 - case when u % 25920000 < 0 then 1 else 0 end) * 864000000000
    + (((u % 25920000 + 25920000) % 25920000) * 200000 + 3) / 6 $$;
create or replace function emu.out_of_range(t int8, source text, target text) returns int8 language plpgsql immutable as $$
begin
  perform emu.raise(242, 16, 3, 'The conversion of a ' || source || ' data type to a ' || target || ' data type resulted in an out-of-range value.');
end $$;
create or replace function emu.ticks_datetime(t int8) returns int8 language sql immutable strict parallel safe as $$
  select case when t < 552877920000000000 or t >= 3155378975999985000 then emu.out_of_range(t, 'datetime2', 'datetime')
    else (t / 864000000000 - 693595) * 25920000 + ((t % 864000000000) * 3 + 50000) / 100000 end $$;
create or replace function emu.ticks_minutes(t int8) returns int4 language sql immutable strict parallel safe as $$
  select (case when t < 599266080000000000 or t >= 655889183699990000 then emu.out_of_range(t, 'datetime2', 'smalldatetime')
    else (t + 300010000) / 600000000 - 998776800 end)::int4 $$;
-- datetime from a number of days, and the result of adding two: 1753 to 9999.
create or replace function emu.days_units(x numeric) returns int8 language plpgsql immutable strict parallel safe as $$
begin
  if round(x * 25920000) not between -1391644800000 and 76683386879999 then
    perform emu.raise(8115, 16, 2, 'Arithmetic overflow error converting expression to data type datetime.');
  end if;
  return round(x * 25920000);
end $$;
create or replace function emu.sum_units(x int8) returns int8 language plpgsql immutable strict parallel safe as $$
begin
  if x not between -1391644800000 and 76683386879999 then
    perform emu.raise(517, 16, 1, 'Adding a value to a ''datetime'' column caused an overflow.');
  end if;
  return x;
end $$;
create or replace function emu.datefirst() returns int language sql stable parallel safe as $$
  select coalesce(nullif(current_setting('emu.datefirst', true), ''), '7')::int $$;
create or replace function emu.minutes_ticks(m int4) returns int8 language sql immutable strict parallel safe as $$ select (m::int8 + 998776800) * 600000000 $$;
create or replace function emu.round_ticks(t int8, s int) returns int8 language sql immutable strict parallel safe as $$
  select case when s >= 7 then t else least(3155378975999999999 / (10 ^ (7 - s))::int8 * (10 ^ (7 - s))::int8, (t + 5 * (10 ^ (6 - s))::int8) / (10 ^ (7 - s))::int8 * (10 ^ (7 - s))::int8) end $$;
create or replace function emu.round_time(t int8, s int) returns int8 language sql immutable strict parallel safe as $$
  select case when s >= 7 then t else ((t + 5 * (10 ^ (6 - s))::int8) / (10 ^ (7 - s))::int8 * (10 ^ (7 - s))::int8) % 864000000000 end $$;
create or replace function emu.dto(t int8, o int) returns emu.dto language sql immutable strict parallel safe as $$ select row(t, o::int2)::emu.dto $$;
create or replace function emu.dto_local(d emu.dto) returns int8 language sql immutable strict parallel safe as $$ select (d).t + (d).o::int8 * 600000000 $$;
create or replace function emu.round_dto(d emu.dto, s int) returns emu.dto language sql immutable strict parallel safe as $$ select row(emu.round_ticks((d).t, s), (d).o)::emu.dto $$;
create or replace function emu.now_ticks() returns int8 language sql stable parallel safe as $$
  select 621355968000000000 + (extract(epoch from statement_timestamp()) * 10000000)::int8 $$;

create or replace function emu.time_text(t int8, s int) returns text language sql immutable strict parallel safe as $$
  select lpad((t / 36000000000)::text, 2, '0') || ':' || lpad((t / 600000000 % 60)::text, 2, '0') || ':' || lpad((t / 10000000 % 60)::text, 2, '0')
    || case when s = 0 then '' else '.' || left(lpad((t % 10000000)::text, 7, '0'), s) end $$;
create or replace function emu.date_text(d date) returns text language sql immutable strict parallel safe as $$ select to_char(d, 'YYYY-MM-DD') $$;
create or replace function emu.ticks_text(t int8, s int) returns text language sql immutable strict parallel safe as $$
  select to_char(date '0001-01-01' + (t / 864000000000)::int, 'YYYY-MM-DD ') || emu.time_text(t % 864000000000, s) $$;
create or replace function emu.offset_text(o int) returns text language sql immutable strict parallel safe as $$
  select case when o < 0 then '-' else '+' end || lpad((abs(o) / 60)::text, 2, '0') || ':' || lpad((abs(o) % 60)::text, 2, '0') $$;

create or replace function emu.dateadd(part text, n int8, t int8, target text) returns int8 language plpgsql immutable strict parallel safe as $$
declare r int8; months int8;
begin
  months := case part when 'year' then n * 12 when 'quarter' then n * 3 when 'month' then n end;
  if months is not null then
    begin
      r := emu.date_ticks((emu.ticks_date(t) + make_interval(months => months::int))::date) + t % 864000000000;
    exception when datetime_field_overflow or numeric_value_out_of_range then r := -1; end;
  else
    begin
    r := case part
      when 'day' then t + n * 864000000000 when 'week' then t + n * 6048000000000 when 'hour' then t + n * 36000000000
      when 'minute' then t + n * 600000000 when 'second' then t + n * 10000000 when 'millisecond' then t + n * 10000
      when 'microsecond' then t + n * 10 when 'nanosecond' then t + round(n / 100.0)::int8 end;
    exception when numeric_value_out_of_range then r := -1; end;
  end if;
  if r > (case when target = 'smalldatetime' then 655889183699989999 else 3155378975999999999 end)
    or r < (case target when 'datetime' then 552877920000000000 when 'smalldatetime' then 599266080000000000 else 0 end) then
    perform emu.raise(517, 16, 1, 'Adding a value to a ''' || target || ''' column caused an overflow.');
  end if;
  return r;
end $$;
create or replace function emu.datediff(part text, a int8, b int8) returns int8 language sql immutable strict parallel safe as $$
  select case part
    when 'year' then (extract(year from emu.ticks_date(b)) - extract(year from emu.ticks_date(a)))::int8
    when 'quarter' then ((extract(year from emu.ticks_date(b)) - extract(year from emu.ticks_date(a))) * 4 + extract(quarter from emu.ticks_date(b)) - extract(quarter from emu.ticks_date(a)))::int8
    when 'month' then ((extract(year from emu.ticks_date(b)) - extract(year from emu.ticks_date(a))) * 12 + extract(month from emu.ticks_date(b)) - extract(month from emu.ticks_date(a)))::int8
    when 'day' then b / 864000000000 - a / 864000000000
    when 'week' then (b / 864000000000 + 1) / 7 - (a / 864000000000 + 1) / 7
    when 'hour' then b / 36000000000 - a / 36000000000
    when 'minute' then b / 600000000 - a / 600000000
    when 'second' then b / 10000000 - a / 10000000
    when 'millisecond' then b / 10000 - a / 10000
    when 'microsecond' then b / 10 - a / 10
    when 'nanosecond' then (b - a) * 100 end $$;
create or replace function emu.datediff_int(x int8) returns int4 language plpgsql immutable strict parallel safe as $$
begin
  if x not between -2147483648 and 2147483647 then
    perform emu.raise(535, 16, 0, 'The datediff function resulted in an overflow. The number of dateparts separating two date/time instances is too large. Try to use datediff with a less precise datepart.');
  end if;
  return x;
end $$;
create or replace function emu.week_part(part text, t int8, f int) returns int4 language sql immutable strict parallel safe as $$
  select case part
    when 'weekday' then ((t / 864000000000 + 8 - f) % 7 + 1)::int
    else (extract(doy from emu.ticks_date(t))::int - 1 + (extract(isodow from date_trunc('year', emu.ticks_date(t)::timestamp))::int - f + 7) % 7) / 7 + 1 end $$;
create or replace function emu.date_bucket(part text, n int8, t int8, o int8) returns int8 language plpgsql immutable strict parallel safe as $$
declare unit int8; m int8; r int8;
begin
  if n <= 0 then perform emu.raise(9834, 16, 1, 'Invalid bucket width value passed to date_bucket function. Only positive values are allowed.'); end if;
  unit := case part when 'week' then 6048000000000 when 'day' then 864000000000 when 'hour' then 36000000000 when 'minute' then 600000000
    when 'second' then 10000000 when 'millisecond' then 10000 end;
  if unit is not null then
    unit := unit * n;
    return o + (t - o) / unit * unit - case when (t - o) % unit < 0 then unit else 0 end;
  end if;
  m := case part when 'year' then 12 when 'quarter' then 3 else 1 end * n;
  r := emu.datediff('month', o, t) / m * m;
  while emu.dateadd('month', r, o, 'datetime2') > t loop r := r - m; end loop;
  return emu.dateadd('month', r, o, 'datetime2');
end $$;
create or replace function emu.datepart(part text, t int8) returns int4 language sql immutable strict parallel safe as $$
  select case part
    when 'year' then extract(year from emu.ticks_date(t))::int
    when 'quarter' then extract(quarter from emu.ticks_date(t))::int
    when 'month' then extract(month from emu.ticks_date(t))::int
    when 'dayofyear' then extract(doy from emu.ticks_date(t))::int
    when 'day' then extract(day from emu.ticks_date(t))::int
    when 'week' then (extract(doy from emu.ticks_date(t))::int - 1 + extract(dow from date_trunc('year', emu.ticks_date(t)::timestamp))::int) / 7 + 1
    when 'iso_week' then extract(week from emu.ticks_date(t))::int
    when 'weekday' then ((t / 864000000000 + 1) % 7 + 1)::int
    when 'hour' then (t % 864000000000 / 36000000000)::int
    when 'minute' then (t / 600000000 % 60)::int
    when 'second' then (t / 10000000 % 60)::int
    when 'millisecond' then (t % 10000000 / 10000)::int
    when 'microsecond' then (t % 10000000 / 10)::int
    when 'nanosecond' then (t % 10000000 * 100)::int end $$;
create or replace function emu.datetrunc(part text, t int8) returns int8 language sql stable strict parallel safe as $$
  select case part
    when 'year' then emu.date_ticks(date_trunc('year', emu.ticks_date(t)::timestamp)::date)
    when 'quarter' then emu.date_ticks(date_trunc('quarter', emu.ticks_date(t)::timestamp)::date)
    when 'month' then emu.date_ticks(date_trunc('month', emu.ticks_date(t)::timestamp)::date)
    when 'iso_week' then emu.date_ticks(date_trunc('week', emu.ticks_date(t)::timestamp)::date)
    when 'week' then t - t % 864000000000 - ((t / 864000000000 + 8 - emu.datefirst()) % 7) * 864000000000
    when 'day' then t - t % 864000000000 when 'dayofyear' then t - t % 864000000000
    when 'hour' then t - t % 36000000000 when 'minute' then t - t % 600000000 when 'second' then t - t % 10000000
    when 'millisecond' then t - t % 10000 when 'microsecond' then t - t % 10 end $$;
create or replace function emu.eomonth(d date, n int) returns date language sql immutable strict parallel safe as $$
  select (date_trunc('month', d::timestamp) + make_interval(months => n + 1) - interval '1 day')::date $$;
create or replace function emu.make_ticks(y int, mo int, d int, h int, mi int, s int, fr int8, target text) returns int8 language plpgsql immutable strict parallel safe as $$
begin
  if h > 23 or mi > 59 or s > 59 or least(h, mi, s) < 0 then raise datetime_field_overflow; end if;
  return emu.date_ticks(make_date(y, mo, d)) + (h * 3600 + mi * 60 + s)::int8 * 10000000 + fr;
exception when datetime_field_overflow then
  perform emu.raise(289, 16, 3, 'Cannot construct data type ' || target || ', some of the arguments have values which are not valid.');
end $$;
`;
