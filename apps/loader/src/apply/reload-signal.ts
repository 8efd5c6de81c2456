import { randomUUID } from 'node:crypto';
import type { Signal, TableId } from '@thalamus/contracts';

/** Asks capture to load tables anew, as an operator would. */
export function reloadSignal(tables: readonly TableId[]): string {
  const signal: Signal = {
    id: randomUUID(),
    type: 'execute-snapshot',
    data: { 'data-collections': [...tables], type: 'incremental', reason: 'events-lost' },
  };
  return JSON.stringify(signal);
}
