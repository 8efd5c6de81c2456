import type { Signal, TableId } from '@thalamus/contracts';
import { splitTableId } from '@thalamus/contracts';
import { stopLoads, type PollInput } from '@thalamus/core/capture';
import { matchesTable } from '@thalamus/core/change';
import type { CaptureTurn } from './capture-turn.js';

type Requested = Map<TableId, PollInput['requested'] extends ReadonlyMap<TableId, infer R> ? R : never>;

/**
 * What a signal changes: the checkpoint at once (pause, resume, stop-snapshot), or the next poll (execute-snapshot, whose
 * tables are added to `requested`).
 */
export function applySignal(turn: CaptureTurn, signal: Signal, requested: Requested): void {
  const { log, checkpoint } = turn;
  switch (signal.type) {
    case 'pause':
    case 'resume': {
      const paused = signal.type === 'pause';
      log.info({ signal: signal.id }, paused ? 'paused by signal' : 'resumed by signal');
      if (paused !== checkpoint.paused) turn.checkpoint = { ...checkpoint, paused };
      return;
    }
    case 'execute-snapshot': {
      const reason = signal.data.reason === 'events-lost' ? 'events-lost' : 'requested';
      const tables = tablesOf(turn, signal);
      for (const table of tables)
        requested.set(table, { reason, detail: signal.data.reason ?? `asked for by signal ${signal.id}` });
      if (tables.length === 0) log.warn({ signal }, 'no table of this group fits the signal');
      return;
    }
    case 'stop-snapshot': {
      const { checkpoint: after, stopped, refused } = stopLoads(checkpoint, tablesOf(turn, signal));
      log.info({ signal: signal.id, stopped, refused }, 'loads stopped by signal');
      turn.checkpoint = after;
      return;
    }
  }
}

function tablesOf({ checkpoint }: CaptureTurn, signal: Signal): TableId[] {
  const patterns = signal.data['data-collections'] ?? ['*.*'];
  return (Object.keys(checkpoint.tables) as TableId[]).filter((table) => {
    const names = splitTableId(table);
    return patterns.includes(table) || matchesTable(patterns, names.schema, names.table);
  });
}
