/** FORMAT in the culture en-US, as .NET Framework writes numbers and times; NULL for a format that is none. */
export const formatSql = String.raw`
create or replace function emu.format_refused(what text) returns text language plpgsql as $$
begin
  perform emu.raise(40515, 16, 1, 'not supported by the emulator: FORMAT with ' || what);
  return null;
end $$;
create or replace function emu.grouped(digits text) returns text language sql immutable strict parallel safe as $$
  select reverse(regexp_replace(reverse(digits collate "C"), '(\d{3})(?=\d)', '\1,', 'g')) $$;
create or replace function emu.format_number(v numeric, given text, kind text) returns text language plpgsql immutable strict parallel safe as $$
declare f text collate "C" := given; m text[]; letter text; p int; r text; n numeric; e int;
begin
  if f = '' then f := 'G'; end if;
  m := regexp_match(f, '^([A-Za-z])(\d{0,2})$');
  if m is null then return emu.format_custom(v, f); end if;
  letter := upper(m[1]); p := nullif(m[2], '')::int;
  case letter
    when 'N' then
      n := round(v, coalesce(p, 2));
      r := abs(n)::text;
      r := emu.grouped(split_part(r, '.', 1)) || coalesce('.' || nullif(split_part(r, '.', 2), ''), '');
      return case when n < 0 then '-' else '' end || r;
    when 'F' then
      return round(v, coalesce(p, 2))::text;
    when 'C' then
      n := round(v, coalesce(p, 2));
      r := abs(n)::text;
      r := '$' || emu.grouped(split_part(r, '.', 1)) || coalesce('.' || nullif(split_part(r, '.', 2), ''), '');
      return case when n < 0 then '(' || r || ')' else r end;
    when 'D' then
      if kind <> 'int' then return null; end if;
      r := abs(v)::text;
      return case when v < 0 then '-' else '' end || lpad(r, greatest(length(r), coalesce(p, 0)), '0');
    when 'X' then
      if kind <> 'int' then return null; end if;
      if v < 0 then return emu.format_refused('X of a negative number'); end if;
      r := to_hex(v::int8);
      r := lpad(r, greatest(length(r), coalesce(p, 0)), '0');
      return case when m[1] = 'X' then upper(r) else r end;
    when 'E' then
      if v = 0 then e := 0; n := 0;
      else
        e := floor(log(abs(v)))::int;
        if abs(v) >= power(10::numeric, e + 1) then e := e + 1; elsif abs(v) < power(10::numeric, e) then e := e - 1; end if;
        n := round(case when e < 0 then v * power(10::numeric, -e) else v / power(10::numeric, e) end, coalesce(p, 6));
        if abs(n) >= 10 then e := e + 1; n := round(n / 10, coalesce(p, 6)); end if;
      end if;
      return round(n, coalesce(p, 6))::text || m[1] || case when e < 0 then '-' else '+' end || lpad(abs(e)::text, 3, '0');
    when 'G' then
      if p is not null or kind = 'float' then return emu.format_refused('G of float, or with a precision'); end if;
      return v::text;
    when 'P' then
      return emu.format_refused('P, whose blank depends on the version of Windows; use 0.00%');
    when 'R' then
      return emu.format_refused('R');
    else return null;
  end case;
end $$;
-- A custom format: sections, placeholders, literals.
create or replace function emu.format_custom(v numeric, f text) returns text language plpgsql immutable strict parallel safe as $$
declare
  kinds text[] := '{}'; texts text[] := '{}'; starts int[] := array[1];
  c text; i int := 1; q text; lit text; chosen int; x numeric; turn int; a int; b int; places int := 0; decimals int := 0; least_ int := 0; least_decimals int := 0;
  seen boolean := false; grouping_ boolean := false; scale int := 0; percent int := 0; commas int := 0;
  digits text; fraction text := ''; at int := 0; remaining int; shown int; out text := ''; k int;
begin
  while i <= length(f) loop
    c := substr(f, i, 1);
    if c = '\' then
      kinds := kinds || 'L'::text; texts := texts || substr(f, i + 1, 1); i := i + 2; continue;
    elsif c in ('''', '"') then
      q := c; lit := ''; i := i + 1;
      while i <= length(f) and substr(f, i, 1) <> q loop lit := lit || substr(f, i, 1); i := i + 1; end loop;
      kinds := kinds || 'L'::text; texts := texts || lit; i := i + 1; continue;
    elsif c = ';' then
      starts := starts || (cardinality(kinds) + 1);
    elsif c in ('0', '#', '.', ',', '%') then
      kinds := kinds || c; texts := texts || c;
    elsif c in ('E', 'e') and substr(f, i + 1) ~ '^[+-]?0' then
      return emu.format_refused('an exponent in a custom format');
    elsif c = '‰' then
      return emu.format_refused('‰');
    else
      kinds := kinds || 'L'::text; texts := texts || c;
    end if;
    i := i + 1;
  end loop;
  chosen := case when v < 0 and cardinality(starts) > 1 and not (starts[2] > coalesce(starts[3] - 1, cardinality(kinds))) then 2
                 when v = 0 and cardinality(starts) > 2 and not (starts[3] > cardinality(kinds)) then 3 else 1 end;
  x := abs(v);
  for turn in 1 .. 2 loop
    a := starts[chosen]; b := coalesce(starts[chosen + 1] - 1, cardinality(kinds));
    places := 0; decimals := 0; least_ := 0; least_decimals := 0; seen := false; grouping_ := false; scale := 0; percent := 0; commas := 0;
    for j in a .. b loop
      case kinds[j]
        when '0', '#' then
          if seen then
            decimals := decimals + 1;
            if kinds[j] = '0' then least_decimals := decimals; end if;
          else
            if commas > 0 and places > 0 then grouping_ := true; end if;
            commas := 0; places := places + 1;
            if kinds[j] = '0' or least_ > 0 then least_ := least_ + 1; end if;
          end if;
        when ',' then if not seen and places > 0 then commas := commas + 1; end if;
        when '.' then if not seen then scale := commas; commas := 0; end if; seen := true;
        when '%' then percent := percent + 1;
        else null;
      end case;
    end loop;
    if not seen then scale := commas; end if;
    x := round(abs(v) * power(100::numeric, percent) / power(1000::numeric, scale), decimals);
    exit when x <> 0 or v = 0;
    -- What rounds to nothing is written as zero is.
    k := case when cardinality(starts) > 2 then 3 else 1 end;
    exit when chosen = k;
    chosen := k;
  end loop;
  digits := trunc(x)::text;
  if digits = '0' then digits := ''; end if;
  digits := lpad(digits, greatest(length(digits), least_), '0');
  if decimals > 0 then fraction := rtrim(split_part(x::text, '.', 2), '0'); end if;
  fraction := rpad(fraction, greatest(length(fraction), least_decimals), '0');
  seen := false; k := 0;
  for j in a .. b loop
    case kinds[j]
      when '0', '#' then
        if not seen then
          remaining := places - at - 1;
          shown := case when at = 0 then greatest(length(digits) - places + 1, 0) else case when length(digits) > remaining then 1 else 0 end end;
          for d in 1 .. shown loop
            k := length(digits) - remaining - shown + d;
            out := out || substr(digits, k, 1);
            if grouping_ and length(digits) - k > 0 and (length(digits) - k) % 3 = 0 then out := out || ','; end if;
          end loop;
          at := at + 1;
        else
          out := out || substr(fraction, at + 1, 1);
          at := at + 1;
        end if;
      when '.' then
        if not seen then
          if places = 0 then out := out || digits; end if;
          if fraction <> '' then out := out || '.'; end if;
          seen := true; at := 0;
        end if;
      when ',' then null;
      when '%' then out := out || '%';
      else out := out || texts[j];
    end case;
  end loop;
  return case when v < 0 and x <> 0 and chosen = 1 then '-' else '' end || out;
end $$;
`;
