import type { Statement, TypeRef } from '../ast.js';
import type { DefinitionMode, FunctionBody, SequenceOptions, TriggerEvent } from '../routine-ast.js';
import { SqlError } from '../errors.js';
import { DdlParser } from './ddl-parser.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const modules: Record<string, string> = {
  VIEW: 'CREATE VIEW',
  PROCEDURE: 'CREATE/ALTER PROCEDURE',
  PROC: 'CREATE/ALTER PROCEDURE',
  FUNCTION: 'CREATE FUNCTION',
  TRIGGER: 'CREATE TRIGGER',
  SCHEMA: 'CREATE SCHEMA',
};
const statementStarts = new Set(
  'SELECT INSERT UPDATE DELETE MERGE CREATE ALTER DROP EXEC EXECUTE IF WHILE BEGIN COMMIT ROLLBACK DECLARE SET PRINT RETURN GRANT TRUNCATE END'.split(
    ' ',
  ),
);

/** CREATE, ALTER and DROP of databases, functions, triggers, sequences, synonyms and types. */
export abstract class RoutineParser extends DdlParser {
  protected override createStatement(): Statement {
    const start = this.index;
    const { line } = this.token;
    const orAlter = this.peek().upper === 'OR' && this.peek(2).upper === 'ALTER';
    const word = this.peek(orAlter ? 3 : 1).upper;
    const mode: DefinitionMode = orAlter ? 'createOrAlter' : 'create';
    const begin = (): void => {
      this.index += orAlter ? 4 : 2;
    };
    this.checkFirst(word, start, line);
    switch (word) {
      case 'STATISTICS':
        return this.statistics(line);
      case 'DATABASE':
        begin();
        return this.createDatabase(line);
      case 'FUNCTION':
        begin();
        return this.createFunction(mode, start, line);
      case 'TRIGGER':
        begin();
        return this.createTrigger(mode, start, line);
      case 'SEQUENCE':
        begin();
        return this.sequence(false, line);
      case 'SYNONYM': {
        begin();
        const name = this.qualifiedName();
        this.expect('FOR');
        return { kind: 'createSynonym', name, target: this.qualifiedName(), line };
      }
      case 'TYPE':
        begin();
        return this.createType(line);
      default:
        return super.createStatement();
    }
  }

  protected override alterStatement(): Statement {
    const start = this.index;
    const { line } = this.token;
    this.checkFirst(this.peek().upper, start, line);
    switch (this.peek().upper) {
      case 'TABLE':
        return this.tableTriggers(line) ?? super.alterStatement();
      case 'FUNCTION':
        this.index += 2;
        return this.createFunction('alter', start, line);
      case 'TRIGGER':
        this.index += 2;
        return this.createTrigger('alter', start, line);
      case 'SEQUENCE':
        this.index += 2;
        return this.sequence(true, line);
      case 'AUTHORIZATION':
        this.index += 2;
        // Everything belongs to dbo here: who owns what changes no answer.
        while (!this.at('TO') && this.token.kind !== 'end') this.advance();
        this.expect('TO');
        this.accept('SCHEMA', 'OWNER');
        if (this.atIdentifier) this.identifier();
        return { kind: 'empty', line };
      default:
        return super.alterStatement();
    }
  }

  protected override dropStatement(): Statement {
    const { line } = this.token;
    if (this.peek().upper === 'STATISTICS') return this.statistics(line);
    if (this.peek().upper !== 'DATABASE') return super.dropStatement();
    this.index += 2;
    const ifExists = this.accept('IF', 'EXISTS');
    return { kind: 'dropDatabase', databases: this.commaList(() => this.identifier()), ifExists, line };
  }

  /** Modules are a batch of their own. */
  private checkFirst(word: string, start: number, line: number): void {
    const verb = modules[word];
    if (verb === undefined || start === 0) return;
    throw new SqlError(111, `'${verb}' must be the first statement in a query batch.`, line, 15);
  }

