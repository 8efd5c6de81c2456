import { ComponentRunner, type ComponentEvent, type RestartPolicy } from './component-runner.js';
import type { Component, ExitStatus, RunningComponent } from './component.js';
import { Supervisor } from './supervisor.js';

/** A component without a process: tests end it, and tell it whether its next starts succeed. */
class FakeComponent implements Component {
  readonly replica = 1;
  readonly version = '0';
  readonly address = '127.0.0.1:1';
  readonly logFile = 'fake.log';
  readonly essential: boolean;
  /** Outcomes of the next starts; success when empty. */
  readonly failures: Error[] = [];
  starts = 0;
  end: (status: ExitStatus) => void = () => undefined;

  constructor(
    readonly name: string,
    readonly needs: readonly string[] = [],
    private readonly diary: string[] = [],
    essential = true,
  ) {
    this.essential = essential;
  }

  start(): Promise<RunningComponent> {
    this.starts += 1;
    this.diary.push(`start ${this.name}`);
    const failure = this.failures.shift();
    if (failure !== undefined) return Promise.reject(failure);
    const exited = new Promise<ExitStatus>((resolve) => (this.end = resolve));
    const finish = (signal: string) => async (): Promise<void> => {
      this.diary.push(`${signal} ${this.name}`);
      this.end({ code: null, signal });
      await exited;
    };
    return Promise.resolve({
      pid: 1000 + this.starts,
      exited,
      stop: finish('SIGTERM'),
      kill: finish('SIGKILL'),
    });
  }
}

const FAST: RestartPolicy = { attempts: 3, firstDelayMs: 1, maxDelayMs: 4, forgivenAfterMs: 60_000 };
const CRASH: ExitStatus = { code: 1, signal: null };

/** Resolves at the next event that satisfies a condition. */
class Diary {
  readonly events: ComponentEvent[] = [];
  private readonly waiting: {
    holds: (event: ComponentEvent) => boolean;
    resolve: (event: ComponentEvent) => void;
  }[] = [];

  readonly report = (event: ComponentEvent): void => {
    this.events.push(event);
    for (const waiter of this.waiting.filter(({ holds }) => holds(event))) {
      this.waiting.splice(this.waiting.indexOf(waiter), 1);
      waiter.resolve(event);
    }
  };

  next(holds: (event: ComponentEvent) => boolean): Promise<ComponentEvent> {
    return new Promise((resolve) => this.waiting.push({ holds, resolve }));
  }
}

const becomes = (state: string) => (event: ComponentEvent) => event.state === state;

describe('a component', () => {
  test('that dies is started again, and says why', async () => {
    const diary = new Diary();
    const fake = new FakeComponent('a');
    const runner = new ComponentRunner(fake, diary.report, FAST);
    await runner.start();
    const again = diary.next(becomes('running'));
    fake.end({ code: null, signal: 'SIGKILL' });
    await again;
    expect(fake.starts).toBe(2);
    expect(diary.events.map(({ text }) => text).join('\n')).toContain('ended with SIGKILL');
    expect(runner.lastProblem).toBeUndefined();
  });

  test('that dies too often is reported as failed, and can be started by hand then', async () => {
    const diary = new Diary();
    const fake = new FakeComponent('a');
    const runner = new ComponentRunner(fake, diary.report, FAST);
    await runner.start();
    fake.failures.push(...[1, 2, 3].map((n) => new Error(`no ${n}`)));
    const failed = diary.next((event) => event.text.includes('not started again after 3 attempts'));
    fake.end(CRASH);
    await failed;
    expect(fake.starts).toBe(4);
    expect(runner.state).toBe('failed');
    expect(runner.lastProblem).toBe('no 3');
    await runner.start();
    expect(runner.state).toBe('running');
  });

  test('that says its configuration is bad is not started again', async () => {
    const diary = new Diary();
    const fake = new FakeComponent('a');
    const runner = new ComponentRunner(fake, diary.report, FAST);
    await runner.start();
    const failed = diary.next(becomes('failed'));
    fake.end({ code: 2, signal: null });
    await failed;
    expect(fake.starts).toBe(1);
  });

  test('that was killed or stopped on purpose stays down', async () => {
    const diary = new Diary();
    const fake = new FakeComponent('a');
    const runner = new ComponentRunner(fake, diary.report, FAST);
    await runner.start();
    await runner.kill();
    expect(runner.state).toBe('killed');
    expect(runner.pid).toBeUndefined();
    await runner.start();
    await runner.stop();
    expect(runner.state).toBe('stopped');
    expect(fake.starts).toBe(2);
    expect(diary.events.map(({ state }) => state)).not.toContain('restarting');
  });

  test('that waits for its restart can be stopped', async () => {
    const diary = new Diary();
    const fake = new FakeComponent('a');
    const runner = new ComponentRunner(fake, diary.report, {
      ...FAST,
      firstDelayMs: 60_000,
      maxDelayMs: 60_000,
    });
    await runner.start();
    const waiting = diary.next(becomes('restarting'));
    fake.end(CRASH);
    await waiting;
    await runner.stop();
    expect(runner.state).toBe('stopped');
    expect(fake.starts).toBe(1);
  });
});

describe('a stack of components', () => {
  const stackOf = (diary: string[], extra: FakeComponent[] = []): Supervisor =>
    new Supervisor(
      [
        new FakeComponent('service', ['emulator', 'kafka'], diary),
        new FakeComponent('kafka', [], diary),
        new FakeComponent('emulator', ['postgres', 's3'], diary),
        new FakeComponent('postgres', [], diary),
        ...extra,
      ],
      () => undefined,
      FAST,
    );

  test('starts in the order of needs and stops in reverse; a need that is not part of it is no obstacle', async () => {
    const diary: string[] = [];
    const supervisor = stackOf(diary);
    await supervisor.startAll();
    expect(diary.indexOf('start emulator')).toBeGreaterThan(diary.indexOf('start postgres'));
    expect(diary.at(-1)).toBe('start service');
    diary.length = 0;
    await supervisor.stopAll();
    expect(diary[0]).toBe('SIGTERM service');
    expect(diary.indexOf('SIGTERM postgres')).toBeGreaterThan(diary.indexOf('SIGTERM emulator'));
    expect(diary).toHaveLength(4);
  });

  test('fails with the reason of the component that does not start, and leaves what needs it unstarted', async () => {
    const diary: string[] = [];
    const broken = new FakeComponent('s3', [], diary);
    broken.failures.push(new Error('s3: no such binary'));
    const supervisor = stackOf(diary, [broken]);
    await expect(supervisor.startAll()).rejects.toThrow('s3: no such binary');
    await supervisor.stopAll();
    expect(diary).not.toContain('start emulator');
    expect(supervisor.list().map(({ state }) => state)).not.toContain('running');
  });

  test('does not fail for a service that does not start at once, but tries it again', async () => {
    const diary = new Diary();
    const fake = new FakeComponent('service', [], [], false);
    const attempts = FAST.attempts + 2;
    fake.failures.push(...Array.from({ length: attempts }, () => new Error('the source is empty')));
    const supervisor = new Supervisor([fake], diary.report, FAST);
    const running = diary.next(becomes('running'));
    await supervisor.startAll();
    await running;
    expect(fake.starts).toBe(attempts + 1);
    await supervisor.stopAll();
  });
});
