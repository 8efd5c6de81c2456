import { BIGINT, INT, isLob, isText, isUnicode, nvarchar, varchar, isBinary, familyOf } from '../types.js';
import type { SqlType } from '../../engine.js';
import { unsupported } from '../errors.js';
import { isCaseSensitive, typed, type Typed } from '../binder/typed.js';
import { fn, type BuiltIn, type FunctionContext, type FunctionTable } from './function-set.js';

const textType = (e: Typed, length?: number): SqlType => {
  const base = isText(e.type) && !e.untyped ? e.type : nvarchar(4000);
  const name = isUnicode(base) ? 'nvarchar' : 'varchar';
  const collation = base.collation ? { collation: base.collation } : {};
  if (isLob(base)) return { name, length: -1, ...collation };
  return {
    name,
    length: Math.max(1, Math.min(length ?? base.length ?? 1, isUnicode(base) ? 4000 : 8000)),
    ...collation,
  };
};

const same = (e: Typed, pg: string, length?: number): Typed => ({
  pg,
  type: textType(e, length),
  nullable: e.nullable,
  ...(e.collationFrom ? { collationFrom: e.collationFrom } : {}),
});

const constantInt = (e: Typed): number | undefined =>
  e.constant && /^\d+$/.test(e.pg) ? Number(e.pg) : undefined;

const mapText =
  (template: (x: string) => string): BuiltIn =>
  (f) =>
    same(f.arg(0), template(f.text(0)));

const datalength: BuiltIn = (f) => {
  const e = f.arg(0);
  const type = isLob(e.type) ? BIGINT : INT;
  const sizes: Record<string, number> = {
    bit: 1,
    tinyint: 1,
    smallint: 2,
    int: 4,
    bigint: 8,
    float: 8,
    real: 4,
    money: 8,
    smallmoney: 4,
    datetime: 8,
    smalldatetime: 4,
    date: 3,
    uniqueidentifier: 16,
  };
  const scale = e.type.scale ?? 7;
  sizes.time = scale <= 2 ? 3 : scale <= 4 ? 4 : 5;
  sizes.datetime2 = scale <= 2 ? 6 : scale <= 4 ? 7 : 8;
  sizes.datetimeoffset = scale <= 2 ? 8 : scale <= 4 ? 9 : 10;
  const precision = e.type.precision ?? 18;
  sizes.decimal = sizes.numeric = precision <= 9 ? 5 : precision <= 19 ? 9 : precision <= 28 ? 13 : 17;
  const wrap = (pg: string): Typed => typed(type === BIGINT ? `(${pg})::int8` : pg, type, e.nullable);
  if (isText(e.type) || e.type.name === 'xml') {
    if (isUnicode(e.type) || e.type.name === 'xml') return wrap(`(emu.len16(${f.text(0)}) * 2)`);
    return wrap(
      /_UTF8$/i.test(e.type.collation ?? '') ? `octet_length(${f.text(0)})` : `length(${f.text(0)})`,
    );
  }
  if (isBinary(e.type)) return wrap(`length(${e.pg})`);
  const size = sizes[e.type.name];
  if (size === undefined) throw unsupported(`DATALENGTH of ${e.type.name}`, f.line);
  return wrap(`(case when (${e.pg}) is null then null else ${size} end)`);
};

const concatenation = (f: FunctionContext, from: number, separator?: string): Typed => {
  const parts: string[] = [];
  let unicode = false;
  let length = 0;
  for (let i = from; i < f.count; i++) {
    const e = f.arg(i);
    if (isText(e.type) && isUnicode(e.type)) unicode = true;
    length += e.untyped ? 0 : isLob(e.type) ? 1e9 : isText(e.type) ? (e.type.length ?? 1) : 40;
    parts.push(e.untyped ? 'null::text' : f.to(e, isText(e.type) ? nvarchar(-1) : varchar(-1), 'explicit'));
  }
  if (separator !== undefined) length += (f.count - 2) * (f.arg(0).type.length ?? 1);
  const limit = unicode ? 4000 : 8000;
  const type: SqlType = {
    name: unicode ? 'nvarchar' : 'varchar',
    length: length >= 1e9 ? -1 : Math.min(length, limit),
  };
  const pg =
    separator === undefined
      ? `concat(${parts.join(', ')})`
      : `concat_ws(coalesce(${separator}, ''), ${parts.join(', ')})`;
  return typed(pg, type, false);
};

const replicate: BuiltIn = (f) => {
  const e = f.arg(0);
  const n = constantInt(f.arg(1));
  const length = n === undefined ? 8000 : (e.type.length ?? 1) * n;
  const whole = `(case when ${f.int(1)} < 0 then null else repeat(${f.text(0)}, ${f.int(1)}) end)`;
  const limit = isText(e.type) && isUnicode(e.type) ? 4000 : 8000;
  const fits = isLob(e.type) || (n !== undefined && length <= limit);
  return {
    ...same(e, fits ? whole : `emu.left16(${whole}, ${limit})`, length),
    nullable: true,
  };
};

