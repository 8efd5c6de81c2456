import { onRealServer, required } from '../real-server.js';
import { startTestStack, type TestStack } from '../test-stack.js';
import { objectStoreAddress, stackStore } from './object-store-address.js';
import { objectStoreConformance } from './object-store-conformance.js';

describe('SeaweedFS of the local stack', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startTestStack({ components: ['s3'] });
  }, 60_000);
  afterAll(() => stack?.[Symbol.asyncDispose](), 30_000);

  objectStoreConformance(() => stackStore(stack.endpoints.s3));
});

onRealServer('Amazon S3 or another store', ['S3_URL'], () => {
  objectStoreConformance(() => objectStoreAddress(required('S3_URL')));
});
