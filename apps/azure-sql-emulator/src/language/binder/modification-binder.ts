import { quote } from '../../catalog/naming.js';
import { findColumn, type ColumnDef, type TableDef } from '../../catalog/model.js';
import { systemView } from '../../catalog/system-views.js';
import type { SqlType } from '../../engine.js';
import type { Assignment, Expr, OutputClause, SelectItem, StatementOf, TableRef, Top } from '../ast.js';
import { SqlError, invalidColumn, invalidObject, undeclared, unsupported } from '../errors.js';
import { isText, nvarchar } from '../types.js';
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
  /** `UPDATE … SET @v = …`: what the statement's rows (its last one counts) are put into. */
  readonly assigns?: readonly AssignedVariable[] | undefined;
}

export interface AssignedVariable {
  readonly name: string;
  readonly type: SqlType;
  readonly pg: string;
}

/** What INSERT, UPDATE, DELETE and MERGE have in common: their target, assignments and OUTPUT. */
export abstract class ModificationBinder extends QueryBinder {
  protected targetTable(ref: TableRef, action: string): TableDef {
    if (ref.kind === 'tableVariable') {
      const table = this.env.tableVariable(ref.name);
      if (!table) throw new SqlError(1087, `Must declare the table variable "${ref.name}".`, ref.line, 15, 2);
      this.checkKept(table, ref.name, ref.line);
      if (table.readOnly)
        throw new SqlError(
          10700,
          `The table-valued parameter "${ref.name}" is READONLY and cannot be modified.`,
          ref.line,
        );
      return table;
    }
    if (ref.kind !== 'table') throw unsupported('a modification of a derived table', ref.line);
    const name = ref.parts.at(-1) ?? '';
    const schema = ref.parts.at(-2) || undefined;
    if (ref.parts.length > 2) this.checkDatabase(ref.parts.at(-3), ref.parts, ref.line);
    if (systemView(schema, name))
      throw new SqlError(259, 'Ad hoc updates to system catalogs are not allowed.', ref.line);
    const found = this.env.find(schema, name);
    if (found?.kind !== 'table' && found?.kind !== 'view') throw invalidObject(ref.parts.join('.'), ref.line);
    if (found.kind === 'view') throw unsupported('a modification through a view', ref.line);
    if (found.kind !== 'table') throw invalidObject(ref.parts.join('.'), ref.line);
    this.touch(found, action);
    return found;
  }

  protected targetOf(table: TableDef, column: ColumnDef): string {
    return `${this.env.database}.${table.schema}.${table.name}|${column.name}`;
  }

  protected assigned(value: Typed, table: TableDef, column: ColumnDef, line: number): string {
    const pg = convert(value, column.type, { mode: 'assign', target: this.targetOf(table, column), line });
    return isText(column.type) ? `(${pg})::bpchar` : pg;
  }

  /** The runner evaluates it apart from the statement: here it is only looked at. */
  protected checkContext(expr: Expr | undefined, line: number): void {
    if (!expr) return;
    const type = expr.kind === 'variable' ? this.env.variable(expr.name) : this.value(expr, undefined).type;
    if (!type) throw undeclared(expr.kind === 'variable' ? expr.name : '', line);
    const { name, length = 1 } = type;
    if (!['binary', 'varbinary'].includes(name) || length < 0 || length > 128) {
      throw new SqlError(
        22109,
        'The "context" argument for the CHANGE_TRACKING_CONTEXT WITH clause must be of type varbinary data type with a maximum length of 128.',
        line,
      );
    }
  }

  protected checkInsertable(column: ColumnDef, table: TableDef, identityInsert: boolean, line: number): void {
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

  protected topLimit(top: Top, whole: string): string {
    return ` limit ${this.topCount(top, undefined, whole)}`;
  }

  /** RETURNING for OUTPUT; with INTO the modification becomes a CTE that feeds an INSERT. */
  protected withOutput(
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

  protected assignments(
    list: readonly Assignment[],
    table: TableDef,
    scope: Scope,
    assign: (value: Typed, column: ColumnDef) => string,
  ): [ColumnDef, string][] {
    const columns = list.filter((item) => item.column !== undefined || item.variable === undefined);
    const names = columns.map((item) => item.column?.at(-1)?.toLowerCase());
    const twice = columns.find((_, i) => names.indexOf(names[i]) !== i);
    if (twice) throw assignedTwice(twice.column?.at(-1) ?? '', twice.line);
    const sets: [ColumnDef, string][] = columns.map((item) => {
      if (!item.column) throw unsupported('MERGE … SET @variable', item.line);
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

  protected assignedVariablesOf(
    statement: StatementOf<'update'>,
    table: TableDef,
    scope: Scope,
  ): readonly AssignedVariable[] {
    const items = statement.assignments.filter((item) => item.variable !== undefined);
    if (items.length > 0 && statement.output)
      throw unsupported('UPDATE … SET @variable with OUTPUT', statement.line);
    return items.map((item) => {
      const name = item.variable ?? '';
      const { line } = item;
      const type = this.env.variable(name);
      if (!type) throw undeclared(name, line);
      const column = item.column ? findColumn(table, item.column.at(-1) ?? '') : undefined;
      const value = this.value(item.value, scope);
      const stored = column ? typed(this.to(value, column.type, line), column.type) : value;
      const whole =
        item.op === '='
          ? stored
          : this.arithmetic(item.op.slice(0, 1), this.variable(name, line), stored, line);
      const pg = this.to(whole, type, line);
      if (this.readsVariable(pg, name)) throw unsupported(`UPDATE … SET ${name} = … ${name}`, line);
      return { name, type, pg };
    });
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
}

export const assignedTwice = (name: string, line: number): SqlError =>
  new SqlError(
    264,
    `The column name '${name}' is specified more than once in the SET clause or column list of an INSERT. A column cannot be assigned more than one value in the same clause. Modify the clause to make sure that a column is updated only once. If this statement updates or inserts columns into a view, column aliasing can conceal the duplication in your code.`,
    line,
  );
