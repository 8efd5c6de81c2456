import { findColumn } from '../catalog/model.js';
import { SqlError, unsupported } from '../language/errors.js';
import type { Runtime } from './runtime.js';

/** What sp_addextendedproperty was given. */
export interface PropertyTarget {
  readonly name: string;
  readonly value: string;
  readonly levels: readonly { readonly type: string; readonly name: string }[];
}

const objectTypes = new Set(['TABLE', 'VIEW', 'PROCEDURE', 'FUNCTION', 'SYNONYM', 'SEQUENCE']);

/** Keeps a property of the database, a schema, an object or a column, for sys.extended_properties. */
export const addExtendedProperty = async (
  runtime: Runtime,
  target: PropertyTarget,
  line: number,
): Promise<void> => {
  if (!(await runtime.mayDefine()))
    throw new SqlError(15247, 'User does not have permission to perform this action.', line);
  await runtime.checkWritable(line);
  const { ids, shown } = await place(runtime, target, line);
  const key = [...ids.map(String), target.name];
  const [taken] = await runtime.link.atomically((connection) =>
    connection.query(
      'insert into emu.extended_properties values ($1::int, $2::int, $3::int, $4, $5) on conflict do nothing returning 1',
      [...key, target.value],
    ),
  );
  if (!taken)
    throw new SqlError(
      15233,
      `Property cannot be added. Property '${target.name}' already exists for '${shown}'.`,
      line,
      16,
    );
};

/** Class, object and column, as sys.extended_properties numbers them. */
const place = async (
  runtime: Runtime,
  { levels }: PropertyTarget,
  line: number,
): Promise<{ ids: readonly [number, number, number]; shown: string }> => {
  const [first, second, third] = levels;
  if (!first) return { ids: [0, 0, 0], shown: 'object specified' };
  const catalog = await runtime.catalog();
  const shown = levels.map(({ name }) => name).join('.');
  const invalid = new SqlError(
    15135,
    `Object is invalid. Extended properties are not permitted on '${shown}', or the object does not exist.`,
    line,
    16,
    8,
  );
  if (first.type !== 'SCHEMA' && first.type !== 'USER')
    throw unsupported(`extended properties of a ${first.type}`, line);
  const schema = catalog.schema(first.name);
  if (!schema) throw invalid;
  if (!second) return { ids: [3, schema.id, 0], shown };
  if (!objectTypes.has(second.type)) throw unsupported(`extended properties of a ${second.type}`, line);
  const object = catalog.find(schema.name, second.name);
  if (!object) throw invalid;
  if (!third) return { ids: [1, object.id, 0], shown };
  if (third.type !== 'COLUMN') {
    // Described as long as their table is there; nothing reads them back by their own numbers.
    throw unsupported(`extended properties of a ${third.type}`, line);
  }
  if (object.kind !== 'table') throw unsupported(`extended properties of a column of a ${object.kind}`, line);
  const column = findColumn(object, third.name);
  if (!column) throw invalid;
  return { ids: [1, object.id, column.id], shown };
};
