import type { Plan } from '../language/plan.js';
import type { DescribedResult } from './result-columns.js';
import type { TableAccess } from './serializable-guard.js';

/** A prepared statement; portals refer to it. */
export interface Prepared {
  readonly sql: string;
  readonly plan: Plan;
  readonly result: DescribedResult;
  /** Under serializable isolation only; `sync` is the number of the Syncs before it was looked up. */
  access?: { readonly tables: TableAccess; readonly sync: number };
}

/** Stands for a statement that the client never prepared. */
export const NO_RESULT: Prepared = {
  sql: '',
  plan: { kind: 'forward', sql: '' },
  result: { conversion: undefined },
};

/** What PostgreSQL prepares for a plan. In a failed transaction it binds nothing but the end of the transaction. */
export function standIn(plan: Plan): string {
  if (plan.kind === 'forward') return plan.sql;
  return plan.kind === 'commit' || plan.kind === 'rollback' ? 'rollback' : '';
}
