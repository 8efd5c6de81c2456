import { quote } from '../../catalog/naming.js';
import type { TableDef } from '../../catalog/model.js';
import type { StatementOf, TableRef } from '../ast.js';
import { unsupported } from '../errors.js';
import { Scope, type Source } from './environment.js';
import type { RowPick } from './cte-change-binder.js';
import { ViewChangeBinder } from './view-change-binder.js';
import type { AssignedVariable, BoundModification } from './modification-binder.js';
import { findLeaf, flatten, type ModificationPlan } from './modification-plan.js';

/** UPDATE and DELETE. */
export abstract class RowChangeBinder extends ViewChangeBinder {
  /** Where the rows to change come from: the table itself, inner joins beside it, or a query that picks rows by ctid. */
  private plan(statement: StatementOf<'update'> | StatementOf<'delete'>, action: string): ModificationPlan {
    const name = statement.target.kind === 'table' ? (statement.target.parts.at(-1) ?? '') : '';
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

  bindUpdate(written: StatementOf<'update'>): BoundModification {
    const statement = this.throughView(written);
    const { prefix, pop } = this.bindCtes(statement.ctes);
    try {
      const { table, sql, others, assigns } = this.updateOf(statement);
      this.checkContext(statement.context, statement.line);
      return {
        ...this.withOutput(prefix + sql, statement.output, table, others, ['inserted', 'deleted']),
        table,
        assigns,
      };
    } finally {
      pop();
    }
  }

  private updateOf(statement: StatementOf<'update'>): {
    table: TableDef;
    sql: string;
    others: readonly Source[];
    assigns?: readonly AssignedVariable[] | undefined;
  } {
    const cte = this.targetCte(statement);
    if (cte) {
      const pick = this.pickFromCte(cte, statement, 'UPDATE');
      return this.updateByRow({ ...statement, assignments: pick.assignments(statement.assignments) }, pick);
    }
    const plan = this.plan(statement, 'UPDATE');
    if (statement.from.length > 0 || statement.where) this.touch(plan.table, 'SELECT');
    const variables = statement.assignments.some((item) => item.variable !== undefined);
    return plan.byRow || variables
      ? this.updateByRow(statement, this.pickRows(statement, plan))
      : { table: plan.table, ...this.updateDirect(statement, plan) };
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

  /** Values are computed where the rows are picked, from the rows as they were. */
  private updateByRow(
    statement: StatementOf<'update'>,
    pick: RowPick,
  ): {
    table: TableDef;
    sql: string;
    others: readonly Source[];
    assigns?: readonly AssignedVariable[] | undefined;
  } {
    const { table, scope } = pick;
    const sets = this.assignments(statement.assignments, table, scope, (value, column) =>
      this.assigned(value, table, column, statement.line),
    );
    const variables = this.assignedVariablesOf(statement, table, scope);
    const values = [
      ...sets.flatMap(([, pg], i) => (pg === 'default' ? [] : [`${pg} as v${i + 1}`])),
      ...variables.map(({ pg }, i) => `${pg} as a${i + 1}`),
    ];
    const rows = this.nextAlias('s');
    const target = this.nextAlias('t');
    const list = sets.map(
      ([column, pg], i) => `${quote(column.pg)} = ${pg === 'default' ? 'default' : `${rows}.v${i + 1}`}`,
    );
    const inner = pick.picked([`${pick.rowId} as row_id`, ...values].join(', '));
    const returning = variables.map((_, i) => `${rows}.a${i + 1} as c${i + 1}`).join(', ');
    const assigns = variables.length > 0 ? variables : undefined;
    // Nothing but variables: no row is changed.
    if (list.length === 0)
      return { table, sql: `select ${returning} from (${inner}) as ${rows}`, others: [], assigns };
    return {
      table,
      sql:
        `update ${this.tableName(table)} as ${target} set ${list.join(', ')} from (${inner}) as ${rows} where ${target}.ctid = ${rows}.row_id` +
        (returning ? ` returning ${returning}` : ''),
      others: [],
      assigns,
    };
  }

  private pickRows(
    statement: StatementOf<'update'> | StatementOf<'delete'>,
    plan: ModificationPlan,
  ): RowPick {
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
    const rows = `select distinct ${source.pgAlias}.ctid from ${from.sql}${where}`;
    const limit = statement.top ? this.topLimit(statement.top, rows) : '';
    return {
      picked: (list: string): string =>
        `select distinct on (${source.pgAlias}.ctid) ${list} from ${from.sql}${where}${limit}`,
      scope: from.scope,
      table: plan.table,
      rowId: `${source.pgAlias}.ctid`,
    };
  }

  bindDelete(written: StatementOf<'delete'>): BoundModification {
    const statement = this.throughView(written);
    const { prefix, pop } = this.bindCtes(statement.ctes);
    try {
      const { table, sql, others } = this.deleteOf(statement);
      this.checkContext(statement.context, statement.line);
      return {
        ...this.withOutput(prefix + sql, statement.output, table, others, ['deleted']),
        table,
      };
    } finally {
      pop();
    }
  }

  private deleteOf(statement: StatementOf<'delete'>): {
    table: TableDef;
    sql: string;
    others: readonly Source[];
  } {
    const cte = this.targetCte(statement);
    if (cte) return this.deleteByRow(this.pickFromCte(cte, statement, 'DELETE'));
    const plan = this.plan(statement, 'DELETE');
    if (statement.from.length > 0 || statement.where) this.touch(plan.table, 'SELECT');
    return plan.byRow
      ? this.deleteByRow(this.pickRows(statement, plan))
      : { table: plan.table, ...this.deleteDirect(statement, plan) };
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

  private deleteByRow(pick: RowPick): { table: TableDef; sql: string; others: readonly Source[] } {
    const target = this.nextAlias('t');
    const rows = pick.picked(`${pick.rowId} as row_id`);
    return {
      table: pick.table,
      sql: `delete from ${this.tableName(pick.table)} as ${target} using (${rows}) as s_ where ${target}.ctid = s_.row_id`,
      others: [],
    };
  }
}
