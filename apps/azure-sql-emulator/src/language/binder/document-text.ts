import { convert } from './conversion.js';
import type { OutputColumn } from './environment.js';
import { unsupported } from '../errors.js';
import { familyOf, isText, nvarchar } from '../types.js';
import type { Typed } from './typed.js';

/** A column of a query that FOR JSON or FOR XML makes a document of. */
export interface DocumentColumn {
  readonly name: string;
  readonly value: Typed;
  /** A fragment that goes in as it is. */
  readonly fragment: boolean;
}

/** The columns of a bound query, read from its alias. */
export const documentColumns = (
  columns: readonly OutputColumn[],
  alias: string,
  format: 'json' | 'xml',
): DocumentColumn[] =>
  columns.map((column, i) => ({
    name: column.name,
    fragment: format === 'xml' ? column.type.name === 'xml' : column.json === true,
    value: {
      pg: `${alias}.c${i + 1}`,
      type: column.type,
      nullable: true,
      ...(isText(column.type) ? { raw: true } : {}),
    },
  }));

/**
 * A value's text as documents spell it: times in ISO 8601, floats in scientific notation, bytes in base 64.
 * Microsoft Learn: "How FOR JSON converts SQL Server data types to JSON data types".
 */
export const documentText = (value: Typed, line: number): string => {
  const text = (style: number): string => convert(value, nvarchar(-1), { mode: 'explicit', style, line });
  switch (familyOf(value.type)) {
    case 'float':
      return text(value.type.name === 'real' ? 1 : 2);
    case 'money':
      return text(2);
    case 'date':
      return text(23);
    case 'datetime':
    case 'smalldatetime':
      return text(126);
    case 'time':
    case 'datetime2':
      return `emu.document_time(${text(126)})`;
    case 'datetimeoffset':
      return `emu.document_instant(${text(121)})`;
    case 'binary':
      return `replace(encode(${value.pg}, 'base64'), E'\\n', '')`;
    case 'variant':
    case undefined:
      throw unsupported(`FOR JSON and FOR XML of ${value.type.name}`, line);
    default:
      return convert(value, nvarchar(-1), { mode: 'explicit', line });
  }
};
