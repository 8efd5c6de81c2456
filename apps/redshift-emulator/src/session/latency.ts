/**
 * Delays that make the emulator as slow as a cluster, in milliseconds. `--latency real` takes the figures of
 * {@link REAL_LATENCY}; each says where it is from. What is measured here includes the emulator's own work, which comes
 * on top.
 */
export interface Latency {
  /** Added to each statement: the leader node plans it and sends it to the compute nodes. */
  readonly statementMs: number;
  /** Added to each COPY and UNLOAD beyond the statement's: listing and opening files, distributing rows. */
  readonly transferMs: number;
  /** Added to each definition (CREATE, ALTER, DROP, TRUNCATE) beyond the statement's. */
  readonly definitionMs: number;
  /** Each commit holds the cluster-wide queue so long. */
  readonly commitMs: number;
}

/** No delays. */
export const NO_LATENCY: Latency = { statementMs: 0, transferMs: 0, definitionMs: 0, commitMs: 0 };

/** A delay, and where it is from. */
export interface LatencyFigure {
  readonly delay: keyof Latency;
  readonly ms: number;
  /** A public figure; or an estimate, with its reasoning. */
  readonly source: string;
}

/** About what a Serverless workgroup of 8 RPU takes once it is awake. docs/lists.md is made from this. */
export const REAL_LATENCY_FIGURES: readonly LatencyFigure[] = [
  {
    delay: 'statementMs',
    ms: 60,
    source:
      'measured by others: 50 to 100 ms for a further statement of an open session (zhiweio.github.io/redshift-spectra, performance overview); the first run of a new plan takes seconds, which is not imitated',
  },
  {
    delay: 'commitMs',
    ms: 500,
    source:
      'reported: about a second a commit on small RA3 nodes, one at a time (github.com/dbt-labs/dbt-core/issues/3112, 2021); AWS has made commits faster since and publishes no figure, so half of it is taken',
  },
  {
    delay: 'transferMs',
    ms: 900,
    source:
      'estimate: no figure was found for a COPY of one small file; it reads manifest and file from S3 (some 100 ms each), distributes and writes blocks to managed storage, and users tell of one to two seconds in all',
  },
  {
    delay: 'definitionMs',
    ms: 150,
    source:
      'estimate: no figure was found; a change of the catalogue on the leader node, told to the compute nodes, is taken for two to three statements',
  },
];

function delayOf(delay: keyof Latency): number {
  return REAL_LATENCY_FIGURES.find((figure) => figure.delay === delay)?.ms ?? 0;
}

/** The figures as delays. */
export const REAL_LATENCY: Latency = {
  statementMs: delayOf('statementMs'),
  transferMs: delayOf('transferMs'),
  definitionMs: delayOf('definitionMs'),
  commitMs: delayOf('commitMs'),
};
