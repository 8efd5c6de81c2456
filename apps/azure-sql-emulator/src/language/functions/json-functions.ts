import { unsupported } from '../errors.js';
import { jsonValue } from '../binder/json-document.js';
import { INT, familyOf, isText, nvarchar } from '../types.js';
import { typed } from '../binder/typed.js';
import { fn, type FunctionContext, type FunctionTable } from './function-set.js';

const document = (f: FunctionContext): string => {
  const e = f.arg(0);
  if (!isText(e.type) && !e.untyped) throw unsupported(`${f.call.name} of ${e.type.name}`, f.line);
  return f.text(0);
};

export const jsonFunctions: FunctionTable = {
  ISJSON: fn(1, 2, (f) => {
    if (f.has(1)) throw unsupported('ISJSON with a type', f.line);
    const x = f.text(0);
    return typed(
      `(case when ${x} is null then null when (${x}) is json object or (${x}) is json array then 1 else 0 end)`,
      INT,
    );
  }),
  JSON_VALUE: fn(2, 2, (f) => typed(`emu.json_value(${document(f)}, ${f.text(1)})`, nvarchar(4000))),
  JSON_QUERY: fn(1, 2, (f) => ({
    ...typed(`emu.json_query(${document(f)}, ${f.has(1) ? f.text(1) : "'$'"})`, nvarchar(-1)),
    json: true,
  })),
  JSON_PATH_EXISTS: fn(2, 2, (f) => typed(`emu.json_exists(${document(f)}, ${f.text(1)})`, INT)),
  JSON_MODIFY: fn(3, 3, (f) => {
    const value = f.arg(2);
    if (familyOf(value.type) === 'float') throw unsupported('JSON_MODIFY with a float', f.line);
    const written = value.untyped
      ? 'null::text'
      : jsonValue({ value, fragment: value.json === true }, f.line);
    return typed(`emu.json_modify(${document(f)}, ${f.text(1)}, ${written})`, nvarchar(-1));
  }),
};
