import type { IsolationLevel } from '../../engine.js';
import type { Statement } from '../ast.js';
import { ExecParser } from './exec-parser.js';

const compoundAssignment = new Set(['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=']);

/** DECLARE and SET: variables and the options of a session. */
export abstract class VariableParser extends ExecParser {
  protected declareStatement(): Statement {
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

  protected setStatement(): Statement {
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
}
