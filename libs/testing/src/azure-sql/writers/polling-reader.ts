import type { SourceClient } from '@thalamus/mssql';
import { markers, writersTables } from './writers-tables.js';

/**
 * Polls as capture does, each time in one SNAPSHOT transaction from where it was to the current version, keeps a replica by
 * the changes it gets, and compares everything with the tables as of that same snapshot.
 */
export class PollingReader {
  private readonly replicas = new Map(writersTables.map(({ name }) => [name, new Map<number, number>()]));
  polls = 0;

  constructor(
    private readonly session: SourceClient,
    private version: number,
  ) {}

  /** Until told to stop, and once more after it. @returns the version it has reached */
  async run(isOver: () => boolean): Promise<number> {
    for (let wasOver = false; !wasOver;) {
      wasOver = isOver();
      await this.session.run('set transaction isolation level snapshot; begin transaction');
      await this.poll();
      await this.session.run('commit transaction');
      this.polls++;
    }
    return this.version;
  }

  private async poll(): Promise<void> {
    const [row] = await this.session.rows('select CHANGE_TRACKING_CURRENT_VERSION() as v');
    const to = Number(row?.['v']);
    await this.seeEveryTransactionOnce(to);
    for (const { name, key } of writersTables) await this.follow(name, key, to);
    this.version = to;
  }

  /** Each version has one marker, so those of a poll are the numbers from its cursor to its bound: none missed, none twice. */
  private async seeEveryTransactionOnce(to: number): Promise<void> {
    const found = await this.session.rows(
      `select SYS_CHANGE_VERSION as v, SYS_CHANGE_OPERATION as op from CHANGETABLE(CHANGES ${markers}, ${this.version}) as ct
       order by SYS_CHANGE_VERSION`,
    );
    expect(found).toEqual(
      Array.from({ length: to - this.version }, (_, at) => ({ v: String(this.version + 1 + at), op: 'I' })),
    );
  }

  private async follow(table: string, key: string, to: number): Promise<void> {
    const replica = this.replicas.get(table);
    if (replica === undefined) throw new Error(`no replica of ${table}`);
    const changed = await this.session.rows(
      `select ct.${key} as k, ct.SYS_CHANGE_OPERATION as op, ct.SYS_CHANGE_VERSION as v, t.n
       from CHANGETABLE(CHANGES ${table}, ${this.version}) as ct left join ${table} as t on t.${key} = ct.${key}`,
    );
    for (const { k, op, v, n } of changed) {
      expect(Number(v)).toBeGreaterThan(this.version);
      expect(Number(v)).toBeLessThanOrEqual(to);
      expect({ k, isThere: n !== null }).toEqual({ k, isThere: op !== 'D' });
      if (n === null) replica.delete(Number(k));
      else replica.set(Number(k), Number(n));
    }
    const rows = await this.session.rows(`select ${key} as k, n from ${table} order by ${key}`);
    expect([...replica].sort(([a], [b]) => a - b)).toEqual(rows.map(({ k, n }) => [k, n]));
  }
}
