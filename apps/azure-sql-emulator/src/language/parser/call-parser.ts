import type { Expr, FunctionCall, OrderItem, WindowSpec } from '../ast.js';
import { TypeParser } from './type-parser.js';

const datePartFunctions = new Set([
  'DATEADD',
  'DATEDIFF',
  'DATEDIFF_BIG',
  'DATEPART',
  'DATENAME',
  'DATETRUNC',
  'DATE_BUCKET',
]);
/** Calls of functions, with DISTINCT, WITHIN GROUP and OVER. */
export abstract class CallParser extends TypeParser {
  abstract expression(): Expr;

  protected call(): Expr {
    const { text, line } = this.advance();
    return this.callWith(text.toUpperCase(), line);
  }

  protected argumentList(): Expr[] {
    this.expect('(');
    if (this.accept(')')) return [];
    const args = this.commaList(() => this.expression());
    this.expect(')');
    return args;
  }

  protected callWith(name: string, line: number): Expr {
    if (['JSON_OBJECT', 'JSON_ARRAY'].includes(name)) throw this.unsupported(name, line);
    this.expect('(');
    const call: FunctionCall = { kind: 'call', name, args: [], line };
    if (this.accept('*')) call.star = true;
    else if (!this.at(')')) {
      if (this.accept('DISTINCT')) call.distinct = true;
      else this.accept('ALL');
      if (name === 'TRIM') call.args = this.trimArguments(call);
      else if (datePartFunctions.has(name)) {
        call.datePart = this.advance().text.toLowerCase();
        if (this.accept(',')) call.args = this.commaList(() => this.expression());
      } else call.args = this.commaList(() => this.expression());
    }
    this.expect(')');
    this.callTail(call);
    return call;
  }

  /** `TRIM([LEADING | TRAILING | BOTH] characters FROM text)`. */
  private trimArguments(call: FunctionCall): Expr[] {
    if (this.atAny('LEADING', 'TRAILING', 'BOTH') && !['.', ')', ','].includes(this.peek().upper))
      call.datePart = this.advance().text.toLowerCase();
    const first = this.expression();
    return this.accept('FROM') ? [this.expression(), first] : [first];
  }

  private callTail(call: FunctionCall): void {
    if (this.atAny('IGNORE', 'RESPECT') && this.peek().upper === 'NULLS') {
      call.ignoreNulls = this.advance().upper === 'IGNORE';
      this.advance();
    }
    if (this.accept('WITHIN', 'GROUP')) {
      call.withinGroup = this.parenthesised(() => {
        this.expect('ORDER', 'BY');
        return this.orderList();
      });
    }
    if (this.at('OVER')) {
      this.advance();
      call.over = this.at('(')
        ? this.parenthesised(() => this.windowSpec())
        : { partitionBy: [], orderBy: [], name: this.identifier() };
    }
  }

  protected windowSpec(): WindowSpec {
    const partitionBy = this.accept('PARTITION', 'BY') ? this.commaList(() => this.expression()) : [];
    const orderBy = this.accept('ORDER', 'BY') ? this.orderList() : [];
    const start = this.index;
    if (this.atAny('ROWS', 'RANGE')) {
      while (!this.at(')')) {
        if (this.token.kind !== 'word' && this.token.kind !== 'number') throw this.syntaxError();
        this.advance();
      }
      return { partitionBy, orderBy, frame: this.textFrom(start) };
    }
    return { partitionBy, orderBy };
  }

  protected orderList(): OrderItem[] {
    return this.commaList(() => {
      const { line } = this;
      const expr = this.expression();
      const descending = this.accept('DESC');
      if (!descending) this.accept('ASC');
      return { expr, descending, line };
    });
  }
}
