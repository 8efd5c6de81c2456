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

-- Text of a date and time by CONVERT's style; what: d (date only), t (time only), b (both). s: fraction digits; datetimes show 3.
create or replace function emu.styled(t int8, s int, style int, what text) returns text language plpgsql immutable strict parallel safe as $$
declare d date := date '0001-01-01' + (t / 864000000000)::int; tod int8 := t % 864000000000;
  dp text; tp text; h int := (t % 864000000000 / 36000000000); frac text;
  ampm text; h12 int;
begin
  ampm := case when h < 12 then 'AM' else 'PM' end;
  h12 := case when h % 12 = 0 then 12 else h % 12 end;
  frac := case when s = 0 then '' else left(lpad((tod % 10000000)::text, 7, '0'), s) end;
  dp := case style
    when 0 then to_char(d, 'Mon ') || lpad(extract(day from d)::text, 2) || to_char(d, ' YYYY')
    when 100 then to_char(d, 'Mon ') || lpad(extract(day from d)::text, 2) || to_char(d, ' YYYY')
    when 1 then to_char(d, 'MM/DD/YY') when 101 then to_char(d, 'MM/DD/YYYY')
    when 2 then to_char(d, 'YY.MM.DD') when 102 then to_char(d, 'YYYY.MM.DD')
    when 3 then to_char(d, 'DD/MM/YY') when 103 then to_char(d, 'DD/MM/YYYY')
    when 4 then to_char(d, 'DD.MM.YY') when 104 then to_char(d, 'DD.MM.YYYY')
    when 5 then to_char(d, 'DD-MM-YY') when 105 then to_char(d, 'DD-MM-YYYY')
    when 6 then to_char(d, 'DD Mon YY') when 106 then to_char(d, 'DD Mon YYYY')
    when 7 then to_char(d, 'Mon DD, YY') when 107 then to_char(d, 'Mon DD, YYYY')
    when 9 then to_char(d, 'Mon ') || lpad(extract(day from d)::text, 2) || to_char(d, ' YYYY')
    when 109 then to_char(d, 'Mon ') || lpad(extract(day from d)::text, 2) || to_char(d, ' YYYY')
    when 10 then to_char(d, 'MM-DD-YY') when 110 then to_char(d, 'MM-DD-YYYY')
    when 11 then to_char(d, 'YY/MM/DD') when 111 then to_char(d, 'YYYY/MM/DD')
    when 12 then to_char(d, 'YYMMDD') when 112 then to_char(d, 'YYYYMMDD')
    when 13 then to_char(d, 'DD Mon YYYY') when 113 then to_char(d, 'DD Mon YYYY')
    when 20 then to_char(d, 'YYYY-MM-DD') when 120 then to_char(d, 'YYYY-MM-DD')
    when 21 then to_char(d, 'YYYY-MM-DD') when 25 then to_char(d, 'YYYY-MM-DD') when 121 then to_char(d, 'YYYY-MM-DD')
    when 22 then to_char(d, 'MM/DD/YY') when 23 then to_char(d, 'YYYY-MM-DD')
    when 126 then to_char(d, 'YYYY-MM-DD') when 127 then to_char(d, 'YYYY-MM-DD')
    else '' end;
  tp := case
    when style in (0, 100) then lpad(h12::text, 2) || ':' || lpad((tod / 600000000 % 60)::text, 2, '0') || ampm
    when style in (8, 108, 24, 20, 120) then emu.time_text(tod, 0)
    when style in (21, 25, 121) then emu.time_text(tod, s)
    when style in (9, 109) then lpad(h12::text, 2) || substr(emu.time_text(tod, 0), 3) || case when s > 0 then ':' || frac else '' end || ampm
    when style = 22 then lpad(h12::text, 2) || substr(emu.time_text(tod, 0), 3) || ' ' || ampm
    when style in (13, 113, 14, 114) then emu.time_text(tod, 0) || case when s > 0 then ':' || frac else '' end
    when style in (126, 127) then emu.time_text(tod, 0) || case when s = 0 or tod % 10000000 = 0 then '' else '.' || frac end
    else '' end;
  if what = 'd' then
    if dp = '' then perform emu.raise(281, 16, 1, style || ' is not a valid style number when converting from date to a character string.'); end if;
    return dp;
  elsif what = 't' then
    if tp = '' then perform emu.raise(281, 16, 1, style || ' is not a valid style number when converting from time to a character string.'); end if;
    return ltrim(tp);
  end if;
  if style in (130, 131) then perform emu.raise(40515, 16, 1, 'not supported by the emulator: CONVERT style ' || style || ' (the Hijri calendar)'); end if;
  if dp = '' and tp = '' then perform emu.raise(281, 16, 1, style || ' is not a valid style number when converting from datetime to a character string.'); end if;
  if dp = '' or style in (8, 108, 14, 114, 24) then return tp; end if;
  if tp = '' or style = 23 then return dp; end if;
  return dp || case when style in (126, 127) then 'T' else ' ' end || tp;
