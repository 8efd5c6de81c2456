import { once } from 'node:events';
import { EventEmitter } from 'node:events';
import { PipelineError } from '@thalamus/contracts';
import { RunLoop, type RunLoopOptions } from './run.loop.js';

/** A run that the test lets end, and a count of how many began. */
class Runs {
  began = 0;
  signal: AbortSignal | undefined;
  private readonly events = new EventEmitter();
  private end: (error?: Error) => void = () => undefined;

  run = (signal: AbortSignal): Promise<void> => {
    this.began++;
    this.signal = signal;
    this.events.emit('began');
    return new Promise((resolve, reject) => {
      this.end = (error) => (error ? reject(error) : resolve());
      signal.addEventListener('abort', () => reject(new Error('aborted')));
    });
  };
  finish(error?: Error): void {
    this.end(error);
  }
  async begin(): Promise<void> {
    await once(this.events, 'began');
  }
}

function loopOf(
  runs: Runs,
  more: Partial<RunLoopOptions> = {},
): AsyncDisposable & { loop: RunLoop; failures: unknown[] } {
  const failures: unknown[] = [];
  const loop = new RunLoop({
    debounceMs: 5,
    retryMs: 5,
    run: runs.run,
    onFailure: (error, retryInMs) => failures.push([error.message, retryInMs]),
    ...more,
  });
  loop.start();
  return { loop, failures, [Symbol.asyncDispose]: () => loop.stop() };
}

describe('RunLoop', () => {
  it('runs when it becomes owner, because batches may have been missed', async () => {
    const runs = new Runs();
    await using test = loopOf(runs);
    test.loop.tell();
    expect(runs.began).toBe(0);
    const began = runs.begin();
    test.loop.own(true);
    await began;
    expect(runs.began).toBe(1);
  });

  it('coalesces what is told during a run into one more run', async () => {
    const runs = new Runs();
    await using test = loopOf(runs);
    let began = runs.begin();
    test.loop.own(true);
    await began;
    for (let told = 0; told < 5; told++) test.loop.tell();
    began = runs.begin();
    runs.finish();
    await began;
    expect(runs.began).toBe(2);
  });

  it('waits for quiet, but not for ever', async () => {
    const runs = new Runs();
    await using test = loopOf(runs, { debounceMs: 40 });
    const started = performance.now();
    let last = started;
    const began = runs.begin();
    test.loop.own(true);
    const chatter = setInterval(() => {
      last = performance.now();
      test.loop.tell();
    }, 5);
    await began;
    clearInterval(chatter);
    expect(performance.now() - started).toBeGreaterThanOrEqual(4 * 40 - 5);
    expect(performance.now() - last).toBeLessThan(40);
  });

  it('tries again by itself after an error that may pass, with longer pauses', async () => {
    const runs = new Runs();
    await using test = loopOf(runs);
    let began = runs.begin();
    test.loop.own(true);
    await began;
    for (let failure = 0; failure < 2; failure++) {
      began = runs.begin();
      runs.finish(new PipelineError('THAL-C001', 'gone'));
      await began;
    }
    expect(test.failures).toEqual([
      ['THAL-C001: gone', 5],
      ['THAL-C001: gone', 10],
    ]);
  });

  it('waits for the next batch after an error that does not pass', async () => {
    const runs = new Runs();
    await using test = loopOf(runs);
    let began = runs.begin();
    test.loop.own(true);
    await began;
    runs.finish(new PipelineError('THAL-C002', 'division by zero'));
    began = runs.begin();
    test.loop.tell();
    await began;
    expect(runs.began).toBe(2);
    expect(test.failures).toEqual([['THAL-C002: division by zero', undefined]]);
  });

  it('cancels its run when another replica takes over, and says nothing of it', async () => {
    const runs = new Runs();
    await using test = loopOf(runs);
    let began = runs.begin();
    test.loop.own(true);
    await began;
    test.loop.own(false);
    expect(runs.signal?.aborted).toBe(true);
    began = runs.begin();
    test.loop.own(true);
    await began;
    expect(test.failures).toEqual([]);
  });

  it('stops in the middle of a run', async () => {
    const runs = new Runs();
    const test = loopOf(runs);
    const began = runs.begin();
    test.loop.own(true);
    await began;
    await test.loop.stop();
    expect(runs.signal?.aborted).toBe(true);
  });
});
