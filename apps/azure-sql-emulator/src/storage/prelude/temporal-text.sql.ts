/** Dates and times as text: CONVERT's styles, both ways. */
export const temporalTextSql = String.raw`
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
  m := regexp_match(y, '^(.*?)(?:^|[T\s])\s*(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:[.:](\d{1,7}))?)?)?\s*(AM|PM)?$', 'i');
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
  -- datetime and smalldatetime take three digits of a second from text, no more.
  if p.ok and classic and (x collate "C") ~ ':\d{1,2}[.:]\d{4,}' then p.ok := false; end if;
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
`;
