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
