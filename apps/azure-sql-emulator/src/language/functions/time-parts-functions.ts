import { DATETIME } from '../types.js';
import { SqlError } from '../errors.js';
import type { SqlType } from '../../engine.js';
import { typed } from '../binder/typed.js';
import { fn, type BuiltIn, type FunctionTable } from './function-set.js';

const fromParts =
  (type: SqlType, timeFrom: number): BuiltIn =>
  (f) => {
    const target = `'${type.name}'`;
    const scaled = (n: number): number => {
      const e = f.arg(n);
      if (!e.constant)
        throw new SqlError(
          10760,
          'Scale argument is not valid. Valid expressions for data type scale argument are integer constants and integer constant expressions.',
          f.line,
        );
      return Number(e.pg);
    };
    if (type.name === 'date')
      return typed(
        `emu.ticks_date(emu.make_ticks(${f.int(0)}, ${f.int(1)}, ${f.int(2)}, 0, 0, 0, 0, ${target}))`,
        type,
      );
    const date = timeFrom === 3 ? `${f.int(0)}, ${f.int(1)}, ${f.int(2)}` : '1, 1, 1';
    if (type.name === 'datetime') {
      return typed(
        `emu.ticks_datetime(emu.make_ticks(${date}, ${f.int(3)}, ${f.int(4)}, ${f.int(5)}, (${f.int(6)})::int8 * 10000, ${target}))`,
        type,
      );
    }
    if (type.name === 'smalldatetime') {
      return typed(
        `emu.ticks_minutes(emu.make_ticks(${date}, ${f.int(3)}, ${f.int(4)}, 0, 0, ${target}))`,
        type,
      );
    }
    const [h, m, s] = [0, 1, 2].map((i) => f.int(timeFrom + i));
    const scale = scaled(timeFrom + (type.name === 'datetimeoffset' ? 6 : 4));
    const fraction = `(${f.int(timeFrom + 3)})::int8 * ${10 ** (7 - scale)}`;
    const ticks = `emu.make_ticks(${date}, ${h}, ${m}, ${s}, ${fraction}, ${target})`;
    if (type.name === 'datetimeoffset') {
      const offset = `(${f.int(7)} * 60 + ${f.int(8)})`;
      return typed(`emu.dto(${ticks} - ${offset}::int8 * 600000000, ${offset})`, { ...type, scale });
    }
    return typed(ticks, { ...type, scale });
  };
/** Dates and times put together from their parts. */
export const timePartsFunctions: FunctionTable = {
  DATEFROMPARTS: fn(3, 3, fromParts({ name: 'date' }, 3)),
  TIMEFROMPARTS: fn(5, 5, fromParts({ name: 'time' }, 0)),
  DATETIMEFROMPARTS: fn(7, 7, fromParts(DATETIME, 3)),
  SMALLDATETIMEFROMPARTS: fn(5, 5, fromParts({ name: 'smalldatetime' }, 3)),
  DATETIME2FROMPARTS: fn(8, 8, fromParts({ name: 'datetime2' }, 3)),
  DATETIMEOFFSETFROMPARTS: fn(10, 10, fromParts({ name: 'datetimeoffset' }, 3)),
};
