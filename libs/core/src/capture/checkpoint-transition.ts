import {
  changeVersion,
  generation,
  type ChangeVersion,
  type Checkpoint,
  type Generation,
  type LoadProgress,
  type TableCheckpoint,
  type TableId,
} from '@thalamus/contracts';
import type { PollPlan, StartedGeneration } from './poll-plan.js';
import { countedReloads, isAutomatic } from './reload-cap.js';

/** The checkpoint of a group nobody captured before. */
export function emptyCheckpoint(group: string): Checkpoint {
  return {
    group,
    version: changeVersion(0),
    lastBatch: 0,
    sealedVersion: changeVersion(0),
    openBatch: null,
    tables: {},
    paused: false,
  };
}

/**
 * The checkpoint after a poll: every table of the group, idle or not, stands at `plan.to`.
 *
 * @param estimates rows of the tables that begin to load, by the source's own count
 */
export function applyPlan(
  checkpoint: Checkpoint,
  plan: PollPlan,
  now: Date,
  estimates: ReadonlyMap<TableId, number> = new Map(),
): Checkpoint {
  const tables: Record<string, TableCheckpoint> = { ...checkpoint.tables };
  for (const { table, schemaId, fingerprint } of plan.reshaped) {
    const known = tables[table];
    if (known) tables[table] = { ...known, schemaId, fingerprint };
  }
  for (const { table } of plan.waiting) {
    const known = tables[table];
    // The group goes on without it: what it misses cannot be read later.
    if (known) tables[table] = { ...known, stale: known.live !== null, loading: null };
  }
  for (const started of plan.start) {
    const table = startGeneration(tables[started.table], started, plan.to, now);
    const rowsEstimated = estimates.get(started.table) ?? 0;
    tables[started.table] = { ...table, loading: table.loading && { ...table.loading, rowsEstimated } };
  }
  const neverSealed = checkpoint.lastBatch === 0 && checkpoint.openBatch === null;
  return {
    ...checkpoint,
    version: plan.to,
    sealedVersion: neverSealed ? plan.from : checkpoint.sealedVersion,
    tables,
  };
}

function startGeneration(
  known: TableCheckpoint | undefined,
  started: StartedGeneration,
  to: ChangeVersion,
  now: Date,
): TableCheckpoint {
  const next = generation((known?.lastGeneration ?? 0) + 1);
  const { objectId, beginVersion } = started.observed;
  const reloads = countedReloads(known?.reloads ?? [], now);
  const live = known?.live ?? null;
  return {
    incarnation: { objectId, beginVersion },
    schemaId: started.schemaId,
    fingerprint: started.fingerprint,
    live,
    stale: live !== null && (started.historyLost || (known?.stale ?? false)),
    loading: {
      generation: next,
      reason: started.reason,
      fromVersion: to,
      cursor: null,
      rowsDone: 0,
      rowsEstimated: 0,
      done: false,
    },
    lastGeneration: next,
    reloads: isAutomatic(started.reason) ? [...reloads, now.toISOString()] : reloads,
    ...(known?.rowsLoaded === undefined ? {} : { rowsLoaded: known.rowsLoaded }),
  };
}

/** What a published chunk adds to a load. */
export interface ChunkProgress {
  readonly table: TableId;
  readonly generation: Generation;
  /** Key of the chunk's last row as read, published or not; null for an empty chunk. */
  readonly cursor: LoadProgress['cursor'];
  readonly rows: number;
  /** The chunk came back short: there is no row behind it. */
  readonly done: boolean;
}

/** The checkpoint after a chunk; unchanged when the load was replaced in the meantime. */
export function applyChunk(checkpoint: Checkpoint, chunk: ChunkProgress): Checkpoint {
  const known = checkpoint.tables[chunk.table];
  if (known?.loading?.generation !== chunk.generation) return checkpoint;
  const rowsDone = known.loading.rowsDone + chunk.rows;
  const loading: LoadProgress = {
    ...known.loading,
    cursor: chunk.cursor ?? known.loading.cursor,
    rowsDone,
    rowsEstimated: Math.max(known.loading.rowsEstimated, rowsDone),
    done: chunk.done,
  };
  return { ...checkpoint, tables: { ...checkpoint.tables, [chunk.table]: { ...known, loading } } };
}

/** Gives up the loads of these tables where readers have a live generation that is kept in step. */
export function stopLoads(
  checkpoint: Checkpoint,
  wanted: readonly TableId[],
): { checkpoint: Checkpoint; stopped: TableId[]; refused: TableId[] } {
  const tables: Record<string, TableCheckpoint> = { ...checkpoint.tables };
  const [stopped, refused]: [TableId[], TableId[]] = [[], []];
  for (const table of wanted) {
    const known = tables[table];
    if (!known?.loading) continue;
    if (known.live === null || known.stale) {
      refused.push(table);
      continue;
    }
    tables[table] = { ...known, loading: null };
    stopped.push(table);
  }
  return { checkpoint: stopped.length > 0 ? { ...checkpoint, tables } : checkpoint, stopped, refused };
}
