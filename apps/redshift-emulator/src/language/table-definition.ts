import { refusedByRedshift, RedshiftError } from '../errors.js';
import { Cursor, splitAtCommas, type QualifiedName } from './cursor.js';
import { rewrite } from './expressions.js';
import { render, type Token } from './lexer.js';
import { sqlName } from './plan.js';
import { parseType, type RedshiftType } from './types.js';

/** A column as declared. */
export interface ColumnDefinition {
  readonly name: string;
  readonly type: RedshiftType;
  notNull: boolean;
  defaultSql?: string;
  identity?: { readonly seed: number; readonly step: number; readonly byDefault: boolean };
  encode?: string;
  distKey: boolean;
  sortKey: boolean;
  caseInsensitive: boolean;
}

/** An informational constraint: Redshift declares it and never checks it. */
export interface InformationalConstraint {
  readonly type: 'PRIMARY KEY' | 'UNIQUE' | 'FOREIGN KEY';
  readonly name?: string;
  readonly columns: readonly string[];
  readonly references?: string;
  readonly referencedColumns?: readonly string[];
}

/** A table as declared. */
export interface TableDefinition {
  readonly name: QualifiedName;
  readonly temporary: boolean;
  readonly ifNotExists: boolean;
  readonly columns: ColumnDefinition[];
  readonly likes: { readonly parent: QualifiedName; readonly defaults: boolean }[];
  readonly constraints: InformationalConstraint[];
  distStyle?: string;
  distKey?: string;
  sortStyle?: string;
  sortKeys: string[];
  backup: boolean;
}

const ENCODINGS = new Set(
  'auto az64 bytedict delta delta32k lzo mostly8 mostly16 mostly32 raw runlength text255 text32k zstd none'.split(
    ' ',
  ),
);

/** `(a, b)` in front of AS names the columns of a query; a definition has more than a word. */
export function isNameList(items: readonly Token[][]): boolean {
  return items.every((item) => item.filter(({ kind }) => kind !== 'blank').length === 1);
}

/** Reads a column, a constraint or a LIKE. */
export function parseItem(cursor: Cursor, table: TableDefinition): void {
  if (cursor.accept('like')) {
    const parent = cursor.qualifiedName();
    let defaults = false;
    while (cursor.at('including') || cursor.at('excluding')) {
      const including = cursor.next().value === 'including';
      cursor.expect('defaults');
      defaults = including;
    }
    table.likes.push({ parent, defaults });
    return;
  }
  if (parseTableConstraint(cursor, table)) return;
  parseColumn(cursor, table);
}

function parseTableConstraint(cursor: Cursor, table: TableDefinition): boolean {
  const start = cursor.position;
  let name: string | undefined;
  if (cursor.accept('constraint')) name = cursor.identifier();
  const named = name === undefined ? {} : { name };
  if (cursor.at('primary', 'key') || (cursor.at('unique') && cursor.peek(1)?.value === '(')) {
    const primary = cursor.accept('primary', 'key');
    if (!primary) cursor.expect('unique');
    table.constraints.push({
      type: primary ? 'PRIMARY KEY' : 'UNIQUE',
      ...named,
      columns: columnList(cursor),
    });
  } else if (cursor.accept('foreign', 'key')) {
    const columns = columnList(cursor);
    table.constraints.push({ type: 'FOREIGN KEY', ...named, columns, ...references(cursor) });
  } else if (cursor.at('check') || cursor.at('exclude')) {
    throw refusedByRedshift(`${cursor.next().value.toUpperCase()} constraints are not supported`);
  } else {
    cursor.reset(start);
    return false;
  }
  return true;
}

function columnList(cursor: Cursor): string[] {
  return splitAtCommas(cursor.group()).map((item) => new Cursor(item).ownName());
}

function references(cursor: Cursor): Pick<InformationalConstraint, 'references' | 'referencedColumns'> {
  cursor.expect('references');
  const references = sqlName(cursor.qualifiedName());
  return cursor.atSymbol('(') ? { references, referencedColumns: columnList(cursor) } : { references };
}

function parseColumn(cursor: Cursor, table: TableDefinition): void {
  const column: ColumnDefinition = {
    name: cursor.ownName(),
    type: parseType(cursor),
    notNull: false,
    distKey: false,
    sortKey: false,
    caseInsensitive: false,
  };
  while (!cursor.atEnd) parseColumnAttribute(cursor, column, table);
  table.columns.push(column);
}

