import type { Catalog } from '../catalog/catalog.js';
import type { TableDef } from '../catalog/model.js';
import type { DmlBinder } from '../language/binder/dml-binder.js';
import { SqlError } from '../language/errors.js';
import type { PgCommand } from '../storage/pg-connection.js';
import { PgError } from '../storage/pg-error.js';
import { Access, denied } from './access.js';
import { translateError } from './postgres-errors.js';
import { Cancelled, type Runtime } from './runtime.js';

/** Runs commands on PostgreSQL for a session, after asking whether the session may. */
export class CommandRunner {
  protected columnNames: ReadonlyMap<string, string> | undefined;

  constructor(protected readonly runtime: Runtime) {}

  /** Plans may be kept: nothing that only this session has is named in them. */
  protected get cacheable(): boolean {
    const { temporaries, frame, options } = this.runtime;
    return (
      frame.trigger === undefined &&
      temporaries.size === 0 &&
      frame.tableVariables.size === 0 &&
      options.identityInsert === undefined
    );
  }

  protected checkAccess(required: DmlBinder['required'], catalog: Catalog, line: number): void {
    const { runtime } = this;
    if (runtime.onReplica && required.some(({ action }) => action === 'VIEW CHANGE TRACKING'))
      throw new SqlError(
        22117,
        'For databases that are members of a secondary availability replica (that is, for secondary databases), change tracking is not supported. Run change tracking queries on the databases in the primary replica.',
        line,
      );
    if (runtime.isAdministrator || runtime.frame.ownersRights) return;
    const access = new Access(catalog, runtime.user);
    const missing = required.find((item) => !access.allows(item.action, item));
    if (missing) throw denied(missing.action, missing, runtime.database.name, line);
  }

  protected checkTables(tables: readonly TableDef[], catalog: Catalog, line: number): void {
    const { runtime } = this;
    const { transaction } = runtime;
    const snapshot = transaction
      ? transaction.isolation === 'snapshot'
      : runtime.options.isolation === 'snapshot';
    const users = tables.filter((table) => !table.temporary);
    if (!snapshot) return;
    // PostgreSQL takes the snapshot at the transaction's first query of any kind, so definitions are as of then too: a
    // table truncated between that query and the table's first use would read as empty instead of failing with 3961.
    if (transaction && !transaction.snapshotChecked) {
      transaction.snapshotChecked = true;
      runtime.snapshotCounter = runtime.database.ddlCounter;
    }
    if (users.length === 0) return;
    if ((catalog.setting('snapshot_isolation') ?? 'on') !== 'on') {
      const error = new SqlError(
        3952,
        `Snapshot isolation transaction failed accessing database '${runtime.database.name}' because snapshot isolation is not allowed in this database. Use ALTER DATABASE to allow snapshot isolation.`,
        line,
      );
      error.endsBatch = true;
      throw error;
    }
    if (!transaction) return;
    if (
      users.some(
        (table) =>
          runtime.database.changedAfter(table.id, runtime.snapshotCounter) &&
          !runtime.changedObjects.has(table.id),
      )
    ) {
      const error = new SqlError(
        3961,
        `Snapshot isolation transaction failed in database '${runtime.database.name}' because the object accessed by the statement has been modified by a DDL statement in another concurrent transaction since the start of this transaction.  It is disallowed because the metadata is not versioned. A concurrent update to metadata can lead to inconsistency if mixed with snapshot isolation.`,
        line,
      );
      error.endsBatch = true;
      throw error;
    }
  }

  /** Runs commands and translates what PostgreSQL refuses. */
  protected async execute(commands: readonly PgCommand[], line: number, verb: string): Promise<string[]> {
    const { runtime } = this;
    if (runtime.cancelled) throw new Cancelled();
    try {
      return await runtime.link.run(commands);
    } catch (error) {
      if (runtime.cancelled) throw new Cancelled();
      if (error instanceof PgError && error.code === '57014') throw new Cancelled();
      throw this.translate(error, await runtime.catalog(), line, verb, this.columnNames);
    }
  }

  /** PostgreSQL's refusal in SQL Server's words, for this session. */
  translate(
    error: unknown,
    catalog: Catalog,
    line: number,
    verb: string,
    columnNames?: ReadonlyMap<string, string>,
  ): unknown {
    const { runtime } = this;
    const { transaction, options } = runtime;
    return translateError(error, {
      catalog,
      database: runtime.database.name,
      sessionId: runtime.id,
      line,
      verb,
      columnNames,
      snapshot: (transaction?.isolation ?? options.isolation) === 'snapshot',
      temporary: new Map(
        [...runtime.temporaries.values(), ...runtime.frame.tableVariables.values()].map((table) => [
          table.pgName,
          table,
        ]),
      ),
    });
  }
}

export const doomedError = (line: number): SqlError =>
  new SqlError(
    3930,
    'The current transaction cannot be committed and cannot support operations that write to the log file. Roll back the transaction.',
    line,
  );
