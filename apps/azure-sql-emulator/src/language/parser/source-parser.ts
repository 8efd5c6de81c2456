import type { Expr, TableRef } from '../ast.js';
import { reserved } from './token-cursor.js';
import { ExpressionParser } from './expression-parser.js';

const joinWords = ['INNER', 'LEFT', 'RIGHT', 'FULL', 'CROSS', 'JOIN', 'OUTER'];
const tableFunctions = new Set(['STRING_SPLIT', 'OPENJSON', 'GENERATE_SERIES']);
export const aliasStops = new Set(['OUTPUT', 'WINDOW', 'USING', 'OPTION', 'WITH', 'OFFSET', 'GO', 'THROW']);

/** What stands in FROM. */
export abstract class SourceParser extends ExpressionParser {
  protected nameList(): string[] {
    return this.parenthesised(() => this.commaList(() => this.identifier()));
  }

  protected tableList(): TableRef[] {
    return this.commaList(() => this.tableRef());
  }

  protected tableRef(): TableRef {
    let left = this.tablePrimary();
    while (joinWords.includes(this.token.upper) && this.token.kind === 'word') left = this.join(left);
    return left;
  }

  private join(left: TableRef): TableRef {
    const { line } = this;
    if (this.accept('CROSS', 'APPLY'))
      return { kind: 'apply', outer: false, left, right: this.tablePrimary(), line };
    if (this.accept('OUTER', 'APPLY'))
      return { kind: 'apply', outer: true, left, right: this.tablePrimary(), line };
    if (this.accept('CROSS', 'JOIN'))
      return { kind: 'join', type: 'cross', left, right: this.tablePrimary(), line };
    let type: 'inner' | 'left' | 'right' | 'full' = 'inner';
    if (this.atAny('LEFT', 'RIGHT', 'FULL')) {
      type = this.advance().upper.toLowerCase() as 'left';
      this.accept('OUTER');
    } else this.accept('INNER');
    if (this.atAny('HASH', 'LOOP', 'MERGE')) this.advance();
    this.expect('JOIN');
    let right = this.tablePrimary();
    // `a JOIN b JOIN c ON … ON …` nests to the right.
    while (!this.at('ON') && joinWords.includes(this.token.upper)) right = this.join(right);
    this.expect('ON');
    return { kind: 'join', type, left, right, on: this.expression(), line };
  }

  private tablePrimary(): TableRef {
    const { line } = this;
    let table: TableRef;
    if (this.token.kind === 'variable') {
      const name = this.advance().text.toLowerCase();
      table = { kind: 'tableVariable', name, alias: this.tableAlias(), line };
    } else if (this.at('(')) table = this.parenthesisedTable();
    else if (this.at('CHANGETABLE') && this.peek().upper === '(') table = this.changeTable();
    else if (
      this.token.kind === 'word' &&
      tableFunctions.has(this.token.upper) &&
      this.peek().upper === '('
    ) {
      table = this.tableFunction();
    } else table = this.namedTable();
    if (this.atAny('PIVOT') && this.peek().upper === '(') return this.pivot(table);
    if (this.at('UNPIVOT')) return this.unpivot(table);
    if (this.at('TABLESAMPLE')) throw this.unsupported('TABLESAMPLE');
    return { ...table, line };
  }

  private namedTable(): TableRef {
    const { line } = this;
    if (this.atAny('OPENROWSET', 'OPENQUERY', 'OPENXML', 'OPENDATASOURCE'))
      throw this.unsupported(this.token.upper);
    const parts = this.qualifiedName();
    if (this.at('(') && !this.looksLikeHints())
      return { kind: 'userFunction', parts, args: this.argumentList(), ...this.aliasWithColumns(), line };
    if (this.at('FOR') && this.peek().upper === 'SYSTEM_TIME')
      throw this.unsupported('FOR SYSTEM_TIME (temporal tables)');
    const before = this.hints();
    const alias = this.tableAlias();
    return { kind: 'table', parts, alias, hints: [...before, ...this.hints()], line };
  }

  private looksLikeHints(): boolean {
    return ['NOLOCK', 'READUNCOMMITTED', 'UPDLOCK', 'HOLDLOCK', 'READPAST'].includes(this.peek().upper);
  }

