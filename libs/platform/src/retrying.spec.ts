import { PipelineError } from '@thalamus/contracts';
import { retrying } from './retrying.js';

const flaky = (failures: number, code: 'THAL-K001' | 'THAL-K003') => {
  let calls = 0;
  return () => {
    calls++;
    return calls <= failures ? Promise.reject(new PipelineError(code, 'no')) : Promise.resolve(calls);
  };
};

it('repeats what may be repeated, with growing pauses', async () => {
  const pauses: number[] = [];
  const policy = {
    attempts: 5,
    baseMs: 4,
    maxMs: 10,
    random: () => 1,
    onRetry: (_e: unknown, _n: number, ms: number) => pauses.push(ms),
  };
  await expect(retrying(flaky(3, 'THAL-K001'), policy)).resolves.toBe(4);
  expect(pauses).toEqual([4, 8, 10]);
});

it('gives up after the last attempt with the last error', async () => {
  await expect(retrying(flaky(9, 'THAL-K001'), { attempts: 2, baseMs: 1, maxMs: 1 })).rejects.toThrow(
    'THAL-K001',
  );
});

it('never repeats what needs a person', async () => {
  const pauses: number[] = [];
  const policy = { attempts: 5, baseMs: 1, maxMs: 1, onRetry: () => pauses.push(1) };
  await expect(retrying(flaky(1, 'THAL-K003'), policy)).rejects.toThrow('THAL-K003');
  expect(pauses).toEqual([]);
});
