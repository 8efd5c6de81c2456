import { quote } from '../../catalog/naming.js';
import { findColumn, type ColumnDef, type TableDef } from '../../catalog/model.js';
import { systemView } from '../../catalog/system-views.js';
import type {
  Assignment,
  Expr,
  MergeAction,
  OutputClause,
  SelectItem,
  StatementOf,
  TableRef,
  Top,
} from '../ast.js';
import { SqlError, invalidColumn, invalidObject, unsupported } from '../errors.js';
import { isText, nvarchar, pgType } from '../types.js';
import { Scope, type OutputColumn, type Source } from './environment.js';
import { QueryBinder } from './query-binder.js';
import { convert } from './conversion.js';
import { typed, type Typed } from './typed.js';

export interface BoundModification {
  readonly sql: string;
  /** Columns of OUTPUT, when the rows go to the client. */
  readonly columns?: readonly OutputColumn[] | undefined;
  readonly table: TableDef;
  /** An identity value is drawn, or an explicit one given under IDENTITY_INSERT. */
  readonly identity?: 'drawn' | 'explicit' | undefined;
  readonly context?: Typed | undefined;
}

type Insert = StatementOf<'insert'>;

/** INSERT, UPDATE, DELETE and MERGE. */
export class DmlBinder extends QueryBinder {
  private targetTable(ref: TableRef, action: string): TableDef {
    if (ref.kind === 'tableVariable') {
      const table = this.env.tableVariable(ref.name);
      if (!table) throw new SqlError(1087, `Must declare the table variable "${ref.name}".`, ref.line, 15, 2);
      return table;
    }
    if (ref.kind !== 'table') throw unsupported('a modification of a derived table', ref.line);
    const name = ref.parts.at(-1) ?? '';
    const schema = ref.parts.at(-2) || undefined;
    if (ref.parts.length > 2) this.checkDatabase(ref.parts.at(-3), ref.parts, ref.line);
    if (systemView(schema, name))
      throw new SqlError(259, 'Ad hoc updates to system catalogs are not allowed.', ref.line);
    const found = this.env.find(schema, name);
    if (!found || found.kind === 'procedure') throw invalidObject(ref.parts.join('.'), ref.line);
    if (found.kind === 'view') throw unsupported('a modification through a view', ref.line);
    this.touch(found, action);
    return found;
  }

  private targetOf(table: TableDef, column: ColumnDef): string {
    return `${this.env.database}.${table.schema}.${table.name}|${column.name}`;
  }

  private assigned(value: Typed, table: TableDef, column: ColumnDef, line: number): string {
    const pg = convert(value, column.type, { mode: 'assign', target: this.targetOf(table, column), line });
    return isText(column.type) ? `(${pg})::bpchar` : pg;
  }

  bindInsert(statement: Insert): BoundModification {
    const table = this.targetTable(statement.target, 'INSERT');
    const { prefix, pop } = this.bindCtes(statement.ctes);
    try {
      const columns = this.insertColumns(statement, table);
      const list = columns.map((column) => quote(column.pg)).join(', ');
      const source = this.insertSource(statement, table, columns);
      const insert = `insert into ${this.tableName(table)}${columns.length > 0 ? ` (${list})` : ''}`;
      const alias = ` as ${this.nextAlias('t')}`;
      const body = `${insert.replace(this.tableName(table), this.tableName(table) + alias)} ${source}`;
      const explicit = columns.some((column) => column.identity);
      return {
        ...this.withOutput(`${prefix}${body}`, statement.output, table, [], ['inserted']),
        table,
        identity: explicit
          ? 'explicit'
          : table.columns.some((column) => column.identity)
            ? 'drawn'
            : undefined,
        context: this.context(statement.context, statement.line),
      };
    } finally {
      pop();
    }
  }

  private context(expr: Expr | undefined, line: number): Typed | undefined {
    if (!expr) return undefined;
    const value = this.value(expr, undefined);
    if (!value.untyped && !['binary', 'varbinary'].includes(value.type.name)) {
      throw new SqlError(
        22109,
        'The context argument for change tracking must be varbinary(128) data type. The context cannot be NULL.',
        line,
      );
    }
    return value;
  }

