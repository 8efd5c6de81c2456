export { startTransformer } from './transformer.js';
export { TransformerModule } from './transformer.module.js';
