import { literal } from '../../catalog/naming.js';

import type { SqlType } from '../../engine.js';
import { SqlError, unsupported } from '../errors.js';

import { BIGINT, BIT, INT, SYSNAME, decimal, isText, nvarchar, pgType, varchar } from '../types.js';
import { typed } from '../binder/typed.js';
import { property } from './metadata-functions.js';
import { fn, type BuiltIn, type FunctionContext, type FunctionTable } from './function-set.js';

const coalesce: BuiltIn = (f) => {
  const values = Array.from({ length: f.count }, (_, i) => f.arg(i));
  if (values.every((e) => e.untyped)) {
    throw new SqlError(
      4127,
      'At least one of the arguments to COALESCE must be an expression that is not the NULL constant.',
      f.line,
    );
  }
  const { pgs, type, collationFrom } = f.unify(values);
  return {
    pg: `coalesce(${pgs.join(', ')})`,
    type,
    nullable: values.every((e) => e.nullable),
    ...(collationFrom ? { collationFrom } : {}),
  };
};

const isNull: BuiltIn = (f) => {
  const [e, other] = [f.arg(0), f.arg(1)];
  const type = e.untyped ? other.type : e.type;
  const text = isText(type);
  const first = e.untyped ? `null::${pgType(type)}` : text ? f.textOf(e) : e.pg;
  return {
    pg: `coalesce(${first}, ${f.to(other, type)})`,
    type,
    nullable: e.nullable && other.nullable,
    ...(e.collationFrom && text ? { collationFrom: e.collationFrom } : {}),
  };
};

const nullIf: BuiltIn = (f) => {
  const e = f.arg(0);
  const [left, right] = f.call.args;
  if (!left || !right || e.untyped)
    throw new SqlError(
      4151,
      'The type of the first argument to NULLIF cannot be the NULL constant because the type of the first argument has to be known.',
      f.line,
    );
  const test = f.condition({ kind: 'compare', op: '=', left, right, line: f.line });
  const { raw: _raw, ...rest } = e;
  return {
    ...rest,
    pg: `(case when ${test} then null else ${isText(e.type) ? f.textOf(e) : e.pg} end)`,
    nullable: true,
  };
};

const extremeOf =
  (name: 'greatest' | 'least'): BuiltIn =>
  (f) => {
    const values = Array.from({ length: f.count }, (_, i) => f.arg(i));
    const { pgs, type, collationFrom } = f.unify(values);
    const nullable = values.every((e) => e.nullable);
    if (type.name === 'datetimeoffset') throw unsupported(`${f.call.name} of datetimeoffset`, f.line);
    if (!isText(type)) return typed(`${name}(${pgs.join(', ')})`, type, nullable);
    const keys = pgs.map((pg) => f.key(typed(pg, type)));
    return {
      ...typed(`${name}(${keys.join(', ')})`, type, nullable),
      raw: true,
      ...(collationFrom ? { collationFrom } : {}),
    };
  };

const errorFunctions: Record<string, SqlType> = {
  ERROR_NUMBER: INT,
  ERROR_MESSAGE: nvarchar(4000),
  ERROR_SEVERITY: INT,
  ERROR_STATE: INT,
  ERROR_LINE: INT,
  ERROR_PROCEDURE: nvarchar(128),
};

const sessionFunctions: Record<string, SqlType> = {
  ...errorFunctions,
  SCOPE_IDENTITY: decimal(38, 0),
  XACT_STATE: { name: 'smallint' },
  SUSER_SNAME: nvarchar(128),
  SUSER_NAME: nvarchar(128),
  ORIGINAL_LOGIN: nvarchar(128),
  SYSTEM_USER: nvarchar(128),
  HOST_NAME: nvarchar(128),
  APP_NAME: nvarchar(128),
  CURRENT_TRANSACTION_ID: BIGINT,
};

const sessionTable: FunctionTable = Object.fromEntries(
  Object.entries(sessionFunctions).map(([name, type]) => [
    name,
    fn(0, 1, (f: FunctionContext) => f.session(name.toLowerCase(), type)),
  ]),
);

