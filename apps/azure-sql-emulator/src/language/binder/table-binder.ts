import type { ViewDef } from '../../catalog/model.js';
import { systemView } from '../../catalog/system-views.js';
import type { SqlType } from '../../engine.js';
import type { TableRef } from '../ast.js';
import { SqlError, invalidObject } from '../errors.js';
import type { BoundTable, RefOf } from './change-table-binder.js';
import { Scope, type Source } from './environment.js';
import { RowsetBinder } from './rowset-binder.js';

interface VisibleCte {
  readonly pgName: string;
  readonly columns: readonly { name: string; type: SqlType; nullable: boolean }[];
  /** While its own query is bound: what the recursive member calls it. */
  readonly recursion?: { alias: string | undefined };
}
/** Views of master that tell of the whole server, and so the same in every database. */
const serverViews = new Set(['sysdatabases', 'databases', 'sysaltfiles', 'master_files']);

const isServerView = (parts: readonly string[]): boolean =>
  parts.at(-3)?.toLowerCase() === 'master' && serverViews.has(parts.at(-1)?.toLowerCase() ?? '');

/** Everything that can stand in FROM. */
export abstract class TableBinder extends RowsetBinder {
  protected readonly ctes: Map<string, VisibleCte>[] = [];

  protected visibleCte(name: string): VisibleCte | undefined {
    for (let i = this.ctes.length - 1; i >= 0; i--) {
      const found = this.ctes[i]?.get(name.toLowerCase());
      if (found) return found;
    }
    return undefined;
  }

  override sourceType(type: SqlType): SqlType {
    return type;
  }

  protected bindFrom(refs: readonly TableRef[], parent: Scope | undefined): { sql: string; scope: Scope } {
    const scope = new Scope([], parent);
    const parts: string[] = [];
    for (const ref of refs) {
      const bound = this.bindTable(ref, scope, parent);
      parts.push(bound.sql);
      this.addSources(scope, bound.sources, ref.line);
    }
    return { sql: parts.join(', '), scope };
  }

  private addSources(scope: Scope, sources: readonly Source[], line: number): void {
    for (const source of sources) {
      for (const column of source.columns) {
        const prefix = [source.schema, source.alias].filter((part) => part !== undefined);
        this.columnNames.set(column.pg.replaceAll('"', ''), [...prefix, column.name].join('.'));
      }
      const alias = source.alias?.toLowerCase();
      const clash =
        alias !== undefined &&
        scope.sources.some((other) => other.alias?.toLowerCase() === alias && other.schema === source.schema);
      if (clash) {
        throw new SqlError(
          1011,
          `The correlation name '${source.alias}' is specified multiple times in a FROM clause.`,
          line,
        );
      }
      scope.sources.push(source);
    }
  }

  /** `siblings` holds what stands to the left, which only APPLY may see. */
  protected override bindTable(ref: TableRef, siblings: Scope, parent: Scope | undefined): BoundTable {
    switch (ref.kind) {
      case 'table':
        return this.namedTable(ref);
      case 'tableVariable': {
        const table = this.env.tableVariable(ref.name);
        if (!table)
          throw new SqlError(1087, `Must declare the table variable "${ref.name}".`, ref.line, 15, 2);
        this.checkKept(table, ref.name, ref.line);
        return this.physicalTable(table, ref.alias ?? ref.name, undefined);
      }
      case 'derived': {
        const bound = this.bindQuery(ref.query, parent);
        return this.derived(bound, ref.alias, ref.columns, ref.line);
      }
      case 'join':
        return this.join(ref, siblings, parent);
      case 'apply':
        return this.apply(ref, siblings, parent);
      case 'changes':
        return this.changes(ref);
      case 'version':
        return this.version(ref, siblings);
      case 'tableFunction':
        return this.tableFunction(ref, siblings);
      case 'userFunction':
        return this.userTableFunction(ref, siblings);
      case 'unpivot':
        return this.unpivot(ref, siblings, parent);
      case 'pivot':
        return this.pivot(ref, siblings, parent);
    }
  }

