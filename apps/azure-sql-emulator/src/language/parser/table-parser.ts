import type {
  ColumnDefinition,
  ForeignAction,
  IndexColumn,
  IndexDefinition,
  TableConstraint,
} from '../ast.js';
import type { SqlType } from '../../engine.js';
import { DmlParser } from './dml-parser.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Column, constraint and index definitions of CREATE TABLE and ALTER TABLE. */
export abstract class TableParser extends DmlParser {
  protected tableElements(): {
    columns: ColumnDefinition[];
    constraints: TableConstraint[];
    indexes: IndexDefinition[];
  } {
    const columns: ColumnDefinition[] = [];
    const constraints: TableConstraint[] = [];
    const indexes: IndexDefinition[] = [];
    this.expect('(');
    do {
      if (this.at(')')) break;
      this.tableElement(columns, constraints, indexes);
    } while (this.accept(','));
    this.expect(')');
    return { columns, constraints, indexes };
  }

  protected tableElement(
    columns: ColumnDefinition[],
    constraints: TableConstraint[],
    indexes: IndexDefinition[],
  ): void {
    if (this.atAny('CONSTRAINT', 'PRIMARY', 'UNIQUE', 'FOREIGN', 'CHECK', 'DEFAULT')) {
      constraints.push(this.tableConstraint());
    } else if (this.at('INDEX')) indexes.push(this.inlineIndex(undefined));
    else if (this.at('PERIOD') && this.peek().upper === 'FOR')
      throw this.unsupported('PERIOD FOR SYSTEM_TIME (temporal tables)');
    else {
      this.typeOrdinal = columns.length + 1;
      columns.push(this.columnDefinition(indexes));
      this.typeOrdinal = 1;
    }
  }

  private columnDefinition(indexes: IndexDefinition[]): ColumnDefinition {
    const { line } = this;
    const name = this.identifier();
    const column: Mutable<ColumnDefinition> & { constraints: TableConstraint[] } = {
      name,
      constraints: [],
      line,
    };
    if (this.accept('AS')) {
      const start = this.index;
      const expr = this.expression();
      column.computed = { expr, text: this.textFrom(start), persisted: this.accept('PERSISTED') };
    } else {
      column.type = this.collated(this.dataType(1));
      if (this.typeNullable === false) column.nullable = false;
    }
    while (this.columnOption(column, indexes));
    return column;
  }

  private collated(type: SqlType): SqlType {
    return this.accept('COLLATE') ? { ...type, collation: this.identifier() } : type;
  }

  private columnOption(
    column: Mutable<ColumnDefinition> & { constraints: TableConstraint[] },
    indexes: IndexDefinition[],
  ): boolean {
    const { line } = this;
    const name = this.accept('CONSTRAINT') ? this.identifier() : undefined;
    if (this.accept('NOT', 'NULL')) column.nullable = false;
    else if (this.accept('NULL')) column.nullable = true;
    else if (this.accept('COLLATE') && column.type)
      column.type = { ...column.type, collation: this.identifier() };
    else if (this.accept('IDENTITY')) column.identity = this.identitySpec();
    else if (this.accept('ROWGUIDCOL')) column.rowguid = true;
    else if (this.accept('DEFAULT')) {
      const start = this.index;
      const expr = this.expression();
      const text = this.textFrom(start);
      column.defaultValue = { name, expr, text, withValues: this.accept('WITH', 'VALUES') };
    } else if (this.atAny('PRIMARY', 'UNIQUE')) {
      column.constraints.push(this.keyConstraint(name, line, column.name));
    } else if (this.at('FOREIGN') || this.at('REFERENCES')) {
      this.accept('FOREIGN', 'KEY');
      column.constraints.push(this.references(name, [column.name], line));
    } else if (this.at('CHECK')) column.constraints.push(this.checkConstraint(name, line));
    else if (this.at('INDEX')) indexes.push(this.inlineIndex(column.name));
    else if (this.accept('SPARSE')) return true;
    else if (this.atAny('GENERATED', 'MASKED', 'ENCRYPTED', 'HIDDEN'))
      throw this.unsupported(`column option ${this.token.upper}`);
    else if (name !== undefined) throw this.syntaxError();
    else return false;
    return true;
  }

  private identitySpec(): { seed: string; increment: string } {
    if (!this.accept('(')) {
      this.notForReplication();
      return { seed: '1', increment: '1' };
    }
    const seed = String(this.integer());
    this.expect(',');
    const increment = String(this.integer());
    this.expect(')');
    this.notForReplication();
    return { seed, increment };
  }

  private notForReplication(): void {
    this.accept('NOT', 'FOR', 'REPLICATION');
  }

