import type { SqlType } from '../../engine.js';
import { literal } from '../../catalog/naming.js';
import { SqlError, unsupported } from '../errors.js';
import { familyOf, isUnicode, type TypeFamily } from '../types.js';
import { clash, notImplicit, tries, type Conversion } from './conversion-rules.js';
import { temporalText } from './time-conversion.js';
import { asText, type Typed } from './typed.js';

/** Text cut or padded to its declared length; CAST cuts in silence, an assignment refuses. */
export const fitText = (pg: string, fromLength: number | undefined, to: SqlType, how: Conversion): string => {
  const length = to.length ?? -1;
  if (length === -1 || to.name === 'xml' || to.name === 'text' || to.name === 'ntext') return pg;
  let out = pg;
  const fits = fromLength !== undefined && fromLength !== -1 && fromLength <= length;
  const utf8 = /_UTF8$/i.test(to.collation ?? '') && !isUnicode(to);
  if (how.mode === 'assign') {
    if (utf8) out = `emu.fit_utf8(${out}, ${length}, ${literal(how.target ?? '|')})`;
    else if (!fits) out = `emu.fit(${out}, ${length}, ${literal(how.target ?? '|')})`;
  } else if (!fits) out = `emu.left16(${out}, ${length})`;
  return to.name === 'char' || to.name === 'nchar' ? `emu.pad(${out}, ${length})` : out;
};

export const toText = (from: Typed, source: TypeFamily, to: SqlType, how: Conversion): string => {
  const style = how.style;
  if (to.name === 'xml' && !['text', 'xml', 'binary'].includes(source)) throw clash(from.type, to, how);
  const number = (pg: string, digits: number): string => numberText(pg, digits, to, from, how);
  switch (source) {
    case 'text':
    case 'xml': {
      const narrowing =
        isUnicode(from.type) && !isUnicode(to) && !/_UTF8$/i.test(to.collation ?? '') && to.name !== 'xml';
      // The result would keep the operand's collation, and its length would count bytes.
      if (narrowing && how.mode !== 'assign' && /_UTF8$/i.test(from.type.collation ?? ''))
        throw unsupported('conversion of Unicode text of a _UTF8 collation to varchar', how.line);
      const pg = narrowing ? `emu.cp1252(${asText(from)})` : asText(from);
      return fitText(pg, from.type.length, to, how);
    }
    case 'bit':
      return fitText(`((${from.pg})::int4)::text`, 1, to, how);
    case 'int':
      return number(
        `(${from.pg})::text`,
        { tinyint: 3, smallint: 6, int: 11, bigint: 20 }[from.type.name as 'int'] ?? 20,
      );
    case 'decimal':
      return number(`(${from.pg})::text`, 41);
    case 'money':
      return number(`emu.money_text(${from.pg}, ${style ?? 0})`, 30);
    case 'float':
      return fitText(
        `emu.float_text(${from.pg}, ${style ?? 0}, ${from.type.name === 'real' ? 9 : 17})`,
        undefined,
        to,
        how,
      );
    case 'guid':
      return guidText(from, to, how);
    case 'binary':
      return binaryText(from, to, how);
    case 'variant':
      throw unsupported('conversion from sql_variant', how.line);
    default:
      return fitText(temporalText(from, source, how), undefined, to, how);
  }
};

/** A number never loses digits: too long for the target is 8115, or `*` for the integers. */
const numberText = (pg: string, digits: number, to: SqlType, from: Typed, how: Conversion): string => {
  const length = to.length ?? -1;
  if (length === -1 || length >= digits) return fitText(pg, digits, to, how);
  const integer = familyOf(from.type) === 'int' && !isUnicode(to);
  const source = from.type.name === 'decimal' ? 'numeric' : from.type.name;
  const otherwise = integer
    ? '*'
    : how.attempt
      ? ''
      : `Arithmetic overflow error converting ${source} to data type ${to.name}.`;
  const body = `emu.fit_number(${pg}, ${length}, ${literal(otherwise)}, 8115)`;
  return fitText(body, length, to, how);
};

