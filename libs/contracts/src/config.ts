import { z } from 'zod';

const name = z.string().regex(/^[a-z][a-z0-9_-]{0,40}$/, 'lower case letters, digits, - and _; example: gme');
const identifier = z
  .string()
  .regex(/^[a-z_][a-z0-9_]{0,126}$/, 'a lower case Redshift identifier; example: tastg');
const tablePattern = z.string().regex(/^[^.]+\.[^.]+$/, 'schema.table, * allowed; example: dbo.*');

const columnOverride = z
  .object({
    exclude: z.boolean().optional(),
    /** Text is cut to this many characters. */
    maxChars: z.number().int().min(1).max(65_535).optional(),
    /** Opt-in for binary columns. */
    binary: z.enum(['omit', 'hex']).optional(),
    /** T-SQL expression in place of the type map's; `{c}` is the column. Needs `warehouseType`. */
    cast: z.string().optional(),
    warehouseType: z.string().optional(),
    rename: identifier.optional(),
  })
  .strict();

const tableOverride = z
  .object({
    rename: identifier.optional(),
    columns: z.record(z.string(), columnOverride).default({}),
    distKey: z.string().optional(),
    sortKey: z.array(z.string()).optional(),
  })
  .strict();

/**
 * pipeline.yaml: what to keep in step. Where things are (hosts, secrets) is in the environment. Only `name` and
 * `source.database` are required.
 */
export const pipelineConfigSchema = z
  .object({
    /** Name of the pipeline; also its sync group and the prefix of its topics. */
    name,
    source: z
      .object({
        database: z.string().min(1),
        /** Tables to keep in step, `schema.table` with `*`; a table must have change tracking and a primary key. */
        tables: z.array(tablePattern).min(1).default(['dbo.*']),
        exclude: z.array(tablePattern).default([]),
        overrides: z.record(z.string(), tableOverride).default({}),
      })
      .strict(),
    warehouse: z
      .object({
        stagingSchema: identifier.default('tastg'),
        modelSchema: identifier.default('tadw'),
        reportSchema: identifier.default('tarpt'),
        operationsSchema: identifier.default('taops'),
      })
      .strict()
      .prefault({}),
    text: z
      .object({
        /** (n)varchar(max), text, ntext are cut to this many characters. */
        maxChars: z.number().int().min(1).max(65_535).default(1000),
        binary: z.enum(['omit', 'hex']).default('omit'),
      })
      .strict()
      .prefault({}),
    capture: z
      .object({
        /** Pause after a poll of few rows. */
        minPollMs: z.number().int().min(10).default(500),
        maxPollMs: z.number().int().min(10).default(5000),
        /** Rows of a chunk of an initial load. */
        chunkRows: z.number().int().min(100).default(20_000),
        inFlightBytes: z.number().int().min(1_000_000).default(16_000_000),
        batchMaxAgeMs: z.number().int().min(0).default(5000),
        batchMaxRows: z.number().int().min(1).default(500_000),
        batchMaxBytes: z.number().int().min(1).default(256_000_000),
        /** When history is lost: load anew, or halt and wait for a person. */
        onHistoryLost: z.enum(['reload', 'halt']).default('reload'),
        /** Automatic reloads of one table within 24 hours. */
        maxReloadsPerDay: z.number().int().min(0).default(5),
        compression: z.enum(['none', 'lz4', 'zstd']).default('lz4'),
        tombstones: z.boolean().default(false),
      })
      .strict()
      .prefault({}),
    kafka: z
      .object({
        partitions: z.number().int().min(1).default(4),
        replicationFactor: z.number().int().min(1).default(1),
        retentionHours: z.number().int().min(1).default(72),
      })
      .strict()
      .prefault({}),
    stage: z
      .object({
        idleMs: z.number().int().min(0).default(1000),
        maxFileAgeMs: z.number().int().min(10).default(2000),
        maxFileRows: z.number().int().min(1).default(100_000),
        maxFileBytes: z.number().int().min(1000).default(64_000_000),
        prefix: z.string().default('stage'),
        /** Rows held in memory before they are staged; beyond it partitions are paused. */
        bufferBytes: z.number().int().min(1_000_000).default(128_000_000),
        /** Files compressed and stored at the same time. */
        concurrency: z.number().int().min(1).default(8),
        gzipLevel: z.number().int().min(1).max(9).default(1),
      })
      .strict()
      .prefault({}),
    apply: z
      .object({
        targetLatencyMs: z.number().int().min(0).default(0),
        /** Redshift Serverless bills at least 60 s for each wake-up. */
        minIntervalMs: z.number().int().min(0).default(0),
        maxBatches: z.number().int().min(1).default(50),
        copyConcurrency: z.number().int().min(1).default(4),
        maxAttempts: z.number().int().min(1).default(8),
        /** Staged files are kept this long after their batch is applied; 0 = until a later batch is. */
        keepStagedHours: z.number().min(0).default(0),
      })
      .strict()
      .prefault({}),
    transform: z
      .object({
        /** Python package with the models; null = mirror only. */
        package: z.string().nullable().default(null),
        /** Quiet time after a batch before a run starts, so that batches coalesce. */
        debounceMs: z.number().int().min(0).default(500),
        backend: z.enum(['local', 'standalone', 'emr-serverless']).default('local'),
      })
      .strict()
      .prefault({}),
  })
  .strict();