  private insertColumns(statement: Insert, table: TableDef): readonly ColumnDef[] {
    if (statement.source.kind === 'defaults') return [];
    const identityInsert = this.env.identityInsert === table.id;
    if (!statement.columns) {
      if (identityInsert && table.columns.some((c) => c.identity)) {
        throw new SqlError(
          8101,
          `An explicit value for the identity column in table '${table.name}' can only be specified when a column list is used and IDENTITY_INSERT is ON.`,
          statement.line,
        );
      }
      return table.columns.filter(
        (column) => !column.identity && !column.computed && column.type.name !== 'timestamp',
      );
    }
    const columns = statement.columns.map((name) => {
      const column = findColumn(table, name);
      if (!column) throw invalidColumn(name, statement.line);
      this.checkInsertable(column, table, identityInsert, statement.line);
      return column;
    });
    const twice = columns.find((column, i) => columns.indexOf(column) !== i);
    if (twice) {
      throw new SqlError(
        264,
        `The column name '${twice.name}' is specified more than once in the SET clause or column list of an INSERT. A column cannot be assigned more than one value in the same clause. Modify the clause to make sure that a column is updated only once. If this statement updates or inserts columns into a view, column aliasing can conceal the duplication in your code.`,
        statement.line,
      );
    }
    if (identityInsert && table.columns.some((c) => c.identity) && !columns.some((c) => c.identity)) {
      throw new SqlError(
        545,
        `Explicit value must be specified for identity column in table '${table.name}' either when IDENTITY_INSERT is set to ON or when a replication user is inserting into a NOT FOR REPLICATION identity column.`,
        statement.line,
      );
    }
    return columns;
  }

  private checkInsertable(column: ColumnDef, table: TableDef, identityInsert: boolean, line: number): void {
    if (column.identity && !identityInsert) {
      throw new SqlError(
        544,
        `Cannot insert explicit value for identity column in table '${table.name}' when IDENTITY_INSERT is set to OFF.`,
        line,
      );
    }
    if (column.computed) {
      throw new SqlError(
        271,
        `The column "${column.name}" cannot be modified because it is either a computed column or is the result of a UNION operator.`,
        line,
      );
    }
    if (column.type.name === 'timestamp') {
      throw new SqlError(
        273,
        'Cannot insert an explicit value into a timestamp column. Use INSERT with a column list to exclude the timestamp column, or insert a DEFAULT into the timestamp column.',
        line,
      );
    }
  }

  private insertSource(statement: Insert, table: TableDef, columns: readonly ColumnDef[]): string {
    const { source, line } = statement;
    switch (source.kind) {
      case 'defaults':
        return 'default values';
      case 'values':
        return this.insertValues(source.rows, statement, table, columns);
      case 'query': {
        const bound = this.bindQuery(source.query, undefined);
        if (bound.columns.length !== columns.length) {
          if (!statement.columns)
            throw new SqlError(
              213,
              'Column name or number of supplied values does not match table definition.',
              line,
            );
          const fewer = bound.columns.length < columns.length;
          throw new SqlError(
            fewer ? 120 : 121,
            `The select list for the INSERT statement contains ${fewer ? 'fewer' : 'more'} items than the insert list. The number of SELECT values must match the number of INSERT columns.`,
            line,
          );
        }
        const alias = this.nextAlias('s');
        const list = bound.columns.map((column, i) => {
          const value: Typed = {
            pg: `${alias}.c${i + 1}`,
            type: column.type,
            nullable: true,
            ...(isText(column.type) ? { raw: true } : {}),
            ...('untyped' in column ? { untyped: true } : {}),
          };
          return this.assigned(value, table, columns[i]!, line);
        });
        const top = statement.top ? this.topLimit(statement.top) : '';
        return `select ${list.join(', ')} from (${bound.sql}) as ${alias}${top}`;
      }
      case 'exec':
        throw unsupported('INSERT … EXEC', line);
    }
  }

  private topLimit(top: Top): string {
    if (top.percent) throw unsupported('TOP … PERCENT in a modification', top.count.line);
    return ` limit ${this.bigint(this.value(top.count, undefined), top.count.line)}`;
  }

