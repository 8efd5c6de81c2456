import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { batchNumber, offset, PipelineError, type Rejected } from '@thalamus/contracts';
import { stagedExtraColumns, type CopySet, type TableLoad } from '@thalamus/core/load';
import type { ObjectStore } from '@thalamus/object-store';
import type { LoadError } from '@thalamus/redshift';
import { replayHint } from '../stage/rejected-events.js';

const unzip = promisify(gunzip);

/** Splits CSV text into records at line feeds outside quotes; each with the number of its first line, from 1. */
export function* csvRecords(text: string): Generator<{ line: number; lines: number; text: string }> {
  let start = 0;
  let line = 1;
  let lines = 1;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') quoted = !quoted;
    if (char !== '\n') continue;
    if (quoted) {
      lines++;
      continue;
    }
    yield { line, lines, text: text.slice(start, at) };
    start = at + 1;
    line += lines;
    lines = 1;
  }
}

/** Traces rows that COPY refused back to the records of Kafka they came from. */
export async function rejectedRows(
  load: TableLoad,
  set: CopySet,
  errors: readonly LoadError[],
  { store, now }: { readonly store: ObjectStore; readonly now: () => Date },
): Promise<Rejected[]> {
  const rejected: Rejected[] = [];
  for (const [url, inFile] of Map.groupBy(errors, (error) => error.file)) {
    const key = store.keyOf(url);
    const file = set.files.find((each) => each.key === key);
    if (!file)
      throw new PipelineError('THAL-X002', `COPY reports an error in ${url}, which it was not given`);
    const text = (await unzip(await store.get(key))).toString('utf8');
    const records = [...csvRecords(text)];
    for (const error of inFile) {
      const record = records.find(({ line, lines }) => error.line >= line && error.line < line + lines);
      const at = Number(record?.text.slice(record.text.lastIndexOf(',') + 1) ?? Number.NaN);
      if (!record || !Number.isInteger(at))
        throw new PipelineError('THAL-X002', `${url} has no record at line ${error.line}`);
      rejected.push({
        id: `${file.topic}-${file.partition}-${at}`,
        time: now().toISOString(),
        table: load.table,
        batch: batchNumber(file.batch),
        topic: file.topic,
        partition: file.partition,
        offset: offset(at),
        code: error.code,
        reason: error.message,
        column: error.column === '' ? null : error.column,
        event: asJson(set, record.text),
        replay: replayHint(load.table),
      });
    }
  }
  return rejected;
}

/** The record as it was staged, readable: `{ columns, record }`. */
function asJson(set: CopySet, record: string): string {
  const columns = [...set.schema.columns.map((column) => column.target), ...stagedExtraColumns];
  return JSON.stringify({ columns, record });
}
