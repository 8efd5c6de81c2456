import type {
  Cte,
  Expr,
  ForClause,
  GroupItem,
  Query,
  QueryBody,
  SelectBody,
  SelectItem,
  TableRef,
  Top,
} from '../ast.js';
import { reserved } from './token-cursor.js';
import { ExpressionParser } from './expression-parser.js';

const joinWords = ['INNER', 'LEFT', 'RIGHT', 'FULL', 'CROSS', 'JOIN', 'OUTER'];
const tableFunctions = new Set(['STRING_SPLIT', 'OPENJSON', 'GENERATE_SERIES']);
const aliasStops = new Set(['OUTPUT', 'WINDOW', 'USING', 'OPTION', 'WITH', 'OFFSET', 'GO', 'THROW']);

/** SELECT in all its parts. */
export abstract class QueryParser extends ExpressionParser {
  query(): Query {
    const { line } = this;
    const ctes = this.accept('WITH') ? this.cteList() : [];
    return this.queryAfterCtes(ctes, line);
  }

  protected cteList(): Cte[] {
    return this.commaList(() => {
      const { line } = this;
      const name = this.identifier();
      const columns = this.at('(') ? this.nameList() : undefined;
      this.expect('AS');
      return { name, columns, query: this.parenthesised(() => this.query()), line };
    });
  }

  protected nameList(): string[] {
    return this.parenthesised(() => this.commaList(() => this.identifier()));
  }

  protected queryAfterCtes(ctes: readonly Cte[], line: number): Query {
    const body = this.setOperation();
    const orderBy = this.accept('ORDER', 'BY') ? this.orderList() : [];
    let offset: Expr | undefined;
    let fetch: Expr | undefined;
    if (orderBy.length > 0 && this.accept('OFFSET')) {
      offset = this.expression();
      if (!this.accept('ROWS')) this.expect('ROW');
      if (this.accept('FETCH')) {
        if (!this.accept('NEXT')) this.expect('FIRST');
        fetch = this.expression();
        if (!this.accept('ROWS')) this.expect('ROW');
        this.expect('ONLY');
      }
    }
    const forClause =
      this.at('FOR') && ['XML', 'JSON'].includes(this.peek().upper) ? this.forClause() : undefined;
    const maxRecursion = this.optionClause();
    return { ctes, body, orderBy, offset, fetch, forClause, maxRecursion, line };
  }

  private forClause(): ForClause {
    const { line } = this.advance();
    const format = this.advance().upper === 'JSON' ? 'json' : 'xml';
    const mode = this.advance().upper;
    let path: string | undefined;
    let root: string | undefined;
    let withoutArrayWrapper = false;
    let includeNullValues = false;
    if (this.at('(')) path = this.parenthesised(() => this.advance().text);
    while (this.accept(',')) {
      const word = this.advance().upper;
      if (word === 'ROOT') root = this.at('(') ? this.parenthesised(() => this.advance().text) : 'root';
      else if (word === 'WITHOUT_ARRAY_WRAPPER') withoutArrayWrapper = true;
      else if (word === 'INCLUDE_NULL_VALUES') includeNullValues = true;
      else if (word !== 'TYPE') throw this.unsupported(`FOR ${format.toUpperCase()} … ${word}`);
    }
    return { format, mode, path, root, withoutArrayWrapper, includeNullValues, line };
  }

  /** OPTION (…) hints change plans, not answers: read over, save for the depth of recursion. */
  protected optionClause(): number | undefined {
    if (!this.accept('OPTION')) return undefined;
    let maxRecursion: number | undefined;
    this.expect('(');
    let depth = 1;
    while (depth > 0) {
      if (this.at('(')) depth++;
      if (this.at(')')) depth--;
      if (this.token.kind === 'end') throw this.syntaxError();
      if (this.at('MAXRECURSION')) maxRecursion = Number(this.peek().text);
      this.advance();
    }
    return maxRecursion;
  }

  private setOperation(): QueryBody {
    let left = this.intersection();
    while (this.atAny('UNION', 'EXCEPT')) {
      const { upper, line } = this.advance();
      const all = this.accept('ALL');
      left = {
        kind: 'set',
        op: upper === 'UNION' ? 'union' : 'except',
        all,
        left,
        right: this.intersection(),
        line,
      };
    }
    return left;
  }

  private intersection(): QueryBody {
    let left = this.queryPrimary();
    while (this.at('INTERSECT')) {
      const { line } = this.advance();
      left = {
        kind: 'set',
        op: 'intersect',
        all: this.accept('ALL'),
        left,
        right: this.queryPrimary(),
        line,
      };
    }
    return left;
  }

