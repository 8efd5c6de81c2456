import { DecimalStatement } from '../decimals/decimal-arithmetic.js';
import type { NumericNames } from '../decimals/expression-types.js';
import { parseTree } from '../decimals/parse-tree.js';
import { analyseQuery, type QueryAnalysis, type ResultColumn } from '../decimals/query-analysis.js';
import type { ErrorFields } from '../errors.js';
import { quoteLiteral } from '../language/lexer.js';
import type { Plan } from '../language/plan.js';
import type { Backend } from './backend.js';

/** Runs a statement of the proxy's own, unseen, and gives what PostgreSQL answered and said beside it. */
export type Asking = (sql: string) => Promise<{
  readonly rows: readonly (readonly (string | null)[])[];
  readonly notices: readonly ErrorFields[];
}>;

/** Asks by a simple query; nothing else may be outstanding. */
export async function askUnseen(backend: Backend, sql: string): ReturnType<Asking> {
  const notices: ErrorFields[] = [];
  const { rows } = await backend.run(sql, { onNotice: (fields) => notices.push(fields) });
  return { rows, notices };
}

/** The analysed statement; a utility statement's tree holds raw text only. */
const ANALYSED = /^\s*\{QUERY\s+:commandType\s+[1-5]\s/;

/** A query with Redshift's arithmetic, and its columns. */
export interface ResolvedQuery {
  readonly sql: string;
  readonly columns: readonly ResultColumn[];
}

/** Whether a plan computes decimals, so that PostgreSQL must be asked about their types first. */
export function computesDecimals(plan: Plan): boolean {
  if (plan.kind === 'definition') return plan.query !== undefined;
  return plan.kind === 'forward' && isQuery(plan.sql) && DecimalStatement.of(plan.sql) !== undefined;
}

/** The plan with Redshift's results of decimal arithmetic. @param parameters type oids of bind parameters */
export async function resolveDecimals(
  plan: Plan,
  ask: Asking,
  names: NumericNames,
  parameters: readonly number[] = [],
): Promise<Plan> {
  if (plan.kind === 'definition' && plan.query !== undefined) {
    const { sql, columns } = await resolveQuery(plan.query.sql, ask, names);
    return plan.query.plan(sql, columns);
  }
  if (plan.kind !== 'forward' || !isQuery(plan.sql)) return plan;
  const statement = DecimalStatement.of(plan.sql);
  if (statement === undefined) return plan;
  const analysis = await analyse(statement, ask, names, parameters);
  if (analysis === undefined) return plan;
  const columns = analysis.columns.map(({ computed }) => computed);
  return { ...plan, sql: statement.withResults(analysis), columns };
}

/** A query of a definition or an UNLOAD. */
export async function resolveQuery(sql: string, ask: Asking, names: NumericNames): Promise<ResolvedQuery> {
  const statement = DecimalStatement.of(sql, true);
  const analysis = statement && (await analyse(statement, ask, names, []));
  if (statement === undefined || analysis === undefined) return { sql, columns: [] };
  return { sql: statement.withResults(analysis), columns: analysis.columns };
}

function isQuery(sql: string): boolean {
  return /^\s*[(\s]*(?:select|with|insert|update|delete|merge|explain)\b/i.test(sql);
}

/** undefined when PostgreSQL does not understand the statement: running it will say why. */
async function analyse(
  statement: DecimalStatement,
  ask: Asking,
  names: NumericNames,
  parameters: readonly number[],
): Promise<QueryAnalysis | undefined> {
  const explain = /^\s*explain(?:\s+verbose)?\s/i.exec(statement.text)?.[0] ?? '';
  const query = quoteLiteral(statement.text.slice(explain.length));
  const { rows, notices } = await ask(
    `select redshift_emulator.print_query(${query}, '{${parameters.join(',')}}')`,
  );
  const details = notices.map(({ detail = '' }) => detail);
  const prepared = details.findIndex((detail) => detail.includes('{PREPARESTMT'));
  const tree = details.slice(prepared + 1).find((detail) => ANALYSED.test(detail));
  if (prepared < 0 || tree === undefined) return undefined;
  // Locations count from the beginning of what PostgreSQL was given.
  const before = Number(rows[0]?.[0]) - explain.length;
  return analyseQuery(parseTree(tree), names, { literalAt: (at) => statement.literalAt(at), before });
}
