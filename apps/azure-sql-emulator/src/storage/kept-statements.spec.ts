import { KeptStatements } from './kept-statements.js';

const kilobytes = (count: number, mark: string): string => mark.repeat(count * 1024);

test('a text gets a name when it comes for the second time, and keeps it', () => {
  const kept = new KeptStatements();
  expect(kept.use('select 1')).toEqual({ name: '', parse: true });
  expect(kept.use('select 1')).toEqual({ name: 's1', parse: true });
  expect(kept.use('select 1')).toEqual({ name: 's1', parse: false });
});

test('a statement whose Parse failed is parsed again', () => {
  const kept = new KeptStatements();
  kept.use('a');
  kept.use('a');
  kept.lost('a');
  expect(kept.use('a')).toEqual({ name: '', parse: true });
});

test('beyond 256 statements the least recently used one is closed', () => {
  const kept = new KeptStatements();
  for (let i = 0; i < 256; i++) for (const _ of [1, 2]) kept.use(`s ${i}`);
  kept.use('s 0');
  kept.use('one more');
  expect(kept.takeStale()).toEqual(['s2']);
  expect(kept.takeStale()).toEqual([]);
  expect(kept.use('s 0').parse).toBe(false);
  expect(kept.use('s 1').parse).toBe(true);
});

test('long texts push out others by what they take; one too long is never kept', () => {
  const kept = new KeptStatements();
  for (const mark of 'abcdefgh') for (const _ of [1, 2]) kept.use(kilobytes(64, mark));
  expect(kept.takeStale()).toEqual([]);
  kept.use(kilobytes(64, 'i'));
  expect(kept.takeStale()).toEqual(['s1']);
  for (const _ of [1, 2, 3]) expect(kept.use(`${kilobytes(64, 'j')}j`)).toEqual({ name: '', parse: true });
});

test('after DDL every name is closed, and nothing is known', () => {
  const kept = new KeptStatements();
  for (const sql of ['a', 'a', 'b', 'b', 'c']) kept.use(sql);
  kept.forget();
  expect(kept.takeStale()).toEqual(['s1', 's2']);
  expect(kept.use('a')).toEqual({ name: '', parse: true });
});
