import type { SqlValue } from '../engine.js';
import type { Catalog } from '../catalog/catalog.js';
import type { Expr } from '../language/ast.js';
import { convert } from '../language/binder/conversion.js';
import { DmlBinder } from '../language/binder/dml-binder.js';
import type { OutputColumn, ParameterSource } from '../language/binder/environment.js';
import { pgType, sameType } from '../language/types.js';
import { decoderFor, resultFormat } from '../storage/value-codec.js';
import { CommandRunner } from './command-runner.js';

const expressionPlans = new WeakMap<
  Expr,
  { catalog: Catalog; sql: string; params: readonly ParameterSource[]; columns: readonly OutputColumn[] }
>();
const valuePlans = new WeakMap<
  Expr,
  {
    catalog: Catalog;
    key: string;
    sql: string;
    params: readonly ParameterSource[];
    type: OutputColumn['type'];
  }
>();
/** Values of expressions and truth of conditions that stand outside of queries. */
export class ExpressionRunner extends CommandRunner {
  /** The value of an expression, converted to `type` as an assignment to a variable is. */
  async evaluate(
    expr: Expr,
    type?: OutputColumn['type'],
  ): Promise<{ value: SqlValue; type: OutputColumn['type'] }> {
    const known = this.knownValue(expr, type);
    if (known) return known;
    const catalog = await this.runtime.catalog();
    const key = type ? JSON.stringify(type) : '';
    let plan = valuePlans.get(expr);
    if (plan?.catalog !== catalog || plan.key !== key || !this.cacheable) {
      const binder = new DmlBinder(this.runtime.environment(catalog));
      const bound = binder.value(expr, undefined);
      const target = type ?? bound.type;
      const pg = type
        ? convert(bound, type, { mode: 'implicit', line: expr.line })
        : bound.untyped
          ? `null::${pgType(target)}`
          : bound.pg;
      this.checkAccess(binder.required, catalog, expr.line);
      this.checkTables(
        [...binder.tables.values()].map((entry) => entry.table),
        catalog,
        expr.line,
      );
      plan = { catalog, key, sql: `select ${pg}`, params: binder.params, type: target };
      if (this.cacheable) valuePlans.set(expr, plan);
    }
    return { value: await this.single(plan.sql, plan.params, plan.type, expr.line), type: plan.type };
  }

  /** Values that need no question to PostgreSQL: literals and variables of the wanted type. */
  private knownValue(
    expr: Expr,
    type: OutputColumn['type'] | undefined,
  ): { value: SqlValue; type: OutputColumn['type'] } | undefined {
    if (expr.kind === 'null' && type) return { value: null, type };
    if (
      expr.kind === 'number' &&
      expr.form === 'int' &&
      (type?.name ?? 'int') === 'int' &&
      expr.text.length < 10
    ) {
      return { value: Number(expr.text), type: { name: 'int' } };
    }
    if (expr.kind === 'string' && type === undefined && expr.value.length > 0 && expr.value.length <= 4000) {
      return {
        value: expr.value,
        type: { name: expr.national ? 'nvarchar' : 'varchar', length: expr.value.length },
      };
    }
    if (expr.kind === 'variable' && !expr.name.startsWith('@@')) {
      const variable = this.runtime.variable(expr.name, expr.line);
      if (!type || sameType(variable.type, type)) return { value: variable.value, type: variable.type };
    }
    return undefined;
  }

  async condition(expr: Expr): Promise<boolean> {
    const catalog = await this.runtime.catalog();
    let plan = expressionPlans.get(expr);
    if (plan?.catalog !== catalog || !this.cacheable) {
      const binder = new DmlBinder(this.runtime.environment(catalog));
      const sql = `select ${binder.condition(expr, undefined)}`;
      this.checkTables(
        [...binder.tables.values()].map((entry) => entry.table),
        catalog,
        expr.line,
      );
      plan = { catalog, sql, params: binder.params, columns: [] };
      if (this.cacheable) expressionPlans.set(expr, plan);
    }
    return (await this.single(plan.sql, plan.params, { name: 'bit' }, expr.line)) === true;
  }

  private async single(
    sql: string,
    sources: readonly ParameterSource[],
    type: OutputColumn['type'],
    line: number,
  ): Promise<SqlValue> {
    let value: SqlValue = null;
    const decode = decoderFor(type);
    const params = await this.runtime.parameters(sources);
    await this.execute(
      [
        {
          sql,
          params,
          keep: true,
          formats: [resultFormat(type)],
          onRow: ([field]) => (value = field ? decode(field) : null),
        },
      ],
      line,
      'SELECT',
    );
    return value;
  }
}
