/**
 * What a runner does with an error: `retry` the same work after a pause, `reject` the row and go on, `halt` and wait for
 * a person.
 */
export type Disposition = 'retry' | 'reject' | 'halt';

export interface ErrorHelp {
  readonly disposition: Disposition;
  /** What it means, in one sentence. */
  readonly meaning: string;
  /** When it is normal and needs nobody. */
  readonly normal: string;
  /** What to do when it does not pass. */
  readonly remedy: string;
}

/**
 * Every error this product raises. S source, K Kafka, W warehouse, O object store, C compute, X configuration.
 * The reference page for operators is generated from this table.
 */
export const errorCatalogue = {
  'THAL-S001': {
    disposition: 'retry',
    meaning: 'The source cannot be reached or dropped the connection.',
    normal: 'During a failover or a scale operation of Azure SQL, for a minute or two.',
    remedy: 'Check host, firewall and THALAMUS_SOURCE_*; look at the status page of the database.',
  },
  'THAL-S002': {
    disposition: 'retry',
    meaning: 'The source is throttling (10928, 10929, 40501, 49918…).',
    normal: 'In bursts, when the database is at its resource limit.',
    remedy: 'Raise the service objective, or capture.maxPollMs and capture.chunkRows.',
  },
  'THAL-S003': {
    disposition: 'halt',
    meaning: 'The source refused the login or a permission.',
    normal: 'Never.',
    remedy:
      'Grant SELECT and VIEW CHANGE TRACKING on the tables and VIEW DATABASE STATE; check the password.',
  },
  'THAL-S004': {
    disposition: 'retry',
    meaning: 'A transaction at the source was chosen as a victim (1205, 3960, 3961, 1222).',
    normal: 'Now and then under load or while a table is being altered.',
    remedy: 'If it lasts, look for a long blocking transaction at the source.',
  },
  'THAL-S005': {
    disposition: 'halt',
    meaning: 'The source is a read-only replica.',
    normal: 'Never: change tracking cannot be read there.',
    remedy: 'Point THALAMUS_SOURCE_HOST at the primary.',
  },
  'THAL-S006': {
    disposition: 'halt',
    meaning: 'Change tracking is off for the database or a table.',
    normal: 'Never.',
    remedy: 'Switch it on as the message says, or exclude the table.',
  },
  'THAL-S007': {
    disposition: 'halt',
    meaning:
      'A table would need an automatic reload, but its cap is reached or capture.onHistoryLost is halt.',
    normal: 'Never.',
    remedy: 'Find what truncates, re-creates or expires the table; then ask for a reload by signal.',
  },
  'THAL-S008': {
    disposition: 'halt',
    meaning: 'A column has a type that is not mapped, or names collide.',
    normal: 'Never.',
    remedy: 'Exclude the column or give it a cast in pipeline.yaml.',
  },
  'THAL-S009': {
    disposition: 'halt',
    meaning: 'The source answered with an error that is not known.',
    normal: 'Never.',
    remedy: 'Read the cause; report it if it should have been known.',
  },
  'THAL-S010': {
    disposition: 'retry',
    meaning: 'The shape of a table changed between discovery and reading.',
    normal: 'Once after each change of a table.',
    remedy: 'None; if it lasts, check the table in the source.',
  },
  'THAL-K001': {
    disposition: 'retry',
    meaning: 'Kafka cannot be reached or lost the leader of a partition.',
    normal: 'While a broker restarts.',
    remedy: 'Check THALAMUS_KAFKA_BROKERS and the brokers.',
  },
  'THAL-K002': {
    disposition: 'halt',
    meaning: 'Another replica of capture took over this sync group; this one was fenced.',
    normal: 'After a pause or a network split: the process restarts as a standby.',
    remedy: 'None.',
  },
  'THAL-K003': {
    disposition: 'halt',
    meaning: 'Kafka refused a request: authorisation, a topic setting or a record too large.',
    normal: 'Never.',
    remedy: 'Read the cause.',
  },
  'THAL-K004': {
    disposition: 'halt',
    meaning: 'A record on a control topic cannot be read.',
    normal: 'Never.',
    remedy: 'Something else writes to the topic, or a newer version did; read the named offset.',
  },
  'THAL-K005': {
    disposition: 'halt',
    meaning:
      'Capture has no checkpoint though the journal holds its batches, or the journal ends before a batch that is in the warehouse.',
    normal: 'Never: topics were deleted or emptied.',
    remedy: 'Bring the topics back, or begin anew as docs/operations.md says.',
  },
  'THAL-W001': {
    disposition: 'retry',
    meaning: 'The warehouse cannot be reached or dropped the connection.',
    normal: 'During a resize, a pause or a patch.',
    remedy: 'Check THALAMUS_WAREHOUSE_* and whether the cluster is paused.',
  },
  'THAL-W002': {
    disposition: 'retry',
    meaning: 'The warehouse rolled a transaction back (1023, 1018, deadlock, serialization).',
    normal: 'When other writers touch the same tables.',
    remedy: 'If it lasts, find the other writer of TASTG or taops.',
  },
  'THAL-W003': {
    disposition: 'halt',
    meaning: 'The warehouse refused a statement.',
    normal: 'Never.',
    remedy: 'Read the statement and the cause; check grants on schemas and the IAM role.',
  },
  'THAL-W004': {
    disposition: 'reject',
    meaning: 'COPY refused rows.',
    normal: 'Never: the type map should have prevented it.',
    remedy: 'Look at the rejected topic; mend the row at the source, then replay.',
  },
  'THAL-W005': {
    disposition: 'halt',
    meaning: 'COPY loaded another number of rows than was staged.',
    normal: 'Never.',
    remedy: 'Do not delete staged files by hand; ask for a reload of the table.',
  },
  'THAL-W006': {
    disposition: 'halt',
    meaning: 'The ledger was moved by somebody else.',
    normal: 'For a moment when two loaders overlap.',
    remedy: 'Run one loader apply for each sync group and warehouse.',
  },
  'THAL-W007': {
    disposition: 'halt',
    meaning: 'Staged files of a batch can never be complete: Kafka no longer holds its events.',
    normal: 'Never; retention is shorter than the loader was away.',
    remedy: 'A reload was asked for; raise kafka.retentionHours.',
  },
  'THAL-O001': {
    disposition: 'retry',
    meaning: 'The object store cannot be reached or throttles.',
    normal: 'For seconds.',
    remedy: 'Check THALAMUS_STORE_*.',
  },
  'THAL-O002': {
    disposition: 'halt',
    meaning: 'The object store refused the request.',
    normal: 'Never.',
    remedy: 'Check bucket, prefix, credentials and bucket policy.',
  },
  'THAL-C001': {
    disposition: 'retry',
    meaning: 'Spark cannot be reached or died during a run.',
    normal: 'While the driver restarts.',
    remedy: 'Look at the driver’s log.',
  },
  'THAL-C002': {
    disposition: 'halt',
    meaning: 'A model failed.',
    normal: 'Never.',
    remedy: 'Read the run’s error; the reports keep their last good state.',
  },
  'THAL-X001': {
    disposition: 'halt',
    meaning: 'The configuration is wrong.',
    normal: 'Never.',
    remedy: 'Mend every listed problem.',
  },
  'THAL-X002': {
    disposition: 'halt',
    meaning: 'An invariant of this product does not hold.',
    normal: 'Never.',
    remedy: 'Report it with the log lines around it.',
  },
} as const satisfies Record<string, ErrorHelp>;

export type ErrorCode = keyof typeof errorCatalogue;

/** The one error type that runners look at. Adapters translate drivers' errors into it, once. */
export class PipelineError extends Error {
  readonly disposition: Disposition;
  readonly context: Readonly<Record<string, unknown>>;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: { cause?: unknown; context?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(`${code}: ${message}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PipelineError';
    this.disposition = errorCatalogue[code].disposition;
    this.context = options.context ?? {};
  }
}

export function isPipelineError(error: unknown): error is PipelineError {
  return error instanceof PipelineError;
}