  protected tableConstraint(): TableConstraint {
    const { line } = this;
    const name = this.accept('CONSTRAINT') ? this.identifier() : undefined;
    if (this.atAny('PRIMARY', 'UNIQUE')) return this.keyConstraint(name, line, undefined);
    if (this.accept('FOREIGN', 'KEY')) return this.references(name, this.nameList(), line);
    if (this.at('CHECK')) return this.checkConstraint(name, line);
    if (this.accept('DEFAULT')) {
      const start = this.index;
      const expr = this.expression();
      const text = this.textFrom(start);
      this.expect('FOR');
      const column = this.identifier();
      this.accept('WITH', 'VALUES');
      return { kind: 'default', name, column, expr, text, line };
    }
    throw this.syntaxError();
  }

  private keyConstraint(name: string | undefined, line: number, column: string | undefined): TableConstraint {
    const primary = this.accept('PRIMARY');
    if (primary) this.expect('KEY');
    else this.expect('UNIQUE');
    const clustered = this.accept('CLUSTERED') ? true : this.accept('NONCLUSTERED') ? false : undefined;
    const columns =
      this.at('(') || column === undefined ? this.indexColumns() : [{ name: column, descending: false }];
    this.indexOptions();
    return { kind: 'key', name, primary, clustered, columns, line };
  }

  protected indexColumns(): IndexColumn[] {
    return this.parenthesised(() =>
      this.commaList(() => {
        const name = this.identifier();
        const descending = this.accept('DESC');
        if (!descending) this.accept('ASC');
        return { name, descending };
      }),
    );
  }

  /** WITH (…) and ON filegroup of keys and indexes: storage details that change no answer. */
  protected indexOptions(): void {
    if (this.at('WITH') && this.peek().upper === '(') {
      this.advance();
      this.skipParentheses();
    } else if (this.at('WITH') && this.peek().upper === 'FILLFACTOR') {
      this.advance();
      this.advance();
      this.expect('=');
      this.integer();
    }
    if (this.accept('ON')) {
      this.identifier();
      if (this.at('(')) throw this.unsupported('partition schemes');
    }
    if (this.accept('TEXTIMAGE_ON')) this.identifier();
  }

  protected skipParentheses(): void {
    this.expect('(');
    for (let depth = 1; depth > 0; this.advance()) {
      if (this.token.kind === 'end') throw this.syntaxError();
      if (this.at('(')) depth++;
      else if (this.at(')')) depth--;
    }
  }

  private references(name: string | undefined, columns: readonly string[], line: number): TableConstraint {
    this.expect('REFERENCES');
    const table = this.qualifiedName();
    const references = this.at('(') ? this.nameList() : [];
    let onDelete: ForeignAction = 'no action';
    let onUpdate: ForeignAction = 'no action';
    while (this.accept('ON')) {
      const deleting = this.accept('DELETE');
      if (!deleting) this.expect('UPDATE');
      const action = this.foreignAction();
      if (deleting) onDelete = action;
      else onUpdate = action;
    }
    this.notForReplication();
    return { kind: 'foreign', name, columns, table, references, onDelete, onUpdate, line };
  }

  private foreignAction(): ForeignAction {
    if (this.accept('NO', 'ACTION')) return 'no action';
    if (this.accept('CASCADE')) return 'cascade';
    if (this.accept('SET', 'NULL')) return 'set null';
    this.expect('SET', 'DEFAULT');
    return 'set default';
  }

  private checkConstraint(name: string | undefined, line: number): TableConstraint {
    this.expect('CHECK');
    this.notForReplication();
    const start = this.index;
    const expr = this.parenthesised(() => this.expression());
    return { kind: 'check', name, expr, text: this.textFrom(start), line };
  }

  private inlineIndex(column: string | undefined): IndexDefinition {
    const { line } = this.advance();
    const name = this.identifier();
    const unique = this.accept('UNIQUE');
    const clustered = this.accept('CLUSTERED');
    if (!clustered) this.accept('NONCLUSTERED');
    const columns =
      column !== undefined && !this.at('(') ? [{ name: column, descending: false }] : this.indexColumns();
    return this.indexTail({ name, unique, clustered, columns, line });
  }

  protected indexTail(
    head: Pick<IndexDefinition, 'name' | 'unique' | 'clustered' | 'columns' | 'line'>,
  ): IndexDefinition {
    const include = this.accept('INCLUDE') ? this.nameList() : [];
    let where: IndexDefinition['where'];
    if (this.accept('WHERE')) {
      const start = this.index;
      const expr = this.expression();
      where = { expr, text: this.textFrom(start) };
    }
    this.indexOptions();
    return { ...head, include, where };
  }
}
