import { quoteTable } from './identifier.js';
import { timestamp } from './operations-schema.js';
import { buildInsertRows } from './operations.sql.js';
import type { Session } from './warehouse.client.js';

export interface PublishedRun {
  readonly run: string;
  readonly batch: number;
  readonly version: bigint;
  readonly startedAt: Date;
  readonly models: readonly { readonly model: string; readonly rows: number }[];
}

/** How long rows of old runs are kept. */
const keptDays = 30;

/** `taops.runs`: which batch each model shows. Written in the transaction that swaps the models in. */
export class RunsStore {
  constructor(
    private readonly schema: string,
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
    const [started, published] = [timestamp(startedAt.toISOString()), timestamp(this.now().toISOString())];
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
      [timestamp(before.toISOString())],
    );
  }

  private get runs(): string {
    return quoteTable({ schema: this.schema, table: 'runs' });
  }
}
