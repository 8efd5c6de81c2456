import { S3ServiceException } from '@aws-sdk/client-s3';
import { isPipelineError, PipelineError } from '@thalamus/contracts';

/** Names of errors that pass by themselves although their status says otherwise. */
const passing = new Set([
  'SlowDown',
  'RequestTimeout',
  'RequestTimeTooSkewed',
  'InternalError',
  'ServiceUnavailable',
]);

/** Translates by class and HTTP status: an answer of the store that is no 5xx or 429 is a refusal; no answer is a fault. */
export function translateStoreError(error: unknown, doing: string): PipelineError {
  if (isPipelineError(error)) return error;
  const name = error instanceof Error ? error.name : '';
  const message = `${doing}: ${error instanceof Error ? error.message || name : String(error)}`;
  if (error instanceof S3ServiceException) {
    const status = error.$metadata.httpStatusCode ?? 0;
    const passes = status >= 500 || status === 429 || passing.has(name);
    return new PipelineError(passes ? 'THAL-O001' : 'THAL-O002', message, {
      cause: error,
      context: { status, name },
    });
  }
  const refused = name === 'CredentialsProviderError';
  return new PipelineError(refused ? 'THAL-O002' : 'THAL-O001', message, { cause: error });
}

/** True when the store answered that there is no such object. */
export function isNotFound(error: unknown): boolean {
  const cause = isPipelineError(error) ? error.cause : error;
  return cause instanceof S3ServiceException && cause.$metadata.httpStatusCode === 404;
}

/** True when what was to be made is there already (412, 409), or another writer was ahead (409). */
export function isTaken(error: unknown): boolean {
  const cause = isPipelineError(error) ? error.cause : error;
  return cause instanceof S3ServiceException && [409, 412].includes(cause.$metadata.httpStatusCode ?? 0);
}
