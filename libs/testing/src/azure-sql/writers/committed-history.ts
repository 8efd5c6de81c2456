import type { Committed, Effect } from './writer.js';

/** What all writers committed, in the order of their versions. */
export class CommittedHistory {
  private readonly inOrder: readonly (Committed & { readonly version: number })[];

  constructor(committed: readonly Committed[], versions: ReadonlyMap<string, number>) {
    this.inOrder = committed
      .map((each) => ({ ...each, version: versions.get(each.marker) ?? Number.NaN }))
      .sort((left, right) => left.version - right.version);
  }

  /** Pairs where a transaction acknowledged before another one asked to commit has the higher version. */
  disorders(): string[] {
    const found: string[] = [];
    let earliest: (typeof this.inOrder)[number] | undefined;
    for (const each of [...this.inOrder].reverse()) {
      if (earliest !== undefined && earliest.acknowledgedAt < each.commitSentAt)
        found.push(
          `${earliest.marker} (${earliest.version}) was over before ${each.marker} (${each.version})`,
        );
      if (earliest === undefined || each.acknowledgedAt < earliest.acknowledgedAt) earliest = each;
    }
    return found;
  }

  /**
   * The rows that come of applying every effect in the order of versions: each must fit what is there, so two transactions
   * that touched one row have their versions in the order they changed it.
   */
  replay(table: string): Map<number, number> {
    const rows = new Map<number, number>();
    for (const { version, marker, effects } of this.inOrder)
      for (const effect of effects.filter((each) => each.table === table)) {
        const before = rows.get(effect.key);
        if (!fits(effect, before))
          throw new Error(
            `${JSON.stringify(effect)} of ${marker} (${version}) does not fit ${String(before)}`,
          );
        if (effect.operation === 'D') rows.delete(effect.key);
        else rows.set(effect.key, effect.n ?? Number.NaN);
      }
    return rows;
  }

  /** Net changes behind `base` by the rules, as `key:operation version creation`. */
  netChanges(table: string, base: number): string[] {
    const byKey = new Map<number, { version: number; operation: Effect['operation'] }[]>();
    for (const { version, effects } of this.inOrder.filter((each) => each.version > base))
      for (const { key, operation } of effects.filter((each) => each.table === table))
        byKey.set(key, [...(byKey.get(key) ?? []), { version, operation }]);
    return [...byKey]
      .sort(([left], [right]) => left - right)
      .map(([key, entries]) => {
        const last = entries.at(-1);
        const operation = last?.operation === 'D' ? 'D' : entries[0]?.operation === 'I' ? 'I' : 'U';
        const creation = entries.findLast((entry) => entry.operation === 'I')?.version ?? '-';
        return `${key}:${operation} ${last?.version} ${creation}`;
      });
  }
}

function fits({ operation, n }: Effect, before: number | undefined): boolean {
  if (operation === 'I') return before === undefined;
  if (operation === 'U') return before !== undefined && n === before + 1;
  return before !== undefined;
}