end $$;

-- Text to ticks and offset. Its variables are in "C": a column's case-insensitive collation would reach them, and no regular
-- expression takes such a one. Understands ISO 8601, the ODBC form, yyyymmdd, mm/dd/yyyy (or by style dd/mm/yyyy), and month names; a time alone.
drop function if exists emu.parse_time(text, int);
create or replace function emu.read_time(x text, style int, out ticks int8, out off int, out ok bool, out shaped bool) language plpgsql immutable parallel safe as $$
declare y text collate "C" := btrim(x, E' \t\n\r'); m text[] collate "C"; dt text collate "C" := ''; tm text collate "C" := ''; yy int; mm int; dd int; h int := 0; mi int := 0; se int := 0; fr int8 := 0; base date;
begin
  ok := false; shaped := false; ticks := 0; off := null;
  if y = '' then ticks := 599266080000000000; ok := true; return; end if;
  m := regexp_match(y, '^(.*?)\s*(Z|[+-]\d{2}:\d{2})$', 'i');
  if m is not null and m[1] ~ ':' then
    y := m[1];
    if upper(m[2]) = 'Z' then off := 0;
    else
      off := (case when left(m[2], 1) = '-' then -1 else 1 end) * (substr(m[2], 2, 2)::int * 60 + substr(m[2], 5, 2)::int);
      if abs(off) > 840 or substr(m[2], 5, 2)::int > 59 then shaped := true; return; end if;
    end if;
  end if;
  m := regexp_match(y, '^(.*?)(?:^|[T\s])\s*(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:[.:](\d{1,9}))?)?)?\s*(AM|PM)?$', 'i');
  if m is not null and (m[3] is not null or m[6] is not null) then
    dt := btrim(m[1]); h := m[2]::int; mi := coalesce(m[3]::int, 0); se := coalesce(m[4]::int, 0);
    if m[5] is not null then fr := round(rpad(m[5], 9, '0')::numeric / 100); end if;
    if m[6] is not null then
      if h > 12 then shaped := true; return; end if;
      h := h % 12 + case when upper(m[6]) = 'PM' then 12 else 0 end;
    end if;
    if h > 23 or mi > 59 or se > 59 then shaped := true; return; end if;
  else dt := y;
  end if;
  if dt = '' then base := date '1900-01-01';
  else
    m := regexp_match(dt, '^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$');
    if m is not null then yy := m[1]::int; mm := m[2]::int; dd := m[3]::int;
    else
      m := regexp_match(dt, '^(\d{4})(\d{2})(\d{2})$');
      if m is not null then yy := m[1]::int; mm := m[2]::int; dd := m[3]::int;
      else
        m := regexp_match(dt, '^(\d{2})(\d{2})(\d{2})$');
        if m is not null then yy := m[1]::int; mm := m[2]::int; dd := m[3]::int; yy := yy + case when yy < 50 then 2000 else 1900 end;
        else
          m := regexp_match(dt, '^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})$');
          if m is not null then
            yy := m[3]::int;
            if length(m[3]) = 2 then yy := yy + case when yy < 50 then 2000 else 1900 end; end if;
            if style in (2, 102, 11, 111) and length(m[3]) = 2 then yy := m[1]::int + case when m[1]::int < 50 then 2000 else 1900 end; mm := m[2]::int; dd := m[3]::int;
            elsif style in (3, 103, 4, 104, 5, 105) then dd := m[1]::int; mm := m[2]::int; else mm := m[1]::int; dd := m[2]::int; end if;
          else
            m := regexp_match(dt, '^([A-Za-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4})$');
            if m is not null then dd := m[2]::int; yy := m[3]::int; dt := m[1];
            else
              m := regexp_match(dt, '^(\d{1,2})[\s-]+([A-Za-z]{3,9})\.?,?[\s-]+(\d{4})$');
              if m is not null then dd := m[1]::int; yy := m[3]::int; dt := m[2];
              else
                m := regexp_match(dt, '^(\d{4})$');
                if m is null then return; end if;
                yy := m[1]::int; mm := 1; dd := 1; dt := '';
              end if;
            end if;
            if dt <> '' then
              mm := array_position(array['jan','feb','mar','apr','may','jun','jul','aug','sep','oct','nov','dec'], lower(left(dt, 3)));
              if mm is null or position(lower(dt) in (array['january','february','march','april','may','june','july','august','september','october','november','december'])[mm]) <> 1 then return; end if;
            end if;
          end if;
        end if;
      end if;
    end if;
    if yy < 1 or mm < 1 or mm > 12 or dd < 1 or dd > 31 then shaped := true; return; end if;
    if dd > extract(day from (make_date(yy, mm, 1) + interval '1 month' - interval '1 day')) then shaped := true; return; end if;
    base := make_date(yy, mm, dd);
  end if;
  ticks := (base - date '0001-01-01')::int8 * 864000000000 + (h * 3600 + mi * 60 + se)::int8 * 10000000 + fr;
  ok := true;