  private insertValues(
    rows: readonly (readonly Expr[])[],
    statement: Insert,
    table: TableDef,
    columns: readonly ColumnDef[],
  ): string {
    const { line } = statement;
    const out = rows.map((row) => {
      if (row.length !== columns.length) throw this.countMismatch(row.length, columns.length, statement);
      const values = row.map((expr, i) => {
        if (expr.kind === 'default') return 'default';
        return this.assigned(this.value(expr, undefined), table, columns[i]!, line);
      });
      return `(${values.join(', ')})`;
    });
    return `values ${out.join(', ')}`;
  }

  private countMismatch(given: number, expected: number, statement: Insert): SqlError {
    const { line } = statement;
    if (!statement.columns)
      return new SqlError(
        213,
        'Column name or number of supplied values does not match table definition.',
        line,
      );
    return given < expected
      ? new SqlError(
          109,
          'There are more columns in the INSERT statement than values specified in the VALUES clause. The number of values in the VALUES clause must match the number of columns specified in the INSERT statement.',
          line,
          15,
        )
      : new SqlError(
          110,
          'There are fewer columns in the INSERT statement than values specified in the VALUES clause. The number of values in the VALUES clause must match the number of columns specified in the INSERT statement.',
          line,
          15,
        );
  }

  /** RETURNING for OUTPUT; with INTO the modification becomes a CTE that feeds an INSERT. */
  private withOutput(
    sql: string,
    output: OutputClause | undefined,
    table: TableDef,
    others: readonly Source[],
    images: readonly ('inserted' | 'deleted')[],
    merging = false,
  ): Pick<BoundModification, 'sql' | 'columns'> {
    if (!output) return { sql };
    const sources: Source[] = images.map((alias) => ({
      alias,
      pgAlias: alias,
      hidden: true,
      columns: table.columns.map((column) => ({
        name: column.name,
        pg: `${alias}.${quote(column.pg)}`,
        type: column.type,
        nullable: column.nullable || merging,
        ...(column.identity ? { identity: true } : {}),
      })),
    }));
    if (merging) {
      sources.push({
        alias: undefined,
        pgAlias: '',
        columns: [{ name: '$action', pg: 'merge_action()', type: nvarchar(10), nullable: false }],
      });
    }
    const scope = new Scope([...sources, ...others], undefined);
    const items = output.items.flatMap((item) => this.outputItem(item, scope, sources));
    const list = items.map((item, i) => `${this.output(item.value)} as c${i + 1}`).join(', ');
    const returning = ` returning with (old as deleted, new as inserted) ${list}`;
    const columns = items.map((item) => ({
      name: item.name,
      type: item.value.type,
      nullable: item.value.nullable,
      ...(item.value.untyped ? { untyped: true } : {}),
    }));
    if (!output.into) return { sql: `${sql}${returning}`, columns };
    return { sql: this.outputInto(sql + returning, output, columns) };
  }

  private outputItem(
    item: SelectItem,
    scope: Scope,
    images: readonly Source[],
  ): { name: string; value: Typed }[] {
    if (item.star) {
      const wanted = item.star.qualifier.at(-1)?.toLowerCase();
      const source = [...images, ...scope.sources].find(
        (candidate) => candidate.alias?.toLowerCase() === wanted,
      );
      if (!source)
        throw new SqlError(
          107,
          `The column prefix '${item.star.qualifier.join('.')}' does not match with a table name or alias name used in the query.`,
          item.line,
          15,
        );
      return source.columns.map((column) => ({ name: column.name, value: this.columnValue(column) }));
    }
    return this.selectItem(item, scope, scope).map(({ name, value }) => ({
      name,
      value: this.actionValue(value),
    }));
  }

  private actionValue(value: Typed): Typed {
    return value.pg === 'merge_action()' ? typed('merge_action()', value.type, false) : value;
  }

