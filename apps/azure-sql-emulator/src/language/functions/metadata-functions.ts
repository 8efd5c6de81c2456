import { literal } from '../../catalog/naming.js';
import { systemView } from '../../catalog/system-views.js';
import { findColumn, type ObjectDef } from '../../catalog/model.js';
import type { SqlType } from '../../engine.js';
import { SqlError, unsupported } from '../errors.js';
import { parseName } from '../parser/batch-parser.js';
import { BIT, INT, SYSNAME, decimal, nvarchar, pgType } from '../types.js';
import { typed, type Typed } from '../binder/typed.js';
import { fn, type BuiltIn, type FunctionContext, type FunctionTable } from './function-set.js';

const nameOf = (f: FunctionContext, n: number): { schema: string | undefined; name: string } | undefined => {
  const text = f.literalText(n);
  if (text === undefined) return undefined;
  const parts = parseName(text) ?? [text];
  const database = parts.at(-3)?.toLowerCase();
  if (database && database !== f.database.toLowerCase() && database !== 'tempdb')
    throw unsupported(`${f.call.name} of another database: ${text}`, f.line);
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

/** Of the system's own objects one id is documented. */
const systemObject = (
  { schema, name }: { schema: string | undefined; name: string },
  f: FunctionContext,
): Typed => {
  if (schema?.toLowerCase() === 'sys' && name.toLowerCase() === 'objects') return typed('-385', INT);
  throw unsupported(`OBJECT_ID of the system view ${name}`, f.line);
};

const objectId: BuiltIn = (f) => {
  const name = nameOf(f, 0);
  const wanted = f.has(1) ? f.literalText(1)?.trim().toUpperCase() : undefined;
  if (name) {
    const found = f.find(name.schema, name.name);
    if (!found && systemView(name.schema, name.name)) return systemObject(name, f);
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

export const property = (table: Record<string, [string, SqlType]>, name: string | undefined): Typed => {
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

/** What is known of databases, objects, columns and the server. */
export const metadataFunctions: FunctionTable = {
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
};
