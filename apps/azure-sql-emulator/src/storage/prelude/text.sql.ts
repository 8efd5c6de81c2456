/** Character data: lengths in UTF-16 units, fitting into columns, LIKE. */
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
    else length(x) + length(regexp_replace(x collate "C", '[^\U00010000-\U0010FFFF]', '', 'g')) end $$;
create or replace function emu.len(x text) returns int4 language sql immutable strict parallel safe as $$ select emu.len16(rtrim(x, ' ')) $$;
create or replace function emu.left16(x text, n int) returns text language sql immutable strict parallel safe as $$
  select case when octet_length(x) <= n then x else emu.sub16(x, 1, n) end $$;

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
    exception when untranslatable_character then r := r || emu.best_fit(c); end;
  end loop;
  return r;
end $$;
-- What Windows puts for a character that code page 1252 does not have: its base letter, or a question mark. Signs for which it
-- knows a look-alike are refused rather than guessed.
create or replace function emu.best_fit(c text) returns text language plpgsql immutable strict parallel safe as $$
declare n int := ascii(c); d text;
begin
  if n between 65281 and 65374 then return chr(n - 65248); end if;
  if n between 256 and 591 then
    d := case n when 272 then chr(208) when 273 then 'd' when 294 then 'H' when 295 then 'h' when 305 then 'i' when 321 then 'L'
      when 322 then 'l' when 358 then 'T' when 359 then 't' else left(normalize(c, NFD), 1) end;
    if d ~ '^[A-Za-z\u00D0]$' then return d; end if;
  end if;
  if n between 1024 and 1279 or n between 1424 and 1791 or n between 4352 and 4607 or n between 12352 and 55203 then return '?'; end if;
  perform emu.raise(40515, 16, 1, 'not supported by the emulator: U+' || lpad(upper(to_hex(n)), 4, '0') || ' in the code page 1252');
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
create or replace function emu.pad(x text, n int) returns text language sql immutable strict parallel safe as $$
  select case when emu.len16(x) >= n then x else x || repeat(' ', n - emu.len16(x)) end $$;
-- For varchar, blanks at the end of what is matched do not count.
create or replace function emu.like_blanks(p text, e text) returns text language sql immutable parallel safe as $$
  select case when right(r, 1) = '$' then left(r, -1) || ' *$' else r end from (select emu.like_regex(p, e) as r) x $$;
-- Letters with accents follow the letter that they are made of: [a-e] has those of a to d. Case does not count.
create or replace function emu.like_range(range_ text) returns text language sql immutable strict parallel safe as $$
  select coalesce(string_agg(replace(m.letters, ' ', ''), '' order by m.base), '') from (values
    ('a', 'à á â ã ä å æ'), ('c', 'ç'), ('d', 'ð'), ('e', 'è é ê ë'), ('i', 'ì í î ï'), ('n', 'ñ'), ('o', 'ò ó ô õ ö ø œ'), ('s', 'š ß'),
    ('u', 'ù ú û ü'), ('y', 'ý ÿ'), ('z', 'ž')) as m(base, letters)
  where lower(left(range_, 1)) collate "C" <= m.base collate "C" and m.base collate "C" < lower(right(range_, 1)) collate "C" $$;
create or replace function emu.like_ranges(given text) returns text language plpgsql immutable strict parallel safe as $$
declare body text collate "C" := given; m text[]; more text := '';
begin
  for m in select regexp_matches(body, '([a-zA-Z]-[a-zA-Z])', 'g') loop more := more || emu.like_range(m[1]); end loop;
  if more = '' then return body; end if;
  return case when left(body, 1) <> '-' then more || body else rtrim(body, '-') || more end;
end $$;
-- What a range of letters holds in a case-sensitive order, and what LIKE finds whatever the accents, is not built.
create or replace function emu.like_sensitive(given text) returns text language plpgsql immutable strict parallel safe as $$
declare p text collate "C" := given;
begin
  if p ~ '\[[^\]]*[a-zA-Z]-[a-zA-Z]' then perform emu.raise(40515, 16, 1, 'not supported by the emulator: LIKE with a range of letters in a case-sensitive collation'); end if;
  return given;
end $$;
create or replace function emu.like_ascii(given text) returns text language plpgsql immutable strict parallel safe as $$
begin
  if octet_length(given) <> length(given) then perform emu.raise(40515, 16, 1, 'not supported by the emulator: LIKE of accents in an accent-insensitive collation'); end if;
  return given;
end $$;
create or replace function emu.like_blanks_binary(p text, e text) returns text language sql immutable parallel safe as $$
  select case when right(r, 1) = '$' then left(r, -1) || ' *$' else r end from (select emu.like_binary(p, e) as r) x $$;
-- Ranges by code point, for binary collations.
create or replace function emu.like_binary(p text, e text) returns text language sql immutable parallel safe as $$ select emu.like_pattern(p, e, true) $$;
create or replace function emu.like_regex(p text, e text) returns text language sql immutable parallel safe as $$ select emu.like_pattern(p, e, false) $$;
create or replace function emu.like_pattern(p text, e text, plain bool) returns text language plpgsql immutable parallel safe as $$
declare q text collate "C" := p; r text := '^'; i int := 1; n int := length(p); c text collate "C"; j int; set_body text collate "C";
begin
  if p is null then return null; end if;
  while i <= n loop
    c := substr(q, i, 1);
    if e is not null and c = e then
      i := i + 1;
      r := r || regexp_replace(substr(q, i, 1), '([^\w\s])', '\\\1');
    elsif c = '%' then r := r || '.*';
    elsif c = '_' then r := r || '.';
    elsif c = '[' then
      j := i + 1;
      if substr(q, j, 1) = '^' then j := j + 1; end if;
      if substr(q, j, 1) = ']' then j := j + 1; end if;
      while j <= n and substr(q, j, 1) <> ']' loop j := j + 1; end loop;
      if j > n then return '^(?!)'; end if;
      set_body := substr(q, i + 1, j - i - 1);
      if set_body in ('', '^') then return '^(?!)'; end if;
      if left(set_body, 1) = '^' then r := r || '[^'; set_body := substr(set_body, 2); else r := r || '['; end if;
      r := r || regexp_replace(case when plain then set_body else emu.like_ranges(set_body) end, '([\[\]\\^])', '\\\1', 'g') || ']';
      i := j;
    else r := r || regexp_replace(c, '([^\w\s])', '\\\1');
    end if;
    i := i + 1;
  end loop;
  return r || '$';
end $$;
`;
