import type { FunctionCall, Query, SelectBody, SelectItem } from '../ast.js';
import { SqlError, unsupported } from '../errors.js';

import { Scope, type BoundQuery } from './environment.js';
import { isAggregate } from './function-binder.js';
import { runningAssignment } from './running-assignment.js';
import { outputColumn, type Item } from './select-item.js';
import { OrderBinder } from './order-binder.js';

export interface BoundSelect extends BoundQuery {
  /** `SELECT @a = …`: the variables, in the order of the columns. */
  readonly assigns?: readonly string[] | undefined;
}
/** SELECT: its list, grouping, order and limits. */
export abstract class SelectBinder extends OrderBinder {
  protected select(body: SelectBody, query: Query | undefined, parent: Scope | undefined): BoundSelect {
    const from = this.bindFrom(body.from, parent);
    const scope = body.from.length > 0 ? from.scope : parent ? new Scope([], parent) : undefined;
    const where = body.where ? ` where ${this.condition(body.where, scope)}` : '';
    const outerWindows = this.windows;
    this.windows = body.windows ?? [];
    const bound = body.items.flatMap((item) => this.selectItem(item, scope, from.scope));
    // Of several grouping sets every column can be NULL.
    const several = body.groupBy.some(({ kind }) => kind !== 'expr');
    const items = several ? bound.map(nullableItem) : bound;
    const assigns = this.assignedVariables(items, body);
    const running = assigns !== undefined && this.readsAssigned(items, body);
    const group = this.groupBy(body.groupBy, scope);
    const having = body.having ? ` having ${this.condition(body.having, scope)}` : '';
    const distinct = body.distinct ? 'distinct ' : '';
    const list = items.map((item, i) => `${this.output(item.value)} as c${i + 1}`).join(', ');
    const orderBy = query?.orderBy ?? [];
    const order = orderBy.length > 0 ? ` order by ${this.selectOrder(orderBy, items, scope, several)}` : '';
    const fromSql = body.from.length > 0 ? ` from ${from.sql}` : '';
    const whole = `select ${distinct}${list}${fromSql}${where}${group}${having}`;
    const limits = this.limits(query, body.top, parent, whole);
    this.windows = outerWindows;
    const sql = running
      ? this.runningSelect(items, body, query, scope, `${fromSql}${where}`, limits)
      : `${whole}${order}${limits}`;
    return {
      sql,
      columns: items.map((item) => outputColumn(item)),
      assigns,
    };
  }

  private assignedVariables(items: readonly Item[], body: SelectBody): string[] | undefined {
    const assigning = items.filter((item) => item.assign);
    if (assigning.length === 0) return undefined;
    if (assigning.length !== items.length) {
      throw new SqlError(
        141,
        'A SELECT statement that assigns a value to a variable must not be combined with data-retrieval operations.',
        body.line,
        15,
      );
    }
    return assigning.map((item) => (item.assign as { variable: string }).variable);
  }

  /** Some expression reads what another row, or an expression to its left, assigns. */
  private readsAssigned(items: readonly Item[], body: SelectBody): boolean {
    const oneRow = body.from.length === 0 || (body.groupBy.length === 0 && body.items.some(hasAggregate));
    const reads = items.some((item, at) =>
      items.some(
        ({ assign }, other) =>
          (oneRow ? other < at : true) && this.readsVariable(item.value.pg, assign?.variable ?? ''),
      ),
    );
    if (!reads) return false;
    if (body.distinct || body.groupBy.length > 0 || body.items.some(hasAggregate))
      throw unsupported('SELECT @v = … @v … beside DISTINCT, GROUP BY or aggregates', body.line);
    if (items.some((item) => item.value.pg.includes(' over (')))
      throw unsupported('SELECT @v = … @v … beside window functions', body.line);
    return true;
  }

  private runningSelect(
    items: readonly Item[],
    body: SelectBody,
    query: Query | undefined,
    scope: Scope | undefined,
    from: string,
    limits: string,
  ): string {
    const assigned = items.map(({ value, assign }) => ({
      parameter: this.variable(assign?.variable ?? '', body.line).pg.replace(/::.*$/, ''),
      type: value.type,
      pg: value.pg,
    }));
    const orderBy = query?.orderBy ?? [];
    const order = orderBy.length > 0 ? ` order by ${this.selectOrder(orderBy, [], scope)}` : '';
    const columns = (scope?.sources ?? []).flatMap((source) => source.columns.map(({ pg }) => pg));
    return runningAssignment(assigned, { from, order, limits, columns: [...new Set(columns)] });
  }

  protected selectItem(item: SelectItem, scope: Scope | undefined, from: Scope): Item[] {
    if (item.star) return this.star(item.star.qualifier, from, item.line);
    const expr = item.expr!;
    if (item.assign) {
      const type = this.env.variable(item.assign.variable);
      if (!type)
        throw new SqlError(
          137,
          `Must declare the scalar variable "${item.assign.variable}".`,
          item.line,
          15,
          1,
        );
      const value = this.value(expr, scope);
      const whole =
        item.assign.op === '='
          ? value
          : this.arithmetic(
              item.assign.op.slice(0, 1),
              this.variable(item.assign.variable, item.line),
              value,
              item.line,
            );
      return [
        {
          name: '',
          value: { pg: this.to(whole, type, item.line), type, nullable: true },
          assign: item.assign,
        },
      ];
    }
    const value = this.value(expr, scope);
    const name = item.alias ?? (expr.kind === 'column' ? (expr.parts.at(-1) ?? '') : '');
    return [
      {
        name: expr.kind === 'column' && item.alias === undefined ? this.spelling(expr.parts, scope) : name,
        value,
      },
    ];
  }

  /** A column is reported in the spelling of its definition. */
  private spelling(parts: readonly string[], scope: Scope | undefined): string {
    const name = (parts.at(-1) ?? '').toLowerCase();
    const qualifier = parts.at(-2)?.toLowerCase();
    for (let level = scope; level; level = level.parent) {
      for (const source of level.sources) {
        if (qualifier !== undefined && source.alias?.toLowerCase() !== qualifier) continue;
        const column = source.columns.find((candidate) => candidate.name.toLowerCase() === name);
        if (column) return column.name;
      }
    }
    return parts.at(-1) ?? '';
  }

  private star(qualifier: readonly string[], scope: Scope, line: number): Item[] {
    const wanted = qualifier.at(-1)?.toLowerCase();
    const sources = scope.sources.filter(
      (source) => !source.hidden && (wanted === undefined || source.alias?.toLowerCase() === wanted),
    );
    if (wanted !== undefined && sources.length === 0) {
      throw new SqlError(
        107,
        `The column prefix '${qualifier.join('.')}' does not match with a table name or alias name used in the query.`,
        line,
        15,
      );
    }
    if (wanted === undefined && scope.sources.length === 0)
      throw new SqlError(263, 'Must specify table to select from.', line);
    return sources.flatMap((source) =>
      source.columns.map((column) => ({ name: column.name, value: this.columnValue(column) })),
    );
  }
}

const nullableItem = (item: Item): Item => ({ ...item, value: { ...item.value, nullable: true } });

/** An aggregate of the query itself, not of a query within it. */
const hasAggregate = (node: unknown): boolean => {
  if (Array.isArray(node)) return node.some(hasAggregate);
  if (typeof node !== 'object' || node === null) return false;
  if ('kind' in node && (node.kind === 'subquery' || node.kind === 'exists')) return false;
  if ('kind' in node && node.kind === 'call' && isAggregate(node as FunctionCall)) return true;
  return Object.values(node).some(hasAggregate);
};
