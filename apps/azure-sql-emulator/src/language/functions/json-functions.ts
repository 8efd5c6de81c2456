import { unsupported } from '../errors.js';
import { INT, isText, nvarchar } from '../types.js';
import { typed } from '../binder/typed.js';
import { fn, type BuiltIn, type FunctionContext, type FunctionTable } from './function-set.js';

const document = (f: FunctionContext): string => {
  const e = f.arg(0);
  if (!isText(e.type) && !e.untyped) throw unsupported(`${f.call.name} of ${e.type.name}`, f.line);
  return f.text(0);
};

const refuse: BuiltIn = (f) => {
  throw unsupported(f.call.name, f.line);
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
  JSON_MODIFY: fn(3, 3, refuse),
};
