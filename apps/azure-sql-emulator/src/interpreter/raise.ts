import type { SqlType, SqlValue } from '../engine.js';
import { SqlError } from '../language/errors.js';
import { familyOf, type TypeFamily } from '../language/types.js';
import { plainText } from '../storage/value-codec.js';

/** One value of RAISERROR behind its message. */
export interface Substitution {
  readonly type: SqlType;
  readonly value: SqlValue;
}

const allowed = new Set<TypeFamily | undefined>(['int', 'text', 'binary']);

/**
 * RAISERROR's printf: %s %d %i %u %o %x %X with flags, width and precision.
 * @throws {SqlError} 2748, 2786, 2787
 */
export const formatMessage = (template: string, given: readonly Substitution[], line: number): string => {
  given.forEach(({ type }, i) => {
    if (!allowed.has(familyOf(type)))
      throw new SqlError(
        2748,
        `Cannot specify ${type.name} data type (parameter ${i + 4}) as a substitution parameter.`,
        line,
      );
  });
  const args = given.map(({ value }) => value);
  let at = 0;
  const pattern = /%(?:%|([-+ 0#]*)(\*|\d*)(?:\.(\*|\d+))?(?:h|l|I64)?([sdiuoxX])|[-+ 0#.\d]*.?)/g;
  const text = template.replace(pattern, (whole: string, ...groups: unknown[]) => {
    if (whole === '%%') return '%';
    if (groups[3] === undefined) throw new SqlError(2787, `Invalid format specification: '${whole}'.`, line);
    const [flags = '', width = '', precision, kind = 's'] = groups.slice(0, 4) as (string | undefined)[];
    const size = width === '*' ? Number(args[at++] ?? 0) : Number(width);
    const value = args[at];
    if (!matches(kind, given[at]?.type, value))
      throw new SqlError(
        2786,
        `The data type of substitution parameter ${at + 1} does not match the expected type of the format specification.`,
        line,
      );
    at++;
    const body = formatOne(kind, value, precision, flags);
    if (flags.includes('-')) return body.padEnd(size);
    return flags.includes('0') && kind !== 's' ? body.padStart(size, '0') : body.padStart(size);
  });
  return text.slice(0, 2047);
};

/** Numbers for numbers, text for %s; NULL and what is not given for both. */
const matches = (kind: string, type: SqlType | undefined, value: SqlValue | undefined): boolean =>
  value === null || type === undefined || (kind === 's') !== (familyOf(type) === 'int');

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
