import { runService } from '@thalamus/platform';
import { CaptureModule } from './capture.module.js';
import { CaptureRunner } from './capture.runner.js';

await runService({
  name: 'capture',
  module: CaptureModule,
  start: (app) => Promise.resolve(app.get(CaptureRunner).start()),
});
