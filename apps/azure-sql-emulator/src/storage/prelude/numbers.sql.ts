/** Numbers: read from text, written as text, and held to the ranges of their types. */
export const numberSql = String.raw`
create or replace function emu.text_int(x text, lo int8, hi int8, target text, source text, attempt bool) returns int8
language plpgsql immutable parallel safe as $$
declare n numeric; y text collate "C" := btrim(x, E' \t\n\r');
begin
  if x is null then return null; end if;
  if y = '' then return 0; end if;
  if y !~ '^[+-]?\s*\d+$' then
    if attempt then return null; end if;
    if target = 'bigint' then perform emu.raise(8114, 16, 5, 'Error converting data type ' || source || ' to bigint.'); end if;
    perform emu.raise(245, 16, 1, 'Conversion failed when converting the ' || source || ' value ''' || x || ''' to data type ' || target || '.');
  end if;
  n := regexp_replace(y, '\s', '', 'g')::numeric;
  if n < lo or n > hi then
    if attempt then return null; end if;
    if target = 'bigint' then perform emu.raise(8115, 16, 2, 'Arithmetic overflow error converting expression to data type bigint.'); end if;
    perform emu.raise(case target when 'int' then 248 else 244 end, 16, 1, 'The conversion of the ' || source || ' value ''' || x
      || ''' overflowed an ' || case target when 'smallint' then 'INT2' when 'tinyint' then 'INT1' else 'int' end || ' column.'
      || case when target = 'int' then '' else ' Use a larger integer column.' end);
  end if;
  return n;
end $$;
create or replace function emu.text_bit(x text, source text, attempt bool) returns bool language plpgsql immutable parallel safe as $$
declare y text collate "C" := lower(btrim(x));
begin
  if x is null then return null; end if;
  if y = 'true' then return true; elsif y in ('false', '') then return false; end if;
  if y ~ '^[+-]?\d+$' then return y::numeric <> 0; end if;
  if attempt then return null; end if;
  perform emu.raise(245, 16, 1, 'Conversion failed when converting the ' || source || ' value ''' || x || ''' to data type bit.');
end $$;
create or replace function emu.text_numeric(x text, source text, attempt bool) returns numeric language plpgsql immutable parallel safe as $$
declare y text collate "C" := btrim(x, E' \t\n\r');
begin
  if x is null then return null; end if;
  if y !~ '^[+-]?\s*(\d+\.?\d*|\.\d+)$' then
    if attempt then return null; end if;
    perform emu.raise(8114, 16, 5, 'Error converting data type ' || source || ' to numeric.');
  end if;
  return regexp_replace(y, '\s', '', 'g')::numeric;
end $$;
create or replace function emu.text_money(x text, source text, attempt bool) returns numeric language plpgsql immutable parallel safe as $$
declare y text collate "C" := translate(btrim(x, E' \t\n\r'), ',$£¤¥€', '');
begin
  if x is null then return null; end if;
  if y = '' then return 0; end if;
  if y !~ '^[+-]?\s*(\d+\.?\d*|\.\d+)$' then
    if attempt then return null; end if;
    perform emu.raise(235, 16, 0, 'Cannot convert a char value to money. The char value has incorrect syntax.');
  end if;
  return regexp_replace(y, '\s', '', 'g')::numeric;
end $$;
create or replace function emu.text_float(x text, source text, attempt bool) returns float8 language plpgsql immutable parallel safe as $$
declare y text collate "C" := btrim(x, E' \t\n\r');
begin
  if x is null then return null; end if;
  if y = '' then return 0; end if;
  if y !~ '^[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d*)?$' then
    if attempt then return null; end if;
    perform emu.raise(8114, 16, 5, 'Error converting data type ' || source || ' to float.');
  end if;
  return regexp_replace(regexp_replace(y, '[dD]', 'e'), '[eE][+-]?$', '')::float8;
exception when numeric_value_out_of_range then
  if attempt then return null; end if;
  raise;
end $$;
create or replace function emu.float_text(x float8, style int, digits int) returns text language plpgsql immutable strict parallel safe as $$
declare m text; e int; s text; d int := digits;
begin
  if style = 1 then d := 8; elsif style = 2 then d := 16; elsif style = 3 then d := digits; else d := 6; end if;
  s := to_char(x, '9.' || repeat('9', d - 1) || 'EEEE');
  s := btrim(s);
  m := split_part(s, 'e', 1);
  e := split_part(s, 'e', 2)::int;
  if style = 0 then
    if x = 0 then return '0'; end if;
    if e >= 6 or e < -4 then
      m := case when position('.' in m) > 0 then rtrim(rtrim(m, '0'), '.') else m end;
      return m || 'e' || case when e < 0 then '-' else '+' end || lpad(abs(e)::text, 3, '0');
    end if;
    s := round(x::numeric, greatest(0, 5 - e))::text;
    return case when position('.' in s) > 0 then rtrim(rtrim(s, '0'), '.') else s end;
  end if;
  return m || 'e' || case when e < 0 then '-' else '+' end || lpad(abs(e)::text, 3, '0');
end $$;
create or replace function emu.money_text(x numeric, style int) returns text language sql immutable strict parallel safe as $$
  select case style
    when 1 then to_char(round(x, 2), 'FM999,999,999,999,999,990.00')
    when 2 then round(x, 4)::text
    when 126 then round(x, 4)::text
    else round(x, 2)::text end $$;
create or replace function emu.fit_number(x text, n int, otherwise text, number int) returns text language plpgsql immutable strict parallel safe as $$
begin
  if length(x) <= n then return x; end if;
  if otherwise = '*' then return '*'; elsif otherwise = '' then return null; end if;
  return emu.fail(number, otherwise);
end $$;
-- Decimals give way to the length; what then does not fit is asterisks.
create or replace function emu.str(x float8, n int, d int) returns text language plpgsql immutable strict parallel safe as $$
declare k int := least(d, 16); r text;
begin
  if n < 0 or d < 0 then return null; end if;
  r := round(x::numeric, k)::text;
  while length(r) > n and k > 0 loop
    k := k - 1;
    r := round(x::numeric, k)::text;
  end loop;
  return case when length(r) > n then repeat('*', n) else lpad(r, n) end;
end $$;
create or replace function emu.float_int(x float8, lo float8, hi float8, target text) returns numeric language plpgsql immutable strict parallel safe as $$
begin
  -- 2^63 itself is a float; the largest bigint is not.
  if trunc(x) < lo or trunc(x) > hi or (target = 'bigint' and x >= 9223372036854775808::float8) then
    perform emu.raise(232, 16, case target when 'int' then 3 when 'bigint' then 1 else 2 end,
      'Arithmetic overflow error for type ' || target || ', value = ' || round(x::numeric, 6)::numeric(400,6)::text || '.');
  end if;
  return trunc(x)::numeric;
end $$;
create or replace function emu.float_real(x float8, attempt bool) returns float4 language plpgsql immutable strict parallel safe as $$
begin
  -- From halfway to the next power on nothing nearer than infinity is left; below, the greatest real is nearest.
  if abs(x) >= 3.4028235677973366e38 then
    if attempt then return null; end if;
    perform emu.raise(232, 16, 2, 'Arithmetic overflow error for type real, value = ' || round(x::numeric, 6)::text || '.');
  end if;
  return case when abs(x) < 7.0e-46 then 0 else x end;
end $$;
create or replace function emu.fit_money(x numeric, target text, source text, attempt bool) returns numeric language plpgsql immutable strict parallel safe as $$
declare y numeric := round(x, 4);
begin
  if (case target when 'money' then y not between -922337203685477.5808 and 922337203685477.5807 else y not between -214748.3648 and 214748.3647 end) then
    if attempt then return null; end if;
    perform emu.raise(8115, 16, 2, 'Arithmetic overflow error converting ' || case when source = target or source = 'int' then 'expression' else source end || ' to data type ' || target || '.');
  end if;
  return y;
end $$;
-- Shifts fill with zeros on both sides, whatever the sign.
create or replace function emu.shift_bits(x int8, n int, width int) returns int8 language plpgsql immutable strict parallel safe as $$
declare r int8; mask int8;
begin
  if n >= width or n <= -width then return 0; end if;
  if width = 64 then return case when n >= 0 then (x::bit(64) << n)::int8 else (x::bit(64) >> -n)::int8 end; end if;
  mask := (1::int8 << width) - 1;
  r := (case when n >= 0 then x << n else (x & mask) >> -n end) & mask;
  return case when width > 8 and r >= (1::int8 << (width - 1)) then r - (1::int8 << width) else r end;
end $$;
create or replace function emu.bit_at(n int, width int) returns int language plpgsql immutable strict parallel safe as $$
begin
  if n < 0 or n >= width then perform emu.raise(40515, 16, 1, 'not supported by the emulator: a bit outside of its value'); end if;
  return n;
end $$;
create or replace function emu.row_limit(n int8) returns int8 language plpgsql immutable parallel safe as $$
begin
  if n is null then perform emu.raise(1060, 15, 1, 'The number of rows provided for a TOP or FETCH clauses row count parameter must be an integer.'); end if;
  if n < 0 then perform emu.raise(127, 15, 1, 'A TOP N or FETCH rowcount value may not be negative.'); end if;
  return n;
end $$;
create or replace function emu.offset_rows(n int8) returns int8 language plpgsql immutable parallel safe as $$
begin
  if n is null then perform emu.raise(1060, 15, 1, 'The number of rows provided for a TOP or FETCH clauses row count parameter must be an integer.'); end if;
  if n < 0 then perform emu.raise(10742, 15, 1, 'The offset specified in a OFFSET clause may not be negative.'); end if;
  return n;
end $$;
create or replace function emu.fetch_rows(n int8) returns int8 language plpgsql immutable parallel safe as $$
begin
  if n is null then perform emu.raise(1060, 15, 1, 'The number of rows provided for a TOP or FETCH clauses row count parameter must be an integer.'); end if;
  if n < 1 then perform emu.raise(10744, 15, 1, 'The number of rows provided for a FETCH clause must be greater then zero.'); end if;
  return n;
end $$;
create or replace function emu.share_of(n int8, percent float8) returns int8 language plpgsql immutable parallel safe as $$
begin
  if percent is null or percent < 0 or percent > 100 then perform emu.raise(1031, 15, 1, 'Percent values must be between 0 and 100.'); end if;
  return ceil(n * percent::numeric / 100);
end $$;
create or replace function emu.next_depth(d int, most int) returns int language plpgsql immutable parallel safe as $$
begin
  if most > 0 and d >= most then
    perform emu.raise(530, 16, 1, 'The statement terminated. The maximum recursion ' || most || ' has been exhausted before statement completion.');
  end if;
  return d + 1;
end $$;
-- A divisor that is known to be zero must not be met while a statement is planned: the branch may never run.
create or replace function emu.zero() returns int language plpgsql volatile as $$ begin return 0; end $$;
create or replace function emu.tinyint(x numeric) returns int2 language plpgsql immutable strict parallel safe as $$
begin
  if x < 0 or x > 255 then perform emu.raise(8115, 16, 2, 'Arithmetic overflow error converting expression to data type tinyint.'); end if;
  return x;
end $$;
create or replace function emu.narrow(x numeric, lo numeric, hi numeric, target text) returns numeric language plpgsql immutable strict parallel safe as $$
begin
  if x < lo or x > hi then perform emu.raise(220, 16, case target when 'smallint' then 1 else 2 end, 'Arithmetic overflow error for data type ' || target || ', value = ' || trunc(x) || '.'); end if;
  return x;
end $$;
create or replace function emu.percentile_cont(v float8[], p float8, down bool) returns float8 language sql immutable parallel safe as $$
  select percentile_cont(case when down then 1 - p else p end) within group (order by x) from unnest(v) as u(x) $$;
create or replace function emu.percentile_disc(v anyarray, p float8, down bool) returns anyelement language sql immutable parallel safe as $$
  select case when down then (select percentile_disc(p) within group (order by x desc) from unnest(v) as u(x))
    else (select percentile_disc(p) within group (order by x) from unnest(v) as u(x)) end $$;
`;
