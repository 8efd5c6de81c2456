import { withComputedTypes } from '../decimals/computed-types.js';
import type { ResultColumn } from '../decimals/query-analysis.js';
import { notSupportedByEmulator, refusedByRedshift } from '../errors.js';
import { planAlterTable } from './alter-table.js';
import { planCreateTable } from './create-table.js';
import type { Cursor } from './cursor.js';
import { rewrite } from './expressions.js';
import { quoteIdentifier, render, type Token } from './lexer.js';
import { refuse, sqlName, type DefinitionPlan, type Plan } from './plan.js';
import { refuseForeignSyntax } from './refusals.js';

/** CREATE of anything. */
export function planCreate(cursor: Cursor, _isolation: unknown, tokens: readonly Token[]): Plan {
  cursor.next();
  const replace = cursor.accept('or', 'replace');
  cursor.accept('local');
  const temporary = cursor.accept('temp') || cursor.accept('temporary');
  if (cursor.at('table')) return planCreateTable(cursor, temporary);
  const what = cursor.peek()?.value ?? '';
  switch (what) {
    case 'schema':
      return planCreateSchema(cursor);
    case 'view':
      return planCreateView(cursor, replace);
    case 'user':
    case 'group':
    case 'role':
      return { kind: 'forward', sql: render(tokens) };
    case 'index':
    case 'unique':
    case 'sequence':
    case 'trigger':
    case 'rule':
    case 'domain':
    case 'type':
    case 'extension':
    case 'tablespace':
    case 'unlogged':
    case 'operator':
    case 'aggregate':
    case 'cast':
      return refuse(`CREATE ${what.toUpperCase()} is not supported`);
    default:
      throw notSupportedByEmulator(`CREATE ${what.toUpperCase()}`);
  }
}

function planCreateSchema(cursor: Cursor): Plan {
  cursor.next();
  const ifNotExists = cursor.accept('if', 'not', 'exists') ? 'if not exists ' : '';
  if (cursor.at('authorization')) {
    cursor.next();
    return {
      kind: 'forward',
      sql: `create schema ${ifNotExists}authorization ${quoteIdentifier(cursor.identifier())}`,
    };
  }
  const name = quoteIdentifier(cursor.identifier());
  const owner = cursor.accept('authorization')
    ? ` authorization ${quoteIdentifier(cursor.identifier())}`
    : '';
  if (cursor.accept('quota')) while (!cursor.atEnd) cursor.next();
  if (!cursor.atEnd) throw cursor.unexpected();
  return { kind: 'forward', sql: `create schema ${ifNotExists}${name}${owner}` };
}

/** A late-binding view (WITH NO SCHEMA BINDING) would need its own catalogue. */
function planCreateView(cursor: Cursor, replace: boolean): Plan {
  cursor.next();
  const name = sqlName(cursor.qualifiedName());
  const columns = cursor.atSymbol('(') ? ` (${render(cursor.group())})` : '';
  cursor.expect('as');
  const query = cursor.rest();
  const words = query.filter(({ kind }) => kind !== 'blank').slice(-4);
  if (words.map(({ value }) => value).join(' ') === 'with no schema binding') {
    throw notSupportedByEmulator('CREATE VIEW … WITH NO SCHEMA BINDING');
  }
  refuseForeignSyntax(query);
  const head = `create ${replace ? 'or replace ' : ''}view ${name}${columns} as`;
  return viewPlan(head, render(rewrite(query)), []);
}

function viewPlan(head: string, sql: string, computed: readonly ResultColumn[]): DefinitionPlan {
  return {
    kind: 'definition',
    tag: 'CREATE VIEW',
    steps: [`${head} ${withComputedTypes(sql, computed)}`],
    query: { sql, plan: (text, columns) => viewPlan(head, text, columns) },
  };
}

/** ALTER of anything. */
export function planAlter(cursor: Cursor, _isolation: unknown, tokens: readonly Token[]): Plan {
  cursor.next();
  const what = cursor.next().value;
  switch (what) {
    case 'table':
      return planAlterTable(cursor);
    case 'schema':
    case 'user':
    case 'group':
    case 'role':
      return { kind: 'forward', sql: render(tokens) };
    case 'index':
    case 'sequence':
    case 'view':
    case 'type':
      return refuse(`ALTER ${what.toUpperCase()} is not supported`);
    default:
      throw notSupportedByEmulator(`ALTER ${what.toUpperCase()}`);
  }
}

/** DROP of anything. */
export function planDrop(cursor: Cursor, _isolation: unknown, tokens: readonly Token[]): Plan {
  cursor.next();
  const what = cursor.next().value;
  if (['table', 'schema', 'view', 'user', 'group', 'role'].includes(what)) {
    return { kind: 'forward', sql: render(tokens) };
  }
  if (['database', 'function', 'procedure', 'external', 'datashare', 'model'].includes(what)) {
    throw notSupportedByEmulator(`DROP ${what.toUpperCase()}`);
  }
  return refuse(`DROP ${what.toUpperCase()} is not supported`);
}

/** GROUP of GRANT … TO GROUP g is a role of PostgreSQL's. */
export function planGrant(_cursor: Cursor, _isolation: unknown, tokens: readonly Token[]): Plan {
  const words = tokens.filter((token, index) => {
    const previous = tokens.slice(0, index).findLast(({ kind }) => kind !== 'blank');
    const behind = previous?.kind === 'word' && ['to', 'from'].includes(previous.value);
    return !(token.kind === 'word' && ['group', 'role'].includes(token.value) && behind);
  });
  return { kind: 'forward', sql: render(words) };
}

/** LOCK of one or more tables. */
export function planLock(cursor: Cursor): Plan {
  cursor.next();
  cursor.accept('table');
  const tables: string[] = [];
  do tables.push(sqlName(cursor.qualifiedName()));
  while (cursor.acceptSymbol(','));
  if (!cursor.atEnd) throw refusedByRedshift('LOCK takes no lock mode: it is always ACCESS EXCLUSIVE');
  return { kind: 'forward', sql: `lock table ${tables.join(', ')} in access exclusive mode` };
}

/** ANALYZE and VACUUM run as PostgreSQL's; their Redshift options only say how. */
export function planMaintenance(cursor: Cursor, command: 'ANALYZE' | 'VACUUM'): Plan {
  cursor.next();
  if (command === 'ANALYZE' && cursor.accept('compression'))
    throw notSupportedByEmulator('ANALYZE COMPRESSION');
  cursor.accept('verbose');
  if (command === 'VACUUM') {
    for (const words of [['full'], ['sort', 'only'], ['delete', 'only'], ['reindex'], ['recluster']]) {
      cursor.accept(...words);
    }
  }
  let target = '';
  const word = cursor.peek();
  if (word !== undefined && !cursor.at('to')) {
    target = ` ${sqlName(cursor.qualifiedName())}`;
    if (cursor.atSymbol('(')) cursor.group();
    if (cursor.accept('predicate', 'columns') || cursor.accept('all')) cursor.accept('columns');
  }
  if (cursor.accept('to')) {
    cursor.next();
    cursor.accept('percent');
  }
  cursor.accept('boost');
  if (!cursor.atEnd) throw cursor.unexpected();
  return {
    kind: 'definition',
    tag: command,
    steps: [`${command.toLowerCase()}${target}`],
    ...(command === 'VACUUM' ? { outsideBlock: 'VACUUM' } : {}),
  };
}
