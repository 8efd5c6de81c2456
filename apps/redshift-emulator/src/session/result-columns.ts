import { isShortened, longName } from '../language/long-names.js';
import { dataRow, parseDataRow, parseRowDescription, rowDescription } from '../protocol/messages.js';
import type { ColumnDescription } from '../protocol/messages.js';

const OID_JSONB = 3802;
const OID_BYTEA = 17;
/** Redshift's own type oids. */
const OID_SUPER = 4000;
const OID_VARBYTE = 6551;

type Conversion = 'super' | 'varbyte' | undefined;

/** How the columns of a result differ from PostgreSQL's; `undefined` when they don't. */
export type RowConversion = readonly Conversion[] | undefined;

/** A RowDescription with Redshift's types, and what its rows need. */
export function convertDescription(body: Buffer): { message: Buffer; conversion: RowConversion } | undefined {
  const columns = parseRowDescription(body);
  if (!columns.some(isConverted)) return undefined;
  const conversion = columns.map(({ typeOid, format }): Conversion => {
    if (format !== 0) return undefined;
    if (typeOid === OID_JSONB) return 'super';
    return typeOid === OID_BYTEA ? 'varbyte' : undefined;
  });
  const described = columns.map((column): ColumnDescription => {
    const named = { ...column, name: longName(column.name) };
    if (column.typeOid === OID_JSONB) return { ...named, typeOid: OID_SUPER };
    return column.typeOid === OID_BYTEA ? { ...named, typeOid: OID_VARBYTE } : named;
  });
  const changed = conversion.some((each) => each !== undefined);
  return { message: rowDescription(described), conversion: changed ? conversion : undefined };
}

function isConverted({ typeOid, name }: ColumnDescription): boolean {
  return typeOid === OID_JSONB || typeOid === OID_BYTEA || isShortened(name);
}

/** SUPER prints without blanks; VARBYTE prints as hex digits without PostgreSQL's `\x`. */
export function convertRow(body: Buffer, conversion: readonly Conversion[]): Buffer {
  const values = parseDataRow(body).map((value, index) => {
    if (value === null) return null;
    if (conversion[index] === 'varbyte') return value.subarray(2);
    return conversion[index] === 'super' ? compactJson(value) : value;
  });
  return dataRow(values);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/** jsonb text without the blanks after `:` and `,`; byte by byte, so that no number is touched. */
export function compactJson(text: Buffer): Buffer {
  const out = Buffer.allocUnsafe(text.length);
  let length = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const byte = text[index] ?? 0;
    if (quoted && byte === BACKSLASH) {
      out[length++] = byte;
      index += 1;
      out[length++] = text[index] ?? 0;
      continue;
    }
    if (byte === QUOTE) quoted = !quoted;
    if (quoted || byte !== SPACE) out[length++] = byte;
  }
  return out.subarray(0, length);
}
