import type { UnloadOptions } from '../language/unload-statement.js';
import type { UnloadColumn } from './unload-columns.js';

/** Writes a row as a line of the file. */
export type LineFormatter = (values: readonly (string | null)[]) => string;

const UNESCAPED: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** Reads a line of PostgreSQL's COPY text format. */
export function parseCopyLine(line: string): (string | null)[] {
  const text = line.endsWith('\n') ? line.slice(0, -1) : line;
  return text.split('\t').map((field) => {
    if (field === '\\N') return null;
    return field.includes('\\') ? field.replace(/\\(.)/g, (_all, c: string) => UNESCAPED[c] ?? c) : field;
  });
}

const TEXT_TYPES = new Set(['character', 'character varying']);
const NUMBER_TYPES = new Set(['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision']);

/** What is written of a value that is not text. */
function shown(value: string, { type }: UnloadColumn): string {
  if (type === 'varbyte') return value.slice(2);
  return value;
}

/** The line format of TEXT, CSV or JSON. */
export function lineFormatter(columns: readonly UnloadColumn[], options: UnloadOptions): LineFormatter {
  if (options.format === 'json') return (values) => `${jsonLine(values, columns)}\n`;
  const delimiter = options.delimiter ?? (options.format === 'csv' ? ',' : '|');
  const field = options.format === 'csv' ? csvField(delimiter) : textField(delimiter, options);
  return (values) => {
    const fields = values.map((value, index) => {
      if (value === null) return options.nullAs ?? '';
      const column = columns[index]!;
      return field(shown(value, column), TEXT_TYPES.has(column.type));
    });
    return `${fields.join(delimiter)}\n`;
  };
}

/** Names of the columns, as HEADER writes them. */
export function headerLine(columns: readonly UnloadColumn[], options: UnloadOptions): string {
  const delimiter = options.delimiter ?? (options.format === 'csv' ? ',' : '|');
  return `${columns.map(({ name }) => name).join(delimiter)}\n`;
}

/** Quoted only when needed. */
function csvField(delimiter: string): (text: string) => string {
  return (text) => {
    const needed =
      text.includes(delimiter) || text.includes('"') || text.includes('\n') || text.includes('\r');
    return needed ? `"${text.replaceAll('"', '""')}"` : text;
  };
}

/** ESCAPE concerns text columns only; ADDQUOTES quotes every field. */
function textField(delimiter: string, options: UnloadOptions): (text: string, isText: boolean) => string {
  return (text, isText) => {
    let out = text;
    if (options.escape && isText) {
      out = Array.from(out, (c) => {
        const special = c === '\\' || c === '\n' || c === '\r' || c === delimiter;
        return special || (options.addQuotes && (c === '"' || c === "'")) ? `\\${c}` : c;
      }).join('');
    }
    return options.addQuotes ? `"${out}"` : out;
  };
}

function jsonLine(values: readonly (string | null)[], columns: readonly UnloadColumn[]): string {
  const members = values.map((value, index) => {
    const column = columns[index]!;
    return `${JSON.stringify(column.name)}:${value === null ? 'null' : jsonValue(value, column)}`;
  });
  return `{${members.join(',')}}`;
}

function jsonValue(value: string, column: UnloadColumn): string {
  if (column.type === 'super') return value;
  if (column.type === 'boolean') return value === 't' ? 'true' : 'false';
  if (NUMBER_TYPES.has(column.type) && !/nan|inf/i.test(value)) return value;
  return JSON.stringify(shown(value, column));
}
