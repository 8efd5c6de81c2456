/** JSON_MODIFY: changes the text of a document in one place and leaves the rest as it is spelled. */
export const jsonModifySql = String.raw`
-- Where the value that begins at a character ends: the character behind it.
create or replace function emu.json_end(c text[], begins int) returns int language plpgsql immutable strict parallel safe as $$
declare at int := begins; depth int := 0; quoted boolean := false; ch text;
begin
  loop
    ch := c[at];
    if quoted then
      if ch = '\' then at := at + 1; elsif ch = '"' then quoted := false; if depth = 0 then return at + 1; end if; end if;
    elsif ch = '"' then quoted := true;
    elsif ch in ('{', '[') then depth := depth + 1;
    elsif ch in ('}', ']') then
      if depth = 0 then return at; end if;
      depth := depth - 1;
      if depth = 0 then return at + 1; end if;
    elsif depth = 0 and (ch is null or ch in (',', ' ', chr(9), chr(10), chr(13))) then return at;
    end if;
    at := at + 1;
  end loop;
end $$;
create or replace function emu.json_blank(c text[], begins int) returns int language plpgsql immutable strict parallel safe as $$
declare at int := begins;
begin
  while c[at] in (' ', chr(9), chr(10), chr(13)) loop at := at + 1; end loop;
  return at;
end $$;
create or replace function emu.json_modify(given text, path text, value text) returns text language plpgsql immutable parallel safe as $$
declare
  doc text collate "C" := given; c text[]; m text[]; appends boolean := false; steps text[]; strict_ boolean; step text; wanted text;
  at int; pos int; item int; first_ int; ends int; n int; found boolean; is_key boolean; i int; comma int;
begin
  if doc is null then return null; end if;
  if path is null then perform emu.raise(40515, 16, 1, 'not supported by the emulator: JSON_MODIFY with a path that is NULL'); end if;
  perform emu.json_read(doc);
  m := regexp_match(path collate "C", '^\s*append\s+(.*)$');
  if m is not null then appends := true; path := m[1]; end if;
  steps := emu.json_steps(path);
  strict_ := steps[1] = 'strict';
  if cardinality(steps) = 1 and not appends then perform emu.raise(40515, 16, 1, 'not supported by the emulator: JSON_MODIFY of the whole document'); end if;
  c := string_to_array(doc, null);
  at := emu.json_blank(c, 1);
  for i in 2 .. cardinality(steps) loop
    step := steps[i]; is_key := left(step, 1) = '.'; wanted := substr(step, 2);
    if c[at] <> (case when is_key then '{' else '[' end) then
      if strict_ then perform emu.raise(13608, 16, 2, 'Property cannot be found on the specified JSON path.'); end if;
      return given;
    end if;
    pos := emu.json_blank(c, at + 1); n := 0; found := false; comma := null; ends := at + 1;
    while c[pos] not in ('}', ']') loop
      item := pos;
      if is_key then
        first_ := emu.json_blank(c, emu.json_blank(c, emu.json_end(c, pos)) + 1);
        found := (array_to_string(c[pos : emu.json_end(c, pos) - 1], '')::json #>> '{}') = wanted;
      else
        first_ := pos; found := n = wanted::int;
      end if;
      ends := emu.json_end(c, first_);
      exit when found;
      n := n + 1; pos := emu.json_blank(c, ends);
      if c[pos] = ',' then comma := pos; pos := emu.json_blank(c, pos + 1); end if;
    end loop;
    if found then
      at := first_;
    elsif i = cardinality(steps) and is_key and not strict_ and not appends then
      -- A new property, at the end of its object.
      if value is null then return given; end if;
      if c[ends] <> '}' then perform emu.raise(40515, 16, 1, 'not supported by the emulator: JSON_MODIFY of a new property before blanks'); end if;
      return substr(doc, 1, ends - 1) || case when n > 0 then ',' else '' end || to_json(wanted)::text || ':' || value || substr(doc, ends);
    else
      if strict_ then perform emu.raise(13608, 16, 2, 'Property cannot be found on the specified JSON path.'); end if;
      if i = cardinality(steps) and (appends or not is_key) then perform emu.raise(40515, 16, 1, 'not supported by the emulator: JSON_MODIFY of an element that is not there'); end if;
      return given;
    end if;
  end loop;
  if appends then
    if c[at] <> '[' then perform emu.raise(40515, 16, 1, 'not supported by the emulator: JSON_MODIFY append to what is no array'); end if;
    ends := emu.json_end(c, at) - 1;
    if c[ends - 1] in (' ', chr(9), chr(10), chr(13)) then perform emu.raise(40515, 16, 1, 'not supported by the emulator: JSON_MODIFY append before blanks'); end if;
    return substr(doc, 1, ends - 1) || case when c[ends - 1] = '[' then '' else ',' end || coalesce(value, 'null') || substr(doc, ends);
  end if;
  if value is null and not strict_ and is_key then
    pos := ends;
    if c[pos] = ',' then
      if c[pos + 1] in (' ', chr(9), chr(10), chr(13)) then perform emu.raise(40515, 16, 1, 'not supported by the emulator: JSON_MODIFY that removes a property beside blanks'); end if;
      return substr(doc, 1, item - 1) || substr(doc, pos + 1);
    end if;
    if c[pos] <> '}' or (comma is not null and comma <> item - 1) then perform emu.raise(40515, 16, 1, 'not supported by the emulator: JSON_MODIFY that removes a property beside blanks'); end if;
    return substr(doc, 1, coalesce(comma, item) - 1) || substr(doc, pos);
  end if;
  return substr(doc, 1, first_ - 1) || coalesce(value, 'null') || substr(doc, ends);
end $$;
`;
