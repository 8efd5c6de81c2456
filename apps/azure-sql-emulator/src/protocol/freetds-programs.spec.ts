import { spawn, spawnSync } from 'node:child_process';
import { startEmulator, type Emulator } from '../emulator.js';

/** Of FreeTDS, when it is installed (Debian package freetds-bin). */
const missing = (program: string): string | undefined =>
  spawnSync(program, ['-V'], { stdio: 'ignore' }).error === undefined
    ? undefined
    : `${program} is not installed (Debian package freetds-bin)`;

const SCRIPT = `create table dbo.[%] (id int not null primary key, t nvarchar(20) null, n decimal(38,10) null, b varbinary(8) null)
go
insert into dbo.[%] values (1, N'ż😀', $n, 0x0001feff), (2, N'', 0, 0x), (3, null, null, null)
go
print 'between the batches'
select id, t, n, b from dbo.[%] order by id
select count(*) from dbo.[%]
go
raiserror('Boom', 16, 3)
go
select 'still here'
go
`;

function run(program: string, args: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { PATH: process.env['PATH'], TDSVER: '7.4', LC_ALL: 'C.UTF-8' },
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('close', () => resolve(output));
    child.stdin.end(input);
  });
}

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ password: 'Password1!', databases: ['shop'] });
});
afterAll(() => emulator.stop());

const login = (password = 'Password1!', database = 'shop'): string[] => [
  '-U',
  'sa',
  '-P',
  password,
  '-D',
  database,
];
const PROGRAMS = [
  {
    program: 'tsql',
    least: '-9999999999999999999999999999.9999999999',
    args: () => ['-H', '127.0.0.1', '-p', String(emulator.port), '-o', 'fq'],
  },
  // It writes more digits than its own buffer for a column holds.
  {
    program: 'bsqldb',
    least: '-99999999.9999999999',
    args: () => ['-S', `127.0.0.1:${emulator.port}`],
  },
];

describe.each(PROGRAMS)('$program', ({ program, least, args }) => {
  const reason = missing(program);
  if (reason !== undefined) {
    test.skip(`SKIPPED: ${reason}`, () => undefined);
    return;
  }

  it('runs a script of batches', async () => {
    const output = await run(
      program,
      [...args(), ...login()],
      SCRIPT.replaceAll('%', program).replace('$n', least),
    );
    for (const part of ['ż😀', least, 'between the batches', 'Boom']) expect(output).toContain(part);
    // bsqldb itself gives up after an error.
    if (program === 'tsql') expect(output).toContain('still here');
    expect(output.toLowerCase()).toContain('0001feff');
  });

  it('is refused with a wrong password and for an unknown database', async () => {
    expect(await run(program, [...args(), ...login('wrong')], 'select 1\ngo\n')).toMatch(
      /18456|Login failed/,
    );
    expect(await run(program, [...args(), ...login('Password1!', 'nowhere')], 'select 1\ngo\n')).toMatch(
      /4060|Cannot open database|Login failed/,
    );
  });
});
