export { startPostgres } from './postgres-server.js';
export type { PostgresOptions, PostgresServer } from './postgres-server.js';
export { EmbeddedPostgresError } from './embedded-postgres.errors.js';
export { guardProcess, guardDirectory } from './process-reaper.js';
export type { Guard } from './process-reaper.js';
export { freePort } from './free-port.js';
