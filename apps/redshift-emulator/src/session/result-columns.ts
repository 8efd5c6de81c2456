import { modifierOf, type ComputedColumns } from '../decimals/decimal-type.js';
import { isShortened, longName } from '../language/long-names.js';
import { dataRow, parseDataRow, parseRowDescription, rowDescription } from '../protocol/messages.js';
import type { ColumnDescription } from '../protocol/messages.js';
import { compactJson } from './compact-json.js';

const OID_NUMERIC = 1700;
const OID_JSONB = 3802;
const OID_BYTEA = 17;
/** Redshift's own type oids. */
const OID_SUPER = 4000;
const OID_VARBYTE = 6551;

/** A number: DECIMAL with so many digits behind the point. */
type Conversion = 'super' | 'varbyte' | number | undefined;

/** How the columns of a result differ from PostgreSQL's; `undefined` when they don't. */
export type RowConversion = readonly Conversion[] | undefined;

/** What is known of a prepared statement's result; the conversion once it was described. */
export interface DescribedResult {
  conversion: RowConversion;
  readonly columns?: ComputedColumns;
}

/** A RowDescription with Redshift's types, and what its rows need. */
export function convertDescription(
  body: Buffer,
  computed: ComputedColumns = [],
): { message: Buffer; conversion: RowConversion } | undefined {
  const columns = parseRowDescription(body);
  const types = computed.length === columns.length ? computed : [];
  if (!columns.some(isConverted) && !types.some((type) => type !== undefined)) return undefined;
  const conversion = columns.map((column, index) => conversionOf(column, types[index]?.scale));
  const described = columns.map((column, index): ColumnDescription => {
    const named = { ...column, name: longName(column.name) };
    const type = column.typeOid === OID_NUMERIC && column.typeModifier < 0 ? types[index] : undefined;
    if (type !== undefined) return { ...named, typeModifier: modifierOf(type) };
    if (column.typeOid === OID_JSONB) return { ...named, typeOid: OID_SUPER };
    return column.typeOid === OID_BYTEA ? { ...named, typeOid: OID_VARBYTE } : named;
  });
  const changed = conversion.some((each) => each !== undefined);
  return { message: rowDescription(described), conversion: changed ? conversion : undefined };
}

function conversionOf(
  { typeOid, typeModifier, format }: ColumnDescription,
  scale: number | undefined,
): Conversion {
  if (format !== 0) return undefined;
  if (typeOid === OID_JSONB) return 'super';
  if (typeOid === OID_NUMERIC && typeModifier < 0) return scale;
  return typeOid === OID_BYTEA ? 'varbyte' : undefined;
}

function isConverted({ typeOid, name }: ColumnDescription): boolean {
  return typeOid === OID_JSONB || typeOid === OID_BYTEA || isShortened(name);
}

/** SUPER prints without blanks; VARBYTE as hex digits without PostgreSQL's `\x`; DECIMAL with all digits of its type. */
export function convertRow(body: Buffer, conversion: readonly Conversion[]): Buffer {
  const values = parseDataRow(body).map((value, index) => {
    const how = conversion[index];
    if (value === null || how === undefined) return value;
    if (how === 'varbyte') return value.subarray(2);
    return how === 'super' ? compactJson(value) : withScale(value, how);
  });
  return dataRow(values);
}

/** Zeros are added, or taken away, never other digits. */
function withScale(value: Buffer, scale: number): Buffer {
  const text = value.toString('latin1');
  if (!/^-?\d+(\.\d+)?$/.test(text)) return value;
  const [whole = '', fraction = ''] = text.split('.');
  if (/[1-9]/.test(fraction.slice(scale))) return value;
  const digits = fraction.slice(0, scale).padEnd(scale, '0');
  return Buffer.from(scale === 0 ? whole : `${whole}.${digits}`, 'latin1');
}
