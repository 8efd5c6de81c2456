import { notSupportedByEmulator, refusedByRedshift, RedshiftError } from '../errors.js';
import { lateralAliases } from './lateral-aliases.js';
import { parseCopy } from './copy-statement.js';
import { Cursor } from './cursor.js';
import { rewrite } from './expressions.js';
import { quoteLiteral, render, type Token } from './lexer.js';
import { isShortened, longName } from './long-names.js';
import { planAlter, planCreate, planDrop, planGrant, planLock, planMaintenance } from './plan-definition.js';
import { planMerge } from './plan-merge.js';
import { refuse, sqlName, type DefinitionPlan, type LateralReading, type Plan } from './plan.js';
import { refuseForeignSyntax } from './refusals.js';
import { tablesIn } from './tables-in.js';
import { planSet, planShow } from './settings.js';
import { parseUnload } from './unload-statement.js';

/** How transactions read: each its snapshot; serializable also ends those that no serial order allows. */
export type Isolation = 'snapshot' | 'serializable';

/**
 * Decides what to do for one statement. Pure: what depends on the database is left to the session and to the
 * functions of schema `redshift_emulator`.
 */
export function planStatement(tokens: readonly Token[], isolation: Isolation): Plan {
  try {
    return withNames(withLateralReading(plan(tokens, isolation), tokens, isolation), tokens);
  } catch (error) {
    if (error instanceof RedshiftError) return { kind: 'refusal', error };
    throw error;
  }
}

/** A definition also notes the names that are too long for PostgreSQL, for its catalogue's views to show. */
function withNames(planned: Plan, tokens: readonly Token[]): Plan {
  const long = tokens.filter(
    ({ kind, value }) => (kind === 'word' || kind === 'quoted') && isShortened(value),
  );
  if (long.length === 0) return planned;
  const pairs = long.map(({ value }) => [value, longName(value)]);
  const step = `select redshift_emulator.remember_names(${quoteLiteral(JSON.stringify(pairs))})`;
  if (planned.kind === 'definition') {
    const { query } = planned;
    const named = (plan: DefinitionPlan): DefinitionPlan => ({ ...plan, steps: [step, ...plan.steps] });
    if (query === undefined) return named(planned);
    return { ...named(planned), query: { ...query, plan: (...read) => named(query.plan(...read)) } };
  }
  const [first, second] = tokens.filter(({ kind }) => kind !== 'blank');
  if (planned.kind !== 'forward' || first?.value !== 'create') return planned;
  if (second?.value !== 'schema') return planned;
  return { kind: 'definition', tag: 'CREATE SCHEMA', steps: [step, planned.sql] };
}

function withLateralReading(planned: Plan, tokens: readonly Token[], isolation: Isolation): Plan {
  if (planned.kind !== 'forward' && planned.kind !== 'definition') return planned;
  const found = lateralAliases(tokens);
  if (found === undefined) return planned;
  const lateral: LateralReading = {
    aliases: found.aliases,
    probe: (groups) => render(rewrite(queryOf(found.substitute(groups)))),
    plan: (groups) => plan(found.substitute(groups), isolation),
  };
  return { ...planned, lateral };
}

