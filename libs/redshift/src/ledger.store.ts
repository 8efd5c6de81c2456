import { changeVersion, PipelineError, type ChangeVersion } from '@thalamus/contracts';
import { OperationsSchema, timestamp } from './operations-schema.js';
import type { Session } from './warehouse.client.js';

export interface LedgerRow {
  readonly batch: number;
  readonly version: ChangeVersion;
  /** No table is loading. */
  readonly consistent: boolean;
  /** Commit time of the newest change in the batch, ISO; null when the source did not tell. */
  readonly committedAt: string | null;
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

type LedgerRecord = {
  batch: string;
  version: string;
  consistent: boolean;
  committed_at: string | null;
  announcement: string | null;
};

/** `taops.ledger`: the last batch that is in TASTG, one row for each sync group. */
export class LedgerStore extends OperationsSchema {
  /** Makes the group's row at batch 0 unless it is there. In a transaction of its own. */
  async prepare(session: Session): Promise<void> {
    // Keys are not enforced: without the lock two loaders could each insert the row.
    await session.query(`lock table ${this.name('ledger')}`);
    if ((await this.rows(session)).length === 0)
      await session.query(
        `insert into ${this.name('ledger')} (sync_group, batch, version, consistent)\nvalues ($1, 0, 0, false)`,
        [this.group],
      );
  }

  /** @throws PipelineError THAL-X002 when the group's row is missing or there are two. */
  async read(session: Session): Promise<LedgerRow> {
    const row = await this.find(session);
    if (!row) throw this.notOne(0);
    return row;
  }

  /** @returns undefined when no loader has made the row yet. @throws PipelineError THAL-X002 when there are two. */
  async find(session: Session): Promise<LedgerRow | undefined> {
    const rows = await this.rows(session);
    const [row] = rows;
    if (rows.length > 1) throw this.notOne(rows.length);
    if (!row) return undefined;
    return {
      batch: Number(row.batch),
      version: changeVersion(row.version),
      consistent: row.consistent,
      committedAt: row.committed_at === null ? null : `${row.committed_at}Z`,
      announcement: row.announcement,
    };
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
  async move(session: Session, move: LedgerMove): Promise<void> {
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

  private notOne(rows: number): PipelineError {
    return new PipelineError(
      'THAL-X002',
      `${this.schema}.ledger holds ${rows} rows of ${this.group}; leave exactly one`,
    );
  }

  private async rows(session: Session): Promise<readonly LedgerRecord[]> {
    const { rows } = await session.query<LedgerRecord>(
      // The time as text: the driver would read a TIMESTAMP in the zone of this machine.
      `select batch, version, consistent, announcement,\n` +
        `  to_char(committed_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS') as committed_at\n` +
        `from ${this.name('ledger')}\nwhere sync_group = $1`,
      [this.group],
    );
    return rows;
  }
}
