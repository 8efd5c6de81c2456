import type { Kafka } from 'kafkajs';
import { translateKafkaError } from './kafka.errors.js';

/** Number of partitions of each topic as the brokers have it: somebody may have added some. */
export async function topicPartitions(kafka: Kafka, topics: readonly string[]): Promise<Map<string, number>> {
  if (topics.length === 0) return new Map();
  const admin = kafka.admin();
  try {
    await admin.connect();
    const metadata = await admin.fetchTopicMetadata({ topics: [...topics] });
    return new Map(metadata.topics.map(({ name, partitions }) => [name, partitions.length]));
  } catch (error) {
    throw translateKafkaError(error, `asking for the partitions of ${topics.join(', ')}`);
  } finally {
    await admin.disconnect();
  }
}
