import { columnById, type TableDef } from '../catalog/model.js';
import type { Catalog } from '../catalog/catalog.js';
import { SqlError } from '../language/errors.js';
import { PgError } from '../storage/pg-error.js';
import { keyValues, shownKey } from './shown-key.js';

export interface ErrorContext {
  readonly catalog: Catalog;
  readonly database: string;
  /** @@SPID. */
  readonly sessionId: number;
  readonly line: number;
  /** INSERT, UPDATE, DELETE or MERGE, as messages name the statement. */
  readonly verb: string;
  readonly snapshot: boolean;
  readonly temporary: ReadonlyMap<string, TableDef>;
  /** What T-SQL calls a column that PostgreSQL calls `t1.c2`. */
  readonly columnNames?: ReadonlyMap<string, string> | undefined;
}

const terminating = (error: SqlError): SqlError => {
  error.terminatesStatement = true;
  return error;
};

const endsBatch = (error: SqlError): SqlError => {
  error.endsBatch = true;
  return error;
};

/** What PostgreSQL refused, in SQL Server's number and words. */
export const translateError = (error: unknown, context: ErrorContext): unknown => {
  if (!(error instanceof PgError)) return error;
  const { line } = context;
  switch (error.code) {
    case 'TSQL0':
      return ownError(error, line);
    case 'CT000':
      return new SqlError(Number(error.detail), error.message, line);
    case '23505':
      return duplicateKey(error, context);
    case '23503':
      return foreignKey(error, context);
    case '23514':
      return checkViolated(error, context);
    case '23502':
      return nullRefused(error, context);
    case '22012':
      return new SqlError(8134, 'Divide by zero error encountered.', line);
    case '22003':
    case '22P03':
      return overflow(error, line);
    case '2201F':
    case '2201E':
      return new SqlError(3623, 'An invalid floating point operation occurred.', line);
    case '21000':
      return error.message.startsWith('MERGE')
        ? terminating(
            new SqlError(
              8672,
              'The MERGE statement attempted to UPDATE or DELETE the same row more than once. This happens when a target row matches more than one source row. A MERGE statement cannot UPDATE/DELETE the same row of the target table multiple times. Refine the ON clause to ensure a target row matches at most one source row, or use the GROUP BY clause to group the source rows.',
              line,
            ),
          )
        : new SqlError(
            512,
            'Subquery returned more than 1 value. This is not permitted when the subquery follows =, !=, <, <= , >, >= or when the subquery is used as an expression.',
            line,
          );
    case '40P01':
      return endsBatch(
        new SqlError(
          1205,
          `Transaction (Process ID ${context.sessionId}) was deadlocked on lock resources with another process and has been chosen as the deadlock victim. Rerun the transaction.`,
          line,
          13,
          51,
        ),
      );
    case '40001':
      return conflict(error, context);
    case '55P03':
      return new SqlError(1222, 'Lock request time out period exceeded.', line, 16, 51);
    case '42803':
      return grouping(error, context);
    case '42P10':
      if (!error.message.includes('SELECT DISTINCT')) break;
      return new SqlError(
        145,
        'ORDER BY items must appear in the select list if SELECT DISTINCT is specified.',
        line,
        15,
      );
    case '42P20':
      return new SqlError(
        4108,
        'Windowed functions can only appear in the SELECT or ORDER BY clauses.',
        line,
        15,
      );
    case '2201X':
      return new SqlError(10742, 'The offset specified in a OFFSET clause may not be negative.', line, 15);
    case '42P01':
      return endsBatch(
        new SqlError(208, `Invalid object name '${/"([^"]*)"/.exec(error.message)?.[1] ?? ''}'.`, line),
      );
    case '22021':
    case '22P05':
      return endsBatch(new SqlError(40515, 'not supported by the emulator: U+0000 in character data', line));
    case '42P19':
      return new SqlError(
        40515,
        `not supported by the emulator: this recursive query (${error.message})`,
        line,
      );
  }
  return endsBatch(
    new SqlError(
      40515,
      `not supported by the emulator: PostgreSQL answered ${error.code} ${error.message}`,
      line,
    ),
  );
};

const batchEnding = new Set([241, 242, 245, 248, 235, 8114, 8169, 295, 296]);

const ownError = (error: PgError, line: number): SqlError => {
  const [number = '50000', severity = '16', state = '1', ...rest] = error.message.split('|');
  const result = new SqlError(Number(number), rest.join('|'), line, Number(severity), Number(state));
  if (batchEnding.has(result.number)) result.endsBatch = true;
  if (result.number === 2628) result.terminatesStatement = true;
  return result;
};

const overflow = (error: PgError, line: number): SqlError => {
  const message = error.message;
  const words = message.startsWith('numeric field overflow')
    ? 'numeric to data type numeric'
    : message.includes('bigint')
      ? 'expression to data type bigint'
      : message.includes('smallint')
        ? 'expression to data type smallint'
        : message.includes('integer')
          ? 'expression to data type int'
          : 'expression to data type float';
  const state = words.startsWith('numeric') ? 8 : 2;
  return terminating(new SqlError(8115, `Arithmetic overflow error converting ${words}.`, line, 16, state));
};

const tableOf = (error: PgError, context: ErrorContext): TableDef | undefined =>
  context.catalog.physical(error.schema, error.table) ?? context.temporary.get(error.table);

