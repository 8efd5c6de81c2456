/** Character data: lengths in UTF-16 units, fitting into columns, LIKE, conversions from text. */
export const textSql = String.raw`
create or replace function emu.raise(number int, severity int, state int, msg text) returns void language plpgsql as $$
begin
  raise exception using errcode = 'TSQL0', message = number || '|' || severity || '|' || state || '|' || msg;
end $$;
create or replace function emu.fail(number int, msg text) returns text language plpgsql immutable as $$
begin
  raise exception using errcode = 'TSQL0', message = number || '|16|1|' || msg;
end $$;

-- A column's bpchar as text with its trailing blanks: the cast would cut them. bpchar() with no length returns its argument as it is.
create or replace function emu.s(bpchar, int4 default -1, bool default false) returns text
  language internal immutable strict parallel safe as 'bpchar';

create or replace function emu.len16(x text) returns int4 language sql immutable strict parallel safe as $$
  select case when octet_length(x) = length(x) then length(x)
    else length(x) + length(regexp_replace(x, '[^\U00010000-\U0010FFFF]', '', 'g')) end $$;
create or replace function emu.len(x text) returns int4 language sql immutable strict parallel safe as $$ select emu.len16(rtrim(x, ' ')) $$;

-- The first n UTF-16 units; a surrogate pair is never split.
create or replace function emu.left16(x text, n int) returns text language plpgsql immutable strict parallel safe as $$
declare r text := left(x, n);
begin
  if octet_length(r) = length(r) then return r; end if;
  while emu.len16(r) > n loop r := left(r, length(r) - greatest(1, (emu.len16(r) - n) / 2)); end loop;
  return r;
end $$;

create or replace function emu.cp1252(x text) returns text language plpgsql immutable strict parallel safe as $$
declare r text := ''; c text;
begin
  if octet_length(x) = length(x) then return x; end if;
  begin
    perform convert_to(x, 'WIN1252');
    return x;
  exception when untranslatable_character then null; end;
  foreach c in array string_to_array(x, null) loop
    if ascii(c) > 65535 then r := r || '??'; continue; end if;
    begin
      perform convert_to(c, 'WIN1252');
      r := r || c;
    exception when untranslatable_character then r := r || '?'; end;
  end loop;
  return r;
end $$;

create or replace function emu.too_long(x text, n int, target text) returns text language plpgsql immutable as $$
declare at int := position('|' in target);
begin
  raise exception using errcode = 'TSQL0', message = '2628|16|1|String or binary data would be truncated in table '''
    || left(target, at - 1) || ''', column ''' || substr(target, at + 1) || '''. Truncated value: ''' || left(x, least(n, 100)) || '''.';
end $$;
-- Assignment to a column: blanks beyond the length are cut in silence, anything else is refused.
create or replace function emu.fit(x text, n int, target text) returns text language sql immutable strict parallel safe as $$
  select case when octet_length(x) <= n or emu.len16(x) <= n then x
    when emu.len16(rtrim(x, ' ')) <= n then emu.left16(x, n) else emu.too_long(x, n, target) end $$;
create or replace function emu.fit_utf8(x text, n int, target text) returns text language sql immutable strict parallel safe as $$
  select case when octet_length(x) <= n then x when octet_length(rtrim(x, ' ')) <= n then rpad(rtrim(x, ' '), n)
    else emu.too_long(x, n, target) end $$;
create or replace function emu.fit_bytes(x bytea, n int, target text) returns bytea language plpgsql immutable strict parallel safe as $$
begin
  if length(x) <= n then return x; end if;
  perform emu.too_long('0x' || upper(encode(substr(x, 1, n), 'hex')), 100, target);
end $$;
create or replace function emu.pad(x text, n int) returns text language sql immutable strict parallel safe as $$
  select case when emu.len16(x) >= n then x else x || repeat(' ', n - emu.len16(x)) end $$;
create or replace function emu.pad_bytes(x bytea, n int) returns bytea language sql immutable strict parallel safe as $$
  select case when length(x) >= n then substr(x, 1, n) else x || decode(repeat('00', n - length(x)), 'hex') end $$;

create or replace function emu.like_regex(p text, e text) returns text language plpgsql immutable parallel safe as $$
declare r text := '^'; i int := 1; n int := length(p); c text; j int; set_body text;
begin
  if p is null then return null; end if;
  while i <= n loop
    c := substr(p, i, 1);
    if e is not null and c = e then
      i := i + 1;
      r := r || regexp_replace(substr(p, i, 1), '([^\w\s])', '\\\1');
    elsif c = '%' then r := r || '.*';
    elsif c = '_' then r := r || '.';
    elsif c = '[' then
      j := i + 1;
      if substr(p, j, 1) = '^' then j := j + 1; end if;
      if substr(p, j, 1) = ']' then j := j + 1; end if;
      while j <= n and substr(p, j, 1) <> ']' loop j := j + 1; end loop;
      if j > n then return '^(?!)'; end if;
      set_body := substr(p, i + 1, j - i - 1);
      if set_body in ('', '^') then return '^(?!)'; end if;
      if left(set_body, 1) = '^' then r := r || '[^'; set_body := substr(set_body, 2); else r := r || '['; end if;
      r := r || regexp_replace(set_body, '([\[\]\\^])', '\\\1', 'g') || ']';
      i := j;
    else r := r || regexp_replace(c, '([^\w\s])', '\\\1');
    end if;
    i := i + 1;
  end loop;
  return r || '$';
end $$;

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
declare y text collate "C" := replace(replace(btrim(x, E' \t\n\r'), ',', ''), '$', '');
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
end $$;

-- uniqueidentifier: kept with its bytes in SQL Server's order of comparison (10-15, 8-9, 7-6, 5-4, 3-0).
create or replace function emu.guid_swap_in(h text) returns uuid language sql immutable strict parallel safe as $$
  select (substr(h, 21, 12) || substr(h, 17, 4) || substr(h, 15, 2) || substr(h, 13, 2) || substr(h, 11, 2) || substr(h, 9, 2)
    || substr(h, 7, 2) || substr(h, 5, 2) || substr(h, 3, 2) || substr(h, 1, 2))::uuid $$;
create or replace function emu.guid_hex(u uuid) returns text language sql immutable strict parallel safe as $$
  select substr(h, 31, 2) || substr(h, 29, 2) || substr(h, 27, 2) || substr(h, 25, 2) || substr(h, 23, 2) || substr(h, 21, 2)
    || substr(h, 19, 2) || substr(h, 17, 2) || substr(h, 13, 4) || substr(h, 1, 12) from (select replace(u::text, '-', '') as h) x $$;
create or replace function emu.guid_text(u uuid) returns text language sql immutable strict parallel safe as $$
  select upper(substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-' || substr(h, 13, 4) || '-' || substr(h, 17, 4) || '-' || substr(h, 21, 12))
  from (select emu.guid_hex(u) as h) x $$;
create or replace function emu.newid() returns uuid language sql volatile parallel safe as $$
  select emu.guid_swap_in(replace(gen_random_uuid()::text, '-', '')) $$;
create or replace function emu.text_guid(x text, attempt bool) returns uuid language plpgsql immutable parallel safe as $$
declare m text[];
begin
  if x is null then return null; end if;
  m := regexp_match(x collate "C", '^\s*(?:\{([0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12})\}|([0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}))');
  if m is null then
    if attempt then return null; end if;
    perform emu.raise(8169, 16, 2, 'Conversion failed when converting from a character string to uniqueidentifier.');
  end if;
  return emu.guid_swap_in(replace(coalesce(m[1], m[2]), '-', ''));
end $$;
-- The 16 bytes of a uniqueidentifier as SQL Server stores them: the first three groups little-endian.
create or replace function emu.guid_bytes(u uuid) returns bytea language sql immutable strict parallel safe as $$
  select decode(substr(h, 7, 2) || substr(h, 5, 2) || substr(h, 3, 2) || substr(h, 1, 2) || substr(h, 11, 2) || substr(h, 9, 2)
    || substr(h, 15, 2) || substr(h, 13, 2) || substr(h, 17, 16), 'hex') from (select emu.guid_hex(u) as h) x $$;
create or replace function emu.bytes_guid(b bytea) returns uuid language sql immutable strict parallel safe as $$
  select emu.guid_swap_in(substr(h, 7, 2) || substr(h, 5, 2) || substr(h, 3, 2) || substr(h, 1, 2) || substr(h, 11, 2) || substr(h, 9, 2)
    || substr(h, 15, 2) || substr(h, 13, 2) || substr(h, 17, 16)) from (select encode(emu.pad_bytes(b, 16), 'hex') as h) x $$;

create or replace function emu.utf16(x text) returns bytea language plpgsql immutable strict parallel safe as $$
declare r text := ''; c text; n int;
begin
  foreach c in array string_to_array(x, null) loop
    n := ascii(c);
    if n > 65535 then
      n := n - 65536;
      r := r || lpad(to_hex(((55296 + (n >> 10)) & 255)), 2, '0') || lpad(to_hex((55296 + (n >> 10)) >> 8), 2, '0')
        || lpad(to_hex(((56320 + (n & 1023)) & 255)), 2, '0') || lpad(to_hex((56320 + (n & 1023)) >> 8), 2, '0');
    else r := r || lpad(to_hex(n & 255), 2, '0') || lpad(to_hex(n >> 8), 2, '0');
    end if;
  end loop;
  return decode(r, 'hex');
end $$;
create or replace function emu.utf16_text(b bytea) returns text language plpgsql immutable strict parallel safe as $$
declare r text := ''; i int := 0; n int; m int;
begin
  while i + 1 < length(b) loop
    n := get_byte(b, i) | (get_byte(b, i + 1) << 8);
    i := i + 2;
    if n between 55296 and 56319 and i + 1 < length(b) then
      m := get_byte(b, i) | (get_byte(b, i + 1) << 8);
      i := i + 2;
      n := 65536 + ((n - 55296) << 10) + (m - 56320);
    end if;
    r := r || chr(n);
  end loop;
  return r;
end $$;
create or replace function emu.bytes_int(b bytea, width int) returns int8 language plpgsql immutable strict parallel safe as $$
declare r int8 := 0; i int; l int := length(b);
begin
  for i in greatest(0, l - width) .. l - 1 loop r := (r << 8) | get_byte(b, i); end loop;
  if width < 8 and l >= width and r >= (1::int8 << (width * 8 - 1)) and width > 1 then r := r - (1::int8 << (width * 8)); end if;
  return r;
end $$;
create or replace function emu.text_bytes(x text, style int) returns bytea language plpgsql immutable strict parallel safe as $$
declare h text := x;
begin
  if style = 1 then
    if lower(left(h, 2)) <> '0x' then perform emu.raise(8114, 16, 5, 'Error converting data type varchar to varbinary.'); end if;
    h := substr(h, 3);
  end if;
  if h !~ '^([0-9A-Fa-f]{2})*$' then perform emu.raise(8114, 16, 5, 'Error converting data type varchar to varbinary.'); end if;
  return decode(h, 'hex');
end $$;

create or replace function emu.charindex(needle text, hay text, start int) returns int language sql immutable strict parallel safe as $$
  select case when p = 0 or needle = '' then 0 else p + greatest(start, 1) - 1 end
  from (select position(lower(needle collate "und-x-icu") in substr(lower(hay collate "und-x-icu"), greatest(start, 1))) as p) x $$;
create or replace function emu.patindex(pattern text, hay text) returns int language plpgsql immutable strict parallel safe as $$
declare i int; re text; p text := pattern;
begin
  if left(p, 1) <> '%' then return case when hay collate "und-x-icu" ~* emu.like_regex(p, null) then 1 else 0 end; end if;
  p := ltrim(p, '%');
  re := emu.like_regex(p, null);
  for i in 1 .. length(hay) + 1 loop
    if substr(hay, i) collate "und-x-icu" ~* re then return i; end if;
  end loop;
  return 0;
end $$;
create or replace function emu.replace_ci(x text, needle text, put text) returns text language plpgsql immutable strict parallel safe as $$
declare r text := ''; rest text := x; low text; n text := lower(needle collate "und-x-icu"); p int;
begin
  if needle = '' then return x; end if;
  loop
    low := lower(rest collate "und-x-icu");
    p := position(n in low);
    if p = 0 or length(low) <> length(rest) then return r || case when p = 0 then rest else replace(rest, needle, put) end; end if;
    r := r || left(rest, p - 1) || put;
    rest := substr(rest, p + length(needle));
  end loop;
end $$;
create or replace function emu.stuff(x text, start int, n int, put text) returns text language sql immutable parallel safe as $$
  select case when x is null or start is null or n is null or start <= 0 or n < 0 or start > length(x) then null
    else left(x, start - 1) || coalesce(put, '') || substr(x, start + n) end $$;
create or replace function emu.substring(x text, start int, n int) returns text language plpgsql immutable strict parallel safe as $$
begin
  if n < 0 then perform emu.raise(537, 16, 3, 'Invalid length parameter passed to the LEFT or SUBSTRING function.'); end if;
  return substr(x, start, n);
end $$;
create or replace function emu.left_of(x text, n int) returns text language plpgsql immutable strict parallel safe as $$
begin
  if n < 0 then perform emu.raise(537, 16, 3, 'Invalid length parameter passed to the LEFT or SUBSTRING function.'); end if;
  return left(x, n);
end $$;
create or replace function emu.right_of(x text, n int) returns text language plpgsql immutable strict parallel safe as $$
begin
  if n < 0 then perform emu.raise(536, 16, 2, 'Invalid length parameter passed to the RIGHT function.'); end if;
  return case when n = 0 then '' else right(x, n) end;
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
create or replace function emu.str(x float8, n int, d int) returns text language sql immutable strict parallel safe as $$
  select case when length(round(x::numeric, d)::text) > n
    then case when length(round(x::numeric, 0)::text) > n then repeat('*', n) else lpad(left(round(x::numeric, d)::text, n), n) end
    else lpad(round(x::numeric, d)::text, n) end $$;
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
create or replace function emu.quotename(x text, q text) returns text language sql immutable strict parallel safe as $$
  select case when length(x) > 128 then null
    when q in ('[', ']') then '[' || replace(x, ']', ']]') || ']'
    when q = '''' then '''' || replace(x, '''', '''''') || ''''
    when q = '"' then '"' || replace(x, '"', '""') || '"'
    when q in ('(', ')') then '(' || replace(x, ')', '))') || ')'
    when q in ('{', '}') then '{' || replace(x, '}', '}}') || '}'
    when q in ('<', '>') then '<' || replace(x, '>', '>>') || '>'
    else null end $$;
create or replace function emu.in_mask(id int, mask bytea) returns bool language plpgsql immutable parallel safe as $$
declare i int := 4;
begin
  if mask is null then return true; end if;
  if length(mask) < 8 then perform emu.raise(22101, 16, 1, 'The value for argument change_columns is not valid. The value must be a bitmask returned by the CHANGETABLE(CHANGES ...) function.'); end if;
  while i + 3 < length(mask) loop
    if (get_byte(mask, i) | (get_byte(mask, i + 1) << 8) | (get_byte(mask, i + 2) << 16) | (get_byte(mask, i + 3) << 24)) = id then return true; end if;
    i := i + 4;
  end loop;
  return false;
end $$;
`;
