export { onContainers } from './container-engine.js';
export { defaultImages, images, type VendorServer } from './images.js';
export { startKafka } from './kafka.js';
export { startS3, type ServedStore } from './s3.js';
export type { Served } from './served.js';
export { startSqlServer } from './sql-server.js';
