import { quote } from '../../catalog/naming.js';
import { systemView } from '../../catalog/system-views.js';
import { columnById, primaryKey, type TableDef } from '../../catalog/model.js';
import type { SqlType } from '../../engine.js';
import type { Query, TableRef } from '../ast.js';
import { SqlError, invalidObject } from '../errors.js';
import { BIGINT } from '../types.js';
import type { Scope, Source, SourceColumn } from './environment.js';
import { FunctionBinder } from './function-binder.js';

export type RefOf<K extends TableRef['kind']> = Extract<TableRef, { kind: K }>;

export interface BoundTable {
  readonly sql: string;
  readonly sources: Source[];
}

const changeColumns: readonly [string, SqlType, boolean, string][] = [
  ['SYS_CHANGE_VERSION', BIGINT, true, 'sys_change_version'],
  ['SYS_CHANGE_CREATION_VERSION', BIGINT, true, 'sys_change_creation_version'],
  ['SYS_CHANGE_OPERATION', { name: 'nchar', length: 1 }, true, 'sys_change_operation'],
  ['SYS_CHANGE_COLUMNS', { name: 'varbinary', length: 4100 }, true, 'sys_change_columns'],
  ['SYS_CHANGE_CONTEXT', { name: 'varbinary', length: 128 }, true, 'sys_change_context'],
];
/** Types that do not become numbers by themselves. */
const moments = new Set(['date', 'time', 'datetime', 'smalldatetime', 'datetime2', 'datetimeoffset']);

/** CHANGETABLE in both its forms. */
export abstract class ChangeTableBinder extends FunctionBinder {
  private trackedTable(parts: readonly string[], line: number): TableDef {
    const found = this.env.find(parts.at(-2) || undefined, parts.at(-1) ?? '');
    const shown = parts.join('.');
    if (!found && !systemView(parts.at(-2), parts.at(-1) ?? '')) throw invalidObject(shown, line);
    if (found?.kind !== 'table' || found.temporary)
      throw new SqlError(
        22107,
        `Object '${shown}' is of a data type that is not supported by the CHANGETABLE function. The object must be a user-defined table.`,
        line,
      );
    if (!found.tracking)
      throw new SqlError(22105, `Change tracking is not enabled on table '${shown}'.`, line);
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
    if (moments.has(version.type.name))
      throw new SqlError(
        257,
        `Implicit conversion from data type ${version.type.name} to bigint is not allowed. Use the CONVERT function to run this query.`,
        ref.line,
        16,
        3,
      );
    return version.untyped ? 'null::int8' : this.to(version, BIGINT, ref.line, 'explicit');
  }

  protected changes(ref: RefOf<'changes'>): BoundTable {
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

  /** The values of the key's columns in key order, whatever the order they are written in. */
  private keyValues(ref: RefOf<'version'>, table: TableDef, siblings: Scope): string[] {
    const { keys: names, line } = ref;
    const refuse = (number: number, message: string): SqlError => new SqlError(number, message, line);
    const keys = (primaryKey(table)?.columns ?? []).map(({ id }) => columnById(table, id));
    const written = names.map((name) => name.toLowerCase());
    const stranger = names.find(
      (_name, at) => !keys.some((column) => column.name.toLowerCase() === written[at]),
    );
    const shown = ref.table.join('.');
    if (stranger !== undefined)
      throw refuse(
        22111,
        `The column '${stranger}' specified in the CHANGETABLE(VERSION ...) function is not part of the primary key for table '${shown}'.`,
      );
    const twice = names.find((_name, at) => written.indexOf(written[at] ?? '') !== at);
    if (twice !== undefined)
      throw refuse(
        22112,
        `Each primary key column must be specified once in the CHANGETABLE(VERSION ...) function. The column '${twice}' is specified more than once.`,
      );
    if (names.length !== keys.length)
      throw refuse(
        22110,
        `The number of columns specified in the CHANGETABLE(VERSION ...) function does not match the number of primary key columns for table '${shown}'.`,
      );
    if (ref.values.length !== names.length)
      throw refuse(
        22103,
        'The arguments supplied are not valid for the VERSION option of the CHANGETABLE function.',
      );
    return keys.map((column) => {
      const value = ref.values[written.indexOf(column.name.toLowerCase())];
      if (!value) throw new Error(`no value for key column ${column.name}`);
      return this.to(this.value(value, siblings), column.type, line);
    });
  }

  protected version(ref: RefOf<'version'>, siblings: Scope): BoundTable {
    if (ref.alias === undefined) {
      throw new SqlError(22104, 'A table returned by the CHANGETABLE function must be aliased.', ref.line);
    }
    const table = this.trackedTable(ref.table, ref.line);
    const pgAlias = this.nextAlias('t');
    const args = this.keyValues(ref, table, siblings);
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
}
