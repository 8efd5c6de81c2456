import { physicalSchema, physicalTable, quote } from '../catalog/naming.js';
import type { ColumnDef, TableDef } from '../catalog/model.js';
import type { Catalog } from '../catalog/catalog.js';
import type { ColumnDefinition, IndexDefinition, StatementOf, TableConstraint } from '../language/ast.js';
import { SqlError } from '../language/errors.js';
import { SchemaChanger, type Change } from './schema-changer.js';
import { columnOf, tableSql } from './table-definition.js';

interface TableElements {
  readonly columns: readonly ColumnDefinition[];
  readonly constraints: readonly TableConstraint[];
  readonly indexes: readonly IndexDefinition[];
}

/** CREATE TABLE, DROP TABLE, TRUNCATE and the making of constraints. */
export class TableChanger extends SchemaChanger {
  async createTable(statement: StatementOf<'createTable'>): Promise<void> {
    const name = statement.name.at(-1) ?? '';
    if (name.startsWith('#')) {
      await this.createTemporary(name, statement, statement.line);
      this.runtime.frame.temporaries.add(name.toLowerCase());
      return;
    }
    await this.change(
      statement.line,
      async (change) => {
        const schema = this.schemaFor(change.catalog, statement.name, statement.line);
        if (change.catalog.find(schema, name)) throw alreadyThere(name, statement.line);
        const draft: TableDef = emptyTable(schema, name);
        await this.build(change, draft, statement);
      },
      'CREATE TABLE',
    );
  }

  /** A table of this session alone, for `#t`, `@t` and SELECT INTO #t. */
  async createTemporary(name: string, elements: TableElements, line: number): Promise<TableDef> {
    if (!name.startsWith('@') && this.runtime.temporaries.has(name.toLowerCase()))
      throw alreadyThere(name, line);
    return this.change(
      line,
      async (change) => {
        // A table variable outlives none of its batch's names: two batches may call theirs alike.
        if (name.startsWith('@'))
          await change.run(`drop table if exists pg_temp.${quote(physicalTable(name))}`);
        const table = await this.build(
          change,
          { ...emptyTable('dbo', name), pgSchema: 'pg_temp', temporary: true },
          elements,
        );
        if (!name.startsWith('@')) this.runtime.temporaries.set(name.toLowerCase(), table);
        return table;
      },
      'CREATE TABLE',
      true,
    );
  }

  private schemaFor(catalog: Catalog, parts: readonly string[], line: number): string {
    const written = parts.at(-2) || 'dbo';
    const schema = catalog.schema(written);
    if (!schema || schema.id === 3 || schema.id === 4) {
      throw new SqlError(
        2760,
        `The specified schema name "${written}" either does not exist or you do not have permission to use it.`,
        line,
      );
    }
    return schema.name;
  }

  private async build(change: Change, draft: TableDef, elements: TableElements): Promise<TableDef> {
    const { definer } = change;
    const constraints = [
      ...elements.columns.flatMap((column) => column.constraints),
      ...elements.constraints,
    ];
    const primary = constraints.find((constraint) => constraint.kind === 'key' && constraint.primary);
    const keyNames = new Set(
      primary?.kind === 'key' ? primary.columns.map((column) => column.name.toLowerCase()) : [],
    );
    const columns: ColumnDef[] = [];
    for (const definition of [
      ...elements.columns.filter((c) => !c.computed),
      ...elements.columns.filter((c) => c.computed),
    ]) {
      const id = elements.columns.indexOf(definition) + 1;
      columns.push(
        definer.column(definition, draft.name, id, columns, keyNames.has(definition.name.toLowerCase())),
      );
    }
    columns.sort((a, b) => a.id - b.id);
    const identities = columns.filter((column) => column.identity);
    if (identities.length > 1) {
      throw new SqlError(
        2744,
        `Multiple identity columns specified for table '${draft.name}'. Only one identity column per table is allowed.`,
        elements.columns[0]?.line ?? 0,
        16,
        2,
      );
    }
    let table: TableDef = { ...draft, columns, nextColumnId: columns.length + 1 };
    const lineOf = (column: ColumnDef): number => elements.columns[column.id - 1]?.line ?? 0;
    const list = columns.map((column) =>
      definer.columnSql(
        column,
        columns.filter((other) => !other.computed),
        lineOf(column),
      ),
    );
    await change.run(
      `create ${table.temporary ? 'temporary ' : ''}table ${table.temporary ? quote(table.pgName) : tableSql(table)} (${list.join(', ')})`,
    );
    const [row] = await change.run(`select '${tableSql(table).replaceAll("'", "''")}'::regclass::oid`);
    table = { ...table, id: Number(row?.[0]) };
    table = await this.addConstraints(change, table, constraints);
    table = await this.addIndexes(change, table, elements.indexes);
    if (!table.temporary) await change.save(table);
    return table;
  }

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

