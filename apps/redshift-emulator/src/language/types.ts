import { notSupportedByEmulator, RedshiftError } from '../errors.js';
import { Cursor } from './cursor.js';

/** A type as Redshift knows it: canonical name, as `svv_columns` prints it, and what PostgreSQL stores it as. */
export interface RedshiftType {
  readonly name: RedshiftTypeName;
  /** Bytes of (VAR)CHAR and VARBYTE. */
  readonly length?: number;
  readonly precision?: number;
  readonly scale?: number;
}

/** Canonical names. */
export type RedshiftTypeName =
  | 'smallint'
  | 'integer'
  | 'bigint'
  | 'numeric'
  | 'real'
  | 'double precision'
  | 'boolean'
  | 'date'
  | 'time without time zone'
  | 'time with time zone'
  | 'timestamp without time zone'
  | 'timestamp with time zone'
  | 'character'
  | 'character varying'
  | 'super'
  | 'varbyte';

const MAX_VARCHAR = 65_535;
const MAX_CHAR = 4096;
const MAX_VARBYTE = 16_777_216;

const PLAIN: Readonly<Record<string, RedshiftTypeName>> = {
  smallint: 'smallint',
  int2: 'smallint',
  integer: 'integer',
  int: 'integer',
  int4: 'integer',
  bigint: 'bigint',
  int8: 'bigint',
  real: 'real',
  float4: 'real',
  float8: 'double precision',
  boolean: 'boolean',
  bool: 'boolean',
  date: 'date',
  timetz: 'time with time zone',
  timestamptz: 'timestamp with time zone',
  super: 'super',
};

const UNKNOWN_TO_REDSHIFT = new Set(
  'bytea uuid json jsonb serial bigserial smallserial serial4 serial8 money bit varbit xml inet cidr macaddr tsvector tsquery point line lseg box path polygon circle int4range int8range numrange tsrange tstzrange daterange oid name'.split(
    ' ',
  ),
);
const NOT_BUILT = new Set(['geometry', 'geography', 'hllsketch', 'interval']);

/** Reads the type at the cursor. @throws RedshiftError for a type Redshift lacks, or beyond its limits */
export function parseType(cursor: Cursor): RedshiftType {
  const word = cursor.identifier();
  const type = parseNamedType(word, cursor);
  if (cursor.atSymbol('[')) {
    throw new RedshiftError(
      '0A000',
      `Column type "${word}[]" is not supported: Redshift has no array types.`,
    );
  }
  return type;
}

function parseNamedType(word: string, cursor: Cursor): RedshiftType {
  const plain = PLAIN[word];
  if (plain !== undefined) return { name: plain };
  switch (word) {
    case 'double':
      cursor.expect('precision');
      return { name: 'double precision' };
    case 'float':
      return floatType(lengthOf(cursor));
    case 'decimal':
    case 'numeric':
      return decimalType(cursor);
    case 'time':
    case 'timestamp':
      return timeType(word, cursor);
    case 'char':
    case 'character':
    case 'nchar':
    case 'bpchar':
      return characterType(word, cursor);
    case 'varchar':
    case 'nvarchar':
      return varyingType(lengthOf(cursor) ?? 256);
    case 'text':
      return varyingType(256);
    case 'varbyte':
    case 'varbinary':
      return varbyteType(cursor);
    case 'binary':
      cursor.expect('varying');
      return varbyteType(cursor);
    default:
      throw unknownType(word);
  }
}

function unknownType(word: string): RedshiftError {
  if (NOT_BUILT.has(word)) return notSupportedByEmulator(`type ${word.toUpperCase()}`);
  if (UNKNOWN_TO_REDSHIFT.has(word)) {
    return new RedshiftError('0A000', `Column type "${word}" is not supported: Redshift has no such type.`);
  }
  return new RedshiftError('42704', `type "${word}" does not exist`);
}

function lengthOf(cursor: Cursor): number | undefined {
  if (!cursor.atSymbol('(')) return undefined;
  const inner = new Cursor(cursor.group());
  return inner.accept('max') ? Number.MAX_SAFE_INTEGER : inner.integer();
}

function floatType(bits: number | undefined): RedshiftType {
  return { name: bits !== undefined && bits <= 24 ? 'real' : 'double precision' };
}

