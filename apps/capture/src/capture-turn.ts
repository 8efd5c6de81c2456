import type { Checkpoint, PipelineConfig } from '@thalamus/contracts';
import type { TransactionalProducer } from '@thalamus/kafka';
import type { Source } from '@thalamus/core/capture';
import type { Logger, Metrics } from '@thalamus/platform';
import type { EventOutbox } from './event-outbox.js';
import type { SchemaRegistry } from './schema-registry.js';

/** What one turn of ownership works with. The checkpoint is replaced only after its transaction has committed. */
export interface CaptureTurn {
  readonly config: PipelineConfig;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly producer: TransactionalProducer;
  readonly source: Source;
  readonly registry: SchemaRegistry;
  readonly outbox: EventOutbox;
  readonly now: () => Date;
  checkpoint: Checkpoint;
}