const minValidVersion: BuiltIn = (f) => {
  const e = f.arg(0);
  if (e.untyped || !['int', 'smallint'].includes(e.type.name)) {
    throw new SqlError(
      8116,
      `Argument data type ${e.untyped ? 'NULL' : e.type.name} is invalid for argument 1 of change_tracking_min_valid_version function.`,
      f.line,
    );
  }
  const who = f.session('user_name', SYSNAME).pg;
  const of = `(${e.pg})::int8`;
  return typed(`(case when emu.sees(${of}::int, ${who}) then ct.min_valid_version(${of}::oid) end)`, BIGINT);
};

export const systemFunctions: FunctionTable = {
  ...sessionTable,
  COALESCE: fn(2, 254, coalesce),
  ISNULL: fn(2, 2, isNull),
  NULLIF: fn(2, 2, nullIf),
  IIF: fn(3, 3, (f) => {
    const [when, then, otherwise] = f.call.args;
    if (!when || !then || !otherwise)
      throw new SqlError(174, 'The iif function requires 3 argument(s).', f.line, 15);
    return f.bind({ kind: 'case', branches: [{ when, then }], otherwise, line: f.line });
  }),
  CHOOSE: fn(2, 254, (f) => {
    const [index, ...values] = f.call.args;
    if (!index) throw new SqlError(189, 'The choose function requires 2 to 254 arguments.', f.line, 15);
    const branches = values.map((then, i) => ({
      when: { kind: 'number' as const, text: String(i + 1), form: 'int' as const, line: f.line },
      then,
    }));
    const operand = { kind: 'cast' as const, operand: index, type: INT, attempt: false, line: f.line };
    return f.bind({ kind: 'case', operand, branches, line: f.line });
  }),
  GREATEST: fn(1, 254, extremeOf('greatest')),
  LEAST: fn(1, 254, extremeOf('least')),
  USER_NAME: fn(0, 1, (f) =>
    f.has(0)
      ? typed(`(select p.name from emu.principals as p where p.principal_id = ${f.int(0)})`, SYSNAME)
      : f.session('user_name', SYSNAME),
  ),
  CURRENT_USER: fn(0, 0, (f) => f.session('user_name', SYSNAME)),
  SESSION_USER: fn(0, 0, (f) => f.session('user_name', SYSNAME)),
  USER: fn(0, 0, (f) => f.session('user_name', SYSNAME)),
  HAS_PERMS_BY_NAME: fn(3, 3, (f) => f.session('has_perms', INT)),
  IS_MEMBER: fn(1, 1, () => typed('1', INT)),
  IS_ROLEMEMBER: fn(1, 2, () => typed('1', INT)),
  IS_SRVROLEMEMBER: fn(1, 2, () => typed('0', INT)),
  HAS_DBACCESS: fn(1, 1, (f) =>
    typed(`(case when lower(${f.text(0)}) = lower(${literal(f.database)}) then 1 else 0 end)`, INT),
  ),
  PARSENAME: fn(2, 2, (f) =>
    typed(
      `nullif(reverse(split_part(reverse(replace(replace(${f.text(0)}, '[', ''), ']', '')), '.', ${f.int(1)})), '')`,
      SYSNAME,
    ),
  ),
  CHANGE_TRACKING_CURRENT_VERSION: fn(0, 0, () => typed('ct.current_version()', BIGINT)),
  CHANGE_TRACKING_MIN_VALID_VERSION: fn(1, 1, minValidVersion),
  CHANGE_TRACKING_IS_COLUMN_IN_MASK: fn(2, 2, (f) =>
    typed(
      `emu.in_mask(${f.int(0)}, ${f.arg(1).untyped ? 'null::bytea' : f.to(f.arg(1), { name: 'varbinary', length: 4100 }, 'explicit')})`,
      BIT,
      false,
    ),
  ),
  CONNECTIONPROPERTY: fn(1, 1, (f) => {
    const table: Record<string, [string, SqlType]> = {
      net_transport: ["'TCP'", nvarchar(40)],
      protocol_type: ["'TSQL'", nvarchar(40)],
      auth_scheme: ["'SQL'", nvarchar(40)],
      client_net_address: ["'127.0.0.1'", varchar(48)],
    };
    return property(table, f.literalText(0));
  }),
  CONTEXT_INFO: fn(0, 0, () => typed('null::bytea', { name: 'varbinary', length: 128 })),
  MIN_ACTIVE_ROWVERSION: fn(0, 0, () =>
    typed('int8send((select last_value + 1 from emu.rowversions))', { name: 'binary', length: 8 }),
  ),
};
