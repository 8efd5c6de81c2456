import type { SqlType } from '../../engine.js';
import { unsupported } from '../errors.js';
import { familyOf, pgType } from '../types.js';
import { encodeGuid } from '../../storage/value-codec.js';
import type { Conversion } from './conversion-rules.js';
import { toBit, toDecimal, toFloat, toInteger, toMoney } from './number-conversion.js';
import { fitText, toBinary, toGuid, toText } from './text-conversion.js';
import { ticksOf, toTemporal } from './time-conversion.js';
import type { Typed } from './typed.js';

export type { Conversion };
export { fitText, ticksOf };

/** PostgreSQL text of `from` converted to `to`; text comes out in text form. */
export const convert = (from: Typed, to: SqlType, how: Conversion): string => {
  const target = familyOf(to);
  const source = familyOf(from.type);
  if (!target || !source) throw unsupported(`conversion from ${from.type.name} to ${to.name}`, how.line);
  if (from.untyped) return `null::${pgType(to)}`;
  const folded = foldLiteral(from, to, how);
  if (folded !== undefined) return folded;
  switch (target) {
    case 'text':
    case 'xml':
      return toText(from, source, to, how);
    case 'bit':
      return toBit(from, source, to, how);
    case 'int':
      return toInteger(from, source, to, how);
    case 'decimal':
      return toDecimal(from, source, to, how);
    case 'money':
      return toMoney(from, source, to, how);
    case 'float':
      return toFloat(from, source, to, how);
    case 'binary':
      return toBinary(from, source, to, how);
    case 'guid':
      return toGuid(from, source, to, how);
    case 'variant':
      throw unsupported('conversion to sql_variant', how.line);
    default:
      return toTemporal(from, source, target, to, how);
  }
};

/** Text literals in the usual forms are read here, once, and not by PostgreSQL for every row. */
const foldLiteral = (from: Typed, to: SqlType, how: Conversion): string | undefined => {
  const text = from.literalText;
  if (text === undefined || how.style !== undefined) return undefined;
  switch (to.name) {
    case 'uniqueidentifier':
      return /^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/.test(text)
        ? `'${encodeGuid(text)}'::uuid`
        : undefined;
    case 'int':
    case 'bigint':
      return /^-?\d{1,9}$/.test(text) ? `'${text}'::${pgType(to)}` : undefined;
    case 'date':
    case 'datetime2': {
      const match = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,7}))?)?$/.exec(text);
      if (!match) return undefined;
      const [year = 0, month = 0, day = 0, h = 0, m = 0, s = 0] = match
        .slice(1, 7)
        .map((part) => Number(part ?? 0));
      const date = new Date(Date.UTC(2000, month - 1, day));
      date.setUTCFullYear(year, month - 1, day);
      if (
        year < 1 ||
        date.getUTCMonth() !== month - 1 ||
        date.getUTCDate() !== day ||
        h > 23 ||
        m > 59 ||
        s > 59
      )
        return undefined;
      if (to.name === 'date') return `'${text.slice(0, 10)}'::date`;
      const fraction = (match[7] ?? '').padEnd(7, '0');
      if (/[1-9]/.test(fraction.slice(to.scale ?? 7))) return undefined;
      const days = BigInt(Math.round(date.getTime() / 86_400_000) + 719162);
      const ticks = (days * 86_400n + BigInt(h * 3600 + m * 60 + s)) * 10_000_000n + BigInt(fraction);
      return `${ticks}::int8`;
    }
    default:
      return undefined;
  }
};
