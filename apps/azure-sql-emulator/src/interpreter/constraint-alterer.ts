import { quote } from '../catalog/naming.js';
import { primaryKey, type CheckDef, type ForeignKeyDef, type TableDef } from '../catalog/model.js';
import type { AlterTableAction } from '../language/ast.js';
import { SqlError } from '../language/errors.js';
import type { Change } from './schema-changer.js';
import { TableChanger } from './table-changer.js';
import { tableSql } from './table-definition.js';

const couldNotDrop = [3727, 'Could not drop constraint. See previous errors.', 0] as const;

type Switch = Extract<AlterTableAction, { kind: 'checkConstraints' }>;

/** DROP CONSTRAINT, CHECK CONSTRAINT and NOCHECK CONSTRAINT. */
export class ConstraintAlterer extends TableChanger {
  protected async dropConstraint(
    change: Change,
    table: TableDef,
    name: string,
    ifExists: boolean,
    line: number,
  ): Promise<TableDef> {
    const wanted = name.toLowerCase();
    const sql = tableSql(table);
    const defaulted = table.columns.find((column) => column.default?.name.toLowerCase() === wanted);
    if (defaulted) {
      await change.run(`alter table ${sql} alter column ${quote(defaulted.pg)} drop default`);
      const { default: _dropped, ...rest } = defaulted;
      return { ...table, columns: table.columns.map((column) => (column === defaulted ? rest : column)) };
    }
    const held = [
      ...table.indexes.filter((index) => index.id !== undefined),
      ...table.foreignKeys,
      ...table.checks,
    ].find((candidate) => candidate.name.toLowerCase() === wanted);
    if (!held) {
      if (ifExists) return table;
      throw new SqlError(3728, `'${name}' is not a constraint.`, line).followedBy(...couldNotDrop);
    }
    if (table.tracking && primaryKey(table) === held) {
      throw new SqlError(
        3735,
        `The primary key constraint '${name}' on table '${table.name}' cannot be dropped because change tracking is enabled on the table. Change tracking requires a primary key constraint on the table. Disable change tracking before dropping the constraint.`,
        line,
      ).followedBy(...couldNotDrop);
    }
    const users = change.catalog.referencing(table.id);
    if (table.indexes.some((index) => index === held) && users.length > 0) {
      const user = users[0]?.foreignKeys.find((key) => key.referencedTable === table.id);
      throw new SqlError(
        3725,
        `The constraint '${name}' is being referenced by table '${users[0]?.name}', foreign key constraint '${user?.name}'.`,
        line,
        16,
        0,
      ).followedBy(...couldNotDrop);
    }
    await change.run(`alter table ${sql} drop constraint if exists ${held.pg}`);
    return {
      ...table,
      indexes: table.indexes.filter((candidate) => candidate !== held),
      foreignKeys: table.foreignKeys.filter((candidate) => candidate !== held),
      checks: table.checks.filter((candidate) => candidate !== held),
    };
  }

  /** NOCHECK takes a constraint off PostgreSQL's table and keeps its definition; CHECK puts it there again. */
  protected async switchConstraints(
    change: Change,
    table: TableDef,
    action: Switch,
    line: number,
  ): Promise<TableDef> {
    const { names } = action;
    const wanted = names === 'all' ? undefined : names.map((name) => name.toLowerCase());
    const held = [...table.foreignKeys, ...table.checks];
    const missing = wanted?.findIndex((name) => !held.some((item) => item.name.toLowerCase() === name)) ?? -1;
    if (names !== 'all' && missing >= 0)
      throw new SqlError(4917, `Constraint '${names[missing] ?? ''}' does not exist.`, line, 16, 0);
    const chosen = (item: { name: string }): boolean => wanted?.includes(item.name.toLowerCase()) ?? true;
    const foreignKeys: ForeignKeyDef[] = [];
    for (const key of table.foreignKeys)
      foreignKeys.push(chosen(key) ? await this.switchForeignKey(change, table, key, action) : key);
    const checks: CheckDef[] = [];
    for (const check of table.checks)
      checks.push(chosen(check) ? await this.switchCheck(change, table, check, action) : check);
    return { ...table, foreignKeys, checks };
  }

  private async switchForeignKey(
    change: Change,
    table: TableDef,
    key: ForeignKeyDef,
    { enable, validate }: Switch,
  ): Promise<ForeignKeyDef> {
    if (enable && !key.disabled && !validate) return key;
    await change.run(`alter table ${tableSql(table)} drop constraint if exists ${key.pg}`);
    const next = switched(key, enable, validate);
    const referenced = change.catalog.table(key.referencedTable);
    if (enable && referenced)
      await change.run(change.definer.foreignKeySql(next, table, referenced, !validate));
    return next;
  }

  private async switchCheck(
    change: Change,
    table: TableDef,
    check: CheckDef,
    { enable, validate }: Switch,
  ): Promise<CheckDef> {
    if (enable && !check.disabled && !validate) return check;
    await change.run(`alter table ${tableSql(table)} drop constraint if exists ${check.pg}`);
    const next = switched(check, enable, validate);
    if (enable) await change.run(change.definer.checkSql(next, table, !validate));
    return next;
  }
}

const switched = <T extends ForeignKeyDef | CheckDef>(item: T, enable: boolean, validate: boolean): T => {
  const { disabled: _disabled, untrusted: _untrusted, ...rest } = item;
  if (!enable) return { ...rest, disabled: true, untrusted: true } as T;
  return (validate ? rest : { ...rest, untrusted: true }) as T;
};
