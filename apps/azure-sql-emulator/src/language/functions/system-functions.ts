import { literal } from '../../catalog/naming.js';
import { findColumn, type ObjectDef } from '../../catalog/model.js';
import type { SqlType } from '../../engine.js';
import { SqlError, unsupported } from '../errors.js';
import { parseName } from '../parser/batch-parser.js';
import { BIGINT, BIT, INT, SYSNAME, decimal, isText, nvarchar, pgType, varchar } from '../types.js';
import { typed, type Typed } from '../binder/typed.js';
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

const nameOf = (f: FunctionContext, n: number): { schema: string | undefined; name: string } | undefined => {
  const text = f.literalText(n);
  if (text === undefined) return undefined;
  const parts = parseName(text) ?? [text];
  return { schema: parts.at(-2) || undefined, name: parts.at(-1) ?? '' };
};

const kinds: Record<ObjectDef['kind'], string[]> = {
  table: ['U'],
  view: ['V'],
  procedure: ['P'],
  function: ['FN', 'IF', 'TF'],
  sequence: ['SO'],
  synonym: ['SN'],
  trigger: ['TR'],
};

const objectId: BuiltIn = (f) => {
  const name = nameOf(f, 0);
  const wanted = f.has(1) ? f.literalText(1)?.trim().toUpperCase() : undefined;
  if (name) {
    const found = f.find(name.schema, name.name);
    const matches = found && (wanted === undefined || kinds[found.kind].includes(wanted));
    if (found) return matches ? typed(String(found.id), INT) : typed('null::int4', INT);
    // Constraints have ids as well.
    return typed(
      `(select object_id from (${objectIds}) as o where lower(o.name) = lower(${literal(name.name)}) and lower(o.schema_name) = lower(${literal(name.schema ?? 'dbo')})${wanted ? ` and o.type = ${literal(wanted)}` : ''} limit 1)`,
      INT,
    );
  }
  const x = f.text(0);
  const bare = `replace(replace(${x}, '[', ''), ']', '')`;
  return typed(
    `(select object_id from emu.objects as o where lower(o.name) = lower(reverse(split_part(reverse(${bare}), '.', 1))) and lower(o.schema_name) = lower(coalesce(nullif(reverse(split_part(reverse(${bare}), '.', 2)), ''), 'dbo')) limit 1)`,
    INT,
  );
};

const objectIds = `select object_id, name, schema_name, case kind when 'table' then 'U' when 'view' then 'V' else 'P' end as type from emu.objects
 union all select (x->>'id')::int, x->>'name', schema_name, 'F' from emu.objects, jsonb_array_elements(definition->'foreignKeys') x
 union all select (x->>'id')::int, x->>'name', schema_name, 'C' from emu.objects, jsonb_array_elements(definition->'checks') x
 union all select (x->>'id')::int, x->>'name', schema_name, case x->>'kind' when 'primary' then 'PK' else 'UQ' end from emu.objects, jsonb_array_elements(definition->'indexes') x where x ? 'id'
 union all select (x->'default'->>'id')::int, x->'default'->>'name', schema_name, 'D' from emu.objects, jsonb_array_elements(definition->'columns') x where x ? 'default'`;

const serverProperties: Record<string, [string, SqlType]> = {
  ProductVersion: ["'12.0.2000.8'", nvarchar(128)],
  ProductMajorVersion: ["'12'", nvarchar(128)],
  ProductLevel: ["'RTM'", nvarchar(128)],
  Edition: ["'SQL Azure'", nvarchar(128)],
  EngineEdition: ['5', INT],
  EditionID: ["'1674378470'", nvarchar(128)],
  Collation: ["'SQL_Latin1_General_CP1_CI_AS'", nvarchar(128)],
  IsIntegratedSecurityOnly: ['0', INT],
  IsClustered: ['0', INT],
  IsHadrEnabled: ['0', INT],
  IsFullTextInstalled: ['0', INT],
  ServerName: ["'azure-sql-emulator'", nvarchar(128)],
  MachineName: ["'azure-sql-emulator'", nvarchar(128)],
  InstanceName: ['null::text', nvarchar(128)],
};

