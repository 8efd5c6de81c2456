import { setTimeout as pause } from 'node:timers/promises';
import { createKafka, readJournal } from '@thalamus/kafka';
import type { LocalStack } from '@thalamus/local-stack';
import type { Topics } from '@thalamus/contracts';
import type { openSample } from '@thalamus/sample-gme';
import { minus, usageOf, type Usage } from './process-usage.js';

type Pool = Awaited<ReturnType<typeof openSample>>;

export interface Phase {
  readonly name: string;
  readonly rows: number;
  readonly seconds: number;
  /** By component, loader replicas apart. */
  readonly usage: Readonly<Record<string, Usage>>;
  /** The same when a quarter of the rows had been read: memory must not have grown since. */
  readonly atQuarter?: Readonly<Record<string, Usage>>;
}

const services = [
  ['capture', 1],
  ['loader', 1],
  ['loader', 2],
] as const;

/** Measures the mirror: capture and loader, from the source to TASTG. */
export class PipelineUnderLoad implements AsyncDisposable {
  private appliedVersion = -1n;
  private consistent = false;
  private readonly rowsRead = new Map<string, number>();
  private atQuarter: Record<string, Usage> | undefined;
  private readonly ending = new AbortController();
  private reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly stack: LocalStack,
    private readonly topics: Topics,
    private readonly pool: Pool,
  ) {}

  /** From the start of the services until every table is swapped in. */
  async initialLoad(rows: number): Promise<Phase> {
    const before = this.usage();
    const started = performance.now();
    for (const [name, replica] of services) await this.stack.service(name, replica).start();
    this.watch(rows);
    await this.until(() => this.consistent, 1_800_000);
    const phase = this.phase('initial load', rows, started, before);
    return this.atQuarter === undefined ? phase : { ...phase, atQuarter: this.atQuarter };
  }

  /** Changes `rows` rows of the largest table in transactions of 5,000, then waits until TASTG has them. */
  async burst(rows: number): Promise<Phase> {
    const before = this.usage();
    const started = performance.now();
    let changed = 0;
    for (let from = 1; changed < rows && from < rows * 4; from += 5000) {
      const result = await this.pool
        .request()
        .query(
          `update dbo.Message set Importance = 5 where MessageId >= ${from} and MessageId < ${from + 5000}`,
        );
      changed += result.rowsAffected[0] ?? 0;
    }
    const version = await this.sourceVersion();
    await this.until(() => this.appliedVersion >= version, 600_000);
    return this.phase('burst of changes', changed, started, before);
  }

  private phase(name: string, rows: number, started: number, before: Record<string, Usage>): Phase {
    const after = this.usage();
    const none = { cpuSeconds: 0, peakBytes: 0 };
    const usage = Object.fromEntries(
      Object.entries(after).map(([component, value]) => [component, minus(value, before[component] ?? none)]),
    );
    return { name, rows, seconds: (performance.now() - started) / 1000, usage };
  }

  private usage(): Record<string, Usage> {
    const running = this.stack.status().filter((each) => each.pid !== undefined);
    return Object.fromEntries(
      running.map(({ name, replica, pid }) => [
        replica > 1 ? `${name} ${replica}` : name,
        usageOf(pid ?? -1),
      ]),
    );
  }

  private watch(rows: number): void {
    const kafka = createKafka({ brokers: this.stack.endpoints.kafka.brokers, clientId: 'thalamus-bench' });
    this.reading = readJournal(kafka, this.topics.journal, {
      signal: this.ending.signal,
      onEntry: (entry) => {
        if (entry.type === 'service.halted') throw new Error(`${entry.data.service}: ${entry.data.message}`);
        if (entry.type === 'generation.progressed') {
          this.rowsRead.set(entry.data.table, entry.data.rowsDone);
          const read = [...this.rowsRead.values()].reduce((sum, each) => sum + each, 0);
          if (read >= rows / 4) this.atQuarter ??= this.usage();
        }
        if (entry.type !== 'batch.applied') return;
        this.appliedVersion = entry.data.version;
        this.consistent = entry.data.consistent;
      },
    });
  }

  private async until(done: () => boolean, withinMs: number): Promise<void> {
    const started = performance.now();
    while (!done()) {
      if (performance.now() - started > withinMs) throw new Error(`not done within ${withinMs / 1000} s`);
      await Promise.race([
        pause(50),
        this.reading.then(() => Promise.reject(new Error('the journal reader ended'))),
      ]);
    }
  }

  private async sourceVersion(): Promise<bigint> {
    const { recordset } = await this.pool
      .request()
      .query<{ version: string }>('select change_tracking_current_version() as version');
    return BigInt(recordset[0]?.version ?? '0');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ending.abort();
    await this.reading.catch(() => undefined); // its error was told by `until`
  }
}
