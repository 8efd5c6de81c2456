import { startTestStack, type TestStack } from '../test-stack.js';
import { onRealServer, required } from '../real-server.js';
import { azureSqlAddress } from './azure-sql-address.js';
import { azureSqlConformance } from './azure-sql-conformance.js';

describe('the Azure SQL emulator', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startTestStack({
      components: ['postgres', 'azure-sql-emulator'],
      sourceDatabase: 'conformance',
    });
  }, 120_000);
  afterAll(() => stack?.[Symbol.asyncDispose](), 30_000);

  azureSqlConformance(() => ({ ...stack.endpoints.source, trustCertificate: true }), {
    'follows the order of the SET list': 'the emulator names the changed columns in column order',
    'may be given by a variable': 'the emulator takes a constant only, and says so',
  });
});

onRealServer('a real SQL Server or Azure SQL database', ['AZURE_SQL_URL'], () => {
  azureSqlConformance(() => azureSqlAddress(required('AZURE_SQL_URL')));
});
