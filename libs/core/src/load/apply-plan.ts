import type { ChangeVersion, TableId, TableSchema } from '@thalamus/contracts';
import { findMissing, advancePositions, type MissingRange } from './completeness.js';
import type { Coverage } from './coverage.js';
import type { LedgerState, Loss, Position, SealedBatch, StagedSegment, TableState } from './load-state.js';
import type { Coercions } from './row-encoder.js';
import { planTableLoads, type TableLoad } from './table-load.js';

export interface PlanInput {
  readonly ledger: LedgerState;
  /** Sealed batches after the ledger's, by number. */
  readonly sealed: ReadonlyMap<number, SealedBatch>;
  /** Staged segments by batch. */
  readonly segments: ReadonlyMap<number, readonly StagedSegment[]>;
  readonly coverage: Coverage;
  /** Oldest offsets Kafka still holds, as far as they were asked for; by `partitionKey`. */
  readonly logStarts: ReadonlyMap<string, number>;
  readonly tables: readonly TableState[];
  readonly losses: ReadonlyMap<TableId, Loss>;
  /** Highest generation of each table that anything in the journal spoke of. */
  readonly newestGeneration: ReadonlyMap<TableId, number>;
  readonly tableOfTopic: (topic: string) => TableId;
  /** @throws when the schema is not known. */
  readonly schemaOf: (table: TableId, id: number) => TableSchema;
  readonly maxBatches: number;
  /** Batches are taken together up to about this many rows. Default 5,000,000. */
  readonly maxRows?: number;
}

/** Brings batches `firstBatch`…`batch` into the warehouse, in one transaction fenced on `previousBatch`. */
export interface ApplyPlan {
  readonly kind: 'apply';
  readonly previousBatch: number;
  readonly firstBatch: number;
  readonly batch: number;
  readonly version: ChangeVersion;
  readonly consistent: boolean;
  readonly committedAt: string | null;
  /** Oldest opening time of the batches, for the latency target. */
  readonly openedAt: string;
  readonly rows: number;
  /** In the order of their targets: every writer takes tables in the same order. */
  readonly tables: readonly TableLoad[];
  readonly coercions: ReadonlyMap<TableId, Coercions>;
  /** All positions after the batch; those it moved bear its number. */
  readonly positions: ReadonlyMap<string, Position>;
}

export type Plan =
  | ApplyPlan
  /** Nothing complete yet. `missing` is empty when the next batch is not sealed. */
  | { readonly kind: 'wait'; readonly missing: readonly MissingRange[] }
  /** Events that can never be read: ask capture for new generations, record the losses, plan again. */
  | { readonly kind: 'lost'; readonly losses: readonly Loss[] }
  /** Only a person can go on. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Decides what can be applied next. Pure: the same journal and warehouse give the same plan. */
export function planApply(input: PlanInput): Plan {
  const first = nextSealed(input);
  if (first === undefined) return { kind: 'wait', missing: [] };
  const jumped = lossesOfJump(first, input);
  if (jumped.length > 0) return { kind: 'lost', losses: jumped };

  const chosen: SealedBatch[] = [];
  let positions: ReadonlyMap<string, Position> = input.ledger.positions;
  let rows = 0;
  for (let sealed: SealedBatch | undefined = first; sealed; sealed = input.sealed.get(sealed.batch + 1)) {
    const missing = findMissing(sealed, { ...input, positions });
    if (missing.length > 0) {
      if (chosen.length > 0) break;
      const holes = missing.filter((range) => range.resumesAt !== undefined);
      if (holes.length === 0) return { kind: 'wait', missing };
      return { kind: 'lost', losses: lossesOfHoles(sealed, holes, input) };
    }
    chosen.push(sealed);
    positions = advancePositions(positions, sealed);
    rows += sealed.rows;
    if (chosen.length >= input.maxBatches || rows >= (input.maxRows ?? 5_000_000)) break;
  }
  return assemble(input, chosen, positions, rows);
}

function nextSealed({ sealed, ledger }: PlanInput): SealedBatch | undefined {
  const next = sealed.get(ledger.batch + 1);
  if (next || sealed.size === 0) return next;
  // The journal is in order: a later batch without its predecessor means that entry is gone.
  return sealed.get(Math.min(...sealed.keys()));
}

/** Batches are missing from the journal before `first`: every table not yet known to be lost is lost. */
function lossesOfJump(first: SealedBatch, input: PlanInput): Loss[] {
  if (first.batch === input.ledger.batch + 1) return [];
  const tables = new Set([
    ...(Object.keys(first.schemas) as TableId[]),
    ...input.tables.map(({ table }) => table),
  ]);
  return [...tables]
    .filter((table) => (input.losses.get(table)?.batch ?? 0) < first.batch)
    .map((table) => ({ table, generation: newest(table, first, input), batch: first.batch, gaps: [] }));
}

function lossesOfHoles(sealed: SealedBatch, holes: readonly MissingRange[], input: PlanInput): Loss[] {
  return [...Map.groupBy(holes, ({ table }) => table)].map(([table, ranges]) => ({
    table,
    generation: newest(table, sealed, input),
    batch: sealed.batch,
    gaps: ranges.map(({ topic, partition, covered, resumesAt }) => ({
      topic,
      partition,
      from: covered,
      to: resumesAt ?? covered,
    })),
  }));
}

/** Rows of a batch belong to generations named by then, so a generation above this one has lost nothing. */
function newest(table: TableId, sealed: SealedBatch, input: PlanInput): number {
  const named = [...sealed.completed, ...sealed.loading].filter((entry) => entry.table === table);
  return Math.max(input.newestGeneration.get(table) ?? 0, ...named.map((entry) => entry.generation));
}

function assemble(
  input: PlanInput,
  chosen: readonly SealedBatch[],
  positions: ReadonlyMap<string, Position>,
  rows: number,
): Plan {
  const [first, last] = [chosen[0], chosen.at(-1)];
  if (!first || !last) return { kind: 'wait', missing: [] };
  const loads = planTableLoads(input, chosen);
  if (loads.refused.length > 0) return { kind: 'refused', reason: loads.refused.join('; ') };
  const live = new Map(loads.live);
  const standing = [...input.losses.values()].some((loss) => (live.get(loss.table) ?? 0) <= loss.generation);
  return {
    kind: 'apply',
    previousBatch: input.ledger.batch,
    firstBatch: first.batch,
    batch: last.batch,
    version: last.version,
    consistent: last.loading.length === 0 && !standing,
    committedAt: chosen.findLast((sealed) => sealed.committedAt !== null)?.committedAt ?? null,
    openedAt: first.openedAt,
    rows,
    tables: loads.tables,
    coercions: loads.coercions,
    positions,
  };
}
