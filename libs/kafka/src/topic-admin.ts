import type { Kafka } from 'kafkajs';
import type { PipelineConfig, Topics } from '@thalamus/contracts';
import { translateKafkaError } from './kafka.errors.js';

export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly config?: Readonly<Record<string, string>>;
}

const compacted = {
  'cleanup.policy': 'compact',
  'min.cleanable.dirty.ratio': '0.1',
  'segment.ms': '3600000',
};
const forever = { 'cleanup.policy': 'delete', 'retention.ms': String(90 * 24 * 3600 * 1000) };

/** The topics every service may rely on. One partition each: their order is their meaning. */
export function controlTopics(topics: Topics, config: PipelineConfig): TopicSpec[] {
  const one = { partitions: 1, replicationFactor: config.kafka.replicationFactor };
  return [
    { topic: topics.journal, ...one, config: forever },
    { topic: topics.signals, ...one, config: forever },
    { topic: topics.checkpoints, ...one, config: compacted },
    { topic: topics.schemas, ...one, config: compacted },
    { topic: topics.rejected, ...one, config: forever },
  ];
}

/** Creates what is missing; several services may do so at once. Existing topics are left as they are. */
export async function ensureTopics(kafka: Kafka, specs: readonly TopicSpec[]): Promise<void> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const present = new Set(await admin.listTopics());
    const missing = specs.filter((spec) => !present.has(spec.topic));
    if (missing.length === 0) return;
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map((spec) => ({
        topic: spec.topic,
        numPartitions: spec.partitions,
        replicationFactor: spec.replicationFactor,
        configEntries: Object.entries(spec.config ?? {}).map(([name, value]) => ({ name, value })),
      })),
    });
  } catch (error) {
    throw translateKafkaError(error, `creating topics ${specs.map((spec) => spec.topic).join(', ')}`);
  } finally {
    await admin.disconnect();
  }
}
