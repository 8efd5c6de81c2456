import { quote } from '../../catalog/naming.js';
import type { FunctionDef, TableDef } from '../../catalog/model.js';
import { SqlError, unsupported } from '../errors.js';
import { INT, isText, pgType } from '../types.js';
import { ChangeTableBinder, type BoundTable, type RefOf } from './change-table-binder.js';
import type { BoundQuery, Scope, Source } from './environment.js';
import { pgCollation } from './typed.js';
import { checkedArguments } from './user-function.js';

/** Tables and queries as sources of columns. */
export abstract class SourceBinder extends ChangeTableBinder {
  protected checkKept(table: TableDef, name: string, line: number): void {
    if (this.env.isLost?.(table)) throw unsupported(`${name} after the ROLLBACK of a change to it`, line);
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

  /** A function whose statements fill a table. */
  private filledTable(
    { pg = '', columns = [] }: FunctionDef,
    args: readonly string[],
    alias: string,
    names: readonly string[] | undefined,
    line: number,
  ): BoundTable {
    const row = this.nextAlias('f');
    const types = columns.map(
      ({ type }, i) =>
        `c${i + 1} ${isText(type) ? `bpchar collate ${pgCollation(type.collation)}` : pgType(type)}`,
    );
    const sql = `select * from ${pg}(${args.join(', ')}) as ${row}(${types.join(', ')})`;
    return this.derived({ sql, columns }, alias, names, line, true);
  }

  /** An inline function: a lateral row of its arguments, and its query beside that row. */
  protected userTableFunction(ref: RefOf<'userFunction'>, siblings: Scope): BoundTable {
    const { parts, line } = ref;
    const found = this.env.find(parts.at(-2) || undefined, parts.at(-1) ?? '');
    const { definition, args } = checkedArguments(found, 'table', parts, ref.args, line);
    this.require(definition, 'SELECT');
    const alias = ref.alias ?? parts.at(-1) ?? '';
    const given = args.map((arg, i) =>
      this.to(this.value(arg, siblings), definition.parameters[i]?.type ?? INT, line),
    );
    if (definition.type === 'TF') return this.filledTable(definition, given, alias, ref.columns, line);
    const row = this.nextAlias('args');
    const values = given.map((value, i) => `${value} as p${i + 1}`);
    const bound = this.env.inlineFunction(definition);
    this.insideViews++;
    for (const table of bound.tables) this.touch(table, 'SELECT');
    this.insideViews--;
    const body = this.nextAlias('body');
    const sql = `select ${body}.* from (select ${values.join(', ') || '1 as p0'}) as ${row} cross join lateral (${bound.sql(row)}) as ${body}`;
    return this.derived({ sql, columns: bound.columns }, alias, ref.columns, line, true);
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
}
