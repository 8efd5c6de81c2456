import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import { Module, type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { isPipelineError } from '@thalamus/contracts';
import { createLogger, NestLog, type Logger } from './log.js';
import { LOG, PlatformModule } from './platform.module.js';
import { loadSettings, type Settings } from './settings.js';

/** Exit codes of every service. */
export const exitCodes = { stopped: 0, fatal: 1, badConfiguration: 2 } as const;
const stopDeadlineMs = 8000;

export interface Stoppable {
  /** Settles when the work ends by itself; rejects on a fatal error. Absent = works until stopped. */
  readonly finished?: Promise<void>;
  /** Stops gracefully; called once. */
  stop(): Promise<void>;
}

export interface ServiceOptions {
  readonly name: string;
  readonly module: Type;
  /** Parts of the metrics catalogue exported; default: the service's name. */
  readonly metrics?: readonly string[];
  /** Starts the work, explicitly: nothing starts as a side effect of building the application. */
  readonly start: (app: INestApplication, settings: Settings) => Promise<Stoppable>;
}

/**
 * Runs one service until it is told to stop (SIGTERM, SIGINT, end of standard input when THALAMUS_EXIT_WITH_PARENT is
 * true) or fails. Prints `{"service","port"}` on standard output once it listens. Sets the process's exit code.
 */
export async function runService(options: ServiceOptions): Promise<void> {
  let settings: Settings;
  try {
    settings = loadSettings();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(exitCodes.badConfiguration);
  }
  const log = createLogger(options.name, settings.env.THALAMUS_LOG_LEVEL);
  process.exit(await run(options, settings, log));
}

async function run(options: ServiceOptions, settings: Settings, log: Logger): Promise<number> {
  const stopRequested = stopRequests(log);
  let app: INestApplication | undefined;
  let work: Stoppable | undefined;
  let code: number = exitCodes.stopped;
  try {
    app = await listen(options, settings, log);
    work = await options.start(app, settings);
    await Promise.race([stopRequested, work.finished ?? new Promise<never>(() => undefined)]);
  } catch (error) {
    code = exitCodes.fatal;
    const told = isPipelineError(error) ? { code: error.code, context: error.context } : {};
    log.fatal({ ...told, err: error }, 'stopped by an error');
  }
  const stopping = (async () => {
    await work?.stop();
    await app?.close();
    return true;
  })().catch((error: unknown) => {
    log.error({ err: error }, 'stopping failed');
    return true;
  });
  const inTime = await Promise.race([stopping, pause(stopDeadlineMs, false, { ref: false })]);
  if (!inTime) log.warn({ stopDeadlineMs }, 'did not stop in time');
  return code;
}

async function listen(options: ServiceOptions, settings: Settings, log: Logger): Promise<INestApplication> {
  const platform = PlatformModule.register(options.name, settings, options.metrics ?? [options.name]);
  const Root = rootModule(platform, options.module);
  const app = await NestFactory.create(Root, { logger: new NestLog(log), abortOnError: false });
  await app.listen(settings.env.THALAMUS_HTTP_PORT, settings.env.THALAMUS_HTTP_HOST);
  const address = (app.getHttpServer() as { address(): { port: number } }).address();
  process.stdout.write(`${JSON.stringify({ service: options.name, port: address.port })}\n`);
  app.get<Logger>(LOG).info({ port: address.port }, 'listening');
  return app;
}

function rootModule(platform: ReturnType<typeof PlatformModule.register>, service: Type): Type {
  class RootModule {}
  Module({ imports: [platform, service] })(RootModule);
  return RootModule;
}

function stopRequests(log: Logger): Promise<void> {
  return new Promise((resolve) => {
    const stop = (why: string): void => {
      log.info({ why }, 'stopping');
      resolve();
    };
    process.once('SIGTERM', () => stop('SIGTERM'));
    process.once('SIGINT', () => stop('SIGINT'));
    if (process.env['THALAMUS_EXIT_WITH_PARENT'] === 'true') {
      process.stdin.once('end', () => stop('parent ended'));
      process.stdin.once('error', () => stop('parent ended'));
      process.stdin.resume();
    }
  });
}
