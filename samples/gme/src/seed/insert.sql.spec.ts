import { sampleTables, type SampleTable } from '../schema.js';
import { insertStatements, literal } from './insert.sql.js';

const table: SampleTable = {
  name: 'Message',
  identity: false,
  columns: [
    { name: 'Order', kind: 'integer', type: 'int' },
    { name: 'Name', kind: 'unicode', type: 'nvarchar(50)' },
    { name: 'Photo', kind: 'binary', type: 'varbinary(max)' },
    { name: 'Rate', kind: 'float', type: 'float' },
    { name: 'Open', kind: 'bit', type: 'bit' },
    { name: 'Day', kind: 'date', type: 'date' },
    { name: 'Fee', kind: 'decimal', type: 'money' },
  ],
};

describe('insertStatements', () => {
  it('writes literals that keep every value exact', () => {
    const rows = [
      [1, "O'Brien 😀", new Uint8Array([0, 255]), 0.1, true, '2026-01-31', '12.3400'],
      [2, null, null, null, null, null, null],
    ];
    expect([...insertStatements(table, rows)]).toEqual([
      {
        rows: 2,
        sql:
          'insert into dbo.[Message] ([Order], [Name], [Photo], [Rate], [Open], [Day], [Fee]) values\n' +
          "(1, N'O''Brien 😀', 0x00ff, 1e-1, 1, '2026-01-31', 12.3400),\n" +
          '(2, null, cast(null as varbinary(max)), null, null, cast(null as date), null);',
      },
    ]);
  });

  it('cuts at the number of rows and at the size of a statement, losing none', () => {
    const rows = Array.from({ length: 25 }, (_, i) => [i, 'x'.repeat(100_000), null, 1, true, null, '1']);
    const statements = [...insertStatements(table, rows, 10)];
    expect(statements.reduce((sum, statement) => sum + statement.rows, 0)).toBe(25);
    expect(Math.max(...statements.map(({ sql }) => sql.length))).toBeLessThan(520_000);
    const small = rows.map(([i]) => [i ?? 0, '', null, 1, true, null, '1']);
    expect([...insertStatements(table, small, 10)].map((statement) => statement.rows)).toEqual([10, 10, 5]);
  });

  it('knows a literal for every column of the sample', () => {
    for (const { columns } of sampleTables)
      for (const column of columns) expect(literal(null, column)).toMatch(/null/);
  });
});
