import { Module } from '@nestjs/common';
import { Health, LOG, Metrics, SETTINGS, type Logger, type Settings } from '@thalamus/platform';
import { CaptureRunner } from './capture.runner.js';

@Module({
  providers: [
    {
      provide: CaptureRunner,
      inject: [SETTINGS, LOG, Metrics, Health],
      useFactory: (settings: Settings, log: Logger, metrics: Metrics, health: Health) =>
        new CaptureRunner({ settings, log, metrics, health }),
    },
  ],
  exports: [CaptureRunner],
})
export class CaptureModule {}
