import type { IsolationLevel } from '../../engine.js';
import type { ExecArgument, Expr, Parameter, Statement, TableElements } from '../ast.js';
import { SqlError } from '../errors.js';
import { Lexer } from '../lexer.js';
import { CursorParser } from './cursor-parser.js';
import type { AliasTypes } from './type-parser.js';

const compoundAssignment = new Set(['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=']);

/** A whole batch: control of flow, transactions, EXEC, SET. */
class BatchParser extends CursorParser {
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

  private statement(): Statement {
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

  private startsValue(): boolean {
    const { kind, upper } = this.token;
    return (
      ['number', 'variable', 'string', 'nstring', 'hex'].includes(kind) ||
      ['(', '-', '+', '@', 'CASE', 'CAST', 'CONVERT', 'NULL'].includes(upper) ||
      (kind === 'word' && this.peek().upper === '(')
    );
  }

  private requiredStatement(): Statement {
    while (this.accept(';'));
    const statement = this.statement();
    return statement;
  }

  private ifStatement(): Statement {
    const { line } = this.advance();
    const condition = this.expression();
    const then = this.requiredStatement();
    const afterThen = this.index;
    while (this.accept(';'));
    if (this.accept('ELSE'))
      return { kind: 'if', condition, then, otherwise: this.requiredStatement(), line };
    this.index = afterThen;
    return { kind: 'if', condition, then, line };
  }

  private beginStatement(): Statement {
    const { line } = this.advance();
    if (this.at('DISTRIBUTED')) throw this.unsupported('distributed transactions');
    if (this.accept('TRANSACTION') || this.accept('TRAN')) {
      const name = this.transactionName();
      if (this.accept('WITH', 'MARK')) this.advance();
      return { kind: 'beginTransaction', name, line };
    }
    if (this.accept('TRY')) {
      const body = this.statementList(['END']);
      this.expect('END', 'TRY');
      while (this.accept(';'));
      this.expect('BEGIN', 'CATCH');
      const handler = this.statementList(['END']);
      this.expect('END', 'CATCH');
      return { kind: 'try', body, handler, line };
    }
    if (this.at('ATOMIC') || this.at('DIALOG') || this.at('CONVERSATION'))
      throw this.unsupported(`BEGIN ${this.token.upper}`);
    const statements = this.statementList(['END']);
    if (statements.length === 0) throw this.syntaxError();
    this.expect('END');
    return { kind: 'block', statements, line };
  }

  private transactionName(): Expr | undefined {
    const { line } = this;
    if (this.token.kind === 'variable')
      return { kind: 'variable', name: this.advance().text.toLowerCase(), line };
    if (this.token.kind === 'quoted' || (this.atIdentifier && this.token.upper !== 'THROW')) {
      return { kind: 'string', value: this.advance().text, national: true, line };
    }
    return undefined;
  }

  private transactionStatement(): Statement {
    const { line, upper } = this.advance();
    const explicit = this.accept('TRANSACTION') || this.accept('TRAN');
    if (!explicit) this.accept('WORK');
    const name = explicit ? this.transactionName() : undefined;
    if (upper === 'COMMIT') {
      if (this.at('WITH') && this.peek().upper === '(') {
        this.advance();
        this.skipParentheses();
      }
      return { kind: 'commit', line };
    }
    if (upper === 'ROLLBACK') return { kind: 'rollback', name, line };
    if (!name) throw this.syntaxError();
    return { kind: 'save', name, line };
  }

  private declareStatement(): Statement {
    const { line } = this.advance();
    if (this.token.kind === 'variable') {
      const isTable =
        this.peek().upper === 'TABLE' || (this.peek().upper === 'AS' && this.peek(2).upper === 'TABLE');
      if (isTable) {
        const name = this.advance().text.toLowerCase();
        this.accept('AS');
        this.advance();
        return this.andMore({ kind: 'declareTable', name, ...this.tableElements(), line });
      }
      const typed = this.declaredOfTableType(line);
      if (typed) return this.andMore(typed);
      if (this.peek().upper === 'CURSOR') {
        this.index += 2;
        if (this.at(',')) throw this.unsupported('a cursor variable in a list of variables', line);
        return { kind: 'empty', line };
      }
      const variables = this.commaList(() => this.declaredVariable());
      return { kind: 'declare', variables, line };
    }
    if (this.atIdentifier) return this.declareCursor(line);
    throw this.syntaxError();
  }

  /** `@t dbo.Names`; undefined for every other type, nothing read. */
  private declaredOfTableType(line: number): Statement | undefined {
    const start = this.index;
    const name = this.advance().text.toLowerCase();
    this.accept('AS');
    const named = this.tableTypeName();
    if (named)
      return { kind: 'declareTable', name, tableType: named.name, ...this.elementsOf(named.text), line };
    this.index = start;
    return undefined;
  }

  /** What follows a table variable in a list. */
  private andMore(statement: Statement): Statement {
    if (!this.at(',')) return statement;
    const { line } = statement;
    return { kind: 'block', statements: [statement, this.declareStatement()], line };
  }

  protected override elementsOf(text: string): TableElements {
    const parser = parserFor(text, true, this.aliasTypes);
    return parser.tableElements();
  }

  private declaredVariable() {
    const { line } = this;
    if (this.token.kind !== 'variable') throw this.syntaxError();
    const name = this.advance().text.toLowerCase();
    this.accept('AS');
    if (this.at('CURSOR')) throw this.unsupported('cursors');
    const type = this.dataType(1);
    const value = this.accept('=') ? this.expression() : undefined;
    return { name, type, value, line };
  }

  private setStatement(): Statement {
    const { line } = this.advance();
    if (this.token.kind === 'variable') {
      const name = this.advance().text.toLowerCase();
      if (!compoundAssignment.has(this.token.upper)) throw this.syntaxError();
      const op = this.advance().upper;
      if (op === '=' && this.accept('CURSOR')) return this.cursorDefinition(name, false, line);
      return { kind: 'setVariable', name, op, value: this.expression(), line };
    }
    if (this.accept('TRANSACTION', 'ISOLATION', 'LEVEL'))
      return { kind: 'setIsolation', level: this.isolationLevel(), line };
    if (this.accept('IDENTITY_INSERT')) {
      const table = this.qualifiedName();
      return {
        kind: 'setOption',
        option: 'IDENTITY_INSERT',
        value: this.onOff() ? 'ON' : 'OFF',
        table,
        line,
      };
    }
    return this.sessionOption(line);
  }

  private isolationLevel(): IsolationLevel {
    if (this.accept('READ', 'COMMITTED')) return 'read committed';
    if (this.accept('READ', 'UNCOMMITTED')) return 'read uncommitted';
    if (this.accept('REPEATABLE', 'READ')) return 'repeatable read';
    if (this.accept('SERIALIZABLE')) return 'serializable';
    this.expect('SNAPSHOT');
    return 'snapshot';
  }

  private sessionOption(line: number): Statement {
    const names = this.commaList(() => {
      const word = this.advance();
      if (word.kind !== 'word') throw this.syntaxError(word);
      if (word.upper === 'STATISTICS') return `STATISTICS ${this.advance().upper}`;
      return word.upper;
    });
    let value: string;
    if (this.atAny('ON', 'OFF')) value = this.advance().upper;
    else {
      const minus = this.accept('-') ? '-' : '';
      const token = this.advance();
      if (token.kind === 'end') throw this.syntaxError(token);
      value = minus + token.text;
    }
    const options: Statement[] = names.map((option) => ({ kind: 'setOption', option, value, line }));
    return options.length === 1 ? options[0]! : { kind: 'block', statements: options, line };
  }

  private throwStatement(): Statement {
    const { line } = this.advance();
    if (!this.startsValue()) return { kind: 'throw', line };
    const number = this.expression();
    this.expect(',');
    const message = this.expression();
    this.expect(',');
    return { kind: 'throw', args: [number, message, this.expression()], line };
  }

  private raiserror(): Statement {
    const { line } = this.advance();
    this.expect('(');
    const values = this.commaList(() => this.expression());
    this.expect(')');
    const [message, severity, state, ...args] = values;
    if (!message || !severity || !state) throw this.syntaxError();
    const options = this.accept('WITH') ? this.commaList(() => this.advance().upper) : [];
    return { kind: 'raiserror', message, severity, state, args, options, line };
  }

  private waitfor(line: number): Statement {
    const until = this.accept('TIME');
    if (!until) this.expect('DELAY');
    return { kind: 'waitfor', delay: this.expression(), until, line };
  }

  protected override execStatement(): Statement {
    const { line } = this.advance();
    if (this.at('AS')) throw this.unsupported('EXECUTE AS');
    if (this.at('(')) {
      const text = this.parenthesised(() => this.expression());
      if (this.accept('AT')) throw this.unsupported('EXEC … AT linked server');
      return { kind: 'execString', text, line };
    }
    return this.procedureCall(line);
  }

  private procedureCall(line: number): Statement {
    let into: string | undefined;
    if (this.token.kind === 'variable' && this.peek().upper === '=') {
      into = this.advance().text.toLowerCase();
      this.advance();
    }
    const variable = this.token.kind === 'variable' ? this.advance().text.toLowerCase() : undefined;
    const procedure = variable === undefined ? this.qualifiedName() : [];
    const args: ExecArgument[] = [];
    if (this.startsArgument()) args.push(...this.commaList(() => this.execArgument()));
    if (this.accept('WITH')) {
      if (this.accept('RECOMPILE')) return { kind: 'exec', procedure, variable, args, into, line };
      throw this.unsupported('EXEC … WITH RESULT SETS');
    }
    return { kind: 'exec', procedure, variable, args, into, line };
  }

  private startsArgument(): boolean {
    const { kind, upper } = this.token;
    return (
      ['number', 'variable', 'string', 'nstring', 'hex', 'quoted'].includes(kind) ||
      upper === '-' ||
      upper === 'NULL' ||
      upper === 'DEFAULT' ||
      (kind === 'word' && this.atIdentifier && !['THROW', 'GO'].includes(upper))
    );
  }

  private execArgument(): ExecArgument {
    const { line } = this;
    let name: string | undefined;
    if (this.token.kind === 'variable' && this.peek().upper === '=') {
      name = this.advance().text.toLowerCase();
      this.advance();
    }
    const value = this.argumentValue();
    const output = this.accept('OUTPUT') || this.accept('OUT');
    return { name, value, output, line };
  }

  private argumentValue(): Expr {
    const { line } = this;
    if (this.accept('DEFAULT')) return { kind: 'default', line };
    // A bare word is a string: EXEC sp_help Orders.
    if (this.atIdentifier && this.token.kind !== 'variable') {
      return { kind: 'string', value: this.advance().text, national: true, line };
    }
    return this.expression();
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
