import { onRealServer, required } from '../real-server.js';
import { kafkaConformance } from './kafka-conformance.js';

// npm test names the broker of its own local stack, which is Apache Kafka itself.
onRealServer('Apache Kafka', ['KAFKA_BROKERS'], () => {
  kafkaConformance(() => required('KAFKA_BROKERS').split(','));
});
