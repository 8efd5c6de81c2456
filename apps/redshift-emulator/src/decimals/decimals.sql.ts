/**
 * DECIMAL arithmetic with Redshift's results. The right operand carries what the result is to be like, so that an
 * operator keeps its place in the order of precedence; see decimal-arithmetic.ts. A quotient is cut, not rounded: the
 * guide does not say, AVG of the guide's examples is.
 */
export const DECIMALS_SQL = String.raw`
do $$ begin
  if to_regtype('redshift_emulator.divisor') is null then
    create type redshift_emulator.divisor as (value numeric, factor numeric, unit numeric, bound numeric);
    create type redshift_emulator.operand as (value numeric, bound numeric);
  end if;
end $$;
create or replace function redshift_emulator.within(v numeric, bound numeric) returns numeric language plpgsql immutable as $$
begin
  if abs(v) >= bound then raise exception using errcode = '22003', message = 'Numeric data overflow (result precision)'; end if;
  return v;
end $$;
create or replace function redshift_emulator.quotient(a numeric, b redshift_emulator.divisor) returns numeric language sql immutable as $$
  select case when (b).bound is null then pg_catalog.div(a * (b).factor, (b).value) * (b).unit
    else redshift_emulator.within(pg_catalog.div(a * (b).factor, (b).value) * (b).unit, (b).bound) end $$;
create or replace function redshift_emulator.product(a numeric, b redshift_emulator.operand) returns numeric language sql immutable as
$$ select redshift_emulator.within(a * (b).value, (b).bound) $$;
create or replace function redshift_emulator.sum_of(a numeric, b redshift_emulator.operand) returns numeric language sql immutable as
$$ select redshift_emulator.within(a + (b).value, (b).bound) $$;
create or replace function redshift_emulator.difference(a numeric, b redshift_emulator.operand) returns numeric language sql immutable as
$$ select redshift_emulator.within(a - (b).value, (b).bound) $$;
do $$ begin
  if not exists (select from pg_operator where oprright = 'redshift_emulator.divisor'::regtype) then
    create operator pg_catalog./ (leftarg = numeric, rightarg = redshift_emulator.divisor, function = redshift_emulator.quotient);
    create operator pg_catalog.* (leftarg = numeric, rightarg = redshift_emulator.operand, function = redshift_emulator.product);
    create operator pg_catalog.+ (leftarg = numeric, rightarg = redshift_emulator.operand, function = redshift_emulator.sum_of);
    create operator pg_catalog.- (leftarg = numeric, rightarg = redshift_emulator.operand, function = redshift_emulator.difference);
  end if;
end $$;

-- Tells how PostgreSQL understands a query, as a message of its own (debug_print_parse), whoever asks; nothing when it does not.
create or replace function redshift_emulator.print_query(query text, parameters oid[]) returns int language plpgsql security definer
set log_min_messages = 'fatal' set client_min_messages = 'log' set debug_print_parse = on set debug_pretty_print = off as $$
declare head text := 'prepare redshift_emulator_query' || coalesce((select '(' || string_agg(case when o = 0 then 'unknown' else format_type(o, null) end, ', '
  order by n) || ')' from unnest(parameters) with ordinality p(o, n)), '') || ' as ';
begin
  execute head || query;
  deallocate redshift_emulator_query;
  return octet_length(head);
exception when others then return 0;
end $$;
`;
