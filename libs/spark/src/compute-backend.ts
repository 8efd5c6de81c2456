import type { ModelSpec } from '@thalamus/core/transform';

/** One run, as the Python package takes it. */
export interface RunRequest {
  /** Unique; it becomes part of object keys. */
  readonly run: string;
  /** Package of models: `gme`, or the name of a Python module. */
  readonly package: string;
  /** Ids of the models to compute. */
  readonly models: readonly string[];
  /** `s3a://` prefix of each table that no model of the run makes. */
  readonly inputs: Readonly<Record<string, string>>;
  /** `s3a://` prefix, ending with a slash, under which results are written. */
  readonly output: string;
  /** Most files written for a model. Default 2. */
  readonly files?: number;
}

export interface ModelResult {
  readonly model: string;
  readonly rows: number;
  readonly durationMs: number;
  readonly files: readonly { readonly url: string; readonly bytes: number }[];
}

export interface RunResult {
  readonly run: string;
  readonly models: readonly ModelResult[];
  readonly durationMs: number;
}

/** Where models are computed. */
export interface ComputeBackend {
  /**
   * The models of a package, in dependency order.
   * @throws PipelineError THAL-C001 (not reachable), THAL-C002 (the package is wrong)
   */
  describe(packageName: string, signal?: AbortSignal): Promise<ModelSpec[]>;
  /**
   * Computes a run. An abort cancels it.
   * @throws PipelineError THAL-C001 (Spark or the store cannot be reached), THAL-C002 (a model failed)
   */
  run(request: RunRequest, signal?: AbortSignal): Promise<RunResult>;
}
