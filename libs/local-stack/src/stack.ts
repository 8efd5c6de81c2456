import { guardDirectory } from '@thalamus/embedded-postgres';
import { mkdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { isAbsolute, join, resolve } from 'node:path';
import {
  allPortNames,
  componentNames,
  makeComponent,
  replicaPortNames,
  type ComponentName,
} from './component-catalogue.js';
import type { ComponentEvent, ComponentRunner } from './component-runner.js';
import { DEFAULT_SOURCE_DATABASE, stackEndpoints, type StackEndpoints } from './endpoints.js';
import type { LocalStack, ServiceStatus, StackOptions, StackService } from './local-stack.js';
import { StackError } from './local-stack.errors.js';
import { startControlServer } from './control-server.js';
import { lockStack, ownIdentity } from './stack-lock.js';
import { cloneRoot, stackPaths, type StackPaths } from './stack-paths.js';
import type { StackPlan } from './stack-plan.js';
import { assignPorts, untilFree } from './stack-ports.js';
import type { StackDescription } from './control-client.js';
import { readOrMakeState, readState, writeState, type StackState } from './stack-state.js';
import { Supervisor } from './supervisor.js';

const DEFAULT_REPLICAS: Readonly<Record<string, number>> = { loader: 2 };
const STOP_DEADLINE_MS = 9000;
const ORPHANS_END_WITHIN_MS = 10_000;

/**
 * Starts a stack and resolves when every component has answered a real request.
 *
 * @throws StackError naming what did not start, with the end of its log; nothing is left running then
 */
export async function startStack(options: StackOptions): Promise<LocalStack> {
  const paths = stackPaths(resolve(options.dir));
  const lock = lockStack(paths);
  const guard = options.ephemeral === true ? guardDirectory(paths.dir) : undefined;
  const cleanUp = async (): Promise<void> => {
    lock.release();
    if (guard === undefined) return;
    await rm(paths.dir, { recursive: true, force: true, maxRetries: 3 });
    guard.release();
  };
  try {
    if (lock.inherited) await untilFree(Object.values(readState(paths)?.ports ?? {}), ORPHANS_END_WITHIN_MS);
    if (options.fresh === true) removeOld(paths);
    const stack = await RunningStack.prepare(options, paths, cleanUp);
    await stack.startAll(options.signal);
    return stack;
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

function removeOld(paths: StackPaths): void {
  for (const old of [paths.dataDir, paths.logsDir, paths.stateFile])
    rmSync(old, { recursive: true, force: true });
}

class RunningStack implements LocalStack {
  readonly endpoints: StackEndpoints;
  private readonly supervisor: Supervisor;
  private stopping: Promise<void> | undefined;
  private control: Server | undefined;
  private phase: StackDescription['phase'] = 'starting';
  private announceStopped: () => void = () => undefined;
  readonly stopped = new Promise<void>((resolve) => (this.announceStopped = resolve));

  private constructor(
    private readonly options: StackOptions,
    readonly paths: StackPaths,
    private state: StackState,
    private readonly cleanUp: () => Promise<void>,
  ) {
    this.endpoints = {
      ...stackEndpoints(state, this.port, options.sourceDatabase ?? DEFAULT_SOURCE_DATABASE),
      ...options.servers,
    };
    const names = options.components ?? componentNames;
    const components = names.flatMap((name) => {
      const count = options.replicas?.[name] ?? DEFAULT_REPLICAS[name] ?? 1;
      return Array.from({ length: count }, (_, index) => makeComponent(name, this.plan(), index + 1));
    });
    this.supervisor = new Supervisor(components, (event) => options.log?.(describeEvent(event)));
  }

  /** Settles every port before anything starts: components are told each other's addresses. */
  static async prepare(
    options: StackOptions,
    paths: StackPaths,
    cleanUp: () => Promise<void>,
  ): Promise<RunningStack> {
    mkdirSync(paths.dataDir, { recursive: true });
    const known = readOrMakeState(paths);
    const replicaPorts = Object.entries({ ...DEFAULT_REPLICAS, ...options.replicas }).flatMap(
      ([name, count]) =>
        componentNames.includes(name as ComponentName)
          ? Array.from({ length: count }, (_, index) => replicaPortNames(name, index + 1)).flat()
          : [],
    );
    const names = [...new Set(['control', ...allPortNames(), ...replicaPorts])];
    const state = { ...known, ports: await assignPorts(names, known.ports) };
    writeState(paths, state);
    return new RunningStack(options, paths, state, cleanUp);
  }

  /** Opens the control endpoint first: a slow start can be watched and stopped through it. */
  async startAll(signal: AbortSignal | undefined): Promise<void> {
    const abort = (): void => void this.stop();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      signal?.throwIfAborted();
      await this.openControl();
      await this.supervisor.startAll();
      this.phase = 'running';
    } catch (error) {
      await this.stop();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  status(): ServiceStatus[] {
    return this.supervisor.list().map(statusOf);
  }

  service(name: string, replica = 1): StackService {
    return {
      start: async () => {
        const runner = this.supervisor.find(name, replica) ?? (await this.addReplica(name, replica));
        await runner.start();
      },
      stop: () => this.existing(name, replica).stop(),
      kill: () => this.existing(name, replica).kill(),
    };
  }

  stop(): Promise<void> {
    this.stopping ??= this.stopOnce();
    return this.stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  private readonly port = (name: string): number => {
    const port = this.state.ports[name];
    if (port === undefined) throw new StackError(`no port is assigned to ${name}`);
    return port;
  };

  private plan(): StackPlan {
    const config = this.options.config ?? join('samples', 'gme', 'pipeline.yaml');
    return {
      paths: this.paths,
      state: this.state,
      ephemeral: this.options.ephemeral === true,
      configFile: isAbsolute(config) ? config : join(cloneRoot, config),
      serviceEnv: this.options.serviceEnv ?? {},
      endpoints: this.endpoints,
      port: this.port,
    };
  }

  private existing(name: string, replica: number): ComponentRunner {
    const runner = this.supervisor.find(name, replica);
    if (runner !== undefined) return runner;
    const known = this.supervisor.list().map(({ component }) => `${component.name} ${component.replica}`);
    throw new StackError(`this stack has no ${name} with replica ${replica}; it has ${known.join(', ')}.`);
  }

  private async addReplica(name: string, replica: number): Promise<ComponentRunner> {
    const names = replicaPortNames(name, replica);
    this.state = { ...this.state, ports: await assignPorts(names, this.state.ports) };
    writeState(this.paths, this.state);
    return this.supervisor.add(makeComponent(name, this.plan(), replica));
  }

  private async openControl(): Promise<void> {
    const stack = {
      describe: (): StackDescription => ({
        dir: this.paths.dir,
        pid: process.pid,
        phase: this.phase,
        components: this.status(),
        endpoints: this.endpoints,
      }),
      service: (name: string, replica: number) => this.service(name, replica),
      requestStop: () => void this.stop(),
    };
    this.control = await startControlServer(stack, this.state.secrets.control, this.port('control'));
    this.state = { ...this.state, control: { process: ownIdentity(), port: this.port('control') } };
    writeState(this.paths, this.state);
  }

  private closeControl(): void {
    this.control?.close();
    this.control?.closeAllConnections();
    const { control: _gone, ...state } = this.state;
    writeState(this.paths, state);
  }

  private async stopOnce(): Promise<void> {
    this.phase = 'stopping';
    const deadline = setTimeout(() => void this.killAll(), STOP_DEADLINE_MS);
    await this.supervisor.stopAll();
    clearTimeout(deadline);
    this.closeControl();
    await this.cleanUp();
    this.announceStopped();
  }

  /** What still runs when patience ends. Pids are not reused so fast. */
  private killAll(): void {
    for (const { pid } of this.supervisor.list()) {
      if (pid === undefined) continue;
      this.options.log?.(`pid ${pid} does not end by itself; killed`);
      process.kill(pid, 'SIGKILL');
    }
  }
}

function describeEvent({ component, text }: ComponentEvent): string {
  return `${component.name}${component.replica > 1 ? ` ${component.replica}` : ''}: ${text}`;
}

function statusOf({ component, state, pid, lastProblem }: ComponentRunner): ServiceStatus {
  const { name, replica, address, version, logFile } = component;
  return {
    name,
    replica,
    state,
    ...(pid === undefined ? {} : { pid }),
    address,
    version,
    log: logFile,
    ...(lastProblem === undefined ? {} : { problem: lastProblem }),
  };
}
