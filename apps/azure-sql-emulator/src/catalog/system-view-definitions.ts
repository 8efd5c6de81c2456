import type { ViewDefinition } from './system-views.js';

const columnsOf =
  "emu.objects o cross join lateral jsonb_array_elements(o.definition->'columns') with ordinality as x(x, n)";
const datetime = (pg: string): string => `emu.ticks_datetime(${pg})`;

const objectColumns: ViewDefinition['columns'] = [
  ['name', 'sysname', 'o.name'],
  ['object_id', 'int', 'o.object_id'],
  ['principal_id', 'int?', 'null::int'],
  ['schema_id', 'int', 's.schema_id'],
  ['parent_object_id', 'int', '0'],
  ['type', 'char(2)', `case o.kind when 'table' then 'U ' when 'view' then 'V ' else 'P ' end`],
  [
    'type_desc',
    'nvarchar(60)',
    `case o.kind when 'table' then 'USER_TABLE' when 'view' then 'VIEW' else 'SQL_STORED_PROCEDURE' end`,
  ],
  ['create_date', 'datetime', datetime('o.created')],
  ['modify_date', 'datetime', datetime('o.modified')],
  ['is_ms_shipped', 'bit', 'false'],
  ['is_published', 'bit', 'false'],
  ['is_schema_published', 'bit', 'false'],
];
const objectsFrom = 'emu.objects o join emu.schemas s on lower(s.name) = lower(o.schema_name)';

/** Constraints as rows of the shape of emu.objects. */
const constraintRows = `(
  select (x->>'id')::int as object_id, x->>'name' as name, o.schema_name, o.object_id as parent, case x->>'kind' when 'primary' then 'PK' else 'UQ' end as type, o.created, o.modified, x from emu.objects o, jsonb_array_elements(o.definition->'indexes') x where x ? 'id'
  union all select (x->>'id')::int, x->>'name', o.schema_name, o.object_id, 'F ', o.created, o.modified, x from emu.objects o, jsonb_array_elements(o.definition->'foreignKeys') x
  union all select (x->>'id')::int, x->>'name', o.schema_name, o.object_id, 'C ', o.created, o.modified, x from emu.objects o, jsonb_array_elements(o.definition->'checks') x
  union all select (x->'default'->>'id')::int, x->'default'->>'name', o.schema_name, o.object_id, 'D ', o.created, o.modified, x from emu.objects o, jsonb_array_elements(o.definition->'columns') x where x ? 'default'
)`;
const allObjects = `(
  select object_id, name, schema_name, 0 as parent, case kind when 'table' then 'U ' when 'view' then 'V ' else 'P ' end as type, created, modified from emu.objects
  union all select object_id, name, schema_name, parent, type, created, modified from ${constraintRows} k
)`;
const typeDescription = `case o.type when 'U ' then 'USER_TABLE' when 'V ' then 'VIEW' when 'P ' then 'SQL_STORED_PROCEDURE' when 'PK' then 'PRIMARY_KEY_CONSTRAINT' when 'UQ' then 'UNIQUE_CONSTRAINT' when 'F ' then 'FOREIGN_KEY_CONSTRAINT' when 'C ' then 'CHECK_CONSTRAINT' else 'DEFAULT_CONSTRAINT' end`;

