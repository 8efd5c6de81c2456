import { gzipSync } from 'node:zlib';
import type { TableLoad } from '@thalamus/core/load';
import type { ObjectStore } from '@thalamus/object-store';
import { schema, table, topic } from '../stage/stage-fixtures.js';
import { csvRecords, rejectedRows } from './rejected-rows.js';

describe('records of a file', () => {
  it('are counted in lines, also when a text holds line feeds', () => {
    const text = '1,a\n2,"two\nlines, ""quoted"""\n3,c\n';
    expect([...csvRecords(text)].map(({ line, lines, text: record }) => [line, lines, record])).toEqual([
      [1, 1, '1,a'],
      [2, 2, '2,"two\nlines, ""quoted"""'],
      [4, 1, '3,c'],
    ]);
  });
});

describe('a row that COPY refused', () => {
  const file = { key: 'stage/f.csv.gz', rows: 3, deletes: 0, bytes: 1, batch: 7, topic, partition: 2 };
  const set = { schema, files: [file] };
  const store = {
    keyOf: (url: string) => url.replace('s3://b/', ''),
    get: () => Promise.resolve(gzipSync('1,a,10,x,7,u,100\n2,"b\nc",10,x,7,u,101\n3,d,10,x,7,u,102\n')),
  } as unknown as ObjectStore;
  const options = { store, now: () => new Date('2026-01-01T00:00:00Z') };
  const load = { table } as TableLoad;
  const error = {
    file: 's3://b/stage/f.csv.gz',
    column: 'name',
    code: '1204',
    message: 'String length exceeds DDL length',
  };

  it('is traced to its topic, partition and offset, by any of its lines', async () => {
    for (const line of [2, 3])
      expect(await rejectedRows(load, set, [{ ...error, line }], options)).toMatchObject([
        {
          table,
          batch: 7,
          topic,
          partition: 2,
          offset: 101,
          code: '1204',
          column: 'name',
          id: `${topic}-2-101`,
        },
      ]);
    expect(await rejectedRows(load, set, [{ ...error, line: 4 }], options)).toMatchObject([{ offset: 102 }]);
  });

  it('is never guessed', async () => {
    await expect(rejectedRows(load, set, [{ ...error, line: 9 }], options)).rejects.toThrow(
      'no record at line 9',
    );
    await expect(
      rejectedRows(load, set, [{ ...error, file: 's3://b/other', line: 1 }], options),
    ).rejects.toThrow('which it was not given');
  });
});
