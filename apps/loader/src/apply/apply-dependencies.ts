import type { PipelineConfig, Topics } from '@thalamus/contracts';
import type { JournalWriter, Kafka } from '@thalamus/kafka';
import type { ObjectStore } from '@thalamus/object-store';
import type { Health, Logger, Metrics } from '@thalamus/platform';
import type { OperationsStore, Warehouse } from '@thalamus/redshift';
import type { RecordWriter } from '../record-writer.js';
import type { SchemaRegistry } from '../schema-registry.js';

/** What the apply role works with. */
export interface ApplyDependencies {
  readonly kafka: Kafka;
  readonly config: PipelineConfig;
  readonly topics: Topics;
  readonly store: ObjectStore;
  readonly warehouse: Warehouse;
  readonly operations: OperationsStore;
  readonly iamRole: string;
  readonly schemas: SchemaRegistry;
  readonly journal: JournalWriter;
  readonly records: RecordWriter;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly log: Logger;
}