const property = (table: Record<string, [string, SqlType]>, name: string | undefined): Typed => {
  const entry = Object.entries(table).find(([key]) => key.toLowerCase() === name?.toLowerCase());
  if (!entry) return typed('null::text', nvarchar(128));
  const [pg, type] = entry[1];
  return typed(type === INT ? pg : `${pg}::text`, type);
};

const databaseProperty: BuiltIn = (f) => {
  const name = f.literalText(1);
  const own = `lower(${f.text(0)}) = lower(${literal(f.database)})`;
  if (name?.toLowerCase() === 'updateability') {
    const session = f.session('updateability', nvarchar(128));
    return typed(`(case when ${own} then ${session.pg} end)`, session.type);
  }
  const table: Record<string, [string, SqlType]> = {
    Status: ["'ONLINE'", nvarchar(128)],
    Collation: ["'SQL_Latin1_General_CP1_CI_AS'", nvarchar(128)],
    Recovery: ["'FULL'", nvarchar(128)],
    UserAccess: ["'MULTI_USER'", nvarchar(128)],
    Edition: ["'GeneralPurpose'", nvarchar(128)],
    ServiceObjective: ["'GP_S_Gen5_2'", nvarchar(128)],
    Version: ['957', INT],
    IsChangeTrackingEnabled: [
      '(select case when c.enabled then 1 else 0 end from ct.databases_state c)',
      INT,
    ],
    IsAutoShrink: ['0', INT],
    IsReadOnly: ['0', INT],
  };
  const found = property(table, name);
  return typed(`(case when ${own} then ${found.pg} end)`, found.type);
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
  return typed(`ct.min_valid_version((${e.pg})::int8::oid)`, BIGINT);
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
    return f.bind({ kind: 'case', operand: index, branches, line: f.line });
  }),
  GREATEST: fn(1, 254, extremeOf('greatest')),
  LEAST: fn(1, 254, extremeOf('least')),
  DB_NAME: fn(0, 1, (f) => {
    if (!f.has(0)) return typed(`${literal(f.database)}::text`, SYSNAME);
    return typed(`(select d.name from emu.databases() as d where d.id = ${f.int(0)})`, SYSNAME);
  }),
  DB_ID: fn(0, 1, (f) =>
    typed(
      `(select d.id from emu.databases() as d where lower(d.name) = lower(${f.has(0) ? f.text(0) : literal(f.database)}))`,
      INT,
    ),
  ),
  OBJECT_ID: fn(1, 2, objectId),
  OBJECT_NAME: fn(1, 2, (f) =>
    typed(`(select o.name from (${objectIds}) as o where o.object_id = ${f.int(0)} limit 1)`, SYSNAME),
  ),
  OBJECT_SCHEMA_NAME: fn(1, 2, (f) =>
    typed(`(select o.schema_name from (${objectIds}) as o where o.object_id = ${f.int(0)} limit 1)`, SYSNAME),
  ),
  SCHEMA_NAME: fn(0, 1, (f) =>
    f.has(0)
      ? typed(`(select s.name from emu.schemas as s where s.schema_id = ${f.int(0)})`, SYSNAME)
      : typed("'dbo'::text", SYSNAME),
  ),
  SCHEMA_ID: fn(0, 1, (f) =>
    f.has(0)
      ? typed(`(select s.schema_id from emu.schemas as s where lower(s.name) = lower(${f.text(0)}))`, INT)
      : typed('1', INT),
  ),
  TYPE_NAME: fn(1, 1, (f) =>
    typed(`(select t.name from emu.type_names as t where t.user_type_id = ${f.int(0)})`, SYSNAME),
  ),
  COL_NAME: fn(2, 2, (f) =>
    typed(
      `(select x->>'name' from emu.objects as o, jsonb_array_elements(o.definition->'columns') x where o.object_id = ${f.int(0)} and (x->>'id')::int = ${f.int(1)})`,
      SYSNAME,
    ),
  ),
  COL_LENGTH: fn(2, 2, (f) => {
    const name = nameOf(f, 0);
    const column = f.literalText(1);
    const found = name ? f.find(name.schema, name.name) : undefined;
    if (!name || column === undefined) throw unsupported('COL_LENGTH with computed arguments', f.line);
    const def = found?.kind === 'table' ? findColumn(found, column) : undefined;
    if (!def) return typed('null::int2', { name: 'smallint' });
    return typed(`(emu.max_length(${literal(JSON.stringify(def.type))}::jsonb))::int2`, { name: 'smallint' });
  }),
  COLUMNPROPERTY: fn(3, 3, (f) => {
    const what = f.literalText(2)?.toLowerCase();
    const paths: Record<string, string> = {
      columnid: `(x->>'id')::int`,
      allowsnull: `case when (x->>'nullable')::bool then 1 else 0 end`,
      isidentity: `case when x ? 'identity' then 1 else 0 end`,
      iscomputed: `case when x ? 'computed' then 1 else 0 end`,
      precision: `(x->'type'->>'precision')::int`,
      scale: `(x->'type'->>'scale')::int`,
    };
    const path = what ? paths[what] : undefined;
    if (!path) throw unsupported(`COLUMNPROPERTY ${what ?? '(computed)'}`, f.line);
    return typed(
      `(select ${path} from emu.objects as o, jsonb_array_elements(o.definition->'columns') x where o.object_id = ${f.int(0)} and lower(x->>'name') = lower(${f.text(1)}))`,
      INT,
    );
  }),
  OBJECTPROPERTY: fn(2, 2, (f) => {
    const what = f.literalText(1)?.toLowerCase();
    const tests: Record<string, string> = {
      isusertable: `o.kind = 'table'`,
      istable: `o.kind = 'table'`,
      isview: `o.kind = 'view'`,
      isprocedure: `o.kind = 'procedure'`,
      tablehasprimarykey: `exists (select from jsonb_array_elements(o.definition->'indexes') x where x->>'kind' = 'primary')`,
      tablehasidentity: `exists (select from jsonb_array_elements(o.definition->'columns') x where x ? 'identity')`,
      ismsshipped: 'false',
    };
    const test = what ? tests[what] : undefined;
    if (!test) throw unsupported(`OBJECTPROPERTY ${what ?? '(computed)'}`, f.line);
    return typed(
      `(select case when ${test} then 1 else 0 end from emu.objects as o where o.object_id = ${f.int(0)})`,
      INT,
    );
  }),
  SERVERPROPERTY: fn(1, 1, (f) => property(serverProperties, f.literalText(0))),
  DATABASEPROPERTYEX: fn(2, 2, databaseProperty),
  UPDATE: fn(1, 1, (f) => f.session(`update(${(f.literalText(0) ?? '').toLowerCase()})`, BIT)),
  'NEXT VALUE FOR': fn(1, 1, (f) => {
    const name = nameOf(f, 0);
    const found = name ? f.find(name.schema, name.name) : undefined;
    if (found?.kind !== 'sequence')
      throw new SqlError(208, `Invalid object name '${f.literalText(0) ?? ''}'.`, f.line);
    return typed(`(nextval('${found.pg}'))::${pgType(found.type)}`, found.type, false);
  }),
  IDENT_CURRENT: fn(1, 1, (f) => {
    const name = nameOf(f, 0);
    const table = name ? f.find(name.schema, name.name) : undefined;
    if (table?.kind !== 'table') return typed('null::numeric', decimal(38, 0));
    const column = table.columns.find((c) => c.identity);
    if (!column) return typed('null::numeric', decimal(38, 0));
    const sequence = `pg_get_serial_sequence(${literal(`"${table.pgSchema}"."${table.pgName}"`)}, ${literal(column.pg)})`;
    return typed(
      `(coalesce(pg_sequence_last_value(${sequence}::regclass), ${column.identity?.seed ?? '1'}))::numeric(38,0)`,
      decimal(38, 0),
    );
  }),
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
  ISJSON: fn(1, 2, (f) =>
    typed(
      `(case when ${f.text(0)} is null then null when (${f.text(0)}) is json object or (${f.text(0)}) is json array then 1 else 0 end)`,
      INT,
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
