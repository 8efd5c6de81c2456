import { createSample, runTraffic, seedSample } from '@thalamus/sample-gme';
import { onContainers, startKafka, startS3, startSqlServer } from '@thalamus/testing/containers';
import { expectEqual } from '../equality.js';
import { eventually, PipelineUnderTest } from '../pipeline-under-test.js';

/** The pipeline between servers of their vendors: nothing of the source, of Kafka and of the store is ours. */
await onContainers(
  "a pipeline from the vendor's SQL Server over Kafka and S3 to the Redshift emulator",
  ['sqlserver', 'kafka', 's3'],
  () => {
    const servers = new AsyncDisposableStack();
    let pipeline: PipelineUnderTest;

    beforeAll(async () => {
      const source = servers.use(await startSqlServer('gme'));
      const kafka = servers.use(await startKafka());
      const s3 = servers.use(await startS3());
      pipeline = servers.use(
        await PipelineUnderTest.start({
          config: 'samples/gme/pipeline.yaml',
          sourceDatabase: 'gme',
          infrastructure: ['postgres', 'redshift-emulator'],
          servers: {
            source: { ...source.address, controlUrl: '' },
            kafka: { brokers: kafka.address },
            s3: s3.address,
          },
          fill: async (pool) => {
            await createSample(pool);
            await seedSample(pool, { scale: 'small' });
          },
          services: [
            ['capture', 1],
            ['loader', 1],
          ],
        }),
      );
    }, 600_000);

    afterAll(() => servers.disposeAsync(), 60_000);

    it('initial-load-equals-source', async () => {
      await pipeline.caughtUp(240_000);
      await expectEqual(pipeline, { tables: 17 });
    }, 300_000);

    it('traffic-is-followed', async () => {
      const ending = new AbortController();
      const traffic = runTraffic({ pool: pipeline.pool, ratePerSecond: 15, seed: 21, signal: ending.signal });
      const before = pipeline.entries('batch.applied').length;
      try {
        await eventually(() => pipeline.entries('batch.applied').length > before + 2, {
          withinMs: 90_000,
          because: 'batches are applied during traffic',
        });
      } finally {
        ending.abort();
      }
      const summary = await traffic;
      expect(summary.done).toBeGreaterThan(0);
      expect(summary.failed).toBe(0);
      await pipeline.caughtUp();
      await expectEqual(pipeline, { tables: 17 });
    }, 300_000);

    it('no-loss-after-kill', async () => {
      await pipeline.stack.service('capture', 1).kill();
      await pipeline.execute('update dbo.Specialty set Name = Name');
      await pipeline.stack.service('capture', 1).start();
      await pipeline.stack.service('loader', 1).kill();
      await pipeline.execute('update dbo.Specialty set Name = Name');
      await pipeline.stack.service('loader', 1).start();
      await pipeline.caughtUp();
      await expectEqual(pipeline, { tables: 17 });
    }, 300_000);

    it('truncate-replaces', async () => {
      await pipeline.execute('truncate table dbo.FacultyAvailability');
      await eventually(
        () => pipeline.entries('generation.started').some((entry) => entry.data.reason === 'truncated'),
        { withinMs: 60_000, because: 'capture sees the truncation' },
      );
      await pipeline.caughtUp();
      await expectEqual(pipeline, { tables: 17 });
    }, 300_000);
  },
);