  private namedTable(ref: RefOf<'table'>): BoundTable {
    const name = ref.parts.at(-1) ?? '';
    const schema = ref.parts.at(-2) || undefined;
    if (ref.parts.length > 2 && !isServerView(ref.parts))
      this.checkDatabase(ref.parts.at(-3), ref.parts, ref.line);
    if (schema === undefined) {
      const cte = this.visibleCte(name);
      if (cte) {
        const pgAlias = this.nextAlias('t');
        if (cte.recursion) cte.recursion.alias = pgAlias;
        const columns = cte.columns.map((column, i) => ({ ...column, pg: `${pgAlias}.c${i + 1}` }));
        return {
          sql: `${cte.pgName} as ${pgAlias}`,
          sources: [{ alias: ref.alias ?? name, pgAlias, columns }],
        };
      }
    }
    const view = systemView(schema, name);
    if (view) {
      const pgAlias = this.nextAlias('t');
      const columns = view.columns.map((column, i) => ({
        name: column.name,
        type: column.type,
        nullable: column.nullable,
        pg: `${pgAlias}.c${i + 1}`,
      }));
      return {
        sql: `(${view.sql(this.env.database)}) as ${pgAlias}`,
        sources: [
          {
            alias: ref.alias ?? name,
            pgAlias,
            columns,
            ...(schema && !ref.alias ? { schema: schema.toLowerCase() } : {}),
          },
        ],
      };
    }
    const found = this.env.find(schema, name);
    if (found?.kind !== 'table' && found?.kind !== 'view') throw invalidObject(ref.parts.join('.'), ref.line);
    if (found.kind === 'view') return this.view(found, ref.alias ?? name, ref.line);
    if (found.kind !== 'table') throw invalidObject(ref.parts.join('.'), ref.line);
    this.touch(found, 'SELECT');
    return this.physicalTable(found, ref.alias ?? name, ref.alias === undefined ? found.schema : undefined);
  }

  private view(view: ViewDef, alias: string, line: number): BoundTable {
    this.require(view, 'SELECT');
    const parsed = this.env.viewQuery(view.text);
    this.insideViews++;
    const outer = this.ctes.splice(0);
    try {
      return this.derived(this.bindQuery(parsed.query, undefined), alias, parsed.columns, line);
    } finally {
      this.insideViews--;
      this.ctes.push(...outer);
    }
  }

  private join(ref: RefOf<'join'>, siblings: Scope, parent: Scope | undefined): BoundTable {
    const left = this.bindTable(ref.left, siblings, parent);
    const right = this.bindTable(ref.right, siblings, parent);
    const sources = [...left.sources, ...right.sources];
    const scope = new Scope([], parent);
    this.addSources(scope, sources, ref.line);
    if (ref.type === 'cross')
      return { sql: `${left.sql} cross join ${grouped(ref.right, right.sql)}`, sources };
    const condition = ref.on ? this.condition(ref.on, scope) : 'true';
    // Outside of its own ON an outer join's other side can be NULL.
    if (ref.type === 'left' || ref.type === 'full') makeNullable(right.sources);
    if (ref.type === 'right' || ref.type === 'full') makeNullable(left.sources);
    return { sql: `${left.sql} ${ref.type} join ${grouped(ref.right, right.sql)} on ${condition}`, sources };
  }

  private apply(ref: RefOf<'apply'>, siblings: Scope, parent: Scope | undefined): BoundTable {
    const left = this.bindTable(ref.left, siblings, parent);
    const scope = new Scope([...siblings.sources, ...left.sources], parent);
    let right: BoundTable;
    if (ref.right.kind === 'derived') {
      right = this.derived(
        this.bindQuery(ref.right.query, scope),
        ref.right.alias,
        ref.right.columns,
        ref.line,
        true,
      );
    } else {
      right = this.bindTable(ref.right, scope, scope);
    }
    if (ref.outer) makeNullable(right.sources);
    const lateral =
      right.sql.startsWith('lateral') || ref.right.kind === 'table' ? right.sql : `lateral ${right.sql}`;
    return {
      sql: `${left.sql} ${ref.outer ? 'left join' : 'cross join'} ${lateral}${ref.outer ? ' on true' : ''}`,
      sources: [...left.sources, ...right.sources],
    };
  }
}

const grouped = (ref: TableRef, sql: string): string =>
  ref.kind === 'join' || ref.kind === 'apply' ? `(${sql})` : sql;

const makeNullable = (sources: readonly Source[]): void => {
  for (const source of sources) for (const column of source.columns) column.nullable = true;
};
