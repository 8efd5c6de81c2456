import type {
  Cte,
  Expr,
  GroupItem,
  OrderItem,
  Query,
  QueryBody,
  SelectBody,
  SelectItem,
  SetOperation,
  Top,
} from '../ast.js';
import type { SqlType } from '../../engine.js';
import { SqlError, unsupported } from '../errors.js';
import { isText, pgType } from '../types.js';
import { Scope, type BoundQuery, type OutputColumn } from './environment.js';
import { TableBinder } from './table-binder.js';
import { asKey, typed, type Typed } from './typed.js';

interface Item {
  readonly name: string;
  readonly value: Typed;
  readonly assign?: { variable: string; op: string } | undefined;
}

export interface BoundSelect extends BoundQuery {
  /** `SELECT @a = …`: the variables, in the order of the columns. */
  readonly assigns?: readonly string[] | undefined;
}

/** SELECT, set operations, CTEs. */
export abstract class QueryBinder extends TableBinder {
  override bindQuery(query: Query, parent: Scope | undefined): BoundSelect {
    if (query.forClause)
      throw unsupported(`FOR ${query.forClause.format.toUpperCase()}`, query.forClause.line);
    const { prefix, pop } = this.bindCtes(query.ctes);
    try {
      const bound = this.bindBody(query, parent);
      return { ...bound, sql: prefix + bound.sql };
    } finally {
      pop();
    }
  }

  /** Binds the CTEs and leaves them visible until `pop`. */
  protected bindCtes(ctes: readonly Cte[]): { prefix: string; pop: () => void } {
    if (ctes.length === 0) return { prefix: '', pop: () => undefined };
    const level = new Map<
      string,
      { pgName: string; columns: { name: string; type: SqlType; nullable: boolean }[] }
    >();
    this.ctes.push(level);
    const parts: string[] = [];
    for (const cte of ctes) {
      const pgName = this.nextAlias('w');
      if (level.has(cte.name.toLowerCase()))
        throw new SqlError(
          239,
          `Duplicate common table expression name '${cte.name}' was specified.`,
          cte.line,
        );
      const bound = refersTo(cte.query, cte.name)
        ? this.recursiveCte(cte, pgName, level)
        : this.bindQuery(cte.query, undefined);
      level.set(cte.name.toLowerCase(), { pgName, columns: this.cteColumns(cte, bound.columns) });
      parts.push(`${pgName} as (${bound.sql})`);
    }
    return {
      prefix: `with recursive ${parts.join(', ')} `,
      pop: () => {
        this.ctes.pop();
      },
    };
  }

  private cteColumns(
    cte: Cte,
    columns: readonly OutputColumn[],
  ): { name: string; type: SqlType; nullable: boolean }[] {
    if (cte.columns && cte.columns.length !== columns.length) {
      const number = cte.columns.length > columns.length ? 8159 : 8158;
      throw new SqlError(
        number,
        `'${cte.name}' has ${number === 8159 ? 'fewer' : 'more'} columns than were specified in the column list.`,
        cte.line,
      );
    }
    return columns.map((column, i) => {
      const name = cte.columns?.[i] ?? column.name;
      if (name === '')
        throw new SqlError(
          8155,
          `No column name was specified for column ${i + 1} of '${cte.name}'.`,
          cte.line,
          16,
          2,
        );
      return { name, type: column.type, nullable: column.nullable };
    });
  }

  private recursiveCte(
    cte: Cte,
    pgName: string,
    level: Map<string, { pgName: string; columns: { name: string; type: SqlType; nullable: boolean }[] }>,
  ): BoundQuery {
    const { body } = cte.query;
    if (body.kind !== 'set' || body.op !== 'union' || !body.all) {
      throw new SqlError(
        252,
        `Recursive common table expression '${cte.name}' does not contain a top-level UNION ALL operator.`,
        cte.line,
      );
    }
    const anchor = this.bindBodyOnly(body.left, undefined);
    const columns = this.cteColumns(cte, anchor.columns).map((column) => ({ ...column, nullable: true }));
    level.set(cte.name.toLowerCase(), { pgName, columns });
    const step = this.bindBodyOnly(body.right, undefined);
    const fixed = (bound: BoundQuery): string => {
      const alias = this.nextAlias('r');
      const list = bound.columns.map((column, i) => {
        const target = anchor.columns[i]?.type ?? column.type;
        return `${this.outputAs(typedOutput(`${alias}.c${i + 1}`, column.type), target, cte.line)} as c${i + 1}`;
      });
      return `select ${list.join(', ')} from (${bound.sql}) as ${alias}`;
    };
    if (step.columns.length !== anchor.columns.length) throw setCountError(cte.line);
    return { sql: `${fixed(anchor)} union all ${fixed(step)}`, columns: anchor.columns };
  }

