import { runService } from '@thalamus/platform';
import { LoaderModule } from './loader.module.js';
import { startLoader } from './loader.js';

await runService({
  name: 'loader',
  module: LoaderModule,
  metrics: ['stage', 'apply'],
  start: startLoader,
});
