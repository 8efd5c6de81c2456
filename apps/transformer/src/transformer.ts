import type { INestApplication } from '@nestjs/common';
import { controlTopics, createKafka, ensureTopics, JournalWriter } from '@thalamus/kafka';
import { ObjectStore } from '@thalamus/object-store';
import {
  Health,
  JournalServer,
  LOG,
  Metrics,
  storeAddress,
  warehouseAddress,
  type Logger,
  type Settings,
  type Stoppable,
} from '@thalamus/platform';
import { LedgerStore, RunsStore, Warehouse } from '@thalamus/redshift';
import { createBackend } from '@thalamus/spark';
import { watchOwnership } from './ownership.js';
import { Publisher } from './publish/publisher.js';
import { CutReader } from './run/cut.reader.js';
import { RunLoop } from './run/run.loop.js';
import { RunReporter } from './run/run.reporter.js';
import { RunRunner } from './run/run.runner.js';
import { Schemas } from './run/schemas.js';
import { Triggers } from './triggers.js';

const copiesAtATime = 4;

/** Starts running models for applied batches; without a package of models it only says so. */
export async function startTransformer(app: INestApplication, settings: Settings): Promise<Stoppable> {
  const { config, env, topics } = settings;
  const log = app.get<Logger>(LOG);
  const health = app.get(Health);
  if (config.transform.package === null) {
    health.report('runs', true, 'no transform.package: mirror only');
    return { stop: () => Promise.resolve() };
  }
  const kafka = createKafka({ brokers: env.THALAMUS_KAFKA_BROKERS, clientId: 'thalamus-transformer' });
  await ensureTopics(kafka, controlTopics(topics, config));
  const journal = await JournalWriter.open(kafka, topics, { source: '/transformer' });
  const warehouse = new Warehouse({
    ...warehouseAddress(env),
    // One more than COPYs: tables are dropped while another connection holds a session.
    maxConnections: copiesAtATime + 1,
    applicationName: 'thalamus-transformer',
  });
  const store = new ObjectStore(storeAddress(env));
  const reporter = new RunReporter(config.name, { journal, metrics: app.get(Metrics), health, log });
  const runner = createRunner(config.transform.package, settings, { warehouse, store, reporter, log });

  let tookOver = false;
  const loop = new RunLoop({
    debounceMs: config.transform.debounceMs,
    run: async (signal) => {
      if (!tookOver) await runner.takeOver(signal);
      tookOver = true;
      const due = await runner.run(signal);
      if (!due) log.debug('nothing is due');
    },
    onFailure: (error, retryInMs) => reporter.failed(error, retryInMs),
  });
  app.get(Triggers).listen((applied) => {
    runner.applied(applied);
    loop.tell();
  });
  health.report('runs', true, 'no run yet');

  const finished = new Promise<void>((_resolve, reject) => {
    const strategy = new JournalServer({
      kafka: watchOwnership(kafka, topics.journal, (owner) => {
        if (!owner) tookOver = false;
        reporter.ownership(owner);
        loop.own(owner);
      }),
      topic: topics.journal,
      groupId: `thalamus.transformer.${config.name}`,
      // Without a commit the first look at the ledger tells all there is to know.
      fromBeginning: false,
      onCrash: reject,
    });
    app.connectMicroservice({ strategy });
  });
  loop.start();
  await app.startAllMicroservices();
  return {
    finished,
    stop: async () => {
      await loop.stop();
      await Promise.all([journal.close(), warehouse.close()]);
      store[Symbol.dispose]();
    },
  };
}

function createRunner(
  packageName: string,
  { config, env }: Settings,
  use: { warehouse: Warehouse; store: ObjectStore; reporter: RunReporter; log: Logger },
): RunRunner {
  const { warehouse, store, reporter, log } = use;
  const shared = {
    warehouse,
    store,
    ledger: new LedgerStore(config.warehouse.operationsSchema, config.name),
    runs: new RunsStore(config.warehouse.operationsSchema),
    schemas: new Schemas(config.warehouse),
    iamRole: env.THALAMUS_WAREHOUSE_IAM_ROLE,
  };
  const onLeftover = (error: unknown): void => log.warn({ err: error }, 'something of a run was left behind');
  return new RunRunner({
    package: packageName,
    prefix: `${config.stage.prefix}/runs/${config.name}/`,
    backend: createBackend({ backend: config.transform.backend, url: env.THALAMUS_SPARK_URL }),
    cuts: new CutReader(shared),
    publisher: new Publisher({ ...shared, concurrency: copiesAtATime, onLeftover }),
    store,
    reporter,
    onLeftover,
  });
}