  async createIndex(statement: StatementOf<'createIndex'>): Promise<void> {
    await this.change(
      statement.line,
      async (change) => {
        const object = this.objectOf(change.catalog, statement.table);
        if (object?.kind === 'view')
          throw new SqlError(40515, 'not supported by the emulator: indexed views', statement.line);
        if (object?.kind !== 'table') {
          throw new SqlError(
            1088,
            `Cannot find the object "${statement.table.join('.')}" because it does not exist or you do not have permissions.`,
            statement.line,
            16,
            12,
          );
        }
        await this.keep(change, await this.addIndexes(change, object, [statement.index]));
      },
      'CREATE INDEX',
    );
  }

  async dropIndex(statement: StatementOf<'dropIndex'>): Promise<void> {
    await this.change(statement.line, async (change) => {
      for (const { name, table: parts } of statement.items) {
        const table = this.objectOf(change.catalog, parts);
        const index =
          table?.kind === 'table'
            ? table.indexes.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase())
            : undefined;
        if (table?.kind !== 'table' || !index) {
          if (statement.ifExists) continue;
          throw new SqlError(
            3701,
            `Cannot drop the index '${[...parts, name].join('.')}', because it does not exist or you do not have permission.`,
            statement.line,
            11,
            7,
          );
        }
        if (index.id !== undefined) {
          throw new SqlError(
            3723,
            `An explicit DROP INDEX is not allowed on index '${[...parts, name].join('.')}'. It is being used for ${index.kind === 'primary' ? 'PRIMARY KEY' : 'UNIQUE KEY'} constraint enforcement.`,
            statement.line,
            16,
            4,
          );
        }
        await change.run(`drop index ${table.temporary ? 'pg_temp' : quote(table.pgSchema)}.${index.pg}`);
        await this.keep(change, {
          ...table,
          indexes: table.indexes.filter((candidate) => candidate !== index),
        });
      }
    });
  }

  async dropTable(parts: readonly string[], ifExists: boolean, line: number): Promise<void> {
    const name = parts.at(-1) ?? '';
    await this.change(
      line,
      async (change) => {
        const table = this.objectOf(change.catalog, parts);
        if (table?.kind !== 'table') {
          if (ifExists && !table) return;
          if (table)
            throw new SqlError(
              3705,
              `Cannot use DROP TABLE with '${parts.join('.')}' because '${parts.join('.')}' is a ${table.kind}. Use DROP ${table.kind.toUpperCase()}.`,
              line,
            );
          throw new SqlError(
            3701,
            `Cannot drop the table '${parts.join('.')}', because it does not exist or you do not have permission.`,
            line,
            11,
            5,
          );
        }
        if (change.catalog.referencing(table.id).some((other) => other.id !== table.id)) {
          throw new SqlError(
            3726,
            `Could not drop object '${parts.join('.')}' because it is referenced by a FOREIGN KEY constraint.`,
            line,
          );
        }
        await change.run(`drop table ${tableSql(table)}`);
        if (table.temporary) {
          this.runtime.temporaries.delete(name.toLowerCase());
          this.runtime.frame.temporaries.delete(name.toLowerCase());
        } else await change.remove(table.id);
      },
      'DROP TABLE',
    );
  }

  async truncate(statement: StatementOf<'truncate'>): Promise<void> {
    await this.change(
      statement.line,
      async (change) => {
        const table = this.objectOf(change.catalog, statement.name);
        if (table?.kind !== 'table') {
          throw new SqlError(
            4701,
            `Cannot find the object "${statement.name.join('.')}" because it does not exist or you do not have permissions.`,
            statement.line,
          );
        }
        if (change.catalog.referencing(table.id).some((other) => other.id !== table.id)) {
          throw new SqlError(
            4712,
            `Cannot truncate table '${statement.name.join('.')}' because it is being referenced by a FOREIGN KEY constraint.`,
            statement.line,
          );
        }
        await change.run(`truncate table ${tableSql(table)} restart identity`);
        if (table.tracking) await change.run('select ct.table_truncated($1::oid)', [String(table.id)]);
        if (!table.temporary) change.touched(table.id);
      },
      'TRUNCATE TABLE',
    );
  }
}

export const emptyTable = (schema: string, name: string): TableDef => ({
  kind: 'table',
  id: 0,
  schema,
  name,
  pgSchema: physicalSchema(schema),
  pgName: physicalTable(name),
  columns: [],
  nextColumnId: 1,
  indexes: [],
  foreignKeys: [],
  checks: [],
});

export const alreadyThere = (name: string, line: number): SqlError =>
  new SqlError(2714, `There is already an object named '${name}' in the database.`, line, 16, 6);
