import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { RedshiftError } from '../errors.js';
import { ParquetEngine } from '../storage/parquet-engine.js';
import { DelimitedLoader } from './delimited-loader.js';
import type { Load } from './load-history.js';
import { LoadRun } from './load-run.js';
import type { LoadFile } from './load-source.js';
import type { TargetColumn } from './target-column.js';

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
/** Cannot be data: it holds a character that no VARCHAR can hold. */
const NULL_MARK = '\u0001N';

interface ParquetColumn {
  readonly name: string;
  readonly type: string;
}

/** Redshift's types that a Parquet type loads into. */
const COMPATIBLE: readonly [RegExp, readonly TargetColumn['type'][]][] = [
  [/^BOOLEAN$/, ['boolean']],
  [/^U?TINYINT$/, ['smallint', 'integer', 'bigint']],
  [/^SMALLINT$/, ['smallint', 'integer', 'bigint']],
  [/^INTEGER$/, ['integer', 'bigint', 'smallint']],
  [/^BIGINT$/, ['bigint']],
  [/^FLOAT$/, ['real', 'double precision']],
  [/^DOUBLE$/, ['double precision', 'real']],
  [/^DECIMAL/, ['numeric']],
  [/^DATE$/, ['date']],
  [/^TIMESTAMP/, ['timestamp without time zone', 'timestamp with time zone']],
  [/^TIME/, ['time without time zone']],
  [/^(?:VARCHAR|JSON|ENUM)/, ['character varying', 'character', 'super']],
  [/^BLOB$/, ['varbyte', 'character varying', 'character']],
  [/^(?:STRUCT|MAP)|\[\]$/, ['super', 'character varying']],
];

/** Loads one Parquet file: columns by position, their types checked against the table's. */
export async function loadParquet(file: LoadFile, load: Load): Promise<void> {
  const directory = await mkdtemp(join(load.temporaryDirectory, 'copy-'));
  try {
    const path = join(directory, 'file.parquet');
    await pipeline(await load.bucket.read(file, load.run.signal), createWriteStream(path));
    await using engine = await ParquetEngine.open(directory);
    const source = `read_parquet(${literal(path)})`;
    const columns = await describe(engine, source, file);
    checkShape(columns, load, file);
    const csv = join(directory, 'rows.csv');
    await engine.run(
      `copy (${selectText(columns, load.target.columns, source)}) to ${literal(csv)} (format csv, header false, nullstr ${literal(NULL_MARK)}, force_quote *)`,
    );
    await loadCsv(csv, file, load);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function describe(engine: ParquetEngine, source: string, file: LoadFile): Promise<ParquetColumn[]> {
  try {
    const rows = await engine.run(`describe select * from ${source}`);
    return rows.map(([name, type]) => ({ name: String(name), type: String(type) }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw scanError(
      `File '${file.url}' has an invalid version number or is not Parquet: ${reason.split('\n')[0]}`,
    );
  }
}

/** The errors of a columnar COPY go to the client, not to stl_load_errors. */
function scanError(message: string): RedshiftError {
  return new RedshiftError('XX000', 'Spectrum Scan Error', {
    detail: `error:  Spectrum Scan Error\ncode:      15001\ncontext:   ${message}`,
  });
}

function checkShape(columns: readonly ParquetColumn[], { target, run }: Load, file: LoadFile): void {
  const expected = target.columns.length;
  const short = columns.length < expected && run.options.fillRecord;
  if (columns.length !== expected && !short) {
    throw scanError(
      `Unmatched number of columns between table and file. Table columns: ${expected}, Data columns: ${columns.length}, File name: ${file.url}`,
    );
  }
  columns.forEach(({ name, type }, index) => {
    const column = target.columns[index];
    const fits = COMPATIBLE.find(([pattern]) => pattern.test(type))?.[1] ?? [];
    if (column === undefined || fits.includes(column.type)) return;
    throw scanError(
      `File '${file.url}' has an incompatible Parquet schema for column '${column.name}'. Column type: ${column.type.toUpperCase()}, Parquet schema: ${name} ${type}`,
    );
  });
}

/** Each column as the text that the converters of CSV read. */
function selectText(
  columns: readonly ParquetColumn[],
  target: readonly TargetColumn[],
  source: string,
): string {
  const picks = target.map((column, index) => {
    const parquet = columns[index];
    if (parquet === undefined) return 'null';
    const value = quote(parquet.name);
    if (parquet.type === 'BLOB') return column.type === 'varbyte' ? `hex(${value})` : `decode(${value})`;
    if (/^STRUCT|^MAP|\[\]$/.test(parquet.type)) return `to_json(${value})`;
    if (parquet.type.startsWith('TIMESTAMP')) return timestampText(value, parquet.type);
    return value;
  });
  return `select ${picks.join(', ')} from ${source}`;
}

/** A zoned timestamp is an instant: in UTC, it means the same to TIMESTAMP and TIMESTAMPTZ. */
function timestampText(value: string, type: string): string {
  const instant = type.includes('TIME ZONE')
    ? `make_timestamp(epoch_us(${value}))`
    : `cast(${value} as timestamp)`;
  return `strftime(${instant}, '%Y-%m-%d %H:%M:%S.%f')`;
}

/** A refused value of a columnar file stops the load, with the reason in the error itself. */
async function loadCsv(csv: string, file: LoadFile, load: Load): Promise<void> {
  const { run } = load;
  const options = {
    ...run.options,
    format: 'csv' as const,
    nullAs: NULL_MARK,
    dateFormat: 'auto',
    timeFormat: 'auto',
    maxError: 0,
    given: new Set([...run.options.given, 'null']),
  };
  const inner = new LoadRun(run.columns, options, run.copyIn, run.signal);
  const result = run.beginFile(file);
  const loader = new DelimitedLoader(inner, result, true);
  try {
    for await (const chunk of createReadStream(csv, { highWaterMark: 256 * 1024 }))
      await loader.push(chunk as Buffer, false);
    await loader.push(Buffer.alloc(0), true);
  } catch (error) {
    const [rejected] = inner.rejected;
    if (rejected === undefined) throw error;
    const { column, code, reason } = rejected;
    if (code === 1204) {
      throw scanError(
        `The length of the data column ${column?.name} is longer than the length defined in the table. Table: ${column?.length}, Data: ${Buffer.byteLength(rejected.rawValue)}, File name: ${file.url}`,
      );
    }
    throw scanError(`${reason} in column ${column?.name}, File name: ${file.url}`);
  }
  run.add(inner);
}