const guidText = (from: Typed, to: SqlType, how: Conversion): string => {
  const length = to.length ?? -1;
  if (length !== -1 && length < 36) {
    throw new SqlError(
      8170,
      'Insufficient result space to convert uniqueidentifier value to char.',
      how.line,
      16,
      2,
    );
  }
  return fitText(`emu.guid_text(${from.pg})`, 36, to, how);
};

const binaryText = (from: Typed, to: SqlType, how: Conversion): string => {
  if (how.mode !== 'explicit') throw notImplicit(from.type, to, how.line);
  const style = how.style ?? 0;
  if (style === 1 || style === 2) {
    const bytes = from.type.length ?? -1;
    const pg = `${style === 1 ? `'0x' || ` : ''}upper(encode(${from.pg}, 'hex'))`;
    return fitText(`(${pg})`, bytes === -1 ? undefined : bytes * 2 + (style === 1 ? 2 : 0), to, how);
  }
  const text = isUnicode(to) ? `emu.utf16_text(${from.pg})` : `convert_from(${from.pg}, 'WIN1252')`;
  return fitText(text, undefined, to, how);
};

export const toBinary = (from: Typed, source: TypeFamily, to: SqlType, how: Conversion): string => {
  let pg: string;
  let length: number | undefined;
  switch (source) {
    case 'binary':
      pg = from.pg;
      length = from.type.name === 'timestamp' ? 8 : from.type.length;
      break;
    case 'text':
      if (how.mode !== 'explicit') throw notImplicit(from.type, to, how.line);
      if (how.style === 1 || how.style === 2) pg = `emu.text_bytes(${asText(from)}, ${how.style})`;
      else
        pg = isUnicode(from.type)
          ? `emu.utf16(${asText(from)})`
          : `convert_to(emu.cp1252(${asText(from)}), 'WIN1252')`;
      break;
    case 'int': {
      const widths: Record<string, [number, string]> = {
        tinyint: [1, ''],
        smallint: [2, 'int2send'],
        int: [4, 'int4send'],
        bigint: [8, 'int8send'],
      };
      const [width, send] = widths[from.type.name] ?? [4, 'int4send'];
      pg = width === 1 ? `substr(int2send(${from.pg}), 2)` : `${send}(${from.pg})`;
      if (to.length !== undefined && to.length !== -1) {
        if (to.length < width) pg = `substr(${pg}, ${width - to.length + 1})`;
        else if (to.name === 'binary') pg = `(decode(repeat('00', ${to.length - width}), 'hex') || ${pg})`;
      }
      return pg;
    }
    case 'bit':
      return `(case when ${from.pg} then '\\x01'::bytea else '\\x00'::bytea end)`;
    case 'guid':
      pg = `emu.guid_bytes(${from.pg})`;
      length = 16;
      break;
    default:
      if (how.mode === 'explicit')
        throw unsupported(`conversion from ${from.type.name} to ${to.name}`, how.line);
      throw clash(from.type, to, how);
  }
  const limit = to.name === 'timestamp' ? 8 : (to.length ?? -1);
  if (limit === -1 || to.name === 'image') return pg;
  if (!(length !== undefined && length !== -1 && length <= limit)) {
    pg =
      how.mode === 'assign'
        ? `emu.fit_bytes(${pg}, ${limit}, ${literal(how.target ?? '|')})`
        : `substr(${pg}, 1, ${limit})`;
  }
  return to.name === 'binary' ? `emu.pad_bytes(${pg}, ${limit})` : pg;
};

export const toGuid = (from: Typed, source: TypeFamily, to: SqlType, how: Conversion): string => {
  if (source === 'guid') return from.pg;
  if (source === 'text') return `emu.text_guid(${asText(from)}, ${tries(how)})`;
  if (source === 'binary') return `emu.bytes_guid(${from.pg})`;
  throw clash(from.type, to, how);
};
