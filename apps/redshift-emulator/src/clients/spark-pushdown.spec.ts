// What spark-redshift-community 6.6.1 makes of Spark's expressions (its pushdown/querygeneration), each as the UNLOAD that
// the connector would send for it, to text, whose lines are the rows.
import { ParquetEngine } from '../storage/parquet-engine.js';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manifest, ROLE, startFixture, type Fixture } from '../testing/fixture.js';

describe("spark-redshift's pushdown", () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture();
    await fixture.rows(
      `create table sales (id int, name varchar(40), amount decimal(10,2), day date, at timestamptz, "open" boolean)`,
    );
    await fixture.rows(`insert into sales values (1, ' Ünï ', 12.50, '2024-02-29', '2024-02-29 23:59:59.5', true),
      (2, 'it''s | \\\\ x', -0.01, '1999-12-31', '1999-12-31', false), (3, null, null, null, null, null)`);
  });
  afterAll(() => fixture?.[Symbol.asyncDispose]());

  const source = '( SELECT * FROM "public"."sales" AS "RCQ_ALIAS" ) AS "SQ_0"';
  let count = 0;
  /** The rows of the connector's UNLOAD of a query. */
  async function unload(query: string): Promise<string[]> {
    const prefix = `tmp/${(count += 1)}/`;
    const escaped = query.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
    await fixture.rows(`select * from (${query}) where 1 = 0`);
    await fixture.rows(
      `UNLOAD ('SELECT * FROM (${escaped})') TO 's3://${prefix}' WITH CREDENTIALS 'aws_iam_role=${ROLE}' ESCAPE MANIFEST NULL AS '@NULL@'  `,
    );
    const text = fixture.s3.objects.get(`${prefix}manifest`)?.toString() ?? '{"entries":[]}';
    const { entries } = JSON.parse(text) as { entries: { url: string }[] };
    const files = entries.map(
      ({ url }) => fixture.s3.objects.get(url.slice('s3://'.length))?.toString() ?? '',
    );
    return files.join('').split('\n').filter(Boolean);
  }

  it.each([
    ['ASCII ( "SQ_0"."NAME" )', ['32', '105', '@NULL@']],
    ['LOWER ( TRIM ( "SQ_0"."NAME" ) )', ['ünï', "it's \\| \\\\ x", '@NULL@']],
    ['UPPER ( LTRIM ( "SQ_0"."NAME" ) )', ['ÜNÏ ', "IT'S \\| \\\\ X", '@NULL@']],
    [`LPAD ( "SQ_0"."NAME" , 3 , '*' )`, [' Ün', "it'", '@NULL@']],
    [`RPAD ( RTRIM ( "SQ_0"."NAME" ) , 6 , '*' )`, [' Ünï**', "it's \\|", '@NULL@']],
    [`TRANSLATE ( "SQ_0"."NAME" , 'ït' , 'i' )`, [' Üni ', "i's \\| \\\\ x", '@NULL@']],
    ['LENGTH ( "SQ_0"."NAME" )', ['5', '10', '@NULL@']],
    ['SUBSTRING ( "SQ_0"."NAME" , 2 , 3 )', ['Ünï', "t's", '@NULL@']],
    [
      `CONCAT ( CAST ( "SQ_0"."ID" AS VARCHAR ) , CONCAT ( '-' , "SQ_0"."NAME" ) )`,
      ['1- Ünï ', "2-it's \\| \\\\ x", '@NULL@'],
    ],
    [`( "SQ_0"."NAME" LIKE 'it''s%' )`, ['f', 't', '@NULL@']],
    ['DATEADD ( day, 1 , "SQ_0"."DAY" )', ['2024-03-01 00:00:00', '2000-01-01 00:00:00', '@NULL@']],
    ['DATEADD ( day, (0 - ( 1 ) ), "SQ_0"."DAY" )', ['2024-02-28 00:00:00', '1999-12-30 00:00:00', '@NULL@']],
    [`DATE_TRUNC ( 'MONTH' , "SQ_0"."AT" )`, ['2024-02-01 00:00:00+00', '1999-12-01 00:00:00+00', '@NULL@']],
    [`( "SQ_0"."DAY" >= DATEADD(day, 19782 , TO_DATE('1970-01-01', 'YYYY-MM-DD')) )`, ['t', 'f', '@NULL@']],
    [`( "SQ_0"."AT" > '2024-01-01 00:00:00' ::TIMESTAMPTZ )`, ['t', 'f', '@NULL@']],
    ['ABS ( "SQ_0"."AMOUNT" )', ['12.50', '0.01', '@NULL@']],
    ['- ( "SQ_0"."AMOUNT" )', ['-12.50', '0.01', '@NULL@']],
    ['CEIL ( "SQ_0"."AMOUNT" )', ['13', '0', '@NULL@']],
    ['GREATEST ( "SQ_0"."AMOUNT" , 1 )', ['12.50', '1.00', '1.00']],
    ['POWER ( CAST ( "SQ_0"."AMOUNT" AS FLOAT8 ) , 2.0 )', ['156.25', '0.0001', '@NULL@']],
    ['SQRT ( CAST ( "SQ_0"."ID" AS FLOAT8 ) )', ['1', '1.4142135623730951', '1.7320508075688772']],
    ['ROUND ( "SQ_0"."AMOUNT" , 1 )', ['12.5', '0.0', '@NULL@']],
    ['CAST ( ( "SQ_0"."AMOUNT" / 3.00 ) AS DECIMAL(18, 6) )', ['4.166600', '-0.003300', '@NULL@']],
    [
      'CAST ( ( CAST ( ( "SQ_0"."AMOUNT" * POW(10, 2 ) ) AS BIGINT ) / POW(10, 2 ) ) AS DECIMAL( 20 , 2 ) )',
      ['12.50', '-0.01', '@NULL@'],
    ],
    [`CASE WHEN ( "SQ_0"."ID" = 1 ) THEN 'one' ELSE 'more' END`, ['one', 'more', 'more']],
    [
      `CASE "SQ_0"."OPEN" WHEN TRUE THEN 'true' WHEN FALSE THEN 'false' ELSE null END`,
      ['true', 'false', '@NULL@'],
    ],
    [`COALESCE ( "SQ_0"."NAME" , 'none' )`, [' Ünï ', "it's \\| \\\\ x", 'none']],
    ['( "SQ_0"."ID" IN ( 1 , 3 ) )', ['t', 'f', 't']],
    ['( NOT ( ( "SQ_0"."OPEN" ) ) )', ['f', 't', '@NULL@']],
    ['CAST ( "SQ_0"."ID" AS SMALLINT )', ['1', '2', '3']],
    ['CAST ( "SQ_0"."DAY" AS VARCHAR )', ['2024-02-29', '1999-12-31', '@NULL@']],
    ['ROW_NUMBER () OVER ( ORDER BY ( "SQ_0"."ID" ) DESC NULLS LAST )', ['3', '2', '1']],
    [
      '( SELECT ( MAX ( "SQ_9"."ID" ) ) AS "SQ_8_COL_0" FROM ( SELECT * FROM "public"."sales" AS "RCQ_ALIAS" ) AS "SQ_9" LIMIT 1 )',
      ['3', '3', '3'],
    ],
  ])('%s', async (expression, rows) => {
    const query = `SELECT ( "SQ_0"."ID" ) AS "SQ_1_COL_0" , ( ${expression} ) AS "SQ_1_COL_1" FROM ${source}`;
    expect((await unload(query)).sort()).toEqual(rows.map((row, index) => `${index + 1}|${row}`));
  });

  it.each([
    ['WHERE ( ( "SQ_0"."ID" IS NOT NULL ) AND ( "SQ_0"."AMOUNT" > 0.00 ) )', ['1']],
    [
      'WHERE "SQ_0"."ID" IN ( SELECT ( "SQ_1"."ID" ) AS "SQ_2_COL_0" FROM ( SELECT * FROM "public"."sales" AS "RCQ_ALIAS" ) AS "SQ_1" WHERE ( "SQ_1"."NAME" IS NULL ) )',
      ['3'],
    ],
    [
      'WHERE NOT EXISTS ( SELECT * FROM ( SELECT * FROM "public"."sales" AS "RCQ_ALIAS" ) AS "SQ_1" WHERE ( "SQ_0"."ID" < "SQ_1"."ID" ) )',
      ['3'],
    ],
    ['ORDER BY ( "SQ_0"."AMOUNT" ) ASC NULLS FIRST LIMIT 1', ['3']],
    ['ORDER BY ( "SQ_0"."AMOUNT" ) DESC NULLS LAST LIMIT 2', ['1', '2']],
  ])('%s', async (clause, ids) => {
    const inner = `SELECT ( "SQ_0"."ID" ) AS "SQ_1_COL_0" FROM ${source} ${clause}`;
    expect((await unload(`SELECT * FROM ( ${inner} ) AS "SQ_7"`)).sort()).toEqual(ids);
  });

  it('aggregates, joins and unions', async () => {
    const grouped = `SELECT ( "SQ_0"."OPEN" ) AS "SQ_1_COL_0" , ( COUNT ( DISTINCT "SQ_0"."NAME" ) ) AS "SQ_1_COL_1" , ( SUM ( "SQ_0"."AMOUNT" ) ) AS "SQ_1_COL_2" , ( AVG ( "SQ_0"."ID" ) ) AS "SQ_1_COL_3" FROM ${source} GROUP BY "SQ_0"."OPEN"`;
    expect((await unload(grouped)).sort()).toEqual(['@NULL@|0|@NULL@|3', 'f|1|-0.01|2', 't|1|12.50|1']);
    expect(await unload(`SELECT ( COUNT ( 1 ) ) AS "SQ_1_COL_0" FROM ${source}`)).toEqual(['3']);
    const full = `SELECT ( "SQ_2"."ID" ) AS "SQ_4_COL_0" FROM ${source} FULL OUTER JOIN ( SELECT * FROM "public"."sales" AS "RCQ_ALIAS" ) AS "SQ_2" ON ( "SQ_0"."ID" = ( "SQ_2"."ID" + 1 ) )`;
    expect((await unload(full)).sort()).toEqual(['1', '2', '3', '@NULL@']);
    const union = `( SELECT ( "SQ_0"."ID" ) AS "C" FROM ${source} ) UNION ALL ( SELECT ( "SQ_0"."ID" + 10 ) AS "C" FROM ${source} )`;
    expect(await unload(union)).toHaveLength(6);
  });

  it('MERGE', async () => {
    await fixture.rows('create table changes (id int, amount decimal(10,2))');
    await fixture.rows('insert into changes values (1, 1), (9, 9)');
    await fixture.rows(
      'MERGE INTO "public"."sales" USING "public"."changes" ON "public"."sales"."ID" = "public"."changes"."ID" WHEN MATCHED THEN UPDATE SET "AMOUNT" = "public"."changes"."AMOUNT" WHEN NOT MATCHED THEN INSERT ( "ID" , "AMOUNT" ) VALUES ( "public"."changes"."ID" , "public"."changes"."AMOUNT" )',
    );
    expect(await fixture.rows('select id, amount from sales where id in (1, 9) order by 1')).toEqual([
      [1, '1.00'],
      [9, '9.00'],
    ]);
  });

  it('structs, lists and maps of Parquet and CSV become SUPER', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'spark-pushdown-'));
    try {
      await using engine = await ParquetEngine.open(folder);
      const file = join(folder, 'rows.parquet');
      await engine.run(
        `copy (select 1::int as id, {'a': 1, 'b': ['x', 'y']} as doc union all select 2, null) to '${file}' (format parquet, codec snappy)`,
      );
      fixture.s3.objects.set('tmp/super/part-0.parquet', await readFile(file));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    fixture.s3.objects.set('tmp/super/part-0.csv', Buffer.from('3,"{""a"":2,""b"":[]}"\n4,@NULL@\n'));
    for (const [name, format] of [
      ['part-0.parquet', 'PARQUET SERIALIZETOJSON'],
      ['part-0.csv', "CSV NULL AS '@NULL@' "],
    ] as const) {
      fixture.s3.objects.set(
        'tmp/super/manifest.json',
        manifest([`s3://tmp/super/${name}`], fixture.s3.objects),
      );
      await fixture.rows(
        'CREATE TABLE IF NOT EXISTS "public"."docs" ("id" INTEGER, "doc" SUPER) DISTSTYLE EVEN  ',
      );
      await fixture.rows(
        `COPY "public"."docs" ("id","doc") FROM 's3://tmp/super/manifest.json' FORMAT AS ${format} manifest   CREDENTIALS 'aws_iam_role=${ROLE}'`,
      );
    }
    expect(await fixture.rows('select id, json_serialize(doc) from docs order by id')).toEqual([
      [1, '{"a":1,"b":["x","y"]}'],
      [2, null],
      [3, '{"a":2,"b":[]}'],
      [4, null],
    ]);
  });
});
