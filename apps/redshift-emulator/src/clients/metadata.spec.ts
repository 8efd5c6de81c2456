// What tools ask about schemas, tables and columns, by the clients that ask it.
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { ClientAgent } from '../testing/client-agent.js';
import { startFixture, type Fixture } from '../testing/fixture.js';
import {
  clientProgram,
  python,
  pythonDriver,
  pythonMissing,
  redshiftJdbc,
  type ForeignClient,
} from '../testing/foreign-clients.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
  const statements = `
    create schema sales;
    create table sales.people (id integer not null, name varchar(20) encode zstd, extra super, primary key (id));
    create table sales.orders (id bigint identity(1,1) encode az64 distkey, person integer references sales.people(id),
      amount decimal(12,2) default 1.5, at timestamp sortkey, tz timestamptz, d date, ok boolean, note varchar(max), code char(3),
      f double precision, r real, small smallint, "raw" varbyte(20), primary key (id), unique (person, at));
    create view sales.names as select id, name from sales.people;
    insert into sales.people values (1, 'Anna', json_parse('{}'));
    insert into sales.orders (person, amount) values (1, 2.25)`;
  for (const statement of statements.split(';')) await fixture.rows(statement);
});
afterAll(() => fixture[Symbol.asyncDispose]());

async function agentOf({ command }: ForeignClient): Promise<ClientAgent> {
  const { host, port, user, password, database } = fixture.emulator;
  const agent = new ClientAgent(command, host, port);
  await agent.must('open', 'off', user, password, database);
  return agent;
}

/** Chosen columns of what a metadata call answers. */
async function metadata(agent: ClientAgent, method: string, name: string, columns: readonly string[]) {
  const reply = await agent.must('metadata', method, 'sales', name);
  const labels = reply.columns.map((label) => label?.toLowerCase());
  return reply.rows.map((row) => columns.map((column) => row[labels.indexOf(column)]));
}

const jdbc = redshiftJdbc();
const whenJdbc = jdbc.missing === undefined ? describe : describe.skip;
whenJdbc(`Redshift JDBC${jdbc.missing === undefined ? '' : ` (SKIPPED: ${jdbc.missing})`}`, () => {
  let agent: ClientAgent;
  beforeAll(async () => (agent = await agentOf(jdbc)));
  afterAll(() => agent[Symbol.asyncDispose]());

  test('getSchemas and getTables show what is there and nothing of the emulator', async () => {
    expect(await metadata(agent, 'schemas', '%', ['table_schem'])).toEqual([
      ['information_schema'],
      ['pg_catalog'],
      ['public'],
      ['sales'],
    ]);
    expect(await metadata(agent, 'tables', '%', ['table_name', 'table_type'])).toEqual([
      ['orders', 'TABLE'],
      ['people', 'TABLE'],
      ['names', 'VIEW'],
    ]);
  });

  test('getColumns', async () => {
    const columns = [
      'column_name',
      'type_name',
      'column_size',
      'decimal_digits',
      'is_nullable',
      'column_def',
    ];
    expect(await metadata(agent, 'columns', 'orders', columns)).toEqual([
      ['id', 'int8', '19', '0', 'NO', expect.stringMatching(/^"identity"\(\d+, 0, '1,1'::text\)$/)],
      ['person', 'int4', '10', '0', 'YES', null],
      ['amount', 'numeric', '12', '2', 'YES', '1.5'],
      ['at', 'timestamp', '29', '6', 'YES', null],
      ['tz', 'timestamptz', '35', '0', 'YES', null],
      ['d', 'date', '13', '0', 'YES', null],
      ['ok', 'bool', '1', '0', 'YES', null],
      ['note', 'varchar', '65535', '0', 'YES', null],
      ['code', 'bpchar', '3', '0', 'YES', null],
      ['f', 'float8', '17', '17', 'YES', null],
      ['r', 'float4', '8', '8', 'YES', null],
      ['small', 'int2', '5', '0', 'YES', null],
      ['raw', 'varbyte', null, null, 'YES', null],
    ]);
  });

  test('keys, though nothing enforces them', async () => {
    expect(await metadata(agent, 'primaryKeys', 'orders', ['column_name', 'key_seq', 'pk_name'])).toEqual([
      ['id', '1', 'orders_pkey'],
    ]);
    const key = ['pktable_name', 'pkcolumn_name', 'fktable_name', 'fkcolumn_name', 'fk_name', 'pk_name'];
    const expected = [['people', 'id', 'orders', 'person', 'orders_person_fkey', 'people_pkey']];
    expect(await metadata(agent, 'importedKeys', 'orders', key)).toEqual(expected);
    expect(await metadata(agent, 'exportedKeys', 'people', key)).toEqual(expected);
  });

  test('getTypeInfo, getProcedures, getFunctions', async () => {
    const types = (await metadata(agent, 'types', '%', ['type_name'])).map(([name]) => name);
    expect(types).toEqual(
      expect.arrayContaining(['bool', 'int8', 'numeric', 'varchar', 'super', 'varbyte', 'timestamptz']),
    );
    expect(types).not.toEqual(expect.arrayContaining(['jsonb']));
    expect(await metadata(agent, 'procedures', '%', ['procedure_name'])).toEqual([]);
    expect(await metadata(agent, 'functions', '%', ['function_name'])).toEqual([]);
  });

  test('the columns of a query that is only prepared', async () => {
    const { rows } = await agent.must(
      'describe',
      'select id, amount, note, extra from sales.orders o, sales.people p where 1 = 0'.replace(
        'id,',
        'o.id,',
      ),
    );
    expect(rows).toEqual([
      ['id', 'int8', '19', '0', '0'],
      ['amount', 'numeric', '12', '2', '1'],
      ['note', 'varchar', '65535', '0', '1'],
      ['extra', 'super', expect.any(String), '0', '1'],
    ]);
  });
});

