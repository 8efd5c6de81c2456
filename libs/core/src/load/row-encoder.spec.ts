import type { ChangeEvent, Operation, WireRow } from '@thalamus/contracts';
import { nullSentinel } from './csv-text.js';
import { column, tableSchema } from './plan-fixtures.js';
import { addCoercions, RowEncoder, UnfitValueError, type Coercions } from './row-encoder.js';

const schema = tableSchema([
  column('Id', 'INTEGER', { keyOrdinal: 1, nullable: false }),
  column('Name', 'VARCHAR(12)', { text: { maxChars: 4, maxBytes: 12 } }),
  column('Active', 'BOOLEAN'),
  column('Fee', 'DECIMAL(19,4)'),
  column('Start', 'TIMESTAMPTZ', { truncatesFraction: true }),
  column('Photo', 'VARBYTE(10)'),
]);

function event(op: Operation, row: WireRow): ChangeEvent {
  return {
    before: op === 'd' ? { ...row } : null,
    after: op === 'd' ? null : { ...row },
    source: {
      version: '1',
      connector: 'thalamus-sqlserver-ct',
      name: 'gme',
      ts_ms: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
      snapshot: 'false',
      db: 'gme',
      schema: 'dbo',
      table: 'Interview',
      change_version: '42',
      batch: 7,
      generation: [1],
      schema_id: 1,
    },
    op,
    ts_ms: 0,
  };
}

describe('a staged record', () => {
  it('names its columns: the target names, then bookkeeping', () => {
    expect(new RowEncoder(schema).columns.join()).toBe(
      'id,name,active,fee,start,photo,_change_version,_committed_at,_batch,_op,_offset',
    );
  });

  it('writes each type as COPY reads it', () => {
    const row = {
      Id: 1,
      Name: 'Ann',
      Active: true,
      Fee: '12.5000',
      Start: '2026-05-01 10:00:00.1234560 -05:00',
      Photo: 'CAFE',
    };
    expect(new RowEncoder(schema).encode(event('u', row), 99, {})).toBe(
      '1,Ann,true,12.5000,2026-05-01 10:00:00.123456-05:00,CAFE,42,2026-01-02 03:04:05.678,7,u,99\n',
    );
  });

  it('tells NULL, a missing column and the empty string apart from data', () => {
    expect(new RowEncoder(schema).encode(event('c', { Id: 1, Name: '', Active: null }), 5, {})).toBe(
      `1,,${nullSentinel},${nullSentinel},${nullSentinel},${nullSentinel},42,2026-01-02 03:04:05.678,7,u,5\n`,
    );
  });

  it('fills only the key of a deletion', () => {
    expect(new RowEncoder(schema).encode(event('d', { Id: 1, Name: 'Ann' }), 5, {})).toBe(
      `1,${`${nullSentinel},`.repeat(5)}42,2026-01-02 03:04:05.678,7,d,5\n`,
    );
  });

  it('counts what it changed, by source column', () => {
    const coercions: Coercions = {};
    const encoder = new RowEncoder(schema);
    encoder.encode(
      event('c', { Id: 1, Name: 'Annabel', Start: '2026-05-01 10:00:00.1234567 +00:00' }),
      1,
      coercions,
    );
    encoder.encode(event('c', { Id: 2, Name: 'A\0😀😀' }), 2, coercions);
    expect(coercions).toEqual({
      Name: { 'cut-to-length': 2, 'nul-removed': 1 },
      Start: { 'sub-microsecond-truncated': 1 },
    });
    const sum: Coercions = {};
    addCoercions(sum, coercions);
    addCoercions(sum, coercions);
    expect(sum.Name).toEqual({ 'cut-to-length': 4, 'nul-removed': 2 });
  });

  it('refuses what cannot stand in a file, naming the column', () => {
    const encoder = new RowEncoder(schema);
    const nested = { Id: 1, Name: { deep: true } } as unknown as WireRow;
    expect(() => encoder.encode(event('u', nested), 1, {})).toThrow(
      new UnfitValueError('Name', 'the column Name holds a object'),
    );
    expect(() => encoder.encode(event('u', { Name: 'x' }), 1, {})).toThrow('the key column Id has no value');
    expect(() => encoder.encode({ ...event('u', {}), after: null }, 1, {})).toThrow('op u without after');
  });
});