/** Attributes and constraints come in any order. */
function parseColumnAttribute(cursor: Cursor, column: ColumnDefinition, table: TableDefinition): void {
  if (cursor.accept('not', 'null')) column.notNull = true;
  else if (cursor.accept('null')) return;
  else if (cursor.accept('default')) column.defaultSql = defaultExpression(cursor);
  else if (cursor.accept('identity')) column.identity = identity(cursor, false);
  else if (cursor.accept('generated', 'by', 'default', 'as', 'identity'))
    column.identity = identity(cursor, true);
  else if (cursor.accept('encode')) column.encode = encoding(cursor);
  else if (cursor.accept('distkey')) column.distKey = true;
  else if (cursor.accept('sortkey')) column.sortKey = true;
  else if (cursor.accept('collate')) column.caseInsensitive = collation(cursor);
  else if (cursor.accept('primary', 'key'))
    table.constraints.push({ type: 'PRIMARY KEY', columns: [column.name] });
  else if (cursor.accept('unique')) table.constraints.push({ type: 'UNIQUE', columns: [column.name] });
  else if (cursor.at('references')) {
    table.constraints.push({ type: 'FOREIGN KEY', columns: [column.name], ...references(cursor) });
  } else if (cursor.at('check')) throw refusedByRedshift('CHECK constraints are not supported');
  else if (cursor.at('generated')) throw refusedByRedshift('generated columns are not supported');
  else throw cursor.unexpected();
}

const ENDS_DEFAULT = [
  'identity',
  'generated',
  'encode',
  'distkey',
  'sortkey',
  'collate',
  'not',
  'null',
  'unique',
  'primary',
  'references',
];

function defaultExpression(cursor: Cursor): string {
  const start = cursor.position;
  do {
    if (cursor.atSymbol('(')) cursor.group();
    else cursor.next();
  } while (!cursor.atEnd && !ENDS_DEFAULT.some((word) => cursor.at(word)));
  return render(rewrite(cursor.sliceFrom(start))).trim();
}

function identity(cursor: Cursor, byDefault: boolean): { seed: number; step: number; byDefault: boolean } {
  const inner = new Cursor(cursor.group());
  const seed = inner.integer();
  inner.expectSymbol(',');
  return { seed, step: inner.integer(), byDefault };
}

function encoding(cursor: Cursor): string {
  const word = cursor.identifier();
  if (!ENCODINGS.has(word)) throw new RedshiftError('42601', `invalid encoding type "${word}"`);
  return word;
}

/** CASE_SENSITIVE or CASE_INSENSITIVE: whether the latter. */
export function collation(cursor: Cursor): boolean {
  const word = cursor.next().value.toLowerCase();
  if (word === 'case_sensitive' || word === 'cs') return false;
  if (word === 'case_insensitive' || word === 'ci') return true;
  throw new RedshiftError('42704', `collation "${word}" does not exist`);
}

/** Reads what follows the columns: distribution, sort order, BACKUP. */
export function parseAttributes(cursor: Cursor, table: TableDefinition): void {
  for (;;) {
    if (cursor.accept('backup')) {
      table.backup = cursor.accept('yes');
      if (!table.backup) cursor.expect('no');
    } else if (cursor.accept('diststyle')) {
      table.distStyle = cursor.identifier();
      if (!['auto', 'even', 'key', 'all'].includes(table.distStyle)) {
        throw new RedshiftError('42601', `invalid DISTSTYLE "${table.distStyle}"`);
      }
    } else if (cursor.at('distkey')) {
      cursor.next();
      table.distKey = cursor.atSymbol('(') ? (columnList(cursor)[0] ?? '') : cursor.identifier();
    } else if (cursor.accept('encode', 'auto')) continue;
    else if (!parseSortKey(cursor, table)) return;
  }
}

function parseSortKey(cursor: Cursor, table: TableDefinition): boolean {
  const style = cursor.at('compound') || cursor.at('interleaved') ? cursor.next().value : undefined;
  if (!cursor.accept('sortkey')) {
    if (style !== undefined) throw cursor.unexpected();
    return false;
  }
  if (cursor.accept('auto')) table.sortStyle = 'auto';
  else {
    table.sortStyle = style ?? 'compound';
    table.sortKeys = columnList(cursor);
    const most = style === 'interleaved' ? 8 : 400;
    if (table.sortKeys.length > most) throw new RedshiftError('54011', `at most ${most} sort key columns`);
  }
  return true;
}
