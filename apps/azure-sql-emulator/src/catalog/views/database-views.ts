import { datetime, retention, type ViewDefinitions } from './shared.js';

/** sys views of databases, principals and sessions. */
export const databaseViews: ViewDefinitions = {
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
      ['is_read_only', 'bit?', `${retention('read_only', 'off')} = 'on'`],
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
  'sys.dm_exec_sessions': {
    columns: [
      ['session_id', 'smallint', '(a.pid % 32767)::int2'],
      ['status', 'nvarchar(30)', "case a.state when 'active' then 'running' else 'sleeping' end"],
      ['program_name', 'nvarchar(128)?', 'a.application_name'],
    ],
    from: 'pg_stat_activity a where a.datname = current_database()',
  },
  'sys.database_files': {
    columns: [
      ['file_id', 'int', '1'],
      ['type', 'tinyint', '0::int2'],
      ['type_desc', 'nvarchar(60)?', "'ROWS'"],
      ['data_space_id', 'int', '1'],
      ['name', 'sysname', 'd.name'],
      ['physical_name', 'nvarchar(260)?', "'/var/opt/mssql/data/' || d.name || '.mdf'"],
      ['state', 'tinyint?', '0::int2'],
      ['state_desc', 'nvarchar(60)?', "'ONLINE'"],
      ['size', 'int', '(pg_database_size(current_database()) / 8192)::int'],
      ['max_size', 'int', '-1'],
    ],
    from: 'emu.databases() d where d.own',
  },
  'sys.master_files': {
    columns: [
      ['database_id', 'int', 'd.id'],
      ['file_id', 'int', '1'],
      ['type', 'tinyint', '0::int2'],
      ['type_desc', 'nvarchar(60)?', "'ROWS'"],
      ['name', 'sysname', 'd.name'],
      ['physical_name', 'nvarchar(260)', "'/var/opt/mssql/data/' || d.name || '.mdf'"],
      ['state', 'tinyint?', '0::int2'],
      ['state_desc', 'nvarchar(60)?', "'ONLINE'"],
      ['size', 'int', '1024'],
    ],
    from: 'emu.databases() d',
  },
  'sys.filegroups': {
    columns: [
      ['name', 'sysname', "'PRIMARY'"],
      ['data_space_id', 'int', '1'],
      ['type', 'char(2)', "'FG'"],
      ['type_desc', 'nvarchar(60)?', "'ROWS_FILEGROUP'"],
      ['is_default', 'bit?', 'true'],
      ['is_read_only', 'bit?', 'false'],
    ],
    from: '(select 1) f',
  },
  'sys.data_spaces': {
    columns: [
      ['name', 'sysname', "'PRIMARY'"],
      ['data_space_id', 'int', '1'],
      ['type', 'char(2)', "'FG'"],
      ['type_desc', 'nvarchar(60)?', "'ROWS_FILEGROUP'"],
      ['is_default', 'bit?', 'true'],
    ],
    from: '(select 1) f',
  },
  'sys.database_permissions': {
    columns: [
      ['class', 'tinyint', "(case p.scope when 'object' then 1 when 'schema' then 3 else 0 end)::int2"],
      [
        'major_id',
        'int',
        "coalesce(case p.scope when 'object' then (select o.object_id from emu.objects o where lower(o.schema_name || '.' || o.name) = lower(p.target)) when 'schema' then (select s.schema_id from emu.schemas s where lower(s.name) = lower(p.target)) end, 0)",
      ],
      ['minor_id', 'int', '0'],
      [
        'grantee_principal_id',
        'int',
        '(select g.principal_id from emu.principals g where lower(g.name) = lower(p.principal))',
      ],
      ['permission_name', 'nvarchar(128)?', 'p.permission'],
      ['state', 'char(1)', "case p.action when 'DENY' then 'D' else 'G' end"],
      ['state_desc', 'nvarchar(60)?', 'p.action'],
    ],
    from: 'emu.permissions p',
  },
};
