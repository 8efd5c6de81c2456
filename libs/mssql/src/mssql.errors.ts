import { isPipelineError, PipelineError, type ErrorCode } from '@thalamus/contracts';

/** Numbers of Microsoft's error reference, by what to do about them. */
const codesByNumber: ReadonlyMap<number, ErrorCode> = new Map<number, ErrorCode>([
  ...each('THAL-S001', [64, 233, 4060, 4221, 10053, 10054, 10060, 18401, 40197, 40613]),
  ...each('THAL-S002', [10928, 10929, 40501, 49918, 49919, 49920]),
  ...each('THAL-S003', [229, 230, 262, 297, 300, 371, 916, 18452, 18456]),
  ...each('THAL-S004', [1205, 1222, 3960, 3961]),
  // Invalid column, invalid object, tracking switched off: the next discovery sees it.
  ...each('THAL-S010', [207, 208, 4701, 22105]),
]);

function each(code: ErrorCode, numbers: readonly number[]): [number, ErrorCode][] {
  return numbers.map((number) => [number, code]);
}

/** Codes of the mssql package's own error classes (lib/error, version 12). */
const connectionCodes = new Set([
  'ESOCKET',
  'ECONNCLOSED',
  'ENOTOPEN',
  'ETIMEOUT',
  'ECONNRESET',
  'EPIPE',
  'EINSTLOOKUP',
  'ECONNREFUSED',
]);

interface DriverError extends Error {
  readonly number?: number;
  readonly lineNumber?: number;
  readonly code?: string;
  readonly originalError?: unknown;
  readonly precedingErrors?: readonly unknown[];
}

/** Errors of mssql and tedious, once and by number. An unknown one halts, with its cause. */
export function translateSourceError(error: unknown, doing: string): PipelineError {
  if (isPipelineError(error)) return error;
  const numbers = [...driverErrors(error)].map((each) => each.number);
  const number = numbers.find((each) => each !== undefined && codesByNumber.has(each)) ?? numbers[0];
  const text = error instanceof Error ? error.message : String(error);
  const code = (number === undefined ? undefined : codesByNumber.get(number)) ?? codeOfConnection(error);
  const told = number === undefined ? text : `error ${number}: ${text}`;
  return new PipelineError(code ?? 'THAL-S009', `${doing}: ${told}`, { cause: error, context: { number } });
}

/** The number the server gave, if it was the server. */
export function errorNumber(error: unknown): number | undefined {
  for (const each of driverErrors(error)) if (each.number !== undefined) return each.number;
  return undefined;
}

/** Every number the server gave for one failure: an ALTER DATABASE tells its cause first and its consequence after. */
export function errorNumbers(error: unknown): number[] {
  const cause = isPipelineError(error) ? error.cause : error;
  return [...driverErrors(cause)].flatMap(({ number }) => (number === undefined ? [] : [number]));
}

/** Number and line of the first error the server told of a batch; undefined when it was not the server. */
export function firstServerError(error: unknown): { number: number; line: number | undefined } | undefined {
  const cause = (isPipelineError(error) ? error.cause : error) as DriverError | undefined;
  const first = (cause?.precedingErrors?.[0] ?? cause) as DriverError | undefined;
  return first?.number === undefined ? undefined : { number: first.number, line: first.lineNumber };
}

function codeOfConnection(error: unknown): ErrorCode | undefined {
  for (const { code } of driverErrors(error)) {
    if (code !== undefined && connectionCodes.has(code)) return 'THAL-S001';
    if (code === 'ELOGIN') return 'THAL-S003';
  }
  return undefined;
}

/** The error, what it wraps, and what the server sent before it: the cause may come first, its consequence last. */
function* driverErrors(error: unknown): Generator<DriverError> {
  if (!(error instanceof Error)) return;
  const driverError: DriverError = error;
  yield driverError;
  for (const before of driverError.precedingErrors ?? []) yield* driverErrors(before);
  const inner = driverError.originalError ?? driverError.cause;
  const info = (inner as { info?: unknown } | undefined)?.info;
  if (info !== undefined && typeof info === 'object' && info !== null && 'number' in info)
    yield Object.assign(new Error(driverError.message), { number: Number(info.number) });
  if (inner !== error) yield* driverErrors(inner);
}
