import type { SqlType, SqlTypeName } from '../engine.js';

export type TypeFamily =
  | 'bit'
  | 'int'
  | 'decimal'
  | 'money'
  | 'float'
  | 'text'
  | 'binary'
  | 'date'
  | 'time'
  | 'datetime2'
  | 'datetime'
  | 'smalldatetime'
  | 'datetimeoffset'
  | 'guid'
  | 'xml'
  | 'variant';

const families: Partial<Record<SqlTypeName, TypeFamily>> = {
  bit: 'bit',
  tinyint: 'int',
  smallint: 'int',
  int: 'int',
  bigint: 'int',
  decimal: 'decimal',
  numeric: 'decimal',
  money: 'money',
  smallmoney: 'money',
  float: 'float',
  real: 'float',
  char: 'text',
  varchar: 'text',
  text: 'text',
  nchar: 'text',
  nvarchar: 'text',
  ntext: 'text',
  binary: 'binary',
  varbinary: 'binary',
  image: 'binary',
  timestamp: 'binary',
  date: 'date',
  time: 'time',
  datetime2: 'datetime2',
  datetime: 'datetime',
  smalldatetime: 'smalldatetime',
  datetimeoffset: 'datetimeoffset',
  uniqueidentifier: 'guid',
  xml: 'xml',
  sql_variant: 'variant',
};

/** Undefined for the CLR types, which the emulator refuses. */
export const familyOf = (type: SqlType): TypeFamily | undefined => families[type.name];

/** Microsoft's data type precedence, lowest first. */
const precedence: readonly SqlTypeName[] = [
  'binary',
  'varbinary',
  'image',
  'char',
  'varchar',
  'text',
  'nchar',
  'nvarchar',
  'ntext',
  'uniqueidentifier',
  'timestamp',
  'bit',
  'tinyint',
  'smallint',
  'int',
  'bigint',
  'smallmoney',
  'money',
  'numeric',
  'decimal',
  'real',
  'float',
  'time',
  'date',
  'smalldatetime',
  'datetime',
  'datetime2',
  'datetimeoffset',
  'xml',
  'sql_variant',
];

export const rank = (type: SqlType): number => precedence.indexOf(type.name);

export const isUnicode = (type: SqlType): boolean => type.name.startsWith('n') && type.name !== 'numeric';
export const isText = (type: SqlType): boolean => familyOf(type) === 'text';
export const isBinary = (type: SqlType): boolean => familyOf(type) === 'binary';
export const isTemporal = (type: SqlType): boolean =>
  ['date', 'time', 'datetime2', 'datetime', 'smalldatetime', 'datetimeoffset'].includes(familyOf(type) ?? '');
export const isNumeric = (type: SqlType): boolean =>
  ['bit', 'int', 'decimal', 'money', 'float'].includes(familyOf(type) ?? '');
export const isFixedLength = (type: SqlType): boolean => ['char', 'nchar', 'binary'].includes(type.name);
export const isLob = (type: SqlType): boolean =>
  type.length === -1 || ['text', 'ntext', 'image', 'xml'].includes(type.name);

export const INT: SqlType = { name: 'int' };
export const BIGINT: SqlType = { name: 'bigint' };
export const BIT: SqlType = { name: 'bit' };
export const FLOAT: SqlType = { name: 'float' };
export const DATETIME: SqlType = { name: 'datetime' };
export const GUID: SqlType = { name: 'uniqueidentifier' };
export const SYSNAME: SqlType = { name: 'nvarchar', length: 128 };
export const nvarchar = (length: number): SqlType => ({ name: 'nvarchar', length });
export const varchar = (length: number): SqlType => ({ name: 'varchar', length });
export const decimal = (precision: number, scale: number): SqlType => ({ name: 'decimal', precision, scale });

const intDigits: Partial<Record<SqlTypeName, number>> = {
  bit: 1,
  tinyint: 3,
  smallint: 5,
  int: 10,
  bigint: 19,
};

/** Precision and scale a number takes when it meets a decimal. */
export const asDecimal = (type: SqlType): { precision: number; scale: number } => {
  if (type.name === 'money') return { precision: 19, scale: 4 };
  if (type.name === 'smallmoney') return { precision: 10, scale: 4 };
  const digits = intDigits[type.name];
  if (digits !== undefined) return { precision: digits, scale: 0 };
  return { precision: type.precision ?? 18, scale: type.scale ?? 0 };
};

/** Fits a computed precision and scale into 38 digits: the integral part is kept, the scale gives way down to 6. */
export const fitDecimal = (precision: number, scale: number, keepsScale = false): SqlType => {
  if (precision <= 38) return decimal(precision, scale);
  if (keepsScale) return decimal(38, Math.min(scale, 38));
  const integral = precision - scale;
  const kept = integral < 32 ? Math.min(scale, 38 - integral) : Math.min(scale, 6);
  return decimal(38, kept);
};

