import { quote } from '../../catalog/naming.js';
import { columnById, findColumn, primaryKey, type TableDef, type ViewDef } from '../../catalog/model.js';
import { systemView } from '../../catalog/system-views.js';
import type { SqlType } from '../../engine.js';
import type { Query, TableRef } from '../ast.js';
import { SqlError, invalidObject, unsupported } from '../errors.js';
import { BIGINT, INT, isText, nvarchar } from '../types.js';
import { Scope, type BoundQuery, type Source, type SourceColumn } from './environment.js';
import { FunctionBinder } from './function-binder.js';
import { typed } from './typed.js';

type RefOf<K extends TableRef['kind']> = Extract<TableRef, { kind: K }>;

export interface BoundTable {
  readonly sql: string;
  readonly sources: Source[];
}

interface VisibleCte {
  readonly pgName: string;
  readonly columns: readonly { name: string; type: SqlType; nullable: boolean }[];
  /** The statement's table when the CTE is a plain window on one, which makes it updatable. */
}

const changeColumns: readonly [string, SqlType, boolean, string][] = [
  ['SYS_CHANGE_VERSION', BIGINT, true, 'sys_change_version'],
  ['SYS_CHANGE_CREATION_VERSION', BIGINT, true, 'sys_change_creation_version'],
  ['SYS_CHANGE_OPERATION', { name: 'nchar', length: 1 }, true, 'sys_change_operation'],
  ['SYS_CHANGE_COLUMNS', { name: 'varbinary', length: 4100 }, true, 'sys_change_columns'],
  ['SYS_CHANGE_CONTEXT', { name: 'varbinary', length: 128 }, true, 'sys_change_context'],
];

