import type {
  Cte,
  Expr,
  ForClause,
  GroupItem,
  Query,
  QueryBody,
  SelectBody,
  SelectItem,
  Top,
} from '../ast.js';
import { SourceParser, aliasStops } from './source-parser.js';

/** SELECT in all its parts. */
export abstract class QueryParser extends SourceParser {
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
      return { name, columns, query: this.parenthesised(() => this.nestedQuery()), line };
    });
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
    const clause = {
      format,
      mode,
      path: this.at('(') ? this.parenthesised(() => this.advance().text) : undefined,
      root: undefined as string | undefined,
      withoutArrayWrapper: false,
      includeNullValues: false,
      asType: false,
      elements: false,
      line,
    } satisfies ForClause;
    while (this.accept(',')) this.forOption(clause);
    return clause;
  }

  private forOption(clause: { -readonly [K in keyof ForClause]: ForClause[K] }): void {
    const json = clause.format === 'json';
    if (this.accept('ROOT'))
      clause.root = this.at('(') ? this.parenthesised(() => this.advance().text) : 'root';
    else if (json && this.accept('WITHOUT_ARRAY_WRAPPER')) clause.withoutArrayWrapper = true;
    else if (json && this.accept('INCLUDE_NULL_VALUES')) clause.includeNullValues = true;
    else if (!json && this.accept('TYPE')) clause.asType = true;
    else if (!json && this.at('ELEMENTS') && this.peek().upper !== 'XSINIL') {
      this.advance();
      this.accept('ABSENT');
      clause.elements = true;
    } else if (!json && this.accept('BINARY', 'BASE64')) return;
    else throw this.unsupported(`FOR ${clause.format.toUpperCase()} … ${this.token.text.toUpperCase()}`);
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
      return { kind: 'parenthesis', query: this.parenthesised(() => this.nestedQuery()), line };
    }
    if (this.accept('VALUES')) return { kind: 'values', rows: this.valueRows(), line };
    this.expect('SELECT');
    return this.selectBody(line);
  }

  protected valueRows(): Expr[][] {
    return this.commaList(() => this.parenthesised(() => this.commaList(() => this.expression())));
  }

  /** `TOP (SELECT …)`. */
  private countQuery(): Expr {
    const { line } = this;
    return { kind: 'subquery', query: this.nestedQuery(), line };
  }

  protected top(): Top | undefined {
    if (!this.accept('TOP')) return undefined;
    const { line } = this;
    if (!this.at('(') && this.token.kind !== 'number') throw this.syntaxError();
    const count: Expr = this.at('(')
      ? this.parenthesised(() => (this.startsQuery() ? this.countQuery() : this.expression()))
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
    const groupBy = this.accept('GROUP', 'BY') ? this.groups() : [];
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

  /** `GROUP BY a, b WITH ROLLUP` is what ROLLUP (a, b) is. */
  private groups(): GroupItem[] {
    if (this.at('ALL')) throw this.unsupported('GROUP BY ALL');
    const items = this.commaList(() => this.groupItem());
    if (!this.at('WITH') || !['ROLLUP', 'CUBE'].includes(this.peek().upper)) return items;
    this.advance();
    const kind = this.advance().upper === 'CUBE' ? 'cube' : 'rollup';
    return [{ kind, items: items.map((item) => (item.kind === 'expr' ? [item.expr] : item.items.flat())) }];
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
}