  private outputAs(e: Typed, type: SqlType, line: number): string {
    const pg = e.untyped ? `null::${pgType(type)}` : this.to(e, type, line);
    if (isText(type)) return asKey(typed(pg, type));
    return `(${pg})::${pgType(type)}`;
  }

  private bindBody(query: Query, parent: Scope | undefined): BoundSelect {
    if (query.body.kind === 'select') return this.select(query.body, query, parent);
    const bound = this.bindBodyOnly(query.body, parent);
    const tail = this.orderOfSet(query.orderBy, bound.columns) + this.limits(query, undefined, parent);
    return { ...bound, sql: tail ? `${bound.sql}${tail}` : bound.sql };
  }

  private bindBodyOnly(body: QueryBody, parent: Scope | undefined): BoundSelect {
    switch (body.kind) {
      case 'select':
        return this.select(body, undefined, parent);
      case 'parenthesis': {
        const bound = this.bindQuery(body.query, parent);
        return { ...bound, sql: `(${bound.sql})` };
      }
      case 'values':
        return this.values(body.rows, parent, body.line);
      case 'set':
        return this.setOperation(body, parent);
    }
  }

  private values(rows: readonly (readonly Expr[])[], parent: Scope | undefined, line: number): BoundQuery {
    const bound = rows.map((row) => row.map((expr) => this.value(expr, parent)));
    const width = bound[0]?.length ?? 0;
    if (bound.some((row) => row.length !== width)) {
      throw new SqlError(
        10709,
        'The number of columns for each row in a table value constructor must be the same.',
        line,
      );
    }
    const columns = Array.from({ length: width }, (_, i) =>
      this.unify(
        bound.map((row) => row[i]!),
        line,
      ),
    );
    const out = bound.map((row, r) => {
      const list = row.map((_, i) => {
        const column = columns[i]!;
        return isText(column.type) ? asKey(typed(column.pgs[r] ?? 'null', column.type)) : `${column.pgs[r]}`;
      });
      return `(${list.join(', ')})`;
    });
    const alias = this.nextAlias('v');
    const names = columns.map((_, i) => `c${i + 1}`).join(', ');
    return {
      sql: `select * from (values ${out.join(', ')}) as ${alias}(${names})`,
      columns: columns.map((column, i) => ({
        name: '',
        type: column.type,
        nullable: bound.some((row) => row[i]?.nullable ?? true),
      })),
    };
  }

  private setOperation(body: SetOperation, parent: Scope | undefined): BoundQuery {
    const left = this.bindBodyOnly(body.left, parent);
    const right = this.bindBodyOnly(body.right, parent);
    if (left.columns.length !== right.columns.length) throw setCountError(body.line);
    const untyped = (bound: BoundQuery, i: number): boolean =>
      bound.columns[i] !== undefined && 'untyped' in (bound.columns[i] as object);
    const types = left.columns.map((column, i) => {
      const other = right.columns[i]!;
      const values = [
        typedOutput('x', column.type, untyped(left, i)),
        typedOutput('y', other.type, untyped(right, i)),
      ];
      return this.unify(values, body.line).type;
    });
    const side = (bound: BoundQuery): string => {
      if (bound.columns.every((column, i) => sameOutput(column.type, types[i]!) && !untyped(bound, i)))
        return `(${bound.sql})`;
      const alias = this.nextAlias('u');
      const list = bound.columns.map(
        (column, i) =>
          `${this.outputAs(typedOutput(`${alias}.c${i + 1}`, column.type, untyped(bound, i)), types[i]!, body.line)} as c${i + 1}`,
      );
      return `(select ${list.join(', ')} from (${bound.sql}) as ${alias})`;
    };
    const columns = left.columns.map((column, i) => ({
      name: column.name,
      type: types[i]!,
      nullable: column.nullable || (right.columns[i]?.nullable ?? true),
    }));
    return { sql: `${side(left)} ${body.op}${body.all ? ' all' : ''} ${side(right)}`, columns };
  }

