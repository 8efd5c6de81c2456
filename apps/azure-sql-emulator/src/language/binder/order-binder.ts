import type { Expr, GroupItem, OrderItem, Query, Top } from '../ast.js';
import { SqlError, unsupported } from '../errors.js';
import type { OutputColumn, Scope } from './environment.js';
import type { Item } from './select-item.js';
import { TableBinder } from './table-binder.js';
import { asKey } from './typed.js';

/** GROUP BY, ORDER BY, TOP and OFFSET. */
export abstract class OrderBinder extends TableBinder {
  protected groupBy(groups: readonly GroupItem[], scope: Scope | undefined): string {
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

  protected selectOrder(
    items: readonly OrderItem[],
    outputs: readonly Item[],
    scope: Scope | undefined,
    nullable = false,
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
        const bound = this.value(item.expr, scope);
        const value = nullable ? { ...bound, nullable } : bound;
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
    const offset = ` offset ${this.rowLimit(query.offset, scope, 'offset_rows')}`;
    return query.fetch ? `${offset} limit ${this.rowLimit(query.fetch, scope, 'fetch_rows')}` : offset;
  }

  /** A number of rows: NULL, which PostgreSQL takes for "all", and less than none are refused. */
  private rowLimit(expr: Expr, scope: Scope | undefined, check = 'row_limit'): string {
    const n = this.bigint(this.value(expr, scope), expr.line);
    return expr.kind === 'number' && expr.text !== '0' ? n : `emu.${check}(${n})`;
  }

  protected topCount(top: Top, scope: Scope | undefined, whole: string): string {
    if (!top.percent) return this.rowLimit(top.count, scope);
    const share = this.float(this.value(top.count, scope), top.count.line);
    return `(select emu.share_of(count(*), ${share}) from (${whole}) as all_)`;
  }
}

const position = (at: number, nullable: boolean, descending: boolean): string =>
  `${at + 1}${descending ? ' desc' : ''}${nullable ? (descending ? ' nulls last' : ' nulls first') : ''}`;
