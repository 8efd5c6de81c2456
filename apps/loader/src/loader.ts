import type { INestApplication } from '@nestjs/common';
import { isPipelineError } from '@thalamus/contracts';
import { controlTopics, createKafka, ensureTopics, JournalWriter } from '@thalamus/kafka';
import { ObjectStore } from '@thalamus/object-store';
import {
  Health,
  LOG,
  Metrics,
  retrying,
  storeAddress,
  warehouseAddress,
  type Logger,
  type Settings,
  type Stoppable,
} from '@thalamus/platform';
import { OperationsStore, Warehouse } from '@thalamus/redshift';
import { ApplyRunner } from './apply/apply.runner.js';
import { RecordWriter } from './record-writer.js';
import { SchemaRegistry } from './schema-registry.js';
import { StageRunner } from './stage/stage.runner.js';

/** Starts the roles this process plays; stops them in reverse order. */
export async function startLoader(app: INestApplication, settings: Settings): Promise<Stoppable> {
  const { config, env, topics } = settings;
  const log = app.get<Logger>(LOG);
  const kafka = createKafka({ brokers: env.THALAMUS_KAFKA_BROKERS, clientId: 'thalamus-loader' });
  // A broker that has just started answers for a topic before it serves it.
  await retrying(() => ensureTopics(kafka, controlTopics(topics, config)), {
    attempts: 10,
    baseMs: 200,
    maxMs: 5000,
    onRetry: (error) => log.warn({ err: error }, 'control topics are not ready; trying again'),
  });
  const schemas = new SchemaRegistry(kafka, topics);
  await schemas.start();
  const records = await RecordWriter.open(kafka);
  const store = new ObjectStore(storeAddress(env));
  const shared = {
    kafka,
    config,
    topics,
    store,
    schemas,
    records,
    metrics: app.get(Metrics),
    health: app.get(Health),
    log,
  };

  const roles: (Stoppable & { finished: Promise<never> })[] = [];
  const closing: (() => Promise<void>)[] = [];
  const journals: JournalWriter[] = [];
  if (env.THALAMUS_LOADER_ROLES.includes('stage')) {
    const journal = await JournalWriter.open(kafka, topics, { source: '/loader/stage' });
    journals.push(journal);
    roles.push(await StageRunner.start({ ...shared, journal }));
  }
  if (env.THALAMUS_LOADER_ROLES.includes('apply')) {
    const journal = await JournalWriter.open(kafka, topics, { source: '/loader/apply' });
    journals.push(journal);
    const warehouse = new Warehouse({
      ...warehouseAddress(env),
      // One more than COPYs: tables are dropped while another connection holds a session.
      maxConnections: config.apply.copyConcurrency + 1,
      applicationName: 'thalamus-loader',
    });
    closing.push(() => warehouse.close());
    roles.push(
      await ApplyRunner.start({
        ...shared,
        journal,
        warehouse,
        operations: new OperationsStore(config.warehouse.operationsSchema, config.name),
        iamRole: env.THALAMUS_WAREHOUSE_IAM_ROLE,
      }),
    );
  }
  return {
    finished: Promise.race([...roles.map((role) => role.finished), schemas.finished]).catch(
      async (error: unknown) => {
        await tellHalt(journals[0], config.name, error, log);
        throw error;
      },
    ),
    stop: async () => {
      await Promise.all(roles.map((role) => role.stop()));
      const journalsClosed = journals.map((journal) => journal.close());
      await Promise.all([
        ...closing.map((close) => close()),
        ...journalsClosed,
        schemas.stop(),
        records.close(),
      ]);
      store[Symbol.dispose]();
    },
  };
}

/** Tells the journal, so that console and API show who stopped and why; if that fails too, the log has it. */
async function tellHalt(
  journal: JournalWriter | undefined,
  group: string,
  error: unknown,
  log: Logger,
): Promise<void> {
  const code = isPipelineError(error) ? error.code : 'THAL-X002';
  const message = error instanceof Error ? error.message : String(error);
  try {
    await journal?.append('service.halted', group, { service: 'loader', code, message });
  } catch (journalError) {
    log.warn({ err: journalError }, 'the journal could not be told of the halt');
  }
}
