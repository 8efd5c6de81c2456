import { literal } from '../../catalog/naming.js';
import type { ForClause } from '../ast.js';
import { SqlError, unsupported } from '../errors.js';
import { documentText, type DocumentColumn } from './document-text.js';

type Part =
  | { readonly kind: 'element'; readonly name: string; readonly parts: Part[] }
  | { readonly kind: 'attribute'; readonly name: string; readonly column: DocumentColumn }
  | { readonly kind: 'text'; readonly column: DocumentColumn };

/** PostgreSQL text of one row's XML. */
export const xmlRow = (columns: readonly DocumentColumn[], clause: ForClause): string => {
  const parts: Part[] = [];
  for (const column of columns) {
    if (clause.mode === 'PATH') place(parts, stepsOf(column.name), column, clause.line);
    else placeRaw(parts, column, clause);
  }
  const name = clause.path ?? 'row';
  if (name === '' && parts.some(({ kind }) => kind === 'attribute'))
    throw new SqlError(
      6864,
      'Row tag omission (empty row tag name) cannot be used with attribute-centric FOR XML serialization.',
      clause.line,
    );
  if (name !== '') return elementOf(name, parts, clause, true);
  return `array_to_string(array[${parts.map((part) => partOf(part, clause)).join(', ')}]::text[], '')`;
};

/** Rows of PATH('') with nothing but data() have a blank between them. */
export const xmlSeparator = (columns: readonly DocumentColumn[], clause: ForClause): string => {
  if (!columns.some(({ name }) => name.endsWith('data()'))) return '';
  if (columns.length === 1 && columns[0]?.name === 'data()' && clause.path === '') return ' ';
  throw unsupported('FOR XML PATH with data() beside other columns', clause.line);
};

const stepsOf = (name: string): string[] => (name === '' ? ['*'] : name.replace(/^\.?\//, '').split('/'));

const place = (parts: Part[], steps: readonly string[], column: DocumentColumn, line: number): void => {
  const [step = '', ...rest] = steps;
  if (rest.length > 0) {
    const name = checkedName(step, column.name, line);
    const last = parts.at(-1);
    if (last?.kind === 'element' && last.name === name) return place(last.parts, rest, column, line);
    const made: Part = { kind: 'element', name, parts: [] };
    parts.push(made);
    return place(made.parts, rest, column, line);
  }
  if (['*', 'text()', 'data()', 'node()'].includes(step)) {
    parts.push({ kind: 'text', column });
    return;
  }
  if (step.endsWith('()')) throw unsupported(`FOR XML PATH with ${step}`, line);
  if (!step.startsWith('@')) {
    parts.push({
      kind: 'element',
      name: checkedName(step, column.name, line),
      parts: [{ kind: 'text', column }],
    });
    return;
  }
  if (parts.some(({ kind }) => kind !== 'attribute'))
    throw new SqlError(
      6852,
      `Attribute-centric column '${column.name}' must not come after a non-attribute-centric sibling in XML hierarchy in FOR XML PATH.`,
      line,
    );
  parts.push({ kind: 'attribute', name: checkedName(step.slice(1), column.name, line), column });
};

const placeRaw = (parts: Part[], column: DocumentColumn, clause: ForClause): void => {
  if (column.name === '')
    throw new SqlError(
      6809,
      'Unnamed column or table names cannot be used as XML identifiers. Name unnamed columns/tables using AS in the SELECT statement.',
      clause.line,
    );
  if (!xmlName.test(column.name))
    throw unsupported(`FOR XML RAW of a column called ${column.name}`, clause.line);
  const { name } = column;
  parts.push(
    clause.elements || column.fragment
      ? { kind: 'element', name, parts: [{ kind: 'text', column }] }
      : { kind: 'attribute', name, column },
  );
};

const xmlName = /^[\p{L}_][\p{L}\p{Nd}_.\-:]*$/u;

const checkedName = (step: string, column: string, line: number): string => {
  if (xmlName.test(step)) return step;
  const at = [...step].find((c, i) => !(i === 0 ? /[\p{L}_]/u : /[\p{L}\p{Nd}_.\-:]/u).test(c)) ?? '';
  const code = (at.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  throw new SqlError(
    6850,
    `Column name '${column}' contains an invalid XML identifier as required by FOR XML; '${at}'(0x${code}) is the first character at fault.`,
    line,
  );
};

const valueOf = ({ value, fragment }: DocumentColumn, attribute: boolean, line: number): string => {
  const text = documentText(value, line);
  if (fragment) return text;
  return `emu.xml_${attribute ? 'attribute' : 'text'}(${text})`;
};

/** The part's text, or NULL where it is left out. */
const partOf = (part: Part, clause: ForClause): string => {
  switch (part.kind) {
    case 'text':
      return valueOf(part.column, false, clause.line);
    case 'attribute':
      return `${literal(` ${part.name}="`)} || ${valueOf(part.column, true, clause.line)} || '"'`;
    case 'element':
      return elementOf(part.name, part.parts, clause, false);
  }
};

/** An element with nothing in it is left out, but for the row's own. */
const elementOf = (name: string, parts: readonly Part[], clause: ForClause, isRow: boolean): string => {
  const texts = (kind: boolean): string =>
    parts
      .filter((part) => (part.kind === 'attribute') === kind)
      .map((part) => partOf(part, clause))
      .join(', ');
  const attributes = texts(true);
  const contents = texts(false);
  const start = attributes === '' ? "''" : `array_to_string(array[${attributes}]::text[], '')`;
  const content = contents === '' ? "''" : `array_to_string(array[${contents}]::text[], '')`;
  const nothing = `num_nonnulls(${[attributes, contents].filter((text) => text !== '').join(', ')}) = 0`;
  const inside =
    contents === ''
      ? 'false'
      : `num_nonnulls(${contents}) > 0${clause.asType ? ` and ${content} <> ''` : ''}`;
  const whole = `${literal(`<${name}`)} || ${start} || case when ${inside} then '>' || ${content} || ${literal(`</${name}>`)} else '/>' end`;
  return isRow ? `(${whole})` : `case when ${nothing} then null else ${whole} end`;
};
