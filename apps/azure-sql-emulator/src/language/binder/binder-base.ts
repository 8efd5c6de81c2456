import type { SqlType } from '../../engine.js';
import type { Expr, Query } from '../ast.js';
import type { TableDef } from '../../catalog/model.js';
import { SqlError, invalidColumn, undeclared } from '../errors.js';
import { BIGINT, FLOAT, INT, SYSNAME, decimal, isText, nvarchar, pgType } from '../types.js';
import { literal } from '../../catalog/naming.js';
import type { BindEnvironment, BoundQuery, ParameterSource, Scope, SourceColumn } from './environment.js';
import { convert, type Conversion } from './conversion.js';
import { asKey, asText, typed, type Typed } from './typed.js';

/** Session values that T-SQL reads as functions: bound as parameters, filled in when the statement runs. */
const globals: Record<string, SqlType> = {
  '@@rowcount': INT,
  '@@error': INT,
  '@@trancount': INT,
  '@@identity': decimal(38, 0),
  '@@spid': { name: 'smallint' },
  '@@version': nvarchar(300),
  '@@servername': nvarchar(128),
  '@@servicename': nvarchar(128),
  '@@language': nvarchar(128),
  '@@langid': { name: 'smallint' },
  '@@datefirst': { name: 'tinyint' },
  '@@nestlevel': INT,
  '@@options': INT,
  '@@lock_timeout': INT,
  '@@max_precision': { name: 'tinyint' },
  '@@microsoftversion': INT,
  '@@procid': INT,
  '@@textsize': INT,
  '@@dbts': { name: 'varbinary', length: 8 },
  '@@cursor_rows': INT,
  '@@fetch_status': INT,
  '@@max_connections': INT,
};

/** State shared by everything that binds one statement. */
export abstract class BinderBase {
  readonly params: ParameterSource[] = [];
  /** User tables read or written, for permission and snapshot checks. */
  /** What messages call a column, by its PostgreSQL text. */
  readonly columnNames = new Map<string, string>();
  readonly tables = new Map<number, { table: TableDef; actions: Set<string> }>();
  private aliasCounter = 0;
  private readonly paramIndex = new Map<string, number>();

  constructor(readonly env: BindEnvironment) {}

  abstract value(expr: Expr, scope: Scope | undefined): Typed;
  abstract condition(expr: Expr, scope: Scope | undefined): string;
  abstract bindQuery(query: Query, parent: Scope | undefined): BoundQuery;

  protected nextAlias(prefix: string): string {
    return `${prefix}${++this.aliasCounter}`;
  }

  /** Permissions the statement needs; what a view reads is its owner's affair. */
  readonly required: { readonly schema: string; readonly name: string; readonly action: string }[] = [];
  protected insideViews = 0;

  protected require(object: { readonly schema: string; readonly name: string }, action: string): void {
    if (this.insideViews === 0) this.required.push({ schema: object.schema, name: object.name, action });
  }

  touch(table: TableDef, action: string): void {
    if (!table.temporary) this.require(table, action);
    const entry = this.tables.get(table.id) ?? { table, actions: new Set<string>() };
    entry.actions.add(action);
    this.tables.set(table.id, entry);
  }

  /** A parameter of the PostgreSQL statement, one for each source however often it is used. */
  protected parameter(name: string, type: SqlType): Typed {
    let index = this.paramIndex.get(name);
    if (index === undefined) {
      this.params.push({ name, type });
      index = this.params.length;
      this.paramIndex.set(name, index);
    }
    return typed(`$${index}::${pgType(type)}`, type);
  }

  protected variable(name: string, line: number): Typed {
    if (name.startsWith('@@')) {
      const type = globals[name];
      if (!type) throw undeclared(name, line);
      return { ...this.parameter(name, type), nullable: name === '@@identity' };
    }
    const type = this.env.variable(name);
    if (!type) {
      if (this.env.tableVariable(name)) throw undeclared(name, line);
      throw undeclared(name, line);
    }
    return this.parameter(name, type);
  }

