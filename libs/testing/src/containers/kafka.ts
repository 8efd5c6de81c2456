import { createServer, type AddressInfo } from 'node:net';
import { createKafka } from '@thalamus/kafka';
import { GenericContainer } from 'testcontainers';
import { engineHost } from './container-engine.js';
import { images } from './images.js';
import { serve, type Served } from './served.js';
import { untilAnswers } from './until-answers.js';

const port = 29092;
const startsWithinMs = 90_000;

/** One broker of Apache Kafka's own image. A broker tells its clients its address, so the port is chosen before it starts. */
export async function startKafka(): Promise<Served<readonly string[]>> {
  const published = await freePort();
  const broker = `${await engineHost()}:${published}`;
  const container = await new GenericContainer(images.kafka)
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@127.0.0.1:9093',
      KAFKA_LISTENERS: `CONTROLLER://127.0.0.1:9093,INTERNAL://127.0.0.1:9092,HOST://0.0.0.0:${port}`,
      KAFKA_ADVERTISED_LISTENERS: `INTERNAL://127.0.0.1:9092,HOST://${broker}`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,INTERNAL:PLAINTEXT,HOST:PLAINTEXT',
      KAFKA_INTER_BROKER_LISTENER_NAME: 'INTERNAL',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
    })
    .withExposedPorts({ container: port, host: published })
    .withStartupTimeout(startsWithinMs)
    .start();
  return serve(container, [broker], () =>
    untilAnswers('Kafka', startsWithinMs, async () => {
      const admin = createKafka({ brokers: [broker], clientId: 'conformance' }).admin();
      await admin.connect();
      try {
        if ((await admin.describeCluster()).brokers.length === 0)
          throw new Error('no broker is registered yet');
      } finally {
        await admin.disconnect();
      }
    }),
  );
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, () => {
      const { port: chosen } = server.address() as AddressInfo;
      server.close(() => resolve(chosen));
    });
  });
}
