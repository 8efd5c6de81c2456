import type { CoercionKind } from '@thalamus/contracts';

/** What a staged file writes for NULL. It cannot be data: a value equal to it is altered (and counted). */
export const nullSentinel = '@THALAMUS.NULL@';

/** Told of each change made to a value. */
export type CountCoercion = (kind: CoercionKind) => void;

export interface TextLimits {
  /** Characters as SQL Server counts them: UTF-16 units. */
  readonly maxChars?: number | undefined;
  /** UTF-8 bytes, as Redshift counts. */
  readonly maxBytes: number;
}

/** Mends and cuts a text so that the warehouse takes it. Never cuts inside a character. */
export function coerceText(value: string, limits: TextLimits, count: CountCoercion): string {
  let text = value;
  if (text.includes('\0')) {
    text = text.replaceAll('\0', '');
    count('nul-removed');
  }
  if (!text.isWellFormed()) {
    text = text.toWellFormed();
    count('surrogate-replaced');
  }
  const cut = cutText(text, limits);
  if (cut.length !== text.length) count('cut-to-length');
  if (cut !== nullSentinel) return cut;
  count('sentinel-escaped');
  return cutText(`@${cut}`, limits);
}

/** The longest beginning of well-formed `text` within both limits that ends between characters. */
export function cutText(text: string, { maxChars, maxBytes }: TextLimits): string {
  const units = Math.min(text.length, maxChars ?? text.length);
  // A UTF-16 unit needs at most 3 bytes, so most values need no counting at all.
  if (units * 3 <= maxBytes) return units === text.length ? text : text.slice(0, onBoundary(text, units));
  let bytes = 0;
  let at = 0;
  while (at < units) {
    const code = text.charCodeAt(at);
    const pair = code >= 0xd800 && code < 0xdc00;
    bytes += pair ? 4 : code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
    const next = at + (pair ? 2 : 1);
    if (bytes > maxBytes || next > units) break;
    at = next;
  }
  return at === text.length ? text : text.slice(0, at);
}

function onBoundary(text: string, units: number): number {
  const last = text.charCodeAt(units - 1);
  return last >= 0xd800 && last < 0xdc00 ? units - 1 : units;
}

const needsQuotes = /[",\r\n]/;

/** ASCII blanks and everything beyond ASCII that a reader might take for one. */
const mayBeBlank = (code: number): boolean => code <= 0x20 || code >= 0x85;

/**
 * A CSV field. An empty string is an empty field, which Redshift reads as `''` for text; blanks at either end are quoted
 * because white space beside a quote or delimiter is not promised to be kept.
 */
export function csvField(text: string): string {
  if (text === '') return text;
  const quote =
    mayBeBlank(text.charCodeAt(0)) || mayBeBlank(text.charCodeAt(text.length - 1)) || needsQuotes.test(text);
  return quote ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Drops the 100 ns digit that Redshift cannot hold; counted only when it was not 0. */
export function truncateFraction(text: string, count: CountCoercion): string {
  const dot = text.indexOf('.');
  if (dot < 0) return text;
  const seventh = text.charCodeAt(dot + 7);
  // NaN at the end of the text; anything but a digit is an offset.
  if (!(seventh >= 0x30 && seventh <= 0x39)) return text;
  if (seventh !== 0x30) count('sub-microsecond-truncated');
  return text.slice(0, dot + 7) + text.slice(dot + 8);
}
