import fc from 'fast-check';
import { splitTableId, tableId, Topics } from './index.js';

describe('topics', () => {
  it('names a table topic by prefix, database, schema and table', () => {
    expect(new Topics('gme', 'gme').table(tableId('dbo', 'Interview'))).toBe('gme.gme.dbo.Interview');
  });

  it('gives different tables different topics, and only characters that Kafka takes', () => {
    const topics = new Topics('p', 'd');
    fc.assert(
      fc.property(
        fc.tuple(fc.string({ minLength: 1 }), fc.string({ minLength: 1 })),
        fc.tuple(fc.string({ minLength: 1 }), fc.string({ minLength: 1 })),
        (a, b) => {
          const [left, right] = [topics.table(tableId(...a)), topics.table(tableId(...b))];
          expect(left).toMatch(/^[a-zA-Z0-9._-]+$/);
          expect(topics.tablePattern.test(left)).toBe(true);
          expect(left === right).toBe(a[0] === b[0] && a[1] === b[1]);
        },
      ),
    );
  });

  it('takes a table id apart again', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter((s) => !s.startsWith('.') && !s.endsWith('.')),
        fc.string({ minLength: 1 }).filter((s) => !s.startsWith('.') && !s.endsWith('.')),
        (schema, table) => {
          expect(splitTableId(tableId(schema, table))).toEqual({ schema, table });
        },
      ),
    );
  });

  it('keeps control topics out of the table pattern', () => {
    const topics = new Topics('gme', 'gme');
    for (const topic of [topics.journal, topics.signals, topics.checkpoints, topics.schemas, topics.rejected])
      expect(topics.tablePattern.test(topic)).toBe(false);
  });
});
