import kafkajs from 'kafkajs';
import { isPipelineError, PipelineError } from '@thalamus/contracts';

const { KafkaJSConnectionError, KafkaJSError, KafkaJSProtocolError, KafkaJSRequestTimeoutError } = kafkajs;

const fenced = new Set(['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED', 'TRANSACTION_COORDINATOR_FENCED']);

/** The protocol error kafkajs wrapped, whatever number of wrappers it put around. */
function protocolType(error: unknown): string | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    if (current instanceof KafkaJSProtocolError) return current.type;
    if ('type' in current && typeof current.type === 'string') return current.type;
  }
  return undefined;
}

function isTransient(error: unknown): boolean {
  for (let current = error; current instanceof Error; current = current.cause) {
    if (current instanceof KafkaJSConnectionError || current instanceof KafkaJSRequestTimeoutError)
      return true;
    if (current instanceof KafkaJSError && current.retriable) return true;
    if (current.name === 'KafkaJSNumberOfRetriesExceeded' || current.name === 'KafkaJSConnectionClosedError')
      return true;
  }
  return false;
}

/** True when another producer with the same transactional id took over. */
export function isFenced(error: unknown): boolean {
  const type = protocolType(error);
  return type !== undefined && fenced.has(type);
}

/** kafkajs errors, once and by their protocol type. An unknown one halts. */
export function translateKafkaError(error: unknown, doing: string): PipelineError {
  if (isPipelineError(error)) return error;
  const text = error instanceof Error ? error.message : String(error);
  if (isFenced(error))
    return new PipelineError('THAL-K002', `fenced while ${doing}: ${text}`, { cause: error });
  if (isTransient(error)) return new PipelineError('THAL-K001', `${doing}: ${text}`, { cause: error });
  return new PipelineError('THAL-K003', `${doing}: ${text}`, { cause: error });
}
