/** JSON and XML as FOR JSON and FOR XML write them. */
export const documentSql = String.raw`
create or replace function emu.json_string(v text) returns text language sql immutable strict parallel safe as $$
  select replace(to_json(v)::text, '/', '\/') $$;
-- A time without the fraction that is nothing but zeros.
create or replace function emu.document_time(v text) returns text language sql immutable strict parallel safe as $$
  select regexp_replace(v, '\.0+(?=$|Z|[+-])', '') $$;
create or replace function emu.document_instant(v text) returns text language sql immutable strict parallel safe as $$
  select replace(emu.document_time(regexp_replace(replace(v, ' +00:00', 'Z'), ' (?=[+-])', '')), ' ', 'T') $$;
create or replace function emu.xml_text(given text) returns text language plpgsql immutable strict parallel safe as $$
declare v text collate "C" := given;
begin
  if v ~ '[\x01-\x08\x0b\x0c\x0e-\x1f]' then
    perform emu.raise(6841, 16, 1, 'FOR XML could not serialize the data for node ''NoName'' because it contains a character (0x' || upper(lpad(to_hex(ascii(substring(v from '[\x01-\x08\x0b\x0c\x0e-\x1f]'))), 4, '0')) || ') which is not allowed in XML. To retrieve this data using FOR XML, convert it to binary, varbinary or image data type and use the BINARY BASE64 directive.');
  end if;
  if v ~ '^ +$' then return repeat('&#x20;', length(v)); end if;
  if v ~ '^\s+$' then perform emu.raise(40515, 16, 1, 'not supported by the emulator: FOR XML of text that is nothing but tabs and line ends'); end if;
  return replace(replace(replace(replace(v, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), chr(13), '&#x0D;');
end $$;
create or replace function emu.xml_attribute(given text) returns text language plpgsql immutable strict parallel safe as $$
declare v text collate "C" := given;
begin
  if v ~ '[\x01-\x08\x0b\x0c\x0e-\x1f]' then perform emu.xml_text(v); end if;
  return replace(replace(replace(replace(replace(replace(replace(v, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), chr(9), '&#x09;'), chr(10), '&#x0A;'), chr(13), '&#x0D;');
end $$;
-- The text of an XML value, its tags left out; 'text' asks for its first text node.
create or replace function emu.xml_value(given text, wanted text) returns text language plpgsql immutable strict parallel safe as $$
declare x text collate "C" := given; r text collate "C";
begin
  if x ~ '<[!?]' then perform emu.raise(40515, 16, 1, 'not supported by the emulator: xml method .value() of comments, CDATA and processing instructions'); end if;
  if wanted = 'text' then
    if x like '%<%' then perform emu.raise(40515, 16, 1, 'not supported by the emulator: xml method .value() of text() beside elements'); end if;
    if x = '' then return null; end if;
  end if;
  r := regexp_replace(x, '<[^>]*>', '', 'g');
  r := replace(replace(replace(r, '&#x20;', ' '), '&#x0D;', chr(13)), '&#x0A;', chr(10));
  r := replace(replace(replace(replace(r, '&#x09;', chr(9)), '&lt;', '<'), '&gt;', '>'), '&quot;', '"');
  return replace(replace(r, '&apos;', ''''), '&amp;', '&');
end $$;
-- A result comes in rows of 2,033 characters.
create or replace function emu.document_rows(given text) returns setof text language plpgsql immutable parallel safe as $$
declare v text collate "C" := given; units int := 0; part text := ''; c text;
begin
  if v is null then return; end if;
  if octet_length(v) = length(v) then
    return query select substr(v, n * 2033 + 1, 2033) from generate_series(0, (length(v) - 1) / 2033) as n order by n;
    return;
  end if;
  foreach c in array string_to_array(v, null) loop
    if units + emu.len16(c) > 2033 then return next part; part := ''; units := 0; end if;
    part := part || c;
    units := units + emu.len16(c);
  end loop;
  if part <> '' then return next part; end if;
end $$;
`;
