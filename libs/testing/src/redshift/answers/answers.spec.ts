import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { WarehouseAddress } from '@thalamus/redshift';
import { onRealServer, required } from '../../real-server.js';
import { startTestStack, type TestStack } from '../../test-stack.js';
import { redshiftAddress } from '../redshift-address.js';
import type { Text } from './answer.js';
import { redshiftAnswers } from './redshift-answers.js';

/** Values stay as the server wrote them. */
const asText: pg.CustomTypesConfig = { getTypeParser: () => (value: unknown) => value };

function answersOf(address: () => WarehouseAddress): void {
  const schema = `answers_${randomBytes(4).toString('hex')}`;
  let client: pg.Client | undefined;
  const ask = async (statement: string): Promise<Text[][]> => {
    if (client === undefined) throw new Error('not connected; see the error of the set-up');
    const { rows } = await client.query<Text[]>({ text: statement, rowMode: 'array', types: asText });
    return rows;
  };
  beforeAll(async () => {
    const { ssl, maxConnections: _pool, ...where } = address();
    client = new pg.Client({ ...where, ssl: ssl ? { rejectUnauthorized: false } : false });
    await client.connect();
    await ask(`create schema ${schema}`);
    await ask(`set search_path to ${schema}`);
  });
  afterAll(async () => {
    await client?.query(`drop schema if exists ${schema} cascade`);
    await client?.end();
  });
  redshiftAnswers(ask);
}

describe('the Redshift emulator answers as documented', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startTestStack({ components: ['postgres', 'redshift-emulator'] });
  }, 120_000);
  answersOf(() => stack.endpoints.warehouse);
  // Behind the answers' own end, which needs the server.
  afterAll(() => stack?.[Symbol.asyncDispose](), 30_000);
});

onRealServer('a real Redshift answers as documented', ['REDSHIFT_URL'], () => {
  answersOf(() => redshiftAddress(required('REDSHIFT_URL')));
});
