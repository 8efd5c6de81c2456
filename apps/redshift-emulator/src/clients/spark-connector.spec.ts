// The statements of spark-redshift-community 6.6.1, as it sends them: every one prepared and executed by Redshift's JDBC
// driver. The connector itself is in none of the registries that the set-up uses.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import avro from 'avsc';
import { ParquetEngine } from '../storage/parquet-engine.js';
import { ClientAgent } from '../testing/client-agent.js';
import { manifest, ROLE, startFixture, type Fixture } from '../testing/fixture.js';
import { redshiftJdbc } from '../testing/foreign-clients.js';

const jdbc = redshiftJdbc();
const whenJdbc = jdbc.missing === undefined ? describe : describe.skip;

/** The connector writes dates, timestamps and decimals as text unless the format is Parquet. */
const ROWS = [
  { id: 1, name: 'Ünï "q", x', amount: '12.50', day: '2024-02-29', at: '2024-02-29 23:59:59.123456' },
  { id: 2, name: '', amount: '-0.01', day: '1999-12-31', at: '1999-12-31 00:00:00.0' },
  { id: 3, name: null, amount: null, day: null, at: null },
] as const;
const EXPECTED = [
  ['1', 'Ünï "q", x', '12.50', '2024-02-29', '2024-02-29 23:59:59.123456Z'],
  ['2', '', '-0.01', '1999-12-31', '1999-12-31 00:00:00.000000Z'],
  ['3', null, null, null, null],
];

async function avroFile(): Promise<Buffer> {
  const optional = (name: string) => ({ name, type: ['string', 'null'] as avro.Schema });
  const id = { name: 'id', type: ['int', 'null'] as avro.Schema };
  const fields = [id, ...['name', 'amount', 'day', 'at'].map(optional)];
  const type = avro.Type.forSchema({ type: 'record', name: 'topLevelRecord', fields });
  const encoder = new avro.streams.BlockEncoder(type, { codec: 'deflate' });
  const chunks: Buffer[] = [];
  encoder.on('data', (chunk: Buffer) => chunks.push(chunk));
  for (const row of ROWS) encoder.write(row);
  await new Promise<void>((resolve) => {
    encoder.on('end', resolve);
    encoder.end();
  });
  return Buffer.concat(chunks);
}

