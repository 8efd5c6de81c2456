import { splitStatements, tokenize } from './lexer.js';
import { planStatement } from './plan-statement.js';

const role = `iam_role 'arn:aws:iam::123456789012:role/r'`;

/** docs/compatibility.md: what Redshift takes and the emulator does not is refused by name, never guessed. */
test.each([
  ['select * from t pivot (sum(a) for b in (1, 2))', 'PIVOT'],
  ['select * from t unpivot (a for b in (c, d))', 'UNPIVOT'],
  ['select distinct a from t x qualify row_number() over (order by a) = 1', 'QUALIFY with DISTINCT'],
  ['select * from t, u x qualify row_number() over (order by a) = 1', 'QUALIFY of *'],
  [
    `select listagg(distinct a, ',') within group (order by a) over (partition by b) from t`,
    'LISTAGG DISTINCT … OVER',
  ],
  ['select a into u from t', 'SELECT … INTO'],
  ['create procedure p() as $$ begin end $$ language plpgsql', 'CREATE PROCEDURE'],
  ['create function f() returns int immutable as $$ select 1 $$ language sql', 'CREATE FUNCTION'],
  ['call p()', 'stored procedures'],
  ['create materialized view v as select 1', 'CREATE MATERIALIZED'],
  ['create view v as select a from t with no schema binding', 'CREATE VIEW … WITH NO SCHEMA BINDING'],
  [`create external schema s from data catalog database 'd'`, 'CREATE EXTERNAL'],
  ['create datashare d', 'CREATE DATASHARE'],
  ['create database d', 'CREATE DATABASE'],
  ['create table t (g geometry)', 'type GEOMETRY'],
  ['create table t (g geography)', 'type GEOGRAPHY'],
  ['create table t (h hllsketch)', 'type HLLSKETCH'],
  ['create table t (i interval)', 'type INTERVAL'],
  ['analyze compression t', 'ANALYZE COMPRESSION'],
  ['set something_unheard_of to 1', 'setting something_unheard_of'],
  [`copy t from 's3://b/k' ${role} orc`, 'COPY format ORC'],
  [`copy t from 's3://b/k' ${role} format as orc`, 'COPY format ORC'],
  [`copy t from 's3://b/k' ${role} shapefile`, 'COPY format SHAPEFILE'],
  [`copy t from 's3://b/k' ${role} fixedwidth '1,2'`, 'FIXEDWIDTH'],
  [`copy t from 's3://b/k' ${role} lzop`, 'LZOP'],
  [`copy t from 's3://b/k' ${role} encrypted`, 'ENCRYPTED'],
  [`copy t from 's3://b/k' ${role} ssh`, 'SSH'],
  [`copy t from 's3://b/k' ${role} job create j auto on`, 'JOB'],
  [`copy t from 'dynamodb://d' ${role} readratio 50`, 'COPY from dynamodb'],
  [`copy t from 'emr://j/k' ${role}`, 'COPY from emr'],
  [`unload ('select 1') to 's3://b/k' ${role} bzip2`, 'UNLOAD option BZIP2'],
  [`unload ('select 1') to 's3://b/k' ${role} encrypted`, 'UNLOAD option ENCRYPTED'],
  [`unload ('select 1') to 's3://b/k' ${role} fixedwidth '1:2'`, 'UNLOAD option FIXEDWIDTH'],
])('refuses by name: %s', (sql, what) => {
  const [tokens = []] = splitStatements(tokenize(sql));
  const planned = planStatement(tokens, 'snapshot');
  if (planned.kind !== 'refusal') throw new Error(`planned as ${planned.kind}`);
  expect([planned.error.code, planned.error.message]).toEqual([
    '0A000',
    expect.stringMatching(/^not supported by the emulator: /),
  ]);
  expect(planned.error.message).toContain(what);
});
