import { datetime, type ViewDefinitions } from './shared.js';

/** Change tracking in sys views. */
export const trackingViews: ViewDefinitions = {
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
  'sys.internal_tables': {
    columns: [
      ['name', 'sysname', "'change_tracking_' || c.relid"],
      // No object of its own here: an id that nothing else can have.
      ['object_id', 'int', '-(c.relid::int8)::int'],
      ['principal_id', 'int?', 'null::int'],
      ['schema_id', 'int', '4'],
      ['parent_object_id', 'int', 'c.relid::int8::int'],
      ['type', 'char(2)', "'IT'"],
      ['type_desc', 'nvarchar(60)?', "'INTERNAL_TABLE'"],
      ['create_date', 'datetime', datetime('o.modified')],
      ['modify_date', 'datetime', datetime('o.modified')],
      ['is_ms_shipped', 'bit', 'true'],
      ['is_published', 'bit', 'false'],
      ['is_schema_published', 'bit', 'false'],
      ['internal_type', 'tinyint?', '209::int2'],
      ['internal_type_desc', 'nvarchar(60)?', "'CHANGE_TRACKING'"],
      ['parent_id', 'int', 'c.relid::int8::int'],
      ['parent_minor_id', 'int', '0'],
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
        datetime('621355968000000000 + (extract(epoch from c.commit_time) * 10000000)::int8'),
      ],
    ],
    from: 'ct.commit_table c',
  },
};
