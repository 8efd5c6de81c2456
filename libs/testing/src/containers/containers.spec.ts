import { azureSqlAnswers } from '../azure-sql/azure-sql-answers.js';
import { azureSqlConformance } from '../azure-sql/azure-sql-conformance.js';
import type { AzureSqlAddress } from '../azure-sql/conformance-database.js';
import { kafkaConformance } from '../kafka/kafka-conformance.js';
import { stackStore } from '../object-store/object-store-address.js';
import { objectStoreConformance } from '../object-store/object-store-conformance.js';
import { onContainers } from './container-engine.js';
import { startKafka } from './kafka.js';
import { startS3, type ServedStore } from './s3.js';
import type { Served } from './served.js';
import { startSqlServer } from './sql-server.js';

/** Starts a server before the tests, stops it after them, and gives its address in between. */
function serving<T>(start: () => Promise<Served<T>>): () => T {
  let served: Served<T> | undefined;
  beforeAll(async () => {
    served = await start();
  }, 240_000);
  afterAll(() => served?.[Symbol.asyncDispose](), 30_000);
  return () => {
    if (served === undefined) throw new Error('the container did not start; see the error of its set-up');
    return served.address;
  };
}

await onContainers("the vendor's SQL Server in a container", ['sqlserver'], () => {
  const address = serving<AzureSqlAddress>(() => startSqlServer('conformance'));
  azureSqlAnswers(address);
  azureSqlConformance(address);
});

await onContainers('Apache Kafka in a container', ['kafka'], () => {
  kafkaConformance(serving<readonly string[]>(startKafka));
});

await onContainers('SeaweedFS in a container', ['s3'], () => {
  const store = serving<ServedStore>(startS3);
  objectStoreConformance(() => stackStore(store()));
});
