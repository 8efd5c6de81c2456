/** Binary data and uniqueidentifier. */
export const binarySql = String.raw`
create or replace function emu.fit_bytes(x bytea, n int, target text) returns bytea language plpgsql immutable strict parallel safe as $$
begin
  if length(x) <= n then return x; end if;
  perform emu.too_long('0x' || upper(encode(substr(x, 1, n), 'hex')), 100, target);
end $$;
create or replace function emu.pad_bytes(x bytea, n int) returns bytea language sql immutable strict parallel safe as $$
  select case when length(x) >= n then substr(x, 1, n) else x || decode(repeat('00', n - length(x)), 'hex') end $$;
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
create or replace function emu.in_mask(id int, mask bytea) returns bool language plpgsql immutable parallel safe as $$
declare i int := 4;
begin
  if mask is null then return true; end if;
  if length(mask) < 8 then perform emu.raise(22101, 16, 1, 'The value supplied for the change_columns argument of CHANGE_TRACKING_IS_COLUMN_IN_MASK function is not valid. The value must be a bitmask returned by the CHANGETABLE(CHANGES ...) function.'); end if;
  while i + 3 < length(mask) loop
    if (get_byte(mask, i) | (get_byte(mask, i + 1) << 8) | (get_byte(mask, i + 2) << 16) | (get_byte(mask, i + 3) << 24)) = id then return true; end if;
    i := i + 4;
  end loop;
  return false;
end $$;
`;
