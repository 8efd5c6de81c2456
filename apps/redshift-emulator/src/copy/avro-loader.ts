import { PassThrough } from 'node:stream';
import avro from 'avsc';
import { RedshiftError } from '../errors.js';
import { longName } from '../language/long-names.js';
import { DocumentLoader, type DocumentValue } from './document-loader.js';
import type { Load } from './load-history.js';
import type { LoadFile } from './load-source.js';

/** 64-bit integers as text, so that none is rounded. */
const LONG_AS_TEXT = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(0).toString(),
  toBuffer: (value: string) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(value));
    return bytes;
  },
  fromJSON: String,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'string',
  compare: (left: string, right: string) => (BigInt(left) < BigInt(right) ? -1 : 1),
});

/** Loads one Avro file; fields are found by name, as in JSON. */
export async function loadAvro(file: LoadFile, load: Load): Promise<void> {
  const { run, bucket, target } = load;
  const { mapping } = run.options;
  if (mapping !== 'auto' && mapping !== 'auto ignorecase') {
    throw new RedshiftError('0A000', 'not supported by the emulator: AVRO with a jsonpaths file');
  }
  const ignoreCase = mapping === 'auto ignorecase';
  const names = target.columns.map(({ name }) => longName(name));
  const supers = target.columns.map(({ type }) => type === 'super');
  const find = (document: unknown): DocumentValue[] => {
    const members = new Map(
      Object.entries(document as object).map(([key, value]) => [
        ignoreCase ? key.toLowerCase() : key,
        value as unknown,
      ]),
    );
    return names.map((name, index) => avroText(members.get(name), supers[index] === true));
  };
  const loader = new DocumentLoader(run, run.beginFile(file), find);
  const decoder = new avro.streams.BlockDecoder({
    parseHook: (schema: avro.Schema) => avro.Type.forSchema(schema, { registry: { long: LONG_AS_TEXT } }),
  });
  const source = await bucket.read(file, run.signal);
  let bytes = 0;
  const counted = new PassThrough().on('data', (chunk: Buffer) => (bytes += chunk.length));
  source.on('error', (error) => decoder.destroy(error));
  source.pipe(counted).pipe(decoder);
  let line = 0;
  try {
    for await (const record of decoder) {
      line += 1;
      loader.load(record, JSON.stringify(record), line);
      await loader.send(0, false);
    }
  } catch (error) {
    if (error instanceof Error && /invalid|magic|avro/i.test(error.message)) {
      throw new RedshiftError('XX000', `Invalid AVRO file found: ${file.url}: ${error.message}`);
    }
    throw error;
  }
  await loader.send(bytes, true);
}

/** Unions of null and a type come as the bare value, or wrapped under the type's name. */
function unwrap(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value) || Array.isArray(value))
    return value;
  const entries = Object.entries(value);
  const [only] = entries;
  const names = ['string', 'long', 'int', 'double', 'float', 'boolean', 'bytes'];
  return entries.length === 1 && only !== undefined && names.includes(only[0]) ? only[1] : value;
}

function avroText(wrapped: unknown, isSuper: boolean): DocumentValue {
  const value = unwrap(wrapped);
  if (value === undefined || value === null) return null;
  if (isSuper) return JSON.stringify(value);
  if (Buffer.isBuffer(value)) return value.toString('hex');
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  return JSON.stringify(value);
}
