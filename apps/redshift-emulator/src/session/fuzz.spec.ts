// Mutated sessions and statements: nothing crashes, hangs, or leaves a connection behind. A few seconds here; `npm run fuzz`
// goes on for FUZZ_SECONDS. A failure names its seed: FUZZ_SEED=… repeats it.
import fc from 'fast-check';
import { eventually } from '../testing/eventually.js';
import { startFixture, type Fixture } from '../testing/fixture.js';
import { mutatedSession, mutatedStatement } from '../testing/mutations.js';
import { wire, WireClient } from '../testing/wire-client.js';

const SHORT_SECONDS = 4;
const ANSWER_WITHIN_MS = 15_000;
const seconds = Number(process.env['FUZZ_SECONDS'] ?? SHORT_SECONDS);
const seed = Number(process.env['FUZZ_SEED'] ?? 20_251_125);
const parameters: fc.Parameters<unknown> = {
  numRuns: Number.MAX_SAFE_INTEGER,
  interruptAfterTimeLimit: seconds * 1000,
  // Failing cases are slow to shrink over a network.
  endOnFailure: seconds === SHORT_SECONDS,
  seed,
};

let fixture: Fixture;
const failures: string[] = [];
beforeAll(async () => {
  fixture = await startFixture({ log: (line) => failures.push(line) });
  fixture.s3.objects.set('fuzz/a.csv', Buffer.from('1,x\n2,y\n'));
});
afterAll(() => fixture[Symbol.asyncDispose]());

/** @throws Error when it takes too long */
function inTime<T>(work: Promise<T>, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer: ${what}`)), ANSWER_WITHIN_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** What sessions other than the fixture's own are doing. */
const sessions = (): Promise<unknown[][]> =>
  fixture.rows(
    `select state, wait_event, query from pg_stat_activity where backend_type = 'client backend' and datname = current_database()
     and application_name <> 'redshift-emulator' and pid <> pg_backend_pid()`,
  );
const noneLeft = (): Promise<unknown> =>
  eventually(sessions, (left) => left.length === 0, {
    withinMs: 10_000,
    because: 'no session is left behind',
  });

test(
  'mutated sessions',
  async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(mutatedSession, async (pieces) => {
        runs += 1;
        const client = await inTime(WireClient.open(fixture.emulator), 'login');
        for (const piece of pieces) client.send(piece);
        client.socket.end();
        // The server must come to an end by itself once the client has said all it had to say.
        await inTime(client.end(), 'end of the session');
        expect(await inTime(fixture.rows('select 1'), 'another session')).toEqual([[1]]);
      }),
      parameters,
    );
    expect(runs).toBeGreaterThan(10);
    await noneLeft();
    // A session that the emulator itself broke would have been logged as ended.
    expect(failures).toEqual([]);
  },
  (seconds + 60) * 1000,
);

test(
  'mutated statements',
  async () => {
    let runs = 0;
    let client = await WireClient.open(fixture.emulator);
    await fc.assert(
      fc.asyncProperty(mutatedStatement, fc.boolean(), async (sql, extended) => {
        runs += 1;
        if (runs % 200 === 0) {
          await client[Symbol.asyncDispose]();
          client = await WireClient.open(fixture.emulator);
        }
        // What one statement set or left open is not to colour the next.
        client.send(
          wire.query('rollback'),
          wire.query('reset all'),
          wire.query('set statement_timeout to 5000'),
        );
        if (extended) client.send(wire.parse(sql), wire.bind(), wire.describe(), wire.execute(), wire.sync());
        else client.send(wire.query(sql));
        for (let answers = 0; answers < 4; answers += 1) {
          const answer = await inTime(client.until('Z'), sql);
          expect(answer.at(-1)?.type).toBe('Z');
        }
      }),
      parameters,
    );
    expect(runs).toBeGreaterThan(50);
    await client[Symbol.asyncDispose]();
    await noneLeft();
    expect(failures).toEqual([]);
  },
  (seconds + 60) * 1000,
);
