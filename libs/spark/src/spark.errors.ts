import { isPipelineError, PipelineError, type ErrorCode } from '@thalamus/contracts';

/** What the Python package answers when a run did not succeed. */
export interface ComputeFailure {
  readonly kind: string;
  readonly message: string;
  readonly model?: string;
}

const codes: Readonly<Record<string, ErrorCode>> = {
  model: 'THAL-C002',
  store: 'THAL-C001',
  spark: 'THAL-C001',
  cancelled: 'THAL-C001',
  // The request is ours: one that is refused is a fault of this product.
  request: 'THAL-X002',
};

export function translateFailure(failure: ComputeFailure): PipelineError {
  return new PipelineError(codes[failure.kind] ?? 'THAL-C001', failure.message, {
    context: { kind: failure.kind, ...(failure.model !== undefined && { model: failure.model }) },
  });
}

/** An error of fetch or of a child process: Spark is not there. */
export function translateSparkError(error: unknown, doing: string): PipelineError {
  if (isPipelineError(error)) return error;
  return new PipelineError('THAL-C001', `${doing}: ${messageOf(error)}`, { cause: error });
}

/** fetch hides the reason (ECONNREFUSED…) in the cause. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
