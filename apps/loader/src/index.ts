export { LoaderModule } from './loader.module.js';
export { startLoader } from './loader.js';
