/** Where a change is on its way, seen from the transaction that made it. */
export const hops = ['Kafka', 'S3', 'TASTG', 'TARPT'] as const;
export type Hop = (typeof hops)[number];

interface Waiting {
  readonly writtenAt: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly batch: number;
}

/**
 * Measures how long changes take to each hop, from a timestamp that the writer put into the row: what the pipeline says of
 * itself is not asked. Times are ms since the epoch.
 */
export class LagRecorder {
  private readonly samples: Record<Hop, number[]> = { Kafka: [], S3: [], TASTG: [], TARPT: [] };
  private unstaged: Waiting[] = [];
  private unapplied: Waiting[] = [];
  private unreported: Waiting[] = [];

  /** A change event was read by a consumer of committed records. */
  published(event: Waiting, at: number): void {
    this.samples.Kafka.push(at - event.writtenAt);
    this.unstaged.push(event);
    this.unapplied.push(event);
    this.unreported.push(event);
  }

  staged(segment: { topic: string; partition: number; from: number; to: number }, at: number): void {
    this.unstaged = this.arrive('S3', this.unstaged, at, (event) => {
      const { topic, partition, offset } = event;
      const here = topic === segment.topic && partition === segment.partition;
      return here && offset >= segment.from && offset < segment.to;
    });
  }

  applied(batch: number, at: number): void {
    this.unapplied = this.arrive('TASTG', this.unapplied, at, (event) => event.batch <= batch);
  }

  reported(batch: number, at: number): void {
    this.unreported = this.arrive('TARPT', this.unreported, at, (event) => event.batch <= batch);
  }

  /** Share `p` of the changes took at most this long; undefined before the first one arrived. */
  percentile(hop: Hop, p: number): number | undefined {
    const sorted = this.samples[hop].toSorted((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)];
  }

  count(hop: Hop): number {
    return this.samples[hop].length;
  }

  private arrive(hop: Hop, waiting: Waiting[], at: number, has: (event: Waiting) => boolean): Waiting[] {
    const rest: Waiting[] = [];
    for (const event of waiting) {
      if (has(event)) this.samples[hop].push(at - event.writtenAt);
      else rest.push(event);
    }
    return rest;
  }
}
