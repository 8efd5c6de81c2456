import { indexRows, type ViewDefinitions } from './shared.js';

/** sys views of indexes and their sizes. */
export const indexViews: ViewDefinitions = {
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
};
