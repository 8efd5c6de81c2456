import { physicalColumn, physicalTable, quote } from '../catalog/naming.js';
import type { TableDef } from '../catalog/model.js';
import { SqlError, unsupported } from '../language/errors.js';
import { parseName } from '../language/parser/batch-parser.js';
import type { Change } from './schema-changer.js';
import { TableAlterer } from './table-alterer.js';
import { tableSql } from './table-definition.js';

/** sp_rename. */
export class ObjectRenamer extends TableAlterer {
  /** sp_rename 'what', 'new name'[, 'COLUMN' | 'INDEX' | 'OBJECT']. */
  async rename(written: string, newName: string, kind: string, line: number): Promise<void> {
    const parts = parseName(written) ?? [written];
    await this.change(
      line,
      async (change) => {
        if (kind === 'COLUMN') return this.renameColumn(change, parts, written, newName, line);
        if (kind === 'INDEX') return this.renameIndex(change, parts, written, newName, line);
        if (kind !== '' && kind !== 'OBJECT') throw unsupported(`sp_rename of type ${kind}`, line);
        const found = change.catalog.find(parts.at(-2) || undefined, parts.at(-1) ?? '');
        if (!found) return this.renameConstraint(change, parts, written, newName, line);
        if (change.catalog.find(found.schema, newName)) {
          throw new SqlError(
            15335,
            `Error: The new name '${newName}' is already in use as a OBJECT name and would cause a duplicate that is not permitted.`,
            line,
            11,
          );
        }
        if (found.kind !== 'table') throw unsupported(`sp_rename of a ${found.kind}`, line);
        const pgName = physicalTable(newName);
        if (pgName !== found.pgName)
          await change.run(`alter table ${tableSql(found)} rename to ${quote(pgName)}`);
        await change.save({ ...found, name: newName, pgName });
      },
      'sp_rename',
    );
  }

  private async renameColumn(
    change: Change,
    parts: readonly string[],
    written: string,
    newName: string,
    line: number,
  ): Promise<void> {
    const table = change.catalog.find(parts.at(-3) || undefined, parts.at(-2) ?? '');
    const column =
      table?.kind === 'table'
        ? table.columns.find((c) => c.name.toLowerCase() === parts.at(-1)?.toLowerCase())
        : undefined;
    if (table?.kind !== 'table' || !column) throw ambiguous(written, 'COLUMN', line);
    if (
      table.columns.some((other) => other !== column && other.name.toLowerCase() === newName.toLowerCase())
    ) {
      throw new SqlError(
        15335,
        `Error: The new name '${newName}' is already in use as a COLUMN name and would cause a duplicate that is not permitted.`,
        line,
        11,
      );
    }
    const pg = physicalColumn(newName);
    if (pg !== column.pg)
      await change.run(`alter table ${tableSql(table)} rename column ${quote(column.pg)} to ${quote(pg)}`);
    await change.save({
      ...table,
      columns: table.columns.map((c) => (c === column ? { ...c, name: newName, pg } : c)),
    });
  }

  private async renameIndex(
    change: Change,
    parts: readonly string[],
    written: string,
    newName: string,
    line: number,
  ): Promise<void> {
    const table = change.catalog.find(parts.at(-3) || undefined, parts.at(-2) ?? '');
    const index =
      table?.kind === 'table'
        ? table.indexes.find((i) => i.name.toLowerCase() === parts.at(-1)?.toLowerCase())
        : undefined;
    if (table?.kind !== 'table' || !index) throw ambiguous(written, 'INDEX', line);
    await change.save({
      ...table,
      indexes: table.indexes.map((i) => (i === index ? { ...i, name: newName } : i)),
    });
  }

  private async renameConstraint(
    change: Change,
    parts: readonly string[],
    written: string,
    newName: string,
    line: number,
  ): Promise<void> {
    const wanted = parts.at(-1)?.toLowerCase();
    const schema = (parts.at(-2) || 'dbo').toLowerCase();
    const renamed = <T extends { name: string }>(list: readonly T[]): T[] =>
      list.map((item) => (item.name.toLowerCase() === wanted ? { ...item, name: newName } : item));
    for (const table of change.catalog.objects) {
      if (table.kind !== 'table' || table.schema.toLowerCase() !== schema) continue;
      const named = [
        ...table.foreignKeys,
        ...table.checks,
        ...table.indexes.filter((i) => i.id !== undefined),
        ...table.columns.flatMap((c) => (c.default ? [c.default] : [])),
      ];
      if (!named.some((item) => item.name.toLowerCase() === wanted)) continue;
      const next: TableDef = {
        ...table,
        foreignKeys: renamed(table.foreignKeys),
        checks: renamed(table.checks),
        indexes: table.indexes.map((i) =>
          i.id !== undefined && i.name.toLowerCase() === wanted ? { ...i, name: newName } : i,
        ),
        columns: table.columns.map((c) =>
          c.default?.name.toLowerCase() === wanted ? { ...c, default: { ...c.default!, name: newName } } : c,
        ),
      };
      return change.save(next);
    }
    throw ambiguous(written, 'OBJECT', line);
  }
}

const ambiguous = (written: string, kind: string, line: number): SqlError =>
  new SqlError(
    15248,
    `Either the parameter @objname is ambiguous or the claimed @objtype (${kind}) is wrong.`,
    line,
    11,
  );
