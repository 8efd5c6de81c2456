import type { KnownDifferences } from '../mark.js';
import { captureReads } from './capture-reads.js';
import { ConformanceDatabase, type AzureSqlAddress } from './conformance-database.js';
import { databaseSwitch, enabling } from './enabling.js';
import { netChanges } from './net-changes.js';
import { columnMasks, rowHistory } from './row-history.js';
import { typeReads } from './type-reads.js';
import { versions } from './versions.js';

/**
 * What capture relies on of Azure SQL, as tests to be registered inside a `describe`: change tracking by every rule that
 * can be seen through SQL, SNAPSHOT isolation, the reads of capture, and every type as capture reads it.
 *
 * @param address asked for when the tests begin; the database is given up to them
 */
export function azureSqlConformance(
  address: () => AzureSqlAddress,
  differences: KnownDifferences = {},
): void {
  describe('keeps the rules that capture relies on', () => {
    let opened: ConformanceDatabase | undefined;
    const database = (): ConformanceDatabase => {
      if (opened === undefined) throw new Error('the database was not opened; see the error of its set-up');
      return opened;
    };
    beforeAll(async () => {
      opened = await ConformanceDatabase.open(address());
    });
    afterAll(() => opened?.[Symbol.asyncDispose]());

    netChanges(database);
    versions(database);
    rowHistory(database, differences);
    columnMasks(database, differences);
    enabling(database);
    captureReads(database);
    typeReads(database);
    databaseSwitch(database);
  });
}
