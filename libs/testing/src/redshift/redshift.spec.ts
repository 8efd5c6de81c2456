import { objectStoreAddress, stackStore } from '../object-store/object-store-address.js';
import { onRealServer, required } from '../real-server.js';
import { startTestStack, type TestStack } from '../test-stack.js';
import type { RedshiftServer } from './conformance-warehouse.js';
import { redshiftAddress } from './redshift-address.js';
import { redshiftConformance } from './redshift-conformance.js';

describe('the Redshift emulator', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startTestStack({ components: ['postgres', 's3', 'redshift-emulator'] });
  }, 120_000);
  afterAll(() => stack?.[Symbol.asyncDispose](), 30_000);

  const server = (): RedshiftServer => {
    const { warehouse, s3 } = stack.endpoints;
    return { warehouse, store: stackStore(s3), iamRole: warehouse.iamRole };
  };
  redshiftConformance(server);
});

onRealServer('a real Redshift', ['REDSHIFT_URL', 'S3_URL'], () => {
  redshiftConformance(() => ({
    warehouse: redshiftAddress(required('REDSHIFT_URL')),
    store: objectStoreAddress(required('S3_URL')),
    iamRole: process.env['REDSHIFT_IAM_ROLE'] ?? '',
  }));
});