/** The query of CREATE … AS; any other statement can be explained as it is. */
function queryOf(tokens: readonly Token[]): readonly Token[] {
  const words = tokens.filter(({ kind }) => kind !== 'blank');
  if (words[0]?.value === 'explain') return tokens.slice(tokens.indexOf(words[1]!));
  if (words[0]?.value !== 'create') return tokens;
  const as = tokens.findIndex(
    (token, index) =>
      token.kind === 'word' &&
      token.value === 'as' &&
      /^(select|with|\()$/.test(tokens.slice(index + 1).find(({ kind }) => kind !== 'blank')?.value ?? ''),
  );
  return tokens.slice(as + 1);
}

function plan(tokens: readonly Token[], isolation: Isolation): Plan {
  const cursor = new Cursor(tokens);
  const first = cursor.peek();
  if (first === undefined) return { kind: 'forward', sql: '' };
  if (first.kind !== 'word') return planQuery(tokens);
  const planner = PLANNERS[first.value];
  if (planner === undefined) return planQuery(tokens);
  return planner(cursor, isolation, tokens);
}

type Planner = (cursor: Cursor, isolation: Isolation, tokens: readonly Token[]) => Plan;

const PLANNERS: Readonly<Record<string, Planner>> = {
  begin: planBegin,
  start: planBegin,
  commit: () => ({ kind: 'commit' }),
  end: () => ({ kind: 'commit' }),
  abort: () => ({ kind: 'rollback' }),
  rollback: (cursor) => {
    cursor.next();
    if (!cursor.accept('work')) cursor.accept('transaction');
    if (!cursor.atEnd) throw refusedByRedshift('ROLLBACK TO SAVEPOINT is not supported');
    return { kind: 'rollback' };
  },
  savepoint: () => refuse('SAVEPOINT is not supported'),
  release: () => refuse('RELEASE SAVEPOINT is not supported'),
  copy: (cursor) => {
    cursor.next();
    return { kind: 'copy', statement: parseCopy(cursor) };
  },
  unload: (cursor) => {
    cursor.next();
    return { kind: 'unload', statement: parseUnload(cursor) };
  },
  insert: (cursor, _isolation, tokens) => {
    cursor.next();
    cursor.expect('into');
    return planWrite(cursor, tokens);
  },
  update: (cursor, _isolation, tokens) => {
    cursor.next();
    return planWrite(cursor, tokens);
  },
  delete: planDelete,
  merge: planMerge,
  truncate: (cursor) => {
    cursor.next();
    cursor.accept('table');
    const table = sqlName(cursor.qualifiedName());
    if (!cursor.atEnd) throw cursor.unexpected();
    return { kind: 'truncate', table };
  },
  create: planCreate,
  alter: planAlter,
  drop: planDrop,
  comment: (_cursor, _isolation, tokens) => ({ kind: 'forward', sql: render(tokens) }),
  grant: planGrant,
  revoke: planGrant,
  lock: planLock,
  analyze: (cursor) => planMaintenance(cursor, 'ANALYZE'),
  analyse: (cursor) => planMaintenance(cursor, 'ANALYZE'),
  vacuum: (cursor) => planMaintenance(cursor, 'VACUUM'),
  set: (cursor) => planSet(cursor),
  reset: (cursor) => planSet(cursor),
  show: (cursor) => planShow(cursor),
  explain: (_cursor, _isolation, tokens) => planQuery(tokens),
  values: () => refuse('VALUES list used as a table is not supported'),
  listen: () => refuse('LISTEN is not supported'),
  notify: () => refuse('NOTIFY is not supported'),
  do: () => refuse('DO is not supported'),
  reindex: () => refuse('REINDEX is not supported'),
  cluster: () => refuse('CLUSTER is not supported'),
  call: () => {
    throw notSupportedByEmulator('stored procedures');
  },
};

function planQuery(tokens: readonly Token[]): Plan {
  refuseForeignSyntax(tokens);
  // PostgreSQL would make the table without Redshift's limits.
  if (tokens.some(({ kind, value }) => kind === 'word' && value === 'into')) {
    throw notSupportedByEmulator('SELECT … INTO; use CREATE TABLE … AS');
  }
  return { kind: 'forward', sql: render(rewrite(tokens)), reads: tablesIn(tokens) };
}

/** The cursor stands at the table written to. */
function planWrite(cursor: Cursor, tokens: readonly Token[]): Plan {
  const lock = sqlName(cursor.qualifiedName());
  refuseForeignSyntax(tokens);
  return { kind: 'forward', sql: render(rewrite(tokens)), lock, reads: tablesIn(tokens) };
}

function planDelete(cursor: Cursor, isolation: Isolation, tokens: readonly Token[]): Plan {
  cursor.next();
  // Redshift takes DELETE without FROM as well.
  if (cursor.accept('from')) return planWrite(cursor, tokens);
  const rest = cursor.rest();
  const from = cursor.tokens.slice(0, cursor.position);
  const word: Token = { kind: 'word', value: 'from', text: 'from ' };
  return plan([...from, word, ...rest], isolation);
}

function planBegin(cursor: Cursor): Plan {
  cursor.next();
  if (!cursor.accept('work')) cursor.accept('transaction');
  const modes: string[] = [];
  while (!cursor.atEnd) {
    if (cursor.accept('isolation', 'level')) {
      // The server takes every level's name and uses the database's own.
      if (cursor.accept('read') || cursor.accept('repeatable')) cursor.next();
      else cursor.expect('serializable');
    } else if (cursor.accept('read', 'only')) modes.push('read only');
    else cursor.expect('read', 'write');
    cursor.acceptSymbol(',');
  }
  // Serializable isolation is one snapshot, too; cycles between tables are the session's affair.
  return { kind: 'begin', sql: ['begin isolation level repeatable read', ...modes].join(' ') };
}
