import type { Expr, Parameter, Statement, TableElements } from '../ast.js';
import { SqlError } from '../errors.js';
import { Lexer } from '../lexer.js';
import { FlowParser } from './flow-parser.js';
import type { AliasTypes } from './type-parser.js';

/** A whole batch: each statement by its first word. */
class BatchParser extends FlowParser {
  batch(): Statement[] {
    const statements = this.statementList([]);
    if (this.token.kind !== 'end') throw this.syntaxError();
    return statements;
  }

  parameters(): Parameter[] {
    if (this.tokens.length === 1) return [];
    const list = this.commaList(() => this.parameter());
    if (this.token.kind !== 'end') throw this.syntaxError();
    return list;
  }

  standaloneExpression(): Expr {
    const expr = this.expression();
    if (this.token.kind !== 'end') throw this.syntaxError();
    return expr;
  }

  protected override statementList(end: readonly string[]): Statement[] {
    const list: Statement[] = [];
    for (;;) {
      while (this.accept(';'));
      if (this.token.kind === 'end' || (end.length > 0 && end.includes(this.token.upper))) return list;
      list.push(this.statement());
    }
  }

  protected override statement(): Statement {
    const { token } = this;
    const { line } = token;
    if (token.kind === 'word') {
      if (this.atLabel) {
        this.index += 2;
        return { kind: 'label', label: token.text.toLowerCase(), line };
      }
      const statement = this.keywordStatement();
      if (statement) return statement;
    }
    if (this.at('(')) return { kind: 'select', query: this.query(), line };
    // A procedure's name may stand without EXEC as a batch's first statement.
    if (this.index === 0 && this.atIdentifier) return this.procedureCall(line);
    throw this.syntaxError();
  }

  private keywordStatement(): Statement | undefined {
    const { line, upper } = this.token;
    switch (upper) {
      case 'SELECT':
        return { kind: 'select', query: this.query(), line };
      case 'WITH':
        return this.withStatement();
      case 'UPDATE':
        if (this.peek().upper === 'STATISTICS') return this.statistics(line);
        return this.modification([]);
      case 'INSERT':
      case 'DELETE':
      case 'MERGE':
        return this.modification([]);
      case 'DECLARE':
        return this.declareStatement();
      case 'SET':
        return this.setStatement();
      case 'IF':
        return this.ifStatement();
      case 'WHILE':
        this.advance();
        return { kind: 'while', condition: this.expression(), body: this.requiredStatement(), line };
      case 'BEGIN':
        return this.beginStatement();
      case 'COMMIT':
      case 'ROLLBACK':
      case 'SAVE':
        return this.transactionStatement();
      case 'EXEC':
      case 'EXECUTE':
        return this.execStatement();
      case 'CREATE':
        return this.createStatement();
      case 'ALTER':
        return this.alterStatement();
      case 'DROP':
        return this.dropStatement();
      case 'TRUNCATE':
        this.advance();
        this.expect('TABLE');
        return { kind: 'truncate', name: this.qualifiedName(), line };
      case 'GRANT':
      case 'REVOKE':
      case 'DENY':
        return this.permissionStatement();
      default:
        return this.simpleStatement();
    }
  }

  private simpleStatement(): Statement | undefined {
    const { line, upper } = this.token;
    switch (upper) {
      case 'BREAK':
      case 'CONTINUE':
        this.advance();
        return { kind: upper === 'BREAK' ? 'break' : 'continue', line };
      case 'RETURN':
        this.advance();
        return { kind: 'return', value: this.startsValue() ? this.expression() : undefined, line };
      case 'PRINT':
        this.advance();
        return { kind: 'print', value: this.expression(), line };
      case 'THROW':
        return this.throwStatement();
      case 'RAISERROR':
        return this.raiserror();
      case 'WAITFOR':
        this.advance();
        return this.waitfor(line);
      case 'GOTO':
        this.advance();
        return { kind: 'goto', label: this.identifier().toLowerCase(), line };
      case 'USE':
        this.advance();
        return { kind: 'use', database: this.identifier(), line };
      case 'CHECKPOINT':
        this.advance();
        return { kind: 'empty', line };
      case 'DBCC':
        return this.dbcc();
      case 'OPEN':
      case 'CLOSE':
      case 'FETCH':
      case 'DEALLOCATE':
        return this.cursorStatement();
      case 'ENABLE':
      case 'DISABLE':
        return this.peek().upper === 'TRIGGER' ? this.switchTrigger() : undefined;
      case 'BACKUP':
      case 'RESTORE':
      case 'KILL':
      case 'BULK':
      case 'REVERT':
        throw this.unsupported(upper);
      default:
        return undefined;
    }
  }

  protected override elementsOf(text: string): TableElements {
    const parser = parserFor(text, true, this.aliasTypes);
    return parser.tableElements();
  }
}

const parserFor = (sql: string, quotedIdentifier = true, aliasTypes?: AliasTypes): BatchParser => {
  const parser = new BatchParser(new Lexer(sql, quotedIdentifier).run(), sql);
  if (aliasTypes) parser.aliasTypes = aliasTypes;
  return parser;
};

/** @throws {SqlError} 102, 156 and the like; 40515 for what the emulator doesn't carry out. */
export const parseBatch = (sql: string, quotedIdentifier = true, aliasTypes?: AliasTypes): Statement[] =>
  parserFor(sql, quotedIdentifier, aliasTypes).batch();

/** The declaration of sp_executesql's and sp_prepare's parameters. */
export const parseParameters = (sql: string, aliasTypes?: AliasTypes): Parameter[] =>
  parserFor(sql, true, aliasTypes).parameters();

/** One expression, as kept in the catalogue for defaults, checks and computed columns. */
export const parseExpression = (sql: string): Expr => parserFor(sql).standaloneExpression();

/** The text a name had in the source isn't kept: a single name with dots, as OBJECT_ID and sp_rename take it. */
export const parseName = (text: string): string[] | undefined => {
  try {
    const expr = parserFor(text).standaloneExpression();
    return expr.kind === 'column' ? [...expr.parts] : undefined;
  } catch (error) {
    if (error instanceof SqlError) return undefined;
    throw error;
  }
};
