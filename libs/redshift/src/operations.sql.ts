import { quoteIdentifier, quoteTable, type TableName } from './identifier.js';
import { buildCreateSchema, buildCreateTable, type TableDefinition } from './table.sql.js';

const text = (bytes: number): string => `VARCHAR(${bytes})`;

/** Definitions of the operations tables. Columns are only ever added, at the end. */
export function operationsTables(schema: string): readonly TableDefinition[] {
  return [
    {
      // One row for each sync group: the last batch that is in TASTG. Moved in apply's transaction only.
      schema,
      table: 'ledger',
      columns: [
        { name: 'sync_group', type: text(64), nullable: false },
        { name: 'batch', type: 'BIGINT', nullable: false },
        { name: 'version', type: 'BIGINT', nullable: false },
        { name: 'consistent', type: 'BOOLEAN', nullable: false },
        { name: 'first_batch', type: 'BIGINT' },
        { name: 'committed_at', type: 'TIMESTAMP' },
        { name: 'applied_at', type: 'TIMESTAMP' },
        // JSON of what `batch.applied` says, so that it can be announced again after a crash.
        { name: 'announcement', type: text(65_535) },
      ],
      primaryKey: ['sync_group'],
    },
    {
      // Append-only: the newest row of a partition tells where the last applied batch ended.
      schema,
      table: 'positions',
      columns: [
        { name: 'sync_group', type: text(64), nullable: false },
        { name: 'batch', type: 'BIGINT', nullable: false },
        { name: 'topic', type: text(249), nullable: false },
        { name: 'partition_id', type: 'INTEGER', nullable: false },
        { name: 'end_offset', type: 'BIGINT', nullable: false },
      ],
    },
    {
      // One row for each generation of a table that is live or loading.
      schema,
      table: 'tables',
      columns: [
        { name: 'sync_group', type: text(64), nullable: false },
        { name: 'source_table', type: text(1024), nullable: false },
        { name: 'target', type: text(127), nullable: false },
        { name: 'generation', type: 'INTEGER', nullable: false },
        { name: 'state', type: text(16), nullable: false },
        { name: 'physical', type: text(127), nullable: false },
        { name: 'schema_id', type: 'INTEGER', nullable: false },
        { name: 'batch', type: 'BIGINT', nullable: false },
        { name: 'changed_at', type: 'TIMESTAMP', nullable: false },
      ],
    },
    {
      // Offsets that Kafka no longer holds. The table's generations up to `generation` stand still until a newer one.
      schema,
      table: 'lost',
      columns: [
        { name: 'sync_group', type: text(64), nullable: false },
        { name: 'source_table', type: text(1024), nullable: false },
        { name: 'generation', type: 'INTEGER', nullable: false },
        { name: 'batch', type: 'BIGINT', nullable: false },
        { name: 'topic', type: text(249), nullable: false },
        { name: 'partition_id', type: 'INTEGER', nullable: false },
        { name: 'from_offset', type: 'BIGINT', nullable: false },
        { name: 'to_offset', type: 'BIGINT', nullable: false },
        { name: 'found_at', type: 'TIMESTAMP', nullable: false },
      ],
    },
    {
      schema,
      table: 'runs',
      columns: [
        { name: 'run', type: text(128), nullable: false },
        { name: 'model', type: text(256), nullable: false },
        { name: 'batch', type: 'BIGINT', nullable: false },
        { name: 'version', type: 'BIGINT', nullable: false },
        { name: 'model_rows', type: 'BIGINT', nullable: false },
        { name: 'started_at', type: 'TIMESTAMP' },
        { name: 'published_at', type: 'TIMESTAMP', nullable: false },
      ],
    },
    {
      schema,
      table: 'rejected',
      columns: [
        { name: 'sync_group', type: text(64), nullable: false },
        { name: 'source_table', type: text(1024), nullable: false },
        { name: 'batch', type: 'BIGINT', nullable: false },
        { name: 'topic', type: text(249), nullable: false },
        { name: 'partition_id', type: 'INTEGER', nullable: false },
        { name: 'offset_id', type: 'BIGINT', nullable: false },
        { name: 'column_name', type: text(127) },
        { name: 'code', type: text(32), nullable: false },
        { name: 'reason', type: text(1024), nullable: false },
        { name: 'rejected_at', type: 'TIMESTAMP', nullable: false },
      ],
    },
    {
      schema,
      table: 'coercions',
      columns: [
        { name: 'sync_group', type: text(64), nullable: false },
        { name: 'source_table', type: text(1024), nullable: false },
        { name: 'column_name', type: text(512), nullable: false },
        { name: 'kind', type: text(64), nullable: false },
        { name: 'batch', type: 'BIGINT', nullable: false },
        { name: 'value_count', type: 'BIGINT', nullable: false },
      ],
    },
  ];
}

/** Statements that make the schemas and operations tables; harmless when they exist. */
export function operationsStatements(schemas: {
  readonly operations: string;
  readonly others: readonly string[];
}): string[] {
  return [
    ...[schemas.operations, ...schemas.others].map(buildCreateSchema),
    ...operationsTables(schemas.operations).map((table) => buildCreateTable(table, { ifNotExists: true })),
  ];
}

/** A multi-row `insert … values` with parameters; Redshift takes at most 32,767 of them. */
export function buildInsertRows(
  table: TableName,
  columns: readonly string[],
  rows: number,
): { text: string } {
  const width = columns.length;
  const tuples = Array.from({ length: rows }, (_, row) => {
    const marks = columns.map((_name, at) => `$${row * width + at + 1}`);
    return `(${marks.join(', ')})`;
  });
  const names = columns.map(quoteIdentifier).join(', ');
  return { text: `insert into ${quoteTable(table)} (${names})\nvalues ${tuples.join(',\n  ')}` };
}
