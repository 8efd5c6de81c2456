import type { KnownDifferences } from '../mark.js';
import { captureReads } from './capture-reads.js';
import { catalogue } from './catalogue.js';
import { concurrentWriters } from './concurrent-writers.js';
import { ConformanceDatabase, type AzureSqlAddress } from './conformance-database.js';
import { ConformanceRows, type ConformanceRow } from './conformance-rows.js';
import { driverValues } from './driver-values.js';
import type { EmulatorControl } from './emulator-control.js';
import { databaseSwitch, enabling } from './enabling.js';
import { functions } from './functions.js';
import { loads } from './loads.js';
import { netChanges } from './net-changes.js';
import { permissions } from './permissions.js';
import { provoked } from './provoked.js';
import { columnMasks } from './column-masks.js';
import { referenceStatements } from './reference-statements.js';
import { rowHistory } from './row-history.js';
import { snapshots } from './snapshots.js';
import { typeReads } from './type-reads.js';
import { versions } from './versions.js';

export interface ConformanceOptions {
  /** What the server is known to do otherwise, by title of the row. */
  readonly differences?: KnownDifferences;
  /** The emulator's control endpoint, for rows that no client can provoke; without it they are skipped by name. */
  readonly control?: () => EmulatorControl;
}

/**
 * What capture relies on of Azure SQL, as tests to be registered inside a `describe`: change tracking fact by fact
 * (`change-tracking-facts.ts`), SNAPSHOT isolation, the reads of capture, and every type as capture reads it.
 *
 * @param address asked for when the tests begin; the database is given up to them
 * @returns the rows registered, each with the facts it shows
 */
export function azureSqlConformance(
  address: () => AzureSqlAddress,
  { differences = {}, control }: ConformanceOptions = {},
): readonly ConformanceRow[] {
  const rows = new ConformanceRows(differences, control !== undefined);
  describe('keeps the rules that capture relies on', () => {
    let opened: ConformanceDatabase | undefined;
    const database = (): ConformanceDatabase => {
      if (opened === undefined) throw new Error('the database was not opened; see the error of its set-up');
      return opened;
    };
    beforeAll(async () => {
      opened = await ConformanceDatabase.open(address(), control?.());
    });
    afterAll(() => opened?.[Symbol.asyncDispose]());

    netChanges(database, rows);
    versions(database, rows);
    snapshots(database, rows);
    concurrentWriters(database, rows);
    functions(database, rows);
    rowHistory(database, rows);
    columnMasks(database, rows);
    enabling(database, rows);
    permissions(database, rows);
    catalogue(database, rows);
    loads(database, rows);
    captureReads(database, rows);
    referenceStatements(database, rows);
    typeReads(database, rows);
    driverValues(database, rows);
    provoked(database, rows);
    databaseSwitch(database, rows);
  });
  return rows.all;
}
