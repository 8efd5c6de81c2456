import type { Parameter, Statement, StatementOf, TableElements } from '../ast.js';
import { SqlError } from '../errors.js';
import { AlterParser } from './alter-parser.js';

type Mode = 'create' | 'alter' | 'createOrAlter';

/** CREATE, ALTER, DROP, TRUNCATE and permissions. */
export abstract class DdlParser extends AlterParser {
  protected abstract statementList(end: readonly string[]): Statement[];

  protected createStatement(): Statement {
    const start = this.index;
    const { line } = this.advance();
    const mode: Mode = this.accept('OR', 'ALTER') ? 'createOrAlter' : 'create';
    if (this.accept('TABLE')) return this.createTable(line);
    if (this.accept('VIEW')) return this.createView(mode, start, line);
    if (this.accept('PROCEDURE') || this.accept('PROC')) return this.createProcedure(mode, start, line);
    if (this.accept('SCHEMA')) return this.createSchema(line);
    if (this.at('LOGIN')) throw this.unsupported('CREATE LOGIN (use CREATE USER … WITH PASSWORD)');
    if (this.accept('USER')) return this.createUser(line);
    return this.createIndex(line);
  }

  private createTable(line: number): Statement {
    const name = this.qualifiedName();
    if (this.at('AS')) throw this.unsupported(`CREATE TABLE AS ${this.peek().text}`);
    const elements = this.tableElements();
    while (this.atAny('ON', 'TEXTIMAGE_ON', 'WITH')) {
      if (this.at('WITH')) {
        if (this.textAhead().includes('SYSTEM_VERSIONING'))
          throw this.unsupported('SYSTEM_VERSIONING (temporal tables)');
        if (this.textAhead().includes('MEMORY_OPTIMIZED')) throw this.unsupported('MEMORY_OPTIMIZED tables');
      }
      this.indexOptions();
    }
    return { kind: 'createTable', name, ...elements, line };
  }

  private textAhead(): string {
    return this.tokens
      .slice(this.index, this.index + 8)
      .map((token) => token.upper)
      .join(' ');
  }

  private createView(mode: Mode, start: number, line: number): Statement {
    const name = this.qualifiedName();
    const columns = this.at('(') ? this.nameList() : undefined;
    if (this.accept('WITH')) this.commaList(() => this.identifier());
    this.expect('AS');
    const query = this.query();
    this.accept('WITH', 'CHECK', 'OPTION');
    return { kind: 'createView', name, columns, query, text: this.moduleText(start), mode, line };
  }

  /** What comes before CREATE in a batch belongs to the module: its lines are counted from there. */
  protected moduleText(start: number): string {
    const end = this.tokens[this.index - 1]?.end ?? 0;
    return start === 0 ? this.source.slice(0, end) : this.textFrom(start);
  }

  private createProcedure(mode: Mode, start: number, line: number): Statement {
    const name = this.qualifiedName();
    const bracketed = this.accept('(');
    const parameters = this.token.kind === 'variable' ? this.commaList(() => this.parameter()) : [];
    if (bracketed) this.expect(')');
    if (this.accept('WITH')) {
      if (this.at('EXECUTE')) throw this.unsupported('WITH EXECUTE AS');
      this.commaList(() => this.identifier());
    }
    this.expect('AS');
    const body = this.statementList([]);
    return {
      kind: 'createProcedure',
      name,
      parameters,
      body,
      text: start === 0 ? this.source : this.source.slice(this.tokens[start]?.start ?? 0),
      mode,
      line,
    };
  }

  /** Parameters of a procedure or of sp_executesql's declaration. */
  protected parameter(): Parameter {
    const { line } = this;
    if (this.token.kind !== 'variable') throw this.syntaxError();
    const name = this.advance().text.toLowerCase();
    this.accept('AS');
    const named = this.tableTypeName();
    if (named) {
      if (!this.accept('READONLY'))
        throw new SqlError(
          352,
          `The table-valued parameter "${name}" must be declared with the READONLY option.`,
          line,
          15,
        );
      const table = { ...this.elementsOf(named.text), tableType: named.name };
      return { name, type: { name: 'int' }, output: false, table, line };
    }
    const type = this.dataType(1);
    if (this.accept('VARYING')) throw this.unsupported('cursor parameters');
    this.accept('NULL');
    const defaultValue = this.accept('=') ? this.expression() : undefined;
    const output = this.accept('OUTPUT') || this.accept('OUT');
    if (this.at('READONLY'))
      throw new SqlError(
        346,
        `The parameter "${name}" can not be declared READONLY since it is not a table-valued parameter.`,
        line,
        15,
      );
    return { name, type, defaultValue, output, line };
  }

  /** The elements of a table type. */
  protected abstract elementsOf(text: string): TableElements;

