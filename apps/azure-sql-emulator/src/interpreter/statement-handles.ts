import type { Parameter } from '../language/ast.js';
import { parseParameters } from '../language/parser/batch-parser.js';

const declarations = new Map<string, readonly Parameter[]>();
const MAX_DECLARATIONS = 1000;

/** `@p1 int, @p2 nvarchar(4000) OUTPUT`, parsed once per text. */
export const parseDeclaration = (text: string): readonly Parameter[] => {
  let parsed = declarations.get(text);
  if (!parsed) {
    parsed = parseParameters(text);
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