const connector = pythonDriver('redshift_connector');
(connector.missing === undefined ? test : test.skip)(
  `redshift_connector: get_schemas, get_tables, get_columns, get_primary_keys${connector.missing === undefined ? '' : ` (SKIPPED: ${connector.missing})`}`,
  async () => {
    await using agent = await agentOf(connector);
    const ask = async (method: string, ...args: (string | null)[]) =>
      (await agent.must('metadata', method, ...args)).rows;
    expect((await ask('get_schemas')).map(([name]) => name)).toEqual(
      expect.arrayContaining(['public', 'sales']),
    );
    expect((await ask('get_tables', null, 'sales', '%')).map((row) => row.slice(0, 4))).toEqual(
      expect.arrayContaining([
        [fixture.emulator.database, 'sales', 'orders', 'TABLE'],
        [fixture.emulator.database, 'sales', 'names', 'VIEW'],
      ]),
    );
    const columns = await ask('get_columns', null, 'sales', 'people', '%');
    expect(columns.map((row) => [row[3], row[5]])).toEqual([
      ['id', 'int4'],
      ['name', 'varchar'],
      ['extra', 'super'],
    ]);
    expect((await ask('get_primary_keys', null, 'sales', 'orders')).map((row) => row.slice(1))).toEqual([
      ['sales', 'orders', 'id', '1', 'orders_pkey'],
    ]);
  },
);

describe.each(['psycopg2', 'redshift_connector'])('SQLAlchemy over %s', (dialect) => {
  (pythonMissing === undefined ? test : test.skip)(
    `inspects and reflects${pythonMissing === undefined ? '' : ` (SKIPPED: ${pythonMissing})`}`,
    async () => {
      const { host, port, user, password, database } = fixture.emulator;
      const { stdout } = await promisify(execFile)(python, [
        clientProgram('python', 'inspection.py'),
        ...[dialect, host, String(port), user, password, database, 'sales', 'people', 'names'],
      ]);
      expect(JSON.parse(stdout)).toEqual({
        schemas: ['information_schema', 'public', 'sales'],
        tables: ['orders', 'people'],
        views: ['names'],
        viewDefinition: expect.stringMatching(/^\s*SELECT id,\s+name\s+FROM sales.people$/) as string,
        columns: [
          ['id', 'INTEGER', false, null],
          ['name', 'VARCHAR(20)', true, 'zstd'],
          ['extra', 'SUPER', true, null],
        ],
        primaryKey: { constrained_columns: ['id'], name: 'people_pkey' },
        foreignKeys: [],
        uniqueConstraints: [],
        options: expect.objectContaining({ redshift_sortkey: [] }) as object,
        exists: [true, false],
        definition: expect.stringContaining('name VARCHAR(20)') as string,
        sum: 3,
      });
    },
  );
});

