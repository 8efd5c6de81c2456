import { literal } from '../catalog/naming.js';
import type { FunctionDef } from '../catalog/model.js';
import type { SqlType } from '../engine.js';
import type { Expr, Statement, StatementOf } from '../language/ast.js';
import type { FunctionBody } from '../language/routine-ast.js';
import { convert } from '../language/binder/conversion.js';
import { DmlBinder } from '../language/binder/dml-binder.js';
import type { BindEnvironment } from '../language/binder/environment.js';
import { SqlError, unsupported } from '../language/errors.js';
import { isText, pgType } from '../language/types.js';

/** Text variables hold the form that functions take. */
const storage = (type: SqlType): string => (isText(type) ? 'text' : pgType(type));

/** The PL/pgSQL function that does what a scalar function's statements say. */
export const compileScalarFunction = (
  statement: StatementOf<'createFunction'>,
  body: Extract<FunctionBody, { kind: 'scalar' }>,
  definition: FunctionDef,
  environment: BindEnvironment,
): string => new FunctionCompiler(statement, body, definition, environment).sql();

class FunctionCompiler {
  private readonly variables = new Map<string, { type: SqlType; pg: string }>();
  private readonly declarations: string[] = [];
  private readonly environment: BindEnvironment;

  constructor(
    private readonly statement: StatementOf<'createFunction'>,
    private readonly body: Extract<FunctionBody, { kind: 'scalar' }>,
    private readonly definition: FunctionDef,
    environment: BindEnvironment,
  ) {
    this.environment = {
      ...environment,
      variable: (name) => this.variables.get(name)?.type,
      tableVariable: () => undefined,
      // A function may call itself.
      find: (schema, name) =>
        (schema ?? 'dbo').toLowerCase() === definition.schema.toLowerCase() &&
        name.toLowerCase() === definition.name.toLowerCase()
          ? definition
          : environment.find(schema, name),
    };
  }

  sql(): string {
    const { statement, body, definition } = this;
    const last = body.statements.at(-1);
    if (last?.kind !== 'return')
      throw new SqlError(
        455,
        'The last statement included within a function must be a return statement.',
        statement.line,
        16,
        2,
      );
    const parameters = statement.parameters.map((parameter, i) => {
      this.variables.set(parameter.name, { type: parameter.type, pg: `v${i + 1}` });
      return `v${i + 1} ${storage(parameter.type)}`;
    });
    const code = body.statements.map((each) => this.compile(each)).join('\n');
    const text = `#variable_conflict use_variable\ndeclare row_ record; ${this.declarations.join(' ')}\nbegin\n${code}\nend`;
    return `create function ${definition.pg ?? ''}(${parameters.join(', ')}) returns ${storage(body.returns)} language plpgsql stable as ${literal(text)}`;
  }

  private variable(name: string, line: number): { type: SqlType; pg: string } {
    const found = this.variables.get(name);
    if (!found) throw new SqlError(137, `Must declare the scalar variable "${name}".`, line, 15, 2);
    return found;
  }

  private compile(statement: Statement): string {
    switch (statement.kind) {
      case 'declare':
        return this.declare(statement);
      case 'setVariable':
        return this.assign(statement);
      case 'select':
        return this.select(statement);
      case 'if': {
        const otherwise = statement.otherwise ? ` else ${this.compile(statement.otherwise)}` : '';
        return `if ${this.condition(statement.condition)} then ${this.compile(statement.then)}${otherwise} end if;`;
      }
      case 'while':
        return `while ${this.condition(statement.condition)} loop ${this.compile(statement.body)} end loop;`;
      case 'block':
        return statement.statements.map((each) => this.compile(each)).join('\n');
      case 'break':
        return 'exit;';
      case 'continue':
        return 'continue;';
      case 'empty':
        return 'null;';
      case 'return':
        return this.returned(statement);
      case 'insert':
      case 'update':
      case 'delete':
      case 'merge':
      case 'print':
      case 'exec':
      case 'execString':
        throw new SqlError(
          443,
          `Invalid use of a side-effecting operator '${statement.kind.toUpperCase()}' within a function.`,
          statement.line,
          16,
          15,
        );
      default:
        throw unsupported(`${statement.kind} in a function`, statement.line);
    }
  }

  private returned(statement: StatementOf<'return'>): string {
    if (!statement.value)
      throw new SqlError(
        178,
        'A RETURN statement with a return value cannot be used in this context.',
        statement.line,
        15,
      );
    return `return ${this.value(statement.value, this.body.returns)};`;
  }

  private declare(statement: StatementOf<'declare'>): string {
    const lines = statement.variables.map(({ name, type, value }) => {
      if (this.variables.has(name))
        throw new SqlError(
          134,
          `The variable name '${name}' has already been declared. Variable names must be unique within a query batch or stored procedure.`,
          statement.line,
          15,
          2,
        );
      const pg = `v${this.variables.size + 1}`;
      this.variables.set(name, { type, pg });
      this.declarations.push(`${pg} ${storage(type)};`);
      return value ? `${pg} := ${this.value(value, type)};` : '';
    });
    return lines.join(' ') || 'null;';
  }

  private assign(statement: StatementOf<'setVariable'>): string {
    const { name, line, op, value } = statement;
    const target = this.variable(name, line);
    const expr: Expr =
      op === '='
        ? value
        : {
            kind: 'arithmetic',
            op: op.slice(0, 1) as '+',
            left: { kind: 'variable', name, line },
            right: value,
            line,
          };
    return `${target.pg} := ${this.value(expr, target.type)};`;
  }

  /** SELECT @a = …: the last row counts, and without a row everything stays. */
  private select(statement: StatementOf<'select'>): string {
    const binder = new DmlBinder(this.environment);
    const bound = binder.bindQuery(statement.query, undefined) as ReturnType<DmlBinder['bindQuery']> & {
      readonly assigns?: readonly (string | undefined)[];
    };
    if (!bound.assigns)
      throw new SqlError(
        444,
        'Select statements included within a function cannot return data to a client.',
        statement.line,
        16,
        2,
      );
    const sets = bound.assigns.map((name, i) => {
      const target = this.variable(name ?? '', statement.line);
      return `${target.pg} := row_.c${i + 1};`;
    });
    return `for row_ in ${this.placed(bound.sql, binder, statement.line)} loop ${sets.join(' ')} end loop;`;
  }

  private value(expr: Expr, type: SqlType): string {
    const binder = new DmlBinder(this.environment);
    const pg = convert(binder.value(expr, undefined), type, { mode: 'implicit', line: expr.line });
    return this.placed(pg, binder, expr.line);
  }

  private condition(expr: Expr): string {
    const binder = new DmlBinder(this.environment);
    return `coalesce(${this.placed(binder.condition(expr, undefined), binder, expr.line)}, false)`;
  }

  /** Variables in place of the numbered parameters, outside of literals and quoted names. */
  private placed(sql: string, binder: DmlBinder, line: number): string {
    return sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\d+)/g, (whole: string, number?: string) => {
      if (number === undefined) return whole;
      const source = binder.params[Number(number) - 1];
      const found = source ? this.variables.get(source.name) : undefined;
      if (!found) throw unsupported(`${source?.name.toUpperCase() ?? 'a session value'} in a function`, line);
      return found.pg;
    });
  }
}
