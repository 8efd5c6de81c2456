import { modifierOf } from '../decimals/decimal-type.js';
import type { ResultColumn } from '../decimals/query-analysis.js';
import { RedshiftError } from '../errors.js';
import { Cursor, splitAtCommas, type QualifiedName } from './cursor.js';
import { rewrite } from './expressions.js';
import { quoteIdentifier, quoteLiteral, render, type Token } from './lexer.js';
import { sqlName, type DefinitionPlan } from './plan.js';
import { refuseForeignSyntax } from './refusals.js';
import {
  isNameList,
  parseAttributes,
  parseItem,
  type ColumnDefinition,
  type TableDefinition,
} from './table-definition.js';
import { displayType, limitConstraint, postgresType } from './types.js';

const MAX_COLUMNS = 1600;

/** The cursor stands behind `CREATE [LOCAL] [TEMP]`, at TABLE. */
export function planCreateTable(cursor: Cursor, temporary: boolean): DefinitionPlan {
  cursor.expect('table');
  const ifNotExists = cursor.accept('if', 'not', 'exists');
  const name = cursor.qualifiedName();
  const table: TableDefinition = {
    name,
    temporary: temporary || name.name.startsWith('#'),
    ifNotExists,
    columns: [],
    likes: [],
    constraints: [],
    sortKeys: [],
    backup: true,
  };
  let names: string[] | undefined;
  if (cursor.atSymbol('(')) {
    const items = splitAtCommas(cursor.group());
    if (isNameList(items)) names = items.map((item) => new Cursor(item).ownName());
    else for (const item of items) parseItem(new Cursor(item), table);
  }
  parseAttributes(cursor, table);
  if (cursor.accept('as')) return planCreateTableAs(table, names, cursor.rest());
  if (!cursor.atEnd) throw cursor.unexpected();
  if (names !== undefined) throw new RedshiftError('42601', 'syntax error: columns need a type');
  return planOf(table);
}

function planOf(table: TableDefinition): DefinitionPlan {
  if (table.columns.length > MAX_COLUMNS) {
    throw new RedshiftError('54011', `tables can have at most ${MAX_COLUMNS} columns`);
  }
  checkKeys(table);
  const primary = table.constraints.find(({ type }) => type === 'PRIMARY KEY')?.columns ?? [];
  const items = [
    ...table.likes.map(likeSql),
    ...table.columns.map((column) => columnSql(column, primary.includes(column.name))),
    ...table.columns.flatMap(limitSql),
  ];
  const name = relation(table);
  const create = `create ${table.temporary ? 'temp ' : ''}table ${table.ifNotExists ? 'if not exists ' : ''}${name} (${items.join(', ')})`;
  return { kind: 'definition', tag: 'CREATE TABLE', steps: [create, record(table)] };
}

function checkKeys(table: TableDefinition): void {
  if (table.likes.length > 0) return;
  const known = new Set(table.columns.map(({ name }) => name));
  const named = [
    table.distKey ?? [],
    table.sortKeys,
    ...table.constraints.map(({ columns }) => columns),
  ].flat();
  const unknown = named.find((column) => !known.has(column));
  if (unknown !== undefined) {
    throw new RedshiftError('42703', `column "${unknown}" named in key does not exist`);
  }
}

function relation(table: TableDefinition): string {
  return sqlName(table.name);
}

function likeSql({ parent, defaults }: { parent: QualifiedName; defaults: boolean }): string {
  return `like ${sqlName(parent)} including constraints${defaults ? ' including defaults' : ''}`;
}

/** A column for PostgreSQL. */
export function columnSql(column: ColumnDefinition, inPrimaryKey: boolean): string {
  const parts = [quoteIdentifier(column.name), postgresType(column.type)];
  if (column.caseInsensitive) parts.push('collate redshift_emulator.case_insensitive');
  if (column.identity !== undefined) {
    const { seed, step, byDefault } = column.identity;
    const least = step < 0 ? ' minvalue -9223372036854775808' : ` minvalue ${Math.min(seed, 1)}`;
    const most = step < 0 ? ` maxvalue ${Math.max(seed, -1)}` : '';
    parts.push(
      `generated ${byDefault ? 'by default' : 'always'} as identity (start with ${seed} increment by ${step}${least}${most})`,
    );
  }
  if (column.defaultSql !== undefined) parts.push(`default ${column.defaultSql}`);
  if (column.notNull || inPrimaryKey) parts.push('not null');
  return parts.join(' ');
}

function limitSql(column: ColumnDefinition): string[] {
  const limit = limitConstraint(column.type, column.name);
  if (limit === undefined) return [];
  const expression = limit.expression.replace('%s', quoteIdentifier(column.name));
  return [`constraint ${quoteIdentifier(limit.name)} check (${expression})`];
}

/** Keeps in the side catalogue what PostgreSQL has no place for. */
function record(table: TableDefinition): string {
  const distKey = table.distKey ?? table.columns.find(({ distKey }) => distKey)?.name;
  const sortKeys =
    table.sortKeys.length > 0
      ? table.sortKeys
      : table.columns.flatMap(({ name, sortKey }) => (sortKey ? [name] : []));
  const attributes = {
    diststyle: table.distStyle ?? (distKey === undefined ? 'auto' : 'key'),
    distkey: distKey ?? null,
    sortstyle: sortKeys.length === 0 ? 'auto' : (table.sortStyle ?? 'compound'),
    sortkeys: sortKeys,
    backup: table.backup,
    like: table.likes.map(({ parent }) => sqlName(parent)),
    constraints: table.constraints,
    columns: table.columns.map(({ name, type, encode }) => ({
      name,
      type: displayType(type),
      encode: encode ?? null,
    })),
  };
  return `select redshift_emulator.record_table(${quoteLiteral(relation(table))}, ${quoteLiteral(JSON.stringify(attributes))})`;
}

/**
 * CREATE TABLE AS makes the table empty, gives its columns Redshift's types and limits, and only then fills it:
 * changing the types of a filled table would rewrite it.
 */
function planCreateTableAs(
  table: TableDefinition,
  names: readonly string[] | undefined,
  query: readonly Token[],
): DefinitionPlan {
  refuseForeignSyntax(query);
  return fillingPlan(table, names, render(rewrite(query)).trim(), []);
}

function fillingPlan(
  table: TableDefinition,
  names: readonly string[] | undefined,
  sql: string,
  computed: readonly ResultColumn[],
): DefinitionPlan {
  const name = relation(table);
  const columns = names === undefined ? '' : ` (${names.map(quoteIdentifier).join(', ')})`;
  const types = computed.map(({ computed: type }) => (type === undefined ? -1 : modifierOf(type)));
  const create = `create ${table.temporary ? 'temp ' : ''}table ${table.ifNotExists ? 'if not exists ' : ''}${name}${columns} as ${sql} with no data`;
  return {
    kind: 'definition',
    tag: 'SELECT',
    steps: [
      create,
      `select redshift_emulator.adopt_columns(${quoteLiteral(name)}, '{${types.join(',')}}')`,
      record(table),
      `insert into ${name} ${sql}`,
    ],
    query: { sql, plan: (text, described) => fillingPlan(table, names, text, described) },
  };
}
