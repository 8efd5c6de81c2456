/**
 * The string functions: searched by collation, counted in UTF-16 units. `cs` says that the collation tells cases apart;
 * folding is PostgreSQL's simple one, which keeps every character one character.
 */
export const stringSql = String.raw`
create or replace function emu.fold(x text, cs bool) returns text language sql immutable strict parallel safe as $$
  select case when cs then x else lower(x collate pg_catalog.pg_c_utf8) end $$;
create or replace function emu.has_pairs(x text) returns bool language sql immutable strict parallel safe as $$
  select octet_length(x) > length(x) and x collate "C" ~ '[\U00010000-\U0010FFFF]' $$;

-- Part of a text by UTF-16 units. Half of a surrogate pair is no character that PostgreSQL could hold.
create or replace function emu.sub16(x text, start int, n int) returns text language plpgsql immutable strict parallel safe as $$
declare r text := ''; c text; at int := 1; w int; first int := start; last int8 := start::int8 + n - 1;
begin
  if not emu.has_pairs(x) then return substr(x, start, n); end if;
  foreach c in array string_to_array(x, null) loop
    exit when at > last;
    w := case when ascii(c) > 65535 then 2 else 1 end;
    if at >= first and at + w - 1 <= last then r := r || c;
    elsif at + w - 1 >= first then
      perform emu.raise(40515, 16, 1, 'not supported by the emulator: half of a surrogate pair as a result');
    end if;
    at := at + w;
  end loop;
  return r;
end $$;
-- The character position of a UTF-16 position, and back.
create or replace function emu.char_at(x text, unit int) returns int language plpgsql immutable strict parallel safe as $$
declare c text; at int := 1; i int := 1;
begin
  if unit <= 1 or not emu.has_pairs(x) then return unit; end if;
  foreach c in array string_to_array(x, null) loop
    exit when at >= unit;
    at := at + case when ascii(c) > 65535 then 2 else 1 end;
    i := i + 1;
  end loop;
  return i + greatest(0, unit - at);
end $$;
create or replace function emu.unit_at(x text, i int) returns int language sql immutable strict parallel safe as $$
  select case when i <= 1 then i else emu.len16(left(x, i - 1)) + 1 end $$;

create or replace function emu.charindex(needle text, hay text, start int, cs bool) returns int language sql immutable strict parallel safe as $$
  select case when p = 0 or needle = '' then 0 else emu.unit_at(hay, p + s - 1) end
  from (select s, position(emu.fold(needle, cs) in substr(emu.fold(hay, cs), s)) as p from (select greatest(emu.char_at(hay, start), 1) as s) y) x $$;
create or replace function emu.patindex(pattern text, hay text, cs bool) returns int language plpgsql immutable strict parallel safe as $$
declare i int; re text; p text := pattern;
begin
  if left(p, 1) <> '%' then re := emu.like_pattern(p, null, cs); else p := ltrim(p, '%'); re := emu.like_pattern(p, null, cs); end if;
  for i in 1 .. case when left(pattern, 1) = '%' then length(hay) + 1 else 1 end loop
    if (case when cs then substr(hay, i) collate "und-x-icu" ~ re else substr(hay, i) collate "und-x-icu" ~* re end)
      then return case when p = '' and hay = '' then 0 else emu.unit_at(hay, i) end; end if;
  end loop;
  return 0;
end $$;
create or replace function emu.replace_in(x text, needle text, put text, cs bool) returns text language plpgsql immutable strict parallel safe as $$
declare r text := ''; rest text := x; n text := emu.fold(needle, cs); p int;
begin
  if needle = '' then return x; end if;
  loop
    p := position(n in emu.fold(rest, cs));
    if p = 0 then return r || rest; end if;
    r := r || left(rest, p - 1) || put;
    rest := substr(rest, p + length(needle));
  end loop;
end $$;
create or replace function emu.stuff(x text, start int, n int, put text) returns text language sql immutable parallel safe as $$
  select case when x is null or start is null or n is null or start <= 0 or n < 0 or start > emu.len16(x) then null
    else emu.sub16(x, 1, start - 1) || coalesce(put, '') || emu.sub16(x, least(start::int8 + n, 2147483647)::int, emu.len16(x)) end $$;
create or replace function emu.substring(x text, start int, n int) returns text language plpgsql immutable strict parallel safe as $$
begin
  if n < 0 then perform emu.raise(537, 16, 3, 'Invalid length parameter passed to the LEFT or SUBSTRING function.'); end if;
  return emu.sub16(x, start, n);
end $$;
create or replace function emu.left_of(x text, n int) returns text language plpgsql immutable strict parallel safe as $$
begin
  if n < 0 then perform emu.raise(537, 16, 3, 'Invalid length parameter passed to the LEFT or SUBSTRING function.'); end if;
  return emu.sub16(x, 1, n);
end $$;
create or replace function emu.right_of(x text, n int) returns text language plpgsql immutable strict parallel safe as $$
begin
  if n < 0 then perform emu.raise(536, 16, 2, 'Invalid length parameter passed to the RIGHT function.'); end if;
  return case when n = 0 then '' when not emu.has_pairs(x) then right(x, n) else emu.sub16(x, greatest(1, emu.len16(x) - n + 1), n) end;
end $$;
create or replace function emu.reversed(x text) returns text language plpgsql immutable strict parallel safe as $$
begin
  if emu.has_pairs(x) then perform emu.raise(40515, 16, 1, 'not supported by the emulator: REVERSE of surrogate pairs'); end if;
  return reverse(x);
end $$;
create or replace function emu.translated(x text, a text, b text, cs bool) returns text language plpgsql immutable strict parallel safe as $$
begin
  if length(a) <> length(b) then perform emu.raise(9828, 16, 1, 'The second and third arguments of the TRANSLATE built-in function must contain an equal number of characters.'); end if;
  if cs then return translate(x, a, b); end if;
  return translate(x, a || lower(a collate pg_catalog.pg_c_utf8) || upper(a collate pg_catalog.pg_c_utf8), b || b || b);
end $$;
create or replace function emu.trimmed(x text, chars text, side text) returns text language plpgsql immutable strict parallel safe as $$
declare both_cases text := lower(chars collate pg_catalog.pg_c_utf8) || upper(chars collate pg_catalog.pg_c_utf8); a text; b text;
begin
  a := case side when 'leading' then ltrim(x, chars) when 'trailing' then rtrim(x, chars) else btrim(x, chars) end;
  b := case side when 'leading' then ltrim(x, both_cases) when 'trailing' then rtrim(x, both_cases) else btrim(x, both_cases) end;
  if a <> b then perform emu.raise(40515, 16, 1, 'not supported by the emulator: TRIM of letters that are there in the other case'); end if;
  return a;
end $$;
create or replace function emu.ascii_of(x text) returns int language sql immutable strict parallel safe as $$
  select case when x = '' then null else get_byte(convert_to(emu.cp1252(left(x, 1)), 'WIN1252'), 0) end $$;
create or replace function emu.unicode_of(x text) returns int language sql immutable strict parallel safe as $$
  select case when x = '' then null when ascii(x) > 65535 then 55296 + ((ascii(x) - 65536) >> 10) else ascii(x) end $$;
create or replace function emu.soundex(x text) returns text language plpgsql immutable strict parallel safe as $$
declare y text := upper(x); r text; last text; c text; code text; i int;
begin
  if x collate "C" !~ '^[A-Za-z]+$' then perform emu.raise(40515, 16, 1, 'not supported by the emulator: SOUNDEX of anything but one word of the letters A to Z'); end if;
  r := left(y, 1);
  last := translate(r, 'AEIOUYHWBFPVCGJKQSXZDTLMNR', '00000000111122222222334556');
  for i in 2 .. length(y) loop
    c := substr(y, i, 1);
    continue when c in ('H', 'W');
    code := translate(c, 'AEIOUYBFPVCGJKQSXZDTLMNR', '000000111122222222334556');
    if code <> '0' and code <> last then r := r || code; end if;
    last := code;
  end loop;
  return left(rpad(r, 4, '0'), 4);
end $$;
create or replace function emu.difference(a text, b text) returns int language sql immutable strict parallel safe as $$
  select count(*)::int from generate_series(1, 4) as i where substr(emu.soundex(a), i, 1) = substr(emu.soundex(b), i, 1) $$;
create or replace function emu.separator(x text) returns text language plpgsql immutable parallel safe as $$
begin
  if x is null or length(x) <> 1 then
    perform emu.raise(214, 16, 11, 'Procedure expects parameter ''separator'' of type ''nchar(1)/nvarchar(1)''.');
  end if;
  return x;
end $$;
create or replace function emu.quotename(x text, q text) returns text language sql immutable strict parallel safe as $$
  select case when length(x) > 128 then null
    when q in ('[', ']') then '[' || replace(x, ']', ']]') || ']'
    when q = '''' then '''' || replace(x, '''', '''''') || ''''
    when q = '"' then '"' || replace(x, '"', '""') || '"'
    when q in ('(', ')') then '(' || replace(x, ')', '))') || ')'
    when q in ('{', '}') then '{' || replace(x, '}', '}}') || '}'
    when q in ('<', '>') then '<' || replace(x, '>', '>>') || '>'
    else null end $$;
do $$ begin
  create extension if not exists pgcrypto schema emu;
exception when undefined_file or feature_not_supported or insufficient_privilege then null; end $$;
`;
