import { createHash } from 'node:crypto';

/** Longest identifier; longer ones are cut as the server does. */
export const MAX_IDENTIFIER_BYTES = 127;
/** PostgreSQL's own limit. */
const POSTGRES_BYTES = 63;
const DIGITS = 16;
const SHORTENED = /[^\s"'.]*~[0-9a-f]{16}/g;

/** Names that PostgreSQL keeps under another, by that other. The other is made of the name, so nothing is forgotten by it. */
const names = new Map<string, string>();

/** The name under which PostgreSQL keeps an identifier: itself, or a shorter one that tells it from others. */
export function shortName(name: string): string {
  if (name.length * 3 <= POSTGRES_BYTES || Buffer.byteLength(name) <= POSTGRES_BYTES) return name;
  const whole = cut(name, MAX_IDENTIFIER_BYTES);
  const digest = createHash('sha256').update(whole).digest('hex').slice(0, DIGITS);
  const short = `${cut(whole, POSTGRES_BYTES - DIGITS - 1)}~${digest}`;
  names.set(short, whole);
  return short;
}

/** The identifier that a name of PostgreSQL's stands for. */
export function longName(short: string): string {
  return names.get(short) ?? short;
}

/** Whether a name of PostgreSQL's stands for a longer one. */
export function isShortened(name: string): boolean {
  return names.has(name);
}

/** A message with its identifiers in full. */
export function withLongNames(message: string): string {
  return names.size === 0 ? message : message.replace(SHORTENED, (name) => longName(name));
}

/** Makes names of an earlier run known. */
export function rememberNames(known: readonly (readonly [short: string, long: string])[]): void {
  for (const [short, long] of known) names.set(short, long);
}

/** At most so many bytes of the text, whole characters. */
function cut(text: string, bytes: number): string {
  const encoded = Buffer.from(text, 'utf8');
  if (encoded.length <= bytes) return text;
  let end = bytes;
  while (((encoded[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return encoded.toString('utf8', 0, end);
}