  private select(body: SelectBody, query: Query | undefined, parent: Scope | undefined): BoundSelect {
    const from = this.bindFrom(body.from, parent);
    const scope = body.from.length > 0 ? from.scope : parent ? new Scope([], parent) : undefined;
    const where = body.where ? ` where ${this.condition(body.where, scope)}` : '';
    const items = body.items.flatMap((item) => this.selectItem(item, scope, from.scope));
    const assigns = this.assignedVariables(items, body);
    const group = this.groupBy(body.groupBy, scope);
    const having = body.having ? ` having ${this.condition(body.having, scope)}` : '';
    const distinct = body.distinct ? 'distinct ' : '';
    const list = items.map((item, i) => `${this.output(item.value)} as c${i + 1}`).join(', ');
    const orderBy = query?.orderBy ?? [];
    const order = orderBy.length > 0 ? ` order by ${this.selectOrder(orderBy, items, scope)}` : '';
    const limits = this.limits(query, body.top, parent);
    const fromSql = body.from.length > 0 ? ` from ${from.sql}` : '';
    return {
      sql: `select ${distinct}${list}${fromSql}${where}${group}${having}${order}${limits}`,
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
    return assigning.map((item) => {
      if (body.from.length > 0 && item.value.pg.includes('$') && this.usesVariable(item)) {
        throw unsupported('SELECT @v = @v … over several rows (use STRING_AGG or SUM)', body.line);
      }
      return (item.assign as { variable: string }).variable;
    });
  }

  private usesVariable(item: Item): boolean {
    const index = this.params.findIndex((param) => param.name === item.assign?.variable);
    return index >= 0 && new RegExp(`\\$${index + 1}(?!\\d)`).test(item.value.pg);
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

  private orderOfSet(items: readonly OrderItem[], columns: readonly OutputColumn[]): string {
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

  private limits(query: Query | undefined, top: Top | undefined, scope: Scope | undefined): string {
    if (top) {
      if (query?.offset)
        throw new SqlError(
          10741,
          'A TOP can not be used in the same query or sub-query as a OFFSET.',
          query.line,
          15,
        );
      if (top.percent) {
        if (top.count.kind === 'number' && Number(top.count.text) === 100) return '';
        throw unsupported('TOP … PERCENT other than 100', top.count.line);
      }
      const n = this.bigint(this.value(top.count, scope), top.count.line);
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
    const offset = ` offset ${this.bigint(this.value(query.offset, scope), query.line)}`;
    return query.fetch
      ? `${offset} limit ${this.bigint(this.value(query.fetch, scope), query.line)}`
      : offset;
  }
}

const position = (at: number, nullable: boolean, descending: boolean): string =>
  `${at + 1}${descending ? ' desc' : ''}${nullable ? (descending ? ' nulls last' : ' nulls first') : ''}`;

const typedOutput = (pg: string, type: SqlType, untyped = false): Typed => ({
  pg,
  type,
  nullable: true,
  ...(isText(type) ? { raw: true } : {}),
  ...(untyped ? { untyped: true } : {}),
});

const sameOutput = (a: SqlType, b: SqlType): boolean =>
  pgType(a) === pgType(b) &&
  (!isText(a) || (a.collation === b.collation && a.name === b.name)) &&
  (a.scale ?? 7) === (b.scale ?? 7);

const outputColumn = (item: Item): OutputColumn => ({
  name: item.name,
  type: item.value.type,
  nullable: item.value.nullable,
  ...(item.value.identity ? { identity: true } : {}),
  ...(item.value.computed ? { computed: true } : {}),
  ...(item.value.untyped ? { untyped: true } : {}),
});

const setCountError = (line: number): SqlError =>
  new SqlError(
    205,
    'All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of expressions in their target lists.',
    line,
  );

/** Does the query name the table anywhere? Decides whether a CTE is recursive. */
const refersTo = (query: Query, name: string): boolean => {
  const wanted = name.toLowerCase();
  const visit = (node: unknown): boolean => {
    if (Array.isArray(node)) return node.some(visit);
    if (typeof node !== 'object' || node === null) return false;
    const record = node as Record<string, unknown>;
    if (record['kind'] === 'table' && Array.isArray(record['parts']) && record['parts'].length === 1) {
      if (String(record['parts'][0]).toLowerCase() === wanted) return true;
    }
    return Object.values(record).some(visit);
  };
  return visit(query);
};
