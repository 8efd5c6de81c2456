import type { SqlType } from '../../engine.js';
import type { Expr, FunctionCall, OrderItem, WindowSpec } from '../ast.js';
import { SqlError, unsupported } from '../errors.js';
import { aggregateFunctions } from '../functions/aggregate-functions.js';
import type { FunctionContext, FunctionTable } from '../functions/function-set.js';
import { catalogFunctions } from '../functions/catalog-functions.js';
import { formatFunctions } from '../functions/format-function.js';
import { jsonFunctions } from '../functions/json-functions.js';
import { metadataFunctions } from '../functions/metadata-functions.js';
import { numberFunctions } from '../functions/number-functions.js';
import { systemFunctions } from '../functions/system-functions.js';
import { textFunctions } from '../functions/text-functions.js';
import { timePartsFunctions } from '../functions/time-parts-functions.js';
import { unbuiltFunctions } from '../functions/unbuilt-functions.js';
import { timeFunctions } from '../functions/time-functions.js';
import { BIGINT, INT, nvarchar, pgType } from '../types.js';
import { parseParameters } from '../parser/batch-parser.js';
import { checkedArguments } from './user-function.js';
import { convert } from './conversion.js';
import type { Scope } from './environment.js';
import { ExpressionBinder } from './expression-binder.js';
import { asKey, typed, type Typed } from './typed.js';

const functions: FunctionTable = {
  ...textFunctions,
  ...numberFunctions,
  ...timeFunctions,
  ...timePartsFunctions,
  ...aggregateFunctions,
  ...systemFunctions,
  ...metadataFunctions,
  ...jsonFunctions,
  ...catalogFunctions,
  ...formatFunctions,
};

const aggregates = new Set([
  'COUNT',
  'COUNT_BIG',
  'SUM',
  'AVG',
  'MIN',
  'MAX',
  'STDEV',
  'STDEVP',
  'VAR',
  'VARP',
  'STRING_AGG',
  'CHECKSUM_AGG',
  'APPROX_COUNT_DISTINCT',
]);

/** True when the expression has an aggregate of its own level, which makes a query without GROUP BY an aggregate query. */
export const isAggregate = (call: FunctionCall): boolean => aggregates.has(call.name) && !call.over;

/** Built-in functions, window clauses and method calls. */
export abstract class FunctionBinder extends ExpressionBinder {
  protected override call(call: FunctionCall, scope: Scope | undefined): Typed {
    if (call.name === '$ROW_ID') {
      const source = scope?.sources.find((candidate) => candidate.table);
      return typed(`${source?.pgAlias ?? ''}.ctid`, BIGINT, false);
    }
    const entry = Object.hasOwn(functions, call.name) ? functions[call.name] : undefined;
    if (!entry) {
      if (call.name.endsWith('.value') && call.args.every(({ kind }) => kind === 'string')) {
        const parts = call.name.split('.').slice(0, -1);
        const operand: Expr = { kind: 'column', parts, line: call.line };
        return this.xmlValue(
          { kind: 'method', method: 'value', operand, args: call.args, line: call.line },
          scope,
        );
      }
      if (call.name.includes('.')) return this.userFunction(call, scope);
      if (unbuiltFunctions.has(call.name)) throw unsupported(call.name, call.line);
      throw new SqlError(
        195,
        `'${call.name.toLowerCase()}' is not a recognized built-in function name.`,
        call.line,
        15,
        10,
      );
    }
    if (call.name === 'NEXT VALUE FOR') this.useSequence(call);
    const count = call.args.length;
    if (count < entry.min || count > entry.max) {
      const takes =
        entry.min === entry.max ? `${entry.min} argument(s)` : `${entry.min} to ${entry.max} arguments`;
      throw new SqlError(
        entry.min === entry.max ? 174 : 189,
        `The ${call.name.toLowerCase()} function requires ${takes}.`,
        call.line,
        15,
      );
    }
    return entry.bind(this.functionContext(call, scope));
  }

  /** Sequences asked in the row that is being bound. */
  protected readonly sequencesUsed = new Set<string>();

  /** Within a row every NEXT VALUE FOR a sequence is one value; PostgreSQL would give another each time. */
  private useSequence(call: FunctionCall): void {
    const [name] = call.args;
    const key = name?.kind === 'string' ? (name.value.toLowerCase().split('.').at(-1) ?? '') : '';
    if (this.sequencesUsed.has(key))
      throw unsupported('NEXT VALUE FOR the same sequence twice in one row', call.line);
    this.sequencesUsed.add(key);
  }

  private userFunction(call: FunctionCall, scope: Scope | undefined): Typed {
    const parts = call.name.split('.');
    const found = this.env.find(parts.at(-2) || undefined, parts.at(-1) ?? '');
    const { definition, args } = checkedArguments(found, 'scalar', parts, call.args, call.line);
    this.require(definition, 'EXECUTE');
    const values = args.map((arg, i) => {
      const type = definition.parameters[i]?.type ?? INT;
      return this.to(this.value(arg, scope), type, call.line);
    });
    return typed(`${definition.pg ?? ''}(${values.join(', ')})`, definition.returns ?? INT);
  }