  /** CREATE, UPDATE and DROP STATISTICS: statistics change no answer. */
  protected statistics(line: number): Statement {
    this.index += 2;
    while (this.token.kind !== 'end' && !this.at(';') && !statementStarts.has(this.token.upper)) {
      if (this.at('(')) this.skipParentheses();
      else this.advance();
    }
    return { kind: 'empty', line };
  }

  /** Files, file groups and editions are storage details. */
  private createDatabase(line: number): Statement {
    const database = this.identifier();
    let collation: string | undefined;
    while (this.token.kind !== 'end' && !this.at(';')) {
      if (this.accept('COLLATE')) collation = this.identifier();
      else if (this.accept('CONTAINMENT', '=')) this.advance();
      else if (this.accept('AS', 'COPY', 'OF')) throw this.unsupported('CREATE DATABASE … AS COPY OF', line);
      else if (this.at('FOR')) throw this.unsupported('CREATE DATABASE … FOR ATTACH', line);
      else if (this.at('(')) this.skipParentheses();
      else if (this.atAny('ON', 'PRIMARY', 'LOG', 'FILEGROUP', 'WITH', ',')) {
        if (this.advance().upper === 'FILEGROUP') this.identifier();
      } else break;
    }
    return { kind: 'createDatabase', database, collation, line };
  }

  private createFunction(mode: DefinitionMode, start: number, line: number): Statement {
    const name = this.qualifiedName();
    this.expect('(');
    const parameters = this.at(')') ? [] : this.commaList(() => this.parameter());
    this.expect(')', 'RETURNS');
    const body = this.functionBody();
    return { kind: 'createFunction', name, parameters, body, text: this.moduleText(start), mode, line };
  }

  private tableBody(): FunctionBody {
    const variable = this.advance().text.toLowerCase();
    this.expect('TABLE');
    const elements = this.tableElements();
    this.routineOptions();
    this.accept('AS');
    this.expect('BEGIN');
    const statements = this.statementList(['END']);
    this.expect('END');
    this.accept(';');
    return { kind: 'table', variable, ...elements, statements };
  }

  private functionBody(): FunctionBody {
    if (this.token.kind === 'variable') return this.tableBody();
    if (this.accept('TABLE')) {
      this.routineOptions();
      this.accept('AS');
      this.expect('RETURN');
      const bracketed = this.at('(') && this.peek().upper === 'WITH';
      if (bracketed) this.advance();
      const query = this.query();
      if (bracketed) this.expect(')');
      this.accept(';');
      return { kind: 'inline', query };
    }
    const returns = this.dataType(1);
    this.routineOptions();
    this.accept('AS');
    this.expect('BEGIN');
    const statements = this.statementList(['END']);
    this.expect('END');
    this.accept(';');
    return { kind: 'scalar', returns, statements };
  }

  /** WITH SCHEMABINDING, RETURNS NULL ON NULL INPUT and the like. */
  private routineOptions(): void {
    if (!this.accept('WITH')) return;
    this.commaList(() => {
      if (this.accept('RETURNS', 'NULL')) throw this.unsupported('RETURNS NULL ON NULL INPUT');
      if (this.at('EXECUTE') || this.at('EXEC')) throw this.unsupported('WITH EXECUTE AS');
      if (this.accept('CALLED')) this.expect('ON', 'NULL', 'INPUT');
      else this.identifier();
      if (this.accept('=')) this.advance();
    });
  }

