import type { Backend } from './backend.js';

/** What `pg_last_copy_id()` and its like tell. */
export interface LastLoad {
  readonly last_copy_id?: number;
  readonly last_copy_count?: number;
  readonly last_unload_id?: number;
  readonly last_unload_count?: number;
  readonly last_query_id?: number;
}

/**
 * Keeps the session's last load in settings of the session, so that they go back when the transaction rolls back.
 * A failed COPY's id is to be seen after the transaction it broke: it waits until PostgreSQL takes statements again.
 */
export class LastLoads {
  private waiting: LastLoad | undefined;
  /** Id of the COPY or UNLOAD that ran last, however it ended. */
  latestId: number | undefined;

  constructor(private readonly backend: Backend) {}

  /** Sets the values now. */
  async set(load: LastLoad): Promise<void> {
    this.keep(load);
    if (this.backend.status === 'T') await this.write();
  }

  /** Sets the values as soon as the failed transaction is over. */
  later(load: LastLoad): void {
    this.keep(load);
  }

  private keep(load: LastLoad): void {
    this.waiting = { ...this.waiting, ...load };
    this.latestId = load.last_query_id ?? this.latestId;
  }

  /** Whether {@link apply} has something to do. */
  get pending(): boolean {
    return this.waiting !== undefined && this.backend.status === 'I';
  }

  /** Sets what waits, if PostgreSQL takes statements. */
  async apply(): Promise<void> {
    if (this.pending) await this.write();
  }

  private async write(): Promise<void> {
    const calls = Object.entries(this.waiting ?? {}).map(
      ([name, value]) => `set_config('redshift.${name}', '${value}', false)`,
    );
    this.waiting = undefined;
    if (calls.length > 0) await this.backend.run(`select ${calls.join(', ')}`);
  }
}
