export {
  BatchContext,
  BatchPattern,
  KafkaBatchServer,
  type KafkaBatchServerOptions,
} from './kafka-batch.server.js';
export { storeAddress, warehouseAddress } from './addresses.js';
export { Health, type Check } from './health.js';
export { inParallel } from './in-parallel.js';
export { JournalEvent, JournalServer, type JournalServerOptions } from './journal.server.js';
export { createLogger, NestLog, type Logger } from './log.js';
export { Metrics, type Labels } from './metrics.js';
export { LOG, PlatformModule, SETTINGS } from './platform.module.js';
export { retrying, type RetryPolicy } from './retrying.js';
export { exitCodes, runService, type ServiceOptions, type Stoppable } from './service.js';
export { loadSettings, type Settings } from './settings.js';
