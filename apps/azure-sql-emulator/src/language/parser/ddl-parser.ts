import type {
  AlterTableAction,
  ChangeTrackingSetting,
  ColumnDefinition,
  Parameter,
  Statement,
  StatementOf,
  TableElements,
} from '../ast.js';
import { alterDatabaseFailed, SqlError } from '../errors.js';
import { TableParser } from './table-parser.js';

type Mode = 'create' | 'alter' | 'createOrAlter';

const combinedOptions = (line: number): SqlError =>
  alterDatabaseFailed(
    new SqlError(
      22114,
      'Change tracking options for ALTER DATABASE cannot be combined with other ALTER DATABASE options.',
      line,
    ),
  );

/** CREATE, ALTER, DROP, TRUNCATE and permissions. */
export abstract class DdlParser extends TableParser {
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

  private refused(verb: string): SqlError {
    if (this.token.kind !== 'word') return this.syntaxError();
    return this.unsupported(`${verb} ${this.token.text.toUpperCase()}`);
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

  private alterTableAction(): AlterTableAction {
    const withCheck = this.at('WITH') && ['CHECK', 'NOCHECK'].includes(this.peek().upper);
    const noCheck = withCheck && this.peek().upper === 'NOCHECK';
    if (withCheck) this.index += 2;
    if (this.accept('ADD')) return this.addElements(noCheck);
    if (this.accept('DROP')) return this.dropElements();
    if (this.accept('ALTER', 'COLUMN')) return this.alterColumn();
    if (this.atAny('ENABLE', 'DISABLE') && this.peek().upper === 'CHANGE_TRACKING')
      return this.trackingAction();
    if (this.atAny('CHECK', 'NOCHECK') && this.peek().upper === 'CONSTRAINT') {
      const enable = this.advance().upper === 'CHECK';
      this.advance();
      const names = this.accept('ALL') ? 'all' : this.commaList(() => this.identifier());
      return { kind: 'checkConstraints', names, enable, validate: withCheck && !noCheck };
    }
    throw this.refused('ALTER TABLE …');
  }

  private addElements(noCheck: boolean): AlterTableAction {
    const columns: ColumnDefinition[] = [];
    const constraints: Extract<AlterTableAction, { kind: 'addColumns' }>['constraints'][number][] = [];
    const indexes: Extract<AlterTableAction, { kind: 'addColumns' }>['indexes'][number][] = [];
    this.accept('COLUMN');
    do this.tableElement(columns, constraints, indexes);
    while (this.accept(','));
    const checked = constraints.map((constraint) =>
      noCheck && (constraint.kind === 'foreign' || constraint.kind === 'check')
        ? { ...constraint, noCheck }
        : constraint,
    );
    return { kind: 'addColumns', columns, constraints: checked, indexes, withValues: true };
  }

  private dropElements(): AlterTableAction {
    const items: { what: 'column' | 'constraint'; name: string; ifExists: boolean }[] = [];
    let what: 'column' | 'constraint' = 'constraint';
    let ifExists = false;
    do {
      if (this.accept('COLUMN')) what = 'column';
      else if (this.accept('CONSTRAINT')) what = 'constraint';
      if (this.accept('IF', 'EXISTS')) ifExists = true;
      items.push({ what, name: this.identifier(), ifExists });
    } while (this.accept(','));
    if (this.at('WITH') && this.peek().upper === '(') {
      this.advance();
      this.skipParentheses();
    }
    return { kind: 'drop', items };
  }

  private alterColumn(): AlterTableAction {
    const name = this.identifier();
    if (
      this.atAny('ADD', 'DROP') &&
      ['MASKED', 'SPARSE', 'ROWGUIDCOL', 'PERSISTED'].includes(this.peek().upper)
    ) {
      throw this.unsupported(`ALTER COLUMN … ${this.token.upper} ${this.peek().upper}`);
    }
    let type = this.dataType(1);
    if (this.accept('COLLATE')) type = { ...type, collation: this.identifier() };
    const nullable = this.accept('NOT', 'NULL') ? false : this.accept('NULL') ? true : undefined;
    return { kind: 'alterColumn', name, type, nullable };
  }

  private trackingAction(): AlterTableAction {
    const enable = this.advance().upper === 'ENABLE';
    this.advance();
    let trackColumns = false;
    if (enable && this.accept('WITH')) {
      this.expect('(', 'TRACK_COLUMNS_UPDATED', '=');
      trackColumns = this.onOff();
      this.expect(')');
    }
    return { kind: 'changeTracking', enable, trackColumns };
  }

  protected onOff(): boolean {
    if (this.accept('ON')) return true;
    this.expect('OFF');
    return false;
  }

  private alterDatabase(line: number): Statement {
    if (this.at('SCOPED')) throw this.unsupported('ALTER DATABASE SCOPED …');
    const database = this.accept('CURRENT') ? '' : this.identifier();
    if (this.accept('COLLATE')) throw this.unsupported('ALTER DATABASE … COLLATE');
    if (!this.accept('SET')) throw this.unsupported(`ALTER DATABASE … ${this.token.text}`);
    if (this.at('CHANGE_TRACKING')) {
      this.advance();
      const statement = this.trackingOptions(database, line);
      if (this.at(',')) throw combinedOptions(line);
      return statement;
    }
    const option = this.advance().text.toUpperCase();
    this.accept('=');
    const words: string[] = [];
    while (this.token.kind !== 'end' && !this.at(';') && !this.at('WITH') && !this.at(','))
      words.push(this.advance().text);
    if (this.at(',') && this.peek().upper === 'CHANGE_TRACKING') throw combinedOptions(line);
    if (this.accept('WITH')) {
      if (!this.accept('NO_WAIT')) {
        this.expect('ROLLBACK');
        if (!this.accept('IMMEDIATE')) {
          this.accept('AFTER');
          this.integer();
          this.accept('SECONDS');
        }
      }
    }
    return { kind: 'alterDatabase', database, option, value: words.join(' ').toUpperCase(), line };
  }

  private trackingOptions(database: string, line: number): Statement {
    let tracking: ChangeTrackingSetting = {};
    let on: boolean | undefined;
    if (this.accept('=')) on = this.onOff();
    if (this.at('(')) {
      this.parenthesised(() =>
        this.commaList(() => {
          tracking = this.trackingOption(tracking, line);
        }),
      );
    }
    return {
      kind: 'alterDatabase',
      database,
      option: 'CHANGE_TRACKING',
      value: '',
      tracking: { ...tracking, on },
      line,
    };
  }

  private trackingOption(current: ChangeTrackingSetting, line: number): ChangeTrackingSetting {
    const twice = (name: string): SqlError =>
      new SqlError(
        5091,
        `ALTER DATABASE change tracking option '${name}' was specified more than once. Each option can be specified only once.`,
        line,
        15,
      );
    if (this.accept('AUTO_CLEANUP', '=')) {
      if (current.autoCleanup !== undefined) throw twice('AUTO_CLEANUP');
      return { ...current, autoCleanup: this.onOff() };
    }
    this.expect('CHANGE_RETENTION', '=');
    if (current.retention) throw twice('CHANGE_RETENTION');
    const value = this.integer();
    const unit = this.advance();
    if (!['DAYS', 'HOURS', 'MINUTES'].includes(unit.upper)) {
      throw new SqlError(
        155,
        `'${unit.text}' is not a recognized CHANGE_RETENTION option.`,
        unit.line,
        15,
        2,
      );
    }
    return { ...current, retention: { value, unit: unit.upper } };
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
