import { RedshiftError } from '../errors.js';
import { longName } from '../language/long-names.js';
import type { CopyOptions } from '../language/copy-statement.js';
import { parseS3Url, type Bucket } from '../s3/bucket.js';
import { readable } from './decompress.js';
import type { Load } from './load-history.js';
import { chunks } from './load-file.js';
import type { LoadFile } from './load-source.js';
import { DocumentLoader, type Document, type DocumentValue } from './document-loader.js';
import { JsonScanner } from './json-scanner.js';

/** A number as it stands in the file: digits that a JavaScript number would lose are kept. */
class NumberText {
  constructor(readonly text: string) {}
}

/** How the values of the columns are found in a document. */
export type FieldFinder = (document: Document) => DocumentValue[];

/** Loads one file of JSON documents, separated by white space. */
export async function loadJson(file: LoadFile, load: Load): Promise<void> {
  const { run, bucket } = load;
  const find = await fieldFinder(load, bucket);
  const loader = new DocumentLoader(run, run.beginFile(file), find);
  const scanner = new JsonScanner();
  const source = await bucket.read(file, run.signal);
  for await (const chunk of chunks(readable(source, run.options), file)) {
    scanner.push(chunk, false, (text, line) => loadDocument(loader, text, line));
    await loader.send(chunk.length, false);
  }
  scanner.push(Buffer.alloc(0), true, (text, line) => loadDocument(loader, text, line));
  await loader.send(0, true);
}

function loadDocument(loader: DocumentLoader, text: Buffer, line: number): void {
  const raw = text.toString('utf8');
  let document: unknown;
  try {
    document = JSON.parse(raw, (_key, value: unknown, context?: { source?: string }) =>
      typeof value === 'number' ? new NumberText(context?.source ?? String(value)) : value,
    );
  } catch {
    loader.refuse(raw, line, { code: 1216, reason: 'Invalid JSON: the document cannot be parsed' });
    return;
  }
  loader.load(document, raw, line);
}

/** Text of a JSON value, numbers as they were. */
function jsonText(value: unknown): string {
  if (value instanceof NumberText) return value.text;
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, member]) => `${JSON.stringify(key)}:${jsonText(member)}`)
      .join(',')}}`;
  }
  return JSON.stringify(value);
}

/** A value for a column: nested values load as their JSON text, and SUPER always does. */
export function documentValue(value: unknown, isSuper: boolean): DocumentValue {
  if (value === undefined || (value === null && !isSuper)) return null;
  if (isSuper) return jsonText(value);
  if (value instanceof NumberText) return value.text;
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  return jsonText(value);
}

/** `auto`, `auto ignorecase`, `noshred` or a jsonpaths file. */
async function fieldFinder({ run, target }: Load, bucket: Bucket): Promise<FieldFinder> {
  const { mapping } = run.options;
  const supers = target.columns.map(({ type }) => type === 'super');
  const pick = (values: readonly unknown[]): DocumentValue[] =>
    values.map((value, index) => documentValue(value, supers[index] === true));
  if (mapping === 'noshred') return (document) => pick([document]);
  if (/^s3:/i.test(mapping)) {
    const paths = await jsonPaths(mapping, bucket, run.signal);
    if (paths.length !== target.columns.length) {
      throw new RedshiftError(
        'XX000',
        `Number of jsonpaths and the number of columns should match. JSONPath size: ${paths.length}, Number of columns in table or column list: ${target.columns.length}`,
      );
    }
    return (document) => pick(paths.map((path) => follow(document, path)));
  }
  return byName(
    run.options,
    target.columns.map(({ name }) => longName(name)),
    pick,
  );
}

function byName(
  { mapping }: CopyOptions,
  names: readonly string[],
  pick: (values: readonly unknown[]) => DocumentValue[],
): FieldFinder {
  if (mapping === 'auto') {
    return (document) => {
      const members = document as Record<string, unknown>;
      return pick(names.map((name) => (Object.hasOwn(members, name) ? members[name] : undefined)));
    };
  }
  if (mapping !== 'auto ignorecase') throw new RedshiftError('22023', `Invalid JSON option '${mapping}'`);
  return (document) => {
    const members = new Map(
      Object.entries(document as object).map(([key, value]) => [key.toLowerCase(), value]),
    );
    return pick(names.map((name) => members.get(name) as unknown));
  };
}

type PathStep = string | number;

async function jsonPaths(url: string, bucket: Bucket, signal: AbortSignal): Promise<PathStep[][]> {
  const text = (await bucket.readAll(parseS3Url(url), signal)).toString('utf8');
  let paths: unknown;
  try {
    paths = (JSON.parse(text) as { jsonpaths?: unknown }).jsonpaths;
  } catch (error) {
    throw new RedshiftError(
      'XX000',
      `Invalid JSONPath file ${url}: ${error instanceof Error ? error.message : ''}`,
    );
  }
  if (!Array.isArray(paths))
    throw new RedshiftError('XX000', `Invalid JSONPath file ${url}: it has no list "jsonpaths"`);
  return paths.map((path) => parsePath(String(path)));
}

/** `$.a.b[0]` or `$['a']['b'][0]`. */
function parsePath(path: string): PathStep[] {
  const steps: PathStep[] = [];
  let rest = path.trim();
  if (!rest.startsWith('$')) throw new RedshiftError('XX000', `Invalid JSONPath '${path}'`);
  rest = rest.slice(1);
  while (rest.length > 0) {
    const match = /^(?:\.([^.[\]]+)|\[\s*(\d+)\s*\]|\[\s*['"]([^'"]*)['"]\s*\])/.exec(rest);
    if (match === null) throw new RedshiftError('XX000', `Invalid JSONPath '${path}'`);
    steps.push(match[2] === undefined ? (match[1] ?? match[3] ?? '') : Number(match[2]));
    rest = rest.slice(match[0].length);
  }
  return steps;
}

function follow(document: unknown, path: readonly PathStep[]): unknown {
  let value = document;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || value instanceof NumberText) return undefined;
    value = (value as Record<PathStep, unknown>)[step];
  }
  return value;
}
