import type { Readable } from 'node:stream';
import { RedshiftError } from '../errors.js';
import { loadAvro } from './avro-loader.js';
import { readable } from './decompress.js';
import { DelimitedLoader } from './delimited-loader.js';
import { loadJson } from './json-loader.js';
import { loadParquet } from './parquet-loader.js';
import type { Load } from './load-history.js';
import type { LoadFile } from './load-source.js';

/** Loads one file in the format its COPY names. */
export async function loadFile(file: LoadFile, load: Load): Promise<void> {
  const { format } = load.statement.options;
  switch (format) {
    case 'csv':
    case 'text':
      return loadDelimited(file, load);
    case 'parquet':
      return loadParquet(file, load);
    case 'json':
      return loadJson(file, load);
    case 'avro':
      return loadAvro(file, load);
  }
}

async function loadDelimited(file: LoadFile, load: Load): Promise<void> {
  const { run, bucket } = load;
  const loader = new DelimitedLoader(run, run.beginFile(file));
  const source = await bucket.read(file, run.signal);
  for await (const chunk of chunks(readable(source, run.options), file)) await loader.push(chunk, false);
  await loader.push(Buffer.alloc(0), true);
}

/** The stream's chunks; what is wrong with the stream is told as the file's fault. */
export async function* chunks(stream: Readable, file: LoadFile): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    if (error instanceof RedshiftError || !(error instanceof Error)) throw error;
    if (error.name === 'AbortError') throw new RedshiftError('57014', "Query cancelled on user's request");
    // Errors thrown by the consumer arrive at `yield`, not here: this one is the stream's own.
    throw new RedshiftError('XX000', `Cannot read ${file.url}: ${error.message}`);
  }
}
