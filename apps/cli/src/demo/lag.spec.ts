import { LagRecorder } from './lag.js';

const event = (offset: number, batch: number, writtenAt = 1000) => ({
  writtenAt,
  topic: 't',
  partition: 0,
  offset,
  batch,
});

describe('lag', () => {
  it('times each hop from the writer’s timestamp', () => {
    const lag = new LagRecorder();
    lag.published(event(5, 1), 1100);
    lag.staged({ topic: 't', partition: 0, from: 0, to: 5 }, 1200);
    expect(lag.count('S3')).toBe(0);
    lag.staged({ topic: 't', partition: 0, from: 5, to: 6 }, 1300);
    lag.applied(1, 1500);
    lag.reported(1, 2000);
    expect(['Kafka', 'S3', 'TASTG', 'TARPT'].map((hop) => lag.percentile(hop as 'S3', 0.5))).toEqual([
      100, 300, 500, 1000,
    ]);
  });

  it('counts a change once for each hop, however often the hop is announced', () => {
    const lag = new LagRecorder();
    lag.published(event(0, 1), 1100);
    lag.published(event(1, 2), 1100);
    lag.applied(1, 1500);
    lag.applied(1, 1900);
    expect(lag.count('TASTG')).toBe(1);
    lag.applied(2, 3000);
    expect(lag.percentile('TASTG', 1)).toBe(2000);
  });

  it('has no percentile of nothing, and the greatest at 1', () => {
    const lag = new LagRecorder();
    expect(lag.percentile('Kafka', 0.5)).toBeUndefined();
    for (let i = 1; i <= 100; i++) lag.published(event(i, 1, 0), i);
    expect([lag.percentile('Kafka', 0.5), lag.percentile('Kafka', 0.95), lag.percentile('Kafka', 1)]).toEqual(
      [50, 95, 100],
    );
  });
});
