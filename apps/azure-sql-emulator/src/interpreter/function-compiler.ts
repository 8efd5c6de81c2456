import { literal, quote } from '../catalog/naming.js';
import type { FunctionDef, TableDef } from '../catalog/model.js';
import type { SqlType } from '../engine.js';
import type { Expr, Statement, StatementOf } from '../language/ast.js';
import type { FunctionBody } from '../language/routine-ast.js';
import { convert } from '../language/binder/conversion.js';
import { DmlBinder } from '../language/binder/dml-binder.js';
import type { BindEnvironment } from '../language/binder/environment.js';
import { SqlError, unsupported } from '../language/errors.js';
import { isText, pgType } from '../language/types.js';
import { bindStatement, type Modification } from './plan.js';
import { tableSql } from './table-definition.js';

/** Text variables hold the form that functions take. */
const storage = (type: SqlType): string => (isText(type) ? 'text' : pgType(type));

type Body = Exclude<FunctionBody, { kind: 'inline' }>;

/** A table of a function's own: made when a session calls it first, emptied at each call. */
export interface FunctionTable {
  readonly name: string;
  readonly table: TableDef;
  readonly make: readonly string[];
}

/** The PL/pgSQL function that does what a function's statements say. */
export const compileFunction = (
  statement: StatementOf<'createFunction'>,
  body: Body,
  definition: FunctionDef,
  environment: BindEnvironment,
  tables: readonly FunctionTable[],
): string => new FunctionCompiler(statement, body, definition, environment, tables).sql();

class FunctionCompiler {
  private readonly variables = new Map<string, { type: SqlType; pg: string }>();
  private readonly declarations: string[] = [];
  private readonly environment: BindEnvironment;

  constructor(
    private readonly statement: StatementOf<'createFunction'>,
    private readonly body: Body,
    private readonly definition: FunctionDef,
    environment: BindEnvironment,
    private readonly tables: readonly FunctionTable[],
  ) {
    this.environment = {
      ...environment,
      variable: (name) => this.variables.get(name)?.type,
      tableVariable: (name) => this.tables.find((table) => table.name === name)?.table,
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
    const text = `#variable_conflict use_variable\ndeclare row_ record; rowcount_ int4 := 0; ${this.declarations.join(' ')}\nbegin\n${this.makeTables()}${code}\nend`;
    const returns = body.kind === 'table' ? 'setof record' : storage(body.returns);
    const volatility = this.tables.length > 0 ? 'volatile' : 'stable';
    return `create function ${definition.pg ?? ''}(${parameters.join(', ')}) returns ${returns} language plpgsql ${volatility} as ${literal(text)}`;
  }

  private makeTables(): string {
    return this.tables
      .map(({ table, make }) => {
        const name = tableSql(table);
        const clear = table.columns.some(({ identity }) => identity)
          ? `truncate ${name} restart identity;`
          : `delete from ${name};`;
        return `if to_regclass(${literal(name)}) is null then ${make.join('; ')}; end if; ${clear}\n`;
      })
      .join('');
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
      case 'declareTable':
        return 'null;';
      case 'return':
        return this.returned(statement);
      case 'insert':
      case 'update':
      case 'delete':
      case 'merge':
        return this.modification(statement);
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

  /** Changes of the function's own tables; nothing else may change. */
  private modification(statement: Modification): string {
    const { line, kind } = statement;
    if (statement.output) throw unsupported(`${kind.toUpperCase()} with OUTPUT in a function`, line);
    const binder = new DmlBinder(this.environment);
    const { modification } = bindStatement(binder, statement);
    if (!modification || !this.tables.some(({ table }) => table.id === modification.table.id))
      throw new SqlError(
        443,
        `Invalid use of a side-effecting operator '${kind.toUpperCase()}' within a function.`,
        line,
        16,
        15,
      );
    if (modification.assigns || modification.columns)
      throw unsupported(`this ${kind.toUpperCase()} in a function`, line);
    return `${this.placed(modification.sql, binder, line)}; get diagnostics rowcount_ = row_count;`;
  }

  private returned(statement: StatementOf<'return'>): string {
    const { body } = this;
    if (body.kind === 'table') {
      if (statement.value)
        throw new SqlError(
          178,
          'A RETURN statement with a return value cannot be used in this context.',
          statement.line,
          15,
        );
      const table = this.tables.find(({ name }) => name === body.variable)?.table;
      const columns = table?.columns.map(({ pg }) => quote(pg)).join(', ') ?? '';
      return `return query select ${columns} from ${table ? tableSql(table) : ''}; return;`;
    }
    if (!statement.value)
      throw new SqlError(
        178,
        'A RETURN statement with a return value cannot be used in this context.',
        statement.line,
        15,
      );
    return `return ${this.value(statement.value, body.returns)};`;
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
    return `rowcount_ := 0; for row_ in ${this.placed(bound.sql, binder, statement.line)} loop rowcount_ := rowcount_ + 1; ${sets.join(' ')} end loop;`;
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
      if (source?.name === '@@rowcount') return 'rowcount_';
      const found = source ? this.variables.get(source.name) : undefined;
      if (!found) throw unsupported(`${source?.name.toUpperCase() ?? 'a session value'} in a function`, line);
      return found.pg;
    });
  }
}
