import { DeviationStore } from './deviation.store.js';
import { LedgerStore } from './ledger.store.js';
import { LoadStateStore } from './load-state.store.js';
import { operationsStatements } from './operations.sql.js';
import type { Warehouse } from './warehouse.client.js';

/** The operations tables of one sync group: the only state the loader has outside Kafka. */
export class OperationsStore {
  readonly ledger: LedgerStore;
  readonly load: LoadStateStore;
  readonly deviations: DeviationStore;

  constructor(
    readonly schema: string,
    readonly group: string,
    now?: () => Date,
  ) {
    this.ledger = new LedgerStore(schema, group, now);
    this.load = new LoadStateStore(schema, group, now);
    this.deviations = new DeviationStore(schema, group, now);
  }

  /** Makes the schemas and tables, and the group's ledger row. Harmless when repeated. */
  async prepare(warehouse: Warehouse, otherSchemas: readonly string[]): Promise<void> {
    await warehouse.session(async (session) => {
      for (const statement of operationsStatements({ operations: this.schema, others: otherSchemas }))
        await session.query(statement);
    });
    await warehouse.transaction((session) => this.ledger.prepare(session));
  }
}
