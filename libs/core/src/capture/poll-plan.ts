import {
  PipelineError,
  type ChangeVersion,
  type Checkpoint,
  type Generation,
  type ReloadReason,
  type TableCheckpoint,
  type TableId,
} from '@thalamus/contracts';
import { refuseExcessiveReload, type ReloadPolicy } from './reload-cap.js';
import type { Observation, ObservedShape, ObservedTable } from './observation.js';

/** A table whose changes in `(from, to]` are read, and the generations they go to. */
export interface FollowedTable {
  readonly table: TableId;
  readonly generations: readonly Generation[];
  readonly schemaId: number;
}

/** A table of which a new generation begins with this poll. */
export interface StartedGeneration {
  readonly table: TableId;
  readonly reason: ReloadReason;
  readonly detail: string;
  /** The live generation can no longer be kept in step: it stands still until the swap. */
  readonly historyLost: boolean;
  readonly schemaId: number;
  readonly fingerprint: string;
  readonly observed: ObservedTable;
}

export interface PollPlan {
  readonly from: ChangeVersion;
  readonly to: ChangeVersion;
  readonly follow: readonly FollowedTable[];
  readonly start: readonly StartedGeneration[];
  /** Tables with a new shape that fits the rows already published. */
  readonly reshaped: readonly { table: TableId; schemaId: number; fingerprint: string }[];
  /** Tables that cannot be read; each stands still and is loaded anew once it can be read again. */
  readonly waiting: readonly { table: TableId; detail: string }[];
}

export interface PollInput {
  readonly checkpoint: Checkpoint | null;
  readonly observation: Observation;
  /** Shapes where they are known; those of new tables must be. */
  readonly shapes: ReadonlyMap<TableId, ObservedShape>;
  /** Tables an operator or the loader asked to load anew. */
  readonly requested: ReadonlyMap<TableId, { reason: 'requested' | 'events-lost'; detail: string }>;
  /** Those of {@link blindTables} that hold no row. */
  readonly empty: ReadonlySet<TableId>;
  readonly policy: ReloadPolicy;
  readonly now: Date;
}

type Cause = Pick<StartedGeneration, 'reason' | 'detail' | 'historyLost'>;

/**
 * Decides what one poll does: what is followed, what must be loaded anew and why, and up to which version.
 *
 * Three states that look alike: version NULL (tracking is off: halt), version 0 (a database nobody wrote to since:
 * a cursor like any other), and a version that went backwards (the database was restored: everything anew).
 *
 * @throws {PipelineError} THAL-S006 tracking off, THAL-S007 reload refused by cap or policy
 */
export function planPoll(input: PollInput): PollPlan {
  const { checkpoint, observation } = input;
  const to = observation.currentVersion;
  if (to === null)
    throw new PipelineError(
      'THAL-S006',
      'change tracking is off for the database: ALTER DATABASE … SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 7 DAYS, AUTO_CLEANUP = ON)',
    );
  const from = checkpoint === null || checkpoint.version > to ? to : checkpoint.version;
  const plan = {
    from,
    to,
    follow: [] as FollowedTable[],
    start: [] as StartedGeneration[],
    reshaped: [] as PollPlan['reshaped'][number][],
    waiting: [] as PollPlan['waiting'][number][],
  };
  for (const observed of observation.tables) planTable(input, observed, to, plan);
  plan.waiting.push(...goneTables(input));
  return plan;
}

function planTable(
  input: PollInput,
  observed: ObservedTable,
  to: ChangeVersion,
  plan: { [K in 'follow' | 'start' | 'reshaped' | 'waiting']: PollPlan[K][number][] },
): void {
  const { table } = observed;
  if (observed.minValid === null) {
    const detail = `${table} gives no valid version: GRANT VIEW CHANGE TRACKING ON ${table}, or tracking was switched off`;
    plan.waiting.push({ table, detail });
    return;
  }
  const known = input.checkpoint?.tables[table];
  const shape = input.shapes.get(table);
  const cause = causeOfReload(input, observed, known, to);
  if (cause) {
    refuseExcessiveReload(table, cause.reason, known?.reloads ?? [], input.policy, input.now);
    const schema = shape ?? known;
    if (!schema)
      throw new PipelineError('THAL-X002', `the shape of ${table} must be known before its first load`);
    plan.start.push({
      table,
      ...cause,
      schemaId: schema.schemaId,
      fingerprint: schema.fingerprint,
      observed,
    });
  }
  if (!known || cause?.historyLost) return;
  const schemaId = shape?.schemaId ?? known.schemaId;
  if (shape?.change === 'compatible') plan.reshaped.push({ table, schemaId, fingerprint: shape.fingerprint });
  const generations = generationsOf(known, cause !== undefined);
  if (generations.length > 0) plan.follow.push({ table, generations, schemaId });
}

