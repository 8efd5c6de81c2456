import type { ByteWriter } from './byte-writer.js';

/** Positions of a GUID's hex digits in wire order: the first three groups are little-endian. */
const GUID_ORDER = [6, 4, 2, 0, 11, 9, 16, 14, 19, 21, 24, 26, 28, 30, 32, 34];

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  if (lower >= 0x61 && lower <= 0x66) return lower - 0x57;
  throw new Error('A uniqueidentifier holds a character that is no hex digit.');
}

/** Sixteen bytes of a GUID in the canonical 36-character form. */
export function writeGuid(writer: ByteWriter, text: string): void {
  if (text.length !== 36) throw new Error(`'${text}' is no uniqueidentifier.`);
  for (const position of GUID_ORDER)
    writer.u8((hexDigit(text.charCodeAt(position)) << 4) | hexDigit(text.charCodeAt(position + 1)));
}
