import type { ModelSpec } from '@thalamus/core/transform';
import { buildKeyTest, buildRowTests, testNames } from './data-tests.sql.js';
import { fromLanding, leftoverName, modelTable } from './model-table.sql.js';
import { buildCreateTable } from './table.sql.js';
import { buildInputSelect } from './unload.sql.js';

const model: ModelSpec = {
  id: 'tadw.interview "date"',
  layer: 'tadw',
  name: 'interview "date"',
  inputs: [],
  key: ['id', 'order'],
  grain: [],
  columns: [
    { name: 'id', type: 'INTEGER', nullable: false },
    { name: 'order', type: 'SMALLINT', nullable: false },
    { name: 'doors_open_at', type: 'TIME', nullable: true },
    { name: 'rate', type: 'DECIMAL(9,4)', nullable: true },
  ],
  checks: [{ name: 'a rate is not negative', condition: 'rate >= 0' }],
};

describe('statements of a publication', () => {
  const { next, landing } = modelTable(model, 'tadw', 'r0011aaff');

  it('make the next table with its key, and a landing table where Parquet has no counterpart', () => {
    expect(buildCreateTable(next)).toMatchInlineSnapshot(`
      "create table "tadw"."interview ""date""__r0011aaff" (
        "id" INTEGER not null,
        "order" SMALLINT not null,
        "doors_open_at" TIME,
        "rate" DECIMAL(9,4),
        primary key ("id", "order")
      )
      diststyle key distkey ("id")
      compound sortkey ("id", "order")"
    `);
    expect(landing && buildCreateTable(landing)).toMatchInlineSnapshot(`
      "create table "tadw"."interview ""date""__r0011aaff__in" (
        "id" INTEGER,
        "order" SMALLINT,
        "doors_open_at" VARCHAR(16),
        "rate" DECIMAL(9,4)
      )
      backup no
      diststyle even"
    `);
    expect(landing && fromLanding(next, landing)).toMatchInlineSnapshot(`
      "insert into "tadw"."interview ""date""__r0011aaff" ("id", "order", "doors_open_at", "rate")
      select "id", "order", cast("doors_open_at" as time), "rate"
      from "tadw"."interview ""date""__r0011aaff__in""
    `);
  });

  it('need no landing table without times of day', () => {
    const columns = model.columns.filter(({ type }) => type !== 'TIME');
    expect(modelTable({ ...model, columns }, 'tadw', 'r0011aaff').landing).toBeUndefined();
  });

  it('test rows in one scan, and the key', () => {
    expect(buildRowTests(model, next)).toMatchInlineSnapshot(`
      "select count(*) as row_count,
        count(case when "id" is null then 1 end) as t0,
        count(case when "order" is null then 1 end) as t1,
        count(case when not (rate >= 0) then 1 end) as t2
      from "tadw"."interview ""date""__r0011aaff""
    `);
    expect(buildKeyTest(model, next)).toMatchInlineSnapshot(`
      "select count(*) as doubled
      from (
        select "id", "order"
        from "tadw"."interview ""date""__r0011aaff"
        group by "id", "order"
        having count(*) > 1
      ) as doubled_keys"
    `);
    expect(testNames(model)).toEqual(['id is not null', 'order is not null', 'a rate is not negative']);
  });

  it('leave names behind that are known as leftovers', () => {
    const names = [next.table, landing?.table ?? '', `${next.table}__old`];
    expect(names.every((name) => leftoverName.test(name))).toBe(true);
    expect(['interview', 'notes__r1', 'x__r0011aaff__more'].some((name) => leftoverName.test(name))).toBe(
      false,
    );
  });
});

describe('buildInputSelect', () => {
  it('names only the columns needed, times of day as text', () => {
    const columns = [
      { name: 'order', type: 'INTEGER' },
      { name: 'doors"at', type: 'TIME' },
    ];
    expect(buildInputSelect({ table: 'tastg.x', columns }, { schema: 'tastg', table: 'x' }))
      .toMatchInlineSnapshot(`
      "select "order", cast("doors""at" as varchar(16)) as "doors""at"
      from "tastg"."x""
    `);
  });
});
