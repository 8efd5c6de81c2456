import { quote } from '../../catalog/naming.js';
import { findColumn, type ColumnDef, type TableDef } from '../../catalog/model.js';
import type { Expr, StatementOf } from '../ast.js';
import { SqlError, invalidColumn, unsupported } from '../errors.js';
import { isText } from '../types.js';
import { ModificationBinder, assignedTwice, type BoundModification } from './modification-binder.js';
import { notAllowedIn } from './for-clause.js';
import type { Typed } from './typed.js';

type Insert = StatementOf<'insert'>;

/** INSERT. */
export abstract class InsertBinder extends ModificationBinder {
  bindInsert(statement: Insert): BoundModification {
    const table = this.targetTable(statement.target, 'INSERT');
    const { prefix, pop } = this.bindCtes(statement.ctes);
    try {
      const columns = this.insertColumns(statement, table);
      const list = columns.map((column) => quote(column.pg)).join(', ');
      const source = this.insertSource(statement, table, columns);
      const insert = `insert into ${this.tableName(table)}${columns.length > 0 ? ` (${list})` : ''}`;
      const alias = ` as ${this.nextAlias('t')}`;
      const body = `${insert.replace(this.tableName(table), this.tableName(table) + alias)} ${source}`;
      const explicit = columns.some((column) => column.identity);
      this.checkContext(statement.context, statement.line);
      return {
        ...this.withOutput(`${prefix}${body}`, statement.output, table, [], ['inserted']),
        table,
        identity: explicit
          ? 'explicit'
          : table.columns.some((column) => column.identity)
            ? 'drawn'
            : undefined,
      };
    } finally {
      pop();
    }
  }

  private insertColumns(statement: Insert, table: TableDef): readonly ColumnDef[] {
    if (statement.source.kind === 'defaults') return [];
    const identityInsert = this.env.identityInsert === table.id;
    if (!statement.columns) {
      if (identityInsert && table.columns.some((c) => c.identity)) {
        throw new SqlError(
          8101,
          `An explicit value for the identity column in table '${table.name}' can only be specified when a column list is used and IDENTITY_INSERT is ON.`,
          statement.line,
        );
      }
      return table.columns.filter(
        (column) => !column.identity && !column.computed && column.type.name !== 'timestamp',
      );
    }
    const columns = statement.columns.map((name) => {
      const column = findColumn(table, name);
      if (!column) throw invalidColumn(name, statement.line);
      this.checkInsertable(column, table, identityInsert, statement.line);
      return column;
    });
    const twice = columns.find((column, i) => columns.indexOf(column) !== i);
    if (twice) throw assignedTwice(twice.name, statement.line);
    if (identityInsert && table.columns.some((c) => c.identity) && !columns.some((c) => c.identity)) {
      throw new SqlError(
        545,
        `Explicit value must be specified for identity column in table '${table.name}' either when IDENTITY_INSERT is set to ON or when a replication user is inserting into a NOT FOR REPLICATION identity column.`,
        statement.line,
      );
    }
    return columns;
  }

  private insertSource(statement: Insert, table: TableDef, columns: readonly ColumnDef[]): string {
    const { source, line } = statement;
    switch (source.kind) {
      case 'defaults':
        return 'default values';
      case 'values':
        return this.insertValues(source.rows, statement, table, columns);
      case 'query': {
        if (source.query.forClause) throw notAllowedIn(source.query.forClause, 'INSERT');
        const bound = this.bindQuery(source.query, undefined);
        if (bound.columns.length !== columns.length) {
          if (!statement.columns)
            throw new SqlError(
              213,
              'Column name or number of supplied values does not match table definition.',
              line,
            );
          const fewer = bound.columns.length < columns.length;
          throw new SqlError(
            fewer ? 120 : 121,
            `The select list for the INSERT statement contains ${fewer ? 'fewer' : 'more'} items than the insert list. The number of SELECT values must match the number of INSERT columns.`,
            line,
            15,
          );
        }
        const alias = this.nextAlias('s');
        const list = bound.columns.map((column, i) => {
          const value: Typed = {
            pg: `${alias}.c${i + 1}`,
            type: column.type,
            nullable: true,
            ...(isText(column.type) ? { raw: true } : {}),
            ...('untyped' in column ? { untyped: true } : {}),
          };
          return this.assigned(value, table, columns[i]!, line);
        });
        const top = statement.top ? this.topLimit(statement.top, bound.sql) : '';
        return `select ${list.join(', ')} from (${bound.sql}) as ${alias}${top}`;
      }
      case 'exec':
        throw unsupported('INSERT … EXEC', line);
    }
  }

  private insertValues(
    rows: readonly (readonly Expr[])[],
    statement: Insert,
    table: TableDef,
    columns: readonly ColumnDef[],
  ): string {
    const { line } = statement;
    const out = rows.map((row) => {
      this.sequencesUsed.clear();
      if (row.length !== columns.length) throw this.countMismatch(row.length, columns.length, statement);
      const values = row.map((expr, i) => {
        if (expr.kind === 'default') return 'default';
        return this.assigned(this.value(expr, undefined), table, columns[i]!, line);
      });
      return `(${values.join(', ')})`;
    });
    return `values ${out.join(', ')}`;
  }

  private countMismatch(given: number, expected: number, statement: Insert): SqlError {
    const { line } = statement;
    if (!statement.columns)
      return new SqlError(
        213,
        'Column name or number of supplied values does not match table definition.',
        line,
      );
    return given < expected
      ? new SqlError(
          109,
          'There are more columns in the INSERT statement than values specified in the VALUES clause. The number of values in the VALUES clause must match the number of columns specified in the INSERT statement.',
          line,
          15,
        )
      : new SqlError(
          110,
          'There are fewer columns in the INSERT statement than values specified in the VALUES clause. The number of values in the VALUES clause must match the number of columns specified in the INSERT statement.',
          line,
          15,
        );
  }
}
