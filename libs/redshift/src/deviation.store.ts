import type { Rejected, TableId } from '@thalamus/contracts';
import type { Coercions } from '@thalamus/core/load';
import { OperationsSchema, timestamp } from './operations-schema.js';
import type { Session } from './warehouse.client.js';

/** Values that did not arrive as they were: rows refused, values changed. */
export class DeviationStore extends OperationsSchema {
  async writeRejected(session: Session, rejected: readonly Rejected[]): Promise<void> {
    await this.insert(
      session,
      'rejected',
      [
        'sync_group',
        'source_table',
        'batch',
        'topic',
        'partition_id',
        'offset_id',
        'column_name',
        'code',
        'reason',
        'rejected_at',
      ],
      rejected.map((row) => [
        this.group,
        row.table,
        row.batch,
        row.topic,
        row.partition,
        row.offset,
        row.column,
        row.code.slice(0, 32),
        row.reason.slice(0, 300),
        timestamp(row.time),
      ]),
    );
  }

  async writeCoercions(
    session: Session,
    batch: number,
    byTable: ReadonlyMap<TableId, Coercions>,
  ): Promise<void> {
    await this.insert(
      session,
      'coercions',
      ['sync_group', 'source_table', 'column_name', 'kind', 'batch', 'value_count'],
      [...byTable].flatMap(([table, coercions]) =>
        Object.entries(coercions).flatMap(([column, kinds]) =>
          Object.entries(kinds).map(([kind, count]) => [this.group, table, column, kind, batch, count]),
        ),
      ),
    );
  }
}