export type PipelineConfig = z.infer<typeof pipelineConfigSchema>;

const port = z.coerce.number().int().min(0).max(65_535);
const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

/** Environment variables: where things are. `THALAMUS_<SECTION>_<FIELD>`; secrets never print. */
export const environmentSchema = z.object({
  THALAMUS_CONFIG: z.string().default('pipeline.yaml'),
  THALAMUS_SOURCE_HOST: z.string().default('127.0.0.1'),
  THALAMUS_SOURCE_PORT: port.default(1433),
  THALAMUS_SOURCE_USER: z.string().default('thalamus'),
  THALAMUS_SOURCE_PASSWORD: z.string().default(''),
  THALAMUS_SOURCE_ENCRYPT: flag.default(true),
  THALAMUS_SOURCE_TRUST_CERTIFICATE: flag.default(false),
  THALAMUS_KAFKA_BROKERS: z
    .string()
    .default('127.0.0.1:9092')
    .transform((text) => text.split(',').map((part) => part.trim())),
  THALAMUS_STORE_BUCKET: z.string().default('thalamus'),
  THALAMUS_STORE_REGION: z.string().default('us-east-1'),
  /** Absent = AWS itself and its default credentials. */
  THALAMUS_STORE_ENDPOINT: z.string().optional(),
  THALAMUS_STORE_ACCESS_KEY: z.string().optional(),
  THALAMUS_STORE_SECRET_KEY: z.string().optional(),
  THALAMUS_WAREHOUSE_HOST: z.string().default('127.0.0.1'),
  THALAMUS_WAREHOUSE_PORT: port.default(5439),
  THALAMUS_WAREHOUSE_DATABASE: z.string().default('warehouse'),
  THALAMUS_WAREHOUSE_USER: z.string().default('thalamus'),
  THALAMUS_WAREHOUSE_PASSWORD: z.string().default(''),
  THALAMUS_WAREHOUSE_SSL: flag.default(true),
  /** Role that COPY and UNLOAD use. */
  THALAMUS_WAREHOUSE_IAM_ROLE: z.string().default(''),
  /** Address of the warm Spark driver (`local` backend). */
  THALAMUS_SPARK_URL: z.string().default('http://127.0.0.1:8998'),
  THALAMUS_HTTP_HOST: z.string().default('127.0.0.1'),
  THALAMUS_HTTP_PORT: port.default(0),
  THALAMUS_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
  /** Which loader roles this process plays. */
  THALAMUS_LOADER_ROLES: z
    .string()
    .default('stage,apply')
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(z.enum(['stage', 'apply'])).min(1)),
});
export type Environment = z.infer<typeof environmentSchema>;

/** Variables whose values must never be printed. */
export const secretVariables: readonly (keyof Environment)[] = [
  'THALAMUS_SOURCE_PASSWORD',
  'THALAMUS_STORE_SECRET_KEY',
  'THALAMUS_WAREHOUSE_PASSWORD',
];

/** One sentence for each problem: where, what rule. */
export function describeProblems(error: z.ZodError): string[] {
  return error.issues.map((issue) => `${issue.path.join('.') || '(top level)'}: ${issue.message}`);
}
