import { startFixture } from '../testing/fixture.js';

test('pg_table_def lists the tables of the search_path only', async () => {
  await using fixture = await startFixture();
  await fixture.rows('create schema aside');
  await fixture.rows('create table aside.elsewhere (id int)');
  const listed = `select schemaname from pg_table_def where tablename = 'elsewhere'`;
  expect(await fixture.rows(listed)).toEqual([]);
  await fixture.rows('set search_path to aside');
  expect(await fixture.rows(listed)).toEqual([['aside']]);
});
