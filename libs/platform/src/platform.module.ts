import { Controller, Get, Module, Res, type DynamicModule } from '@nestjs/common';
import { Health, type Check } from './health.js';
import { createLogger, type Logger } from './log.js';
import { Metrics } from './metrics.js';
import type { Settings } from './settings.js';

/** Injection tokens: `@Inject(SETTINGS) settings: Settings`. `Metrics` and `Health` are injected by class. */
export const SETTINGS = Symbol('Settings');
export const LOG = Symbol('Log');

interface Reply {
  status(code: number): Reply;
  type(mime: string): Reply;
  send(body: string): void;
}

@Controller()
export class PlatformController {
  constructor(
    private readonly health: Health,
    private readonly metrics: Metrics,
  ) {}

  /** Answers as long as the event loop turns. */
  @Get('health/live')
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  @Get('health/ready')
  ready(@Res({ passthrough: true }) reply: Reply): {
    status: 'ready' | 'not ready';
    checks: Record<string, Check>;
  } {
    const { ready, state } = this.health;
    reply.status(ready ? 200 : 503);
    return { status: ready ? 'ready' : 'not ready', checks: state };
  }

  @Get('metrics')
  async scrape(@Res() reply: Reply): Promise<void> {
    const text = await this.metrics.registry.metrics();
    reply.type(this.metrics.registry.contentType).send(text);
  }
}

@Module({})
export class PlatformModule {
  /** @param sections parts of the metrics catalogue that this service exports */
  static register(
    service: string,
    settings: Settings,
    sections: readonly string[] = [service],
  ): DynamicModule {
    const log: Logger = createLogger(service, settings.env.THALAMUS_LOG_LEVEL);
    return {
      module: PlatformModule,
      global: true,
      controllers: [PlatformController],
      providers: [
        { provide: SETTINGS, useValue: settings },
        { provide: LOG, useValue: log },
        { provide: Metrics, useValue: new Metrics(sections) },
        { provide: Health, useValue: new Health() },
      ],
      exports: [SETTINGS, LOG, Metrics, Health],
    };
  }
}
