/** JSON documents: kept as the text they are, so that what is taken out of them is spelled as it was. */
export const jsonSql = String.raw`
create or replace function emu.json_read(doc text) returns json language plpgsql immutable strict parallel safe as $$
begin
  return doc::json;
exception when invalid_text_representation or untranslatable_character then
  perform emu.raise(13609, 16, 4, 'JSON text is not properly formatted.');
end $$;
-- The steps of a path, each an object's key or an array's number in brackets; the first element is the mode.
create or replace function emu.json_steps(path text) returns text[] language plpgsql immutable strict parallel safe as $$
declare rest text collate "C" := btrim(path); r text[] := array['lax']; m text[];
begin
  m := regexp_match(rest, '^(lax|strict)\s+(.*)$', 'i');
  if m is not null then r := array[lower(m[1])]; rest := m[2]; end if;
  if left(rest, 1) <> '$' then perform emu.raise(13607, 16, 4, 'JSON path is not properly formatted. Unexpected character ''' || left(rest, 1) || ''' is found at position 0.'); end if;
  rest := substr(rest, 2);
  while rest <> '' loop
    m := regexp_match(rest, '^\[(\d+)\](.*)$');
    if m is not null then r := r || ('[' || m[1]); rest := m[2]; continue; end if;
    m := regexp_match(rest, '^\."((?:[^"\\]|\\.)*)"(.*)$');
    if m is null then m := regexp_match(rest, '^\.([A-Za-z_][A-Za-z0-9_$]*)(.*)$'); end if;
    if m is null then perform emu.raise(13607, 16, 4, 'JSON path is not properly formatted. Unexpected character ''' || left(rest, 1) || ''' is found at position ' || length(btrim(path)) - length(rest) || '.'); end if;
    r := r || ('.' || m[1]); rest := m[2];
  end loop;
  return r;
end $$;
-- The value at a path; NULL when there is none, which strict paths refuse.
create or replace function emu.json_at(doc text, path text) returns json language plpgsql immutable strict parallel safe as $$
declare j json := emu.json_read(doc); steps text[] := emu.json_steps(path); s text; i int;
begin
  for i in 2 .. cardinality(steps) loop
    s := steps[i];
    if left(s, 1) = '[' then j := case when json_typeof(j) = 'array' then j -> substr(s, 2)::int end;
    else j := case when json_typeof(j) = 'object' then j -> substr(s, 2) end;
    end if;
    if j is null then
      if steps[1] = 'strict' then perform emu.raise(13608, 16, 2, 'Property cannot be found on the specified JSON path.'); end if;
      return null;
    end if;
  end loop;
  return j;
end $$;
create or replace function emu.json_value(doc text, path text) returns text language plpgsql immutable strict parallel safe as $$
declare j json := emu.json_at(doc, path); r text;
begin
  if json_typeof(j) in ('object', 'array') then
    if (emu.json_steps(path))[1] = 'strict' then perform emu.raise(13623, 16, 2, 'Scalar value cannot be found in the specified JSON path.'); end if;
    return null;
  end if;
  r := j #>> '{}';
  if emu.len16(r) > 4000 then
    if (emu.json_steps(path))[1] = 'strict' then perform emu.raise(13625, 16, 1, 'String value in the specified JSON path would be truncated.'); end if;
    return null;
  end if;
  return r;
end $$;
create or replace function emu.json_query(doc text, path text) returns text language plpgsql immutable strict parallel safe as $$
declare j json := emu.json_at(doc, path);
begin
  if json_typeof(j) in ('object', 'array') then return btrim(j::text, E' \t\r\n'); end if;
  if j is not null and (emu.json_steps(path))[1] = 'strict' then perform emu.raise(13624, 16, 2, 'Object or array cannot be found in the specified JSON path.'); end if;
  return null;
end $$;
create or replace function emu.json_exists(doc text, path text) returns int language plpgsql immutable strict parallel safe as $$
begin
  return case when emu.json_at(doc, regexp_replace(path collate "C", '^\s*strict\s+', '', 'i')) is null then 0 else 1 end;
end $$;
create or replace function emu.json_kind(j json) returns int2 language sql immutable parallel safe as $$
  select case json_typeof(j) when 'null' then 0 when 'string' then 1 when 'number' then 2 when 'boolean' then 3 when 'array' then 4 when 'object' then 5 end::int2 $$;
-- OPENJSON without a schema: a row for each member or element.
create or replace function emu.json_members(doc text, path text) returns table (k text, v text, t int2) language plpgsql immutable parallel safe as $$
declare j json := emu.json_at(doc, path);
begin
  if json_typeof(j) = 'object' then
    return query select e.key, case when json_typeof(e.value) in ('object', 'array') then btrim(e.value::text, E' \t\r\n') else e.value #>> '{}' end, emu.json_kind(e.value) from json_each(j) as e;
  elsif json_typeof(j) = 'array' then
    return query select (e.n - 1)::text, case when json_typeof(e.value) in ('object', 'array') then btrim(e.value::text, E' \t\r\n') else e.value #>> '{}' end, emu.json_kind(e.value) from json_array_elements(j) with ordinality as e(value, n);
  elsif j is not null and (emu.json_steps(path))[1] = 'strict' then
    perform emu.raise(13611, 16, 1, 'Value referenced by JSON path is not an array or object and cannot be opened with OPENJSON.');
  end if;
end $$;
-- OPENJSON with a schema: a row for each element of an array, or one for an object.
create or replace function emu.json_rows(doc text, path text) returns table (v text) language plpgsql immutable parallel safe as $$
declare j json := emu.json_at(doc, path);
begin
  if json_typeof(j) = 'array' then return query select e::text from json_array_elements(j) as e;
  elsif json_typeof(j) = 'object' then return query select j::text;
  elsif j is not null and (emu.json_steps(path))[1] = 'strict' then
    perform emu.raise(13611, 16, 1, 'Value referenced by JSON path is not an array or object and cannot be opened with OPENJSON.');
  end if;
end $$;
`;
