import type { ViewDefinition } from '../system-views.js';

export const columnsOf =
  "emu.objects o cross join lateral jsonb_array_elements(o.definition->'columns') with ordinality as x(x, n)";
export const datetime = (pg: string): string => `emu.ticks_datetime(${pg})`;

/** Type code of a row of emu.objects. */
export const typeOf = `case o.kind when 'table' then 'U ' when 'view' then 'V ' when 'procedure' then 'P ' when 'trigger' then 'TR' when 'sequence' then 'SO' when 'synonym' then 'SN' else coalesce(o.definition->>'type', 'FN') end`;
const parentOf = "coalesce((o.definition->>'parent')::int, 0)";
const describe = (type: string): string =>
  `case ${type} when 'U ' then 'USER_TABLE' when 'V ' then 'VIEW' when 'P ' then 'SQL_STORED_PROCEDURE' when 'FN' then 'SQL_SCALAR_FUNCTION' when 'IF' then 'SQL_INLINE_TABLE_VALUED_FUNCTION' when 'TF' then 'SQL_TABLE_VALUED_FUNCTION' when 'TR' then 'SQL_TRIGGER' when 'SO' then 'SEQUENCE_OBJECT' when 'SN' then 'SYNONYM' when 'PK' then 'PRIMARY_KEY_CONSTRAINT' when 'UQ' then 'UNIQUE_CONSTRAINT' when 'F ' then 'FOREIGN_KEY_CONSTRAINT' when 'C ' then 'CHECK_CONSTRAINT' else 'DEFAULT_CONSTRAINT' end`;

export const objectColumns: ViewDefinition['columns'] = [
  ['name', 'sysname', 'o.name'],
  ['object_id', 'int', 'o.object_id'],
  ['principal_id', 'int?', 'null::int'],
  ['schema_id', 'int', 's.schema_id'],
  ['parent_object_id', 'int', parentOf],
  ['type', 'char(2)', typeOf],
  ['type_desc', 'nvarchar(60)', describe(typeOf)],
  ['create_date', 'datetime', datetime('o.created')],
  ['modify_date', 'datetime', datetime('o.modified')],
  ['is_ms_shipped', 'bit', 'false'],
  ['is_published', 'bit', 'false'],
  ['is_schema_published', 'bit', 'false'],
];
export const objectsFrom = 'emu.objects o join emu.schemas s on lower(s.name) = lower(o.schema_name)';

/** Constraints as rows of the shape of emu.objects. */
export const constraintRows = `(
  select (x->>'id')::int as object_id, x->>'name' as name, o.schema_name, o.object_id as parent, case x->>'kind' when 'primary' then 'PK' else 'UQ' end as type, o.created, o.modified, x from emu.objects o, jsonb_array_elements(o.definition->'indexes') x where x ? 'id'
  union all select (x->>'id')::int, x->>'name', o.schema_name, o.object_id, 'F ', o.created, o.modified, x from emu.objects o, jsonb_array_elements(o.definition->'foreignKeys') x
  union all select (x->>'id')::int, x->>'name', o.schema_name, o.object_id, 'C ', o.created, o.modified, x from emu.objects o, jsonb_array_elements(o.definition->'checks') x
  union all select (x->'default'->>'id')::int, x->'default'->>'name', o.schema_name, o.object_id, 'D ', o.created, o.modified, x from emu.objects o, jsonb_array_elements(o.definition->'columns') x where x ? 'default'
)`;
export const allObjects = `(
  select o.object_id, o.name, o.schema_name, ${parentOf} as parent, ${typeOf} as type, o.created, o.modified from emu.objects o
  union all select object_id, name, schema_name, parent, type, created, modified from ${constraintRows} k
)`;
export const typeDescription = describe('o.type');

export const constraintColumns = (type: string): ViewDefinition['columns'] => [
  ['name', 'sysname', 'o.name'],
  ['object_id', 'int', 'o.object_id'],
  ['schema_id', 'int', 's.schema_id'],
  ['parent_object_id', 'int', 'o.parent'],
  ['type', 'char(2)', 'o.type'],
  ['type_desc', 'nvarchar(60)', typeDescription],
  ['create_date', 'datetime', datetime('o.created')],
  ['modify_date', 'datetime', datetime('o.modified')],
  ['is_ms_shipped', 'bit', 'false'],
  ...(type === 'D'
    ? ([
        ['parent_column_id', 'int', "(o.x->>'id')::int"],
        ['definition', 'nvarchar(-1)', "'(' || (o.x->'default'->>'text') || ')'"],
        ['is_system_named', 'bit', "not (o.x->'default'->>'named')::bool"],
      ] as const)
    : []),
  ...(type === 'C'
    ? ([
        ['parent_column_id', 'int', "coalesce((o.x->>'column')::int, 0)"],
        ['definition', 'nvarchar(-1)', "o.x->>'text'"],
        ['is_disabled', 'bit', "coalesce((o.x->>'disabled')::bool, false)"],
        ['is_not_trusted', 'bit', "coalesce((o.x->>'untrusted')::bool, false)"],
        ['is_system_named', 'bit', "coalesce((o.x->>'systemNamed')::bool, false)"],
      ] as const)
    : []),
  ...(type === 'K'
    ? ([
        ['unique_index_id', 'int?', "(o.x->>'indexId')::int"],
        ['is_system_named', 'bit', "coalesce((o.x->>'systemNamed')::bool, false)"],
      ] as const)
    : []),
];
export const constraintFrom = (filter: string): string =>
  `${constraintRows} o join emu.schemas s on lower(s.name) = lower(o.schema_name) where ${filter}`;

export const indexRows = `emu.objects o cross join lateral jsonb_array_elements(o.definition->'indexes') x`;
export const retention = (name: string, otherwise: string): string =>
  `coalesce((select value from emu.settings where name = '${name}'), '${otherwise}')`;
export const informationType = "x->'type'->>'name'";

/** By `schema.name` in lower case. */
export type ViewDefinitions = Readonly<Record<string, ViewDefinition>>;