  private outputInto(sql: string, output: OutputClause, columns: readonly OutputColumn[]): string {
    const into = output.into!;
    const target = this.targetTable(into.target, 'INSERT');
    const names =
      into.columns ??
      target.columns
        .filter((c) => !c.identity && !c.computed && c.type.name !== 'timestamp')
        .map((c) => c.name);
    if (names.length !== columns.length)
      throw new SqlError(
        213,
        'Column name or number of supplied values does not match table definition.',
        output.line,
      );
    const cte = this.nextAlias('w');
    const defs = names.map((name) => {
      const column = findColumn(target, name);
      if (!column) throw invalidColumn(name, output.line);
      return column;
    });
    const list = defs.map((column, i) => {
      const source = columns[i]!;
      const value: Typed = {
        pg: `${cte}.c${i + 1}`,
        type: source.type,
        nullable: true,
        ...(isText(source.type) ? { raw: true } : {}),
      };
      return this.assigned(value, target, column, output.line);
    });
    return `with ${cte} as (${sql}) insert into ${this.tableName(target)} (${defs.map((c) => quote(c.pg)).join(', ')}) select ${list.join(', ')} from ${cte}`;
  }

  /** Where the rows to change come from: the table itself, inner joins beside it, or a query that picks rows by ctid. */
  private plan(statement: StatementOf<'update'> | StatementOf<'delete'>, action: string): ModificationPlan {
    const name = statement.target.kind === 'table' ? (statement.target.parts.at(-1) ?? '') : '';
    if (statement.target.kind === 'table' && statement.target.parts.length === 1 && this.visibleCte(name)) {
      throw unsupported(`${action} of a common table expression`, statement.line);
    }
    const leaf = findLeaf(statement.from, statement.target);
    const table = this.targetTable(leaf ?? statement.target, action);
    const alias =
      leaf && leaf.kind !== 'tableVariable'
        ? ((leaf as { alias?: string }).alias ?? table.name)
        : name || table.name;
    const inner = leaf
      ? flatten(statement.from, leaf)
      : statement.from.length === 0
        ? { others: [], conditions: [] }
        : { others: statement.from, conditions: [] };
    const byRow = statement.top !== undefined || inner === undefined;
    return { table, alias, leaf, inner, byRow };
  }

  bindUpdate(statement: StatementOf<'update'>): BoundModification {
    const { prefix, pop } = this.bindCtes(statement.ctes);
    try {
      const plan = this.plan(statement, 'UPDATE');
      if (statement.from.length > 0 || statement.where) this.touch(plan.table, 'SELECT');
      const bound = plan.byRow ? this.updateByRow(statement, plan) : this.updateDirect(statement, plan);
      const { sql, others } = bound;
      return {
        ...this.withOutput(prefix + sql, statement.output, plan.table, others, ['inserted', 'deleted']),
        table: plan.table,
        context: this.context(statement.context, statement.line),
      };
    } finally {
      pop();
    }
  }

  private updateDirect(
    statement: StatementOf<'update'>,
    plan: ModificationPlan,
  ): { sql: string; others: readonly Source[] } {
    const target = this.physicalTable(
      plan.table,
      plan.alias,
      plan.leaf && (plan.leaf as { alias?: string }).alias ? undefined : plan.table.schema,
    );
    const { others, conditions } = plan.inner!;
    const from = this.bindFrom(others, undefined);
    const scope = new Scope([...target.sources, ...from.scope.sources], undefined);
    const sets = this.assignments(statement.assignments, plan.table, scope, (value, column) =>
      this.assigned(value, plan.table, column, statement.line),
    );
    const where = [...conditions, ...(statement.where ? [statement.where] : [])].map((c) =>
      this.condition(c, scope),
    );
    const sql =
      `update ${target.sql} set ${sets.map(([column, pg]) => `${quote(column.pg)} = ${pg}`).join(', ')}` +
      (others.length > 0 ? ` from ${from.sql}` : '') +
      (where.length > 0 ? ` where ${where.join(' and ')}` : '');
    return { sql, others: from.scope.sources };
  }

