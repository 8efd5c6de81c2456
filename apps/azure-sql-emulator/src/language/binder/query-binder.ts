import type { Cte, Expr, ForClause, Query, QueryBody, SetOperation } from '../ast.js';
import type { SqlType } from '../../engine.js';
import { SqlError, unsupported } from '../errors.js';
import { describeType, isText, pgType } from '../types.js';
import type { BoundQuery, OutputColumn, Scope } from './environment.js';
import { bindForClause, documentResult, notAllowedIn } from './for-clause.js';
import { SelectBinder, type BoundSelect } from './select-binder.js';
import { asKey, typed, type Typed } from './typed.js';

export type { BoundSelect };

/** OPTION (MAXRECURSION n) when it is not given. */
const DEFAULT_RECURSION = 100;

type CteLevel = Map<
  string,
  {
    pgName: string;
    columns: { name: string; type: SqlType; nullable: boolean }[];
    recursion?: { alias: string | undefined };
  }
>;

/** Whole queries: CTEs, set operations, VALUES. */
export abstract class QueryBinder extends SelectBinder {
  /** OPTION (MAXRECURSION n) of the statement. */
  protected maxRecursion: number | undefined;

  override bindQuery(query: Query, parent: Scope | undefined): BoundSelect {
    this.maxRecursion ??= query.maxRecursion;
    const { prefix, pop } = this.bindCtes(query.ctes);
    try {
      const bound = this.bindBody(query, parent);
      const whole = { ...bound, sql: prefix + bound.sql };
      return query.forClause ? this.document(whole, query, query.forClause) : whole;
    } finally {
      pop();
    }
  }

  private document(bound: BoundSelect, query: Query, clause: ForClause): BoundQuery {
    if (bound.assigns) throw notAllowedIn(clause, 'ASSIGNMENT');
    return bindForClause(bound, clause, query.body, this.nextAlias('d'));
  }

  /** A query whose rows are a statement's result. */
  bindResult(query: Query): BoundSelect {
    const bound = this.bindQuery(query, undefined);
    return query.forClause ? documentResult(bound, query.forClause) : bound;
  }

  /** Binds the CTEs and leaves them visible until `pop`. */
  protected bindCtes(ctes: readonly Cte[]): { prefix: string; pop: () => void } {
    if (ctes.length === 0) return { prefix: '', pop: () => undefined };
    const level: CteLevel = new Map();
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

  private checkRecursiveTypes(cte: Cte, anchor: BoundQuery, step: BoundQuery): void {
    anchor.columns.forEach((column, i) => {
      const other = step.columns[i]?.type;
      const fixed = (type: SqlType): string =>
        describeType({ ...type, name: type.name === 'numeric' ? 'decimal' : type.name });
      if (other && !('untyped' in (step.columns[i] ?? {})) && fixed(other) !== fixed(column.type))
        throw new SqlError(
          240,
          `Types don't match between the anchor and the recursive part in column "${cte.columns?.[i] ?? column.name}" of recursive query "${cte.name}".`,
          cte.line,
        );
    });
  }

  private recursiveCte(cte: Cte, pgName: string, level: CteLevel): BoundQuery {
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
    const recursion: { alias: string | undefined } = { alias: undefined };
    level.set(cte.name.toLowerCase(), { pgName, columns, recursion });
    const step = this.bindBodyOnly(body.right, undefined);
    const most = this.maxRecursion ?? DEFAULT_RECURSION;
    if (!recursion.alias || !/^select (?!distinct)/.test(step.sql))
      throw unsupported(`this recursive member of ${cte.name}`, cte.line);
    const counted = step.sql.replace(
      'select ',
      `select emu.next_depth(${recursion.alias}.depth_, ${most}) as depth_, `,
    );
    const fixed = (bound: BoundQuery, sql: string, depth: (alias: string) => string): string => {
      const alias = this.nextAlias('r');
      const list = bound.columns.map((column, i) => {
        const target = anchor.columns[i]?.type ?? column.type;
        return `${this.outputAs(typedOutput(`${alias}.c${i + 1}`, column.type), target, cte.line)} as c${i + 1}`;
      });
      return `select ${list.join(', ')}, ${depth(alias)} as depth_ from (${sql}) as ${alias}`;
    };
    if (step.columns.length !== anchor.columns.length) throw setCountError(cte.line);
    this.checkRecursiveTypes(cte, anchor, step);
    return {
      sql: `${fixed(anchor, anchor.sql, () => '0')} union all ${fixed(step, counted, (alias) => `${alias}.depth_`)}`,
      columns: anchor.columns,
    };
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
}

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