  private functionContext(call: FunctionCall, scope: Scope | undefined): FunctionContext {
    const bound = new Map<number, Typed>();
    const arg = (n: number): Typed => {
      let value = bound.get(n);
      if (!value) {
        const expr = call.args[n];
        if (!expr)
          throw new SqlError(
            174,
            `The ${call.name.toLowerCase()} function requires more arguments.`,
            call.line,
            15,
          );
        value = this.value(expr, scope);
        bound.set(n, value);
      }
      return value;
    };
    const { line } = call;
    const named = call.over ? { ...call, over: this.namedWindow(call.over, line) } : call;
    return {
      call: named,
      scope,
      line,
      database: this.env.database,
      count: call.args.length,
      arg,
      has: (n) => n < call.args.length,
      text: (n) => this.text(arg(n), line),
      int: (n) => this.int(arg(n), line),
      bigint: (n) => this.bigint(arg(n), line),
      float: (n) => this.float(arg(n), line),
      to: (e, type, mode = 'implicit') => convert(e, type, { mode, line }),
      textOf: (e) => this.text(e, line),
      key: (e) => (e.untyped ? 'null::int4' : asKey(e)),
      unify: (values) => this.unify(values, line),
      bind: (expr) => this.value(expr, scope),
      condition: (expr) => this.condition(expr, scope),
      session: (name, type) => this.parameter(name, type),
      orderBy: (items) => this.orderBy(items, scope),
      over: () => (named.over ? ` over (${this.window(named.over, scope)})` : ''),
      literalText: (n) => {
        const expr = call.args[n];
        return expr?.kind === 'string' ? expr.value : undefined;
      },
      find: (schema, name) => this.env.find(schema, name),
    };
  }

  /** Windows of the WINDOW clause, of the query that is being bound. */
  protected windows: readonly { name: string; spec: WindowSpec }[] = [];

  private namedWindow(spec: WindowSpec, line: number): WindowSpec {
    if (spec.name === undefined) return spec;
    const wanted = spec.name.toLowerCase();
    const found = this.windows.find((window) => window.name.toLowerCase() === wanted);
    if (!found) throw new SqlError(5362, `Window '${spec.name}' is undefined.`, line, 15);
    return found.spec;
  }

  private window(spec: WindowSpec, scope: Scope | undefined): string {
    const parts: string[] = [];
    if (spec.partitionBy.length > 0) {
      parts.push(`partition by ${spec.partitionBy.map((expr) => asKey(this.value(expr, scope))).join(', ')}`);
    }
    if (spec.orderBy.length > 0) parts.push(`order by ${this.orderBy(spec.orderBy, scope)}`);
    if (spec.frame) parts.push(spec.frame.toLowerCase());
    return parts.join(' ');
  }

  protected orderBy(items: readonly OrderItem[], scope: Scope | undefined): string {
    return items.map((item) => this.orderItem(this.value(item.expr, scope), item.descending)).join(', ');
  }

  /** NULL sorts lowest in T-SQL; said only where a NULL can be, so that an index still serves. */
  protected orderItem(e: Typed, descending: boolean): string {
    // A bare number would be read as a position.
    const key = e.untyped ? 'null::int4' : e.constant ? `(${asKey(e)})::${pgType(e.type)}` : asKey(e);
    return `${key}${descending ? ' desc' : ''}${e.nullable ? (descending ? ' nulls last' : ' nulls first') : ''}`;
  }

  protected override method(expr: Extract<Expr, { kind: 'method' }>, scope: Scope | undefined): Typed {
    if (
      expr.operand.kind !== 'column' &&
      expr.operand.kind !== 'variable' &&
      expr.operand.kind !== 'subquery'
    )
      throw unsupported(`method .${expr.method}()`, expr.line);
    if (expr.method === 'value') return this.xmlValue(expr, scope);
    const operand = this.value(expr.operand, scope);
    if (
      operand.type.name === 'xml' &&
      ['value', 'query', 'nodes', 'exist'].includes(expr.method.toLowerCase())
    ) {
      throw unsupported(`xml method .${expr.method}()`, expr.line);
    }
    if (expr.method.toLowerCase() === 'tostring' && operand.type.name === 'hierarchyid')
      return typed(operand.pg, nvarchar(4000));
    throw unsupported(`method .${expr.method}() of ${operand.type.name}`, expr.line);
  }

  /** `.value('.', 'type')`: all the text of an XML value. */
  private xmlValue(
    { operand, args, line }: Extract<Expr, { kind: 'method' }>,
    scope: Scope | undefined,
  ): Typed {
    const xml = this.value(operand, scope);
    if (xml.type.name !== 'xml') throw unsupported(`method .value() of ${xml.type.name}`, line);
    const [path, wanted] = args;
    if (path?.kind !== 'string' || wanted?.kind !== 'string' || args.length !== 2)
      throw unsupported('xml method .value() but of two constants', line);
    const whole = /^\(?\.\)?(\[1\])?$/.test(path.value);
    if (!whole && !/^\(?(\.\/)?text\(\)\)?\[1\]$/.test(path.value))
      throw unsupported(`xml method .value('${path.value}')`, line);
    const [parameter] = parseParameters(`@v ${wanted.value}`);
    const type = parameter?.type ?? nvarchar(-1);
    const text = typed(`emu.xml_value(${xml.pg}, '${whole ? 'all' : 'text'}')`, nvarchar(-1));
    return typed(this.to(text, type, line, 'explicit'), type);
  }

  abstract sourceType(type: SqlType): SqlType;
}