/** Result type of decimal arithmetic, by Microsoft's table "Precision, scale, and length". */
export const decimalResult = (op: string, left: SqlType, right: SqlType): SqlType => {
  const { precision: p1, scale: s1 } = asDecimal(left);
  const { precision: p2, scale: s2 } = asDecimal(right);
  if (op === '*') return fitDecimal(p1 + p2 + 1, s1 + s2);
  if (op === '/') {
    const scale = Math.max(6, s1 + p2 + 1);
    return fitDecimal(p1 - s1 + s2 + scale, scale);
  }
  if (op === '%') return decimal(Math.min(p1 - s1, p2 - s2) + Math.max(s1, s2), Math.max(s1, s2));
  const scale = Math.max(s1, s2);
  const precision = Math.max(p1 - s1, p2 - s2) + scale + 1;
  if (precision <= 38) return decimal(precision, scale);
  const integral = Math.max(p1 - s1, p2 - s2);
  return decimal(38, Math.max(Math.min(scale, 38 - integral), Math.min(scale, 6)));
};

const longer = (a: SqlType, b: SqlType): number =>
  isLob(a) || isLob(b) ? -1 : Math.max(a.length ?? 1, b.length ?? 1);

const commonText = (a: SqlType, b: SqlType, higher: SqlType): SqlType => {
  const unicode = isUnicode(a) || isUnicode(b);
  const varying = !(isFixedLength(a) && isFixedLength(b));
  const name = unicode ? (varying ? 'nvarchar' : 'nchar') : varying ? 'varchar' : 'char';
  const length = longer(a, b);
  const collation = higher.collation ?? a.collation ?? b.collation;
  return {
    name: length === -1 ? (unicode ? 'nvarchar' : 'varchar') : name,
    length,
    ...(collation ? { collation } : {}),
  };
};

/** The type that two operands of CASE, COALESCE, UNION or a comparison meet in. */
export const commonType = (a: SqlType, b: SqlType): SqlType => {
  const higher = rank(a) >= rank(b) ? a : b;
  const lower = higher === a ? b : a;
  if (isText(a) && isText(b)) return commonText(a, b, higher);
  if (isBinary(a) && isBinary(b)) {
    const length = longer(
      { ...a, length: a.name === 'timestamp' ? 8 : (a.length ?? 1) },
      { ...b, length: b.name === 'timestamp' ? 8 : (b.length ?? 1) },
    );
    return { name: isFixedLength(a) && isFixedLength(b) ? 'binary' : 'varbinary', length };
  }
  if (familyOf(higher) === 'decimal' && isNumeric(lower)) {
    const x = asDecimal(a);
    const y = asDecimal(b);
    const scale = Math.max(x.scale, y.scale);
    const precision = Math.max(x.precision - x.scale, y.precision - y.scale) + scale;
    return { ...fitDecimal(precision, scale), name: higher.name };
  }
  if ('scale' in higher && isTemporal(higher)) {
    const scale = higher.name === lower.name ? Math.max(higher.scale ?? 7, lower.scale ?? 7) : higher.scale;
    return { ...higher, scale: scale ?? 7 };
  }
  return higher;
};

/** How PostgreSQL holds a value of the type inside an expression. */
export const pgType = (type: SqlType): string => {
  switch (type.name) {
    case 'bit':
      return 'boolean';
    case 'tinyint':
    case 'smallint':
      return 'int2';
    case 'int':
    case 'smalldatetime':
      return 'int4';
    case 'bigint':
    case 'time':
    case 'datetime2':
    case 'datetime':
      return 'int8';
    case 'decimal':
    case 'numeric':
      return `numeric(${type.precision ?? 18},${type.scale ?? 0})`;
    case 'money':
      return 'numeric(19,4)';
    case 'smallmoney':
      return 'numeric(10,4)';
    case 'float':
      return 'float8';
    case 'real':
      return 'float4';
    case 'date':
      return 'date';
    case 'datetimeoffset':
      return 'emu.dto';
    case 'uniqueidentifier':
      return 'uuid';
    case 'binary':
    case 'varbinary':
    case 'image':
    case 'timestamp':
      return 'bytea';
    case 'sql_variant':
      return 'emu.variant';
    default:
      return 'text';
  }
};

/** A type as error messages and definitions spell it. */
export const describeType = (type: SqlType): string => {
  const { name, length, precision, scale } = type;
  if (length !== undefined) return `${name}(${length === -1 ? 'max' : length})`;
  if (precision !== undefined && (name === 'decimal' || name === 'numeric'))
    return `${name}(${precision},${scale ?? 0})`;
  if (scale !== undefined && scale !== 7 && ['time', 'datetime2', 'datetimeoffset'].includes(name))
    return `${name}(${scale})`;
  return name;
};

/** Equal for storage and conversion purposes. */
export const sameType = (a: SqlType, b: SqlType): boolean =>
  a.name === b.name && a.length === b.length && a.precision === b.precision && a.scale === b.scale;
