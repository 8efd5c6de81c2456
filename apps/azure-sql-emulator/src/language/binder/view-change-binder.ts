import { systemView } from '../../catalog/system-views.js';
import type { Cte, StatementOf, TableRef } from '../ast.js';
import { invalidColumn, unsupported } from '../errors.js';
import { CteChangeBinder, baseColumns, derivedField } from './cte-change-binder.js';
import type { BoundModification } from './modification-binder.js';

type RowChange = StatementOf<'update'> | StatementOf<'delete'>;

/** UPDATE, DELETE and INSERT of a view over one table: as of a common table expression with the view's query. */
export abstract class ViewChangeBinder extends CteChangeBinder {
  override bindInsert(statement: StatementOf<'insert'>): BoundModification {
    const view = this.viewOf(statement.target);
    return super.bindInsert(view ? this.insertOfTable(statement, view) : statement);
  }

  protected throughView<S extends RowChange>(statement: S): S {
    if (statement.ctes.length > 0 && this.targetCte(statement)) return statement;
    const view = this.viewOf(statement.target);
    if (!view) return statement;
    if (statement.from.length > 0 || statement.output)
      throw unsupported(`${statement.kind.toUpperCase()} of a view with FROM or OUTPUT`, statement.line);
    const target: TableRef = { kind: 'table', parts: [view.name], hints: [], line: statement.line };
    return { ...statement, ctes: [...statement.ctes, view], target };
  }

  private viewOf(target: TableRef): Cte | undefined {
    if (target.kind !== 'table') return undefined;
    const [schema, name] = [target.parts.at(-2) || undefined, target.parts.at(-1) ?? ''];
    if (systemView(schema, name)) return undefined;
    const found = this.env.find(schema, name);
    if (found?.kind !== 'view') return undefined;
    if (/\bwith\s+check\s+option\b/i.test(found.text))
      throw unsupported(`a modification through ${found.name}, which has CHECK OPTION`, target.line);
    const { query, columns } = this.env.viewQuery(found.text);
    return { name: found.name, columns, query, line: target.line };
  }

  private insertOfTable(statement: StatementOf<'insert'>, view: Cte): StatementOf<'insert'> {
    const { line } = statement;
    if (statement.output) throw unsupported('INSERT of a view with OUTPUT', line);
    const { body, leaf } = this.plainBody(view, 'INSERT');
    if (leaf.kind !== 'table') throw unsupported('INSERT of this view', line);
    const table = this.targetTable(leaf, 'INSERT');
    const bases = baseColumns(body, table);
    const outputs = this.bindQuery(view.query, undefined).columns;
    const names = view.columns ?? outputs.map(({ name }) => name);
    const wanted = statement.columns ?? names.filter((_, i) => !bases[i]?.identity);
    const columns = wanted.map((name) => {
      const at = names.findIndex((each) => each.toLowerCase() === name.toLowerCase());
      if (at < 0) throw invalidColumn(name, line);
      const base = bases[at];
      if (!base) throw derivedField(view.name, line);
      return base.name;
    });
    return { ...statement, columns, target: { kind: 'table', parts: leaf.parts, hints: [], line } };
  }
}
