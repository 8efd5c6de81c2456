import type {
  Assignment,
  Cte,
  Expr,
  MergeAction,
  MergeBranch,
  OutputClause,
  Statement,
  TableRef,
} from '../ast.js';
import { SqlError } from '../errors.js';
import { QueryParser } from './query-parser.js';

/** INSERT, UPDATE, DELETE, MERGE and what may lead them (CTEs, WITH CHANGE_TRACKING_CONTEXT). */
export abstract class DmlParser extends QueryParser {
  protected abstract execStatement(): Statement;

  /** Statement beginning with WITH. */
  protected withStatement(): Statement {
    const { line } = this;
    this.expect('WITH');
    let context: Expr | undefined;
    let ctes: Cte[] = [];
    do {
      if (this.at('CHANGE_TRACKING_CONTEXT') && this.peek().upper === '(') {
        this.advance();
        context = this.parenthesised(() => this.changeContext());
      } else if (this.at('XMLNAMESPACES')) throw this.unsupported('WITH XMLNAMESPACES');
      else {
        ctes = this.cteList();
      }
    } while (this.accept(','));
    if (this.atAny('SELECT', '(')) {
      return { kind: 'select', query: this.queryAfterCtes(ctes, line), line };
    }
    return this.modification(ctes, context);
  }

  /** A variable or a binary constant; anything else, NULL too, is a syntax error. */
  private changeContext(): Expr {
    if (this.token.kind !== 'variable' && this.token.kind !== 'hex') throw this.syntaxError();
    return this.expression();
  }

  protected modification(ctes: readonly Cte[], context?: Expr): Statement {
    switch (this.token.upper) {
      case 'INSERT':
        return this.insertStatement(ctes, context);
      case 'UPDATE':
        return this.updateStatement(ctes, context);
      case 'DELETE':
        return this.deleteStatement(ctes, context);
      case 'MERGE':
        return this.mergeStatement(ctes, context);
      default:
        throw this.syntaxError();
    }
  }

  private target(): TableRef {
    const { line } = this;
    if (this.token.kind === 'variable') {
      return { kind: 'tableVariable', name: this.advance().text.toLowerCase(), line };
    }
    return { kind: 'table', parts: this.qualifiedName(), hints: this.hints(), line };
  }

  private insertStatement(ctes: readonly Cte[], context?: Expr): Statement {
    const { line } = this.advance();
    if (this.at('BULK')) return this.bulkInsert();
    const top = this.top();
    this.accept('INTO');
    const target = this.target();
    const columns = this.at('(') && !this.startsQuery() ? this.columnNames() : undefined;
    const output = this.outputClause();
    return { kind: 'insert', ctes, context, top, target, columns, output, source: this.insertSource(), line };
  }

  /** Column names in INSERT may be qualified; the qualifier says nothing. */
  private columnNames(): string[] {
    return this.parenthesised(() => this.commaList(() => this.qualifiedName().at(-1) ?? ''));
  }

  private insertSource(): Extract<Statement, { kind: 'insert' }>['source'] {
    if (this.accept('DEFAULT', 'VALUES')) return { kind: 'defaults' };
    if (this.accept('VALUES')) return { kind: 'values', rows: this.valueRows() };
    if (this.atAny('EXEC', 'EXECUTE')) return { kind: 'exec', exec: this.execStatement() };
    return { kind: 'query', query: this.query() };
  }

  /** `insert bulk t (c int, …) with (…)`, which clients send before bulk load rows. */
  private bulkInsert(): Statement {
    const { line } = this.advance();
    const table = this.qualifiedName();
    const columns = this.parenthesised(() =>
      this.commaList(() => {
        const name = this.identifier();
        this.dataType(1);
        if (this.accept('COLLATE')) this.identifier();
        this.accept('NOT');
        this.accept('NULL');
        return name;
      }),
    );
    const options: string[] = [];
    if (this.accept('WITH')) {
      this.expect('(');
      while (!this.accept(')')) {
        if (this.token.kind === 'end') throw this.syntaxError();
        options.push(this.advance().upper);
      }
    }
    return { kind: 'bulkInsert', table, columns, options, line };
  }

  private outputClause(): OutputClause | undefined {
    const { line } = this;
    if (!this.accept('OUTPUT')) return undefined;
    const items = this.commaList(() => this.selectItem());
    if (!this.accept('INTO')) return { items, line };
    const target = this.target();
    const columns = this.at('(') ? this.columnNames() : undefined;
    if (this.at('OUTPUT')) throw this.unsupported('OUTPUT INTO followed by a second OUTPUT');
    return { items, into: { target, columns }, line };
  }

