import { physicalSchema, physicalTable, quote } from '../catalog/naming.js';
import type { ColumnDef, TableDef } from '../catalog/model.js';
import type { Catalog } from '../catalog/catalog.js';
import type { StatementOf, TableElements } from '../language/ast.js';
import { SqlError } from '../language/errors.js';
import { alreadyThere } from './constraint-maker.js';
import { IndexChanger } from './index-changer.js';
import type { Change } from './schema-changer.js';
import { tableSql } from './table-definition.js';

/** CREATE TABLE, DROP TABLE and TRUNCATE. */
export class TableChanger extends IndexChanger {
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
  async createTemporary(
    name: string,
    elements: TableElements,
    line: number,
    pgName = physicalTable(name),
  ): Promise<TableDef> {
    if (!name.startsWith('@') && this.runtime.temporaries.has(name.toLowerCase()))
      throw alreadyThere(name, line);
    return this.change(
      line,
      async (change) => {
        // What an earlier batch of this nesting level left.
        if (name.startsWith('@')) await change.run(`drop table if exists pg_temp.${quote(pgName)}`);
        const table = await this.build(
          change,
          { ...emptyTable('dbo', name), pgSchema: 'pg_temp', pgName, temporary: true },
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

  protected async build(change: Change, draft: TableDef, elements: TableElements): Promise<TableDef> {
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
        } else {
          for (const trigger of change.catalog.triggersOf(table.id)) await change.remove(trigger.id);
          await change.remove(table.id);
        }
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
