import type { Expr, FunctionCall, GroupItem, OrderItem, Query, SelectBody, SelectItem, Top } from '../ast.js';
import { SqlError, unsupported } from '../errors.js';

import { Scope, type BoundQuery, type OutputColumn } from './environment.js';
import { isAggregate } from './function-binder.js';
import { runningAssignment } from './running-assignment.js';
import { outputColumn, type Item } from './select-item.js';
import { TableBinder } from './table-binder.js';
import { asKey } from './typed.js';

export interface BoundSelect extends BoundQuery {
  /** `SELECT @a = …`: the variables, in the order of the columns. */
  readonly assigns?: readonly string[] | undefined;
}
/** SELECT: its list, grouping, order and limits. */
export abstract class SelectBinder extends TableBinder {
  protected select(body: SelectBody, query: Query | undefined, parent: Scope | undefined): BoundSelect {
    const from = this.bindFrom(body.from, parent);
    const scope = body.from.length > 0 ? from.scope : parent ? new Scope([], parent) : undefined;
    const where = body.where ? ` where ${this.condition(body.where, scope)}` : '';
    const outerWindows = this.windows;
    this.windows = body.windows ?? [];
    const items = body.items.flatMap((item) => this.selectItem(item, scope, from.scope));
    const assigns = this.assignedVariables(items, body);
    const running = assigns !== undefined && this.readsAssigned(items, body);
    const group = this.groupBy(body.groupBy, scope);
    const having = body.having ? ` having ${this.condition(body.having, scope)}` : '';
    const distinct = body.distinct ? 'distinct ' : '';
    const list = items.map((item, i) => `${this.output(item.value)} as c${i + 1}`).join(', ');
    const orderBy = query?.orderBy ?? [];
    const order = orderBy.length > 0 ? ` order by ${this.selectOrder(orderBy, items, scope)}` : '';
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

  private groupBy(groups: readonly GroupItem[], scope: Scope | undefined): string {
    if (groups.length === 0) return '';
    const key = (expr: Expr): string => {
      if (expr.kind === 'number')
        throw new SqlError(
          164,
          'Each GROUP BY expression must contain at least one column that is not an outer reference.',
          expr.line,
          15,
        );
      return asKey(this.value(expr, scope));
    };
    const parts = groups.map((group) => {
      if (group.kind === 'expr') return key(group.expr);
      const sets = group.items.map((set) => `(${set.map(key).join(', ')})`).join(', ');
      return `${group.kind === 'sets' ? 'grouping sets' : group.kind} (${sets})`;
    });
    return ` group by ${parts.join(', ')}`;
  }

  private selectOrder(
    items: readonly OrderItem[],
    outputs: readonly Item[],
    scope: Scope | undefined,
  ): string {
    this.checkOrderTwice(items, outputs, scope);
    return items
      .map((item) => {
        const at = this.ordinalOf(
          item,
          outputs.map((output) => output.name),
        );
        const output = at === undefined ? undefined : outputs[at];
        if (output) {
          return position(at!, output.value.nullable, item.descending);
        }
        const value = this.value(item.expr, scope);
        const same = outputs.findIndex((candidate) => candidate.value.pg === value.pg);
        if (same >= 0) return position(same, value.nullable, item.descending);
        return this.orderItem(value, item.descending);
      })
      .join(', ');
  }

  private checkOrderTwice(
    items: readonly OrderItem[],
    outputs: readonly Item[],
    scope: Scope | undefined,
  ): void {
    const names = outputs.map((output) => output.name);
    const keys = items.flatMap((item) => {
      const at = this.ordinalOf(item, names);
      if (at !== undefined) return [outputs[at]?.value.pg];
      return item.expr.kind === 'column' ? [this.value(item.expr, scope).pg] : [];
    });
    if (new Set(keys).size < keys.length)
      throw new SqlError(
        169,
        'A column has been specified more than once in the order by list. Columns in the order by list must be unique.',
        items[0]?.line ?? 0,
        15,
      );
  }

  /** The output an ORDER BY item names by number or alias. */
  private ordinalOf(item: OrderItem, names: readonly string[]): number | undefined {
    const { expr } = item;
    if (expr.kind === 'number' && expr.form === 'int') {
      const n = Number(expr.text);
      if (n < 1 || n > names.length) {
        throw new SqlError(
          108,
          `The ORDER BY position number ${n} is out of range of the number of items in the select list.`,
          item.line,
          15,
        );
      }
      return n - 1;
    }
    if (expr.kind !== 'column' || expr.parts.length !== 1) return undefined;
    const wanted = expr.parts[0]?.toLowerCase();
    const at = names.findIndex((name) => name.toLowerCase() === wanted);
    return at < 0 ? undefined : at;
  }

  protected orderOfSet(items: readonly OrderItem[], columns: readonly OutputColumn[]): string {
    if (items.length === 0) return '';
    const parts = items.map((item) => {
      const at = this.ordinalOf(
        item,
        columns.map((column) => column.name),
      );
      const written = item.expr.kind === 'column' ? item.expr.parts.at(-1)?.toLowerCase() : undefined;
      const qualified = columns.findIndex((c) => c.name.toLowerCase() === written);
      const found = at ?? (qualified >= 0 ? qualified : undefined);
      if (found === undefined) {
        throw new SqlError(
          104,
          'ORDER BY items must appear in the select list if the statement contains a UNION, INTERSECT or EXCEPT operator.',
          item.line,
          15,
        );
      }
      return `${found + 1}${item.descending ? ' desc nulls last' : ' nulls first'}`;
    });
    return ` order by ${parts.join(', ')}`;
  }

  /** `whole` is the query without its limits, of which TOP … PERCENT takes a part. */
  protected limits(
    query: Query | undefined,
    top: Top | undefined,
    scope: Scope | undefined,
    whole = '',
  ): string {
    if (top) {
      if (query?.offset)
        throw new SqlError(
          10741,
          'A TOP can not be used in the same query or sub-query as a OFFSET.',
          query.line,
          15,
        );
      if (top.percent && top.withTies) throw unsupported('TOP … PERCENT WITH TIES', top.count.line);
      const n = this.topCount(top, scope, whole);
      if (top.withTies) {
        if (!query?.orderBy.length)
          throw new SqlError(
            1062,
            'The TOP N WITH TIES clause is not allowed without a corresponding ORDER BY clause.',
            top.count.line,
            15,
          );
        return ` fetch first (${n}) rows with ties`;
      }
      return ` limit ${n}`;
    }
    if (!query?.offset) return '';
    const offset = ` offset ${this.rowLimit(query.offset, scope)}`;
    return query.fetch ? `${offset} limit ${this.rowLimit(query.fetch, scope)}` : offset;
  }

  /** A number of rows: NULL, which PostgreSQL takes for "all", and less than none are refused. */
  private rowLimit(expr: Expr, scope: Scope | undefined): string {
    const n = this.bigint(this.value(expr, scope), expr.line);
    return expr.kind === 'number' ? n : `emu.row_limit(${n})`;
  }

  protected topCount(top: Top, scope: Scope | undefined, whole: string): string {
    if (!top.percent) return this.rowLimit(top.count, scope);
    const share = this.float(this.value(top.count, scope), top.count.line);
    return `(select emu.share_of(count(*), ${share}) from (${whole}) as all_)`;
  }
}

const position = (at: number, nullable: boolean, descending: boolean): string =>
  `${at + 1}${descending ? ' desc' : ''}${nullable ? (descending ? ' nulls last' : ' nulls first') : ''}`;

/** An aggregate of the query itself, not of a query within it. */
const hasAggregate = (node: unknown): boolean => {
  if (Array.isArray(node)) return node.some(hasAggregate);
  if (typeof node !== 'object' || node === null) return false;
  if ('kind' in node && (node.kind === 'subquery' || node.kind === 'exists')) return false;
  if ('kind' in node && node.kind === 'call' && isAggregate(node as FunctionCall)) return true;
  return Object.values(node).some(hasAggregate);
};
