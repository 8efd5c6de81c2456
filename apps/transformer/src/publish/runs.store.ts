import { changeVersion, PipelineError, type ChangeVersion } from '@thalamus/contracts';
import { buildInsertRows, quoteTable, type Session } from '@thalamus/redshift';

/** What TASTG shows. */
export interface Ledger {
  readonly batch: number;
  readonly version: ChangeVersion;
  /** No table is loading. */
  readonly consistent: boolean;
  /** Commit time of the newest change in the batch, ISO; null when the source did not tell. */
  readonly committedAt: string | null;
}

type LedgerRecord = { batch: string; version: string; consistent: boolean; committed_at: string | null };

export interface PublishedRun {
  readonly run: string;
  readonly batch: number;
  readonly version: bigint;
  readonly startedAt: Date;
  readonly models: readonly { readonly model: string; readonly rows: number }[];
}

/** How long rows of old runs are kept. */
const keptDays = 30;

const timestamp = (at: Date): string => at.toISOString().replace('T', ' ').replace('Z', '');

/** `taops.runs`: which batch each model shows. Written in the transaction that swaps the models in. */
export class RunsStore {
  constructor(
    private readonly schema: string,
    private readonly group: string,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** Batch that each model shows. */
  async published(session: Session): Promise<Map<string, number>> {
    const { rows } = await session.query<{ model: string; batch: string }>(
      `select model, max(batch) as batch\nfrom ${this.runs}\ngroup by model`,
    );
    return new Map(rows.map(({ model, batch }) => [model, Number(batch)]));
  }

  async happened(session: Session, run: string): Promise<boolean> {
    const { rows } = await session.query(`select run\nfrom ${this.runs}\nwhere run = $1`, [run]);
    return rows.length > 0;
  }

  async write(session: Session, { run, batch, version, startedAt, models }: PublishedRun): Promise<void> {
    const columns = ['run', 'model', 'batch', 'version', 'model_rows', 'started_at', 'published_at'];
    const { text } = buildInsertRows({ schema: this.schema, table: 'runs' }, columns, models.length);
    const [started, published] = [timestamp(startedAt), timestamp(this.now())];
    await session.query(
      text,
      models.flatMap(({ model, rows }) => [run, model, batch, version.toString(), rows, started, published]),
    );
  }

  /** Removes rows of old runs, but not what says which batch a model shows. */
  async prune(session: Session): Promise<void> {
    const before = new Date(this.now().getTime() - keptDays * 24 * 3_600_000);
    await session.query(
      `delete from ${this.runs}\nusing (\n  select model, max(batch) as batch\n  from ${this.runs}\n  group by model\n) as newest\n` +
        `where ${this.runs}.model = newest.model\n  and ${this.runs}.batch < newest.batch\n  and ${this.runs}.published_at < $1`,
      [timestamp(before)],
    );
  }

  /**
   * The batch that TASTG shows; undefined before anything was applied, be it that the loader has not made its tables yet.
   * @throws PipelineError THAL-X002 when the group has two rows
   */
  async ledger(session: Session): Promise<Ledger | undefined> {
    const { rows } = await session.query<LedgerRecord>(
      // As text: the driver would read a TIMESTAMP in the zone of this machine.
      `select batch, version, consistent, to_char(committed_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS') as committed_at\n` +
        `from ${quoteTable({ schema: this.schema, table: 'ledger' })}\nwhere sync_group = $1`,
      [this.group],
    );
    const [row] = rows;
    if (rows.length > 1)
      throw new PipelineError(
        'THAL-X002',
        `${this.schema}.ledger holds ${rows.length} rows of ${this.group}; leave one`,
      );
    if (row === undefined || Number(row.batch) === 0) return undefined;
    return {
      batch: Number(row.batch),
      version: changeVersion(row.version),
      consistent: row.consistent,
      committedAt: row.committed_at === null ? null : `${row.committed_at}Z`,
    };
  }

  private get runs(): string {
    return quoteTable({ schema: this.schema, table: 'runs' });
  }
}
