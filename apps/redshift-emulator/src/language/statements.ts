import { LruMap } from './lru-map.js';
import { splitStatements, tokenize } from './lexer.js';
import type { Plan } from './plan.js';
import { planStatement, type Isolation } from './plan-statement.js';

const CACHED_STATEMENTS = 2000;
/** Longer texts are loads of literals that never come twice. */
const MAX_CACHED_CHARACTERS = 20_000;

/** Plans texts of one or more statements, remembering what it planned. */
export class StatementPlanner {
  private readonly plans = new LruMap<string, readonly Plan[]>(CACHED_STATEMENTS);

  constructor(private readonly isolation: Isolation) {}

  /** @throws RedshiftError when the text cannot be cut into statements */
  plan(sql: string, caseSensitive: boolean): readonly Plan[] {
    const key = caseSensitive ? `!${sql}` : sql;
    const known = this.plans.get(key);
    if (known !== undefined) return known;
    const plans = splitStatements(tokenize(sql, { caseSensitive })).map((tokens) =>
      planStatement(tokens, this.isolation),
    );
    if (sql.length <= MAX_CACHED_CHARACTERS) this.plans.set(key, plans);
    return plans;
  }
}
