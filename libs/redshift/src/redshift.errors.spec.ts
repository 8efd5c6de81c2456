import { translateWarehouseError } from './redshift.errors.js';

const driverError = (code: string | undefined, message: string, detail?: string): Error =>
  Object.assign(new Error(message), { code, detail });

describe('errors of the warehouse', () => {
  it.each([
    [
      'THAL-W002',
      'XX000',
      '1023',
      'Serializable isolation violation on table - 123, transactions forming the cycle are: 1, 2 (pid:3)',
    ],
    ['THAL-W002', 'XX000', '1018', 'Relation does not exist'],
    ['THAL-W002', '40001', 'could not serialize access due to concurrent update', undefined],
    ['THAL-W002', '40P01', 'deadlock detected', undefined],
    [
      'THAL-W004',
      'XX000',
      "Load into table 't' failed.  Check 'stl_load_errors' system table for details.",
      undefined,
    ],
    ['THAL-W001', 'ECONNREFUSED', 'connect ECONNREFUSED', undefined],
    ['THAL-W001', '57P01', 'terminating connection due to administrator command', undefined],
    ['THAL-W001', undefined, 'Connection terminated unexpectedly', undefined],
    ['THAL-W001', '08006', 'connection failure', undefined],
    ['THAL-W003', '42601', 'syntax error at or near "x"', undefined],
    ['THAL-W003', '28P01', 'password authentication failed', undefined],
    ['THAL-W003', 'XX000', 'something new', undefined],
  ])('%s for %s %s', (expected, code, message, detail) => {
    const error = translateWarehouseError(driverError(code, message, detail), 'select 1');
    expect(error.code).toBe(expected);
    expect(error.context['statement']).toBe('select 1');
  });

  it('leaves an error that is translated already', () => {
    const error = translateWarehouseError(driverError('40001', 'x'));
    expect(translateWarehouseError(error)).toBe(error);
  });
});
