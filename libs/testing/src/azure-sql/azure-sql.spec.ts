import { startTestStack, type TestStack } from '../test-stack.js';
import { onRealServer, required } from '../real-server.js';
import { azureSqlAddress } from './azure-sql-address.js';
import { azureSqlAnswers } from './azure-sql-answers.js';
import { azureSqlConformance } from './azure-sql-conformance.js';
import type { AzureSqlAddress } from './conformance-database.js';
import { EmulatorControl } from './emulator-control.js';
import { everyFactIsShown } from './every-fact.js';

describe('the Azure SQL emulator', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startTestStack({
      components: ['postgres', 'azure-sql-emulator'],
      sourceDatabase: 'conformance',
    });
  }, 120_000);
  afterAll(() => stack?.[Symbol.asyncDispose](), 30_000);

  const address = (): AzureSqlAddress => ({ ...stack.endpoints.source, trustCertificate: true });
  azureSqlAnswers(address, { isEmulator: true });
  const rows = azureSqlConformance(address, {
    differences: {
      'resolve alias types to their base types': 'the emulator keeps the base type alone of a column',
    },
    control: () => new EmulatorControl(stack.endpoints.source.controlUrl, stack.endpoints.source.database),
  });
  everyFactIsShown(rows);
});

onRealServer('a real SQL Server or Azure SQL database', ['AZURE_SQL_URL'], () => {
  const address = (): AzureSqlAddress => azureSqlAddress(required('AZURE_SQL_URL'));
  azureSqlAnswers(address);
  azureSqlConformance(address);
});
