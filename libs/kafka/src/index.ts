export {
  compressionType,
  consumerDefaults,
  createKafka,
  type Compression,
  type KafkaOptions,
} from './kafka-connection.js';
export { isFenced, translateKafkaError } from './kafka.errors.js';
export { controlTopics, ensureTopics, type TopicSpec } from './topic-admin.js';
export { encodeKey, murmur2, partitionOf } from './record-key.js';
export { endOffsets, readTopic, type ReadOptions } from './topic-reader.js';
export { journalEntry, JournalWriter, openProducer, type JournalWriterOptions } from './journal-writer.js';
export { readEntry, readJournal, type ReadJournalOptions } from './journal-reader.js';
export type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
export {
  CheckpointOwnership,
  type CheckpointOwnershipOptions,
  type Ownership,
} from './checkpoint-ownership.js';
export { topicPartitions } from './topic-partitions.js';
export { SignalConsumer, type SignalConsumerOptions } from './signal-consumer.js';
export {
  KafkaJsTransactionalProducer,
  type OutgoingRecord,
  type ProducerTransaction,
  type RecordLot,
  type TransactionalProducer,
  type TransactionalProducerOptions,
} from './transactional-producer.js';
