import client from 'prom-client';
import { metricsCatalogue, type MetricDefinition, type MetricName } from '@thalamus/contracts';

type LabelOf<N extends MetricName> = (typeof metricsCatalogue)[N]['labels'][number];
export type Labels<N extends MetricName> = Record<LabelOf<N>, string>;

type NamesOf<T extends MetricDefinition['type']> = {
  [N in MetricName]: (typeof metricsCatalogue)[N]['type'] extends T ? N : never;
}[MetricName];

/** The service's metrics: those of the catalogue that belong to it, and the process's own. */
export class Metrics {
  readonly registry = new client.Registry();
  private readonly metrics = new Map<string, client.Counter | client.Gauge | client.Histogram>();

  /** @param sections the `<service>` parts of metric names this process exports, e.g. `['stage', 'apply']` */
  constructor(sections: readonly string[]) {
    client.collectDefaultMetrics({ register: this.registry });
    for (const [name, definition] of Object.entries<MetricDefinition>(metricsCatalogue)) {
      if (sections.includes(name.split('_')[1] ?? '')) this.metrics.set(name, this.create(name, definition));
    }
  }

  inc<N extends NamesOf<'counter'>>(name: N, labels: Labels<N>, by = 1): void {
    this.get(name, client.Counter).inc(labels, by);
  }

  set<N extends NamesOf<'gauge'>>(name: N, labels: Labels<N>, value: number): void {
    this.get(name, client.Gauge).set(labels, value);
  }

  observe<N extends NamesOf<'histogram'>>(name: N, labels: Labels<N>, value: number): void {
    this.get(name, client.Histogram).observe(labels, value);
  }

  private get<M extends client.Counter | client.Gauge | client.Histogram>(
    name: string,
    kind: new (...args: never[]) => M,
  ): M {
    const metric = this.metrics.get(name);
    if (!(metric instanceof kind)) throw new TypeError(`${name} is not a metric of this service`);
    return metric;
  }

  private create(name: string, { type, help, labels, buckets }: MetricDefinition) {
    const options = { name, help, labelNames: [...labels], registers: [this.registry] };
    if (type === 'counter') return new client.Counter(options);
    if (type === 'gauge') return new client.Gauge(options);
    return new client.Histogram(buckets ? { ...options, buckets: [...buckets] } : options);
  }
}
