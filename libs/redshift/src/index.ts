export * from './copy.sql.js';
export * from './identifier.js';
export * from './publish.sql.js';
export * from './redshift.errors.js';
export * from './table.sql.js';
export * from './unload.sql.js';
export * from './warehouse.client.js';
