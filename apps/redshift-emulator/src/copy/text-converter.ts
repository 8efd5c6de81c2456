import { isUtf8 } from 'node:buffer';
import type { CopyOptions } from '../language/copy-statement.js';
import type { Converter } from './converters.js';
import { fault, type FieldFault } from './field-fault.js';
import type { RowWriter } from './row-writer.js';
import type { TargetColumn } from './target-column.js';

const SPACE = 0x20;

/** Whether the bytes are all blanks; an empty field is not blank but empty. */
export function isBlank(source: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const byte = source[at] ?? 0;
    if (byte !== SPACE && byte !== 0x09) return false;
  }
  return end > start;
}

/** The converter of CHAR and VARCHAR. */
export function textConverter(column: TargetColumn, options: CopyOptions): Converter {
  const { length, type } = column;
  const single = type === 'character';
  const clean = (source: Buffer, start: number, end: number, row: RowWriter): FieldFault | undefined => {
    let to = end;
    if (options.trimBlanks && !single) while (to > start && source[to - 1] === SPACE) to -= 1;
    if (to - start > length) {
      const cut = cutToLength(source, start, to, length, options.truncateColumns);
      if (cut === undefined) {
        return fault(
          1204,
          single ? 'Char length exceeds DDL length' : 'String length exceeds DDL length',
          length,
        );
      }
      to = cut;
    }
    if (single) {
      const wide = firstWide(source, start, to);
      if (wide >= 0) return fault(1215, 'CHAR string contains invalid ASCII char', wide - start);
    }
    row.escaped(source, start, to);
    return undefined;
  };
  return (source, start, end, row) => {
    // Most text is ASCII and fits: it is copied while it is looked at.
    if (end - start <= length && !options.trimBlanks && row.ascii(source, start, end)) return undefined;
    const field = source.subarray(start, end);
    const nul = field.indexOf(0);
    if (nul < 0 && isUtf8(field)) return clean(source, start, end, row);
    // A zero byte: the documentation contradicts itself and PostgreSQL cannot store it; see docs/compatibility.md.
    const at = nul >= 0 ? { position: nul, hex: '0' } : firstInvalid(field);
    if (options.acceptInvChars === undefined) {
      const reason = `String contains invalid or unsupported UTF8 codepoints. Bad UTF8 hex sequence: ${at.hex} (error ${nul >= 0 ? 5 : 4})`;
      return fault(1220, reason, at.position);
    }
    const replaced = replaceInvalid(field, options.acceptInvChars);
    return clean(replaced, 0, replaced.length, row);
  };
}

/** Where to cut a value too long: its excess is blanks, or TRUNCATECOLUMNS cuts between characters. */
function cutToLength(
  source: Buffer,
  start: number,
  end: number,
  length: number,
  truncate: boolean,
): number | undefined {
  let at = start + length;
  if (isBlank(source, at, end)) return at;
  if (!truncate) return undefined;
  while (at > start && ((source[at] ?? 0) & 0xc0) === 0x80) at -= 1;
  return at;
}

function firstWide(source: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at += 1) if ((source[at] ?? 0) >= 0x80) return at;
  return -1;
}

/** Length of the well-formed UTF-8 sequence at a position, 0 when there is none. */
function sequenceLength(bytes: Buffer, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return lead === 0 ? 0 : 1;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || at + length > bytes.length) return 0;
  return isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}

function firstInvalid(bytes: Buffer): { position: number; hex: string } {
  let at = 0;
  for (let length = sequenceLength(bytes, at); length > 0; length = sequenceLength(bytes, at)) at += length;
  const hex = bytes
    .subarray(at, at + 4)
    .toString('hex')
    .replace(/(..)(?=.)/g, '$1 ');
  return { position: at, hex };
}

/** Byte for byte: a bad sequence of three bytes becomes three replacements. */
function replaceInvalid(bytes: Buffer, replacement: string): Buffer {
  const out = Buffer.from(bytes);
  const byte = replacement.charCodeAt(0);
  for (let at = 0; at < out.length;) {
    const length = sequenceLength(out, at);
    if (length === 0) out[at] = byte;
    at += Math.max(1, length);
  }
  return out;
}
