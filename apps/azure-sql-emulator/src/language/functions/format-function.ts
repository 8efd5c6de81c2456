import { ticksOf } from '../binder/conversion.js';
import { typed } from '../binder/typed.js';
import { SqlError, unsupported } from '../errors.js';
import { familyOf, nvarchar } from '../types.js';
import { fn, type FunctionContext, type FunctionTable } from './function-set.js';

/** Only what is written as en-US, the language of a session here. */
const checkCulture = (f: FunctionContext): void => {
  if (!f.has(2)) return;
  const culture = f.literalText(2);
  if (culture?.toLowerCase() !== 'en-us')
    throw unsupported(`FORMAT in the culture ${culture ?? 'of an expression'} (only en-US)`, f.line);
};

const formatted = (f: FunctionContext): string => {
  const value = f.arg(0);
  const family = familyOf(value.type);
  const format = f.text(1);
  switch (family) {
    case 'int':
      return `emu.format_number((${value.pg})::numeric, ${format}, 'int')`;
    case 'decimal':
    case 'money':
      return `emu.format_number((${value.pg})::numeric, ${format}, 'decimal')`;
    case 'float':
      return `emu.format_number((${value.pg})::numeric, ${format}, 'float')`;
    case 'time':
      return `emu.format_clock(${value.pg}, ${format})`;
    case 'datetimeoffset':
      return `emu.format_time(emu.dto_local(${value.pg}), ((${value.pg}).o)::int, ${format})`;
    case 'date':
    case 'datetime':
    case 'smalldatetime':
    case 'datetime2':
      return `emu.format_time(${ticksOf(value.pg, family)}, null, ${format})`;
    default:
      throw new SqlError(
        8116,
        `Argument data type ${value.untyped ? 'NULL' : value.type.name} is invalid for argument 1 of format function.`,
        f.line,
      );
  }
};

export const formatFunctions: FunctionTable = {
  FORMAT: fn(2, 3, (f) => {
    checkCulture(f);
    return typed(`emu.left16(${formatted(f)}, 4000)`, nvarchar(4000));
  }),
};