function decimalType(cursor: Cursor): RedshiftType {
  let precision = 18;
  let scale = 0;
  if (cursor.atSymbol('(')) {
    const inner = new Cursor(cursor.group());
    precision = inner.integer();
    if (inner.acceptSymbol(',')) scale = inner.integer();
  }
  if (precision < 1 || precision > 38) {
    throw new RedshiftError('22023', `DECIMAL precision ${precision} must be between 1 and 38`);
  }
  if (scale < 0 || scale > 37 || scale > precision) {
    throw new RedshiftError(
      '22023',
      `DECIMAL scale ${scale} must be between 0 and ${Math.min(37, precision)}`,
    );
  }
  return { name: 'numeric', precision, scale };
}

function timeType(word: 'time' | 'timestamp', cursor: Cursor): RedshiftType {
  const zone = cursor.accept('with', 'time', 'zone');
  if (!zone) cursor.accept('without', 'time', 'zone');
  return { name: `${word} ${zone ? 'with' : 'without'} time zone` };
}

function characterType(word: string, cursor: Cursor): RedshiftType {
  if (word === 'character' && cursor.accept('varying')) return varyingType(lengthOf(cursor) ?? 256);
  const length = lengthOf(cursor) ?? (word === 'bpchar' ? 256 : 1);
  const bytes = length === Number.MAX_SAFE_INTEGER ? MAX_CHAR : length;
  if (bytes < 1 || bytes > MAX_CHAR) {
    throw new RedshiftError('22023', `length for type character cannot exceed ${MAX_CHAR}`);
  }
  return { name: 'character', length: bytes };
}

function varyingType(length: number): RedshiftType {
  const bytes = length === Number.MAX_SAFE_INTEGER ? MAX_VARCHAR : length;
  if (bytes < 1) throw new RedshiftError('22023', 'length for type varchar must be at least 1');
  if (bytes > MAX_VARCHAR) {
    throw new RedshiftError('22023', `length for type varchar cannot exceed ${MAX_VARCHAR}`);
  }
  return { name: 'character varying', length: bytes };
}

function varbyteType(cursor: Cursor): RedshiftType {
  const length = lengthOf(cursor) ?? 64_000;
  const bytes = length === Number.MAX_SAFE_INTEGER ? MAX_VARBYTE : length;
  if (bytes < 1 || bytes > MAX_VARBYTE) {
    throw new RedshiftError('22023', `length for type varbyte cannot exceed ${MAX_VARBYTE}`);
  }
  return { name: 'varbyte', length: bytes };
}

/** How PostgreSQL stores the type. */
export function postgresType(type: RedshiftType): string {
  switch (type.name) {
    case 'numeric':
      return `numeric(${type.precision},${type.scale})`;
    case 'character':
    case 'character varying':
      return `${type.name}(${type.length})`;
    case 'super':
      return 'jsonb';
    case 'varbyte':
      return 'bytea';
    default:
      return type.name;
  }
}

/** The type as `pg_table_def` prints it. */
export function displayType(type: RedshiftType): string {
  if (type.name === 'numeric') return `numeric(${type.precision},${type.scale})`;
  return type.length === undefined ? type.name : `${type.name}(${type.length})`;
}

/** A limit of Redshift's that PostgreSQL's type does not have, as a CHECK constraint. */
export interface LimitConstraint {
  readonly name: string;
  /** With the column as `%s`, already quoted by the caller. */
  readonly expression: string;
}

/**
 * The CHECK that holds a type to Redshift's limit; `errors` translates its violation by the constraint's name.
 * DECIMAL(19,s) lives in 64 bits. That VARCHAR and CHAR count bytes is the affair of their casts, see
 * storage/semantics.sql.ts, and of COPY, which checks every value itself.
 */
export function limitConstraint(type: RedshiftType, column: string): LimitConstraint | undefined {
  const unique = column.replace(/\W/g, '_').slice(0, 30);
  if (type.name === 'varbyte') {
    return {
      name: `rs$bytes$${type.length}$${unique}`,
      expression: `octet_length(%s) <= ${type.length}`,
    };
  }
  if (type.name === 'numeric' && type.precision === 19) {
    const limit = `9223372036854775807 * 10::numeric ^ -${type.scale}`;
    return { name: `rs$dec64$${type.precision}$${unique}`, expression: `abs(%s) <= ${limit}` };
  }
  return undefined;
}