  private updateByRow(
    statement: StatementOf<'update'>,
    plan: ModificationPlan,
  ): { sql: string; others: readonly Source[] } {
    const { picked, scope, pgAlias } = this.pickRows(statement, plan);
    const sets = this.assignments(statement.assignments, plan.table, scope, (value, column) =>
      this.assigned(value, plan.table, column, statement.line),
    );
    const values = sets
      .map(([, pg], i) => (pg === 'default' ? undefined : `${pg} as v${i + 1}`))
      .filter((v) => v !== undefined);
    const rows = this.nextAlias('s');
    const target = this.nextAlias('t');
    const list = sets.map(
      ([column, pg], i) => `${quote(column.pg)} = ${pg === 'default' ? 'default' : `${rows}.v${i + 1}`}`,
    );
    const inner = picked([`${pgAlias}.ctid as row_id`, ...values].join(', '));
    return {
      sql: `update ${this.tableName(plan.table)} as ${target} set ${list.join(', ')} from (${inner}) as ${rows} where ${target}.ctid = ${rows}.row_id`,
      others: [],
    };
  }

  private pickRows(statement: StatementOf<'update'> | StatementOf<'delete'>, plan: ModificationPlan) {
    const refs =
      statement.from.length > 0 && plan.leaf
        ? statement.from
        : [{ ...statement.target, alias: plan.alias } as TableRef, ...statement.from];
    const from = this.bindFrom(refs, undefined);
    const source =
      from.scope.sources.find(
        (candidate) =>
          candidate.table === plan.table && candidate.alias?.toLowerCase() === plan.alias.toLowerCase(),
      ) ?? from.scope.sources.find((candidate) => candidate.table === plan.table);
    if (!source) throw unsupported('this form of joined modification', statement.line);
    const where = statement.where ? ` where ${this.condition(statement.where, from.scope)}` : '';
    const limit = statement.top ? this.topLimit(statement.top) : '';
    return {
      picked: (list: string): string =>
        `select distinct on (${source.pgAlias}.ctid) ${list} from ${from.sql}${where}${limit}`,
      scope: from.scope,
      pgAlias: source.pgAlias,
    };
  }

  private assignments(
    list: readonly Assignment[],
    table: TableDef,
    scope: Scope,
    assign: (value: Typed, column: ColumnDef) => string,
  ): [ColumnDef, string][] {
    const sets: [ColumnDef, string][] = list.map((item) => {
      if (item.variable !== undefined || !item.column) throw unsupported('UPDATE … SET @variable', item.line);
      const name = item.column.at(-1) ?? '';
      const column = findColumn(table, name);
      if (!column) throw invalidColumn(name, item.line);
      this.checkUpdatable(column, item.line);
      if (item.value.kind === 'default')
        return [column, column.default || column.nullable ? 'default' : 'null'];
      const value = this.value(item.value, scope);
      const current = (): Typed => {
        const source = scope.sources.find((candidate) => candidate.table === table);
        const found = source?.columns.find((candidate) => candidate.name === column.name);
        if (!found) throw invalidColumn(name, item.line);
        return this.columnValue(found);
      };
      const whole =
        item.op === '=' ? value : this.arithmetic(item.op.slice(0, 1), current(), value, item.line);
      return [column, assign(whole, column)];
    });
    for (const column of table.columns) {
      if (column.type.name === 'timestamp') sets.push([column, "int8send(nextval('emu.rowversions'))"]);
    }
    return sets;
  }

  private checkUpdatable(column: ColumnDef, line: number): void {
    if (column.identity) throw new SqlError(8102, `Cannot update identity column '${column.name}'.`, line);
    if (column.computed) {
      throw new SqlError(
        271,
        `The column "${column.name}" cannot be modified because it is either a computed column or is the result of a UNION operator.`,
        line,
      );
    }
    if (column.type.name === 'timestamp') throw new SqlError(272, 'Cannot update a timestamp column.', line);
  }

  bindDelete(statement: StatementOf<'delete'>): BoundModification {
    const { prefix, pop } = this.bindCtes(statement.ctes);
    try {
      const plan = this.plan(statement, 'DELETE');
      if (statement.from.length > 0 || statement.where) this.touch(plan.table, 'SELECT');
      const { sql, others } = plan.byRow
        ? this.deleteByRow(statement, plan)
        : this.deleteDirect(statement, plan);
      return {
        ...this.withOutput(prefix + sql, statement.output, plan.table, others, ['deleted']),
        table: plan.table,
        context: this.context(statement.context, statement.line),
      };
    } finally {
      pop();
    }
  }

