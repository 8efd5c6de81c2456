import { quote } from '../catalog/naming.js';
import type { TableDef } from '../catalog/model.js';
import type { Catalog } from '../catalog/catalog.js';
import type { ColumnDefinition, IndexDefinition, TableConstraint } from '../language/ast.js';
import { SqlError } from '../language/errors.js';
import { SchemaChanger, type Change } from './schema-changer.js';
import { columnOf, tableSql } from './table-definition.js';

/** Keys, foreign keys, checks, defaults and indexes of tables. */
export class ConstraintMaker extends SchemaChanger {
  protected async addConstraints(
    change: Change,
    start: TableDef,
    constraints: readonly TableConstraint[],
  ): Promise<TableDef> {
    let table = start;
    const selfReferenced = constraints.some((c) => c.kind === 'foreign' && this.isSelf(c.table, table));
    for (const constraint of constraints)
      if (constraint.kind === 'key') table = await this.addKey(change, table, constraint, !selfReferenced);
    for (const constraint of constraints) {
      if (constraint.name !== undefined)
        this.checkConstraintName(change.catalog, table, constraint.name, constraint.line);
      if (constraint.kind === 'check') {
        const check = change.definer.check(constraint, table);
        await change.run(change.definer.checkSql(check, table, constraint.noCheck ?? false));
        table = { ...table, checks: [...table.checks, check] };
      } else if (constraint.kind === 'foreign') {
        // Foreign keys of temporary tables are skipped by SQL Server as well.
        if (!table.temporary) table = await this.addForeignKey(change, table, constraint);
      } else if (constraint.kind === 'default') table = await this.addDefault(change, table, constraint);
    }
    return table;
  }

  private isSelf(parts: readonly string[], table: TableDef): boolean {
    return (
      parts.at(-1)?.toLowerCase() === table.name.toLowerCase() &&
      (parts.at(-2) || 'dbo').toLowerCase() === table.schema.toLowerCase()
    );
  }

  private checkConstraintName(catalog: Catalog, table: TableDef, name: string, line: number): void {
    const wanted = name.toLowerCase();
    const taken = catalog.objects.some(
      (object) =>
        object.schema.toLowerCase() === table.schema.toLowerCase() &&
        (object.name.toLowerCase() === wanted ||
          (object.kind === 'table' &&
            [
              ...object.foreignKeys,
              ...object.checks,
              ...object.indexes.filter((i) => i.id !== undefined),
            ].some((c) => c.name.toLowerCase() === wanted))),
    );
    if (taken && !table.temporary) throw alreadyThere(name, line);
  }

  private async addKey(
    change: Change,
    table: TableDef,
    constraint: Extract<TableConstraint, { kind: 'key' }>,
    deferrable: boolean,
  ): Promise<TableDef> {
    if (constraint.primary && table.indexes.some((index) => index.kind === 'primary')) {
      throw new SqlError(
        1779,
        `Table '${table.name}' already has a primary key defined on it.`,
        constraint.line,
        16,
        0,
      );
    }
    const index = change.definer.key(constraint, table, deferrable);
    if (constraint.primary) {
      const nullable = index.columns.find(({ id }) => columnOf(table, id).nullable);
      if (nullable)
        throw new SqlError(
          8111,
          `Cannot define PRIMARY KEY constraint on nullable column in table '${table.name}'.`,
          constraint.line,
        );
    }
    await change.run(change.definer.keySql(index, table));
    return { ...table, indexes: [...table.indexes, index] };
  }

  private async addForeignKey(
    change: Change,
    table: TableDef,
    constraint: Extract<TableConstraint, { kind: 'foreign' }>,
  ): Promise<TableDef> {
    const own = this.isSelf(constraint.table, table);
    const found = own ? table : this.objectOf(change.catalog, constraint.table);
    if (found?.kind !== 'table') {
      throw new SqlError(
        1767,
        `Foreign key '${constraint.name ?? ''}' references invalid table '${constraint.table.join('.')}'.`,
        constraint.line,
        16,
        0,
      );
    }
    const key = change.definer.foreignKey(constraint, table, found);
    const target = await this.referable(change, found, key.referencedColumns, key.name, constraint.line);
    let next = own ? target : table;
    await change.run(change.definer.foreignKeySql(key, next, target, constraint.noCheck ?? false));
    next = { ...next, foreignKeys: [...next.foreignKeys, key] };
    return next;
  }

  /** PostgreSQL lets foreign keys refer to keys that are checked row by row only: such a key is made anew. */
  private async referable(
    change: Change,
    table: TableDef,
    columns: readonly number[],
    name: string,
    line: number,
  ): Promise<TableDef> {
    const matching = table.indexes.find(
      (index) =>
        index.kind !== 'index' &&
        !index.filter &&
        index.columns.length === columns.length &&
        columns.every((id) => index.columns.some((column) => column.id === id)),
    );
    if (!matching) {
      throw new SqlError(
        1776,
        `There are no primary or candidate keys in the referenced table '${table.schema}.${table.name}' that match the referencing column list in the foreign key '${name}'.`,
        line,
        16,
        0,
      );
    }
    if (!matching.deferrable) return table;
    const firm = { ...matching, deferrable: false };
    await change.run(`alter table ${tableSql(table)} drop constraint ${matching.pg}`);
    await change.run(change.definer.keySql(firm, table));
    const next = { ...table, indexes: table.indexes.map((index) => (index === matching ? firm : index)) };
    if (!next.temporary) await change.save(next);
    return next;
  }

  private async addDefault(
    change: Change,
    table: TableDef,
    constraint: Extract<TableConstraint, { kind: 'default' }>,
  ): Promise<TableDef> {
    const column = table.columns.find(
      (candidate) => candidate.name.toLowerCase() === constraint.column.toLowerCase(),
    );
    if (!column)
      throw new SqlError(
        1752,
        `Column '${constraint.column}' in table '${table.name}' is invalid for creating a default constraint.`,
        constraint.line,
        16,
        0,
      );
    if (column.default)
      throw new SqlError(1781, 'Column already has a DEFAULT bound to it.', constraint.line);
    const definition: ColumnDefinition = {
      name: column.name,
      type: column.type,
      constraints: [],
      line: constraint.line,
      defaultValue: { name: constraint.name, expr: constraint.expr, text: constraint.text },
    };
    const withDefault = {
      ...column,
      default: change.definer.column(definition, table.name, column.id, [], false).default,
    };
    await change.run(
      `alter table ${tableSql(table)} alter column ${quote(column.pg)} set default ${change.definer.defaultSql(withDefault, constraint.line)}`,
    );
    return {
      ...table,
      columns: table.columns.map((candidate) => (candidate === column ? withDefault : candidate)),
    };
  }

  protected async addIndexes(
    change: Change,
    start: TableDef,
    indexes: readonly IndexDefinition[],
  ): Promise<TableDef> {
    let table = start;
    for (const definition of indexes) {
      const index = change.definer.index(definition, table);
      await change.run(change.definer.indexSql(index, table));
      table = { ...table, indexes: [...table.indexes, index] };
    }
    return table;
  }
}

export const alreadyThere = (name: string, line: number): SqlError =>
  new SqlError(2714, `There is already an object named '${name}' in the database.`, line, 16, 6);
