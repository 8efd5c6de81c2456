import { literal } from '../../catalog/naming.js';
import type { ForClause } from '../ast.js';
import { SqlError } from '../errors.js';
import { familyOf } from '../types.js';
import { documentText, type DocumentColumn } from './document-text.js';

/** A property: of a value, or of an object whose properties came one after the other. */
interface Property {
  readonly name: string;
  readonly column?: DocumentColumn;
  readonly members: Property[];
}

/** PostgreSQL text of one row's object. */
export const jsonObject = (columns: readonly DocumentColumn[], clause: ForClause): string => {
  const root: Property[] = [];
  for (const column of columns) {
    if (column.name === '')
      throw new SqlError(
        13605,
        'Column expressions and data sources without names or aliases cannot be formatted as JSON text using FOR JSON clause. Add alias to the unnamed column or table.',
        clause.line,
      );
    place(root, clause.mode === 'PATH' ? column.name.split('.') : [column.name], column, clause.line);
  }
  return objectOf(root, clause);
};

const place = (members: Property[], path: readonly string[], column: DocumentColumn, line: number): void => {
  const [name = '', ...rest] = path;
  const last = members.at(-1);
  if (rest.length > 0 && last?.name === name && !last.column) return place(last.members, rest, column, line);
  if (members.some((member) => member.name === name))
    throw new SqlError(
      13601,
      `Property '${column.name}' cannot be generated in JSON output due to a conflict with another column name or alias. Use different names and aliases for each column in SELECT list.`,
      line,
    );
  if (rest.length === 0) {
    members.push({ name, column, members: [] });
    return;
  }
  const made: Property = { name, members: [] };
  members.push(made);
  place(made.members, rest, column, line);
};

const objectOf = (members: readonly Property[], clause: ForClause): string =>
  `('{' || array_to_string(array[${members.map((member) => memberOf(member, clause)).join(', ')}]::text[], ',') || '}')`;

/** `"name":value`, or NULL where the property is left out. */
const memberOf = ({ name, column, members }: Property, clause: ForClause): string => {
  const key = `emu.json_string(${literal(name)}) || ':'`;
  if (!column) {
    const inner = objectOf(members, clause);
    return clause.includeNullValues ? `${key} || ${inner}` : `${key} || nullif(${inner}, '{}')`;
  }
  const value = jsonValue(column, clause.line);
  return clause.includeNullValues ? `${key} || coalesce(${value}, 'null')` : `${key} || ${value}`;
};

/** A value as JSON spells it. */
export const jsonValue = ({ value, fragment }: Omit<DocumentColumn, 'name'>, line: number): string => {
  const text = documentText(value, line);
  if (fragment) return text;
  switch (familyOf(value.type)) {
    case 'bit':
      return `(${value.pg})::text`;
    case 'int':
    case 'decimal':
    case 'money':
    case 'float':
      return text;
    default:
      return `emu.json_string(${text})`;
  }
};
