import {
  changeVersion,
  PipelineError,
  type ChangeVersion,
  type Rejected,
  type TableId,
} from '@thalamus/contracts';
import { partitionKey, type Coercions, type Loss, type Position, type TableState } from '@thalamus/core/load';
import { readCatalog } from './catalog.reader.js';
import { quoteTable, type TableName } from './identifier.js';
import { buildInsertRows, operationsStatements } from './operations.sql.js';
import type { Row, Session, Warehouse } from './warehouse.client.js';

export interface LedgerRow {
  readonly batch: number;
  readonly version: ChangeVersion;
  readonly consistent: boolean;
  /** JSON of the last `batch.applied`; null before the first. */
  readonly announcement: string | null;
}

export interface LedgerMove {
  readonly previousBatch: number;
  readonly firstBatch: number;
  readonly batch: number;
  readonly version: ChangeVersion;
  readonly consistent: boolean;
  readonly committedAt: string | null;
  readonly announcement: string;
}

/** A generation of a table as `taops.tables` keeps it; its columns are the catalogue's business. */
export type TableRecord = Omit<TableState, 'columns'>;

/** Redshift takes at most 32,767 parameters in a statement. */
const maxParameters = 30_000;

/** ISO time as Redshift reads it in a parameter. */
const timestamp = (iso: string): string => iso.replace('T', ' ').replace('Z', '');

/** The operations tables of one sync group: the only state the loader has outside Kafka. */
export class OperationsStore {
  constructor(
    readonly schema: string,
    readonly group: string,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** Makes the schemas and tables, and the group's ledger row. Harmless when repeated. */
  async prepare(warehouse: Warehouse, otherSchemas: readonly string[]): Promise<void> {
    await warehouse.session(async (session) => {
      for (const statement of operationsStatements({ operations: this.schema, others: otherSchemas }))
        await session.query(statement);
    });
    await warehouse.transaction(async (session) => {
      // Keys are not enforced: without the lock two loaders could each insert the row.
      await session.query(`lock table ${this.name('ledger')}`);
      if ((await this.ledgerRows(session)).length === 0)
        await session.query(
          `insert into ${this.name('ledger')} (sync_group, batch, version, consistent)\nvalues ($1, 0, 0, false)`,
          [this.group],
        );
    });
  }

  /** @throws PipelineError THAL-X002 when the group's row is missing or there are two. */
  async readLedger(session: Session): Promise<LedgerRow> {
    const rows = await this.ledgerRows(session);
    const [row] = rows;
    if (!row || rows.length > 1)
      throw new PipelineError(
        'THAL-X002',
        `${this.schema}.ledger holds ${rows.length} rows of ${this.group}; leave exactly one`,
      );
    return {
      batch: Number(row.batch),
      version: changeVersion(row.version),
      consistent: row.consistent,
      announcement: row.announcement,
    };
  }

  private async ledgerRows(session: Session) {
    const { rows } = await session.query<{
      batch: string;
      version: string;
      consistent: boolean;
      announcement: string | null;
    }>(
      `select batch, version, consistent, announcement\nfrom ${this.name('ledger')}\nwhere sync_group = $1`,
      [this.group],
    );
    return rows;
  }

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

  /**
   * Claims the group's ledger row for this transaction. First in it, so that two loaders queue up here.
   * @throws PipelineError THAL-W006 when the ledger is not at `previousBatch`.
   */
  async fence(session: Session, previousBatch: number): Promise<void> {
    const { rowCount } = await session.query(
      `update ${this.name('ledger')}\nset applied_at = $1\nwhere sync_group = $2\n  and batch = $3`,
      [this.time(), this.group, previousBatch],
    );
    if (rowCount !== 1) throw this.fenced(previousBatch, rowCount);
  }

  /** Moves the ledger from the batch it must be at. @throws PipelineError THAL-W006 when it stands elsewhere. */
  async moveLedger(session: Session, move: LedgerMove): Promise<void> {
    const { rowCount } = await session.query(
      `update ${this.name('ledger')}\n` +
        `set batch = $1, version = $2, consistent = $3, first_batch = $4, committed_at = $5, applied_at = $6,` +
        ` announcement = $7\nwhere sync_group = $8\n  and batch = $9`,
      [
        move.batch,
        move.version.toString(),
        move.consistent,
        move.firstBatch,
        move.committedAt === null ? null : timestamp(move.committedAt),
        this.time(),
        move.announcement,
        this.group,
        move.previousBatch,
      ],
    );
    if (rowCount !== 1) throw this.fenced(move.previousBatch, rowCount);
  }

  private fenced(previousBatch: number, rowCount: number): PipelineError {
    return new PipelineError(
      'THAL-W006',
      `the ledger of ${this.group} is not at batch ${previousBatch}: another loader applies this group`,
      { context: { previousBatch, rowCount } },
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

  private async insert(
    session: Session,
    table: string,
    columns: readonly string[],
    rows: readonly (readonly unknown[])[],
  ): Promise<void> {
    const size = Math.floor(maxParameters / columns.length);
    for (let at = 0; at < rows.length; at += size) {
      const page = rows.slice(at, at + size);
      const { text } = buildInsertRows({ schema: this.schema, table }, columns, page.length);
      await session.query(text, page.flat());
    }
  }

  private name(table: TableName['table']): string {
    return quoteTable({ schema: this.schema, table });
  }

  private time(): string {
    return timestamp(this.now().toISOString());
  }
}
