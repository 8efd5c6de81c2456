import { describeProblems, environmentSchema, pipelineConfigSchema } from './index.js';

describe('pipeline.yaml', () => {
  it('needs a name and a database, and has a default for everything else', () => {
    const config = pipelineConfigSchema.parse({ name: 'gme', source: { database: 'gme' } });
    expect(config.source.tables).toEqual(['dbo.*']);
    expect(config.text).toEqual({ maxChars: 1000, binary: 'omit' });
    expect(config.capture.minPollMs).toBe(500);
  });

  it('reports every problem at once, each with its place', () => {
    const result = pipelineConfigSchema.safeParse({ name: 'G M E', source: { tables: ['x'] }, typo: 1 });
    const problems = describeProblems(result.error!);
    expect(problems.join('\n')).toContain('source.database');
    expect(problems.join('\n')).toContain('source.tables.0: schema.table, * allowed');
    expect(problems.join('\n')).toContain('typo');
  });
});

describe('environment', () => {
  it('has defaults for a local stack and reads flags and lists', () => {
    const env = environmentSchema.parse({
      THALAMUS_KAFKA_BROKERS: 'a:1, b:2',
      THALAMUS_SOURCE_ENCRYPT: 'false',
    });
    expect(env.THALAMUS_KAFKA_BROKERS).toEqual(['a:1', 'b:2']);
    expect(env.THALAMUS_SOURCE_ENCRYPT).toBe(false);
  });
});
