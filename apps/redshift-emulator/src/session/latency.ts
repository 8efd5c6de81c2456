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

/**
 * About what a Serverless workgroup of 8 RPU takes once it is awake.
 *
 * - `commitMs`: commits are written to S3 one at a time, "about a second" each on the small RA3 nodes that Serverless
 *   shares its storage with (github.com/dbt-labs/dbt-core/issues/3112, 2021). AWS has made commits faster since and
 *   publishes no figure; half of it is taken.
 * - `statementMs`, `transferMs`, `definitionMs`: estimates, because no published figure was found. They stand for a
 *   compiled plan (the first run of a new plan takes seconds, which is not imitated), for a COPY of one small file
 *   (one to two seconds in practice) and for a change of the catalogue.
 */
export const REAL_LATENCY: Latency = {
  statementMs: 60,
  transferMs: 900,
  definitionMs: 150,
  commitMs: 500,
};
