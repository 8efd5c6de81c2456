import { closingLine, reportLines, tableLines } from './verification-lines.js';
import type { TableVerification } from './verification.js';

const table: TableVerification = {
  table: 'dbo.Interview',
  target: 'interview',
  sourceRows: 12_345,
  warehouseRows: 12_345,
  ranges: 1024,
  differingRanges: 0,
  differences: [],
  differencesFound: 0,
  rangesOpened: 0,
  notCompared: [],
  equal: true,
};

describe('the lines of a verification', () => {
  it('say in one that a table is equal', () => {
    expect(tableLines(table)).toEqual([
      'dbo.Interview                          12,345       12,345   1,024  equal',
    ]);
  });

  it('show keys, columns and both values of what differs', () => {
    const lines = tableLines({
      ...table,
      equal: false,
      differingRanges: 9,
      rangesOpened: 8,
      differencesFound: 3,
      differences: [
        { kind: 'missing', key: '["7"]', columns: [] },
        { kind: 'different', key: '["9"]', columns: [{ column: 'status', source: null, warehouse: '' }] },
      ],
    });
    expect(lines.slice(1)).toEqual([
      '  ["7"]: missing in the warehouse',
      '  ["9"]: different',
      '    status: null at the source, "" in the warehouse',
      '  and 1 more in the ranges looked into',
      '  9 of 1,024 ranges differ; 8 were looked into',
    ]);
  });

  it('count what is wrong at the end', () => {
    const report = {
      report: 'fill',
      sourceRows: 1,
      warehouseRows: 0,
      differences: ['x'],
      differencesFound: 4,
      equal: false,
    };
    expect(reportLines(report).slice(1)).toEqual(['  x', '  and 3 more']);
    const verification = {
      version: '12',
      warehouseVersion: '12',
      batch: 3,
      tables: [table],
      reports: [report],
      equal: false,
      durationMs: 1234,
    };
    expect(closingLine(verification)).toBe(
      'DIFFERENT: 1 of 2 tables and reports; source version 12, warehouse version 12 (batch 3); 1.2 s',
    );
    expect(closingLine({ ...verification, reports: [], equal: true })).toMatch(
      /^Equal: 12,345 rows of 1 tables/,
    );
  });
});
