import { notSupportedByEmulator } from '../errors.js';
import { render, tokenize, type Token } from '../language/lexer.js';
import { raw } from '../language/token-walk.js';
import { literalType, type DecimalResult, type DecimalType } from './decimal-type.js';
import { endOfOperand, operatorsIn, type OperatorToken } from './operator-location.js';
import type { OperatorMeaning, QueryAnalysis } from './query-analysis.js';

const MAX_SCALE = 37;
/** Words whose results' types PostgreSQL forgets. */
const TYPED = new Set(
  'sum avg coalesce case greatest least round trunc union intersect except mod abs max min nullif ceil ceiling floor'.split(
    ' ',
  ),
);

/** A statement whose decimals may need another arithmetic than PostgreSQL's. */
export class DecimalStatement {
  private readonly operators: readonly OperatorToken[];
  /** As PostgreSQL is asked about it: locations mean this text. */
  readonly text: string;

  private constructor(private readonly tokens: readonly Token[]) {
    this.operators = operatorsIn(tokens);
    this.text = render(tokens);
  }

  /** undefined when nothing in the statement computes a number. */
  static of(sql: string, always = false): DecimalStatement | undefined {
    if (
      !always &&
      !/[-+*/]|\b(?:sum|avg|coalesce|case|greatest|least|round|trunc|union|intersect|except|mod|abs|max|min|nullif|ceil|ceiling|floor)\b/i.test(
        sql,
      )
    )
      return undefined;
    const statement = new DecimalStatement(tokenize(sql, { caseSensitive: true }));
    const typed = statement.tokens.some(({ kind, value }) => kind === 'word' && TYPED.has(value));
    return always || typed || statement.operators.length > 0 ? statement : undefined;
  }

  /** The type of the literal at a byte of the text. */
  literalAt(location: number): DecimalType | undefined {
    let at = 0;
    for (const { kind, text, value } of this.tokens) {
      if (at === location) return kind === 'number' ? literalType(value) : undefined;
      at += Buffer.byteLength(text);
    }
    return undefined;
  }

  /**
   * The statement with Redshift's results of its operators.
   *
   * @throws RedshiftError for a quotient whose type is not known
   */
  withResults({ operators }: QueryAnalysis): string {
    const meanings = new Map<OperatorToken, OperatorMeaning>();
    for (const operator of this.operators) {
      const meaning = operators.get(operator.location);
      if (meaning !== undefined) meanings.set(operator, meaning);
    }
    const edits = this.operators.flatMap((operator) => {
      const wrapper = wrapperOf(meanings.get(operator) ?? this.twinOf(operator, meanings));
      return wrapper === undefined ? [] : [{ operator, wrapper }];
    });
    return edits.length === 0 ? this.text : this.edited(edits);
  }

  /** An expression that repeats another (GROUP BY, ORDER BY) is that other one to PostgreSQL. */
  private twinOf(
    operator: OperatorToken,
    meanings: ReadonlyMap<OperatorToken, OperatorMeaning>,
  ): OperatorMeaning | undefined {
    const signature = this.signatureOf(operator);
    for (const [other, meaning] of meanings) {
      if (other.symbol === operator.symbol && this.signatureOf(other) === signature) return meaning;
    }
    return undefined;
  }

  /** The expression around an operator, as far as it tells one from another: names without their tables. */
  private signatureOf(operator: OperatorToken): string {
    let depth = 0;
    let start = operator.index;
    for (; start > 0; start -= 1) {
      const { kind, value } = this.tokens[start - 1] ?? { kind: 'blank', value: '' };
      if (value === ')' && kind === 'symbol') depth += 1;
      else if (value === '(' && kind === 'symbol') depth -= 1;
      if (depth < 0 || (depth === 0 && (value === ',' || (kind === 'word' && ENDS.has(value))))) break;
    }
    const tokens = this.tokens.slice(start, endOfOperand(this.tokens, operator));
    const words = tokens.filter(({ kind }) => kind !== 'blank');
    const named = words.filter((token, at) => token.value !== '.' && words[at + 1]?.value !== '.');
    return named.map(({ kind, value }) => `${kind === 'string' ? "'" : ''}${value}`).join(' ');
  }

  private edited(edits: readonly { operator: OperatorToken; wrapper: readonly [string, string] }[]): string {
    const opens = new Map<number, string>();
    const closes = new Map<number, string>();
    for (const { operator, wrapper } of edits) {
      const end = endOfOperand(this.tokens, operator);
      opens.set(operator.index, wrapper[0]);
      // An operand that ends where another does lies within it.
      closes.set(end - 1, `${wrapper[1]}${closes.get(end - 1) ?? ''}`);
    }
    return render(
      this.tokens.flatMap((token, index) => {
        const open = opens.get(index);
        const close = closes.get(index);
        return [
          token,
          ...(open === undefined ? [] : [raw(open)]),
          ...(close === undefined ? [] : [raw(close)]),
        ];
      }),
    );
  }
}

const ENDS = new Set(
  'select distinct by where on and or when then else having order group case union values set all'.split(' '),
);

/** What goes around the right operand. */
function wrapperOf(meaning: OperatorMeaning | undefined): readonly [string, string] | undefined {
  const decimal = meaning?.decimal;
  if (decimal === undefined) return undefined;
  const { symbol, type } = decimal;
  if (symbol === '/') {
    if (type === undefined) {
      throw notSupportedByEmulator(
        'a division of DECIMAL whose precision is not known; cast both sides to DECIMAL(p,s)',
      );
    }
    const { scale } = type;
    const factor = `1${'0'.repeat(scale)}`;
    const unit = `0.${'0'.repeat(scale - 1)}1`;
    return [' row(', `, ${factor}, ${unit}, ${boundOf(type)})::redshift_emulator.divisor`];
  }
  if (type === undefined) return undefined;
  if (type.scale > MAX_SCALE)
    throw notSupportedByEmulator(`a product of DECIMAL with ${type.scale} digits behind the point`);
  return type.mayOverflow ? [' row(', `, ${boundOf(type)})::redshift_emulator.operand`] : undefined;
}

/** The least number that the type has no place for. */
function boundOf({ precision, scale, mayOverflow }: DecimalResult): string {
  return mayOverflow ? `1${'0'.repeat(precision - scale)}` : 'null';
}