  private deleteDirect(
    statement: StatementOf<'delete'>,
    plan: ModificationPlan,
  ): { sql: string; others: readonly Source[] } {
    const target = this.physicalTable(
      plan.table,
      plan.alias,
      plan.leaf && (plan.leaf as { alias?: string }).alias ? undefined : plan.table.schema,
    );
    const { others, conditions } = plan.inner!;
    const from = this.bindFrom(others, undefined);
    const scope = new Scope([...target.sources, ...from.scope.sources], undefined);
    const where = [...conditions, ...(statement.where ? [statement.where] : [])].map((c) =>
      this.condition(c, scope),
    );
    const sql =
      `delete from ${target.sql}${others.length > 0 ? ` using ${from.sql}` : ''}` +
      (where.length > 0 ? ` where ${where.join(' and ')}` : '');
    return { sql, others: from.scope.sources };
  }

  private deleteByRow(
    statement: StatementOf<'delete'>,
    plan: ModificationPlan,
  ): { sql: string; others: readonly Source[] } {
    const { picked, pgAlias } = this.pickRows(statement, plan);
    const target = this.nextAlias('t');
    const rows = picked(`${pgAlias}.ctid as row_id`);
    return {
      sql: `delete from ${this.tableName(plan.table)} as ${target} using (${rows}) as s_ where ${target}.ctid = s_.row_id`,
      others: [],
    };
  }

  bindMerge(statement: StatementOf<'merge'>): BoundModification {
    const { prefix, pop } = this.bindCtes(statement.ctes);
    try {
      const table = this.targetTable(statement.target, 'UPDATE');
      const target = this.physicalTable(
        table,
        statement.alias ?? table.name,
        statement.alias ? undefined : table.schema,
      );
      const source = this.bindFrom([statement.source], undefined);
      const scope = new Scope([...target.sources, ...source.scope.sources], undefined);
      const on = this.condition(statement.on, scope);
      const branches = statement.branches.map((branch) => {
        const own =
          branch.match === 'notMatchedByTarget'
            ? source.scope
            : branch.match === 'notMatchedBySource'
              ? new Scope(target.sources, undefined)
              : scope;
        const when = {
          matched: 'matched',
          notMatchedByTarget: 'not matched',
          notMatchedBySource: 'not matched by source',
        }[branch.match];
        const extra = branch.condition ? ` and ${this.condition(branch.condition, own)}` : '';
        return ` when ${when}${extra} then ${this.mergeAction(branch.action, table, own)}`;
      });
      const sql = `${prefix}merge into ${target.sql} using ${source.sql} on ${on}${branches.join('')}`;
      const inserts = statement.branches.some((branch) => branch.action.kind === 'insert');
      return {
        ...this.withOutput(sql, statement.output, table, source.scope.sources, ['inserted', 'deleted'], true),
        table,
        identity: inserts && table.columns.some((column) => column.identity) ? 'drawn' : undefined,
        context: this.context(statement.context, statement.line),
      };
    } finally {
      pop();
    }
  }

  private mergeAction(action: MergeAction, table: TableDef, scope: Scope): string {
    if (action.kind === 'delete') return 'delete';
    if (action.kind === 'update') {
      const sets = this.assignments(action.assignments, table, scope, (value, column) =>
        this.assigned(value, table, column, action.line),
      );
      return `update set ${sets.map(([column, pg]) => `${quote(column.pg)} = ${pg}`).join(', ')}`;
    }
    if (action.values === 'default') return 'insert default values';
    const names =
      action.columns.length > 0
        ? action.columns
        : table.columns
            .filter((c) => !c.identity && !c.computed && c.type.name !== 'timestamp')
            .map((c) => c.name);
    const values = action.values;
    if (names.length !== values.length) {
      throw new SqlError(
        values.length < names.length ? 109 : 110,
        'The number of values in the VALUES clause must match the number of columns specified in the INSERT statement.',
        action.line,
        15,
      );
    }
    const columns = names.map((name) => {
      const column = findColumn(table, name);
      if (!column) throw invalidColumn(name, action.line);
      this.checkInsertable(column, table, this.env.identityInsert === table.id, action.line);
      return column;
    });
    const list = values.map((expr, i) =>
      expr.kind === 'default'
        ? 'default'
        : this.assigned(this.value(expr, scope), table, columns[i]!, action.line),
    );
    return `insert (${columns.map((c) => quote(c.pg)).join(', ')}) values (${list.join(', ')})`;
  }

