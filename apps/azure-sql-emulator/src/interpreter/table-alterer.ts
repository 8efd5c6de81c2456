import { quote } from '../catalog/naming.js';
import { primaryKey, type ColumnDef, type TableDef } from '../catalog/model.js';
import type { AlterTableAction, StatementOf } from '../language/ast.js';
import { SqlError, unsupported } from '../language/errors.js';
import { convert } from '../language/binder/conversion.js';
import { isText, pgType } from '../language/types.js';
import { pgCollation } from '../language/binder/typed.js';
import { mentions } from './column-mention.js';
import { columnOf, storageType, tableSql } from './table-definition.js';
import type { Change } from './schema-changer.js';
import { ConstraintAlterer } from './constraint-alterer.js';

type Action<K extends AlterTableAction['kind']> = Extract<AlterTableAction, { kind: K }>;

/** ALTER TABLE. */
export class TableAlterer extends ConstraintAlterer {
  async alterTable(statement: StatementOf<'alterTable'>): Promise<void> {
    const { action, line } = statement;
    await this.change(line, async (change) => {
      const table = this.tableOf(change.catalog, statement.name, line);
      const next = await this.apply(change, table, action, line);
      await this.keep(change, next);
    });
  }

  private async apply(
    change: Change,
    table: TableDef,
    action: AlterTableAction,
    line: number,
  ): Promise<TableDef> {
    switch (action.kind) {
      case 'addColumns':
        return this.addElements(change, table, action, line);
      case 'drop':
        return this.dropElements(change, table, action, line);
      case 'alterColumn':
        return this.alterColumn(change, table, action, line);
      case 'changeTracking':
        return this.changeTracking(change, table, action, line);
      case 'checkConstraints':
        return this.switchConstraints(change, table, action, line);
      default:
        throw unsupported(`ALTER TABLE ${action.kind}`, line);
    }
  }

  private async addElements(
    change: Change,
    start: TableDef,
    action: Action<'addColumns'>,
    line: number,
  ): Promise<TableDef> {
    let table = start;
    for (const definition of action.columns) {
      const column = change.definer.column(
        definition,
        table.name,
        table.nextColumnId,
        table.columns,
        false,
        `${table.schema}.${table.name}`,
      );
      // Existing rows of a nullable column get the default only WITH VALUES.
      const fills = !column.nullable || (definition.defaultValue?.withValues ?? false);
      const sql = change.definer.columnSql(
        column,
        table.columns.filter((other) => !other.computed),
        line,
        fills || column.type.name === 'timestamp',
      );
      if (
        !column.nullable &&
        !column.default &&
        !column.identity &&
        !column.computed &&
        column.type.name !== 'timestamp'
      ) {
        const rows = await change.run(`select 1 from ${tableSql(table)} limit 1`);
        if (rows.length > 0) {
          throw new SqlError(
            4901,
            `ALTER TABLE only allows columns to be added that can contain nulls, or have a DEFAULT definition specified, or the column being added is an identity or timestamp column, or alternatively if none of the previous conditions are satisfied the table must be empty to allow addition of this column. Column '${column.name}' cannot be added to non-empty table '${table.name}' because it does not satisfy these conditions.`,
            line,
          );
        }
      }
      await change.run(`alter table ${tableSql(table)} add column ${sql}`);
      if (column.default && !fills) {
        await change.run(
          `alter table ${tableSql(table)} alter column ${quote(column.pg)} set default ${change.definer.defaultSql(column, line)}`,
        );
      }
      table = { ...table, columns: [...table.columns, column], nextColumnId: table.nextColumnId + 1 };
    }
    const constraints = [...action.columns.flatMap((column) => column.constraints), ...action.constraints];
    table = await this.addConstraints(change, table, constraints);
    return this.addIndexes(change, table, action.indexes);
  }

  private async dropElements(
    change: Change,
    start: TableDef,
    action: Action<'drop'>,
    line: number,
  ): Promise<TableDef> {
    let table = start;
    for (const item of action.items) {
      table =
        item.what === 'column'
          ? await this.dropColumn(change, table, item.name, item.ifExists, line)
          : await this.dropConstraint(change, table, item.name, item.ifExists, line);
    }
    return table;
  }

  private async dropColumn(
    change: Change,
    table: TableDef,
    name: string,
    ifExists: boolean,
    line: number,
  ): Promise<TableDef> {
    const column = table.columns.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
    if (!column) {
      if (ifExists) return table;
      throw new SqlError(
        4924,
        `ALTER TABLE DROP COLUMN failed because column '${name}' does not exist in table '${table.name}'.`,
        line,
      );
    }
    const user =
      dependent(table, column) ??
      change.catalog
        .referencing(table.id)
        .flatMap((other) => other.foreignKeys)
        .find((key) => key.referencedTable === table.id && key.referencedColumns.includes(column.id))?.name;
    if (user !== undefined) {
      throw new SqlError(
        4922,
        `ALTER TABLE DROP COLUMN ${column.name} failed because one or more objects access this column. The object '${user}' is dependent on column '${column.name}'.`,
        line,
        16,
        9,
      );
    }
    if (table.columns.length === 1)
      throw new SqlError(
        4923,
        `ALTER TABLE DROP COLUMN failed because '${name}' is the only data column in table '${table.name}'. A table must have at least one data column.`,
        line,
      );
    await change.run(`alter table ${tableSql(table)} drop column ${quote(column.pg)}`);
    return { ...table, columns: table.columns.filter((candidate) => candidate !== column) };
  }

