import { isPipelineError, type TableId } from '@thalamus/contracts';
import {
  addToBatch,
  applyChunk,
  currentBatch,
  planChunks,
  PublishedKeys,
  type Chunk,
  type ChunkPlan,
} from '@thalamus/core/capture';
import type { CaptureTurn } from './capture-turn.js';
import { RowPublisher } from './row-publisher.js';

/** Chunks read at the same time, each on a connection of its own. */
export const chunkReaders = 2;

/** A chunk on its way while a poll runs. */
export interface ChunkRead {
  readonly plan: ChunkPlan;
  /** What polls publish of its table meanwhile. */
  readonly published: PublishedKeys;
  readonly chunk: Promise<Chunk>;
}

/** Starts reading the next chunks of the tables that load. Their rows wait for {@link publishChunk}. */
export function readChunks(turn: CaptureTurn): ChunkRead[] {
  const { checkpoint, registry, source, config } = turn;
  const { chunkRows, inFlightBytes } = config.capture;
  return planChunks(checkpoint, chunkReaders).map((plan) => {
    const chunk = source.readChunk({
      schema: registry.require(plan.table, plan.schemaId),
      after: plan.after,
      maxRows: chunkRows,
      maxBytes: inFlightBytes / chunkReaders,
    });
    chunk.catch(() => undefined); // awaited by publishChunk, which may come later than the failure
    return { plan, published: new PublishedKeys(), chunk };
  });
}

export const watchOf = (reads: readonly ChunkRead[]): ReadonlyMap<TableId, PublishedKeys> =>
  new Map(reads.map((read) => [read.plan.table, read.published]));

/**
 * Publishes a chunk's rows with the progress they make, in one Kafka transaction: after a crash the load goes on behind
 * the last chunk that readers can see.
 *
 * @returns false when the chunk is of no use: the load was replaced, or must read it again
 */
export async function publishChunk(turn: CaptureTurn, read: ChunkRead): Promise<boolean> {
  const { plan } = read;
  const chunk = await read.chunk;
  const known = turn.checkpoint.tables[plan.table];
  // Under an older schema its rows would lack a column that the poll's rows have.
  const isCurrent = known?.loading?.generation === plan.generation && known.schemaId === plan.schemaId;
  if (!isCurrent || read.published.isFull) return false;
  const publisher = new RowPublisher(turn.producer, turn.config.capture.inFlightBytes);
  try {
    await addRows(turn, read, chunk, publisher);
    await saveProgress(turn, plan, chunk, publisher);
    return true;
  } catch (error) {
    if (isPipelineError(error)) await publisher.abandon();
    throw error;
  }
}

async function addRows(
  turn: CaptureTurn,
  { plan, published }: ChunkRead,
  chunk: Chunk,
  publisher: RowPublisher,
): Promise<void> {
  const { registry, outbox, checkpoint, now } = turn;
  await outbox.prepare([plan.table]);
  const shaper = outbox.shaper(registry.require(plan.table, plan.schemaId));
  const to = outbox.destination(plan.table);
  const readAtMs = now().getTime();
  const stamp = { batch: currentBatch(checkpoint), generations: [plan.generation], publishedAtMs: readAtMs };
  const events = shaper.stamp({ ...stamp, snapshot: 'true' });
  const lastEvent = shaper.stamp({ ...stamp, snapshot: 'last' });
  const version = chunk.version.toString();
  const last = chunk.isLast ? chunk.rows.at(-1) : undefined;
  for (const row of chunk.rows) {
    const key = shaper.rowKey(row, 0);
    // Stage lets the last state of a key win, so an older one must not follow a newer one.
    if (published.supersedes(key, chunk.version)) continue;
    const writer = row === last ? lastEvent : events;
    publisher.add(to, key, writer.upsert(row, 0, 'r', version, readAtMs), readAtMs);
    if (publisher.isFull) await publisher.drain();
  }
}

async function saveProgress(
  turn: CaptureTurn,
  plan: ChunkPlan,
  chunk: Chunk,
  publisher: RowPublisher,
): Promise<void> {
  const { outbox, metrics, log, checkpoint } = turn;
  // Commit times of loaded rows are not known: they say nothing of the batch's lag.
  const acknowledged = { ...(await publisher.acknowledged()), committedAt: null };
  const progress = {
    table: plan.table,
    generation: plan.generation,
    cursor: chunk.lastKey === null ? null : [...chunk.lastKey],
    rows: chunk.rows.length,
    done: chunk.isLast,
  };
  const next = addToBatch(applyChunk(checkpoint, progress), acknowledged, turn.now());
  const { rowsDone = 0, rowsEstimated = 0 } = next.tables[plan.table]?.loading ?? {};
  const journal = {
    table: plan.table,
    generation: plan.generation,
    rowsDone,
    rowsEstimated,
    done: chunk.isLast,
  };
  // Rows, then what holds their offsets, then commit: the one place where the checkpoint is saved by a load.
  await publisher.commit([
    outbox.checkpointRecord(next),
    outbox.journalRecord('generation.progressed', journal),
  ]);
  turn.checkpoint = next;
  const labels = { sync_group: checkpoint.group, table: plan.table };
  metrics.inc('thalamus_capture_rows_total', labels, acknowledged.rows);
  metrics.inc('thalamus_capture_bytes_total', { sync_group: checkpoint.group }, acknowledged.bytes);
  log.info({ ...journal, rows: acknowledged.rows, version: chunk.version.toString() }, 'chunk loaded');
}
