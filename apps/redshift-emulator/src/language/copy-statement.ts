import { notSupportedByEmulator, refusedByRedshift, RedshiftError, syntaxError } from '../errors.js';
import { parseCredential, type Credential } from './credentials.js';
import type { Cursor, QualifiedName } from './cursor.js';

/** Formats of COPY's input. */
export type CopyFormat = 'text' | 'csv' | 'json' | 'avro' | 'parquet';
/** Compressions of whole files. */
export type Compression = 'gzip' | 'bzip2' | 'zstd';

/** A parsed COPY … FROM. */
export interface CopyStatement {
  readonly table: QualifiedName;
  readonly columns?: readonly string[];
  /** `s3://…` as written. */
  readonly source: string;
  readonly credential: Credential;
  readonly options: CopyOptions;
}

/** Everything after the source; keys follow the words of the command. */
export interface CopyOptions {
  format: CopyFormat;
  /** Of JSON and AVRO: `auto`, `auto ignorecase`, or an `s3://` jsonpaths file. */
  mapping: string;
  delimiter?: string;
  quote: string;
  nullAs: string;
  manifest: boolean;
  compression?: Compression;
  region?: string;
  maxError: number;
  ignoreAllErrors: boolean;
  noLoad: boolean;
  ignoreHeader: number;
  dateFormat?: string;
  timeFormat?: string;
  acceptAnyDate: boolean;
  acceptInvChars?: string;
  blanksAsNull: boolean;
  emptyAsNull: boolean;
  escape: boolean;
  explicitIds: boolean;
  fillRecord: boolean;
  ignoreBlankLines: boolean;
  removeQuotes: boolean;
  roundDecimals: boolean;
  trimBlanks: boolean;
  truncateColumns: boolean;
  encoding: 'utf8' | 'utf16' | 'utf16le' | 'utf16be';
  /** Options given, for the checks of what goes together. */
  readonly given: Set<string>;
}

function defaults(): CopyOptions {
  return {
    format: 'text',
    mapping: 'auto',
    quote: '"',
    nullAs: '\\N',
    manifest: false,
    maxError: 0,
    ignoreAllErrors: false,
    noLoad: false,
    ignoreHeader: 0,
    acceptAnyDate: false,
    blanksAsNull: false,
    emptyAsNull: false,
    escape: false,
    explicitIds: false,
    fillRecord: false,
    ignoreBlankLines: false,
    removeQuotes: false,
    roundDecimals: false,
    trimBlanks: false,
    truncateColumns: false,
    encoding: 'utf8',
    given: new Set(),
  };
}

const FLAGS: Readonly<Record<string, (options: CopyOptions) => void>> = {
  manifest: (options) => void (options.manifest = true),
  gzip: (options) => void (options.compression = 'gzip'),
  bzip2: (options) => void (options.compression = 'bzip2'),
  zstd: (options) => void (options.compression = 'zstd'),
  acceptanydate: (options) => void (options.acceptAnyDate = true),
  blanksasnull: (options) => void (options.blanksAsNull = true),
  emptyasnull: (options) => void (options.emptyAsNull = true),
  escape: (options) => void (options.escape = true),
  explicit_ids: (options) => void (options.explicitIds = true),
  fillrecord: (options) => void (options.fillRecord = true),
  ignoreblanklines: (options) => void (options.ignoreBlankLines = true),
  ignoreallerrors: (options) => void (options.ignoreAllErrors = true),
  noload: (options) => void (options.noLoad = true),
  removequotes: (options) => void (options.removeQuotes = true),
  roundec: (options) => void (options.roundDecimals = true),
  trimblanks: (options) => void (options.trimBlanks = true),
  truncatecolumns: (options) => void (options.truncateColumns = true),
  serializetojson: () => undefined,
};

/** The cursor stands behind COPY. */
export function parseCopy(cursor: Cursor): CopyStatement {
  const table = cursor.qualifiedName();
  let columns: string[] | undefined;
  if (cursor.acceptSymbol('(')) {
    columns = [];
    do columns.push(cursor.ownName());
    while (cursor.acceptSymbol(','));
    cursor.expectSymbol(')');
  }
  cursor.expect('from');
  if (cursor.at('stdin')) throw refusedByRedshift('COPY FROM STDIN is not supported', 'Load from Amazon S3.');
  const source = cursor.string();
  if (!/^s3:\/\//i.test(source)) {
    throw notSupportedByEmulator(`COPY from ${source.split(':')[0]}: only s3:// sources`);
  }
  const options = defaults();
  let credential: Credential | undefined;
  while (!cursor.atEnd) {
    const found = parseCredential(cursor);
    if (found !== undefined) {
      if (credential !== undefined) throw syntaxError('conflicting or redundant options: credentials');
      credential = found;
    } else parseOption(cursor, options);
  }
  if (credential === undefined) {
    throw new RedshiftError('42601', 'Must specify credentials of the source in COPY: IAM_ROLE or keys.');
  }
  check(options);
  return { table, source, credential, options, ...(columns === undefined ? {} : { columns }) };
}

