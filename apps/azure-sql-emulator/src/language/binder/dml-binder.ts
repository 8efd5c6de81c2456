import { quote } from '../../catalog/naming.js';
import { findColumn, type ColumnDef, type TableDef } from '../../catalog/model.js';
import type { Expr, MergeAction, StatementOf } from '../ast.js';
import { SqlError, invalidColumn } from '../errors.js';
import { isText, pgType } from '../types.js';
import { convert } from './conversion.js';
import { Scope } from './environment.js';
import type { BoundModification } from './modification-binder.js';
import { RowChangeBinder } from './row-change-binder.js';
import type { Typed } from './typed.js';

export type { BoundModification };

/** The whole binder: MERGE, and the expressions of table definitions. */
export class DmlBinder extends RowChangeBinder {
  bindMerge(statement: StatementOf<'merge'>): BoundModification {
    const { prefix, pop } = this.bindCtes(statement.ctes);
    try {
      const table = this.targetTable(statement.target, 'UPDATE');
      const target = this.physicalTable(
        table,
        statement.alias ?? table.name,
        statement.alias ? undefined : table.schema,
      );
      const source = this.bindFrom([statement.source], undefined);
      const scope = new Scope([...target.sources, ...source.scope.sources], undefined);
      const on = this.condition(statement.on, scope);
      const branches = statement.branches.map((branch) => {
        const own =
          branch.match === 'notMatchedByTarget'
            ? source.scope
            : branch.match === 'notMatchedBySource'
              ? new Scope(target.sources, undefined)
              : scope;
        const when = {
          matched: 'matched',
          notMatchedByTarget: 'not matched',
          notMatchedBySource: 'not matched by source',
        }[branch.match];
        const extra = branch.condition ? ` and ${this.condition(branch.condition, own)}` : '';
        return ` when ${when}${extra} then ${this.mergeAction(branch.action, table, own)}`;
      });
      const sql = `${prefix}merge into ${target.sql} using ${source.sql} on ${on}${branches.join('')}`;
      const inserts = statement.branches.some((branch) => branch.action.kind === 'insert');
      this.checkContext(statement.context, statement.line);
      return {
        ...this.withOutput(sql, statement.output, table, source.scope.sources, ['inserted', 'deleted'], true),
        table,
        identity: inserts && table.columns.some((column) => column.identity) ? 'drawn' : undefined,
      };
    } finally {
      pop();
    }
  }

  private mergeAction(action: MergeAction, table: TableDef, scope: Scope): string {
    if (action.kind === 'delete') return 'delete';
    if (action.kind === 'update') {
      const sets = this.assignments(action.assignments, table, scope, (value, column) =>
        this.assigned(value, table, column, action.line),
      );
      return `update set ${sets.map(([column, pg]) => `${quote(column.pg)} = ${pg}`).join(', ')}`;
    }
    if (action.values === 'default') return 'insert default values';
    const names =
      action.columns.length > 0
        ? action.columns
        : table.columns
            .filter((c) => !c.identity && !c.computed && c.type.name !== 'timestamp')
            .map((c) => c.name);
    const values = action.values;
    if (names.length !== values.length) {
      throw new SqlError(
        values.length < names.length ? 109 : 110,
        'The number of values in the VALUES clause must match the number of columns specified in the INSERT statement.',
        action.line,
        15,
      );
    }
    const columns = names.map((name) => {
      const column = findColumn(table, name);
      if (!column) throw invalidColumn(name, action.line);
      this.checkInsertable(column, table, this.env.identityInsert === table.id, action.line);
      return column;
    });
    const list = values.map((expr, i) =>
      expr.kind === 'default'
        ? 'default'
        : this.assigned(this.value(expr, scope), table, columns[i]!, action.line),
    );
    return `insert (${columns.map((c) => quote(c.pg)).join(', ')}) values (${list.join(', ')})`;
  }

  /** An expression for a default, a check or a computed column of `table`. */
  bindForTable(expr: Expr, table: Pick<TableDef, 'columns'> | undefined): Typed {
    return this.value(expr, this.tableScope(table));
  }

  bindCheck(expr: Expr, table: Pick<TableDef, 'columns'>): string {
    return this.condition(expr, this.tableScope(table));
  }

  private tableScope(table: Pick<TableDef, 'columns'> | undefined): Scope | undefined {
    if (!table) return undefined;
    const columns = table.columns.map((column) => ({
      name: column.name,
      pg: quote(column.pg),
      type: column.type,
      nullable: column.nullable,
    }));
    return new Scope([{ alias: undefined, pgAlias: '', columns }], undefined);
  }

  /** A value with its conversion for a column's DEFAULT. */
  defaultFor(expr: Expr, column: Pick<ColumnDef, 'name' | 'type'>, line: number): string {
    const pg = convert(this.value(expr, undefined), column.type, {
      mode: 'assign',
      target: `|${column.name}`,
      line,
    });
    return isText(column.type) ? `(${pg})::bpchar` : `(${pg})::${pgType(column.type)}`;
  }
}