  /** Table hints; locks come from PostgreSQL, so most only have to be understood. */
  protected hints(): string[] {
    if (!(this.at('WITH') && this.peek().upper === '(') && !(this.at('(') && this.looksLikeHints()))
      return [];
    this.accept('WITH');
    this.expect('(');
    const hints: string[] = [];
    while (!this.accept(')')) {
      const word = this.advance().upper;
      hints.push(word);
      if (this.at('(')) {
        this.parenthesised(() => this.commaList(() => this.advance()));
      } else if (this.accept('=')) this.advance();
      this.accept(',');
      if (this.token.kind === 'end') throw this.syntaxError();
    }
    return hints;
  }

  protected tableAlias(): string | undefined {
    if (this.accept('AS')) return this.identifier();
    if (this.token.kind === 'quoted') return this.advance().text;
    if (this.token.kind === 'word' && !reserved.has(this.token.upper) && !aliasStops.has(this.token.upper)) {
      return this.advance().text;
    }
    return undefined;
  }

  private parenthesisedTable(): TableRef {
    const { line } = this;
    if (this.startsQuery() || this.peek().upper === 'VALUES') {
      const query = this.parenthesised(() => this.nestedQuery());
      const alias = this.tableAlias();
      if (alias === undefined) throw this.syntaxError();
      const columns = this.at('(') ? this.nameList() : undefined;
      return { kind: 'derived', query, alias, columns, line };
    }
    return this.parenthesised(() => this.tableRef());
  }

  private changeTable(): TableRef {
    const { line } = this.advance();
    this.expect('(');
    if (this.accept('CHANGES')) {
      const table = this.qualifiedName();
      this.expect(',');
      const version = this.changesVersion();
      if (this.accept(',')) this.expect('FORCESEEK');
      this.expect(')');
      return { kind: 'changes', table, version, ...this.aliasWithColumns(), line };
    }
    this.expect('VERSION');
    const table = this.qualifiedName();
    this.expect(',');
    const keys = this.nameList();
    this.expect(',');
    const values = this.parenthesised(() => this.commaList(() => this.expression()));
    if (this.accept(',')) this.expect('FORCESEEK');
    this.expect(')');
    return { kind: 'version', table, keys, values, ...this.aliasWithColumns(), line };
  }

  /** NULL, an integer literal with optional minus, or a variable: an expression is a syntax error. */
  private changesVersion(): Expr {
    const { line } = this;
    if (this.accept('NULL')) return { kind: 'null', line };
    if (this.token.kind === 'variable')
      return { kind: 'variable', name: this.advance().text.toLowerCase(), line };
    const minus = this.accept('-');
    if (this.token.kind !== 'number' || !/^\d+$/.test(this.token.text)) throw this.syntaxError();
    return { kind: 'number', text: `${minus ? '-' : ''}${this.advance().text}`, form: 'int', line };
  }

  private aliasWithColumns(): { alias?: string | undefined; columns?: string[] | undefined } {
    const alias = this.tableAlias();
    return { alias, columns: alias !== undefined && this.at('(') ? this.nameList() : undefined };
  }

  private tableFunction(): TableRef {
    const { upper, line } = this.advance();
    const args = this.argumentList();
    const schema = this.at('WITH') && this.peek().upper === '(' ? this.jsonSchema() : undefined;
    return { kind: 'tableFunction', name: upper, args, schema, ...this.aliasWithColumns(), line };
  }

  private jsonSchema() {
    this.expect('WITH');
    return this.parenthesised(() =>
      this.commaList(() => {
        const name = this.identifier();
        const type = this.dataType(1);
        const path =
          this.token.kind === 'string' || this.token.kind === 'nstring' ? this.advance().text : undefined;
        const asJson = this.accept('AS', 'JSON');
        return { name, type, path, asJson };
      }),
    );
  }

  private unpivot(source: TableRef): TableRef {
    const { line } = this.advance();
    this.expect('(');
    const value = this.identifier();
    this.expect('FOR');
    const column = this.identifier();
    this.expect('IN');
    const columns = this.nameList();
    this.expect(')');
    const alias = this.tableAlias();
    if (alias === undefined) throw this.syntaxError();
    return { kind: 'unpivot', source, value, column, columns, alias, line };
  }

  private pivot(source: TableRef): TableRef {
    const { line } = this.advance();
    this.expect('(');
    const aggregate = this.advance().upper;
    const value = this.parenthesised(() => this.qualifiedName());
    this.expect('FOR');
    const column = this.qualifiedName();
    this.expect('IN');
    const values = this.nameList();
    this.expect(')');
    const alias = this.tableAlias();
    if (alias === undefined) throw this.syntaxError();
    return { kind: 'pivot', source, aggregate, value, column, values, alias, line };
  }
}