function parseOption(cursor: Cursor, options: CopyOptions): void {
  if (cursor.accept('format')) {
    cursor.accept('as');
    return parseFormat(cursor, options);
  }
  if (['csv', 'json', 'avro', 'parquet', 'orc', 'shapefile'].some((word) => cursor.at(word))) {
    return parseFormat(cursor, options);
  }
  const word = cursor.identifier();
  options.given.add(word);
  const flag = FLAGS[word];
  if (flag !== undefined) return flag(options);
  parseValue(word, cursor, options);
}

function parseFormat(cursor: Cursor, options: CopyOptions): void {
  const word = cursor.identifier();
  switch (word) {
    case 'csv':
    case 'parquet':
    case 'text':
      options.format = word;
      break;
    case 'json':
    case 'avro':
      options.format = word;
      cursor.accept('as');
      if (cursor.peek()?.kind === 'string') options.mapping = cursor.string();
      break;
    case 'orc':
    case 'shapefile':
    case 'fixedwidth':
      throw notSupportedByEmulator(`COPY format ${word.toUpperCase()}`);
    default:
      throw syntaxError(`syntax error at or near "${word}"`);
  }
  options.given.add(options.format);
}

function optional(cursor: Cursor, ...words: string[]): void {
  for (const word of words) cursor.accept(word);
}

/** NULL AS '\N' and NULL AS '\\N' mean the same; the lexer has taken one backslash off. */
function nullString(text: string): string {
  return text === 'N' ? '\\N' : text;
}

function parseValue(word: string, cursor: Cursor, options: CopyOptions): void {
  cursor.accept('as');
  switch (word) {
    case 'delimiter':
      options.delimiter = singleByte(cursor.string(), 'DELIMITER');
      return;
    case 'quote':
      options.quote = singleByte(cursor.string(), 'QUOTE');
      return;
    case 'null':
      options.nullAs = nullString(cursor.string());
      return;
    case 'dateformat':
      options.dateFormat = cursor.string();
      return;
    case 'timeformat':
      options.timeFormat = cursor.string();
      return;
    case 'region':
      options.region = cursor.string();
      return;
    case 'maxerror':
      options.maxError = boundedInteger(cursor, 'MAXERROR', 100_000);
      return;
    case 'ignoreheader':
      options.ignoreHeader = boundedInteger(cursor, 'IGNOREHEADER', Number.MAX_SAFE_INTEGER);
      return;
    case 'acceptinvchars':
      options.acceptInvChars = cursor.peek()?.kind === 'string' ? cursor.string() : '?';
      return;
    case 'encoding':
      options.encoding = encoding(cursor.identifier());
      return;
    default:
      parseTuning(word, cursor);
  }
}

/** Options that change nothing about the rows. */
function parseTuning(word: string, cursor: Cursor): void {
  switch (word) {
    case 'compupdate':
    case 'statupdate':
      if (
        cursor.at('on') ||
        cursor.at('off') ||
        cursor.at('preset') ||
        cursor.at('true') ||
        cursor.at('false')
      )
        cursor.next();
      return;
    case 'comprows':
    case 'readratio':
      cursor.integer();
      return;
    case 'lzop':
    case 'ssh':
    case 'fixedwidth':
    case 'encrypted':
    case 'job':
      throw notSupportedByEmulator(`COPY option ${word.toUpperCase()}`);
    default:
      optional(cursor);
      throw syntaxError(`syntax error at or near "${word}"`);
  }
}

function encoding(word: string): CopyOptions['encoding'] {
  if (word === 'utf8' || word === 'utf16' || word === 'utf16le' || word === 'utf16be') return word;
  throw syntaxError(`ENCODING must be UTF8, UTF16, UTF16LE or UTF16BE, not ${word}`);
}

function singleByte(text: string, option: string): string {
  if (Buffer.byteLength(text) !== 1)
    throw new RedshiftError('22023', `COPY ${option.toLowerCase()} must be a single character`);
  return text;
}

function boundedInteger(cursor: Cursor, option: string, most: number): number {
  const value = cursor.integer();
  if (value < 0 || value > most) throw new RedshiftError('22023', `${option} must be between 0 and ${most}`);
  return value;
}

const NOT_WITH_JSON = 'csv delimiter escape fillrecord ignoreblanklines null readratio removequotes'.split(
  ' ',
);
const ONLY_WITH_PARQUET = new Set(
  'parquet acceptinvchars fillrecord manifest statupdate explicit_ids serializetojson'.split(' '),
);

function check(options: CopyOptions): void {
  const { given, format } = options;
  if (format === 'csv') {
    for (const word of ['escape', 'removequotes', 'fixedwidth']) {
      if (given.has(word)) throw refusedByRedshift(`CSV is not compatible with ${word.toUpperCase()}`);
    }
  }
  if (format === 'json' || format === 'avro') {
    const clash = NOT_WITH_JSON.find((word) => given.has(word));
    if (clash !== undefined)
      throw refusedByRedshift(`${clash.toUpperCase()} option is not supported for ${format.toUpperCase()}`);
  }
  if (format === 'parquet') {
    const clash = [...given].find((word) => !ONLY_WITH_PARQUET.has(word));
    if (clash !== undefined)
      throw refusedByRedshift(`${clash.toUpperCase()} argument is not supported for PARQUET based COPY`);
  }
  if (format !== 'csv' && given.has('quote')) {
    throw refusedByRedshift('QUOTE is only supported with CSV');
  }
}