const trim =
  (side: 'both' | 'leading' | 'trailing'): BuiltIn =>
  (f) => {
    const where = f.call.datePart ?? side;
    if (f.has(1)) return same(f.arg(0), `emu.trimmed(${f.text(0)}, ${f.text(1)}, '${where}')`);
    const name = { both: 'btrim', leading: 'ltrim', trailing: 'rtrim' }[side];
    return same(f.arg(0), `${name}(${f.text(0)}, ' ')`);
  };

/** Whether the collation that the arguments meet in tells cases apart. */
const caseSensitive = (f: FunctionContext, ...args: readonly number[]): boolean => {
  const values = args.map((n) => f.arg(n));
  const decides =
    values.find((e) => e.collationFrom === 'explicit') ?? values.find((e) => e.collationFrom === 'column');
  const name = decides?.type.collation;
  if (/_AI(_|$)/i.test(name ?? '')) throw unsupported(`${f.call.name} in the collation ${name}`, f.line);
  return isCaseSensitive(name);
};

const stringAgg: BuiltIn = (f) => {
  const e = f.arg(0);
  const text = f.to(
    e,
    isText(e.type)
      ? { ...e.type, name: isUnicode(e.type) ? 'nvarchar' : 'varchar', length: -1 }
      : nvarchar(-1),
    'explicit',
  );
  const order = f.call.withinGroup ? ` order by ${f.orderBy(f.call.withinGroup)}` : '';
  const unicode = !isText(e.type) || isUnicode(e.type);
  const type: SqlType = isLob(e.type)
    ? { name: unicode ? 'nvarchar' : 'varchar', length: -1 }
    : unicode
      ? nvarchar(4000)
      : varchar(8000);
  return typed(`string_agg(${text}, ${f.text(1)}${order})`, type);
};

const hashAlgorithms: Record<string, (x: string) => string> = {
  SHA: (x) => `emu.digest(${x}, 'sha1')`,
  SHA1: (x) => `emu.digest(${x}, 'sha1')`,
  MD5: (x) => `decode(md5(${x}), 'hex')`,
  SHA2_256: (x) => `sha256(${x})`,
  SHA2_512: (x) => `sha512(${x})`,
};

const hashBytes: BuiltIn = (f) => {
  const name = f.literalText(0)?.toUpperCase();
  const algorithm = name === undefined ? undefined : hashAlgorithms[name];
  if (!algorithm) throw unsupported(`HASHBYTES algorithm ${name ?? '(computed)'}`, f.line);
  const e = f.arg(1);
  const bytes = isBinary(e.type) ? e.pg : f.to(e, { name: 'varbinary', length: -1 }, 'explicit');
  return typed(algorithm(bytes), { name: 'varbinary', length: 8000 }, e.nullable);
};

