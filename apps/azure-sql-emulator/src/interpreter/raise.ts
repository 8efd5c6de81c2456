import type { SqlValue } from '../engine.js';
import { plainText } from '../storage/value-codec.js';

/** RAISERROR's printf: %s %d %i %u %o %x %X with flags, width and precision. */
export const formatMessage = (template: string, args: readonly SqlValue[]): string => {
  let at = 0;
  const pattern = /%(?:%|([-+ 0#]*)(\*|\d*)(?:\.(\*|\d+))?(?:h|l|I64)?([sdiuoxX]))/g;
  const text = template.replace(pattern, (whole: string, ...groups: unknown[]) => {
    if (whole === '%%') return '%';
    const [flags = '', width = '', precision, kind = 's'] = groups.slice(0, 4) as (string | undefined)[];
    const size = width === '*' ? Number(args[at++] ?? 0) : Number(width);
    const value = args[at++];
    const body = formatOne(kind, value, precision, flags);
    if (flags.includes('-')) return body.padEnd(size);
    return flags.includes('0') && kind !== 's' ? body.padStart(size, '0') : body.padStart(size);
  });
  return text.slice(0, 2047);
};

const formatOne = (
  kind: string,
  value: SqlValue | undefined,
  precision: string | undefined,
  flags: string,
): string => {
  if (value === null || value === undefined) return '(null)';
  const text = plainText(value);
  if (kind === 's') return precision === undefined ? text : text.slice(0, Number(precision));
  const number = BigInt(Math.trunc(Number(value)));
  const unsigned = BigInt.asUintN(32, number);
  switch (kind) {
    case 'u':
      return unsigned.toString();
    case 'o':
      return unsigned.toString(8);
    case 'x':
      return (flags.includes('#') ? '0x' : '') + unsigned.toString(16);
    case 'X':
      return (flags.includes('#') ? '0X' : '') + unsigned.toString(16).toUpperCase();
    default:
      return (flags.includes('+') && number >= 0n ? '+' : '') + number.toString();
  }
};