  /** An expression for a default, a check or a computed column of `table`. */
  bindForTable(expr: Expr, table: Pick<TableDef, 'columns'> | undefined): Typed {
    return this.value(expr, this.tableScope(table));
  }

  bindCheck(expr: Expr, table: Pick<TableDef, 'columns'>): string {
    return this.condition(expr, this.tableScope(table));
  }

  private tableScope(table: Pick<TableDef, 'columns'> | undefined): Scope | undefined {
    if (!table) return undefined;
    const columns = table.columns.map((column) => ({
      name: column.name,
      pg: quote(column.pg),
      type: column.type,
      nullable: column.nullable,
    }));
    return new Scope([{ alias: undefined, pgAlias: '', columns }], undefined);
  }

  /** A value with its conversion for a column's DEFAULT. */
  defaultFor(expr: Expr, column: Pick<ColumnDef, 'name' | 'type'>, line: number): string {
    const pg = convert(this.value(expr, undefined), column.type, {
      mode: 'assign',
      target: `|${column.name}`,
      line,
    });
    return isText(column.type) ? `(${pg})::bpchar` : `(${pg})::${pgType(column.type)}`;
  }
}

interface InnerJoins {
  readonly others: readonly TableRef[];
  readonly conditions: readonly Expr[];
}

interface ModificationPlan {
  readonly table: TableDef;
  readonly alias: string;
  readonly leaf: TableRef | undefined;
  /** Undefined when the target stands in an outer join or an APPLY. */
  readonly inner: InnerJoins | undefined;
  readonly byRow: boolean;
}

/** The table of FROM that the statement names as its target, by alias or by name. */
const findLeaf = (from: readonly TableRef[], target: TableRef): TableRef | undefined => {
  const leaves: TableRef[] = [];
  const visit = (ref: TableRef): void => {
    if (ref.kind === 'join' || ref.kind === 'apply') {
      visit(ref.left);
      visit(ref.right);
    } else leaves.push(ref);
  };
  from.forEach(visit);
  if (target.kind === 'tableVariable')
    return leaves.find((ref) => ref.kind === 'tableVariable' && ref.name === target.name);
  if (target.kind !== 'table') return undefined;
  const name = target.parts.at(-1)?.toLowerCase();
  const aliasOf = (ref: TableRef): string | undefined =>
    'alias' in ref ? ref.alias?.toLowerCase() : undefined;
  return (
    (target.parts.length === 1 ? leaves.find((ref) => aliasOf(ref) === name) : undefined) ??
    leaves.find((ref) => ref.kind === 'table' && ref.parts.at(-1)?.toLowerCase() === name)
  );
};

/** Takes the target out of its inner joins; undefined when it stands in any other kind. */
const flatten = (from: readonly TableRef[], leaf: TableRef): InnerJoins | undefined => {
  const others: TableRef[] = [];
  const conditions: Expr[] = [];
  const contains = (ref: TableRef): boolean =>
    ref === leaf ||
    ((ref.kind === 'join' || ref.kind === 'apply') && (contains(ref.left) || contains(ref.right)));
  const visit = (ref: TableRef): boolean => {
    if (ref === leaf) return true;
    if (!contains(ref)) {
      others.push(ref);
      return true;
    }
    if (ref.kind !== 'join' || (ref.type !== 'inner' && ref.type !== 'cross')) return false;
    if (ref.on) conditions.push(ref.on);
    return visit(ref.left) && visit(ref.right);
  };
  return from.every(visit) ? { others, conditions } : undefined;
};