  private assignment(): Assignment {
    const { line } = this;
    if (this.token.kind === 'variable') {
      const variable = this.advance().text.toLowerCase();
      const op = this.assignmentOperator();
      if (op === '=' && this.atIdentifier && this.peek().upper === '=') {
        const column = this.qualifiedName();
        this.expect('=');
        return { variable, column, op: '=', value: this.expression(), line };
      }
      return { variable, op, value: this.expression(), line };
    }
    const column = this.qualifiedName();
    if (this.at('(') && column.at(-1)?.toUpperCase() === 'WRITE')
      throw this.unsupported('column.WRITE(…)', line);
    const op = this.assignmentOperator();
    return { column, op, value: this.expression(), line };
  }

  protected assignmentOperator(): string {
    if (!['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^='].includes(this.token.upper))
      throw this.syntaxError();
    return this.advance().upper;
  }

  private updateStatement(ctes: readonly Cte[], context?: Expr): Statement {
    const { line } = this.advance();
    if (this.at('STATISTICS')) {
      while (this.token.kind !== 'end' && !this.at(';')) this.advance();
      return { kind: 'empty', line };
    }
    const top = this.top();
    const target = this.target();
    this.expect('SET');
    const assignments = this.commaList(() => this.assignment());
    const output = this.outputClause();
    const from = this.accept('FROM') ? this.tableList() : [];
    const where = this.whereClause();
    this.optionClause();
    return { kind: 'update', ctes, context, top, target, assignments, output, from, where, line };
  }

  private whereClause(): Expr | undefined {
    if (!this.accept('WHERE')) return undefined;
    if (this.at('CURRENT') && this.peek().upper === 'OF')
      throw this.unsupported('WHERE CURRENT OF (cursors)');
    return this.expression();
  }

  private deleteStatement(ctes: readonly Cte[], context?: Expr): Statement {
    const { line } = this.advance();
    const top = this.top();
    this.accept('FROM');
    const target = this.target();
    const output = this.outputClause();
    const from = this.accept('FROM') ? this.tableList() : [];
    const where = this.whereClause();
    this.optionClause();
    return { kind: 'delete', ctes, context, top, target, output, from, where, line };
  }

  private mergeStatement(ctes: readonly Cte[], context?: Expr): Statement {
    const { line } = this.advance();
    if (this.at('TOP')) throw this.unsupported('MERGE TOP');
    this.accept('INTO');
    const target = this.target();
    const alias = this.tableAlias();
    this.hints();
    this.expect('USING');
    const source = this.tableRef();
    this.expect('ON');
    const on = this.expression();
    const branches: MergeBranch[] = [];
    while (this.at('WHEN')) branches.push(this.mergeBranch());
    const output = this.outputClause();
    this.optionClause();
    if (!this.at(';'))
      throw new SqlError(10713, 'A MERGE statement must be terminated by a semi-colon (;).', this.line, 15);
    return { kind: 'merge', ctes, context, target, alias, source, on, branches, output, line };
  }

  private mergeBranch(): MergeBranch {
    const { line } = this.advance();
    let match: MergeBranch['match'] = 'matched';
    if (this.accept('NOT')) {
      this.expect('MATCHED');
      match = 'notMatchedByTarget';
      if (this.accept('BY', 'SOURCE')) match = 'notMatchedBySource';
      else this.accept('BY', 'TARGET');
    } else this.expect('MATCHED');
    const condition = this.accept('AND') ? this.expression() : undefined;
    this.expect('THEN');
    return { match, condition, action: this.mergeAction(), line };
  }

  private mergeAction(): MergeAction {
    const { line } = this;
    if (this.accept('DELETE')) return { kind: 'delete', line };
    if (this.accept('UPDATE', 'SET')) {
      return { kind: 'update', assignments: this.commaList(() => this.assignment()), line };
    }
    this.expect('INSERT');
    const columns = this.at('(') ? this.columnNames() : [];
    if (this.accept('DEFAULT', 'VALUES')) return { kind: 'insert', columns, values: 'default', line };
    this.expect('VALUES');
    return { kind: 'insert', columns, values: this.valueRows()[0] ?? [], line };
  }
}
