export { startServer } from './server.js';
export type { RedshiftEmulator } from './server.js';
export type { EmulatorOptions } from './server-options.js';
export type { RoleKeys } from './s3/object-stores.js';
export type { MoodRequest, Mood } from './session/moods.js';
export type { Latency } from './session/latency.js';
