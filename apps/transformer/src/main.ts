import { runService } from '@thalamus/platform';
import { startTransformer } from './transformer.js';
import { TransformerModule } from './transformer.module.js';

await runService({ name: 'transformer', module: TransformerModule, start: startTransformer });
