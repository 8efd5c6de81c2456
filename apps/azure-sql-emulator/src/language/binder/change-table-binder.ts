import { quote } from '../../catalog/naming.js';
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
/** CHANGETABLE in both its forms. */
export abstract class ChangeTableBinder extends FunctionBinder {
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

  protected version(ref: RefOf<'version'>, siblings: Scope): BoundTable {
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
    const keyNames = new Set(keys.map(({ id }) => columnById(table, id).name.toLowerCase()));
    const args = keys.map(({ id }) => {
      const column = columnById(table, id);
      const at = ref.keys.findIndex((name) => name.toLowerCase() === column.name.toLowerCase());
      const value = ref.values[at];
      if (!value)
        throw new SqlError(
          22111,
          `The column '${ref.keys.find((name) => !keyNames.has(name.toLowerCase())) ?? column.name}' specified in the CHANGETABLE(VERSION ...) function is not part of the primary key for table '${ref.table.join('.')}'.`,
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
}
