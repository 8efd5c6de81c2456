import {
  BIGINT,
  FLOAT,
  INT,
  asDecimal,
  decimal,
  familyOf,
  fitDecimal,
  isNumeric,
  isText,
  pgType,
} from '../types.js';
import { SqlError, unsupported } from '../errors.js';
import type { SqlType } from '../../engine.js';
import { typed, type Typed } from '../binder/typed.js';
import { fn, type BuiltIn, type FunctionContext, type FunctionTable } from './function-set.js';

const distinct = (f: FunctionContext): string => {
  if (!f.call.distinct) return '';
  if (f.call.over)
    throw new SqlError(10759, 'Use of DISTINCT is not allowed with the OVER clause.', f.line, 15);
  return 'distinct ';
};

const count =
  (type: SqlType): BuiltIn =>
  (f) => {
    const inner = f.call.star ? '*' : `${distinct(f)}${f.key(f.arg(0))}`;
    const pg = `count(${inner})${f.over()}`;
    return typed(type === INT ? `(${pg})::int4` : pg, type, false);
  };

const numericArgument = (f: FunctionContext): Typed => {
  const e = f.arg(0);
  if (!isNumeric(e.type) || e.type.name === 'bit' || e.untyped) {
    throw new SqlError(
      8117,
      `Operand data type ${e.untyped ? 'NULL' : e.type.name} is invalid for ${f.call.name.toLowerCase()} operator.`,
      f.line,
    );
  }
  return e;
};

const sumType = (type: SqlType): SqlType => {
  switch (familyOf(type)) {
    case 'int':
      return type.name === 'bigint' ? BIGINT : INT;
    case 'money':
      return { name: 'money' };
    case 'float':
      return FLOAT;
    default:
      return { ...decimal(38, asDecimal(type).scale), name: type.name };
  }
};

const sum: BuiltIn = (f) => {
  const e = numericArgument(f);
  const type = sumType(e.type);
  const x = type.name === 'float' ? `(${e.pg})::float8` : e.pg;
  return typed(`(sum(${distinct(f)}${x})${f.over()})::${pgType(type)}`, type);
};

/** AVG of integers is an integer; of decimals it has at least six digits and is cut there. */
const avg: BuiltIn = (f) => {
  const e = numericArgument(f);
  const family = familyOf(e.type);
  if (family === 'float') return typed(`(avg(${distinct(f)}(${e.pg})::float8)${f.over()})`, FLOAT);
  const d = distinct(f);
  const over = f.over();
  const x = `(${e.pg})::numeric`;
  const total = `sum(${d}${x})${over}`;
  const n = `nullif(count(${d}${e.pg})${over}, 0)`;
  if (family === 'int') {
    const type = sumType(e.type);
    return typed(`(div(${total}, ${n}))::${pgType(type)}`, type);
  }
  if (family === 'money')
    return typed(`(div(${total} * 10000, ${n}) * 0.0001)::numeric(19,4)`, { name: 'money' });
  const { scale } = asDecimal(e.type);
  const result = { ...fitDecimal(38, Math.max(scale, 6), true), name: e.type.name };
  return typed(
    `(div(${total} * 1e${result.scale}::numeric, ${n}) * 1e-${result.scale}::numeric)::${pgType(result)}`,
    result,
  );
};

const extreme =
  (name: 'min' | 'max'): BuiltIn =>
  (f) => {
    const e = f.arg(0);
    if (e.type.name === 'bit')
      throw new SqlError(8117, `Operand data type bit is invalid for ${name} operator.`, f.line);
    const over = f.over();
    const base = {
      type: e.type,
      nullable: true,
      ...(e.collationFrom ? { collationFrom: e.collationFrom } : {}),
    };
    if (isText(e.type)) return { ...base, pg: `${name}(${f.key(e)})${over}`, raw: true };
    if (e.type.name === 'datetimeoffset') return { ...base, pg: `emu.${name}(${e.pg})${over}` };
    // PostgreSQL has no min(uuid) before 18's row comparison; its order is SQL Server's here, because of how they are kept.
    if (e.type.name === 'uniqueidentifier') {
      if (over) throw unsupported(`${name.toUpperCase()} of uniqueidentifier OVER`, f.line);
      return {
        ...base,
        pg: `(array_agg(${e.pg} order by ${e.pg}${name === 'max' ? ' desc nulls last' : ''}))[1]`,
      };
    }
    return { ...base, pg: `${name}(${e.pg})${over}` };
  };

const deviation =
  (name: string): BuiltIn =>
  (f) => {
    const e = numericArgument(f);
    return typed(`(${name}(${distinct(f)}(${e.pg})::float8)${f.over()})`, FLOAT);
  };

const ranking =
  (name: string): BuiltIn =>
  (f) => {
    if (!f.call.over)
      throw new SqlError(10753, `The function '${f.call.name}' must have an OVER clause.`, f.line, 15);
    if (f.call.over.orderBy.length === 0) {
      throw new SqlError(
        4112,
        `The function '${f.call.name}' must have an OVER clause with ORDER BY.`,
        f.line,
        15,
      );
    }
    return typed(`${name}()${f.over()}`, BIGINT, false);
  };