end $$;
create or replace function emu.text_ticks(x text, style int, attempt bool, target text, source text) returns int8 language plpgsql immutable parallel safe as $$
declare p record; classic bool := target in ('datetime', 'smalldatetime');
begin
  if x is null then return null; end if;
  p := emu.read_time(x, style);
  if p.ok and not (target = 'datetime' and (p.ticks < 552877920000000000 or p.ticks >= 3155378975999985000))
    and not (target = 'smalldatetime' and (p.ticks < 599266080000000000 or p.ticks >= 655889183699990000)) then return p.ticks; end if;
  if attempt then return null; end if;
  if classic and (p.ok or p.shaped) then
    perform emu.raise(242, 16, 3, 'The conversion of a ' || source || ' data type to a ' || target || ' data type resulted in an out-of-range value.');
  elsif target = 'smalldatetime' then
    perform emu.raise(295, 16, 3, 'Conversion failed when converting character string to smalldatetime data type.');
  end if;
  perform emu.raise(241, 16, 1, 'Conversion failed when converting date and/or time from character string.');
end $$;
create or replace function emu.text_dto(x text, style int, attempt bool) returns emu.dto language plpgsql immutable parallel safe as $$
declare p record;
begin
  if x is null then return null; end if;
  p := emu.read_time(x, style);
  if not p.ok then
    if attempt then return null; end if;
    perform emu.raise(241, 16, 1, 'Conversion failed when converting date and/or time from character string.');
  end if;
  return row(p.ticks - coalesce(p.off, 0)::int8 * 600000000, coalesce(p.off, 0)::int2)::emu.dto;
end $$;

create or replace function emu.dateadd(part text, n int8, t int8, target text) returns int8 language plpgsql immutable strict parallel safe as $$
declare r int8; months int8;
begin
  months := case part when 'year' then n * 12 when 'quarter' then n * 3 when 'month' then n end;
  if months is not null then
    begin
      r := emu.date_ticks((emu.ticks_date(t) + make_interval(months => months::int))::date) + t % 864000000000;
    exception when datetime_field_overflow or numeric_value_out_of_range then r := -1; end;
  else
    r := case part
      when 'day' then t + n * 864000000000 when 'week' then t + n * 6048000000000 when 'hour' then t + n * 36000000000
      when 'minute' then t + n * 600000000 when 'second' then t + n * 10000000 when 'millisecond' then t + n * 10000
      when 'microsecond' then t + n * 10 when 'nanosecond' then t + round(n / 100.0)::int8 end;
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