  private createTrigger(mode: DefinitionMode, start: number, line: number): Statement {
    const name = this.qualifiedName();
    this.expect('ON');
    if (this.at('DATABASE') || this.at('ALL')) throw this.unsupported('DDL triggers', line);
    const table = this.qualifiedName();
    this.routineOptions();
    const insteadOf = this.accept('INSTEAD', 'OF');
    if (!insteadOf && !this.accept('AFTER')) this.expect('FOR');
    const events = this.commaList((): TriggerEvent => {
      const word = this.advance();
      if (!['INSERT', 'UPDATE', 'DELETE'].includes(word.upper)) throw this.syntaxError(word);
      return word.upper.toLowerCase() as TriggerEvent;
    });
    if (this.accept('WITH')) this.expect('APPEND');
    this.accept('NOT', 'FOR', 'REPLICATION');
    this.expect('AS');
    const body = this.statementList([]);
    const text = this.moduleText(start);
    return { kind: 'createTrigger', insteadOf, name, table, events, body, text, mode, line };
  }

  /** ALTER TABLE t ENABLE | DISABLE TRIGGER …; undefined for everything else, nothing read. */
  private tableTriggers(line: number): Statement | undefined {
    const start = this.index;
    this.index += 2;
    const table = this.atIdentifier ? this.qualifiedName() : [];
    if (!this.atAny('ENABLE', 'DISABLE') || this.peek().upper !== 'TRIGGER') {
      this.index = start;
      return undefined;
    }
    const enable = this.advance().upper === 'ENABLE';
    this.advance();
    const names = this.accept('ALL') ? 'all' : this.commaList(() => this.qualifiedName());
    return { kind: 'switchTrigger', names, table, enable, line };
  }

  /** ENABLE | DISABLE TRIGGER … ON table. */
  protected switchTrigger(): Statement {
    const { line, upper } = this.advance();
    this.expect('TRIGGER');
    const names = this.accept('ALL') ? 'all' : this.commaList(() => this.qualifiedName());
    this.expect('ON');
    if (this.at('DATABASE') || this.at('ALL')) throw this.unsupported('DDL triggers', line);
    return { kind: 'switchTrigger', names, table: this.qualifiedName(), enable: upper === 'ENABLE', line };
  }

  private sequence(alter: boolean, line: number): Statement {
    const name = this.qualifiedName();
    const type: TypeRef | undefined = this.accept('AS') ? this.dataType(1) : undefined;
    const options: Mutable<SequenceOptions> = {};
    while (this.sequenceOption(options));
    return { kind: 'createSequence', name, type, options, alter, line };
  }

  private sequenceOption(options: Mutable<SequenceOptions>): boolean {
    const number = (): string => {
      const minus = this.accept('-') ? '-' : '';
      if (this.token.kind !== 'number') throw this.syntaxError();
      return minus + this.advance().text;
    };
    if (this.accept('START', 'WITH')) options.start = number();
    else if (this.accept('RESTART')) options.restart = this.accept('WITH') ? number() : true;
    else if (this.accept('INCREMENT', 'BY')) options.increment = number();
    else if (this.accept('MINVALUE')) options.min = number();
    else if (this.accept('MAXVALUE')) options.max = number();
    else if (this.accept('NO', 'MINVALUE')) options.min = 'none';
    else if (this.accept('NO', 'MAXVALUE')) options.max = 'none';
    else if (this.accept('CYCLE')) options.cycle = true;
    else if (this.accept('NO', 'CYCLE')) options.cycle = false;
    else if (this.accept('NO', 'CACHE')) return true;
    else if (this.accept('CACHE')) {
      if (this.token.kind === 'number') this.advance();
    } else return false;
    return true;
  }

  private createType(line: number): Statement {
    const name = this.qualifiedName();
    if (this.accept('AS')) {
      this.expect('TABLE');
      const start = this.index;
      const elements = this.tableElements();
      if (this.at('WITH')) throw this.unsupported('memory-optimised table types', line);
      return { kind: 'createTableType', name, ...elements, text: this.textFrom(start), line };
    }
    if (this.at('EXTERNAL')) throw this.unsupported('CLR types', line);
    this.expect('FROM');
    const type = this.dataType(1);
    const nullable = this.accept('NOT', 'NULL') ? false : this.accept('NULL') ? true : undefined;
    return { kind: 'createType', name, type, nullable, line };
  }
}