export const textFunctions: FunctionTable = {
  LEN: fn(1, 1, (f) =>
    typed(
      `${isBinary(f.arg(0).type) ? `length(${f.arg(0).pg})` : `emu.len(${f.text(0)})`}${isLob(f.arg(0).type) ? '::int8' : ''}`,
      isLob(f.arg(0).type) ? BIGINT : INT,
      f.arg(0).nullable,
    ),
  ),
  DATALENGTH: fn(1, 1, datalength),
  UPPER: fn(
    1,
    1,
    mapText((x) => `upper(${x} collate pg_catalog.pg_c_utf8)`),
  ),
  LOWER: fn(
    1,
    1,
    mapText((x) => `lower(${x} collate pg_catalog.pg_c_utf8)`),
  ),
  LTRIM: fn(1, 2, trim('leading')),
  RTRIM: fn(1, 2, trim('trailing')),
  TRIM: fn(1, 2, trim('both')),
  REVERSE: fn(
    1,
    1,
    mapText((x) => `emu.reversed(${x})`),
  ),
  LEFT: fn(2, 2, (f) => same(f.arg(0), `emu.left_of(${f.text(0)}, ${f.int(1)})`, constantInt(f.arg(1)))),
  RIGHT: fn(2, 2, (f) => same(f.arg(0), `emu.right_of(${f.text(0)}, ${f.int(1)})`, constantInt(f.arg(1)))),
  SUBSTRING: fn(3, 3, (f) => {
    const e = f.arg(0);
    if (isBinary(e.type))
      return typed(
        `substr(${e.pg}, ${f.int(1)}, ${f.int(2)})`,
        { name: 'varbinary', length: isLob(e.type) ? -1 : (constantInt(f.arg(2)) ?? e.type.length ?? 8000) },
        e.nullable,
      );
    return {
      ...same(e, `emu.substring(${f.text(0)}, ${f.int(1)}, ${f.int(2)})`, constantInt(f.arg(2))),
      nullable: true,
    };
  }),
  CHARINDEX: fn(2, 3, (f) => {
    const pg = `emu.charindex(${f.text(0)}, ${f.text(1)}, ${f.has(2) ? f.int(2) : '1'}, ${caseSensitive(f, 1, 0)})`;
    return typed(isLob(f.arg(1).type) ? `(${pg})::int8` : pg, isLob(f.arg(1).type) ? BIGINT : INT);
  }),
  PATINDEX: fn(2, 2, (f) =>
    typed(`emu.patindex(${f.text(0)}, ${f.text(1)}, ${caseSensitive(f, 1, 0)})`, INT),
  ),
  REPLACE: fn(3, 3, (f) => ({
    ...same(
      f.arg(0),
      `emu.replace_in(${f.text(0)}, ${f.text(1)}, ${f.text(2)}, ${caseSensitive(f, 0, 1)})`,
      8000,
    ),
    nullable: true,
  })),
  STUFF: fn(4, 4, (f) => ({
    ...same(f.arg(0), `emu.stuff(${f.text(0)}, ${f.int(1)}, ${f.int(2)}, ${f.text(3)})`, 8000),
    nullable: true,
  })),
  REPLICATE: fn(2, 2, replicate),
  SPACE: fn(1, 1, (f) =>
    typed(
      `(case when ${f.int(0)} < 0 then null else repeat(' ', case when ${f.int(0)} > 8000 then 8000 else ${f.int(0)} end) end)`,
      varchar(8000),
    ),
  ),
  CONCAT: fn(2, 254, (f) => concatenation(f, 0)),
  CONCAT_WS: fn(3, 254, (f) => concatenation(f, 1, f.text(0))),
  STRING_AGG: fn(2, 2, stringAgg),
  TRANSLATE: fn(3, 3, (f) =>
    same(f.arg(0), `emu.translated(${f.text(0)}, ${f.text(1)}, ${f.text(2)}, ${caseSensitive(f, 0, 1)})`),
  ),
  ASCII: fn(1, 1, (f) => typed(`emu.ascii_of(${f.text(0)})`, INT)),
  UNICODE: fn(1, 1, (f) => typed(`emu.unicode_of(${f.text(0)})`, INT)),
  CHAR: fn(1, 1, (f) =>
    typed(
      `(case when ${f.int(0)} between 1 and 127 then chr(${f.int(0)}) when ${f.int(0)} = 0 then emu.fail(40515, 'not supported by the emulator: U+0000 in character data') when ${f.int(0)} between 128 and 255 then convert_from(substr(int2send((${f.int(0)})::int2), 2), 'WIN1252') end)`,
      { name: 'char', length: 1 },
    ),
  ),
  NCHAR: fn(1, 1, (f) =>
    typed(
      `(case when ${f.int(0)} = 0 then emu.fail(40515, 'not supported by the emulator: U+0000 in character data') when ${f.int(0)} between 1 and 65535 then chr(${f.int(0)}) end)`,
      {
        name: 'nchar',
        length: 1,
      },
    ),
  ),
  QUOTENAME: fn(1, 2, (f) =>
    typed(`emu.quotename(${f.text(0)}, ${f.has(1) ? f.text(1) : `'['`})`, nvarchar(258)),
  ),
  STR: fn(1, 3, (f) =>
    typed(
      `emu.str(${f.float(0)}, ${f.has(1) ? f.int(1) : '10'}, ${f.has(2) ? f.int(2) : '0'})`,
      varchar(constantInt(f.has(1) ? f.arg(1) : typed('10', INT)) ?? 10),
    ),
  ),
  HASHBYTES: fn(2, 2, hashBytes),
  NEWID: fn(0, 0, () => typed('emu.newid()', { name: 'uniqueidentifier' }, false)),
  NEWSEQUENTIALID: fn(0, 0, () => typed('emu.newid()', { name: 'uniqueidentifier' }, false)),
  ISNUMERIC: fn(1, 1, (f) => {
    const e = f.arg(0);
    if (!isText(e.type))
      return typed(
        `(case when (${e.pg}) is null then 0 else ${['int', 'decimal', 'money', 'float'].includes(familyOf(e.type) ?? '') ? 1 : 0} end)`,
        INT,
        false,
      );
    const x = f.text(0);
    return typed(
      `(case when emu.text_float(nullif(btrim(${x}), ''), 'varchar', true) is not null or emu.text_money(nullif(btrim(${x}), ''), 'varchar', true) is not null or (btrim(${x}) <> '' and (btrim(${x}) collate "C") ~ '^[-+]?[$£¤¥€]?[.,]?$') then 1 else 0 end)`,
      INT,
      false,
    );
  }),
  ISDATE: fn(1, 1, (f) =>
    typed(
      `(case when emu.text_ticks(nullif(btrim(${f.text(0)}), ''), 0, true, 'datetime', 'varchar') is null then 0 else 1 end)`,
      INT,
      false,
    ),
  ),
  SOUNDEX: fn(1, 1, (f) => typed(`emu.soundex(${f.text(0)})`, varchar(4))),
  DIFFERENCE: fn(2, 2, (f) => typed(`emu.difference(${f.text(0)}, ${f.text(1)})`, INT)),
};
