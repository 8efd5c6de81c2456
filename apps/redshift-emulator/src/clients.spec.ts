import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { startFixture, type Fixture } from './testing/fixture.js';

/** A Python that has the clients: `REDSHIFT_EMULATOR_TEST_PYTHON`, or the machine's own. */
const python = process.env['REDSHIFT_EMULATOR_TEST_PYTHON'] ?? 'python3';
const has = (module: string): boolean => spawnSync(python, ['-c', `import ${module}`]).status === 0;

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(async () => fixture[Symbol.asyncDispose]());

/** What each client does: a definition, parameters, a failed statement, its rollback, values of several types. */
const SCRIPT = `
import sys, json
host, port, user, password, database = sys.argv[1:6]
def session(connection):
    cursor = connection.cursor()
    cursor.execute("create table if not exists clients (a int encode az64 distkey, b varchar(10)) sortkey (a)")
    cursor.execute("insert into clients values (%s, %s)", (1, "it's \\\\ ok"))
    connection.commit()
    try:
        cursor.execute("select * from missing")
    except Exception:
        connection.rollback()
    cursor.execute("select a, b, 1.50::decimal(5,2), true, null, '2024-02-29'::date, len(b) from clients where a = %s", (1,))
    print(json.dumps([[str(value) for value in row] for row in cursor.fetchall()]))
    cursor.execute("drop table clients")
    connection.commit()
    connection.close()
`;

const CONNECT: Readonly<Record<string, string>> = {
  psycopg:
    'import psycopg; session(psycopg.connect(host=host, port=port, user=user, password=password, dbname=database))',
  psycopg2:
    'import psycopg2; session(psycopg2.connect(host=host, port=port, user=user, password=password, dbname=database))',
  redshift_connector:
    'import redshift_connector; session(redshift_connector.connect(host=host, port=int(port), user=user, password=password, database=database, ssl=False))',
};

for (const [module, connect] of Object.entries(CONNECT)) {
  const present = has(module);
  (present ? test : test.skip)(
    `${module}${present ? '' : ` (SKIPPED: ${python} has no ${module})`}`,
    async () => {
      const { host, port, user, password, database } = fixture.emulator;
      const { stdout } = await promisify(execFile)(python, [
        '-c',
        SCRIPT + connect,
        host,
        String(port),
        user,
        password,
        database,
      ]);
      expect(JSON.parse(stdout)).toEqual([['1', "it's \\ ok", '1.50', 'True', 'None', '2024-02-29', '9']]);
    },
  );
}