/** Everything that can stand in FROM. */
export abstract class TableBinder extends FunctionBinder {
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
  protected bindTable(ref: TableRef, siblings: Scope, parent: Scope | undefined): BoundTable {
    switch (ref.kind) {
      case 'table':
        return this.namedTable(ref);
      case 'tableVariable': {
        const table = this.env.tableVariable(ref.name);
        if (!table)
          throw new SqlError(1087, `Must declare the table variable "${ref.name}".`, ref.line, 15, 2);
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
      case 'pivot':
        return this.pivot(ref, siblings, parent);
    }
  }

  private namedTable(ref: RefOf<'table'>): BoundTable {
    const name = ref.parts.at(-1) ?? '';
    const schema = ref.parts.at(-2) || undefined;
    if (ref.parts.length > 2) this.checkDatabase(ref.parts.at(-3), ref.parts, ref.line);
    if (schema === undefined) {
      const cte = this.visibleCte(name);
      if (cte) {
        const pgAlias = this.nextAlias('t');
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
        sources: [{ alias: ref.alias ?? name, pgAlias, columns }],
      };
    }
    const found = this.env.find(schema, name);
    if (!found || found.kind === 'procedure') throw invalidObject(ref.parts.join('.'), ref.line);
    if (found.kind === 'view') return this.view(found, ref.alias ?? name, ref.line);
    this.touch(found, 'SELECT');
    return this.physicalTable(found, ref.alias ?? name, ref.alias === undefined ? found.schema : undefined);
  }

  protected checkDatabase(database: string | undefined, parts: readonly string[], line: number): void {
    if (
      !database ||
      database.toLowerCase() === this.env.database.toLowerCase() ||
      database.toLowerCase() === 'tempdb'
    )
      return;
    throw new SqlError(
      40515,
      `Reference to database and/or server name in '${parts.join('.')}' is not supported in this version of SQL Server.`,
      line,
    );
  }

  protected physicalTable(
    table: TableDef,
    alias: string,
    schema: string | undefined,
    pgAlias = this.nextAlias('t'),
  ): BoundTable {
    const columns = table.columns.map((column) => ({
      name: column.name,
      pg: `${pgAlias}.${quote(column.pg)}`,
      type: column.type,
      nullable: column.nullable,
      ...(column.identity ? { identity: true } : {}),
      ...(column.computed ? { computed: true } : {}),
    }));
    const source: Source = { alias, pgAlias, columns, table, ...(schema === undefined ? {} : { schema }) };
    return { sql: `${this.tableName(table)} as ${pgAlias}`, sources: [source] };
  }

  protected tableName(table: TableDef): string {
    return `${table.temporary ? 'pg_temp' : quote(table.pgSchema)}.${quote(table.pgName)}`;
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

  protected derived(
    bound: BoundQuery,
    alias: string,
    names: readonly string[] | undefined,
    line: number,
    lateral = false,
  ): BoundTable {
    if (names && names.length !== bound.columns.length) {
      const more = names.length > bound.columns.length;
      throw more
        ? new SqlError(8159, `'${alias}' has fewer columns than were specified in the column list.`, line)
        : new SqlError(8158, `'${alias}' has more columns than were specified in the column list.`, line);
    }
    const pgAlias = this.nextAlias('t');
    const columns = bound.columns.map((column, i) => {
      const name = names?.[i] ?? column.name;
      if (name === '')
        throw new SqlError(
          8155,
          `No column name was specified for column ${i + 1} of '${alias}'.`,
          line,
          16,
          2,
        );
      return { name, type: column.type, nullable: column.nullable, pg: `${pgAlias}.c${i + 1}` };
    });
    return {
      sql: `${lateral ? 'lateral ' : ''}(${bound.sql}) as ${pgAlias}`,
      sources: [{ alias, pgAlias, columns }],
    };
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

  private trackedTable(parts: readonly string[], line: number): TableDef {
    const found = this.env.find(parts.at(-2) || undefined, parts.at(-1) ?? '');
    if (!found) throw invalidObject(parts.join('.'), line);
    if (found.kind !== 'table')
      throw new SqlError(22107, `The object '${parts.join('.')}' is not a user table.`, line);
    if (!found.tracking)
      throw new SqlError(22105, `Change tracking is not enabled on table '${parts.join('.')}'.`, line);
    this.touch(found, 'SELECT');
    this.touch(found, 'VIEW CHANGE TRACKING');
    return found;
  }

  private keyColumns(table: TableDef, pgAlias: string): SourceColumn[] {
    return (primaryKey(table)?.columns ?? []).map(({ id }) => {
      const column = columnById(table, id);
      return { name: column.name, type: column.type, nullable: false, pg: `${pgAlias}.${quote(column.pg)}` };
    });
  }

  protected override existsChanges(query: Query): string | undefined {
    const { body } = query;
    if (query.ctes.length > 0 || query.offset || body.kind !== 'select') return undefined;
    const [ref] = body.from;
    const plain =
      body.from.length === 1 && !body.where && !body.having && !body.top && body.groupBy.length === 0;
    if (
      !plain ||
      ref?.kind !== 'changes' ||
      !body.items.every((item) => item.star || item.expr?.kind === 'number')
    )
      return undefined;
    this.changes(ref);
    const table = this.trackedTable(ref.table, ref.line);
    return `ct.has_changes(${table.id}::oid, ${this.baseVersion(ref)})`;
  }

  private baseVersion(ref: RefOf<'changes'>): string {
    const version = this.value(ref.version, undefined);
    return version.untyped ? 'null::int8' : this.to(version, BIGINT, ref.line, 'explicit');
  }

  private changes(ref: RefOf<'changes'>): BoundTable {
    if (ref.alias === undefined) {
      throw new SqlError(22104, 'A table returned by the CHANGETABLE function must be aliased.', ref.line);
    }
    const table = this.trackedTable(ref.table, ref.line);
    const pgAlias = this.nextAlias('t');
    const base = this.baseVersion(ref);
    const columns = [
      ...changeColumns.map(([name, type, nullable, pg]) => ({
        name,
        type,
        nullable,
        pg: `${pgAlias}.${quote(pg)}`,
      })),
      ...this.keyColumns(table, pgAlias),
    ].map((column, i) => ({ ...column, name: ref.columns?.[i] ?? column.name }));
    return {
      sql: `ct.${quote(`changes_${table.id}`)}(${base}) as ${pgAlias}`,
      sources: [{ alias: ref.alias, pgAlias, columns }],
    };
  }

  private version(ref: RefOf<'version'>, siblings: Scope): BoundTable {
    if (ref.alias === undefined) {
      throw new SqlError(22104, 'A table returned by the CHANGETABLE function must be aliased.', ref.line);
    }
    const table = this.trackedTable(ref.table, ref.line);
    const pgAlias = this.nextAlias('t');
    const keys = primaryKey(table)?.columns ?? [];
    if (ref.keys.length !== keys.length)
      throw new SqlError(
        22110,
        `The number of columns specified in the CHANGETABLE(VERSION ...) function does not match the number of primary key columns for table '${ref.table.join('.')}'.`,
        ref.line,
      );
    if (ref.values.length !== ref.keys.length)
      throw new SqlError(
        22103,
        'The number of values specified in the CHANGETABLE(VERSION ...) function does not match the number of columns.',
        ref.line,
      );
    const args = keys.map(({ id }) => {
      const column = columnById(table, id);
      const at = ref.keys.findIndex((name) => name.toLowerCase() === column.name.toLowerCase());
      const value = ref.values[at];
      if (!value)
        throw new SqlError(
          22111,
          `The column '${ref.keys.find((name) => !findColumn(table, name)) ?? column.name}' specified in the CHANGETABLE(VERSION ...) function is not part of the primary key for table '${ref.table.join('.')}'.`,
          ref.line,
        );
      return this.to(this.value(value, siblings), column.type, ref.line);
    });
    const columns = [
      { name: 'SYS_CHANGE_VERSION', type: BIGINT, nullable: true, pg: `${pgAlias}.sys_change_version` },
      {
        name: 'SYS_CHANGE_CONTEXT',
        type: { name: 'varbinary', length: 128 } as SqlType,
        nullable: true,
        pg: `${pgAlias}.sys_change_context`,
      },
      ...this.keyColumns(table, pgAlias),
    ].map((column, i) => ({ ...column, name: ref.columns?.[i] ?? column.name }));
    return {
      sql: `ct.${quote(`version_${table.id}`)}(${args.join(', ')}) as ${pgAlias}`,
      sources: [{ alias: ref.alias, pgAlias, columns }],
    };
  }

  private tableFunction(ref: RefOf<'tableFunction'>, siblings: Scope): BoundTable {
    const args = ref.args.map((arg) => this.value(arg, siblings));
    const pgAlias = this.nextAlias('t');
    const alias = ref.alias ?? ref.name.toLowerCase();
    const [first, second, third] = args;
    if (!first)
      throw new SqlError(174, `The ${ref.name.toLowerCase()} function requires arguments.`, ref.line, 15);
    if (ref.name === 'STRING_SPLIT' && second) {
      const ordinal = third?.pg === '1';
      const type: SqlType = isText(first.type)
        ? {
            ...first.type,
            name:
              first.type.name === 'char'
                ? 'varchar'
                : first.type.name === 'nchar'
                  ? 'nvarchar'
                  : first.type.name,
          }
        : nvarchar(4000);
      const out = this.output({ ...typed('u.v', type) });
      const columns = [
        { name: 'value', type, nullable: false, pg: `${pgAlias}.c1` },
        ...(ordinal ? [{ name: 'ordinal', type: BIGINT, nullable: false, pg: `${pgAlias}.c2` }] : []),
      ];
      return {
        sql: `(select ${out} as c1, u.o as c2 from unnest(string_to_array(${this.text(first, ref.line)}, ${this.text(second, ref.line)})) with ordinality as u(v, o)) as ${pgAlias}`,
        sources: [{ alias, pgAlias, columns: renamed(columns, ref.columns) }],
      };
    }
    if (ref.name === 'GENERATE_SERIES' && second) {
      const type = first.type.name === 'bigint' || second.type.name === 'bigint' ? BIGINT : INT;
      const step = third
        ? this.to(third, type, ref.line)
        : `(case when ${this.to(first, type, ref.line)} <= ${this.to(second, type, ref.line)} then 1 else -1 end)`;
      const sql = `(select g as c1 from generate_series(${this.to(first, type, ref.line)}, ${this.to(second, type, ref.line)}, ${step}) as g) as ${pgAlias}`;
      return {
        sql,
        sources: [
          {
            alias,
            pgAlias,
            columns: renamed([{ name: 'value', type, nullable: false, pg: `${pgAlias}.c1` }], ref.columns),
          },
        ],
      };
    }
    throw unsupported(`table-valued function ${ref.name}`, ref.line);
  }

  private pivot(ref: RefOf<'pivot'>, siblings: Scope, parent: Scope | undefined): BoundTable {
    const source = this.bindTable(ref.source, siblings, parent);
    const scope = new Scope(source.sources, parent);
    const used = new Set([ref.value.at(-1)?.toLowerCase(), ref.column.at(-1)?.toLowerCase()]);
    const all = source.sources.flatMap((s) => s.columns);
    const groups = all.filter((column) => !used.has(column.name.toLowerCase()));
    const outputs: { name: string; type: SqlType; nullable: boolean; pg: string }[] = groups.map(
      (column) => ({ name: column.name, type: column.type, nullable: column.nullable, pg: column.pg }),
    );
    for (const value of ref.values) {
      const { line } = ref;
      const when = {
        kind: 'compare',
        op: '=',
        left: { kind: 'column', parts: ref.column, line },
        right: { kind: 'string', value, national: true, line },
        line,
      } as const;
      const picked = {
        kind: 'case',
        branches: [{ when, then: { kind: 'column', parts: ref.value, line } }],
        line,
      } as const;
      const aggregate = this.value({ kind: 'call', name: ref.aggregate, args: [picked], line }, scope);
      outputs.push({ name: value, type: aggregate.type, nullable: true, pg: this.output(aggregate) });
    }
    const pgAlias = this.nextAlias('t');
    const list = outputs.map((column, i) => `${column.pg} as c${i + 1}`).join(', ');
    const by = groups.length > 0 ? ` group by ${groups.map((column) => column.pg).join(', ')}` : '';
    const columns = outputs.map((column, i) => ({
      name: column.name,
      type: column.type,
      nullable: column.nullable,
      pg: `${pgAlias}.c${i + 1}`,
    }));
    return {
      sql: `(select ${list} from ${source.sql}${by}) as ${pgAlias}`,
      sources: [{ alias: ref.alias, pgAlias, columns }],
    };
  }
}

const grouped = (ref: TableRef, sql: string): string =>
  ref.kind === 'join' || ref.kind === 'apply' ? `(${sql})` : sql;

const makeNullable = (sources: readonly Source[]): void => {
  for (const source of sources) for (const column of source.columns) column.nullable = true;
};

const renamed = (columns: readonly SourceColumn[], names: readonly string[] | undefined): SourceColumn[] =>
  columns.map((column, i) => ({ ...column, name: names?.[i] ?? column.name }));
