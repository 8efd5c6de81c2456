import type { Parameter } from '../language/ast.js';
import { SqlError } from '../language/errors.js';
import { parseParameters } from '../language/parser/batch-parser.js';
import type { Runtime } from './runtime.js';

const declarations = new Map<string, readonly Parameter[]>();
const MAX_DECLARATIONS = 1000;

/** `@p1 int, @p2 nvarchar(4000) OUTPUT`, parsed once per text; types of the database's own each time. */
export const parseDeclaration = async (text: string, runtime: Runtime): Promise<readonly Parameter[]> => {
  let parsed = declarations.get(text);
  if (!parsed) {
    try {
      parsed = parseParameters(text);
    } catch (error) {
      if (!(error instanceof SqlError) || error.number !== 2715) throw error;
      return parseParameters(text, (await runtime.catalog()).aliasTypes);
    }
    if (declarations.size >= MAX_DECLARATIONS) declarations.clear();
    declarations.set(text, parsed);
  }
  return parsed;
};

/** Statements prepared by sp_prepare and sp_prepexec in one session. */
export class StatementHandles {
  private readonly statements = new Map<number, { sql: string; declared: string }>();
  private last = 0;

  add(sql: string, declared: string): number {
    this.statements.set(++this.last, { sql, declared });
    return this.last;
  }

  get(handle: number): { sql: string; declared: string } | undefined {
    return this.statements.get(handle);
  }

  remove(handle: number): boolean {
    return this.statements.delete(handle);
  }

  clear(): void {
    this.statements.clear();
  }
}
