import type { KnownDifferences } from '../mark.js';
import { ConformanceWarehouse, type RedshiftServer } from './conformance-warehouse.js';
import { limits } from './limits.js';
import { loads } from './loads.js';
import { transactions } from './transactions.js';
import { unloads } from './unloads.js';

/**
 * What loader and transformer rely on of Redshift, by their own statements over their own driver, as tests to be
 * registered inside a `describe`. Everything lies in a schema and below a prefix of its own, both removed at the end.
 */
export function redshiftConformance(server: () => RedshiftServer, differences: KnownDifferences = {}): void {
  describe('keeps the rules that loader and transformer rely on', () => {
    let opened: ConformanceWarehouse | undefined;
    const warehouse = (): ConformanceWarehouse => {
      if (opened === undefined) throw new Error('the warehouse was not opened; see the error of its set-up');
      return opened;
    };
    beforeAll(async () => {
      opened = await ConformanceWarehouse.open(server());
    });
    afterAll(() => opened?.[Symbol.asyncDispose]());

    loads(warehouse);
    transactions(warehouse);
    unloads(warehouse);
    limits(warehouse, differences);
  });
}
