import type { ErrorFields } from '../errors.js';
import { withLongNames } from '../language/long-names.js';

/** Names of the CHECK constraints that stand for Redshift's own limits; the limit itself is part of the name. */
export const LIMIT_CONSTRAINT = /^rs\$(bytes|charbytes|dec64)\$(\d+)\$/;

let cycle = 1000;

function serializationFailure(backendPid: number): ErrorFields {
  cycle += 2;
  return {
    severity: 'ERROR',
    code: 'XX000',
    message: '1023',
    detail:
      `Serializable isolation violation on table - 100${cycle}, ` +
      `transactions forming the cycle are: ${cycle}, ${cycle + 1} (pid:${backendPid})`,
  };
}

function limitViolation(kind: string, limit: string): ErrorFields {
  switch (kind) {
    case 'bytes':
      return valueError('22001', `value too long for type character varying(${limit})`);
    case 'charbytes':
      return valueError('22001', `value too long for type character(${limit})`);
    default:
      return valueError('22003', 'Numeric data overflow (result precision)');
  }
}

function valueError(code: string, message: string): ErrorFields {
  return { severity: 'ERROR', code, message };
}

/**
 * PostgreSQL's error as Redshift words it: limits kept by CHECK constraints, serialization failures (1023),
 * a table re-made after the snapshot (1018). Others pass; positions in rewritten text are dropped.
 */
export function translateError(fields: ErrorFields, backendPid: number): ErrorFields {
  if (fields.code === '40001') return serializationFailure(backendPid);
  if (fields.code === 'RS018') return { ...valueError('XX000', '1018'), detail: 'Relation does not exist' };
  if (fields.code === '21000' && fields.message.startsWith('MERGE ')) {
    return valueError('XX000', 'Found multiple matches to update the same tuple.');
  }
  if (fields.code === '22003' && fields.message === 'numeric field overflow') {
    return valueError('22003', 'Numeric data overflow (result precision)');
  }
  const constraint = fields.code === '23514' ? fields.other?.['n'] : undefined;
  const limit = constraint === undefined ? null : LIMIT_CONSTRAINT.exec(constraint);
  if (limit) return limitViolation(limit[1] ?? '', limit[2] ?? '');
  const { other, ...named } = fields;
  const rest = { ...named, message: withLongNames(named.message) };
  // P, p, q, W, F, L, R speak of the rewritten statement and of PostgreSQL 18's sources.
  const kept = Object.entries(other ?? {}).filter(([key]) => 'stcdn'.includes(key));
  return kept.length === 0 ? rest : { ...rest, other: Object.fromEntries(kept) };
}
