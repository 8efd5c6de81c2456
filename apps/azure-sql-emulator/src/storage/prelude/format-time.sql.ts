/** FORMAT of dates and times in the culture en-US. */
export const formatTimeSql = String.raw`
-- Quoted and escaped parts and runs of one letter, each a token.
create or replace function emu.format_tokens(f text) returns setof text language sql immutable strict parallel safe as $$
  select t[1] from regexp_matches(f collate "C", '(\\.|''[^'']*''|"[^"]*"|d+|M+|y+|h+|H+|m+|s+|f+|F+|t+|g+|z+|K|%|.)', 'g') as t $$;
create or replace function emu.format_time(t int8, o int, given text) returns text language plpgsql immutable parallel safe as $$
declare
  f text collate "C" := given; token text; c text; n int; r text := ''; d date; clock int8; h int; part text; fraction text;
begin
  if t is null or f is null then return null; end if;
  if f = '' then f := 'G'; end if;
  d := emu.ticks_date(t); clock := t % 864000000000; h := (clock / 36000000000)::int;
  fraction := lpad((clock % 10000000)::text, 7, '0');
  if length(f) = 1 then
    f := case f
      when 'd' then 'M/d/yyyy' when 'D' then 'dddd, MMMM d, yyyy'
      when 'f' then 'dddd, MMMM d, yyyy h:mm tt' when 'F' then 'dddd, MMMM d, yyyy h:mm:ss tt'
      when 'g' then 'M/d/yyyy h:mm tt' when 'G' then 'M/d/yyyy h:mm:ss tt'
      when 'm' then 'MMMM d' when 'M' then 'MMMM d'
      when 'o' then 'yyyy-MM-ddTHH:mm:ss.fffffffK' when 'O' then 'yyyy-MM-ddTHH:mm:ss.fffffffK'
      when 's' then 'yyyy-MM-ddTHH:mm:ss' when 't' then 'h:mm tt' when 'T' then 'h:mm:ss tt'
      when 'y' then 'MMMM yyyy' when 'Y' then 'MMMM yyyy'
      when 'r' then 'ddd, dd MMM yyyy HH:mm:ss \G\M\T' when 'R' then 'ddd, dd MMM yyyy HH:mm:ss \G\M\T'
      when 'u' then 'yyyy-MM-dd HH:mm:ss\Z' end;
    if f is null then
      if given = 'U' then return emu.format_refused('U'); end if;
      return null;
    end if;
    if o is not null and given in ('r', 'R', 'u') then return emu.format_refused(given || ' of datetimeoffset'); end if;
    if o is not null and given = '' then f := f || ' zzz'; end if;
  end if;
  for token in select emu.format_tokens(f) loop
    c := left(token, 1); n := length(token);
    part := case c
      when '\' then substr(token, 2)
      when '''' then case when n > 1 then substr(token, 2, n - 2) end
      when '"' then case when n > 1 then substr(token, 2, n - 2) end
      when '%' then ''
      when 'd' then case when n > 3 then to_char(d, 'FMDay') when n = 3 then to_char(d, 'Dy') else lpad(extract(day from d)::text, greatest(n, length(extract(day from d)::text)), '0') end
      when 'M' then case when n > 3 then to_char(d, 'FMMonth') when n = 3 then to_char(d, 'Mon') else lpad(extract(month from d)::text, greatest(n, length(extract(month from d)::text)), '0') end
      when 'y' then case when n = 1 then (extract(year from d)::int % 100)::text when n = 2 then lpad((extract(year from d)::int % 100)::text, 2, '0') else lpad(extract(year from d)::text, greatest(n, length(extract(year from d)::text)), '0') end
      when 'h' then lpad(((h + 11) % 12 + 1)::text, greatest(least(n, 2), length(((h + 11) % 12 + 1)::text)), '0')
      when 'H' then lpad(h::text, greatest(least(n, 2), length(h::text)), '0')
      when 'm' then lpad((clock / 600000000 % 60)::text, greatest(least(n, 2), length((clock / 600000000 % 60)::text)), '0')
      when 's' then lpad((clock / 10000000 % 60)::text, greatest(least(n, 2), length((clock / 10000000 % 60)::text)), '0')
      when 'f' then case when n <= 7 then left(fraction, n) end
      when 'F' then case when n <= 7 then rtrim(left(fraction, n), '0') end
      when 't' then left(case when h < 12 then 'AM' else 'PM' end, least(n, 2))
      when 'g' then 'A.D.'
      when 'K' then case when o is null then '' else emu.offset_text(o) end
      when 'z' then case when o is null then emu.format_refused('z of a time without an offset')
        when n = 1 then case when o < 0 then '-' else '+' end || (abs(o) / 60)::text
        when n = 2 then case when o < 0 then '-' else '+' end || lpad((abs(o) / 60)::text, 2, '0')
        else emu.offset_text(o) end
      else token end;
    if part is null then return null; end if;
    if c = 'F' and part = '' and right(r, 1) = '.' then r := left(r, -1); end if;
    r := r || part;
  end loop;
  return r;
end $$;
-- The type time is .NET's TimeSpan: what stands between its parts has to be escaped.
create or replace function emu.format_clock(t int8, given text) returns text language plpgsql immutable strict parallel safe as $$
declare f text collate "C" := given; token text; c text; n int; r text := ''; part text; fraction text := lpad((t % 10000000)::text, 7, '0');
begin
  if f in ('', 'c', 't', 'T') then
    return emu.time_text(t, 0) || case when t % 10000000 = 0 then '' else '.' || fraction end;
  end if;
  if f in ('g', 'G') then return emu.format_refused(f || ' of time'); end if;
  if length(f) = 1 then return null; end if;
  for token in select emu.format_tokens(f) loop
    c := left(token, 1); n := length(token);
    part := case c
      when '\' then substr(token, 2)
      when '''' then case when n > 1 then substr(token, 2, n - 2) end
      when '"' then case when n > 1 then substr(token, 2, n - 2) end
      when '%' then ''
      when 'd' then case when n <= 8 then repeat('0', n) end
      when 'h' then case when n <= 2 then lpad((t / 36000000000)::text, greatest(n, length((t / 36000000000)::text)), '0') end
      when 'm' then case when n <= 2 then lpad((t / 600000000 % 60)::text, greatest(n, length((t / 600000000 % 60)::text)), '0') end
      when 's' then case when n <= 2 then lpad((t / 10000000 % 60)::text, greatest(n, length((t / 10000000 % 60)::text)), '0') end
      when 'f' then case when n <= 7 then left(fraction, n) end
      when 'F' then case when n <= 7 then rtrim(left(fraction, n), '0') end
    end;
    if part is null then return null; end if;
    r := r || part;
  end loop;
  return r;
end $$;
`;