  private createSchema(line: number): Statement {
    const name = this.identifier();
    if (this.accept('AUTHORIZATION')) this.identifier();
    return { kind: 'createSchema', name, line };
  }

  private createUser(line: number): Statement {
    const name = this.identifier();
    let password: string | undefined;
    while (this.atAny('WITH', 'FOR', 'FROM', 'WITHOUT', ',')) {
      this.advance();
      const word = this.advance().upper;
      if (word === 'PASSWORD') {
        this.expect('=');
        password = this.advance().text;
      } else if (this.accept('=') || word === 'LOGIN') {
        if (this.token.kind !== 'end' && !this.at(';')) this.advance();
      }
    }
    return { kind: 'createUser', name, password, line };
  }

  private createIndex(line: number): Statement {
    const unique = this.accept('UNIQUE');
    const clustered = this.accept('CLUSTERED');
    if (!clustered) this.accept('NONCLUSTERED');
    if (this.at('COLUMNSTORE')) throw this.unsupported('COLUMNSTORE indexes');
    if (!this.accept('INDEX')) throw this.refused('CREATE');
    const name = this.identifier();
    this.expect('ON');
    const table = this.qualifiedName();
    const columns = this.indexColumns();
    return {
      kind: 'createIndex',
      table,
      index: this.indexTail({ name, unique, clustered, columns, line }),
      line,
    };
  }

  protected alterStatement(): Statement {
    const start = this.index;
    const { line } = this.advance();
    if (this.accept('TABLE'))
      return { kind: 'alterTable', name: this.qualifiedName(), action: this.alterTableAction(), line };
    if (this.accept('DATABASE')) return this.alterDatabase(line);
    if (this.accept('VIEW')) return this.createView('alter', start, line);
    if (this.accept('PROCEDURE') || this.accept('PROC')) return this.createProcedure('alter', start, line);
    if (this.accept('ROLE')) {
      const role = this.identifier();
      const add = this.accept('ADD');
      if (!add) this.expect('DROP');
      this.expect('MEMBER');
      return { kind: 'alterRole', role, member: this.identifier(), add, line };
    }
    if (this.at('INDEX')) {
      while (this.token.kind !== 'end' && !this.at(';')) {
        if (this.at('DISABLE')) throw this.unsupported('ALTER INDEX … DISABLE', line);
        this.advance();
      }
      return { kind: 'empty', line };
    }
    throw this.refused('ALTER');
  }

  protected dropStatement(): Statement {
    const { line } = this.advance();
    const word = this.advance().upper;
    const ifExists = this.accept('IF', 'EXISTS');
    if (word === 'INDEX') {
      const items = this.commaList(() => {
        const name = this.qualifiedName();
        if (this.accept('ON')) return { name: name.at(-1) ?? '', table: this.qualifiedName() };
        return { name: name.at(-1) ?? '', table: name.slice(0, -1) };
      });
      this.indexOptions();
      return { kind: 'dropIndex', items, ifExists, line };
    }
    const kinds: Record<string, StatementOf<'drop'>['what']> = {
      TABLE: 'table',
      VIEW: 'view',
      PROCEDURE: 'procedure',
      PROC: 'procedure',
      SCHEMA: 'schema',
      USER: 'user',
      LOGIN: 'user',
      FUNCTION: 'function',
      TRIGGER: 'trigger',
      SEQUENCE: 'sequence',
      SYNONYM: 'synonym',
      TYPE: 'type',
    };
    const what = kinds[word];
    if (!what) throw this.unsupported(`DROP ${word}`, line);
    return { kind: 'drop', what, names: this.commaList(() => this.qualifiedName()), ifExists, line };
  }

  protected permissionStatement(): Statement {
    const word = this.advance();
    const action = word.upper.toLowerCase() as 'grant';
    if (this.accept('GRANT', 'OPTION', 'FOR')) throw this.unsupported('GRANT OPTION');
    const permissions = this.commaList(() => {
      const words: string[] = [];
      while (this.token.kind === 'word' && !this.atAny('ON', 'TO', 'FROM')) words.push(this.advance().upper);
      if (this.at('(')) throw this.unsupported('column permissions');
      return words.join(' ');
    });
    let scope: StatementOf<'permission'>['scope'] = 'database';
    let on: string[] | undefined;
    if (this.accept('ON')) {
      scope = 'object';
      if (this.accept('SCHEMA', '::')) scope = 'schema';
      else if (this.accept('DATABASE', '::')) scope = 'database';
      else this.accept('OBJECT', '::');
      on = this.qualifiedName();
    }
    if (!this.accept('TO')) this.expect('FROM');
    const principals = this.commaList(() => this.identifier());
    if (this.accept('WITH')) throw this.unsupported('WITH GRANT OPTION');
    this.accept('CASCADE');
    return { kind: 'permission', action, permissions, scope, on, principals, line: word.line };
  }
}
