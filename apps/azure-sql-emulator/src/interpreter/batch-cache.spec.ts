import { BatchCache } from './batch-cache.js';

const KILOBYTE = 1024;

test('the texts kept never take more than a million characters; the most recently used stay', () => {
  const cache = new BatchCache();
  const text = (i: number): string => `${i}`.padEnd(64 * KILOBYTE, ' ');
  for (let i = 0; i < 16; i++) cache.add(text(i), []);
  expect(cache.get(text(0))).toEqual([]);
  cache.add(text(16), []);
  expect(cache.get(text(1))).toBeUndefined();
  expect(cache.get(text(0))).toEqual([]);
  cache.add(`${text(17)} `, []);
  expect(cache.get(`${text(17)} `)).toBeUndefined();
});

test('at most 512 texts are kept', () => {
  const cache = new BatchCache();
  for (let i = 0; i < 513; i++) cache.add(`select ${i}`, []);
  expect(cache.get('select 0')).toBeUndefined();
  expect(cache.get('select 1')).toEqual([]);
});
