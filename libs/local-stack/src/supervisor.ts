import type { Component } from './component.js';
import { ComponentRunner, type ComponentEvent, type RestartPolicy } from './component-runner.js';
import { StackError } from './local-stack.errors.js';

/** Starts components in the order of their needs, those that need nothing of each other at once; stops in reverse. */
export class Supervisor {
  private readonly runners = new Map<string, ComponentRunner>();
  private closing = false;

  constructor(
    components: readonly Component[],
    private readonly report: (event: ComponentEvent) => void,
    private readonly policy?: RestartPolicy,
  ) {
    for (const component of components) this.add(component);
  }

  /** All components, in the order in which they were given. */
  list(): ComponentRunner[] {
    return [...this.runners.values()];
  }

  find(name: string, replica: number): ComponentRunner | undefined {
    return this.runners.get(`${name}#${replica}`);
  }

  /** Takes one more component into care; it is not started. */
  add(component: Component): ComponentRunner {
    const runner = new ComponentRunner(component, this.report, this.policy);
    this.runners.set(`${component.name}#${component.replica}`, runner);
    return runner;
  }

  /** @throws StackError as soon as an essential one does not start; the others go on until `stopAll` */
  async startAll(): Promise<void> {
    const started = new Map<ComponentRunner, Promise<void>>();
    const start = (runner: ComponentRunner): Promise<void> => {
      const known = started.get(runner);
      if (known !== undefined) return known;
      const made = Promise.all(this.needsOf(runner).map(start)).then(() => {
        if (this.closing) throw new StackError('the stack was stopped while it started');
        return runner.component.essential ? runner.start() : runner.startOrRetry();
      });
      started.set(runner, made);
      return made;
    };
    await Promise.all(this.list().map(start));
  }

  /** Ends all, whatever the state of each; what others need last. */
  async stopAll(): Promise<void> {
    this.closing = true;
    const stopped = new Map<ComponentRunner, Promise<void>>();
    const stop = (runner: ComponentRunner): Promise<void> => {
      const known = stopped.get(runner);
      if (known !== undefined) return known;
      const users = this.list().filter((other) => this.needsOf(other).includes(runner));
      const made = Promise.all(users.map(stop)).then(() => runner.stop());
      stopped.set(runner, made);
      return made;
    };
    await Promise.all(this.list().map(stop));
  }

  /** A need that is not part of this stack is somebody else's to provide. */
  private needsOf(runner: ComponentRunner): ComponentRunner[] {
    return this.list().filter((other) => runner.component.needs.includes(other.component.name));
  }
}