/** Univocity as the connector sets it: every value that needs it quoted, quotes doubled, NULL as `@NULL@`. */
function csvFile(): Buffer {
  const field = (value: string | number | null): string => {
    const text = value === null ? '@NULL@' : String(value);
    return text === '' || /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return Buffer.from(ROWS.map((row) => Object.values(row).map(field).join(',') + '\n').join(''));
}

async function parquetFile(folder: string): Promise<Buffer> {
  await using engine = await ParquetEngine.open(folder);
  const file = join(folder, 'rows.parquet');
  const value = (text: string | null, type: string): string =>
    text === null ? `null::${type}` : `'${text}'::${type}`;
  const rows = ROWS.map(
    ({ id, name, amount, day, at }) =>
      `(${id}::int, ${value(name, 'varchar')}, ${value(amount, 'decimal(10,2)')}, ${value(day, 'date')}, ${value(at, 'timestamp')})`,
  );
  await engine.run(
    `copy (select * from (values ${rows.join(', ')}) t("id", "name", "amount", "day", "at")) to '${file}' (format parquet, codec snappy)`,
  );
  return readFile(file);
}

whenJdbc(
  `spark-redshift's statements${jdbc.missing === undefined ? '' : ` (SKIPPED: ${jdbc.missing})`}`,
  () => {
    let fixture: Fixture;
    let agent: ClientAgent;
    let folder: string;
    const run = async (sql: string) => (await agent.must('execute', sql)).rows;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'spark-connector-'));
      fixture = await startFixture();
      const { host, port, user, password, database } = fixture.emulator;
      agent = new ClientAgent(jdbc.command, host, port);
      await agent.must('open', 'off', user, password, database);
      await run('create schema if not exists "Sales"');
    });
    afterAll(async () => {
      await agent[Symbol.asyncDispose]();
      await fixture[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    });

    function stage(uuid: string, name: string, file: Buffer): string {
      const url = `s3://tmp/${uuid}/${name}`;
      fixture.s3.objects.set(`tmp/${uuid}/${name}`, file);
      fixture.s3.objects.set(`tmp/${uuid}/manifest.json`, manifest([url], fixture.s3.objects));
      return `s3://tmp/${uuid}/manifest.json`;
    }
    const create = (table: string): string =>
      `CREATE TABLE IF NOT EXISTS ${table} ("id" INTEGER, "name" VARCHAR(MAX) ENCODE ZSTD, "amount" DECIMAL(10,2), "day" DATE, "at" TIMESTAMPTZ) DISTSTYLE EVEN  `;

    test.each([
      ['AVRO', "AVRO 'auto'", 'part-00000.avro', avroFile],
      ['CSV', "CSV NULL AS '@NULL@'", 'part-00000.csv', () => Promise.resolve(csvFile())],
      [
        'CSV GZIP',
        "CSV GZIP NULL AS '@NULL@'",
        'part-00000.csv.gz',
        () => Promise.resolve(gzipSync(csvFile())),
      ],
      ['PARQUET', 'PARQUET', 'part-00000.snappy.parquet', () => parquetFile(folder)],
    ])(
      'writes %s in overwrite mode: drop, create, actions, COPY, commit',
      async (format, clause, name, make) => {
        const table = `"sales"."written_${format.toLowerCase().replace(' ', '_')}"`;
        const source = stage(`write-${format.replace(' ', '-')}`, name, await make());
        const group =
          '{"spark-redshift-connector":{"svc":"","ver":"6.6.1-spark_4.0","op":"Write","lbl":"","tid":"4f3c"}}';
        await run(`set query_group to '${group}'`);
        await agent.must('begin');
        await run(`DROP TABLE IF EXISTS ${table};`);
        await run(create(table));
        await run(`COMMENT ON TABLE ${table} IS 'made by Spark'`);
        await run(`DELETE FROM ${table} WHERE 1 = 0`);
        await run(
          `COPY ${table} FROM '${source}' FORMAT AS ${clause}  manifest   CREDENTIALS 'aws_access_key_id=${fixture.s3.accessKeyId};aws_secret_access_key=${fixture.s3.secretAccessKey}'`,
        );
        await run(`GRANT SELECT ON ${table} TO PUBLIC`);
        await agent.must('commit');
        expect(await run(`select * from ${table} order by id`)).toEqual(EXPECTED);
      },
    );

    test('writes by a staging table that takes the place of the old one', async () => {
      const source = stage('staging', 'part.csv', csvFile());
      await run(create('"sales"."target"'));
      await run('CREATE TABLE IF NOT EXISTS "sales"."target_staging_8791" (LIKE "sales"."target")');
      await run(
        `COPY "sales"."target_staging_8791" ("id","name","amount","day","at") FROM '${source}' FORMAT AS CSV NULL AS '@NULL@' manifest TRUNCATECOLUMNS CREDENTIALS 'aws_iam_role=${ROLE}'`,
      );
      await agent.must('begin');
      await run('ALTER TABLE "sales"."target" RENAME TO "target_backup_8791"');
      await run('ALTER TABLE "sales"."target_staging_8791" RENAME TO "target"');
      await run('DROP TABLE "sales"."target_backup_8791"');
      await agent.must('commit');
      expect(await run('SELECT count(*) FROM "sales"."target"')).toEqual([['3']]);
      await run('DROP TABLE IF EXISTS "sales"."keyed";');
      await run(
        'CREATE TABLE IF NOT EXISTS "sales"."keyed" ("id" INTEGER NOT NULL, "doc" SUPER) DISTSTYLE KEY DISTKEY (id) COMPOUND SORTKEY(id)',
      );
    });

    test('a failed COPY: roll back, then read why', async () => {
      const source = stage('failed', 'part.csv', Buffer.from('1,a,12.50,2024-02-30,@NULL@\n'));
      await agent.must('begin');
      const { error } = await agent.ask(
        'execute',
        `COPY "sales"."target" FROM '${source}' FORMAT AS CSV NULL AS '@NULL@' manifest CREDENTIALS 'aws_iam_role=${ROLE}'`,
      );
      expect(error?.text).toContain('stl_load_errors');
      await agent.must('rollback');
      const read = await agent.must(
        'execute',
        'SELECT * FROM stl_load_errors WHERE query = pg_last_query_id()',
      );
      const field = (name: string): unknown => read.rows[0]?.[read.columns.indexOf(name)]?.trim();
      expect(['err_code', 'colname', 'type', 'raw_field_value'].map(field)).toEqual([
        '1205',
        'day',
        'date',
        '2024-02-30',
      ]);
      expect(await run('SELECT count(*) FROM "sales"."target"')).toEqual([['3']]);
    });

    test('whether a table exists, and the columns of tables and queries, by metadata alone', async () => {
      const describe = async (sql: string) =>
        (await agent.must('describe', sql)).rows.map((row) => row.slice(0, 4));
      const columns = [
        ['id', 'int4', '10', '0'],
        ['name', 'varchar', '65535', '0'],
        ['amount', 'numeric', '10', '2'],
        ['day', 'date', '13', '0'],
        ['at', 'timestamptz', '35', '6'],
      ];
      expect(await describe('SELECT * FROM "sales"."target" LIMIT 1')).toEqual(columns);
      expect(await describe('SELECT * FROM (select id, amount from sales.target) LIMIT 1')).toEqual([
        columns[0],
        columns[2],
      ]);
      expect(await describe('select * from (SELECT * FROM "sales"."target") where 1 = 0')).toEqual(columns);
      await describe('SELECT 1 FROM "sales"."target" LIMIT 1');
      expect((await agent.ask('describe', 'SELECT 1 FROM "sales"."nowhere" LIMIT 1')).error?.text).toContain(
        'does not exist',
      );
      expect(await run('SELECT 1')).toEqual([['1']]);
    });

    /** The files a manifest names. */
    function unloaded(uuid: string): Buffer[] {
      const text = fixture.s3.objects.get(`tmp/${uuid}/manifest`)?.toString() ?? '{"entries":[]}';
      const { entries } = JSON.parse(text) as {
        entries: { url: string; meta: { content_length: number } }[];
      };
      return entries.map(({ url, meta }) => {
        const file = fixture.s3.objects.get(url.slice('s3://'.length)) ?? Buffer.alloc(0);
        expect(file.length).toBe(meta.content_length);
        return file;
      });
    }

    test('reads by UNLOAD to Parquet, without and with pushdown', async () => {
      const unload = (query: string, uuid: string): Promise<unknown> =>
        run(
          `UNLOAD ('${query}') TO 's3://tmp/${uuid}/' WITH CREDENTIALS 'aws_iam_role=${ROLE}' FORMAT AS PARQUET  MANIFEST   `,
        );
      const read = async (uuid: string): Promise<unknown[][]> => {
        await using engine = await ParquetEngine.open(folder);
        const rows: unknown[][] = [];
        for (const [index, bytes] of unloaded(uuid).entries()) {
          const file = join(folder, `${uuid}-${index}.parquet`);
          await writeFile(file, bytes);
          rows.push(...(await engine.run(`select * from '${file}'`)));
        }
        return rows;
      };
      await unload(
        `SELECT "id", "name" FROM "sales"."target" WHERE "name" = \\'Ünï "q", x\\' AND "id" IS NOT NULL`,
        'read-1',
      );
      expect(await read('read-1')).toEqual([[1, 'Ünï "q", x']]);
      await unload(
        `SELECT ( SUM ( "SQ_1"."SQ_1_COL_1" ) ) AS "SQ_2_COL_0" FROM ( SELECT ( "SQ_0"."ID" ) AS "SQ_1_COL_0" , ( CAST ( "SQ_0"."AMOUNT" AS DECIMAL(12, 2) ) ) AS "SQ_1_COL_1" FROM ( SELECT * FROM "sales"."target" AS "RCQ_ALIAS" ) AS "SQ_0" WHERE ( ( "SQ_0"."AMOUNT" IS NOT NULL ) AND ( "SQ_0"."NAME" <> \\'it\\'\\'s\\' ) ) ) AS "SQ_1" LEFT OUTER JOIN ( SELECT * FROM "sales"."keyed" AS "RCQ_ALIAS" ) AS "SQ_3" ON ( "SQ_1"."SQ_1_COL_0" = "SQ_3"."ID" )`,
        'read-2',
      );
      expect((await read('read-2')).map((row) => row.map(Number))).toEqual([[12.49]]);
      await unload('SELECT * FROM (select id from sales.target where id < 3)', 'read-3');
      expect((await read('read-3')).map(([id]) => id).sort()).toEqual([1, 2]);
      await unload('SELECT "id" FROM "sales"."target" WHERE 1 = 0', 'read-4');
      expect(await read('read-4')).toEqual([]);
    });

    test('reads by UNLOAD to text', async () => {
      await run(
        `UNLOAD ('SELECT "id", "name", "amount", "at" FROM "sales"."target" ') TO 's3://tmp/text/' WITH CREDENTIALS 'aws_iam_role=${ROLE}' ESCAPE MANIFEST NULL AS '@NULL@'  `,
      );
      expect(Buffer.concat(unloaded('text')).toString().trim().split('\n').sort()).toEqual([
        '1|Ünï "q", x|12.50|2024-02-29 23:59:59.123456+00',
        '2||-0.01|1999-12-31 00:00:00+00',
        '3|@NULL@|@NULL@|@NULL@',
      ]);
      expect(await run('SELECT count(*) FROM "sales"."target"')).toEqual([['3']]);
    });

    test('pushed-down changes', async () => {
      await run('UPDATE "sales"."target" SET "AMOUNT" = ( "AMOUNT" + 1 ) WHERE ( "ID" = 1 )');
      await run(
        'INSERT INTO "sales"."target" ( "ID", "NAME" ) SELECT ( "SQ_0"."ID" + 10 ) AS "SQ_1_COL_0" , ( "SQ_0"."NAME" ) AS "SQ_1_COL_1" FROM ( SELECT * FROM "sales"."target" AS "RCQ_ALIAS" ) AS "SQ_0" WHERE ( "SQ_0"."ID" = 1 )',
      );
      await run('DELETE FROM "sales"."target" WHERE ( "ID" = 3 )');
      expect(await run('select id, amount from sales.target order by id')).toEqual([
        ['1', '13.50'],
        ['2', '-0.01'],
        ['11', null],
      ]);
    });
  },
);
