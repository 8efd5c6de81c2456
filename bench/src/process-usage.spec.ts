import { spawnSync } from 'node:child_process';
import { usageOf } from './process-usage.js';

it('counts CPU and memory of this process', () => {
  const before = usageOf(process.pid);
  expect(before.peakBytes).toBeGreaterThan(10_000_000);
  const until = performance.now() + 300;
  let n = 0;
  while (performance.now() < until) n += Math.sqrt(n + 1);
  expect(n).toBeGreaterThan(0);
  expect(usageOf(process.pid).cpuSeconds).toBeGreaterThan(before.cpuSeconds);
});

it('keeps counting what children used that have ended', () => {
  const before = usageOf(process.pid);
  spawnSync(process.execPath, ['-e', 'const until = Date.now() + 400; while (Date.now() < until);']);
  expect(usageOf(process.pid).cpuSeconds - before.cpuSeconds).toBeGreaterThan(0.2);
});

it('knows nothing of a process that is not there', () => {
  expect(usageOf(2 ** 30)).toEqual({ cpuSeconds: 0, peakBytes: 0 });
});
