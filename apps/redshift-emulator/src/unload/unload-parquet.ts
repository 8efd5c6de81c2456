import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { quoteIdentifier } from '../language/lexer.js';
import type { UnloadOptions } from '../language/unload-statement.js';
import type { Backend } from '../session/backend.js';
import { ParquetEngine } from '../storage/parquet-engine.js';
import { BackendFlow } from './backend-flow.js';
import { backendFailure } from './backend-failure.js';
import { duckdbType, type UnloadColumn } from './unload-columns.js';
import type { UnloadTarget } from './unload-target.js';

/** Slices of the cluster; an UNLOAD that is large enough writes a file from each. */
const SLICES = 2;
/** Fewer rows go into one file. */
const SPLIT_ROWS = 20_000;

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Unloads a query as Parquet; returns the number of rows. */
export async function unloadParquet(
  query: string,
  columns: readonly UnloadColumn[],
  options: UnloadOptions,
  target: UnloadTarget,
  context: { readonly backend: Backend; readonly temporaryDirectory: string },
): Promise<number> {
  const directory = await mkdtemp(join(context.temporaryDirectory, 'unload-'));
  try {
    const csv = join(directory, 'rows.csv');
    await spool(query, csv, context.backend);
    await using engine = await ParquetEngine.open(directory);
    const whole = join(directory, 'whole.parquet');
    const source = await typedSource(engine, csv, columns);
    await engine.run(writeParquet(source, whole));
    return await uploadPieces(engine, whole, options, target);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The query's rows as CSV, where an unquoted empty field is NULL and a quoted one is ''. */
async function spool(query: string, path: string, backend: Backend): Promise<void> {
  const file = createWriteStream(path);
  const flow = new BackendFlow(backend);
  const outcome = await backend.run(`copy (${query}) to stdout (format csv)`, {
    onCopyData: (chunk) => {
      if (!file.write(chunk)) flow.pauseUntilDrained(file);
    },
  });
  flow.end();
  file.end();
  await once(file, 'close');
  if (outcome.error !== undefined) throw backendFailure(outcome.error);
}

function readCsv(path: string, types: readonly string[]): string {
  const columns = types.map((type, index) => `'c${index}': '${type}'`).join(', ');
  return (
    `read_csv(${literal(path)}, auto_detect = false, header = false, delim = ',', quote = '"', escape = '"', ` +
    `nullstr = '', allow_quoted_nulls = false, max_line_size = 8388608, buffer_size = 16777216, parallel = false, columns = {${columns}})`
  );
}

function writeParquet(source: string, path: string): string {
  return `copy (${source}) to ${literal(path)} (format parquet, compression snappy)`;
}

/** A SELECT of the spooled rows in their types. */
async function typedSource(
  engine: ParquetEngine,
  csv: string,
  columns: readonly UnloadColumn[],
): Promise<string> {
  const known = await withScales(engine, csv, columns);
  // VARBYTE comes as text and leaves as bytes.
  const types = known.map(duckdbType);
  const picks = known.map((column, index) => {
    const value = column.type === 'varbyte' ? `from_hex(substr(c${index}, 3))` : `c${index}`;
    return `${value} as ${quoteIdentifier(column.name)}`;
  });
  return `select ${picks.join(', ')} from ${readCsv(csv, types)}`;
}

/** Decimals without a declared scale (of SUM, of a division) get the scale their values need. */
async function withScales(
  engine: ParquetEngine,
  csv: string,
  columns: readonly UnloadColumn[],
): Promise<readonly UnloadColumn[]> {
  const open = columns.flatMap(({ type, precision }, index) =>
    type === 'numeric' && precision === 0 ? [index] : [],
  );
  if (open.length === 0) return columns;
  const text = columns.map(() => 'VARCHAR');
  const scales = open.map((index) => `coalesce(max(length(split_part(c${index}, '.', 2))), 0)`);
  const [row = []] = await engine.run(`select ${scales.join(', ')} from ${readCsv(csv, text)}`);
  return columns.map((column, index) => {
    const at = open.indexOf(index);
    return at < 0 ? column : { ...column, precision: 38, scale: Math.min(37, Number(row[at])) };
  });
}

async function uploadPieces(
  engine: ParquetEngine,
  whole: string,
  options: UnloadOptions,
  target: UnloadTarget,
): Promise<number> {
  const source = `read_parquet(${literal(whole)})`;
  const [[count] = []] = await engine.run(`select count(*) from ${source}`);
  const rows = Number(count);
  // No rows, no file: the manifest then lists none.
  if (rows === 0) return 0;
  const { size } = await stat(whole);
  const slices = options.parallel && rows >= SPLIT_ROWS ? SLICES : 1;
  const pieces = Math.max(slices, Math.ceil(size / options.maxFileBytes));
  if (pieces === 1) {
    await target.upload(whole, 0, 0, rows);
    return rows;
  }
  const perPiece = Math.ceil(rows / pieces);
  for (let piece = 0; piece * perPiece < rows; piece += 1) {
    const path = `${whole}.${piece}`;
    await engine.run(
      writeParquet(`select * from ${source} limit ${perPiece} offset ${piece * perPiece}`, path),
    );
    const slice = options.parallel ? piece % slices : 0;
    const part = options.parallel ? Math.floor(piece / slices) : piece;
    await target.upload(path, slice, part, Math.min(perPiece, rows - piece * perPiece));
    await rm(path);
  }
  return rows;
}