const psqlMissing = spawnSync('psql', ['--version']).status !== 0;
(psqlMissing ? test.skip : test)(
  `psql: its own commands and a script${psqlMissing ? ' (SKIPPED: psql is not installed)' : ''}`,
  async () => {
    const { host, port, user, password, database } = fixture.emulator;
    const { stdout } = await promisify(execFile)(
      'psql',
      [
        `host=${host} port=${port} user=${user} dbname=${database}`,
        ...['-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', '\\dn', '-c', '\\dt sales.*', '-c', '\\d sales.people'],
        ...[
          '-c',
          "create temp table s (a int); insert into s values (1), (2); select sum(a), len('abc') from s",
        ],
      ],
      { env: { ...process.env, PGPASSWORD: password } },
    );
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining(['sales|awsuser', 'sales|orders|table|awsuser', 'id|integer||not null|', '3|3']),
    );
    expect(stdout).not.toContain('redshift_emulator');
  },
);

/** What dashboards send to fill their lists. */
const DASHBOARDS: Readonly<Record<string, readonly [sql: string, rows: unknown[][]]>> = {
  Redash: [
    `SELECT table_name, table_schema, column_name FROM svv_columns WHERE table_schema NOT IN ('pg_internal','pg_catalog','information_schema') AND table_schema NOT LIKE 'pg_temp_%' AND table_name = 'names' ORDER BY ordinal_position`,
    [
      ['names', 'sales', 'id'],
      ['names', 'sales', 'name'],
    ],
  ],
  Metabase: [
    `select n.nspname as "schema", c.relname as "name", case c.relkind when 'r' then 'TABLE' when 'v' then 'VIEW' end as type, d.description as "description"
     from pg_catalog.pg_class c inner join pg_catalog.pg_namespace n on c.relnamespace = n.oid
     left join pg_catalog.pg_description d on c.oid = d.objoid and d.objsubid = 0 and d.classoid = 'pg_class'::regclass
     where c.relnamespace = n.oid and n.nspname !~ '^information_schema|catalog_history|pg_' and c.relkind in ('r', 'p', 'v', 'f', 'm') order by "type", "schema", "name"`,
    [
      ['sales', 'orders', 'TABLE', null],
      ['sales', 'people', 'TABLE', null],
      ['sales', 'names', 'VIEW', null],
    ],
  ],
  QuickSight: [
    `SELECT "table_name", "table_type" FROM "information_schema"."tables" WHERE "table_schema" = 'sales' ORDER BY 1`,
    [
      ['names', 'VIEW'],
      ['orders', 'BASE TABLE'],
      ['people', 'BASE TABLE'],
    ],
  ],
  'information_schema.columns': [
    `select column_name, data_type, character_maximum_length, numeric_precision, numeric_scale from information_schema.columns where table_schema = 'sales' and table_name = 'people' order by ordinal_position`,
    [
      ['id', 'integer', null, 32, 0],
      ['name', 'character varying', 20, null, null],
      ['extra', 'super', null, null, null],
    ],
  ],
  'keys by information_schema': [
    `select tc.constraint_type, kcu.column_name, ccu.table_name from information_schema.table_constraints tc
     join information_schema.key_column_usage kcu using (constraint_schema, constraint_name)
     join information_schema.constraint_column_usage ccu using (constraint_schema, constraint_name)
     where tc.table_name = 'orders' and tc.constraint_type <> 'UNIQUE' order by 1, 2`,
    [
      ['FOREIGN KEY', 'person', 'people'],
      ['PRIMARY KEY', 'id', 'orders'],
    ],
  ],
  'distribution and sort order': [
    `select relname, reldiststyle, attname, attsortkeyord from pg_class c join pg_attribute a on a.attrelid = c.oid where relname = 'orders' and (attisdistkey or attsortkeyord > 0) order by attnum`,
    [
      ['orders', 1, 'id', 0],
      ['orders', 1, 'at', 1],
    ],
  ],
  svv_tables: [
    `select table_name, table_type from svv_tables where table_schema = 'sales' order by 1`,
    [
      ['names', 'VIEW'],
      ['orders', 'BASE TABLE'],
      ['people', 'BASE TABLE'],
    ],
  ],
};
test.each(Object.entries(DASHBOARDS))('%s', async (_name, [sql, expected]) => {
  expect(await fixture.rows(sql)).toEqual(expected);
});
