import type { TableId } from '@thalamus/contracts';
import { partitionKey, type Coverage } from './coverage.js';
import type { LedgerState, Loss, Position, SealedBatch } from './load-state.js';

/** A partition whose staged files do not yet reach the end of a batch. */
export interface MissingRange {
  readonly table: TableId;
  readonly topic: string;
  readonly partition: number;
  readonly covered: number;
  readonly wanted: number;
  /** Where staged files go on beyond a hole; then the hole can never close. */
  readonly resumesAt: number | undefined;
}

export interface CompletenessInput {
  readonly coverage: Coverage;
  readonly positions: ReadonlyMap<string, Position>;
  readonly losses: ReadonlyMap<TableId, Loss>;
  /** Oldest offsets Kafka still holds, as far as they were asked for; by `partitionKey`. */
  readonly logStarts: ReadonlyMap<string, number>;
  readonly tableOfTopic: (topic: string) => TableId;
}

/**
 * The partitions of `sealed` that are not covered from where the last batch ended up to the end of this one. Empty means
 * complete. Stage announces a file before it commits the offset that a successor starts from, so once a later start
 * is seen, what lies before it will not come any more.
 */
export function findMissing(sealed: SealedBatch, input: CompletenessInput): MissingRange[] {
  const missing: MissingRange[] = [];
  for (const [topic, partitions] of Object.entries(sealed.offsets)) {
    const table = input.tableOfTopic(topic);
    const loss = input.losses.get(table);
    if (loss && sealed.batch <= loss.batch) continue;
    for (const [partitionText, wanted] of Object.entries(partitions)) {
      const partition = Number(partitionText);
      const { covered, resumesAt } = follow(topic, partition, wanted, loss, input);
      if (covered < wanted) missing.push({ table, topic, partition, covered, wanted, resumesAt });
    }
  }
  return missing;
}

/** How far a partition is covered, across holes that belong to a loss already known. */
function follow(
  topic: string,
  partition: number,
  wanted: number,
  loss: Loss | undefined,
  { coverage, positions, logStarts }: CompletenessInput,
): { covered: number; resumesAt: number | undefined } {
  const key = partitionKey(topic, partition);
  const position = positions.get(key);
  const logStart = logStarts.get(key) ?? 0;
  const resume = (from: number): number | undefined => {
    const next = coverage.nextFrom(topic, partition, from);
    return logStart > from ? Math.min(logStart, next ?? logStart) : next;
  };
  let covered = coverage.coveredTo(topic, partition, position?.end ?? 0);
  let resumesAt = resume(covered);
  while (
    covered < wanted &&
    resumesAt !== undefined &&
    isKnownHole(topic, partition, resumesAt, position, loss)
  ) {
    covered = coverage.coveredTo(topic, partition, resumesAt);
    resumesAt = resume(covered);
  }
  return { covered, resumesAt };
}

/**
 * True when a hole was part of `loss`: the partition's last position is not newer than the loss, and reading resumes
 * no later than the loss was known to reach. A hole that ends beyond that may have swallowed events of the generation
 * that was asked for, and is a loss of its own.
 */
function isKnownHole(
  topic: string,
  partition: number,
  resumesAt: number,
  position: Position | undefined,
  loss: Loss | undefined,
): boolean {
  if (loss === undefined || (position?.batch ?? 0) > loss.batch) return false;
  return loss.gaps.some((gap) => gap.topic === topic && gap.partition === partition && resumesAt <= gap.to);
}

/** Positions after `sealed`. */
export function advancePositions(
  positions: ReadonlyMap<string, Position>,
  sealed: SealedBatch,
): Map<string, Position> {
  const next = new Map(positions);
  for (const [topic, partitions] of Object.entries(sealed.offsets))
    for (const [partition, end] of Object.entries(partitions))
      next.set(partitionKey(topic, Number(partition)), { batch: sealed.batch, end });
  return next;
}

/** Ledger of a group that was never applied. */
export function emptyLedger(version: LedgerState['version']): LedgerState {
  return { batch: 0, version, positions: new Map() };
}

/**
 * The loss as it is recorded: in every partition of the table it reaches to where stage reads on at the time it is
 * found. Everything announced later starts there or beyond, and the generation that is asked for begins later still.
 * @param starts stage's next offset of each partition of the table's topic
 */
export function spanLoss(loss: Loss, topic: string, starts: ReadonlyMap<number, number>): Loss {
  const reach = new Map(starts);
  for (const { partition, to } of loss.gaps) reach.set(partition, Math.max(to, reach.get(partition) ?? 0));
  const fromOf = (partition: number): number =>
    loss.gaps.find((gap) => gap.partition === partition)?.from ?? 0;
  const gaps = [...reach].map(([partition, to]) => ({ topic, partition, from: fromOf(partition), to }));
  return { ...loss, gaps };
}
