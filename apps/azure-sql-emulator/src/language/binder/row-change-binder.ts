import { quote } from '../../catalog/naming.js';
import type { StatementOf, TableRef } from '../ast.js';
import { unsupported } from '../errors.js';
import { Scope, type Source } from './environment.js';
import { InsertBinder } from './insert-binder.js';
import type { BoundModification } from './modification-binder.js';
import { findLeaf, flatten, type ModificationPlan } from './modification-plan.js';

/** UPDATE and DELETE. */
export abstract class RowChangeBinder extends InsertBinder {
  /** Where the rows to change come from: the table itself, inner joins beside it, or a query that picks rows by ctid. */
  private plan(statement: StatementOf<'update'> | StatementOf<'delete'>, action: string): ModificationPlan {
    const name = statement.target.kind === 'table' ? (statement.target.parts.at(-1) ?? '') : '';
    if (statement.target.kind === 'table' && statement.target.parts.length === 1 && this.visibleCte(name)) {
      throw unsupported(`${action} of a common table expression`, statement.line);
    }
    const leaf = findLeaf(statement.from, statement.target);
    const table = this.targetTable(leaf ?? statement.target, action);
    const alias =
      leaf && leaf.kind !== 'tableVariable'
        ? ((leaf as { alias?: string }).alias ?? table.name)
        : name || table.name;
    const inner = leaf
      ? flatten(statement.from, leaf)
      : statement.from.length === 0
        ? { others: [], conditions: [] }
        : { others: statement.from, conditions: [] };
    const byRow = statement.top !== undefined || inner === undefined;
    return { table, alias, leaf, inner, byRow };
  }

  bindUpdate(statement: StatementOf<'update'>): BoundModification {
    const { prefix, pop } = this.bindCtes(statement.ctes);
    try {
      const plan = this.plan(statement, 'UPDATE');
      if (statement.from.length > 0 || statement.where) this.touch(plan.table, 'SELECT');
      const bound = plan.byRow ? this.updateByRow(statement, plan) : this.updateDirect(statement, plan);
      const { sql, others } = bound;
      return {
        ...this.withOutput(prefix + sql, statement.output, plan.table, others, ['inserted', 'deleted']),
        table: plan.table,
        context: this.context(statement.context, statement.line),
      };
    } finally {
      pop();
    }
  }

  private updateDirect(
    statement: StatementOf<'update'>,
    plan: ModificationPlan,
  ): { sql: string; others: readonly Source[] } {
    const target = this.physicalTable(
      plan.table,
      plan.alias,
      plan.leaf && (plan.leaf as { alias?: string }).alias ? undefined : plan.table.schema,
    );
    const { others, conditions } = plan.inner!;
    const from = this.bindFrom(others, undefined);
    const scope = new Scope([...target.sources, ...from.scope.sources], undefined);
    const sets = this.assignments(statement.assignments, plan.table, scope, (value, column) =>
      this.assigned(value, plan.table, column, statement.line),
    );
    const where = [...conditions, ...(statement.where ? [statement.where] : [])].map((c) =>
      this.condition(c, scope),
    );
    const sql =
      `update ${target.sql} set ${sets.map(([column, pg]) => `${quote(column.pg)} = ${pg}`).join(', ')}` +
      (others.length > 0 ? ` from ${from.sql}` : '') +
      (where.length > 0 ? ` where ${where.join(' and ')}` : '');
    return { sql, others: from.scope.sources };
  }

  private updateByRow(
    statement: StatementOf<'update'>,
    plan: ModificationPlan,
  ): { sql: string; others: readonly Source[] } {
    const { picked, scope, pgAlias } = this.pickRows(statement, plan);
    const sets = this.assignments(statement.assignments, plan.table, scope, (value, column) =>
      this.assigned(value, plan.table, column, statement.line),
    );
    const values = sets
      .map(([, pg], i) => (pg === 'default' ? undefined : `${pg} as v${i + 1}`))
      .filter((v) => v !== undefined);
    const rows = this.nextAlias('s');
    const target = this.nextAlias('t');
    const list = sets.map(
      ([column, pg], i) => `${quote(column.pg)} = ${pg === 'default' ? 'default' : `${rows}.v${i + 1}`}`,
    );
    const inner = picked([`${pgAlias}.ctid as row_id`, ...values].join(', '));
    return {
      sql: `update ${this.tableName(plan.table)} as ${target} set ${list.join(', ')} from (${inner}) as ${rows} where ${target}.ctid = ${rows}.row_id`,
      others: [],
    };
  }

  private pickRows(statement: StatementOf<'update'> | StatementOf<'delete'>, plan: ModificationPlan) {
    const refs =
      statement.from.length > 0 && plan.leaf
        ? statement.from
        : [{ ...statement.target, alias: plan.alias } as TableRef, ...statement.from];
    const from = this.bindFrom(refs, undefined);
    const source =
      from.scope.sources.find(
        (candidate) =>
          candidate.table === plan.table && candidate.alias?.toLowerCase() === plan.alias.toLowerCase(),
      ) ?? from.scope.sources.find((candidate) => candidate.table === plan.table);
    if (!source) throw unsupported('this form of joined modification', statement.line);
    const where = statement.where ? ` where ${this.condition(statement.where, from.scope)}` : '';
    const limit = statement.top ? this.topLimit(statement.top) : '';
    return {
      picked: (list: string): string =>
        `select distinct on (${source.pgAlias}.ctid) ${list} from ${from.sql}${where}${limit}`,
      scope: from.scope,
      pgAlias: source.pgAlias,
    };
  }

  bindDelete(statement: StatementOf<'delete'>): BoundModification {
    const { prefix, pop } = this.bindCtes(statement.ctes);
    try {
      const plan = this.plan(statement, 'DELETE');
      if (statement.from.length > 0 || statement.where) this.touch(plan.table, 'SELECT');
      const { sql, others } = plan.byRow
        ? this.deleteByRow(statement, plan)
        : this.deleteDirect(statement, plan);
      return {
        ...this.withOutput(prefix + sql, statement.output, plan.table, others, ['deleted']),
        table: plan.table,
        context: this.context(statement.context, statement.line),
      };
    } finally {
      pop();
    }
  }

  private deleteDirect(
    statement: StatementOf<'delete'>,
    plan: ModificationPlan,
  ): { sql: string; others: readonly Source[] } {
    const target = this.physicalTable(
      plan.table,
      plan.alias,
      plan.leaf && (plan.leaf as { alias?: string }).alias ? undefined : plan.table.schema,
    );
    const { others, conditions } = plan.inner!;
    const from = this.bindFrom(others, undefined);
    const scope = new Scope([...target.sources, ...from.scope.sources], undefined);
    const where = [...conditions, ...(statement.where ? [statement.where] : [])].map((c) =>
      this.condition(c, scope),
    );
    const sql =
      `delete from ${target.sql}${others.length > 0 ? ` using ${from.sql}` : ''}` +
      (where.length > 0 ? ` where ${where.join(' and ')}` : '');
    return { sql, others: from.scope.sources };
  }

  private deleteByRow(
    statement: StatementOf<'delete'>,
    plan: ModificationPlan,
  ): { sql: string; others: readonly Source[] } {
    const { picked, pgAlias } = this.pickRows(statement, plan);
    const target = this.nextAlias('t');
    const rows = picked(`${pgAlias}.ctid as row_id`);
    return {
      sql: `delete from ${this.tableName(plan.table)} as ${target} using (${rows}) as s_ where ${target}.ctid = s_.row_id`,
      others: [],
    };
  }
}
