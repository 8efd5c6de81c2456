import type { ResultColumn, SqlValue } from '../engine.js';
import { quote } from '../catalog/naming.js';
import { findColumn, type ColumnDef, type TableDef } from '../catalog/model.js';
import type { StatementOf } from '../language/ast.js';
import { convert } from '../language/binder/conversion.js';
import { SqlError, invalidColumn, invalidObject } from '../language/errors.js';
import { isText, pgType } from '../language/types.js';
import { encodeValue } from '../storage/value-codec.js';
import type { QueryRunner } from './query-runner.js';
import type { Runtime } from './runtime.js';
import { tableSql } from './table-definition.js';

const CHUNK_BYTES = 64 * 1024;

const escapes: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const copyField = (column: ResultColumn, value: SqlValue): string => {
  const text = encodeValue(column.type, value);
  if (text === null) return '\\N';
  if (text.includes('\0'))
    throw new SqlError(40515, 'not supported by the emulator: U+0000 in character data', 1);
  return text.replace(/[\\\n\r\t]/g, (c) => escapes[c] ?? c);
};

/** Lines of COPY in pieces worth sending. */
async function* copyLines(
  columns: readonly ResultColumn[],
  rows: AsyncIterable<readonly SqlValue[]>,
): AsyncGenerator<Buffer> {
  let text = '';
  for await (const row of rows) {
    for (let i = 0; i < columns.length; i++)
      text += (i > 0 ? '\t' : '') + copyField(columns[i]!, row[i] ?? null);
    text += '\n';
    if (text.length >= CHUNK_BYTES) {
      yield Buffer.from(text);
      text = '';
    }
  }
  if (text !== '') yield Buffer.from(text);
}

/** Rows of a bulk load by COPY: straight into the table when the types agree, else through a staging table that converts. */
export const loadBulk = async (
  runtime: Runtime,
  queries: QueryRunner,
  statement: StatementOf<'bulkInsert'>,
  columns: readonly ResultColumn[],
  rows: AsyncIterable<readonly SqlValue[]>,
): Promise<number> => {
  const name = statement.table.at(-1) ?? '';
  const catalog = await runtime.catalog();
  const found = name.startsWith('#')
    ? runtime.temporaries.get(name.toLowerCase())
    : catalog.find(statement.table.at(-2) || undefined, name);
  if (found?.kind !== 'table') throw invalidObject(statement.table.join('.'), statement.line);
  if (!found.temporary) await runtime.checkWritable(statement.line);
  const targets = columns.map((column, i) => {
    const target = findColumn(found, column.name || (statement.columns[i] ?? ''));
    if (!target) throw invalidColumn(column.name, statement.line);
    return target;
  });
  const keepIdentity =
    statement.options.includes('KEEP_IDENTITY') || runtime.options.identityInsert === found.id;
  const used = targets
    .map((target, i) => ({ target, i }))
    .filter(
      ({ target }) =>
        !target.computed && target.type.name !== 'timestamp' && (keepIdentity || !target.identity),
    );
  const stage = `emu_bulk_${runtime.id}`;
  const definitions = columns.map(
    (column, i) => `c${i + 1} ${isText(column.type) ? 'text' : pgType(column.type)}`,
  );
  const list = used.map(({ target, i }) => assigned(runtime, found, target, columns[i]!, i, statement.line));
  const insert = `insert into ${tableSql(found)} (${used.map(({ target }) => quote(target.pg)).join(', ')}) select ${list.join(', ')} from pg_temp.${stage}`;
  return runtime.link
    .atomically(async (connection) => {
      await connection.query(`create temporary table ${stage} (${definitions.join(', ')}) on commit drop`);
      await connection.run([{ sql: `copy pg_temp.${stage} from stdin`, copyIn: copyLines(columns, rows) }]);
      const [tag = ''] = await connection.run([{ sql: insert }]);
      await connection.query(`drop table pg_temp.${stage}`);
      return Number(/(\d+)$/.exec(tag)?.[1] ?? 0);
    })
    .catch((error: unknown) => {
      throw queries.translate(error, catalog, statement.line, 'INSERT');
    });
};

const assigned = (
  runtime: Runtime,
  table: TableDef,
  target: ColumnDef,
  column: ResultColumn,
  i: number,
  line: number,
): string => {
  const source = { pg: `c${i + 1}`, type: column.type, nullable: true };
  const place = `${runtime.database.name}.${table.schema}.${table.name}|${target.name}`;
  const pg = convert(source, target.type, { mode: 'assign', target: place, line });
  return isText(target.type) ? `(${pg})::bpchar` : pg;
};
