import { notSupportedByEmulator, refusedByRedshift, RedshiftError, syntaxError } from '../errors.js';
import { longName } from './long-names.js';
import { parseCredential, type Credential } from './credentials.js';
import { Cursor, splitAtCommas } from './cursor.js';

/** Formats of UNLOAD's output. */
export type UnloadFormat = 'text' | 'csv' | 'json' | 'parquet';

/** A parsed UNLOAD. */
export interface UnloadStatement {
  /** The query, unescaped, not yet rewritten. */
  readonly query: string;
  /** `s3://bucket/prefix` as written. */
  readonly target: string;
  readonly credential: Credential;
  readonly options: UnloadOptions;
}

/** Everything after the target. */
export interface UnloadOptions {
  format: UnloadFormat;
  manifest: boolean;
  verbose: boolean;
  header: boolean;
  delimiter?: string;
  compression?: 'gzip' | 'zstd';
  addQuotes: boolean;
  nullAs?: string;
  escape: boolean;
  allowOverwrite: boolean;
  cleanPath: boolean;
  parallel: boolean;
  maxFileBytes: number;
  region?: string;
  extension?: string;
  /** Columns of PARTITION BY. */
  partitionBy: readonly string[];
  /** PARTITION BY … INCLUDE: the files hold the partition columns, too. */
  partitionInclude: boolean;
  readonly given: Set<string>;
}

const MB = 1024 * 1024;
/** 6.2 GB, UNLOAD's default and greatest file size. */
const MAX_FILE_BYTES = Math.floor(6.2 * 1024 * MB);

/** The cursor stands behind UNLOAD. */
export function parseUnload(cursor: Cursor): UnloadStatement {
  cursor.expectSymbol('(');
  const query = cursor.string();
  cursor.expectSymbol(')');
  cursor.expect('to');
  const target = cursor.string();
  if (!/^s3:\/\/[^/]+/i.test(target))
    throw new RedshiftError('XX000', `The S3 path ${target} is not of the form s3://bucket/prefix`);
  const options: UnloadOptions = {
    format: 'text',
    manifest: false,
    verbose: false,
    header: false,
    addQuotes: false,
    escape: false,
    allowOverwrite: false,
    cleanPath: false,
    parallel: true,
    maxFileBytes: MAX_FILE_BYTES,
    partitionBy: [],
    partitionInclude: false,
    given: new Set(),
  };
  let credential: Credential | undefined;
  while (!cursor.atEnd) {
    const found = parseCredential(cursor);
    if (found === undefined) parseOption(cursor, options);
    else if (credential === undefined) credential = found;
    else throw syntaxError('conflicting or redundant options: credentials');
  }
  if (credential === undefined) {
    throw new RedshiftError('42601', 'Must specify credentials of the target in UNLOAD: IAM_ROLE or keys.');
  }
  check(options);
  return { query, target, credential, options };
}

const FLAGS: Readonly<
  Record<string, 'header' | 'addQuotes' | 'escape' | 'allowOverwrite' | 'cleanPath' | undefined>
> = {
  header: 'header',
  addquotes: 'addQuotes',
  escape: 'escape',
  allowoverwrite: 'allowOverwrite',
  cleanpath: 'cleanPath',
};

function parseOption(cursor: Cursor, options: UnloadOptions): void {
  if (cursor.accept('format')) cursor.accept('as');
  const word = cursor.identifier();
  options.given.add(word);
  const flag = FLAGS[word];
  if (flag !== undefined) {
    options[flag] = true;
    return;
  }
  switch (word) {
    case 'csv':
    case 'parquet':
    case 'json':
    case 'text':
      options.format = word;
      return;
    case 'manifest':
      options.manifest = true;
      options.verbose = cursor.accept('verbose');
      return;
    case 'gzip':
    case 'zstd':
      options.compression = word;
      return;
    case 'partition':
      cursor.expect('by');
      options.partitionBy = splitAtCommas(cursor.group()).map((item) =>
        longName(new Cursor(item).identifier()),
      );
      options.partitionInclude = cursor.accept('include');
      return;
    default:
      parseValue(word, cursor, options);
  }
}

function parseValue(word: string, cursor: Cursor, options: UnloadOptions): void {
  cursor.accept('as');
  switch (word) {
    case 'delimiter':
      options.delimiter = cursor.string();
      return;
    case 'null':
      options.nullAs = cursor.string();
      return;
    case 'region':
      options.region = cursor.string();
      return;
    case 'extension':
      options.extension = cursor.string();
      return;
    case 'parallel':
      options.parallel = parallel(cursor);
      return;
    case 'maxfilesize':
      options.maxFileBytes = fileSize(cursor);
      return;
    case 'rowgroupsize':
      cursor.integer();
      if (!cursor.accept('mb')) cursor.accept('gb');
      return;
    case 'fixedwidth':
    case 'encrypted':
    case 'kms_key_id':
    case 'bzip2':
      throw notSupportedByEmulator(`UNLOAD option ${word.toUpperCase()}`);
    default:
      throw syntaxError(`syntax error at or near "${word}"`);
  }
}

function parallel(cursor: Cursor): boolean {
  if (cursor.accept('off') || cursor.accept('false')) return false;
  if (!cursor.accept('on')) cursor.accept('true');
  return true;
}

function fileSize(cursor: Cursor): number {
  const token = cursor.next();
  const unit = cursor.accept('gb') ? 1024 * MB : MB;
  cursor.accept('mb');
  const bytes = Number(token.value) * unit;
  if (!(bytes >= 5 * MB && bytes <= MAX_FILE_BYTES)) {
    throw new RedshiftError('22023', 'MAXFILESIZE must be between 5 MB and 6.2 GB');
  }
  return bytes;
}

function check(options: UnloadOptions): void {
  const { format, given } = options;
  const clash = (words: string[]): void => {
    const found = words.find((word) => given.has(word));
    if (found !== undefined)
      throw refusedByRedshift(
        `${found.toUpperCase()} is not supported for UNLOAD to ${format.toUpperCase()}`,
      );
  };
  if (format === 'parquet') {
    clash(['delimiter', 'fixedwidth', 'addquotes', 'escape', 'null', 'header', 'gzip', 'bzip2', 'zstd']);
  }
  if (format === 'csv') clash(['fixedwidth', 'addquotes', 'escape']);
  if (format === 'json') clash(['delimiter', 'header', 'fixedwidth', 'addquotes', 'escape', 'null']);
  if (options.allowOverwrite && options.cleanPath) {
    throw refusedByRedshift('CLEANPATH and ALLOWOVERWRITE cannot be used together');
  }
}
