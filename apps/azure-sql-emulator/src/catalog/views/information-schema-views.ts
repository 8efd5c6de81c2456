import { columnsOf, constraintRows, datetime, informationType, type ViewDefinitions } from './shared.js';

/** INFORMATION_SCHEMA. */
export const informationSchemaViews: ViewDefinitions = {
  'information_schema.schemata': {
    columns: [
      ['CATALOG_NAME', 'sysname?', 'd.name'],
      ['SCHEMA_NAME', 'sysname', 's.name'],
      ['SCHEMA_OWNER', 'sysname?', "'dbo'"],
    ],
    from: 'emu.schemas s, emu.databases() d where d.own',
  },
  'information_schema.tables': {
    columns: [
      ['TABLE_CATALOG', 'sysname?', 'd.name'],
      ['TABLE_SCHEMA', 'sysname?', 'o.schema_name'],
      ['TABLE_NAME', 'sysname', 'o.name'],
      ['TABLE_TYPE', 'varchar(10)?', "case o.kind when 'table' then 'BASE TABLE' else 'VIEW' end"],
    ],
    from: "emu.objects o, emu.databases() d where d.own and o.kind in ('table', 'view')",
  },
  'information_schema.views': {
    columns: [
      ['TABLE_CATALOG', 'sysname?', 'd.name'],
      ['TABLE_SCHEMA', 'sysname?', 'o.schema_name'],
      ['TABLE_NAME', 'sysname', 'o.name'],
      ['VIEW_DEFINITION', 'nvarchar(4000)?', "o.definition->>'text'"],
    ],
    from: "emu.objects o, emu.databases() d where d.own and o.kind = 'view'",
  },
  'information_schema.columns': {
    columns: [
      ['TABLE_CATALOG', 'sysname?', 'd.name'],
      ['TABLE_SCHEMA', 'sysname?', 'o.schema_name'],
      ['TABLE_NAME', 'sysname', 'o.name'],
      ['COLUMN_NAME', 'sysname?', "x->>'name'"],
      ['ORDINAL_POSITION', 'int', 'n::int'],
      ['COLUMN_DEFAULT', 'nvarchar(4000)?', "'(' || (x->'default'->>'text') || ')'"],
      ['IS_NULLABLE', 'varchar(3)?', "case when (x->>'nullable')::bool then 'YES' else 'NO' end"],
      ['DATA_TYPE', 'sysname?', informationType],
      [
        'CHARACTER_MAXIMUM_LENGTH',
        'int?',
        `case when ${informationType} in ('char', 'varchar', 'nchar', 'nvarchar', 'binary', 'varbinary') then (x->'type'->>'length')::int when ${informationType} in ('text', 'image') then 2147483647 when ${informationType} = 'ntext' then 1073741823 when ${informationType} = 'xml' then -1 end`,
      ],
      [
        'CHARACTER_OCTET_LENGTH',
        'int?',
        `case when ${informationType} in ('char', 'varchar', 'nchar', 'nvarchar', 'binary', 'varbinary') then emu.max_length(x->'type') end`,
      ],
      [
        'NUMERIC_PRECISION',
        'tinyint?',
        `(case when ${informationType} in ('tinyint', 'smallint', 'int', 'bigint', 'decimal', 'numeric', 'money', 'smallmoney', 'float', 'real') then emu.type_precision(x->'type') end)::int2`,
      ],
      [
        'NUMERIC_PRECISION_RADIX',
        'smallint?',
        `(case when ${informationType} in ('tinyint', 'smallint', 'int', 'bigint', 'decimal', 'numeric', 'money', 'smallmoney') then 10 when ${informationType} in ('float', 'real') then 2 end)::int2`,
      ],
      [
        'NUMERIC_SCALE',
        'int?',
        `case when ${informationType} in ('tinyint', 'smallint', 'int', 'bigint') then 0 when ${informationType} in ('decimal', 'numeric', 'money', 'smallmoney') then emu.type_scale(x->'type') end`,
      ],
      [
        'DATETIME_PRECISION',
        'smallint?',
        `(case when ${informationType} in ('date', 'smalldatetime') then 0 when ${informationType} = 'datetime' then 3 when ${informationType} in ('time', 'datetime2', 'datetimeoffset') then emu.type_scale(x->'type') end)::int2`,
      ],
      [
        'CHARACTER_SET_NAME',
        'sysname?',
        `case when ${informationType} in ('char', 'varchar', 'text') then 'iso_1' when ${informationType} in ('nchar', 'nvarchar', 'ntext') then 'UNICODE' end`,
      ],
      [
        'COLLATION_NAME',
        'sysname?',
        `case when ${informationType} in ('char', 'varchar', 'text', 'nchar', 'nvarchar', 'ntext') then coalesce(x->'type'->>'collation', 'SQL_Latin1_General_CP1_CI_AS') end`,
      ],
    ],
    from: `${columnsOf} cross join emu.databases() d where d.own`,
  },
  'information_schema.table_constraints': {
    columns: [
      ['CONSTRAINT_CATALOG', 'sysname?', 'd.name'],
      ['CONSTRAINT_SCHEMA', 'sysname?', 'o.schema_name'],
      ['CONSTRAINT_NAME', 'sysname', 'o.name'],
      ['TABLE_CATALOG', 'sysname?', 'd.name'],
      ['TABLE_SCHEMA', 'sysname?', 'o.schema_name'],
      ['TABLE_NAME', 'sysname?', '(select p.name from emu.objects p where p.object_id = o.parent)'],
      [
        'CONSTRAINT_TYPE',
        'varchar(11)?',
        "case o.type when 'PK' then 'PRIMARY KEY' when 'UQ' then 'UNIQUE' when 'F ' then 'FOREIGN KEY' else 'CHECK' end",
      ],
    ],
    from: `${constraintRows} o, emu.databases() d where d.own and o.type <> 'D '`,
  },
  'information_schema.key_column_usage': {
    columns: [
      ['CONSTRAINT_CATALOG', 'sysname?', 'd.name'],
      ['CONSTRAINT_SCHEMA', 'sysname?', 'o.schema_name'],
      ['CONSTRAINT_NAME', 'sysname', "x->>'name'"],
      ['TABLE_CATALOG', 'sysname?', 'd.name'],
      ['TABLE_SCHEMA', 'sysname?', 'o.schema_name'],
      ['TABLE_NAME', 'sysname?', 'o.name'],
      [
        'COLUMN_NAME',
        'sysname?',
        "(select y->>'name' from jsonb_array_elements(o.definition->'columns') y where y->>'id' = c.id)",
      ],
      ['ORDINAL_POSITION', 'int', 'c.n::int'],
    ],
    from: `emu.objects o cross join emu.databases() d cross join lateral (
      select x, array(select k->>'id' from jsonb_array_elements(x->'columns') k) as ids from jsonb_array_elements(o.definition->'indexes') x where x ? 'id'
      union all select x, array(select k from jsonb_array_elements_text(x->'columns') k) from jsonb_array_elements(o.definition->'foreignKeys') x) k
      cross join lateral unnest(k.ids) with ordinality as c(id, n) where d.own`,
  },
  'information_schema.referential_constraints': {
    columns: [
      ['CONSTRAINT_CATALOG', 'sysname?', 'd.name'],
      ['CONSTRAINT_SCHEMA', 'sysname?', 'o.schema_name'],
      ['CONSTRAINT_NAME', 'sysname', 'o.name'],
      ['UNIQUE_CONSTRAINT_CATALOG', 'sysname?', 'd.name'],
      ['UNIQUE_CONSTRAINT_SCHEMA', 'sysname?', 'r.schema_name'],
      [
        'UNIQUE_CONSTRAINT_NAME',
        'sysname?',
        "(select i->>'name' from jsonb_array_elements(r.definition->'indexes') i where i ? 'id' and (select jsonb_agg(k->'id' order by (k->>'id')::int) from jsonb_array_elements(i->'columns') k) = (select jsonb_agg(c order by c::int) from jsonb_array_elements(o.x->'referencedColumns') c) limit 1)",
      ],
      ['MATCH_OPTION', 'varchar(7)?', "'SIMPLE'"],
      ['UPDATE_RULE', 'varchar(11)?', "upper(o.x->>'onUpdate')"],
      ['DELETE_RULE', 'varchar(11)?', "upper(o.x->>'onDelete')"],
    ],
    from: `${constraintRows} o join emu.objects r on r.object_id = (o.x->>'referencedTable')::int cross join emu.databases() d where d.own and o.type = 'F '`,
  },
  'information_schema.check_constraints': {
    columns: [
      ['CONSTRAINT_CATALOG', 'sysname?', 'd.name'],
      ['CONSTRAINT_SCHEMA', 'sysname?', 'o.schema_name'],
      ['CONSTRAINT_NAME', 'sysname', 'o.name'],
      ['CHECK_CLAUSE', 'nvarchar(4000)?', "o.x->>'text'"],
    ],
    from: `${constraintRows} o, emu.databases() d where d.own and o.type = 'C '`,
  },
  'information_schema.constraint_column_usage': {
    columns: [
      ['TABLE_CATALOG', 'sysname?', 'd.name'],
      ['TABLE_SCHEMA', 'sysname?', 'o.schema_name'],
      ['TABLE_NAME', 'sysname', 'o.name'],
      [
        'COLUMN_NAME',
        'sysname?',
        "(select y->>'name' from jsonb_array_elements(o.definition->'columns') y where y->>'id' = c.id)",
      ],
      ['CONSTRAINT_CATALOG', 'sysname?', 'd.name'],
      ['CONSTRAINT_SCHEMA', 'sysname?', 'o.schema_name'],
      ['CONSTRAINT_NAME', 'sysname', "x->>'name'"],
    ],
    from: `emu.objects o cross join emu.databases() d cross join lateral (
      select x, array(select k->>'id' from jsonb_array_elements(x->'columns') k) as ids from jsonb_array_elements(o.definition->'indexes') x where x ? 'id'
      union all select x, array(select k from jsonb_array_elements_text(x->'columns') k) from jsonb_array_elements(o.definition->'foreignKeys') x) k
      cross join lateral unnest(k.ids) as c(id) where d.own`,
  },
  'information_schema.constraint_table_usage': {
    columns: [
      ['TABLE_CATALOG', 'sysname?', 'd.name'],
      ['TABLE_SCHEMA', 'sysname?', 'p.schema_name'],
      ['TABLE_NAME', 'sysname', 'p.name'],
      ['CONSTRAINT_CATALOG', 'sysname?', 'd.name'],
      ['CONSTRAINT_SCHEMA', 'sysname?', 'o.schema_name'],
      ['CONSTRAINT_NAME', 'sysname', 'o.name'],
    ],
    from: `${constraintRows} o join emu.objects p on p.object_id = o.parent cross join emu.databases() d where d.own and o.type <> 'D '`,
  },
  'information_schema.routines': {
    columns: [
      ['SPECIFIC_CATALOG', 'sysname?', 'd.name'],
      ['SPECIFIC_SCHEMA', 'sysname?', 'o.schema_name'],
      ['SPECIFIC_NAME', 'sysname', 'o.name'],
      ['ROUTINE_CATALOG', 'sysname?', 'd.name'],
      ['ROUTINE_SCHEMA', 'sysname?', 'o.schema_name'],
      ['ROUTINE_NAME', 'sysname', 'o.name'],
      ['ROUTINE_TYPE', 'nvarchar(20)?', 'upper(o.kind)'],
      ['ROUTINE_DEFINITION', 'nvarchar(4000)?', "left(o.definition->>'text', 4000)"],
      ['CREATED', 'datetime', datetime('o.created')],
      ['LAST_ALTERED', 'datetime', datetime('o.modified')],
    ],
    from: "emu.objects o, emu.databases() d where d.own and o.kind in ('procedure', 'function')",
  },
  'information_schema.parameters': {
    columns: [
      ['SPECIFIC_CATALOG', 'sysname?', 'd.name'],
      ['SPECIFIC_SCHEMA', 'sysname?', 'o.schema_name'],
      ['SPECIFIC_NAME', 'sysname', 'o.name'],
      ['ORDINAL_POSITION', 'int', 'n::int'],
      ['PARAMETER_MODE', 'nvarchar(10)?', "case when (x->>'output')::bool then 'INOUT' else 'IN' end"],
      ['PARAMETER_NAME', 'sysname?', "x->>'name'"],
      ['DATA_TYPE', 'sysname?', informationType],
    ],
    from: "emu.objects o cross join lateral jsonb_array_elements(o.definition->'parameters') with ordinality as x(x, n) cross join emu.databases() d where d.own and o.kind in ('procedure', 'function')",
  },
};
