import type { ColumnSchema } from '@thalamus/contracts';
import { coerceText, truncateFraction } from '../load/csv-text.js';

/** One value in the form in which source and warehouse are compared; null is NULL. */
export type Canonicalize = (value: unknown) => string | null;

/** How one column's values are brought to the same text from either side. */
export interface ColumnCanon {
  /** What the source's read expression gave. */
  readonly fromSource: Canonicalize;
  /** What the warehouse's text expression gave. */
  readonly fromWarehouse: Canonicalize;
}

type Form = (text: string) => string;
const nothing = (): void => undefined;

/** Type without its arguments: `DECIMAL(9,2)` → `DECIMAL`. */
export function typeFamily(warehouseType: string): string {
  return warehouseType.toUpperCase().replace(/\s*\(.*$/, '');
}

/** Whether values of this warehouse type have a text that both sides can give. Others are named in the result, not compared. */
export function isComparable(warehouseType: string): boolean {
  return !['SUPER', 'GEOMETRY', 'GEOGRAPHY', 'HLLSKETCH'].includes(typeFamily(warehouseType));
}

/**
 * The comparison's two readings of a column. What the pipeline promises to change (texts cut to size, the 100 ns digit
 * dropped) is changed in the source's value by the very functions the loader uses; nothing else is forgiven.
 */
export function canonOf(
  column: Pick<ColumnSchema, 'name' | 'warehouseType' | 'text' | 'truncatesFraction'>,
): ColumnCanon {
  const family = typeFamily(column.warehouseType);
  const form = formOf(family);
  const limits = column.text ?? { maxBytes: Number.MAX_SAFE_INTEGER };
  const coerce: Form =
    family === 'VARCHAR' || family === 'CHAR'
      ? (text) => coerceText(text, limits, nothing)
      : column.truncatesFraction
        ? (text) => truncateFraction(text, nothing)
        : (text) => text;
  return {
    fromSource: (value) => (isNull(value) ? null : form(coerce(textOf(value, column.name)))),
    fromWarehouse: (value) => (isNull(value) ? null : form(textOf(value, column.name))),
  };
}

const isNull = (value: unknown): value is null | undefined => value === null || value === undefined;

function textOf(value: unknown, column: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return String(value);
  throw new TypeError(
    `column ${column} was read as ${Object.prototype.toString.call(value)}: read it as text`,
  );
}

function formOf(family: string): Form {
  switch (family) {
    case 'DECIMAL':
    case 'NUMERIC':
      return plainDecimal;
    case 'REAL':
      return (text) => String(Math.fround(Number(text)));
    case 'DOUBLE PRECISION':
      return (text) => String(Number(text));
    case 'TIME':
    case 'TIMESTAMP':
      return (text) => shortFraction(text.replace('T', ' '));
    case 'TIMESTAMPTZ':
      return utcInstant;
    case 'VARBYTE':
      return (text) => text.toUpperCase();
    default:
      return (text) => text;
  }
}

/** Without the zeros at the end of the fraction, which are a matter of the declared scale. */
function plainDecimal(text: string): string {
  const short = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return short === '-0' || short === '' ? '0' : short;
}

const shortFraction: Form = (text) => text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');

const instant = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d+))? ?([+-]\d\d)?(?::?(\d\d))?$/;

/** An instant in UTC; text without an offset is UTC already. Only whole minutes move: the fraction is kept as it stands. */
function utcInstant(text: string): string {
  const parts = instant.exec(text);
  if (!parts) throw new TypeError(`not a time with an offset: ${text}`);
  const [, day = '', clock = '', fraction = '', hours = '+00', minutes = '00'] = parts;
  const utc = new Date(`${day}T${clock}${hours}:${minutes}`).toISOString().slice(0, 19).replace('T', ' ');
  return shortFraction(fraction === '' ? utc : `${utc}.${fraction}`);
}