  private async alterColumn(
    change: Change,
    table: TableDef,
    action: Action<'alterColumn'>,
    line: number,
  ): Promise<TableDef> {
    const column = table.columns.find(
      (candidate) => candidate.name.toLowerCase() === action.name.toLowerCase(),
    );
    if (!column)
      throw new SqlError(
        4924,
        `ALTER TABLE ALTER COLUMN failed because column '${action.name}' does not exist in table '${table.name}'.`,
        line,
      );
    if (column.computed || column.type.name === 'timestamp') {
      throw new SqlError(
        4928,
        `Cannot alter column '${column.name}' because it is '${column.computed ? 'COMPUTED' : 'timestamp'}'.`,
        line,
      );
    }
    const inKey = primaryKey(table)?.columns.some(({ id }) => id === column.id) ?? false;
    const nullable = action.nullable ?? !inKey;
    const type =
      isText(action.type) && !action.type.collation && column.type.collation
        ? { ...action.type, collation: column.type.collation }
        : action.type;
    const next: ColumnDef = { ...column, type, nullable };
    const sql = tableSql(table);
    const name = quote(column.pg);
    const source = {
      pg: name,
      type: column.type,
      nullable: true,
      ...(isText(column.type) ? { raw: true } : {}),
    };
    const target = `${this.runtime.database.name}.${table.schema}.${table.name}|${column.name}`;
    const pg = convert(source, type, { mode: 'assign', target, line });
    const using = isText(type)
      ? `(${pg})::bpchar collate ${pgCollation(type.collation, line)}`
      : `(${pg})::${pgType(type)}`;
    if (column.default) await change.run(`alter table ${sql} alter column ${name} drop default`);
    await change.run(
      `alter table ${sql} alter column ${name} type ${storageType(type, line)} using ${using}`,
    );
    await change.run(`alter table ${sql} alter column ${name} ${nullable ? 'drop' : 'set'} not null`);
    if (next.default)
      await change.run(
        `alter table ${sql} alter column ${name} set default ${change.definer.defaultSql(next, line)}`,
      );
    return { ...table, columns: table.columns.map((candidate) => (candidate === column ? next : candidate)) };
  }

  private async changeTracking(
    change: Change,
    table: TableDef,
    action: Action<'changeTracking'>,
    line: number,
  ): Promise<TableDef> {
    const name = `${table.schema}.${table.name}`;
    if (!action.enable) {
      if (!table.tracking)
        throw new SqlError(4998, `Change tracking is not enabled on table '${table.name}'.`, line);
      await change.run('select ct.disable_table($1::oid)', [String(table.id)]);
      const { tracking: _tracking, ...rest } = table;
      return rest;
    }
    const [state] = await change.run('select enabled from ct.databases_state');
    if (table.temporary || state?.[0] !== 't') {
      throw new SqlError(
        1718,
        `Change tracking must be enabled on database '${table.temporary ? 'tempdb' : this.runtime.database.name}' before it can be enabled on table '${table.name}'.`,
        line,
      );
    }
    if (table.tracking)
      throw new SqlError(4996, `Change tracking is already enabled for table '${table.name}'.`, line);
    const key = primaryKey(table);
    if (!key)
      throw new SqlError(
        4997,
        `Cannot enable change tracking on table '${table.name}'. Change tracking requires a primary key on the table. Create a primary key on the table before enabling change tracking.`,
        line,
      );
    const columns = key.columns.map(({ id }) => columnOf(table, id));
    if (columns.some((column) => column.type.name === 'timestamp')) {
      throw new SqlError(
        4999,
        `Cannot enable change tracking on table '${name}'. The primary key column is of type timestamp.`,
        line,
      );
    }
    const list = `{${columns.map((column) => `"${column.pg.replace(/(["\\])/g, '\\$1')}"`).join(',')}}`;
    await change.run('select ct.enable_table($1::oid, $2::text[], $3::bool)', [
      String(table.id),
      list,
      String(action.trackColumns),
    ]);
    return { ...table, tracking: { columns: action.trackColumns } };
  }
}

const dependent = (table: TableDef, column: ColumnDef): string | undefined => {
  if (column.default) return column.default.name;
  const index = table.indexes.find(
    (candidate) =>
      candidate.columns.some(({ id }) => id === column.id) || candidate.include.includes(column.id),
  );
  if (index) return index.name;
  const key = table.foreignKeys.find((candidate) => candidate.columns.includes(column.id));
  if (key) return key.name;
  return (
    table.checks.find((check) => mentions(check.text, column.name))?.name ??
    table.columns.find((other) => other.computed && mentions(other.computed.text, column.name))?.name
  );
};
