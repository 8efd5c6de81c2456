import {
  parseCheckpoint,
  pipelineConfigSchema,
  tableSchemaSchema,
  Topics,
  type PipelineConfig,
} from '@thalamus/contracts';
import { emptyCheckpoint, type Source } from '@thalamus/core/capture';
import { createLogger, Metrics } from '@thalamus/platform';
import type { CaptureTurn } from '../capture-turn.js';
import { EventOutbox } from '../event-outbox.js';
import { SchemaRegistry } from '../schema-registry.js';
import type { MemoryLog } from './memory-log.js';

export const topics = new Topics('gme', 'db');

export function testConfig(capture: Partial<PipelineConfig['capture']> = {}): PipelineConfig {
  const config = pipelineConfigSchema.parse({ name: 'gme', source: { database: 'db' } });
  return { ...config, capture: { ...config.capture, chunkRows: 2, maxReloadsPerDay: 1000, ...capture } };
}

const metrics = new Metrics(['capture']);
const log = createLogger('test', 'silent');

/** A take-over: fences, restores checkpoint and schemas from what is committed. */
export function takeOver(
  memory: MemoryLog,
  source: Source,
  config: PipelineConfig,
  now: () => Date,
): CaptureTurn {
  const producer = memory.producer();
  const checkpoint = memory.lastValue(topics.checkpoints, config.name);
  const schemas = memory
    .visible(topics.schemas)
    .map(({ value }) => tableSchemaSchema.parse(JSON.parse(value ?? '')));
  const provideTopics = (specs: readonly { topic: string }[]): Promise<Map<string, number>> =>
    Promise.resolve(new Map(specs.map(({ topic }) => [topic, 3])));
  return {
    config,
    log,
    metrics,
    producer,
    source,
    registry: new SchemaRegistry(topics.schemas, schemas),
    outbox: new EventOutbox(provideTopics, topics, config, 0, now),
    now,
    checkpoint: checkpoint === null ? emptyCheckpoint(config.name) : parseCheckpoint(checkpoint),
  };
}