  /** Whether PostgreSQL text has the variable's parameter in it. */
  protected readsVariable(pg: string, name: string): boolean {
    const index = this.paramIndex.get(name);
    return index !== undefined && new RegExp(`\\$${index}(?!\\d)`).test(pg);
  }

  protected resolveColumn(parts: readonly string[], scope: Scope | undefined, line: number): Typed {
    const name = (parts.at(-1) ?? '').toLowerCase();
    const qualifier = parts.length > 1 ? (parts.at(-2) ?? '').toLowerCase() : undefined;
    const schema = parts.length > 2 ? (parts.at(-3) ?? '').toLowerCase() : undefined;
    let qualifierSeen = false;
    for (let level = scope; level; level = level.parent) {
      const hits: SourceColumn[] = [];
      for (const source of level.sources) {
        if (qualifier !== undefined) {
          if (source.alias?.toLowerCase() !== qualifier) continue;
          if (schema !== undefined && (source.schema ?? '').toLowerCase() !== schema) continue;
          qualifierSeen = true;
        } else if (source.hidden) continue;
        for (const column of source.columns) if (column.name.toLowerCase() === name) hits.push(column);
      }
      if (hits.length > 1) throw new SqlError(209, `Ambiguous column name '${parts.at(-1)}'.`, line);
      if (hits[0]) return this.columnValue(hits[0]);
      if (qualifierSeen) break;
    }
    if (qualifier !== undefined && !qualifierSeen) {
      throw new SqlError(4104, `The multi-part identifier "${parts.join('.')}" could not be bound.`, line);
    }
    throw invalidColumn(parts.at(-1) ?? '', line);
  }

  protected columnValue(column: SourceColumn): Typed {
    return {
      pg: column.pg,
      type: column.type,
      nullable: column.nullable,
      ...(isText(column.type) ? { raw: true, collationFrom: 'column' as const } : {}),
      ...(column.identity ? { identity: true } : {}),
      ...(column.computed ? { computed: true } : {}),
    };
  }

  protected to(from: Typed, type: SqlType, line: number, mode: Conversion['mode'] = 'implicit'): string {
    return convert(from, type, { mode, line });
  }

  /** As above but typed again. */
  protected as(from: Typed, type: SqlType, line: number, mode: Conversion['mode'] = 'implicit'): Typed {
    const kept =
      isText(type) && from.type.collation && !type.collation
        ? { ...type, collation: from.type.collation }
        : type;
    return {
      pg: this.to(from, type, line, mode),
      type: kept,
      nullable: from.nullable || mode === 'explicit',
    };
  }

  protected text(from: Typed, line: number): string {
    return isText(from.type) && !from.untyped ? asText(from) : this.to(from, nvarchar(-1), line, 'explicit');
  }

  protected int(from: Typed, line: number): string {
    return this.to(from, INT, line);
  }

  protected bigint(from: Typed, line: number): string {
    return this.to(from, BIGINT, line);
  }

  protected float(from: Typed, line: number): string {
    return this.to(from, FLOAT, line);
  }

  /** PostgreSQL text of a value as a query puts it out. */
  protected output(e: Typed): string {
    if (e.untyped) return 'null::int4';
    return isText(e.type) ? asKey(e) : e.pg;
  }

  protected sysname(pg: string): Typed {
    return typed(pg, SYSNAME);
  }

  protected stringLiteral(text: string, national: boolean): Typed {
    const length = Math.max(text.length, 1);
    const limit = national ? 4000 : 8000;
    // Windows-1252 at most: what it does not have is lost, as in SQL Server.
    const narrowed = !national && /[^\x00-\x7f\xa0-\xff]/.test(text);
    return {
      pg: narrowed ? `emu.cp1252(${literal(text)})` : `${literal(text)}::text`,
      type: { name: national ? 'nvarchar' : 'varchar', length: length > limit ? -1 : length },
      nullable: false,
      constant: true,
      literalText: text,
    };
  }
}
