import { errorNumbers, type SourceClient } from '@thalamus/mssql';
import { keyCount, markers, writersTables, type WritersTable } from './writers-tables.js';

/** What became of one row; `n` is its counter afterwards. A moved key is a deletion and an insert. */
export interface Effect {
  readonly table: string;
  readonly key: number;
  readonly operation: 'I' | 'U' | 'D';
  readonly n?: number;
}

/** A writer's own record of a transaction that the server acknowledged. Times are of the one clock of this process. */
export interface Committed {
  readonly marker: string;
  readonly effects: readonly Effect[];
  readonly commitSentAt: number;
  readonly acknowledgedAt: number;
}

/** Conflicts are part of the test: deadlock, duplicate key, update conflict. */
const conflicts = new Set([1205, 2627, 3960]);

/** One session that runs transactions as its random numbers say, and keeps a record of what it committed. */
export class Writer {
  readonly committed: Committed[] = [];
  /** Transactions that were not to commit, or could not. */
  undone = 0;

  constructor(
    private readonly name: number,
    private readonly session: SourceClient,
    private readonly random: () => number,
  ) {}

  async run(transactions: number): Promise<void> {
    for (let at = 1; at <= transactions; at++)
      try {
        await this.transaction(at);
      } catch (error) {
        if (!errorNumbers(error).some((number) => conflicts.has(number))) throw error;
        await this.session.run('if @@trancount > 0 rollback transaction');
        this.undone++;
      }
  }

  private async transaction(at: number): Promise<void> {
    const { random, session } = this;
    const isolation = random() < 0.3 ? 'snapshot' : 'read committed';
    await session.run(`set transaction isolation level ${isolation}; begin transaction`);
    const effects: Effect[] = [];
    const marksAt = Math.floor(random() * 3);
    let last: readonly [WritersTable, number] | undefined;
    for (let step = 0; step < 3; step++) {
      if (step === marksAt) await session.run(`insert into ${markers} values (${this.name}, ${at})`);
      // The same key again, for what happens to one row within one transaction.
      last = last !== undefined && random() < 0.4 ? last : this.choose();
      const isUndone = random() < 0.2;
      if (isUndone) await session.run('save transaction tried');
      const made = await this.statement(...last);
      if (isUndone) await session.run('rollback transaction tried');
      else effects.push(...made);
    }
    if (random() < 0.15) {
      await session.run('rollback transaction');
      this.undone++;
      return;
    }
    const commitSentAt = performance.now();
    await session.run('commit transaction');
    this.committed.push({
      marker: `${this.name}/${at}`,
      effects,
      commitSentAt,
      acknowledgedAt: performance.now(),
    });
  }

  private choose(): readonly [WritersTable, number] {
    const table = this.random() < 0.5 ? writersTables[0] : writersTables[1];
    return [table, 1 + Math.floor(this.random() * keyCount)];
  }

  private async statement(table: WritersTable, key: number): Promise<Effect[]> {
    const { name, key: column } = table;
    const kind = this.random();
    const rows = async (text: string) =>
      (await this.session.rows(text)).map((row) => ({ key: Number(row['k']), n: Number(row['n']) }));
    if (kind < 0.4)
      return (await rows(table.insert(key))).map((row) => ({ table: name, operation: 'I', ...row }));
    if (kind < 0.65)
      return (
        await rows(
          `update ${name} set n = n + 1 output inserted.${column} as k, inserted.n as n where ${column} = ${key}`,
        )
      ).map((row) => ({ table: name, operation: 'U', ...row }));
    if (kind < 0.85) {
      const from = this.random() < 0.5 ? key : key + keyCount;
      return (
        await rows(
          `delete from ${name} output deleted.${column} as k, deleted.n as n where ${column} = ${from}`,
        )
      ).map((row) => ({ table: name, operation: 'D', key: row.key }));
    }
    const moved = await rows(
      `update ${name} set ${column} = ${column} + ${keyCount} output deleted.${column} as k, deleted.n as n where ${column} = ${key}`,
    );
    return moved.flatMap((row): Effect[] => [
      { table: name, operation: 'D', key: row.key },
      { table: name, operation: 'I', key: row.key + keyCount, n: row.n },
    ]);
  }
}