const constraintColumns = (type: string): ViewDefinition['columns'] => [
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
        ['parent_column_id', 'int', '0'],
        ['definition', 'nvarchar(-1)', "o.x->>'text'"],
        ['is_disabled', 'bit', "coalesce((o.x->>'disabled')::bool, false)"],
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
const constraintFrom = (filter: string): string =>
  `${constraintRows} o join emu.schemas s on lower(s.name) = lower(o.schema_name) where ${filter}`;

const indexRows = `emu.objects o cross join lateral jsonb_array_elements(o.definition->'indexes') x`;
const retention = (name: string, otherwise: string): string =>
  `coalesce((select value from emu.settings where name = '${name}'), '${otherwise}')`;
const informationType = "x->'type'->>'name'";

/** By `schema.name` in lower case. */
export const catalogViews: Readonly<Record<string, ViewDefinition>> = {
  'sys.schemas': {
    columns: [
      ['name', 'sysname', 's.name'],
      ['schema_id', 'int', 's.schema_id'],
      ['principal_id', 'int?', '1'],
    ],
    from: 'emu.schemas s',
  },
  'sys.tables': {
    columns: [
      ...objectColumns,
      ['lob_data_space_id', 'int', '0'],
      ['max_column_id_used', 'int', "(o.definition->>'nextColumnId')::int - 1"],
      ['is_tracked_by_cdc', 'bit', 'false'],
      ['lock_escalation', 'tinyint', '0::int2'],
      ['temporal_type', 'tinyint', '0::int2'],
      ['temporal_type_desc', 'nvarchar(60)', "'NON_TEMPORAL_TABLE'"],
      ['is_memory_optimized', 'bit', 'false'],
      ['durability', 'tinyint', '0::int2'],
      ['is_external', 'bit', 'false'],
      ['is_node', 'bit', 'false'],
      ['is_edge', 'bit', 'false'],
    ],
    from: `${objectsFrom} where o.kind = 'table'`,
  },
  'sys.views': { columns: objectColumns, from: `${objectsFrom} where o.kind = 'view'` },
  'sys.procedures': { columns: objectColumns, from: `${objectsFrom} where o.kind = 'procedure'` },
  'sys.objects': {
    columns: [
      ['name', 'sysname', 'o.name'],
      ['object_id', 'int', 'o.object_id'],
      ['principal_id', 'int?', 'null::int'],
      ['schema_id', 'int', 's.schema_id'],
      ['parent_object_id', 'int', 'o.parent'],
      ['type', 'char(2)', 'o.type'],
      ['type_desc', 'nvarchar(60)', typeDescription],
      ['create_date', 'datetime', datetime('o.created')],
      ['modify_date', 'datetime', datetime('o.modified')],
      ['is_ms_shipped', 'bit', 'false'],
    ],
    from: `${allObjects} o join emu.schemas s on lower(s.name) = lower(o.schema_name)`,
  },
  'sys.columns': {
    columns: [
      ['object_id', 'int', 'o.object_id'],
      ['name', 'sysname?', "x->>'name'"],
      ['column_id', 'int', "(x->>'id')::int"],
      [
        'system_type_id',
        'tinyint',
        `(select t.system_type_id from emu.type_names t where t.name = ${informationType})::int2`,
      ],
      [
        'user_type_id',
        'int',
        `(select t.user_type_id from emu.type_names t where t.name = ${informationType})`,
      ],
      ['max_length', 'smallint', "emu.max_length(x->'type')::int2"],
      ['precision', 'tinyint', "emu.type_precision(x->'type')::int2"],
      ['scale', 'tinyint', "emu.type_scale(x->'type')::int2"],
      [
        'collation_name',
        'sysname?',
        `case when ${informationType} in ('char', 'varchar', 'text', 'nchar', 'nvarchar', 'ntext') then coalesce(x->'type'->>'collation', 'SQL_Latin1_General_CP1_CI_AS') end`,
      ],
      ['is_nullable', 'bit?', "(x->>'nullable')::bool"],
      [
        'is_ansi_padded',
        'bit',
        `${informationType} in ('char', 'varchar', 'binary', 'varbinary', 'nchar', 'nvarchar')`,
      ],
      ['is_rowguidcol', 'bit', "coalesce((x->>'rowguid')::bool, false)"],
      ['is_identity', 'bit', "x ? 'identity'"],
      ['is_computed', 'bit', "x ? 'computed'"],
      ['is_filestream', 'bit', 'false'],
      ['is_replicated', 'bit?', 'false'],
      ['is_xml_document', 'bit', 'false'],
      ['default_object_id', 'int', "coalesce((x->'default'->>'id')::int, 0)"],
      ['is_sparse', 'bit?', 'false'],
      ['is_column_set', 'bit?', 'false'],
      ['generated_always_type', 'tinyint?', '0::int2'],
      ['generated_always_type_desc', 'nvarchar(60)?', "'NOT_APPLICABLE'"],
      ['encryption_type', 'int?', 'null::int'],
      ['is_hidden', 'bit', 'false'],
      ['is_masked', 'bit', 'false'],
      ['graph_type', 'int?', 'null::int'],
    ],
    from: `${columnsOf}`,
  },
  'sys.types': {
    columns: [
      ['name', 'sysname', 't.name'],
      ['system_type_id', 'tinyint', 't.system_type_id::int2'],
      ['user_type_id', 'int', 't.user_type_id'],
      ['schema_id', 'int', '4'],
      ['principal_id', 'int?', 'null::int'],
      ['max_length', 'smallint', 't.max_length::int2'],
      ['precision', 'tinyint', 't.precision::int2'],
      ['scale', 'tinyint', 't.scale::int2'],
      [
        'collation_name',
        'sysname?',
        "case when t.name in ('char', 'varchar', 'text', 'nchar', 'nvarchar', 'ntext', 'sysname') then 'SQL_Latin1_General_CP1_CI_AS' end",
      ],
      ['is_nullable', 'bit?', "t.name <> 'sysname'"],
      ['is_user_defined', 'bit', 'false'],
      ['is_assembly_type', 'bit', "t.name in ('hierarchyid', 'geometry', 'geography')"],
      ['default_object_id', 'int', '0'],
      ['rule_object_id', 'int', '0'],
      ['is_table_type', 'bit', 'false'],
    ],
    from: 'emu.type_names t',
  },
  'sys.identity_columns': {
    columns: [
      ['object_id', 'int', 'o.object_id'],
      ['name', 'sysname?', "x->>'name'"],
      ['column_id', 'int', "(x->>'id')::int"],
      ['seed_value', 'bigint?', "(x->'identity'->>'seed')::int8"],
      ['increment_value', 'bigint?', "(x->'identity'->>'increment')::int8"],
      [
        'last_value',
        'bigint?',
        "pg_sequence_last_value(pg_get_serial_sequence(quote_ident(o.definition->>'pgSchema') || '.' || quote_ident(o.definition->>'pgName'), x->>'pg')::regclass)",
      ],
    ],
    from: `${columnsOf} where x ? 'identity'`,
  },
  'sys.computed_columns': {
    columns: [
      ['object_id', 'int', 'o.object_id'],
      ['name', 'sysname?', "x->>'name'"],
      ['column_id', 'int', "(x->>'id')::int"],
      ['definition', 'nvarchar(-1)?', "'(' || (x->'computed'->>'text') || ')'"],
      ['is_persisted', 'bit', "(x->'computed'->>'persisted')::bool"],
      ['is_computed', 'bit', 'true'],
    ],
    from: `${columnsOf} where x ? 'computed'`,
  },
  'sys.indexes': {
    columns: [
      ['object_id', 'int', 'o.object_id'],
      ['name', 'sysname?', 'i.name'],
      ['index_id', 'int', 'i.index_id'],
      ['type', 'tinyint', '(case when i.index_id = 0 then 0 when i.index_id = 1 then 1 else 2 end)::int2'],
      [
        'type_desc',
        'nvarchar(60)?',
        "case when i.index_id = 0 then 'HEAP' when i.index_id = 1 then 'CLUSTERED' else 'NONCLUSTERED' end",
      ],
      ['is_unique', 'bit?', "i.kind in ('primary', 'unique', 'uniqueIndex')"],
      ['data_space_id', 'int?', '1'],
      ['ignore_dup_key', 'bit?', 'false'],
      ['is_primary_key', 'bit?', "i.kind = 'primary'"],
      ['is_unique_constraint', 'bit?', "i.kind = 'unique'"],
      ['fill_factor', 'tinyint', '0::int2'],
      ['is_padded', 'bit?', 'false'],
      ['is_disabled', 'bit?', 'false'],
      ['is_hypothetical', 'bit?', 'false'],
      ['has_filter', 'bit?', 'i.filter is not null'],
      ['filter_definition', 'nvarchar(-1)?', 'i.filter'],
    ],
    from: `emu.objects o cross join lateral (
      select x->>'name' as name, (x->>'indexId')::int as index_id, x->>'kind' as kind, x->>'filter' as filter from jsonb_array_elements(o.definition->'indexes') x
      union all select null, 0, 'heap', null where not exists (select from jsonb_array_elements(o.definition->'indexes') y where (y->>'indexId')::int = 1)) i where o.kind = 'table'`,
  },
  'sys.index_columns': {
    columns: [
      ['object_id', 'int', 'o.object_id'],
      ['index_id', 'int', "(x->>'indexId')::int"],
      ['index_column_id', 'int', 'c.n::int'],
      ['column_id', 'int', 'c.id'],
      ['key_ordinal', 'tinyint', '(case when c.included then 0 else c.n end)::int2'],
      ['partition_ordinal', 'tinyint', '0::int2'],
      ['is_descending_key', 'bit?', 'c.descending'],
      ['is_included_column', 'bit?', 'c.included'],
    ],
    from: `${indexRows} cross join lateral (
      select (k->>'id')::int as id, (k->>'descending')::bool as descending, false as included, n from jsonb_array_elements(x->'columns') with ordinality as a(k, n)
      union all select v::int, false, true, n + jsonb_array_length(x->'columns') from jsonb_array_elements_text(x->'include') with ordinality as b(v, n)) c where o.kind = 'table'`,
  },
  'sys.key_constraints': { columns: constraintColumns('K'), from: constraintFrom("o.type in ('PK', 'UQ')") },
  'sys.default_constraints': { columns: constraintColumns('D'), from: constraintFrom("o.type = 'D '") },
  'sys.check_constraints': { columns: constraintColumns('C'), from: constraintFrom("o.type = 'C '") },
  'sys.foreign_keys': {
    columns: [
      ...constraintColumns('F'),
      ['referenced_object_id', 'int?', "(o.x->>'referencedTable')::int"],
      ['key_index_id', 'int?', '1'],
      ['is_disabled', 'bit', "coalesce((o.x->>'disabled')::bool, false)"],
      ['is_not_for_replication', 'bit', 'false'],
      ['is_not_trusted', 'bit', "coalesce((o.x->>'disabled')::bool, false)"],
      [
        'delete_referential_action',
        'tinyint?',
        "(array_position(array['no action','cascade','set null','set default'], o.x->>'onDelete') - 1)::int2",
      ],
      ['delete_referential_action_desc', 'nvarchar(60)?', "replace(upper(o.x->>'onDelete'), ' ', '_')"],
      [
        'update_referential_action',
        'tinyint?',
        "(array_position(array['no action','cascade','set null','set default'], o.x->>'onUpdate') - 1)::int2",
      ],
      ['update_referential_action_desc', 'nvarchar(60)?', "replace(upper(o.x->>'onUpdate'), ' ', '_')"],
      ['is_system_named', 'bit', "coalesce((o.x->>'systemNamed')::bool, false)"],
    ],
    from: constraintFrom("o.type = 'F '"),
  },
  'sys.foreign_key_columns': {
    columns: [
      ['constraint_object_id', 'int', "(x->>'id')::int"],
      ['constraint_column_id', 'int', 'c.n::int'],
      ['parent_object_id', 'int', 'o.object_id'],
      ['parent_column_id', 'int', 'c.v::int'],
      ['referenced_object_id', 'int', "(x->>'referencedTable')::int"],
      ['referenced_column_id', 'int', "(x->'referencedColumns'->>(c.n::int - 1))::int"],
    ],
    from: "emu.objects o cross join lateral jsonb_array_elements(o.definition->'foreignKeys') x cross join lateral jsonb_array_elements_text(x->'columns') with ordinality as c(v, n)",
  },
  'sys.partitions': {
    columns: [
      ['partition_id', 'bigint', '(o.object_id::int8 << 16) + i.index_id'],
      ['object_id', 'int', 'o.object_id'],
      ['index_id', 'int', 'i.index_id'],
      ['partition_number', 'int', '1'],
      ['hobt_id', 'bigint', '(o.object_id::int8 << 16) + i.index_id'],
      ['rows', 'bigint?', 'emu.row_estimate(o.object_id)'],
      ['data_compression', 'tinyint', '0::int2'],
      ['data_compression_desc', 'nvarchar(60)?', "'NONE'"],
    ],
    from: `emu.objects o cross join lateral (
      select (x->>'indexId')::int as index_id from jsonb_array_elements(o.definition->'indexes') x
      union all select 0 where not exists (select from jsonb_array_elements(o.definition->'indexes') y where (y->>'indexId')::int = 1)) i where o.kind = 'table'`,
  },
  'sys.dm_db_partition_stats': {
    columns: [
      ['partition_id', 'bigint?', '(o.object_id::int8 << 16) + 1'],
      ['object_id', 'int', 'o.object_id'],
      [
        'index_id',
        'int',
        "case when exists (select from jsonb_array_elements(o.definition->'indexes') y where (y->>'indexId')::int = 1) then 1 else 0 end",
      ],
      ['partition_number', 'int', '1'],
      ['reserved_page_count', 'bigint', 'pg_total_relation_size(o.object_id::oid) / 8192'],
      ['used_page_count', 'bigint', 'pg_total_relation_size(o.object_id::oid) / 8192'],
      ['row_count', 'bigint', 'emu.row_estimate(o.object_id)'],
    ],
    from: "emu.objects o where o.kind = 'table'",
  },
  'sys.databases': {
    columns: [
      ['name', 'sysname', 'd.name'],
      ['database_id', 'int', 'd.id'],
      ['source_database_id', 'int?', 'null::int'],
      ['create_date', 'datetime', datetime('emu.now_ticks()')],
      ['compatibility_level', 'tinyint', '160::int2'],
      ['collation_name', 'sysname?', "'SQL_Latin1_General_CP1_CI_AS'"],
      ['user_access', 'tinyint?', '0::int2'],
      ['user_access_desc', 'nvarchar(60)?', "'MULTI_USER'"],
      ['is_read_only', 'bit?', 'false'],
      ['state', 'tinyint?', '0::int2'],
      ['state_desc', 'nvarchar(60)?', "'ONLINE'"],
      [
        'snapshot_isolation_state',
        'tinyint?',
        `(case when ${retention('snapshot_isolation', 'on')} = 'on' then 1 else 0 end)::int2`,
      ],
      ['snapshot_isolation_state_desc', 'nvarchar(60)?', `upper(${retention('snapshot_isolation', 'on')})`],
      ['is_read_committed_snapshot_on', 'bit?', `${retention('read_committed_snapshot', 'on')} = 'on'`],
      ['recovery_model', 'tinyint?', '1::int2'],
      ['recovery_model_desc', 'nvarchar(60)?', "'FULL'"],
      ['is_cdc_enabled', 'bit', 'false'],
      ['is_encrypted', 'bit?', 'false'],
    ],
    from: 'emu.databases() d',
  },
  'sys.change_tracking_databases': {
    columns: [
      ['database_id', 'int', 'd.id'],
      ['is_auto_cleanup_on', 'bit?', 'c.is_auto_cleanup_on'],
      ['retention_period', 'int?', 'c.retention_period'],
      ['retention_period_units', 'tinyint?', 'c.retention_period_units'],
      ['retention_period_units_desc', 'nvarchar(60)?', 'c.retention_period_units_desc'],
      ['max_cleanup_version', 'bigint?', 'c.max_cleanup_version'],
    ],
    from: 'emu.databases() d, ct.databases_state c where d.own and c.enabled',
  },
  'sys.change_tracking_tables': {
    columns: [
      ['object_id', 'int', 'o.object_id'],
      ['is_track_columns_updated_on', 'bit?', "(o.definition->'tracking'->>'columns')::bool"],
      ['min_valid_version', 'bigint?', 'c.min_valid_version'],
      ['begin_version', 'bigint?', 'c.begin_version'],
      ['cleanup_version', 'bigint?', 'c.cleanup_version'],
    ],
    from: "emu.objects o join ct.tables_state c on c.relid = o.object_id::oid where o.kind = 'table'",
  },
  'sys.dm_tran_commit_table': {
    columns: [
      ['commit_ts', 'bigint?', 'c.commit_ts'],
      ['xdes_id', 'bigint', 'c.commit_ts'],
      ['commit_lbn', 'bigint', 'c.commit_ts'],
      ['commit_csn', 'bigint?', 'c.commit_ts'],
      [
        'commit_time',
        'datetime',
        'emu.ticks_datetime(621355968000000000 + (extract(epoch from c.commit_time) * 10000000)::int8)',
      ],
    ],
    from: 'ct.commit_table c',
  },
  'sys.sql_modules': {
    columns: [
      ['object_id', 'int', 'o.object_id'],
      ['definition', 'nvarchar(-1)?', "o.definition->>'text'"],
      ['uses_ansi_nulls', 'bit?', 'true'],
      ['uses_quoted_identifier', 'bit?', 'true'],
    ],
    from: "emu.objects o where o.kind in ('view', 'procedure')",
  },
  'sys.extended_properties': {
    columns: [
      ['class', 'tinyint', '1::int2'],
      ['major_id', 'int', '0'],
      ['minor_id', 'int', '0'],
      ['name', 'sysname', "''"],
      ['value', 'nvarchar(-1)?', 'null::text'],
    ],
    from: '(select 1 where false) e',
  },
  'sys.database_principals': {
    columns: [
      ['name', 'sysname', 'p.name'],
      ['principal_id', 'int', 'p.principal_id'],
      ['type', 'char(1)', 'p.kind'],
      ['type_desc', 'nvarchar(60)?', "case p.kind when 'R' then 'DATABASE_ROLE' else 'SQL_USER' end"],
      ['default_schema_name', 'sysname?', "'dbo'"],
    ],
    from: 'emu.principals p',
  },
  'sys.sysobjects': {
    columns: [
      ['name', 'sysname', 'o.name'],
      ['id', 'int', 'o.object_id'],
      ['xtype', 'char(2)', "case o.kind when 'table' then 'U ' when 'view' then 'V ' else 'P ' end"],
      ['uid', 'smallint?', '1::int2'],
      ['crdate', 'datetime', datetime('o.created')],
    ],
    from: 'emu.objects o',
  },
  'sys.dm_exec_sessions': {
    columns: [
      ['session_id', 'smallint', '(a.pid % 32767)::int2'],
      ['status', 'nvarchar(30)', "case a.state when 'active' then 'running' else 'sleeping' end"],
      ['program_name', 'nvarchar(128)?', 'a.application_name'],
    ],
    from: 'pg_stat_activity a where a.datname = current_database()',
  },
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
};
