import { unsupported } from '../errors.js';
import { parseName } from '../parser/batch-parser.js';
import { INT, decimal, nvarchar, varchar } from '../types.js';
import { typed } from '../binder/typed.js';
import { fn, type BuiltIn, type FunctionContext, type FunctionTable } from './function-set.js';

/** Seed and increment of a table's identity column, NULL where there is none. */
const identity =
  (part: 'seed' | 'increment'): BuiltIn =>
  (f) => {
    const text = f.literalText(0);
    if (text === undefined) throw unsupported(`${f.call.name} with a computed argument`, f.line);
    const parts = parseName(text) ?? [text];
    const table = f.find(parts.at(-2) || undefined, parts.at(-1) ?? '');
    const column = table?.kind === 'table' ? table.columns.find((each) => each.identity) : undefined;
    return typed(`(${column?.identity?.[part] ?? 'null'})::numeric(38,0)`, decimal(38, 0));
  };

const typeId: BuiltIn = (f) => {
  const bare = `(lower(replace(replace(${f.text(0)}, '[', ''), ']', '')) collate "C")`;
  const own = `select a.type_id from emu.alias_types as a where lower(a.name) = split_part(${bare}, '.', -1) and lower(a.schema_name) = case when strpos(${bare}, '.') > 0 then split_part(${bare}, '.', 1) else 'dbo' end`;
  return typed(
    `coalesce((select t.user_type_id from emu.type_names as t where t.name = regexp_replace(${bare}, '^sys\\.', '')), (${own}))`,
    INT,
  );
};

const principalId: BuiltIn = (f) => {
  if (!f.has(0)) throw unsupported(`${f.call.name}() without an argument`, f.line);
  return typed(
    `(select p.principal_id from emu.principals as p where lower(p.name) = lower(${f.text(0)}))`,
    INT,
  );
};

const stringEscape: BuiltIn = (f: FunctionContext) => {
  if (f.literalText(1)?.toLowerCase() !== 'json') throw unsupported('STRING_ESCAPE but of json', f.line);
  const text = f.text(0);
  return typed(`substr(emu.json_string(${text}), 2, length(emu.json_string(${text})) - 2)`, nvarchar(-1));
};

/** More of what is known of objects, types and principals. */
export const catalogFunctions: FunctionTable = {
  IDENT_SEED: fn(1, 1, identity('seed')),
  IDENT_INCR: fn(1, 1, identity('increment')),
  TYPE_ID: fn(1, 1, typeId),
  USER_ID: fn(0, 1, principalId),
  DATABASE_PRINCIPAL_ID: fn(0, 1, principalId),
  OBJECT_DEFINITION: fn(1, 1, (f) =>
    typed(
      `(select o.definition->>'text' from emu.objects as o where o.object_id = ${f.int(0)} and o.kind in ('view', 'procedure', 'function', 'trigger'))`,
      nvarchar(-1),
    ),
  ),
  STRING_ESCAPE: fn(2, 2, stringEscape),
  CURRENT_TIMEZONE: fn(0, 0, () => typed("'(UTC) Coordinated Universal Time'::text", varchar(128), false)),
  CURRENT_TIMEZONE_ID: fn(0, 0, () => typed("'UTC'::text", varchar(128), false)),
};