const duplicateKey = (error: PgError, context: ErrorContext): SqlError => {
  const table = tableOf(error, context);
  const index = table?.indexes.find((candidate) => candidate.pg === error.constraint);
  const object = table ? `${table.schema}.${table.name}` : error.table;
  const values = shownKey(keyValues(error.detail), table, index);
  const name = index?.name ?? error.constraint;
  if (index?.kind === 'uniqueIndex') {
    return terminating(
      new SqlError(
        2601,
        `Cannot insert duplicate key row in object '${object}' with unique index '${name}'. The duplicate key value is (${values}).`,
        context.line,
        14,
      ),
    );
  }
  const kind = index?.kind === 'unique' ? 'UNIQUE KEY' : 'PRIMARY KEY';
  return terminating(
    new SqlError(
      2627,
      `Violation of ${kind} constraint '${name}'. Cannot insert duplicate key in object '${object}'. The duplicate key value is (${values}).`,
      context.line,
      14,
    ),
  );
};

const foreignKey = (error: PgError, context: ErrorContext): SqlError => {
  const holder = context.catalog.objects.find(
    (object): object is TableDef =>
      object.kind === 'table' && object.foreignKeys.some((key) => key.pg === error.constraint),
  );
  const key = holder?.foreignKeys.find((candidate) => candidate.pg === error.constraint);
  const referenced = key ? context.catalog.table(key.referencedTable) : undefined;
  const deleting = error.detail.includes('still referenced') || error.message.startsWith('update or delete');
  const kind = !deleting
    ? 'FOREIGN KEY'
    : holder && referenced?.id === holder.id
      ? 'SAME TABLE REFERENCE'
      : 'REFERENCE';
  const other = deleting ? holder : referenced;
  const columns = deleting ? key?.columns : key?.referencedColumns;
  const column = columns?.length === 1 && other ? `, column '${columnById(other, columns[0]!).name}'` : '';
  const verb = deleting && context.verb === 'INSERT' ? 'DELETE' : context.verb;
  return terminating(
    new SqlError(
      547,
      `The ${verb} statement conflicted with the ${kind} constraint "${key?.name ?? error.constraint}". The conflict occurred in database "${context.database}", table "${other ? `${other.schema}.${other.name}` : error.table}"${column}.`,
      context.line,
      16,
      0,
    ),
  );
};

const checkViolated = (error: PgError, context: ErrorContext): SqlError => {
  const table = tableOf(error, context);
  const check = table?.checks.find((candidate) => candidate.pg === error.constraint);
  const column = table?.columns.find(({ id }) => id === check?.column);
  return terminating(
    new SqlError(
      547,
      `The ${context.verb} statement conflicted with the CHECK constraint "${check?.name ?? error.constraint}". The conflict occurred in database "${context.database}", table "${table ? `${table.schema}.${table.name}` : error.table}"${column ? `, column '${column.name}'` : ''}.`,
      context.line,
      16,
      0,
    ),
  );
};

const nullRefused = (error: PgError, context: ErrorContext): SqlError => {
  const table = tableOf(error, context);
  const column = table?.columns.find((candidate) => candidate.pg === error.column)?.name ?? error.column;
  const name = table?.temporary
    ? `tempdb.dbo.${table.name}`
    : `${context.database}.${table ? `${table.schema}.${table.name}` : error.table}`;
  const verb = context.verb === 'MERGE' ? 'UPDATE' : context.verb;
  return terminating(
    new SqlError(
      515,
      `Cannot insert the value NULL into column '${column}', table '${name}'; column does not allow nulls. ${verb} fails.`,
      context.line,
      16,
      2,
    ),
  );
};

const conflict = (error: PgError, context: ErrorContext): SqlError => {
  if (!context.snapshot || /deadlock|pivot|dependencies/.test(error.message)) {
    return endsBatch(
      new SqlError(
        1205,
        `Transaction (Process ID ${context.sessionId}) was deadlocked on lock resources with another process and has been chosen as the deadlock victim. Rerun the transaction.`,
        context.line,
        13,
        51,
      ),
    );
  }
  return endsBatch(
    new SqlError(
      3960,
      `Snapshot isolation transaction aborted due to update conflict. You cannot use snapshot isolation to access table '${error.table || ''}' directly or indirectly in database '${context.database}' to update, delete, or insert the row that has been modified or deleted by another transaction. Retry the transaction or change the isolation level for the update/delete statement.`,
      context.line,
      16,
      2,
    ),
  );
};

const grouping = (error: PgError, context: ErrorContext): SqlError => {
  if (error.message.includes('not allowed in WHERE'))
    return new SqlError(
      147,
      'An aggregate may not appear in the WHERE clause unless it is in a subquery contained in a HAVING clause or a select list, and the column being aggregated is an outer reference.',
      context.line,
      15,
    );
  const match = /column "([^"]+)"/.exec(error.message);
  const column = match?.[1] ?? '';
  if (error.message.includes('must appear in the GROUP BY')) {
    return new SqlError(
      8120,
      `Column '${context.columnNames?.get(column) ?? column}' is invalid in the select list because it is not contained in either an aggregate function or the GROUP BY clause.`,
      context.line,
    );
  }
  return new SqlError(
    130,
    'Cannot perform an aggregate function on an expression containing an aggregate or a subquery.',
    context.line,
  );
};
