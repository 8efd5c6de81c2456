import { literal, quote } from '../catalog/naming.js';
import type { TableDef } from '../catalog/model.js';
import type { Expr, StatementOf } from '../language/ast.js';
import { SqlError, unsupported } from '../language/errors.js';
import { parseName } from '../language/parser/batch-parser.js';
import { plainText } from '../storage/value-codec.js';
import type { BatchRunner } from './batch-runner.js';
import { tableSql } from './table-definition.js';

/** Commands that only touch caches and statistics. */
const idle = new Set([
  'FREEPROCCACHE',
  'DROPCLEANBUFFERS',
  'FREESYSTEMCACHE',
  'FREESESSIONCACHE',
  'TRACEON',
  'TRACEOFF',
  'UPDATEUSAGE',
]);

/** DBCC: CHECKIDENT, and what changes no answer. */
export const runDbcc = async (runner: BatchRunner, statement: StatementOf<'dbcc'>): Promise<void> => {
  const { command, line } = statement;
  const { runtime, sink } = runner;
  if (command === 'CHECKIDENT') await checkIdentity(runner, statement);
  else if (!idle.has(command)) throw unsupported(`DBCC ${command}`, line);
  runtime.info(
    sink,
    'DBCC execution completed. If DBCC printed error messages, contact your system administrator.',
    line,
    2528,
    0,
    1,
  );
  runtime.done(sink, 'other');
};

const nameOf = async (runner: BatchRunner, expr: Expr): Promise<string[]> => {
  if (expr.kind === 'column') return [...expr.parts];
  const text = plainText((await runner.queries.evaluate(expr)).value);
  return parseName(text) ?? [text];
};

const checkIdentity = async (runner: BatchRunner, statement: StatementOf<'dbcc'>): Promise<void> => {
  const { args, line } = statement;
  const { runtime, sink } = runner;
  const [target, how, value] = args;
  if (!(await runtime.mayDefine()))
    throw new SqlError(
      2557,
      `User '${runtime.user}' does not have permission to run DBCC CHECKIDENT.`,
      line,
      14,
      5,
    );
  if (!target) throw new SqlError(2560, 'Parameter 1 is incorrect for this DBCC statement.', line, 16, 9);
  const parts = await nameOf(runner, target);
  const name = parts.at(-1) ?? '';
  const table = name.startsWith('#')
    ? runtime.temporaries.get(name.toLowerCase())
    : (await runtime.catalog()).find(parts.at(-2) || undefined, name);
  if (table?.kind !== 'table')
    throw new SqlError(
      2501,
      `Cannot find a table or object with the name "${parts.join('.')}". Check the system catalog.`,
      line,
      16,
      45,
    );
  const column = table.columns.find((candidate) => candidate.identity);
  if (!column)
    throw new SqlError(7997, `'${parts.join('.')}' does not contain an identity column.`, line, 16, 1);
  const word = how?.kind === 'column' ? (how.parts[0]?.toUpperCase() ?? '') : 'RESEED';
  const seed = value ? plainText((await runner.queries.evaluate(value)).value) : undefined;
  const [current, highest] = await state(runner, table, column.pg);
  if (word === 'RESEED') {
    if (seed !== undefined) await reseed(runner, table, column.pg, seed, current !== null);
    else if (highest !== null && (current === null || BigInt(highest) > BigInt(current)))
      await reseed(runner, table, column.pg, highest, true);
  }
  const columnValue = seed === undefined ? `, current column value '${highest ?? 'NULL'}'` : '';
  runtime.info(
    sink,
    `Checking identity information: current identity value '${current ?? 'NULL'}'${columnValue}.`,
    line,
    7998,
    0,
    1,
  );
};

const sequence = (table: TableDef, pg: string): string =>
  `pg_get_serial_sequence(${literal(tableSql(table))}, ${literal(pg)})`;

const state = async (
  runner: BatchRunner,
  table: TableDef,
  pg: string,
): Promise<readonly [string | null, string | null]> => {
  const connection = await runner.runtime.link.connection();
  const [row] = await connection.query(
    `select pg_sequence_last_value(${sequence(table, pg)}::regclass)::text, (select max(${quote(pg)})::text from ${tableSql(table)})`,
  );
  return [row?.[0] ?? null, row?.[1] ?? null];
};

/** The next value is the seed itself as long as no row was ever inserted, one increment further otherwise. */
const reseed = async (
  runner: BatchRunner,
  table: TableDef,
  pg: string,
  value: string,
  used: boolean,
): Promise<void> => {
  if (!/^-?\d+$/.test(value))
    throw new SqlError(2560, 'Parameter 3 is incorrect for this DBCC statement.', 1, 16, 9);
  await runner.runtime.link.atomically(async (connection) => {
    const bound =
      value.startsWith('-') || value === '0'
        ? `alter sequence ${await sequenceName(connection, table, pg)} minvalue ${BigInt(value) - 1n}`
        : undefined;
    if (bound) await connection.query(bound);
    await connection.query(`select setval(${sequence(table, pg)}, $1::int8, $2::bool)`, [
      value,
      String(used),
    ]);
  });
};

const sequenceName = async (
  connection: { query(sql: string): Promise<(string | null)[][]> },
  table: TableDef,
  pg: string,
): Promise<string> => {
  const [row] = await connection.query(`select ${sequence(table, pg)}`);
  return row?.[0] ?? '';
};
