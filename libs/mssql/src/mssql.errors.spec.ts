import { translateSourceError } from './mssql.errors.js';

const driverError = (fields: object): Error => Object.assign(new Error('text of the server'), fields);

describe('errors of the source', () => {
  it.each([
    [{ number: 1205 }, 'THAL-S004', 'retry'],
    [{ number: 40501 }, 'THAL-S002', 'retry'],
    [{ number: 18456, code: 'ELOGIN' }, 'THAL-S003', 'halt'],
    [{ number: 22105 }, 'THAL-S010', 'retry'],
    [{ code: 'ESOCKET' }, 'THAL-S001', 'retry'],
    [{ code: 'EREQUEST', originalError: driverError({ info: { number: 40613 } }) }, 'THAL-S001', 'retry'],
    [{ number: 3621, precedingErrors: [driverError({ number: 3960 })] }, 'THAL-S004', 'retry'],
    [{ number: 8134 }, 'THAL-S009', 'halt'],
    [{}, 'THAL-S009', 'halt'],
  ])('%j is %s', (fields, code, disposition) => {
    const cause = driverError(fields);
    const translated = translateSourceError(cause, 'reading T');
    expect(translated).toMatchObject({ code, disposition, cause });
    expect(translated.message).toContain('reading T');
    expect(translated.message).toContain('text of the server');
  });
});
