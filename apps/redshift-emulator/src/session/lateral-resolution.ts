import { RedshiftError } from '../errors.js';
import { quoteLiteral } from '../language/lexer.js';
import type { LateralReading } from '../language/plan.js';
import type { Backend } from './backend.js';

/** More aliases of one name than this are tried all or none. */
const MAX_SUBSETS = 64;

/**
 * Decides which names are aliases of the SELECT list: those that the database knows no column for. A column of the
 * same name takes priority, so a reference is substituted only where the query would fail otherwise.
 *
 * @param unknownColumn the column that keeps a query from being planned; undefined when nothing does, or something else
 */
export async function resolveLateral<Planned>(
  reading: LateralReading<Planned>,
  unknownColumn: (query: string) => Promise<string | undefined>,
): Promise<Planned> {
  const chosen = new Set<number>();
  for (;;) {
    const column = await unknownColumn(reading.probe(chosen));
    if (column === undefined) break;
    const groups = reading.aliases.flatMap((alias, index) =>
      alias === column && !chosen.has(index) ? [index] : [],
    );
    if (groups.length === 0) break;
    for (const index of await smallestCure(groups, column, chosen, reading, unknownColumn)) chosen.add(index);
  }
  return reading.plan(chosen);
}

/** The fewest groups whose substitution makes the column's absence go away; all, when none does. */
async function smallestCure(
  groups: readonly number[],
  column: string,
  chosen: ReadonlySet<number>,
  reading: Pick<LateralReading, 'probe'>,
  unknownColumn: (query: string) => Promise<string | undefined>,
): Promise<readonly number[]> {
  if (groups.length === 1 || 2 ** groups.length > MAX_SUBSETS) return groups;
  for (const subset of subsetsBySize(groups)) {
    const left = await unknownColumn(reading.probe(new Set([...chosen, ...subset])));
    if (left !== column) return subset;
  }
  return groups;
}

function subsetsBySize(groups: readonly number[]): number[][] {
  const subsets = Array.from({ length: 2 ** groups.length - 1 }, (_value, mask) =>
    groups.filter((_group, bit) => ((mask + 1) >> bit) & 1),
  );
  return subsets.sort((left, right) => left.length - right.length);
}

/** Asks PostgreSQL what keeps a query from being planned, without harm to the transaction. */
export async function unknownColumnOf(
  query: string,
  backend: Backend,
  before = '',
): Promise<string | undefined> {
  const { rows, error } = await backend.run(
    `${before}select redshift_emulator.unknown_column(${quoteLiteral(query)})`,
  );
  if (error !== undefined) throw new RedshiftError(error.code, error.message);
  return rows.at(-1)?.[0] || undefined;
}