  private queryPrimary(): QueryBody {
    const { line } = this;
    if (this.at('(')) {
      return { kind: 'parenthesis', query: this.parenthesised(() => this.query()), line };
    }
    if (this.accept('VALUES')) return { kind: 'values', rows: this.valueRows(), line };
    this.expect('SELECT');
    return this.selectBody(line);
  }

  protected valueRows(): Expr[][] {
    return this.commaList(() => this.parenthesised(() => this.commaList(() => this.expression())));
  }

  protected top(): Top | undefined {
    if (!this.accept('TOP')) return undefined;
    const { line } = this;
    const count: Expr = this.at('(')
      ? this.parenthesised(() => this.expression())
      : { kind: 'number', text: String(this.advance().text), form: 'int', line };
    const percent = this.accept('PERCENT');
    const withTies = this.accept('WITH', 'TIES');
    return { count, percent, withTies };
  }

  private selectBody(line: number): SelectBody {
    const distinct = this.accept('DISTINCT');
    if (!distinct) this.accept('ALL');
    const top = this.top();
    const items = this.commaList(() => this.selectItem());
    const into = this.accept('INTO') ? this.qualifiedName() : undefined;
    const from = this.accept('FROM') ? this.tableList() : [];
    const where = this.accept('WHERE') ? this.expression() : undefined;
    const groupBy = this.accept('GROUP', 'BY') ? this.commaList(() => this.groupItem()) : [];
    const having = this.accept('HAVING') ? this.expression() : undefined;
    const windows = this.accept('WINDOW')
      ? this.commaList(() => {
          const name = this.identifier();
          this.expect('AS');
          return { name, spec: this.parenthesised(() => this.windowSpec()) };
        })
      : undefined;
    return { kind: 'select', distinct, top, items, into, from, where, groupBy, having, windows, line };
  }

  private groupItem(): GroupItem {
    if (this.atAny('ROLLUP', 'CUBE') && this.peek().upper === '(') {
      const kind = this.advance().upper === 'CUBE' ? 'cube' : 'rollup';
      return { kind, items: this.parenthesised(() => this.commaList(() => this.groupSet())) };
    }
    if (this.accept('GROUPING', 'SETS')) {
      return { kind: 'sets', items: this.parenthesised(() => this.commaList(() => this.groupSet())) };
    }
    return { kind: 'expr', expr: this.expression() };
  }

  private groupSet(): Expr[] {
    if (!this.at('(')) return [this.expression()];
    this.expect('(');
    if (this.accept(')')) return [];
    const list = this.commaList(() => this.expression());
    this.expect(')');
    return list;
  }

  protected selectItem(): SelectItem {
    const { line } = this;
    if (this.accept('*')) return { star: { qualifier: [] }, line };
    const star = this.qualifiedStar();
    if (star) return { star: { qualifier: star }, line };
    if (this.token.kind === 'variable' && /^[-+*/%&|^]?=$/.test(this.peek().upper)) {
      const variable = this.advance().text.toLowerCase();
      const op = this.advance().upper;
      return { assign: { variable, op }, expr: this.expression(), line };
    }
    if ((this.atIdentifier || this.token.kind === 'string') && this.peek().upper === '=') {
      const alias = this.advance().text;
      this.advance();
      return { alias, expr: this.expression(), line };
    }
    const expr = this.expression();
    return { expr, alias: this.columnAlias(), line };
  }

  private qualifiedStar(): string[] | undefined {
    if (!this.atIdentifier) return undefined;
    let ahead = 0;
    const parts: string[] = [];
    while (['word', 'quoted'].includes(this.peek(ahead).kind) && this.peek(ahead + 1).upper === '.') {
      parts.push(this.peek(ahead).text);
      ahead += 2;
      if (this.peek(ahead).upper === '*' && this.peek(ahead).kind === 'op') {
        this.index += ahead + 1;
        return parts;
      }
    }
    return undefined;
  }

  private columnAlias(): string | undefined {
    if (this.accept('AS')) {
      if (this.token.kind === 'string' || this.token.kind === 'nstring') return this.advance().text;
      return this.identifier();
    }
    if (this.token.kind === 'string') return this.advance().text;
    if (this.atIdentifier && !aliasStops.has(this.token.upper)) return this.advance().text;
    return undefined;
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
      const query = this.parenthesised(() => this.query());
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
    if (this.token.kind !== 'number') throw this.syntaxError();
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
