/** What a `batch.applied` says about tables, as far as models care. */
export interface AppliedTables {
  readonly firstBatch: number;
  readonly batch: number;
  /** Input tables (`tastg.application`) whose rows changed. */
  readonly moved: readonly string[];
}

/**
 * When each input table last moved. `upTo` is the last batch for which this is known; a table that is not listed has
 * not moved since it is known of.
 */
export interface InputKnowledge {
  readonly upTo: number;
  readonly movedAt: ReadonlyMap<string, number>;
}

/** At start nothing is known: the first look at the ledger takes every table as moved. */
export const nothingKnown: InputKnowledge = { upTo: -1, movedAt: new Map() };

/**
 * Adds what an applied batch tells. When batches between were missed (the journal was read by nobody, another replica
 * was in charge) every table of `tables` counts as moved: a needless run is cheap, a missed one is not.
 */
export function learn(
  known: InputKnowledge,
  applied: AppliedTables,
  tables: readonly string[],
): InputKnowledge {
  if (applied.batch <= known.upTo) return known;
  const gap = known.upTo < 0 || applied.firstBatch > known.upTo + 1;
  const movedAt = new Map(known.movedAt);
  for (const table of gap ? tables : applied.moved) movedAt.set(table, applied.batch);
  return { upTo: applied.batch, movedAt };
}
