import { RedshiftError } from '../errors.js';
import { quoteLiteral } from '../language/lexer.js';
import type { Plan } from '../language/plan.js';
import { sqlName } from '../language/plan.js';
import type { Backend } from './backend.js';
import type { GraphTransaction, SerializationGraph } from './serialization-graph.js';

/** Tables a statement reads and writes, by oid. */
export interface TableAccess {
  readonly reads: readonly number[];
  readonly writes: readonly number[];
}

const NO_ACCESS: TableAccess = { reads: [], writes: [] };
/** Oids below are of system tables, which no isolation rule holds for. */
const FIRST_USER_OID = 16_384;

/** Holds one session's transactions to serializable isolation; does nothing under snapshot isolation. */
export class SerializableGuard {
  private transaction: GraphTransaction | undefined;

  constructor(
    private readonly backend: Backend,
    private readonly graph: SerializationGraph | undefined,
    private readonly pid: number,
  ) {}

  /** Whether the plan is a statement to be guarded. */
  guards(plan: Plan): boolean {
    return this.graph !== undefined && namesOf(plan).length > 0;
  }

  /** The tables of a plan. PostgreSQL must be idle or in a transaction, with nothing outstanding. */
  async accessOf(plan: Plan): Promise<TableAccess> {
    const names = namesOf(plan);
    if (this.graph === undefined || names.length === 0) return NO_ACCESS;
    const list = names.map(({ name }) => `to_regclass(${quoteLiteral(name)})::oid`).join(', ');
    const { rows } = await this.backend.run(`select ${list}`);
    const found = names.map(({ mode }, index) => ({ mode, oid: Number(rows[0]?.[index] ?? 0) }));
    const oids = (wanted: 'reads' | 'writes'): number[] =>
      found.filter(({ mode, oid }) => mode === wanted && oid >= FIRST_USER_OID).map(({ oid }) => oid);
    return { reads: oids('reads'), writes: oids('writes') };
  }

  /** Notes the access. The lock of a table to be written is held. @throws RedshiftError 1023 when it closes a cycle */
  check({ reads, writes }: TableAccess): void {
    if (this.graph === undefined || reads.length + writes.length === 0) return;
    this.transaction ??= this.graph.begin(this.pid);
    const violation = this.graph.access(this.transaction, reads, writes);
    if (violation === undefined) return;
    this.rolledBack();
    throw new RedshiftError('XX000', '1023', {
      detail:
        `Serializable isolation violation on table - ${violation.table}, ` +
        `transactions forming the cycle are: ${violation.transactions.join(', ')} (pid:${this.pid})`,
    });
  }

  committed(): void {
    if (this.transaction !== undefined) this.graph?.commit(this.transaction);
    this.transaction = undefined;
  }

  /** Also when the session ends. */
  rolledBack(): void {
    if (this.transaction !== undefined) this.graph?.abort(this.transaction);
    this.transaction = undefined;
  }
}

interface NamedAccess {
  readonly name: string;
  readonly mode: 'reads' | 'writes';
}

/** What a statement names; INSERT … VALUES only writes, UPDATE, DELETE and MERGE read what they write. */
function namesOf(plan: Plan): NamedAccess[] {
  if (plan.kind === 'copy') return [{ name: sqlName(plan.statement.table), mode: 'writes' }];
  if (plan.kind !== 'forward') return [];
  const { lock, reads = [], sql } = plan;
  const insert = /^\s*insert\b/i.test(sql);
  const read = reads
    .filter((name) => !(insert && name === lock))
    .map((name) => ({ name, mode: 'reads' as const }));
  return lock === undefined ? read : [{ name: lock, mode: 'writes' }, ...read];
}
