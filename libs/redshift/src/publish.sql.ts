import { quoteIdentifier, quoteList, quoteTable, withSuffix, type TableName } from './identifier.js';
import { buildDropTable, buildRenameTable } from './table.sql.js';

/** Name of the table in which the next content is prepared, beside the one that readers see. */
export function besideName(table: TableName, tag: string): TableName {
  return { schema: table.schema, table: withSuffix(table.table, `__${tag}`) };
}

export interface Swap {
  /** The name readers use. */
  readonly target: TableName;
  /** The loaded table that takes the name, in the same schema. */
  readonly next: TableName;
  /** False when nothing bears the target's name yet. */
  readonly replaces: boolean;
}

/** Name the replaced table keeps until it is dropped after the commit. */
export function replacedName({ target, next }: Swap): TableName {
  return { schema: target.schema, table: withSuffix(next.table, '__old') };
}

/**
 * Statements of a swap, for use inside a transaction: two renames, each a catalogue change of milliseconds. The old
 * table is dropped after the commit (`buildDropReplaced`), so that a view bound to it cannot fail the transaction.
 * Views must be late binding (`with no schema binding`) to follow the name.
 */
export function publishStatements(swap: Swap): string[] {
  const rename = buildRenameTable(swap.next, swap.target.table);
  return swap.replaces ? [buildRenameTable(swap.target, replacedName(swap).table), rename] : [rename];
}

export function buildDropReplaced(swap: Swap): string {
  return buildDropTable(replacedName(swap));
}

export interface GroupReplacement {
  readonly target: TableName;
  /** Table beside with the recomputed rows. */
  readonly next: TableName;
  /** Table with the keys of the affected groups; groups without rows in `next` vanish from the target. */
  readonly affected: TableName;
  readonly grain: readonly string[];
  readonly columns: readonly string[];
}

/** Statements that replace whole groups of a model's rows, for use inside a transaction. */
export function replaceGroupStatements(replacement: GroupReplacement): string[] {
  const target = quoteTable(replacement.target);
  const affected = quoteTable(replacement.affected);
  const match = replacement.grain
    .map((name) => `${target}.${quoteIdentifier(name)} = ${affected}.${quoteIdentifier(name)}`)
    .join('\n  and ');
  const columns = quoteList(replacement.columns);
  return [
    `delete from ${target}\nusing ${affected}\nwhere ${match}`,
    `insert into ${target} (${columns})\nselect ${columns}\nfrom ${quoteTable(replacement.next)}`,
  ];
}
