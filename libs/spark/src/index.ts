export type { ComputeBackend, ModelResult, RunRequest, RunResult } from './compute-backend.js';
export { createBackend, type BackendOptions } from './create-backend.js';
export { LocalBackend } from './local.backend.js';
export { StandaloneBackend, type StandaloneOptions } from './standalone.backend.js';
export { translateFailure, translateSparkError, type ComputeFailure } from './spark.errors.js';
