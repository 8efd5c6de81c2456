import type { Rejected } from '@thalamus/contracts';
import { batchNumber, offset } from '@thalamus/contracts';
import type { Segment } from './segment.js';

/** Dead letters of a segment's unfit events. */
export function rejectedEvents(segment: Segment, timeIso: string): Rejected[] {
  return segment.unfit.map((unfit) => ({
    id: `${segment.topic}-${segment.partition}-${unfit.offset}`,
    time: timeIso,
    table: segment.identity.table,
    batch: batchNumber(segment.identity.batch),
    topic: segment.topic,
    partition: segment.partition,
    offset: offset(unfit.offset),
    code: 'THAL-K004',
    reason: unfit.reason,
    column: unfit.column,
    event: unfit.event,
    replay: replayHint(segment.identity.table),
  }));
}

/** How an operator brings a rejected row in once its cause is mended. */
export function replayHint(table: string): string {
  return `mend the row in the source (an update is captured again), or: thalamus reload ${table}`;
}
