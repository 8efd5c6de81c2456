import type { AlterTableAction, ChangeTrackingSetting, ColumnDefinition, Statement } from '../ast.js';
import { alterDatabaseFailed, SqlError } from '../errors.js';
import { TableParser } from './table-parser.js';

const combinedOptions = (line: number): SqlError =>
  alterDatabaseFailed(
    new SqlError(
      22114,
      'Change tracking options for ALTER DATABASE cannot be combined with other ALTER DATABASE options.',
      line,
    ),
  );

/** What follows ALTER TABLE t and ALTER DATABASE. */
export abstract class AlterParser extends TableParser {
  protected alterTableAction(): AlterTableAction {
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

  protected alterDatabase(line: number): Statement {
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

  protected refused(verb: string): SqlError {
    if (this.token.kind !== 'word') return this.syntaxError();
    return this.unsupported(`${verb} ${this.token.text.toUpperCase()}`);
  }
}
