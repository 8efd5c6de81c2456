import { createKafka } from '@thalamus/kafka';
import { ownership } from './ownership.js';
import { partitioning } from './partitioning.js';
import { transactionalProducing } from './transactional-producing.js';

/**
 * What capture, loader and journal rely on of Kafka, by libs/kafka, as tests to be registered inside a `describe`. Each
 * run makes topics of its own and leaves them, as a broker's retention does.
 */
export function kafkaConformance(brokers: () => readonly string[]): void {
  describe('keeps the promises that capture and loader rely on', () => {
    // One client for each test: a broken connection of one is not inherited by the next.
    const kafka = () => createKafka({ brokers: brokers(), clientId: 'conformance' });
    transactionalProducing(kafka);
    ownership(kafka);
    partitioning(kafka);
  });
}
