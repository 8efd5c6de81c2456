import { allObjects, columnsOf, constraintRows, datetime, type ViewDefinitions } from './shared.js';

const typeName = "x->'type'->>'name'";
const database = 'emu.databases() d';
const dataFile = "'/var/opt/mssql/data/' || d.name || '.mdf'";

/** Views of SQL Server 2000 that scripts still ask: sysobjects, sysdatabases and the like; dbo's and nobody's alike. */
export const compatibilityViews: ViewDefinitions = {
  'sys.sysobjects': {
    columns: [
      ['name', 'sysname', 'o.name'],
      ['id', 'int', 'o.object_id'],
      ['xtype', 'char(2)', 'o.type'],
      ['uid', 'smallint?', 's.schema_id::int2'],
      ['info', 'smallint?', '0::int2'],
      ['status', 'int?', '0'],
      ['base_schema_ver', 'int?', '0'],
      ['replinfo', 'int?', '0'],
      ['parent_obj', 'int', 'o.parent'],
      ['crdate', 'datetime', datetime('o.created')],
      ['ftcatid', 'smallint?', '0::int2'],
      ['schema_ver', 'int?', '0'],
      ['stats_schema_ver', 'int?', '0'],
      ['type', 'char(2)?', "case when o.type in ('PK', 'UQ') then 'K ' else o.type end"],
      ['userstat', 'smallint?', "(case when o.type = 'U ' then 1 else 0 end)::int2"],
      [
        'sysstat',
        'smallint?',
        "(case o.type when 'U ' then 3 when 'V ' then 2 when 'P ' then 4 when 'D ' then 6 when 'TR' then 8 else 0 end)::int2",
      ],
      ['indexdel', 'smallint?', '0::int2'],
      ['refdate', 'datetime', datetime('o.created')],
      ['version', 'int?', '0'],
      ['deltrig', 'int?', '0'],
      ['instrig', 'int?', '0'],
      ['updtrig', 'int?', '0'],
      ['seltrig', 'int?', '0'],
      ['category', 'int?', '0'],
      ['cache', 'smallint?', '0::int2'],
    ],
    from: `${allObjects} o join emu.schemas s on lower(s.name) = lower(o.schema_name)`,
  },
  'sys.sysdatabases': {
    columns: [
      ['name', 'sysname?', 'd.name'],
      ['dbid', 'smallint?', 'd.id::int2'],
      ['mode', 'smallint?', '0::int2'],
      ['status', 'int?', '65536'],
      ['status2', 'int?', '1090520064'],
      ['crdate', 'datetime', datetime('emu.now_ticks()')],
      ['category', 'int?', '0'],
      ['cmptlevel', 'tinyint', '160::int2'],
      ['filename', 'nvarchar(260)?', dataFile],
      ['version', 'smallint?', '957::int2'],
    ],
    from: database,
  },
  'sys.sysaltfiles': {
    columns: [
      ['fileid', 'smallint?', '1::int2'],
      ['groupid', 'smallint?', '1::int2'],
      ['size', 'int', '1024'],
      ['dbid', 'smallint?', 'd.id::int2'],
      ['name', 'sysname', 'd.name'],
      ['filename', 'nvarchar(260)?', dataFile],
    ],
    from: database,
  },
  'sys.sysfiles': {
    columns: [
      ['fileid', 'smallint?', '1::int2'],
      ['groupid', 'smallint?', '1::int2'],
      ['size', 'int', '(pg_database_size(current_database()) / 8192)::int'],
      ['name', 'sysname', 'd.name'],
      ['filename', 'nvarchar(260)?', dataFile],
    ],
    from: `${database} where d.own`,
  },
  'sys.syscolumns': {
    columns: [
      ['name', 'sysname?', "x->>'name'"],
      ['id', 'int', 'o.object_id'],
      [
        'xtype',
        'tinyint',
        `(select t.system_type_id from emu.type_names t where t.name = ${typeName})::int2`,
      ],
      [
        'xusertype',
        'smallint?',
        `(select t.user_type_id from emu.type_names t where t.name = ${typeName})::int2`,
      ],
      ['length', 'smallint', "emu.max_length(x->'type')::int2"],
      ['colid', 'smallint?', "(x->>'id')::int2"],
      ['colorder', 'smallint?', "(x->>'id')::int2"],
      ['cdefault', 'int', "coalesce((x->'default'->>'id')::int, 0)"],
      ['iscomputed', 'int?', "case when x ? 'computed' then 1 else 0 end"],
      ['isnullable', 'int?', "case when (x->>'nullable')::bool then 1 else 0 end"],
      ['status', 'tinyint?', "(case when x ? 'identity' then 128 else 0 end)::int2"],
      ['prec', 'smallint?', "emu.type_precision(x->'type')::int2"],
      ['scale', 'int?', "emu.type_scale(x->'type')"],
    ],
    from: columnsOf,
  },
  'sys.systypes': {
    columns: [
      ['name', 'sysname', 't.name'],
      ['xtype', 'tinyint', 't.system_type_id::int2'],
      ['xusertype', 'smallint?', 't.user_type_id::int2'],
      ['length', 'smallint', 't.max_length::int2'],
      ['prec', 'smallint?', 't.precision::int2'],
      ['scale', 'tinyint?', 't.scale::int2'],
    ],
    from: 'emu.type_names t',
  },
  'sys.sysindexes': {
    columns: [
      ['id', 'int', 'o.object_id'],
      ['indid', 'smallint?', "(x->>'indexId')::int2"],
      ['name', 'sysname?', "x->>'name'"],
      ['rows', 'int?', 'emu.row_estimate(o.object_id)::int'],
      ['rowcnt', 'bigint?', 'emu.row_estimate(o.object_id)'],
      ['keycnt', 'smallint?', "jsonb_array_length(x->'columns')::int2"],
    ],
    from: "emu.objects o cross join lateral jsonb_array_elements(o.definition->'indexes') x",
  },
  'sys.sysforeignkeys': {
    columns: [
      ['constid', 'int', "(x->>'id')::int"],
      ['fkeyid', 'int', 'o.object_id'],
      ['rkeyid', 'int', "(x->>'referencedTable')::int"],
      ['fkey', 'smallint', 'c.v::int2'],
      ['rkey', 'smallint', "(x->'referencedColumns'->>(c.n::int - 1))::int2"],
      ['keyno', 'smallint', 'c.n::int2'],
    ],
    from: "emu.objects o cross join lateral jsonb_array_elements(o.definition->'foreignKeys') x cross join lateral jsonb_array_elements_text(x->'columns') with ordinality as c(v, n)",
  },
  'sys.sysreferences': {
    columns: [
      ['constid', 'int', 'k.object_id'],
      ['fkeyid', 'int', 'k.parent'],
      ['rkeyid', 'int', "(k.x->>'referencedTable')::int"],
    ],
    from: `${constraintRows} k where k.type = 'F '`,
  },
  'sys.syscomments': {
    columns: [
      ['id', 'int', 'o.object_id'],
      ['number', 'smallint?', '1::int2'],
      ['colid', 'smallint', '1::int2'],
      ['text', 'nvarchar(4000)?', "left(o.definition->>'text', 4000)"],
    ],
    from: "emu.objects o where o.definition ? 'text'",
  },
  'sys.sysusers': {
    columns: [
      ['uid', 'smallint?', 'p.principal_id::int2'],
      ['name', 'sysname', 'p.name'],
      ['hasdbaccess', 'int?', '1'],
      ['issqluser', 'int?', "case p.kind when 'S' then 1 else 0 end"],
      ['issqlrole', 'int?', "case p.kind when 'R' then 1 else 0 end"],
    ],
    from: 'emu.principals p',
  },
};