const percentile =
  (name: 'percentile_cont' | 'percentile_disc'): BuiltIn =>
  (f) => {
    const order = f.call.withinGroup?.[0];
    if (!order || !f.call.over)
      throw new SqlError(
        10751,
        `The function '${f.call.name}' must have a WITHIN GROUP clause and an OVER clause.`,
        f.line,
        15,
      );
    const e = f.bind(order.expr);
    const partitions = f.call.over.partitionBy.map((p) => f.key(f.bind(p)));
    const type: SqlType = name === 'percentile_cont' ? FLOAT : e.type;
    const x = name === 'percentile_cont' ? f.to(e, FLOAT) : e.pg;
    // PostgreSQL has no ordered-set aggregates over a window: collected per partition and interpolated.
    const values = `array_agg(${x}) over (${partitions.length ? `partition by ${partitions.join(', ')} ` : ''})`;
    return typed(`emu.${name}(${values}, ${f.float(0)}, ${order.descending})`, type);
  };

const offsetFunction =
  (name: 'lag' | 'lead'): BuiltIn =>
  (f) => {
    if (!f.call.over)
      throw new SqlError(10753, `The function '${f.call.name}' must have an OVER clause.`, f.line, 15);
    if (f.call.ignoreNulls) throw unsupported(`${f.call.name} IGNORE NULLS`, f.line);
    const e = f.arg(0);
    const args = [f.key(e), f.has(1) ? f.int(1) : '1'];
    const text = isText(e.type);
    if (f.has(2)) {
      const fallback = f.to(f.arg(2), e.type);
      args.push(text ? f.key(typed(fallback, e.type)) : fallback);
    }
    return {
      pg: `${name}(${args.join(', ')})${f.over()}`,
      type: e.type,
      nullable: true,
      ...(text ? { raw: true } : {}),
    };
  };

const edgeFunction =
  (name: 'first_value' | 'last_value'): BuiltIn =>
  (f) => {
    const e = f.arg(0);
    const key = f.key(e);
    const known = `array_agg(${key}) filter (where ${key} is not null)${f.over()}`;
    const at = name === 'first_value' ? '1' : `(count(${key})${f.over()})::int4`;
    return {
      pg: f.call.ignoreNulls ? `(${known})[${at}]` : `${name}(${key})${f.over()}`,
      type: e.type,
      nullable: true,
      ...(isText(e.type) ? { raw: true } : {}),
    };
  };

export const aggregateFunctions: FunctionTable = {
  COUNT: fn(0, 1, count(INT)),
  COUNT_BIG: fn(0, 1, count(BIGINT)),
  APPROX_COUNT_DISTINCT: fn(1, 1, (f) => typed(`count(distinct ${f.key(f.arg(0))})`, BIGINT, false)),
  SUM: fn(1, 1, sum),
  AVG: fn(1, 1, avg),
  MIN: fn(1, 1, extreme('min')),
  MAX: fn(1, 1, extreme('max')),
  STDEV: fn(1, 1, deviation('stddev_samp')),
  STDEVP: fn(1, 1, deviation('stddev_pop')),
  VAR: fn(1, 1, deviation('var_samp')),
  VARP: fn(1, 1, deviation('var_pop')),
  ROW_NUMBER: fn(0, 0, ranking('row_number')),
  RANK: fn(0, 0, ranking('rank')),
  DENSE_RANK: fn(0, 0, ranking('dense_rank')),
  PERCENT_RANK: fn(0, 0, (f) => ({ ...ranking('percent_rank')(f), type: FLOAT })),
  CUME_DIST: fn(0, 0, (f) => ({ ...ranking('cume_dist')(f), type: FLOAT })),
  NTILE: fn(1, 1, (f) => typed(`(ntile(${f.int(0)})${f.over()})::int8`, BIGINT, false)),
  PERCENTILE_CONT: fn(1, 1, percentile('percentile_cont')),
  PERCENTILE_DISC: fn(1, 1, percentile('percentile_disc')),
  LAG: fn(1, 3, offsetFunction('lag')),
  LEAD: fn(1, 3, offsetFunction('lead')),
  FIRST_VALUE: fn(1, 1, edgeFunction('first_value')),
  LAST_VALUE: fn(1, 1, edgeFunction('last_value')),
  GROUPING_ID: fn(1, 32, (f) =>
    typed(`grouping(${Array.from({ length: f.count }, (_, i) => f.key(f.arg(i))).join(', ')})`, INT, false),
  ),
  GROUPING: fn(1, 1, (f) => typed(`(grouping(${f.key(f.arg(0))}))::int2`, { name: 'tinyint' }, false)),
  CHECKSUM_AGG: fn(1, 1, (f) => typed(`(bit_xor(${f.int(0)}))`, INT)),
};
