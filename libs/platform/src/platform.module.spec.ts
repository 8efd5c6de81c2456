import 'reflect-metadata';
import { Test } from '@nestjs/testing';
import { environmentSchema, pipelineConfigSchema, Topics } from '@thalamus/contracts';
import { Health, Metrics, PlatformModule } from './index.js';

const settings = {
  config: pipelineConfigSchema.parse({ name: 'gme', source: { database: 'gme' } }),
  env: environmentSchema.parse({ THALAMUS_LOG_LEVEL: 'error' }),
  topics: new Topics('gme', 'gme'),
};

describe('platform', () => {
  it('serves health and metrics of its section only', async () => {
    const module = await Test.createTestingModule({
      imports: [PlatformModule.register('capture', settings)],
    }).compile();
    const app = module.createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    try {
      const url = await app.getUrl();
      expect((await fetch(`${url}/health/live`)).status).toBe(200);
      expect((await fetch(`${url}/health/ready`)).status).toBe(503);
      app.get(Health).report('kafka', true);
      app.get(Health).report('source', false, 'cannot be reached');
      const sick = await fetch(`${url}/health/ready`);
      expect(sick.status).toBe(503);
      expect(await sick.json()).toMatchObject({
        checks: { source: { ok: false, detail: 'cannot be reached' } },
      });
      app.get(Health).report('source', true);
      expect((await fetch(`${url}/health/ready`)).status).toBe(200);

      app.get(Metrics).inc('thalamus_capture_rows_total', { sync_group: 'gme', table: 'dbo.A' }, 3);
      const text = await (await fetch(`${url}/metrics`)).text();
      expect(text).toContain('thalamus_capture_rows_total{sync_group="gme",table="dbo.A"} 3');
      expect(text).not.toContain('thalamus_apply_');
    } finally {
      await app.close();
    }
  });
});
