import { startFixture, type Fixture } from '../testing/fixture.js';

/** The developer guide, "Computations with numeric values", as far as a table of answers cannot say it. */
describe('DECIMAL arithmetic', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture();
    await fixture.rows(
      'create table sales (id int, pricepaid decimal(8,2), commission decimal(8,2), qty smallint, big decimal(38,2))',
    );
    await fixture.rows('insert into sales values (1, 20.00, 3.00, 3, 1), (2, 100.00, 15.00, 7, 2)');
  }, 60_000);
  afterAll(() => fixture?.[Symbol.asyncDispose]());

  const one = async (sql: string, values?: unknown[]): Promise<unknown> => {
    const rows = await fixture.rows(sql, values);
    expect(rows).toHaveLength(1);
    return rows[0]?.[0];
  };
  const typeOf = async (sql: string): Promise<unknown> => {
    await fixture.rows('drop table if exists typed');
    await fixture.rows(`create table typed as ${sql}`);
    return one(`select type from pg_table_def where tablename = 'typed'`);
  };

  it.each([
    ['select pricepaid / commission as q from sales', 'numeric(17,9)'],
    ['select pricepaid / qty as q from sales', 'numeric(14,8)'],
    ['select pricepaid + commission as q from sales', 'numeric(9,2)'],
    ['select pricepaid * commission as q from sales', 'numeric(17,4)'],
    ['select commission * qty as q from sales', 'numeric(14,2)'],
    ['select sum(pricepaid) as q from sales', 'numeric(38,2)'],
    ['select avg(pricepaid) as q from sales', 'numeric(38,2)'],
    ['select sum(pricepaid) / sum(commission) as q from sales', 'numeric(38,4)'],
    ['select pricepaid as q from sales union select id::decimal(15,3) from sales', 'numeric(15,3)'],
    ['select coalesce(pricepaid, 0) as q from sales', 'numeric(12,2)'],
    ['select q + 1 as q from (select pricepaid / 3 as q from sales)', 'numeric(24,13)'],
    ['with w as (select commission * 2 as d from sales) select max(d) as q from w', 'numeric(19,2)'],
  ])('%s gives a column of %s', async (sql, type) => {
    expect(await typeOf(sql)).toBe(type);
  });

  it('a view keeps the types of what it computes', async () => {
    await fixture.rows('create view ratios as select id, commission / pricepaid as ratio from sales');
    expect(await one('select ratio / 2 from ratios where id = 1')).toBe('0.07500000000000000000');
    expect(
      await fixture.rows(
        `select numeric_precision, numeric_scale from svv_columns where table_name = 'ratios' and column_name = 'ratio'`,
      ),
    ).toEqual([[17, 9]]);
  });

  it('an expression that GROUP BY and ORDER BY repeat is computed alike', async () => {
    expect(
      await fixture.rows(
        'select pricepaid / qty, count(*) from sales group by pricepaid / qty order by sales.pricepaid / qty desc',
      ),
    ).toEqual([
      ['14.28571428', '1'],
      ['6.66666666', '1'],
    ]);
  });

  it('clients are told the type, and see its digits', async () => {
    const client = await fixture.connect();
    const { fields, rows } = await client.query(
      'select coalesce(null, pricepaid, 0) as c, case when id = 1 then pricepaid else 0 end from sales order by 1',
    );
    expect(fields.map(({ dataTypeModifier }) => dataTypeModifier)).toEqual([
      ((12 << 16) | 2) + 4,
      ((12 << 16) | 2) + 4,
    ]);
    expect(rows.map((row: object) => Object.values(row))).toEqual([
      ['20.00', '20.00'],
      ['100.00', '0.00'],
    ]);
  });

  it('works in the extended protocol, within a pipeline and a transaction', async () => {
    const client = await fixture.connect();
    await client.query('begin');
    const { rows } = await client.query('select pricepaid / commission as q from sales where id = $1', [1]);
    expect(rows).toEqual([{ q: '6.666666666' }]);
    await client.query('update sales set commission = pricepaid / 6 + $1 where id = 1', [0]);
    expect((await client.query('select commission from sales where id = 1')).rows).toEqual([
      { commission: '3.33' },
    ]);
    await client.query('rollback');
    expect(await one('select commission from sales where id = 1')).toBe('3.00');
  });

  it.each([
    ['select sum(big) * 1000000000000000000000000000000000000::decimal(38,0) from sales'],
    ['select 99999999999999999999999999999999999.99::decimal(38,2) * 100'],
    ['select 99999999999999999999999999999999999999::decimal(38,0) + 1'],
    ['select -99999999999999999999999999999999999999::decimal(38,0) - 1'],
  ])('%s overflows', async (sql) => {
    await expect(fixture.rows(sql)).rejects.toMatchObject({
      code: '22003',
      message: expect.stringMatching(/overflow/),
    });
  });

  it('a quotient whose operand has no type is refused', async () => {
    await expect(fixture.rows('select pricepaid / $1 from sales', ['3'])).rejects.toMatchObject({
      message: expect.stringMatching(/not supported by the emulator: a division of DECIMAL/),
    });
    expect(await one('select pricepaid / $1::decimal(8,2) from sales where id = 1', ['3'])).toBe(
      '6.666666666',
    );
  });
});
