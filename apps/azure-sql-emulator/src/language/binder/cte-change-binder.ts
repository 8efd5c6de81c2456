import { findColumn, type ColumnDef, type TableDef } from '../../catalog/model.js';
import type { Assignment, Cte, SelectBody, SelectItem, StatementOf, TableRef } from '../ast.js';
import { SqlError, invalidColumn, unsupported } from '../errors.js';
import { Scope } from './environment.js';
import { InsertBinder } from './insert-binder.js';

/** Rows of a table, picked by a query that knows where each of them is. */
export interface RowPick {
  readonly table: TableDef;
  /** The query with `list` as its select list. */
  readonly picked: (list: string) => string;
  readonly scope: Scope;
  /** PostgreSQL text of the place of the row. */
  readonly rowId: string;
}

interface CtePick extends RowPick {
  /** The assignments, with the table's columns for those of the expression. */
  readonly assignments: (list: readonly Assignment[]) => readonly Assignment[];
}

/** UPDATE and DELETE of a view or common table expression over one table. */
export abstract class CteChangeBinder extends InsertBinder {
  /** The common table expression that the statement changes, if it is one. */
  protected targetCte(statement: StatementOf<'update'> | StatementOf<'delete'>): Cte | undefined {
    const { target } = statement;
    if (target.kind !== 'table' || target.parts.length !== 1) return undefined;
    const name = target.parts[0]?.toLowerCase();
    return statement.ctes.find((cte) => cte.name.toLowerCase() === name);
  }

  protected pickFromCte(
    cte: Cte,
    statement: StatementOf<'update'> | StatementOf<'delete'>,
    action: string,
  ): CtePick {
    const { line } = statement;
    const { body, leaf } = this.plainBody(cte, action);
    if (statement.from.length > 0)
      throw unsupported(`${action} of a common table expression with a FROM clause`, line);
    const table = this.targetTable(leaf, action);
    const rowId: SelectItem = {
      expr: { kind: 'call', name: '$ROW_ID', args: [], line },
      alias: 'row_id_',
      line,
    };
    const query = { ...cte.query, body: { ...body, items: [...body.items, rowId] } };
    const names = cte.columns ? [...cte.columns, 'row_id_'] : undefined;
    const derived = this.derived(this.bindQuery(query, undefined), cte.name, names, line);
    const [source] = derived.sources;
    const place = source?.columns.at(-1);
    if (!source || !place) throw unsupported(`${action} of this common table expression`, line);
    const columns = source.columns.slice(0, -1);
    const scope = new Scope([{ ...source, columns }], undefined);
    const bases = baseColumns(body, table);
    const where = statement.where ? ` where ${this.condition(statement.where, scope)}` : '';
    const rows = `select 1 from ${derived.sql}${where}`;
    const limit = statement.top ? this.topLimit(statement.top, rows) : '';
    return {
      table,
      scope,
      rowId: place.pg,
      picked: (list) => `select ${list} from ${derived.sql}${where}${limit}`,
      assignments: (list) =>
        list.map((item) => {
          const name = item.column?.at(-1);
          if (name === undefined) return item;
          const at = columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase());
          if (at < 0) throw invalidColumn(name, item.line);
          const base = bases[at];
          if (!base) throw derivedField(cte.name, item.line);
          return { ...plainAssignment(item, name), column: [base.name] };
        }),
    };
  }

  protected plainBody(cte: Cte, action: string): { body: SelectBody; leaf: TableRef } {
    const { body } = cte.query;
    const [leaf, ...others] = body.kind === 'select' ? body.from : [];
    if (body.kind !== 'select' || !leaf || others.length > 0)
      throw unsupported(`${action} of a view or common table expression over several tables`, cte.line);
    if (body.distinct || body.groupBy.length > 0 || body.having) throw derivedField(cte.name, cte.line);
    const nested = leaf.kind === 'table' && leaf.parts.length === 1 && this.visibleCte(leaf.parts[0] ?? '');
    if ((leaf.kind !== 'table' && leaf.kind !== 'tableVariable') || nested)
      throw unsupported(`${action} of a view or common table expression over anything but a table`, cte.line);
    return { body, leaf };
  }
}

export const derivedField = (name: string, line: number): SqlError =>
  new SqlError(
    4406,
    `Update or insert of view or function '${name}' failed because it contains a derived or constant field.`,
    line,
  );

/** The table's column behind each output; none behind an expression. */
export const baseColumns = (body: SelectBody, table: TableDef): (ColumnDef | undefined)[] =>
  body.items.flatMap((item) => {
    if (item.star) return [...table.columns];
    return [item.expr?.kind === 'column' ? findColumn(table, item.expr.parts.at(-1) ?? '') : undefined];
  });

/** `n += 1` as `n = n + 1`. */
const plainAssignment = (item: Assignment, name: string): Assignment => {
  if (item.op === '=') return item;
  const { line } = item;
  const left = { kind: 'column', parts: [name], line } as const;
  const op = item.op.slice(0, 1) as '+';
  return { ...item, op: '=', value: { kind: 'arithmetic', op, left, right: item.value, line } };
};
