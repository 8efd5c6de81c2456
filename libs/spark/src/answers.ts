import { PipelineError } from '@thalamus/contracts';
import type { ModelSpec } from '@thalamus/core/transform';
import type { RunResult } from './compute-backend.js';
import { translateFailure, type ComputeFailure } from './spark.errors.js';

/** The Python package's name for an id. */
type DescribedModel = Omit<ModelSpec, 'id'> & { readonly model: string };

/** Reads the description of a package. @throws PipelineError THAL-C002 */
export function readDescription(answer: unknown): ModelSpec[] {
  const { models } = succeeded<{ models?: DescribedModel[] }>(answer);
  if (!Array.isArray(models)) throw unreadable(answer);
  return models.map(({ model, ...rest }) => ({ id: model, ...rest }));
}

/** Reads the result of a run. @throws PipelineError for a failure told in it */
export function readRunResult(answer: unknown): RunResult {
  const result = succeeded<Partial<RunResult>>(answer);
  if (typeof result.run !== 'string' || !Array.isArray(result.models)) throw unreadable(answer);
  return result as RunResult;
}

function succeeded<T>(answer: unknown): T {
  if (typeof answer !== 'object' || answer === null) throw unreadable(answer);
  const { error } = answer as { error?: ComputeFailure };
  if (error !== undefined) throw translateFailure(error);
  return answer as T;
}

function unreadable(answer: unknown): PipelineError {
  const text = JSON.stringify(answer) ?? 'nothing';
  return new PipelineError(
    'THAL-X002',
    `Spark answered ${text.slice(0, 200)}; the package thalamus_spark there is of another version`,
  );
}
