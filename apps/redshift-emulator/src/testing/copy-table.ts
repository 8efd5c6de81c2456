import type pg from 'pg';
import { ROLE, type Fixture } from './fixture.js';

let number = 0;

/** Makes a table and a file of their own and loads it; returns the table's name. */
export async function copyTable(
  { s3 }: Fixture,
  client: pg.Client,
  columns: string,
  file: string | Buffer,
  options: string,
): Promise<string> {
  number += 1;
  const table = `copied${number}`;
  await client.query(`create table ${table} (${columns})`);
  s3.objects.set(`lake/copied/${number}/file`, Buffer.from(file));
  await client.query(`copy ${table} from 's3://lake/copied/${number}/' iam_role '${ROLE}' ${options}`);
  return table;
}
