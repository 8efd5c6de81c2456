import { literal } from '../../catalog/naming.js';
import type { ForClause, QueryBody } from '../ast.js';
import { SqlError, unsupported } from '../errors.js';
import { nvarchar } from '../types.js';
import { documentColumns } from './document-text.js';
import type { BoundQuery, OutputColumn } from './environment.js';
import { jsonObject } from './json-document.js';
import { xmlRow, xmlSeparator } from './xml-document.js';

/** What SQL Server calls the one column of such a result. */
const resultNames = {
  json: 'JSON_F52E2B61-18A1-11d1-B105-00805F49916B',
  xml: 'XML_F52E2B61-18A1-11d1-B105-00805F49916B',
} as const;

/** A query whose rows FOR JSON or FOR XML makes one document of; NULL when there are none. */
export const bindForClause = (
  bound: BoundQuery,
  clause: ForClause,
  body: QueryBody,
  alias: string,
): BoundQuery => {
  checkMode(clause, body);
  const columns = documentColumns(bound.columns, alias, clause.format);
  const text = clause.format === 'json' ? jsonText(columns, clause) : xmlText(columns, clause);
  const type = clause.asType ? { name: 'xml' as const } : nvarchar(-1);
  const column: OutputColumn = {
    name: '',
    type,
    nullable: true,
    ...(clause.format === 'json' && !clause.withoutArrayWrapper ? { json: true } : {}),
  };
  const out = clause.asType ? text : `(${text})::bpchar collate emu.ci`;
  return { sql: `select ${out} as c1 from (${bound.sql}) as ${alias}`, columns: [column] };
};

/** FOR JSON and FOR XML make a result, and nothing that is kept. */
export const notAllowedIn = (clause: ForClause, statement: string): SqlError =>
  new SqlError(
    clause.format === 'xml' ? 6819 : 13602,
    `The FOR ${clause.format.toUpperCase()} clause is not allowed in a ${statement} statement.`,
    clause.line,
  );

/** The same as the result of a statement, which comes in several rows and in none for no rows. */
export const documentResult = ({ sql, columns }: BoundQuery, clause: ForClause): BoundQuery => {
  if (clause.asType) return { sql, columns };
  const named = columns.map((column) => ({ ...column, name: resultNames[clause.format] }));
  const rows = `select emu.document_rows(emu.s(d_.c1)) as t from (${sql}) as d_`;
  return { sql: `select r_.t::bpchar collate emu.ci as c1 from (${rows}) as r_`, columns: named };
};

const checkMode = (clause: ForClause, body: QueryBody): void => {
  const { format, mode, line } = clause;
  const name = `FOR ${format.toUpperCase()} ${mode}`;
  if (format === 'json' && clause.root !== undefined && clause.withoutArrayWrapper)
    throw new SqlError(
      13620,
      'ROOT option and WITHOUT_ARRAY_WRAPPER option cannot be used together in FOR JSON. Remove one of these options.',
      line,
    );
  if (mode === 'PATH' || (mode === 'RAW' && format === 'xml')) return;
  if (mode !== 'AUTO' || format === 'xml') throw unsupported(name, line);
  if (body.kind !== 'select') throw unsupported(`${name} of a set operation`, line);
  if (body.from.length === 0)
    throw new SqlError(
      13600,
      'FOR JSON AUTO requires at least one table for generating JSON objects. Use FOR JSON PATH or add a FROM clause with a table name.',
      line,
    );
  const [table] = body.from;
  if (body.from.length > 1 || table?.kind === 'join' || table?.kind === 'apply')
    throw unsupported(`${name} of several tables`, line);
};

const jsonText = (columns: ReturnType<typeof documentColumns>, clause: ForClause): string => {
  const rows = `string_agg(${jsonObject(columns, clause)}, ',')`;
  if (clause.withoutArrayWrapper) return rows;
  if (clause.root === undefined) return `'[' || ${rows} || ']'`;
  return `'{' || emu.json_string(${literal(clause.root)}) || ':[' || ${rows} || ']}'`;
};

const xmlText = (columns: ReturnType<typeof documentColumns>, clause: ForClause): string => {
  const rows = `string_agg(${xmlRow(columns, clause)}, ${literal(xmlSeparator(columns, clause))})`;
  if (clause.root === undefined) return rows;
  return `${literal(`<${clause.root}>`)} || ${rows} || ${literal(`</${clause.root}>`)}`;
};
