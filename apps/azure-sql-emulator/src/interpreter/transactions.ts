import type { IsolationLevel, ResultSink } from '../engine.js';
import { SqlError } from '../language/errors.js';
import { translateError } from './postgres-errors.js';
import type { Runtime } from './runtime.js';

/** BEGIN, COMMIT, ROLLBACK and SAVE TRANSACTION of one session. */
export class Transactions {
  constructor(private readonly runtime: Runtime) {}

  begin(name: string, isolation: IsolationLevel | undefined, sink: ResultSink): void {
    const { runtime } = this;
    const { link } = runtime;
    if (link.transaction) {
      link.transaction.count++;
      return;
    }
    if (isolation) runtime.options.isolation = isolation;
    link.transaction = {
      count: 1,
      name,
      isolation: runtime.options.isolation,
      begun: false,
      doomed: false,
      savepoints: [],
      temporaries: new Map(runtime.temporaries),
      catalogChanged: false,
      snapshotChecked: false,
    };
    sink.transactionBegan();
  }

  async commit(line: number, sink: ResultSink): Promise<void> {
    const { runtime } = this;
    const { transaction } = runtime;
    if (!transaction)
      throw new SqlError(
        3902,
        'The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION.',
        line,
      );
    if (transaction.doomed) {
      throw new SqlError(
        3930,
        'The current transaction cannot be committed and cannot support operations that write to the log file. Roll back the transaction.',
        line,
      );
    }
    if (--transaction.count > 0) return;
    try {
      await runtime.link.commit();
    } catch (error) {
      runtime.setOwnCatalog(undefined);
      runtime.changedObjects.clear();
      sink.transactionEnded('rollback');
      throw translateError(error, {
        catalog: await runtime.catalog(),
        database: runtime.database.name,
        sessionId: runtime.id,
        line,
        verb: 'COMMIT',
        snapshot: transaction.isolation === 'snapshot',
        temporary: runtime.temporaries,
      });
    }
    this.publish();
    sink.transactionEnded('commit');
  }

  private publish(): void {
    const { runtime } = this;
    runtime.setOwnCatalog(undefined);
    if (runtime.changedObjects.size > 0) runtime.database.changed(runtime.changedObjects);
    runtime.changedObjects.clear();
  }

  /** A savepoint's name undoes up to it; none, or the transaction's, undoes all. */
  async rollback(name: string | undefined, line: number, sink: ResultSink): Promise<void> {
    const { transaction } = this.runtime;
    if (!transaction)
      throw new SqlError(
        3903,
        'The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.',
        line,
      );
    const wanted = name?.toLowerCase();
    if (wanted && wanted !== transaction.name.toLowerCase()) {
      const at = transaction.savepoints.lastIndexOf(wanted);
      if (at < 0)
        throw new SqlError(
          6401,
          `Cannot roll back ${name}. No transaction or savepoint of that name was found.`,
          line,
        );
      if (transaction.doomed) {
        throw new SqlError(
          3931,
          'The current transaction cannot be committed and cannot be rolled back to a savepoint. Roll back the entire transaction.',
          line,
        );
      }
      await this.runtime.link.rollbackTo(`u${at}`);
      await this.runtime.restoreSettings();
      this.runtime.loseTableVariables();
      transaction.savepoints.length = at + 1;
      return;
    }
    await this.rollbackAll(sink);
  }

  async rollbackAll(sink: ResultSink | undefined): Promise<void> {
    const { runtime } = this;
    const { transaction } = runtime;
    if (!transaction) return;
    runtime.loseTableVariables();
    runtime.temporaries = new Map(transaction.temporaries);
    runtime.setOwnCatalog(undefined);
    runtime.changedObjects.clear();
    await runtime.link.rollback();
    await runtime.restoreSettings();
    sink?.transactionEnded('rollback');
  }

  async save(name: string, line: number): Promise<void> {
    const { transaction } = this.runtime;
    if (!transaction)
      throw new SqlError(
        628,
        'Cannot issue SAVE TRANSACTION when there is no active transaction.',
        line,
        16,
        0,
      );
    if (transaction.doomed) {
      throw new SqlError(
        3931,
        'The current transaction cannot be committed and cannot be rolled back to a savepoint. Roll back the entire transaction.',
        line,
      );
    }
    await this.runtime.link.savepoint(`u${transaction.savepoints.length}`);
    transaction.savepoints.push(name.toLowerCase());
  }
}
