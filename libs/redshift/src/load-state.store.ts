import type { TableId } from '@thalamus/contracts';
import { partitionKey, type Loss, type Position, type TableState } from '@thalamus/core/load';
import { readCatalog } from './catalog.reader.js';
import { OperationsSchema } from './operations-schema.js';
import type { Row, Session } from './warehouse.client.js';

/** A generation of a table as `taops.tables` keeps it; its columns are the catalogue's business. */
export type TableRecord = Omit<TableState, 'columns'>;

/** What the loader knows beside the ledger: where partitions ended, generations of tables, offsets that were lost. */
export class LoadStateStore extends OperationsSchema {
  /** Where the last applied batch of each partition ended, by `partitionKey`. */
  async readPositions(session: Session): Promise<Map<string, Position>> {
    const { rows } = await session.query<Row>(
      `select topic, partition_id, max(batch) as batch, max(end_offset) as end_offset\n` +
        `from ${this.name('positions')}\nwhere sync_group = $1\ngroup by topic, partition_id`,
      [this.group],
    );
    return new Map(
      rows.map((row) => [
        partitionKey(String(row['topic']), Number(row['partition_id'])),
        { batch: Number(row['batch']), end: Number(row['end_offset']) },
      ]),
    );
  }

  async writePositions(session: Session, batch: number, ends: ReadonlyMap<string, Position>): Promise<void> {
    await this.insert(
      session,
      'positions',
      ['sync_group', 'batch', 'topic', 'partition_id', 'end_offset'],
      [...ends].map(([key, position]) => {
        const cut = key.lastIndexOf('/');
        return [this.group, batch, key.slice(0, cut), Number(key.slice(cut + 1)), position.end];
      }),
    );
  }

  /** Old rows of positions say nothing any more; removed now and then, outside the apply transaction. */
  async prunePositions(session: Session): Promise<void> {
    const positions = this.name('positions');
    await session.query(
      `delete from ${positions}\nusing (\n` +
        `  select topic, partition_id, max(batch) as batch\n  from ${positions}\n  where sync_group = $1\n` +
        `  group by topic, partition_id\n) as newest\n` +
        `where ${positions}.sync_group = $1\n  and ${positions}.topic = newest.topic\n` +
        `  and ${positions}.partition_id = newest.partition_id\n  and ${positions}.batch < newest.batch`,
      [this.group],
    );
  }

  /** Generations in the warehouse, with the columns its catalogue shows. One whose table somebody dropped is left out. */
  async readTables(session: Session, stagingSchema: string): Promise<TableState[]> {
    const catalog = await readCatalog(session, stagingSchema);
    const { rows } = await session.query<Row>(
      `select source_table, target, generation, state, physical, schema_id\n` +
        `from ${this.name('tables')}\nwhere sync_group = $1`,
      [this.group],
    );
    return rows.flatMap((row) => {
      const columns = catalog.get(String(row['physical']));
      if (!columns) return [];
      return {
        table: String(row['source_table']) as TableId,
        target: String(row['target']),
        generation: Number(row['generation']),
        state: row['state'] === 'live' ? ('live' as const) : ('loading' as const),
        physical: String(row['physical']),
        schemaId: Number(row['schema_id']),
        columns,
      };
    });
  }

  /** Replaces what is recorded of the tables named in `tables` or `gone`. */
  async writeTables(
    session: Session,
    batch: number,
    tables: readonly TableRecord[],
    gone: readonly TableRecord[],
  ): Promise<void> {
    const touched = [...tables, ...gone];
    if (touched.length === 0) return;
    const marks = touched.map(
      (_record, at) => `(source_table = $${at * 2 + 2} and generation = $${at * 2 + 3})`,
    );
    await session.query(
      `delete from ${this.name('tables')}\nwhere sync_group = $1\n  and (${marks.join(' or ')})`,
      [this.group, ...touched.flatMap((record) => [record.table, record.generation])],
    );
    const at = this.time();
    await this.insert(
      session,
      'tables',
      [
        'sync_group',
        'source_table',
        'target',
        'generation',
        'state',
        'physical',
        'schema_id',
        'batch',
        'changed_at',
      ],
      tables.map((record) => [
        this.group,
        record.table,
        record.target,
        record.generation,
        record.state,
        record.physical,
        record.schemaId,
        batch,
        at,
      ]),
    );
  }

  async readLosses(session: Session): Promise<Loss[]> {
    const { rows } = await session.query<Row>(
      `select source_table, generation, batch, topic, partition_id, from_offset, to_offset\n` +
        `from ${this.name('lost')}\nwhere sync_group = $1\norder by batch`,
      [this.group],
    );
    const byTable = new Map<TableId, Loss>();
    for (const row of rows) {
      const table = String(row['source_table']) as TableId;
      const batch = Number(row['batch']);
      const before = byTable.get(table);
      const gap = {
        topic: String(row['topic']),
        partition: Number(row['partition_id']),
        from: Number(row['from_offset']),
        to: Number(row['to_offset']),
      };
      const gaps = [...(before?.batch === batch ? before.gaps : []), ...(gap.partition < 0 ? [] : [gap])];
      byTable.set(table, { table, generation: Number(row['generation']), batch, gaps });
    }
    return [...byTable.values()];
  }

  /** Records losses before anybody relies on the reload they ask for. */
  async recordLosses(session: Session, losses: readonly Loss[]): Promise<void> {
    const wholeTable = { topic: '', partition: -1, from: 0, to: 0 };
    const at = this.time();
    await this.insert(
      session,
      'lost',
      [
        'sync_group',
        'source_table',
        'generation',
        'batch',
        'topic',
        'partition_id',
        'from_offset',
        'to_offset',
        'found_at',
      ],
      losses.flatMap(({ table, generation, batch, gaps }) =>
        (gaps.length === 0 ? [wholeTable] : gaps).map((gap) => [
          this.group,
          table,
          generation,
          batch,
          gap.topic,
          gap.partition,
          gap.from,
          gap.to,
          at,
        ]),
      ),
    );
  }
}