/** Generations that a change belongs to. One that is about to be replaced gets nothing more. */
function generationsOf(known: TableCheckpoint, replacesLoading: boolean): Generation[] {
  const live = known.live !== null && !known.stale ? [known.live] : [];
  const loading = known.loading !== null && !replacesLoading ? [known.loading.generation] : [];
  return [...live, ...loading];
}

/** Why a table must be loaded (anew), or undefined. An operator's request needs no other reason and no cap. */
function causeOfReload(
  input: PollInput,
  observed: ObservedTable,
  known: TableCheckpoint | undefined,
  to: ChangeVersion,
): Cause | undefined {
  const asked = input.requested.get(observed.table);
  if (!known) return { reason: 'initial', detail: 'first load', historyLost: true };
  const lost = causeOfLoss(input, observed, known, to);
  if (asked) return { ...asked, historyLost: lost !== undefined || asked.reason === 'events-lost' };
  return lost;
}

function causeOfLoss(
  input: PollInput,
  observed: ObservedTable,
  known: TableCheckpoint,
  to: ChangeVersion,
): Cause | undefined {
  const lost = (reason: ReloadReason, detail: string): Cause => ({ reason, detail, historyLost: true });
  const version = input.checkpoint?.version ?? to;
  const { incarnation } = known;
  if (version > to) return lost('database-restored', `the source went back from version ${version} to ${to}`);
  if (incarnation.objectId !== observed.objectId)
    return lost('recreated', `object_id ${incarnation.objectId} became ${observed.objectId}`);
  if (incarnation.beginVersion !== observed.beginVersion) {
    const moved = `begin_version ${incarnation.beginVersion} became ${observed.beginVersion}`;
    return lost('truncated', `${moved}: truncated, or tracking was switched off and on`);
  }
  if (input.empty.has(observed.table))
    return lost('truncated', 'empty, though nothing was committed since tracking began');
  if (observed.minValid !== null && observed.minValid > version)
    return lost('history-expired', `changes after ${version} are kept only from ${observed.minValid} on`);
  const shape = input.shapes.get(observed.table);
  if (shape?.change === 'incompatible') return lost('schema-changed', shape.detail);
  if (known.stale && known.loading === null)
    return lost('history-expired', 'could not be read for a while, so changes were missed');
  if (known.live === null && known.loading === null) return lost('initial', 'first load');
  return undefined;
}

function goneTables({ checkpoint, observation }: PollInput): PollPlan['waiting'][number][] {
  const seen = new Set<string>(observation.tables.map((each) => each.table));
  return Object.keys(checkpoint?.tables ?? {})
    .filter((table) => !seen.has(table))
    .map((table) => ({
      table: table as TableId,
      detail: `${table} is gone or no longer tracked: ALTER TABLE … ENABLE CHANGE_TRACKING, or exclude it`,
    }));
}

/**
 * Tables whose truncation neither min_valid nor begin_version would show: tracking began at the version we are at, and
 * TRUNCATE does not advance it. For these the poll asks whether they still hold a row.
 */
export function blindTables(checkpoint: Checkpoint | null, observation: Observation): TableId[] {
  if (checkpoint === null) return [];
  if (checkpoint.version !== observation.currentVersion) return [];
  return observation.tables
    .filter(({ table, beginVersion }) => {
      const known = checkpoint.tables[table];
      const rows = known?.loading ? known.loading.rowsDone : (known?.rowsLoaded ?? 0);
      return beginVersion === checkpoint.version && rows > 0;
    })
    .map(({ table }) => table);
}
